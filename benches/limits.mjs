// How exactly a Worker's limits are cut, and what the supervisor costs. `make bench-limits`; figures belong in docs/limits.md.
// Bounded: some thousand requests to loopback, one at a time.

import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { file } from "../tests/clients/emulator.mjs";
import { startWorker, workerd } from "../tests/clients/worker.mjs";
import { announced, exec, modules, project } from "../tests/clients/workers.mjs";

const WORKER = `
export default {
  fetch(request) {
    const { pathname, searchParams } = new URL(request.url);
    const n = Number(searchParams.get("n"));
    if (pathname === "/loop") for (;;) {}
    let sum = 0;
    const held = [];
    if (pathname === "/heap") for (let at = 0; at < n; at++) held.push(new Array(131_072).fill(at + 0.5));
    if (pathname === "/buffers") for (let at = 0; at < n; at++) held.push(new Uint8Array(1 << 20).fill(1));
    if (pathname === "/churn") for (let at = 0; at < n; at++) sum += new Uint8Array(1 << 20).fill(1)[at];
    return new Response(String(sum + held.length));
  },
};`;

// Work in native code: the same JavaScript takes ten times the CPU time as long as a process is new.
const HASHER = `
const bytes = new Uint8Array(16 << 20).fill(7);
export default {
  async fetch(request) {
    const n = Number(new URL(request.url).searchParams.get("n"));
    await crypto.subtle.digest("SHA-512", bytes.subarray(0, n));
    return new Response(String(n));
  },
};`;

const quantile = (values, share) => [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))];
const spread = (values, unit) =>
  `median ${quantile(values, 0.5).toFixed(2)}, p95 ${quantile(values, 0.95).toFixed(2)}, max ${Math.max(...values).toFixed(2)} ${unit}`;
const say = (what, figures) => console.log(`${what.padEnd(58)} ${figures}`);
const busy = () => say("load of the machine (1 minute)", loadavg()[0].toFixed(1));
const limits = (name, value) => file("limits.toml", `[[limit]]\nname = "worker.${name}"\nvalue = ${value}\n`);

async function timed(worker, path) {
  const began = performance.now();
  const response = await worker.get(path);
  // A kill may come when the head is out already.
  const whole = await response.arrayBuffer().then(() => true, () => false);
  return { status: whole ? response.status : 0, ms: performance.now() - began };
}

test("CPU time", async () => {
  busy();
  for (const limit of [10, 50]) {
    const args = ["--plan", "free", "--limits", limits("cpu_ms", limit)];
    const worker = await startWorker(WORKER, { args, env: { CANDLEFLARE_LOG: "candleflare::worker=debug" } });
    const next = [];
    for (let round = 0; round < 40; round++) {
      await timed(worker, "/loop");
      next.push((await timed(worker, "/")).ms);
      await new Promise((done) => setTimeout(done, 100));
    }
    await worker.stop();
    const cuts = [...worker.said.stderr.matchAll(/"used_ms":([\d.]+)/g)].map(([, used]) => Number(used) - limit);
    say(`a CPU loop, limit ${limit} ms: cut after the limit by`, spread(cuts, `ms (${cuts.length})`));
    say("the next request after a kill, answered after", spread(next, "ms"));
  }
  const paid = await startWorker(HASHER);
  for (let round = 0; round < 40; round++) await timed(paid, "/?n=2000000");
  const { invocations } = await (await fetch(`${paid.api}/__candleflare/worker/invocations`)).json();
  const n = Math.floor((2e6 * 8.5) / quantile(invocations.slice(10).map(({ cpu_ms }) => cpu_ms), 0.5));
  for (const mode of ["strict", "lenient"]) {
    const free = await startWorker(HASHER, { args: ["--plan", "free", "--mode", mode] });
    for (let round = 0; round < 10; round++) await timed(free, "/?n=1");
    for (let round = 0; round < 500; round++) await timed(free, `/?n=${n}`);
    const measured = (await (await fetch(`${free.api}/__candleflare/worker/invocations`)).json()).invocations.slice(10);
    const killed = measured.filter(({ outcome }) => outcome === "exceededCpu");
    // What V8 collects and compiles now and then is CPU time of the invocation that it falls into.
    say(`500 requests of 85 % of 10 ms, ${mode}: killed, of them below 10 ms`, `${killed.length}, ${killed.filter(({ cpu_ms }) => cpu_ms < 10).length}`);
    say("their CPU time", spread(measured.map(({ cpu_ms }) => cpu_ms), "ms"));
    await free.stop();
  }
});

