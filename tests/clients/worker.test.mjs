// `candleflare worker`: a module Worker in real workerd, its bindings, its triggers, its front door and its supervisor.

import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, request as httpRequest } from "node:http";
import { join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";

import { BGE, file, run, scratch, until } from "./emulator.mjs";
import { launchWorker, overlay, startWorker, workerd } from "./worker.mjs";

const tail = ({ stderr }) => stderr.slice(-2000);

/** A server that answers once it is told to. */
async function holding() {
  const responses = [];
  let open = false;
  const server = createServer((_, response) => (open ? response.end("done") : responses.push(response))).listen(0, "127.0.0.1");
  await new Promise((done) => server.once("listening", done));
  after(() => (server.close(), server.closeAllConnections()));
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    waiting: () => responses.length,
    release: () => ((open = true), responses.splice(0).forEach((response) => response.end("done"))),
  };
}

/** Answers what the target answers, when it does. */
const HELD = "export default { fetch: (request) => fetch(new URL(request.url).searchParams.get('target')) };";

test("modules, variables, AI and every index of the wrangler configuration", async () => {
  const folder = scratch();
  const write = (name, content) => writeFileSync(join(folder, name), content);
  mkdirSync(join(folder, "dist"));
  write("dist/app.js", `
    import text from "./hello.txt"; import bytes from "./raw.bin"; import wasm from "./one.wasm"; import { twice } from "./lib.mjs";
    export default { async fetch(request, env) {
      const { exports } = new WebAssembly.Instance(wasm);
      const { shape } = await env.AI.run("${BGE}", { text: ["sea", "bread"] });
      const missing = await env.DOCS.describe().catch((error) => error.message);
      return Response.json({ text, bytes: bytes.byteLength, wasm: Object.keys(exports), twice: twice(2), vars: [env.NAME, env.TABLE, env.SECRET], shape, missing });
    } };`);
  write("dist/lib.mjs", "export const twice = (n) => 2 * n;");
  write("dist/hello.txt", "hello");
  write("dist/raw.bin", Buffer.from([1, 2, 3]));
  write("dist/one.wasm", Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]));
  write(".dev.vars", 'SECRET="quiet \\\\ \\u00e9"\n');
  write("wrangler.jsonc", JSON.stringify({
    name: "demo", main: "src/app.ts", compatibility_date: "2026-07-01", vars: { NAME: 'a "b"\n\\', TABLE: { x: [1] } },
    ai: { binding: "AI" }, vectorize: [{ binding: "DOCS", index_name: "docs" }], r2_buckets: [{ binding: "FILES", bucket_name: "x" }],
  }));
  const worker = await startWorker(join(folder, "dist"), { args: ["--wrangler", join(folder, "wrangler.jsonc")] });
  const said = await (await worker.get()).json();
  assert.deepEqual([said.text, said.bytes, said.twice, said.shape], ["hello", 3, 4, [2, 384]]);
  assert.deepEqual(said.vars, ['a "b"\n\\', { x: [1] }, "quiet \\\\ \\u00e9"]);
  assert.match(said.missing, /vectorize\.index\.not_found/);
  assert.match(worker.said.stderr, /env\.FILES \(r2_buckets\)/);
  const [report] = await worker.reports();
  assert.deepEqual(report.subrequests, { ai: 1, "vectorize/docs": 1 });
  assert.deepEqual(report.calls.map(({ target, status }) => [target, status]), [[BGE, 200], ["vectorize/docs/info", 404]]);
  assert(report.neurons > 0);
});

