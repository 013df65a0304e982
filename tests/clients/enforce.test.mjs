// `candleflare exec --enforce`: unmodified wrangler, vitest and Miniflare start our supervisor in the place of workerd, and
// the Worker dies where production ends it, while they notice nothing.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { after, test } from "node:test";

import { BGE, binary, root, scratch, until } from "./emulator.mjs";
import { overlay, workerd } from "./worker.mjs";
import { announced, environment, exec, execEnds, modules, project } from "./workers.mjs";

const WORKER = `
const actions = {
  ok: () => "ok",
  loop() { for (;;) {} },
  arrays() { const kept = []; for (let at = 0; at < 200; at++) kept.push(new Array(131_072).fill(at + 0.5)); return kept.length; },
  buffers() { const kept = []; for (let at = 0; at < 300; at++) kept.push(new Uint8Array(1 << 20).fill(1)); return kept.length; },
  throws() { throw new TypeError("the Worker's own mistake"); },
  async fetches({ url }) {
    const { searchParams } = new URL(url);
    let done = 0;
    try { for (; done < Number(searchParams.get("n")); done++) await (await fetch(searchParams.get("target"))).text(); }
    catch ({ name, message }) { return done + " " + name + ": " + message; }
    return done + " passed";
  },
  async bindings(request, env) {
    await env.AI.run("${BGE}", { text: "sea" });
    await env.KV.put("a", "1");
    await env.BUCKET.put("b", "2");
    await env.DB.prepare("SELECT 1").all();
    await env.JOBS.send({ a: 1 });
    return (await env.KV.get("a")) + (await (await env.BUCKET.get("b")).text());
  },
  later(request, env, ctx) { ctx.waitUntil(scheduler.wait(200).then(() => console.log("later"))); return "soon"; },
  async itself({ url }) { return (await fetch(new URL("/ok", url))).text(); },
};
export default {
  async fetch(request, env, ctx) {
    if (request.headers.get("upgrade")) {
      const [client, server] = Object.values(new WebSocketPair());
      server.accept();
      server.addEventListener("message", ({ data }) => server.send("echo " + data));
      return new Response(null, { status: 101, webSocket: client });
    }
    const action = actions[new URL(request.url).pathname.slice(1)] ?? actions.ok;
    return new Response(String(await action(request, env, ctx)));
  },
  async scheduled({ cron }) { console.log("cron", cron); if (cron === "9 9 9 9 9") for (;;) {} },
  async queue(batch) { batch.ackAll(); },
};`;
const CONFIG = {
  name: "held", main: "index.js", compatibility_date: "2025-11-01", ai: { binding: "AI" },
};
const STORES = {
  kv_namespaces: [{ binding: "KV", id: "kv" }], r2_buckets: [{ binding: "BUCKET", bucket_name: "bucket" }],
  d1_databases: [{ binding: "DB", database_name: "db", database_id: "db" }],
  queues: { producers: [{ binding: "JOBS", queue: "jobs" }], consumers: [{ queue: "jobs", max_batch_timeout: 1 }] },
};
// Far above what a first request costs on a busy machine; what is over it is over any limit.
const LIMITS = () => ["--enforce", "--plan", "free", "--limits", overlay([["cpu_ms", 1000], ["cron_cpu_ms", 1000], ["hourly_cron_cpu_ms", 1000]])];

/** A server that a Worker may fetch. */
async function target() {
  const server = createServer((_, response) => response.end("here")).listen(0, "127.0.0.1");
  await new Promise((done) => server.once("listening", done));
  after(() => (server.close(), server.closeAllConnections()));
  return `http://127.0.0.1:${server.address().port}/`;
}

const said = async (answer) => [answer.status, await answer.text()];

