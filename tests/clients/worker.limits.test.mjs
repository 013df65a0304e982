// A Worker's rows of the table of limits, each gone over in real workerd: what a deployment refuses, what ends an
// invocation, and what only bends.

import assert from "node:assert/strict";
import { join } from "node:path";
import { writeFileSync } from "node:fs";
import { test } from "node:test";

import { file, scratch } from "./emulator.mjs";
import { launchWorker, overlay, startWorker } from "./worker.mjs";

/** What a start under this wrangler configuration says. */
async function refused(config, args = [], worker = "export default { fetch: () => new Response('') };") {
  const wrangler = file("wrangler.jsonc", JSON.stringify({ compatibility_date: "2026-07-01", ...config }));
  const { said, ended } = launchWorker(worker, { args: ["--wrangler", wrangler, ...args] });
  assert.equal((await ended).code, 1, said.stderr);
  return said.stderr;
}

test("what a deployment refuses does not start", async () => {
  // worker.cpu_ms_at_most and worker.subrequests_at_most
  assert.match(await refused({ limits: { cpu_ms: 300_001 } }), /`limits\.cpu_ms` is 300001, and may be 1 to 300000\nhint: /);
  assert.match(await refused({ limits: { subrequests: 10_000_001 } }), /`limits\.subrequests` is 10000001, and may be 1 to 10000000\nhint: /);
  assert.match(await refused({ limits: { cpu_ms: 50 } }, ["--plan", "free"]), /not supported for the Free plan\. \(code 100328\)\nhint: /);
  // worker.var_bytes
  assert.match(await refused({ vars: { LONG: "a".repeat(5121) } }), /`LONG` has 5121 bytes, and 5120 are allowed\nhint: /);
  // worker.script_bytes
  const long = `export default { fetch: () => new Response("${"a".repeat(1000)}") };`;
  assert.match(await refused({}, ["--limits", overlay([["script_bytes", 1000]])], long), /\d+.*1000[^]*hint: /);
});

test("cron and queue have CPU time of their own, and wall time", async () => {
  const limits = overlay([["hourly_cron_cpu_ms", 100], ["queue_cpu_ms", 100], ["wall_seconds", 1]]);
  const worker = await startWorker(`export default {
    async scheduled({ cron }) { if (cron === "* * * * *") return scheduler.wait(60_000); for (;;) {} },
    async queue() { for (;;) {} },
    fetch: () => scheduler.wait(1500).then(() => new Response("took its time")),
  };`, { args: ["--limits", limits] });
  for (const [{ outcome, invocation }, row] of [
    [await worker.post("scheduled", { cron: "0 3 * * *" }), "worker.hourly_cron_cpu_ms"],
    [await worker.post("queue", { messages: [{ body: 1 }] }), "worker.queue_cpu_ms"],
  ]) {
    const [{ name, limit, share }] = invocation.limits;
    assert.deepEqual([outcome, name, limit, share], ["exceededCpu", row, 100, 1]);
    assert.equal(invocation.exceptions[0], "Worker exceeded CPU time limit.");
  }
  const waits = await worker.post("scheduled", { cron: "* * * * *" });
  assert.equal(waits.outcome, "exceededWallTime");
  assert(waits.invocation.wall_ms >= 1000 && waits.invocation.cpu_ms < 1000, JSON.stringify(waits.invocation));
  // A request may take as long as its client stays.
  assert.equal(await (await worker.get()).text(), "took its time");
});

test("headers of a response that are too large are 1101, and logs are cut", async () => {
  const worker = await startWorker(`export default { fetch(request) {
    const size = Number(new URL(request.url).searchParams.get("size"));
    for (let line = 0; line < 30; line++) console.log("x".repeat(90));
    return new Response("whole", { headers: { large: "a".repeat(size) } });
  } };`, { args: ["--limits", overlay([["response_header_bytes", 20_000], ["log_bytes", 1000]])] });
  const answer = async (size) => {
    const response = await worker.get(`/?size=${size}`);
    return [response.status, await response.text()];
  };
  assert.deepEqual(await answer(10_000), [200, "whole"]);
  assert.deepEqual(await answer(20_001), [500, "error code: 1101"]);
  const [{ logs }] = await worker.reports(2);
  assert(logs.length < 30 && /more lines dropped: log size limit exceeded: more than 1000 bytes/.test(logs.at(-1)), logs.at(-1));
});