test("requests and responses pass through as they are", async () => {
  const worker = await startWorker(`export default { async fetch(request) {
    if (request.headers.get("upgrade")) {
      const [client, server] = Object.values(new WebSocketPair());
      server.accept();
      server.addEventListener("message", ({ data }) => server.send("echo " + data));
      return new Response(null, { status: 101, webSocket: client });
    }
    if (request.url.endsWith("/stream")) {
      const { readable, writable } = new TransformStream();
      const writer = writable.getWriter();
      (async () => { for (let at = 0; at < 3; at++) { await writer.write(new TextEncoder().encode("part " + at + ";")); await scheduler.wait(20); } await writer.close(); })();
      return new Response(readable, { headers: { "set-cookie": "a=1" } });
    }
    const headers = [...request.headers].filter(([name]) => name.startsWith("x-") || name.startsWith("c"));
    return Response.json({ method: request.method, url: request.url, body: await request.text(), headers: Object.fromEntries(headers) }, { status: 418 });
  } };`);
  const answer = await worker.get("/a%20b/c?d=%2F&d", { method: "PUT", body: "x".repeat(100_000), headers: { "x-own": "1", "candleflare-trigger": "queue" } });
  const { method, url, body, headers } = await answer.json();
  assert.deepEqual([answer.status, method, url, body.length], [418, "PUT", `${worker.url}/a%20b/c?d=%2F&d`, 100_000]);
  assert.deepEqual([headers["x-own"], headers["candleflare-trigger"], headers["cf-connecting-ip"]], ["1", undefined, "127.0.0.1"]);
  const stream = await worker.get("/stream");
  const parts = [];
  for await (const chunk of stream.body.pipeThrough(new TextDecoderStream())) parts.push(chunk);
  assert.equal(parts.join(""), "part 0;part 1;part 2;");
  assert(parts.length > 1 && stream.headers.getSetCookie()[0] === "a=1");
  const socket = new WebSocket(worker.url.replace("http", "ws"));
  const said = await new Promise((done, failed) => {
    socket.onopen = () => socket.send("hi");
    socket.onmessage = ({ data }) => done(data);
    socket.onerror = failed;
  });
  assert.equal(said, "echo hi");
  socket.close();
});

test("an exception is 1101, a browser gets a page, and the next request is answered", async () => {
  const worker = await startWorker(`export default { fetch(request) {
    if (request.url.endsWith("/hang")) return new Promise(() => {});
    if (request.url.endsWith("/loop")) for (;;) {}
    return new Response("fine");
  } };`, { args: ["--plan", "free"] });
  const hung = await worker.get("/hang");
  assert.deepEqual([hung.status, await hung.text()], [500, "error code: 1101"]);
  const page = await worker.get("/loop", { headers: { accept: "text/html,*/*" } });
  assert.equal(page.status, 503);
  assert.match(await page.text(), /Error 1102[^]*Worker exceeded resource limits/);
  assert.equal(await (await worker.get("/")).text(), "fine");
  assert.deepEqual((await worker.reports(3)).map(({ outcome }) => outcome), ["exception", "exceededCpu", "ok"]);
});

test("scheduled and queue run on the control plane, under their own limits", async () => {
  const worker = await startWorker(`export default {
    fetch: () => new Response(""),
    async scheduled({ cron, scheduledTime }) { console.log(cron, scheduledTime); if (cron === "1 1 1 1 1") throw new RangeError("no"); },
    async queue(batch) { console.log(batch.queue, JSON.stringify(batch.messages.map(({ id, body, attempts }) => [id, body instanceof Uint8Array ? body.length : body, attempts]))); batch.messages[0].ack(); batch.messages[1]?.retry(); },
  };`, { args: ["--plan", "paid"] });
  const cron = await worker.post("scheduled", { cron: "*/5 * * * *", scheduledTime: 86_400_000 });
  assert.deepEqual([cron.outcome, cron.result.outcome, cron.invocation.logs], ["ok", "ok", ["log: */5 * * * * 86400000"]]);
  assert.deepEqual(cron.invocation.limits.map(({ name, limit }) => [name, limit])[0], ["worker.cron_cpu_ms", 30_000]);
  const hourly = await worker.post("scheduled", { cron: "1 1 1 1 1" });
  assert.deepEqual([hourly.outcome, hourly.invocation.limits[0].limit], ["exception", 900_000]);
  assert.match(hourly.invocation.exceptions[0], /^RangeError: no/);
  const queue = await worker.post("queue", { queue: "jobs", messages: [{ id: "a", body: { x: 1 } }, { id: "b", base64: "AQID", attempts: 3 }] });
  assert.equal(queue.invocation.logs[0], 'log: jobs [["a",{"x":1},1],["b",3,3]]');
  assert.deepEqual([queue.outcome, queue.result.explicitAcks, queue.result.retryMessages.length], ["ok", ["a"], 1]);
  for (const wrong of [{ messages: [] }, { messages: 1 }, { nobody: 1 }]) assert((await worker.post("queue", wrong)).error);
  assert((await worker.post("scheduled", { cron: 5 })).error);
});