for (const tool of ["wrangler", "wrangler-old"]) {
  test(`${tool} dev: breaches end as in production, and the next request is answered`, async () => {
    const cwd = project({ "wrangler.json": { ...CONFIG, ...STORES }, "index.js": WORKER });
    const report = join(cwd, "report.json");
    const command = ["node", join(modules, tool, "bin/wrangler.js"), "dev", "--port", "0", "--inspector-port", "0", "--test-scheduled"];
    const env = { WRANGLER_LOG_PATH: join(cwd, ".wrangler/logs") };
    const running = exec(command, { cwd, env, flags: [...LIMITS(), "--report", report] });
    const url = (await announced(running, /Ready on (http:\/\/\S+)/)).replace("Ready on ", "");
    const get = (path) => fetch(url + path);
    // The control plane has the reports while the command runs.
    const api = (running.said.stderr + running.said.stdout).match(/AI and Vectorize are local, at (http:\/\/[\d.:]+)/)[1];
    const reports = async (wanted, count) => {
      let invocations = [];
      const enough = async () => {
        ({ invocations } = await (await fetch(`${api}/__candleflare/worker/invocations`)).json());
        return invocations.filter(wanted).length >= count;
      };
      await until("the reports", enough).catch((error) => assert.fail(`${error.message}: ${JSON.stringify(invocations.map(({ event, outcome }) => [event, outcome]))}`));
      return invocations;
    };
    assert.deepEqual(await said(await get("/ok")), [200, "ok"]);
    for (const breach of ["/loop", "/arrays", "/buffers"]) {
      assert.deepEqual(await said(await get(breach)), [503, "error code: 1102"], breach + running.said.stderr.slice(-2000));
      assert.deepEqual(await said(await get("/ok")), [200, "ok"]);
    }
    const page = await fetch(`${url}/loop`, { headers: { accept: "text/html" } });
    assert.match(await page.text(), /Error 1102/);
    const there = await target();
    assert.deepEqual(await said(await get(`/fetches?n=50&target=${there}`)), [200, "50 passed"]);
    assert.match(await (await get(`/fetches?n=51&target=${there}`)).text(), /^50 Error: Too many subrequests by single Worker invocation\./);
    assert.deepEqual(await said(await get("/bindings")), [200, "12"]);
    // The consumer gets the message in this process: a kill loses it.
    await reports(({ trigger }) => trigger === "queue", 1);
    assert.deepEqual(await said(await get("/itself")), [200, "ok"]);
    assert.equal((await get("/throws")).status, 500);
    assert.deepEqual(await said(await get("/later")), [200, "soon"]);
    // What it waits for still runs in this process.
    await reports(({ event }) => event === "GET /later", 1);
    const socket = new WebSocket(url.replace("http", "ws"));
    const echoed = await new Promise((done, failed) => {
      socket.onopen = () => socket.send("hi");
      socket.onmessage = ({ data }) => done(data);
      socket.onerror = failed;
    });
    assert.equal(echoed, "echo hi");
    socket.close();
    const scheduled = tool === "wrangler" ? "/cdn-cgi/local/scheduled" : "/cdn-cgi/handler/scheduled";
    for (const path of ["/__scheduled", scheduled]) {
      const ran = await said(await get(`${path}?cron=1+2+3+4+5`));
      assert.equal(ran[0], 200, `${path} ${ran[1]}`);
      assert.equal((await get(`${path}?cron=9+9+9+9+9`)).status, 503, path);
    }
    assert.deepEqual(await said(await get("/ok")), [200, "ok"]);
    const many = await Promise.all(Array.from({ length: 30 }, () => get("/ok").then(said)));
    assert.deepEqual(new Set(many.map(String)), new Set(["200,ok"]));
    const invocations = await reports(({ event }) => event === "GET /ok", 36);
    const of = (event) => invocations.filter((invocation) => invocation.event === event);
    const outcomes = (event) => of(event).map(({ outcome }) => outcome);
    assert.deepEqual(outcomes("GET /loop"), ["exceededCpu", "exceededCpu"]);
    assert.deepEqual([...outcomes("GET /arrays"), ...outcomes("GET /buffers")], ["exceededMemory", "exceededMemory"]);
    assert.deepEqual(outcomes("GET /throws"), ["exception"]);
    assert.equal(of("GET /loop")[0].exceptions[0], "Worker exceeded CPU time limit.");
    assert.equal(of("GET /loop")[0].status, 503);
    assert.deepEqual(of("GET /fetches")[0].subrequests, { "127.0.0.1": 50 });
    const { subrequests, calls, neurons } = of("GET /bindings")[0];
    assert.deepEqual([subrequests.ai, subrequests.KV, subrequests.BUCKET, subrequests.JOBS], [1, 2, 2, 1], JSON.stringify(subrequests));
    assert(subrequests.DB >= 1 && calls[0].target === BGE && neurons > 0, JSON.stringify(calls));
    assert(of("GET /later")[0].logs.includes("log: later"));
    assert.deepEqual([outcomes("1 2 3 4 5"), outcomes("9 9 9 9 9")], [["ok", "ok"], ["exceededCpu", "exceededCpu"]]);
    running.child.kill("SIGINT");
    await running.ended;
    const written = JSON.parse(readFileSync(report, "utf8"));
    assert(written.total >= invocations.length);
    assert.match(running.said.stderr, /tightest limit[^]*GET \/loop +exceededCpu[^]*invocations, \d+ not ok/);
    assert.match(running.said.stdout + running.said.stderr, /Worker exceeded CPU time limit\./);
  });
}