test("under wrangler dev", async () => {
  busy();
  const cwd = project({ "wrangler.json": { name: "bench", main: "index.js", compatibility_date: "2025-11-01" }, "index.js": WORKER });
  const command = ["node", join(modules, "wrangler/bin/wrangler.js"), "dev", "--port", "0", "--inspector-port", "0"];
  const env = { CANDLEFLARE_LOG: "candleflare::worker=debug", WRANGLER_LOG_PATH: join(cwd, "logs") };
  const running = exec(command, { cwd, env, flags: ["--enforce", "--plan", "free", "--limits", limits("cpu_ms", 50)] });
  const url = (await announced(running, /Ready on (http:\/\/\S+)/)).replace("Ready on ", "");
  const worker = { get: (path) => fetch(url + path) };
  for (let round = 0; round < 20; round++) await timed(worker, "/");
  const [trivial, next] = [[], []];
  for (let round = 0; round < 200; round++) trivial.push((await timed(worker, "/")).ms);
  for (let round = 0; round < 20; round++) {
    await timed(worker, "/loop");
    next.push((await timed(worker, "/")).ms);
    await new Promise((done) => setTimeout(done, 500));
  }
  running.child.kill("SIGINT");
  await running.ended;
  // Colours come between a field's name and its value.
  const said = (running.said.stdout + running.said.stderr).replace(/\x1b\[[\d;]*m/g, "");
  const cuts = [...said.matchAll(/used_ms=([\d.]+)/g)].map(([, used]) => Number(used) - 50);
  say("a CPU loop, limit 50 ms: cut after the limit by", spread(cuts, `ms (${cuts.length})`));
  say("a trivial request, from outside", spread(trivial, "ms"));
  say("the next request after a kill, answered after", spread(next, "ms"));
});

test("memory", async () => {
  busy();
  for (const what of ["heap", "buffers"]) {
    const worker = await startWorker(WORKER);
    const edge = [];
    for (let round = 0; round < 5; round++) {
      let [passes, dies] = [60, 200];
      while (dies - passes > 1) {
        const middle = Math.floor((passes + dies) / 2);
        await timed(worker, "/loopless");
        if ((await timed(worker, `/${what}?n=${middle}`)).status === 200) passes = middle;
        else dies = middle;
        await new Promise((done) => setTimeout(done, 150));
      }
      edge.push(dies);
    }
    say(`live ${what} at which a Worker ends, limit 128 MB`, edge.map((mb) => `${mb}`).join(", ") + " MB");
    await worker.stop();
  }
  const worker = await startWorker(WORKER);
  let wrong = 0;
  for (let round = 0; round < 200; round++) wrong += (await timed(worker, "/churn?n=50")).status === 200 ? 0 : 1;
  say("200 requests of 50 MB of garbage: wrong kills", String(wrong));
});

test("overhead", async () => {
  busy();
  const folder = mkdtempSync(join(tmpdir(), "candleflare-bench-"));
  writeFileSync(join(folder, "worker.js"), WORKER);
  writeFileSync(
    join(folder, "config.capnp"),
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "user", worker = (modules = [(name = "worker.js", esModule = embed "worker.js")], compatibilityDate = "2026-07-01"))],
  sockets = [(name = "entry", address = "127.0.0.1:0", http = (), service = "user")],
);`,
  );
  const bare = spawn(workerd, ["serve", join(folder, "config.capnp"), "--control-fd=1"], { stdio: ["ignore", "pipe", "inherit"] });
  try {
    const line = await new Promise((done) => bare.stdout.once("data", (data) => done(String(data))));
    const direct = { get: (path) => fetch(`http://127.0.0.1:${JSON.parse(line.split("\n")[0]).port}${path}`) };
    const supervised = await startWorker(WORKER);
    const [one, other] = [[], []];
    for (let round = 0; round < 1000; round++) {
      one.push((await timed(direct, "/")).ms);
      other.push((await timed(supervised, "/")).ms);
    }
    say("a trivial request to bare workerd", spread(one.slice(100), "ms"));
    say("the same, supervised", spread(other.slice(100), "ms"));
  } finally {
    bare.kill();
    rmSync(folder, { recursive: true, force: true });
  }
});