test("six subrequests wait at once, and the seventh for one of them", async () => {
  const worker = await startWorker(`export default { async fetch(request) {
    const url = new URL(request.url);
    if (url.pathname === "/many") {
      const answers = Array.from({ length: 8 }, (_, at) => fetch(url.origin.replace(/:\\d+$/, ":" + url.searchParams.get("port")) + "/" + at).then((answer) => answer.text()));
      return new Response((await Promise.all(answers)).join(" "));
    }
    return new Response("");
  } };`);
  const waiting = [];
  let most = 0;
  const server = createServer((request, response) => {
    waiting.push(() => response.end(request.url));
    most = Math.max(most, waiting.length);
  }).listen(0, "127.0.0.1");
  await new Promise((done) => server.once("listening", done));
  try {
    const many = worker.get(`/many?port=${server.address().port}`).then((answer) => answer.text());
    await until("six have come", () => waiting.length === 6);
    await pause(300);
    assert.equal(waiting.length, 6);
    let let_go = 0;
    while (let_go < 8) {
      const answer = await until("another", () => waiting.shift());
      let_go++;
      answer();
    }
    assert.deepEqual((await many).split(" ").sort(), Array.from({ length: 8 }, (_, at) => `/${at}`));
    assert.equal(most, 6);
    assert.equal((await worker.reports())[0].subrequests["127.0.0.1"], 8);
  } finally {
    server.close();
  }
});

test("each redirect is a subrequest, and services have a limit of their own", async () => {
  const limits = overlay([["subrequests", 3], ["service_subrequests", 2]]);
  const worker = await startWorker(`export default { async fetch(request, env) {
    const url = new URL(request.url);
    try {
      if (url.pathname === "/redirects") return new Response(await (await fetch(url.searchParams.get("target"))).text());
      for (let at = 0; at < 3; at++) await env.AI.models({ search: "nothing" });
    } catch ({ name, message }) { return new Response(name + ": " + message); }
  } };`, { args: ["--limits", limits] });
  const server = createServer((request, response) => {
    const left = Number(request.url.slice(1));
    if (left === 0) return response.end("arrived");
    response.writeHead(302, { location: `/${left - 1}` }).end();
  }).listen(0, "127.0.0.1");
  await new Promise((done) => server.once("listening", done));
  try {
    const redirects = async (count) =>
      (await worker.get(`/redirects?target=http://127.0.0.1:${server.address().port}/${count}`)).text();
    assert.equal(await redirects(2), "arrived");
    assert.match(await redirects(3), /^Error: Too many subrequests by single Worker invocation\./);
    assert.equal(await (await worker.get("/")).text(), "Error: Too many API requests by single Worker invocation.");
  } finally {
    server.close();
  }
});

test("waitUntil belongs to the invocation, and is cut", async () => {
  const worker = await startWorker(`export default { fetch(request, env, ctx) {
    ctx.waitUntil(scheduler.wait(request.url.endsWith("/long") ? 60_000 : 300).then(() => console.log("waited")));
    return new Response("answered");
  } };`, { args: ["--limits", overlay([["wait_until_seconds", 3]])] });
  assert.equal(await (await worker.get("/short")).text(), "answered");
  const [short] = await worker.reports();
  assert(short.wall_ms >= 290 && short.logs[0] === "log: waited", JSON.stringify(short));
  assert.equal(await (await worker.get("/long")).text(), "answered");
  const long = (await worker.reports(2))[1];
  assert.deepEqual([long.outcome, long.status], ["exceededWallTime", 200]);
  assert.match(long.exceptions[0], /waitUntil\(\) tasks did not complete/);
  assert.equal(await (await worker.get("/short")).text(), "answered");
});