for (const plugin of ["vitest-plugin", "vitest-pool-workers"]) {
  test(`vitest with @cloudflare/${plugin}: what a test calls by SELF is held`, async () => {
    const there = await target();
    const files = (test) => ({
      "wrangler.json": CONFIG,
      "index.js": WORKER,
      "package.json": { type: "module" },
      "vitest.config.js": `import { cloudflareTest } from "@cloudflare/${plugin}";
        export default { plugins: [cloudflareTest({ wrangler: { configPath: "./wrangler.json" } })] };`,
      "one.test.js": `import { SELF } from "cloudflare:test"; import { expect, it } from "vitest";
        const text = async (path) => (await SELF.fetch("http://held" + path)).text();
        ${test}`,
    });
    const run = (cwd) => execEnds(["node", join(modules, "vitest/vitest.mjs"), "run"], { cwd, flags: [...LIMITS(), "--report", join(cwd, "report.json")], patience: 120_000 });
    const reported = (cwd) => JSON.parse(readFileSync(join(cwd, "report.json"), "utf8")).invocations;
    const passes = project(files(`it("passes", async () => {
      expect(await text("/ok")).toBe("ok");
      expect(await text("/fetches?n=51&target=${there}")).toMatch(/^50 Error: Too many subrequests/);
    });`));
    const passed = await run(passes);
    assert.equal(passed.code, 0, passed.stdout + passed.stderr);
    const held = reported(passes).map(({ event, outcome, status }) => [event, outcome, status]);
    assert.deepEqual(held, [["GET /ok", "ok", 200], ["GET /fetches", "ok", 200]]);
    const breaks = project(files(`it("loops", async () => { await text("/loop"); });`));
    const broke = await run(breaks);
    assert.notEqual(broke.code, 0);
    assert.match(broke.stdout + broke.stderr, /Worker exceeded CPU time limit\./);
    assert.equal(reported(breaks)[0].outcome, "exceededCpu");
  });
}