const LEAK = `const kept = [];
export default { fetch() {
  for (let at = 0; at < 10; at++) kept.push(new Uint8Array(1 << 20).fill(1));
  return new Response(String(kept.length));
} };`;

test("buffers kept over many requests end a strict Worker at the limit, and a lenient one after its answer", async () => {
  const outcomes = async (mode, rows = []) => {
    const worker = await startWorker(LEAK, { args: ["--mode", mode, ...(rows.length ? ["--limits", overlay(rows)] : [])] });
    const statuses = [];
    for (let request = 0; request < 20; request++) statuses.push((await worker.get()).status);
    const reports = await worker.reports(20);
    return { statuses, over: reports.filter(({ outcome }) => outcome === "exceededMemory"), processes: new Set(reports.map(({ process }) => process)) };
  };
  const strict = await outcomes("strict");
  assert(strict.statuses.includes(503) && strict.over.length >= 1);
  assert.equal(strict.over[0].status, 503);
  // Every request is answered, and the next finds a process without what was kept.
  const lenient = await outcomes("lenient");
  assert.deepEqual(new Set(lenient.statuses), new Set([200]));
  assert(lenient.over.length >= 1 && lenient.processes.size >= 2, JSON.stringify(lenient.over.length));
  assert.deepEqual([lenient.over[0].status, lenient.over[0].exceptions[0]], [200, "Worker exceeded memory limit."]);
  // Without slack, lenient is strict about memory.
  assert((await outcomes("lenient", [["memory_slack_mb", 0]])).statuses.includes(503));
});

test("a Worker that calls itself is stopped after sixteen, and waits for none of its own processes", async () => {
  const worker = await startWorker(`export default { async fetch(request) {
    const url = new URL(request.url);
    const deep = Number(url.searchParams.get("deep"));
    url.searchParams.set("deep", deep + 1);
    const answer = await fetch(url);
    return answer.status === 200 ? answer : new Response(deep + " " + await answer.text());
  } };`, { args: ["--processes", "1"] });
  assert.equal(await (await worker.get("/?deep=0")).text(), "16 error code: 1019");
});

test("without an allowance, lenient cuts the first overrun", async () => {
  const loop = "export default { fetch() { for (;;) {} } };";
  const worker = await startWorker(loop, { args: ["--plan", "free", "--mode", "lenient", "--limits", overlay([["cpu_allowance_ms", 0]])] });
  assert.equal((await worker.get()).status, 503);
  const [{ cpu_ms, outcome }] = await worker.reports();
  assert.deepEqual([cpu_ms, outcome], [10, "exceededCpu"]);
});

test("`--trigger` runs one invocation and ends with its outcome", async () => {
  const folder = scratch();
  const path = join(folder, "worker.js");
  writeFileSync(path, `export default {
    fetch: () => new Response("answered"),
    scheduled({ cron }) { console.log("ran", cron); if (cron === "9 9 9 9 9") for (;;) {} },
    queue(batch) { console.log("got", batch.messages.length); batch.ackAll(); },
  };`);
  for (const [args, code, outcome] of [
    [["--trigger", "http"], 0, "ok"],
    [["--trigger", "cron"], 0, "ok"],
    [["--trigger", "queue"], 0, "ok"],
    [["--trigger", "cron=9 9 9 9 9", "--limits", overlay([["cron_cpu_ms", 100], ["hourly_cron_cpu_ms", 100]])], 1, "exceededCpu"],
  ]) {
    const { said, ended } = launchWorker(path, { args });
    assert.equal((await ended).code, code, said.stderr);
    assert.equal(JSON.parse(said.stdout.trim().split("\n").at(-1)).outcome, outcome, said.stdout + said.stderr);
  }
});