test("lenient lets infrequent overruns pass, and cuts the repeated", async () => {
  const burn = "export default { fetch(request) { let x = 0; const n = Number(new URL(request.url).searchParams.get('n')); for (let at = 0; at < n; at++) x += Math.sqrt(at); return new Response(String(x)); } };";
  const paid = await startWorker(burn);
  for (let round = 0; round < 4; round++) await paid.get("/?n=30000000");
  const cost = (await paid.reports(4)).at(-1).cpu_ms / 3e7;
  // Six times the limit each: 250 ms over it are let pass, which is five of them at most.
  const path = `/?n=${Math.floor(60 / cost)}`;
  const lenient = await startWorker(burn, { args: ["--plan", "free", "--mode", "lenient"] });
  const statuses = [];
  for (let round = 0; round < 60 && !statuses.includes(503); round++) statuses.push((await lenient.get(path)).status);
  assert.equal(statuses[0], 200);
  assert(statuses.includes(503), statuses.join());
});

test("the front refuses what production refuses", async () => {
  const limits = overlay([["body_bytes", 1000], ["requests_per_day", "{ free = 6 }"]]);
  const worker = await startWorker("export default { async fetch(request) { return new Response(String((await request.arrayBuffer()).byteLength)); } };", {
    args: ["--plan", "free", "--limits", limits],
  });
  const status = async (path, init) => (await worker.get(path, init)).status;
  const room = 16_384 - "https://".length - new URL(worker.url).host.length;
  assert.equal(await status("/" + "a".repeat(room - 1)), 200);
  assert.equal(await status("/" + "a".repeat(room)), 414);
  assert.equal(await status("/", { headers: { a: "b".repeat(131_072) } }), 431);
  assert.equal(await (await worker.get("/", { method: "POST", body: "a".repeat(1000) })).text(), "1000");
  assert.equal(await status("/", { method: "POST", body: "a".repeat(1001) }), 413);
  // Without a length, the body is measured as it comes.
  const chunked = await new Promise((done, failed) => {
    const sent = httpRequest(worker.url, { method: "POST" }, (response) => done(response.resume().statusCode));
    sent.on("error", failed);
    for (let part = 0; part < 20; part++) sent.write("a".repeat(100));
    sent.end();
  });
  assert.equal(chunked, 413);
  assert.equal(await status("/"), 200);
  const rest = [];
  for (let left = 0; left < 4; left++) rest.push(await worker.get("/"));
  const last = rest.at(-1);
  assert.deepEqual([last.status, await last.text()], [429, "error code: 1027"]);
});

test("a hundred clients at once are all answered, and more than may wait are refused", async () => {
  const worker = await startWorker("export default { async fetch() { await scheduler.wait(5); return new Response('ok'); } };");
  const answers = await Promise.all(Array.from({ length: 100 }, () => worker.get().then((answer) => answer.text())));
  assert.deepEqual(new Set(answers), new Set(["ok"]));
  const held = await holding();
  const narrow = await startWorker(HELD, { args: ["--processes", "1", "--limits", overlay([["waiting_requests", 2]])] });
  const statuses = [];
  const all = Array.from({ length: 6 }, () => narrow.get(`/?target=${held.url}`).then(({ status }) => statuses.push(status)));
  await until("what may not wait is refused", () => statuses.length === 3);
  assert.deepEqual(statuses, [429, 429, 429]);
  held.release();
  await Promise.all(all);
  assert.deepEqual(statuses.sort(), [200, 200, 200, 429, 429, 429]);
});

/** Processes whose command line names this supervisor's folder. */
async function children(pid) {
  const { readdirSync } = await import("node:fs");
  return readdirSync("/proc").filter((entry) => /^\d+$/.test(entry)).filter((entry) => {
    try {
      return readFileSync(`/proc/${entry}/cmdline`, "utf8").includes(`candleflare-worker-${pid}-`);
    } catch {
      return false;
    }
  });
}

test("a supervisor that is killed leaves nothing running", { skip: process.platform !== "linux" }, async () => {
  const worker = await startWorker("export default { async fetch() { await scheduler.wait(60_000); } };");
  const hanging = worker.get().catch(() => {});
  await until("workerd runs", async () => (await children(worker.pid)).length >= 2);
  await worker.stop("SIGKILL");
  await until("nothing is left", async () => (await children(worker.pid)).length === 0);
  await hanging;
});