test("Miniflare 4 and 5", async () => {
  const v4 = `{ modules: true, script: ${JSON.stringify(WORKER)}, compatibilityDate: "2025-11-01", cf: false, ai: { binding: "AI" }, kvNamespaces: ["KV"] }`;
  for (const [from, options] of [
    [join(root, "tests/clients/package.json"), v4],
    [join(modules, "@cloudflare/vite-plugin/package.json"), `require("miniflare").convertV4MiniflareOptions(${v4})`],
  ]) {
    const script = `import { createRequire } from "node:module";
      const require = createRequire(${JSON.stringify(from)});
      const { Miniflare } = require("miniflare");
      const miniflare = new Miniflare(${options});
      const all = [];
      for (const path of ["ok", "loop", "ok", "buffers", "ok"]) {
        const answer = await miniflare.dispatchFetch("http://held/" + path);
        all.push([answer.status, await answer.text()]);
      }
      console.log(JSON.stringify(all));
      await miniflare.dispose();`;
    const { code, stdout, stderr } = await execEnds(["node", "run.mjs"], { cwd: project({ "run.mjs": script }), flags: LIMITS() });
    assert.equal(code, 0, stderr);
    const dead = [503, "error code: 1102"];
    assert.deepEqual(JSON.parse(stdout.trim().split("\n").at(-1)), [[200, "ok"], dead, [200, "ok"], dead, [200, "ok"]]);
    assert.match(stderr, /GET \/loop +exceededCpu/);
  }
});

/** Runs this body of an async function with Miniflare 4, `Miniflare`, and `script`, a Worker's source. */
async function miniflare(script, body, limits) {
  const source = `import { createRequire } from "node:module";
    const { Miniflare } = createRequire(${JSON.stringify(join(root, "tests/clients/package.json"))})("miniflare");
    const script = ${JSON.stringify(script)};
    ${body}`;
  const flags = ["--enforce", "--plan", "free", "--limits", overlay(limits)];
  return execEnds(["node", "run.mjs"], { cwd: project({ "run.mjs": source }), flags });
}

test("the front refuses what production refuses", async () => {
  const { code, stdout, stderr } = await miniflare(
    `export default { async fetch(request) {
      if (request.url.endsWith("/headers")) return new Response("", { headers: { a: "b".repeat(60_000), c: "d".repeat(72_000) } });
      return new Response(String((await request.arrayBuffer()).byteLength));
    } };`,
    `const miniflare = new Miniflare({ modules: true, script, cf: false });
    const all = [];
    const ask = async (path, init) => {
      const answer = await miniflare.dispatchFetch("http://held/" + path, init);
      all.push(answer.status + " " + (await answer.text()).trim());
    };
    const room = 16_384 - "http://held/".length;
    await ask("a".repeat(room));
    await ask("a".repeat(room + 1));
    await ask("", { headers: { a: "b".repeat(131_073) } });
    await ask("", { method: "POST", body: "a".repeat(1000) });
    await ask("", { method: "POST", body: "a".repeat(1001) });
    // Without a length, the body is measured as it comes.
    let left = 20;
    const parts = new ReadableStream({ pull(to) { left-- ? to.enqueue(new Uint8Array(100)) : to.close(); } });
    await ask("", { method: "POST", body: parts, duplex: "half" });
    await ask("headers");
    await ask("");
    console.log(JSON.stringify(all));
    await miniflare.dispose();`,
    [["cpu_ms", 1000], ["body_bytes", 1000], ["requests_per_day", 5]],
  );
  assert.equal(code, 0, stderr);
  assert.deepEqual(JSON.parse(stdout.trim().split("\n").at(-1)), [
    "200 0", "414 URI Too Long", "431 Request Header Fields Too Large", "200 1000", "413 Payload Too Large", "413 Payload Too Large",
    "500 error code: 1101", "429 error code: 1027",
  ]);
});

test("a slow start is refused as a deployment refuses it, and Miniflare's own share is not the Worker's", async () => {
  const serve = `const miniflare = new Miniflare({ modules: true, script, cf: false, durableObjects: { ROOM: "Room" } });
    console.log(await (await miniflare.dispatchFetch("http://held/")).text());
    await miniflare.dispose();`;
  const worker = (start) => `import { DurableObject } from "cloudflare:workers";
    export class Room extends DurableObject {}
    ${start}
    export default { fetch: () => new Response("it serves") };`;
  const busy = "let sum = 0; for (let at = 0; at < 1e12; at++) sum += Math.sqrt(at);";
  const slow = await miniflare(worker(busy), serve, [["cpu_ms", 1000]]);
  assert.notEqual(slow.code, 0);
  assert.match(slow.stderr, /Script startup exceeded CPU time limit\. \(code 10021\)\nhint: /);
  // Miniflare's own start takes longer than that.
  const own = await miniflare(worker(""), serve, [["cpu_ms", 1000], ["startup_ms", 60]]);
  assert.equal(own.code, 0, own.stderr);
  assert.match(own.stdout, /it serves/);
});

/** Our binary as Miniflare starts it, with this on standard input. */
async function supervisor(args, input, env = {}) {
  const child = spawn(binary, args, { env: { ...environment(), ...env }, stdio: ["pipe", "pipe", "pipe", "pipe"], cwd: scratch() });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (data) => (text += data));
  child.stdin.on("error", () => {});
  child.stdin.end(input);
  const code = await new Promise((done) => child.on("close", done));
  return { code, text };
}

test("what it cannot supervise is said, with a hint", async () => {
  const own = ["serve", "--binary", "--experimental", "--socket-addr=entry=127.0.0.1:0", "--control-fd=3", "-"];
  // A message of one segment: a struct without anything.
  const empty = Buffer.from([0, 0, 0, 0, 1, 0, 0, 0, 0xfc, 0xff, 0xff, 0xff, 0, 0, 0, 0]);
  const named = { CANDLEFLARE_WORKERD: workerd };
  for (const [args, input, env, wanted] of [
    [["serve", "--control-fd=3", "config.capnp"], "", named, /calls workerd in a way that is not known here/],
    [own.map((argument) => argument.replace("fd=3", "fd=5")), "", named, /calls workerd in a way that is not known here/],
    [own, "something else", named, /configuration of workerd cannot be read/],
    [own, empty, named, /has no socket `entry`/],
    [own, empty, { CANDLEFLARE_WORKERD: "/nowhere/workerd" }, /cannot run `\/nowhere\/workerd`/],
    [own, empty, { PATH: "/nowhere" }, /there is no workerd here/],
    [own, empty, { ...named, CANDLEFLARE_SUPERVISOR: "{" }, /CANDLEFLARE_SUPERVISOR cannot be read/],
  ]) {
    const { code, text } = await supervisor(args, input, env);
    assert.equal(code, 1, text);
    assert.match(text, wanted);
    assert.match(text, /hint: /);
  }
  const nothing = await execEnds(["true"], { flags: ["--report", "r.json"] });
  assert.equal(nothing.code, 1);
  assert.match(nothing.stderr, /`--report` has nothing to report\nhint: add `--enforce`/);
});

test("nothing is left when Miniflare is killed", async () => {
  const mark = mkdtempSync(join(scratch(), "mark-"));
  const script = `import { createRequire } from "node:module";
    const { Miniflare } = createRequire(${JSON.stringify(join(root, "tests/clients/package.json"))})("miniflare");
    const miniflare = new Miniflare({ modules: true, script: 'export default { fetch: () => new Response("ok") }', cf: false });
    console.log((await miniflare.dispatchFetch("http://a/")).status, process.pid);
    await new Promise(() => setInterval(() => {}, 1000));`;
  // Not under exec, which would end them itself.
  const env = { MINIFLARE_WORKERD_PATH: binary, CANDLEFLARE_WORKERD: workerd, MARK: mark };
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], { env: { ...environment(), ...env }, stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (data) => (text += data));
  await until("it answers", () => text.startsWith("200 "));
  const marked = () => readdirSync("/proc").filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/environ`, "utf8").includes(mark);
    } catch {
      return false;
    }
  });
  assert(marked().length >= 3, "Node, the supervisor and workerd");
  child.kill("SIGKILL");
  await until("all are gone", () => marked().length === 0);
});