test("it drains on SIGTERM, with a table and a report", async () => {
  const report = join(scratch(), "report.json");
  const held = await holding();
  const worker = await startWorker(HELD, { args: ["--report", report] });
  const slow = worker.get(`/slow?target=${held.url}`).then((answer) => answer.text());
  await until("it is in the Worker", () => held.waiting() === 1);
  const stopped = worker.stop();
  await pause(300);
  held.release();
  const { code } = await stopped;
  assert.equal(code, 0);
  assert.equal(await slow, "done");
  assert.match(worker.said.stderr, /GET \/slow +ok [^]*1 invocations, 0 not ok/);
  const { total, invocations } = JSON.parse(readFileSync(report, "utf8"));
  assert.deepEqual([total, invocations[0].event, invocations[0].status], [1, "GET /slow", 200]);
  assert(!existsSync(worker.readyFile ?? "") );
});

test("a line warns when 80 % of a limit are passed", async () => {
  const worker = await startWorker("export default { async fetch(request) { for (let at = 0; at < 4; at++) await fetch(new URL(request.url).searchParams.get('target')); return new Response(''); } };", {
    args: ["--limits", overlay([["subrequests", 5]])],
  });
  assert.equal((await worker.get(`/?target=${worker.api}/__candleflare/health`)).status, 200);
  await until("the line", () => /80 % of `worker\.subrequests`: 4\.0 of 5/.test(worker.said.stderr));
});

test("what cannot start is said", async () => {
  const refused = async (worker, args = [], options) => {
    const { said, ended } = launchWorker(worker, { args, ...options });
    const { code } = await ended;
    assert.equal(code, 1, tail(said));
    assert.match(said.stderr, /error: [^]*\nhint: /, tail(said));
    return said.stderr;
  };
  const fine = "export default { fetch: () => new Response('') };";
  assert.match(await refused("export default {"), /SyntaxError/);
  assert.match(await refused("import 'nothing-of-this-name'; export default {};"), /nothing-of-this-name/);
  assert.match(await refused("throw new Error('at the start');"), /at the start/);
  assert.match(await refused(fine, ["--workerd", "/nowhere/workerd"]), /\/nowhere\/workerd/);
  const other = file("workerd", "#!/bin/sh\necho workerd from another time\n");
  chmodSync(other, 0o755);
  assert.match(await refused(fine, ["--workerd", other]), /not a workerd that is known here/);
  assert.match(await refused(fine, ["--wrangler", "/nowhere/wrangler.toml"]), /cannot read/);
  const limits = file("wrangler.json", JSON.stringify({ limits: { cpu_ms: 50 } }));
  assert.match(await refused(fine, ["--plan", "free", "--wrangler", limits]), /code 100328/);
  const typescript = file("worker.ts", fine);
  assert.match(await refused(typescript), /must be bundled first/);
  // Without a name and without the package.
  const alone = file("alone.js", fine);
  const { code, stderr } = await run(["worker", "--port", "0", alone], { cwd: scratch(), env: { PATH: "/nowhere" } });
  assert.equal(code, 1);
  assert.match(stderr, /there is no workerd here\nhint: `npm install workerd`/);
});

test("a Worker that does not start again is said to loop, and its requests are refused", async () => {
  // A wrapper that can be taken away, as an upgrade of the package does.
  const wrapper = file("workerd", `#!/bin/sh\nexec "${workerd}" "$@"\n`);
  chmodSync(wrapper, 0o755);
  const worker = await startWorker("export default { fetch(request) { if (request.url.endsWith('/loop')) for (;;) {} return new Response('ok'); } };", {
    args: ["--plan", "free", "--workerd", wrapper],
  });
  assert.equal((await worker.get("/loop")).status, 503);
  await until("a standby serves", async () => (await worker.get()).status === 200);
  await pause(1000);
  writeFileSync(wrapper, "#!/bin/sh\nexit 3\n");
  // Kills what serves and what stands by.
  for (let kill = 0; kill < 3; kill++) assert.equal((await worker.get("/loop")).status, 503);
  await until("it is said", () => worker.said.stderr.includes("a crash loop"));
  assert.equal((await worker.get()).status, 503);
  writeFileSync(wrapper, `#!/bin/sh\nexec "${workerd}" "$@"\n`);
  await until("it has come back", async () => (await worker.get()).status === 200);
});
