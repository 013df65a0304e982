// The npm package: laid out, packed, installed and used as from the registry; its client and its Miniflare plugin.

import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { after, test } from "node:test";

import { BGE, LLAMA, binary, newAccount, root, scratch, startEmulator, until } from "./emulator.mjs";
import { INDEXES, PROBE, caller, everyCall } from "./probe.mjs";
import { announced, modules, project, start } from "./workers.mjs";

const require = createRequire(import.meta.url);
const source = join(root, "npm/candleflare");

async function succeeds(program, args, options) {
  const { ended, said } = start(program, args, options);
  const { code } = await ended;
  assert.equal(code, 0, `${program} ${args.join(" ")}\n${said.stdout}${said.stderr}`);
  return said;
}

test("packed and installed, `npx candleflare` runs the binary, and every entry loads in both kinds of module", async () => {
  const cwd = scratch();
  // The binary is there already.
  await succeeds("make", ["npm", "CARGO=true", `BIN=${binary}`], { cwd: root });
  const out = join(root, "target/npm");
  assert.deepEqual(readdirSync(out).sort(), ["candleflare", `candleflare-${process.platform}-${process.arch}`]);
  for (const name of readdirSync(out)) await succeeds("npm", ["pack", "--silent", join(out, name)], { cwd });
  const tarballs = readdirSync(cwd).filter((name) => name.endsWith(".tgz")).map((name) => `./${name}`);
  assert.equal(tarballs.length, 2);
  writeFileSync(join(cwd, "package.json"), "{}");
  // The other platforms' packages are not there to be asked for.
  await succeeds("npm", ["install", "--silent", "--offline", "--omit=optional", "--no-audit", "--no-fund", ...tarballs], { cwd });
  const env = { CANDLEFLARE_BIN: "" };
  assert.match((await succeeds("npx", ["candleflare", "--version"], { cwd, env })).stdout, /^candleflare \d/);
  const failing = start("npx", ["candleflare", "exec", "--", "sh", "-c", "exit 6"], { cwd, env });
  assert.equal((await failing.ended).code, 6);
  const script = `
    const { Candleflare } = await import("candleflare");
    const { candleflare } = await import("candleflare/vitest");
    const { plugins } = await import("candleflare/plugin");
    const { createRequire } = await import("node:module");
    const require = createRequire(process.cwd() + "/x.js");
    const same = require("candleflare").Candleflare === Candleflare && require("candleflare/vitest").candleflare === candleflare;
    console.log(same, Object.keys(plugins).join());`;
  const { stdout } = await succeeds("node", ["--input-type=module", "-e", script], { cwd, env });
  assert.equal(stdout, "true candleflare-ai,candleflare-vectorize\n");
  const files = Object.values(require(join(source, "package.json")).exports).flatMap((entry) => (typeof entry === "string" ? entry : Object.values(entry)));
  for (const file of files) assert(existsSync(join(cwd, "node_modules/candleflare", file)), file);
});

test("`npx candleflare` hands signals on, and ends as the binary does", async () => {
  const wrapped = (script) => start("node", [join(source, "bin/candleflare.cjs"), "exec", "--", "sh", "-c", script]);
  for (const [signal, name] of [["SIGTERM", "TERM"], ["SIGINT", "INT"], ["SIGHUP", "HUP"]]) {
    const { child, ended, said } = wrapped(`trap "echo got ${name}; exit 9" ${name}; echo ready; while :; do sleep 0.05; done`);
    await until("it is ready", () => said.stdout.includes("ready"));
    child.kill(signal);
    assert.equal((await ended).code, 9, signal);
    assert.match(said.stdout, new RegExp(`got ${name}`));
  }
  assert.equal((await wrapped("kill -KILL $$").ended).code, 137);
});

test("the types fit what there is, in both kinds of module", async () => {
  const use = `
    const emulator = new Candleflare({ url: "http://127.0.0.1:1", account: newAccount() });
    async function steer() {
      const id: string = await emulator.stubs.add({ match: { model: "@cf/a/b", input: { "$.prompt": { contains: "x" } } }, when: { times: 1 }, respond: { text: "y" } });
      await emulator.faults.add({ fault: { kind: "cut", after_events: 3 } });
      await emulator.clock.advance("36h");
      const [{ body, dialect }] = await emulator.requests({ service: "ai", status: 200 });
      const bytes: number = body.bytes;
      const usd: number = (await emulator.usage()).total.usd;
      // @ts-expect-error a fault has a kind
      await emulator.faults.add({ fault: { kind: "explode" } });
      // @ts-expect-error an answer is one of a few
      await emulator.stubs.add({ respond: { song: "y" } });
      return [id, bytes, usd, dialect, emulator.fork().openaiUrl];
    }
    const options: Promise<object> = candleflare({ wrangler: { configPath: "./wrangler.jsonc" }, emulator: { args: ["--seed", "7"] } })();
    // @ts-expect-error arguments are a list
    candleflare({ emulator: { args: "--seed 7" } });
    export const all = [steer, options, plugins["candleflare-ai"], CandleflareError.prototype.status];`;
  const modern = `import { Candleflare, CandleflareError, newAccount } from "candleflare";
    import { candleflare } from "candleflare/vitest";
    import { plugins } from "candleflare/plugin";${use}`;
  for (const [more, files] of [[{ module: "nodenext" }, ["use.mts", "use.cts"]], [{ module: "esnext", moduleResolution: "bundler" }, ["use.mts"]]]) {
    const compilerOptions = { noEmit: true, strict: true, target: "es2022", lib: ["es2022", "dom"], types: [], ...more };
    const cwd = project({ "package.json": {}, "use.mts": modern, "use.cts": modern, "tsconfig.json": { compilerOptions, files } });
    await succeeds("node", [require.resolve("typescript/lib/tsc.js"), "-p", "."], { cwd });
  }
});

test("without a binary for the platform it says so", async () => {
  const { ended, said } = start("node", [join(source, "bin/candleflare.cjs")], { env: { CANDLEFLARE_BIN: "" } });
  assert.equal((await ended).code, 1);
  assert.match(said.stderr, /^error: candleflare: there is no binary for this platform.*\nhint: /);
});

test("the preload fails loudly where it cannot lead the bindings here", async () => {
  const cwd = project({});
  const write = (path, text) => {
    const whole = join(cwd, "tools/node_modules", path);
    mkdirSync(dirname(whole), { recursive: true });
    writeFileSync(whole, text);
    return whole;
  };
  const plugins = (own) => `const plugin = { getBindings() { return [${own}]; }, getServices() {} };
    exports.AI_PLUGIN = plugin; exports.VECTORIZE_PLUGIN = { ...plugin };`;
  const cases = [
    [write("a/miniflare/dist/src/index.js", "exports.nothing = 1;"), [], /has no ai plugin\n *hint: .*update wrangler/],
    [write("b/miniflare/dist/src/index.js", "exports.AI_PLUGIN = {}; exports.VECTORIZE_PLUGIN = {};"), [], /has another ai plugin\n *hint: /],
    [write("wrangler/wrangler-dist/cli.js", "function nothing() {}"), ["dev"], /cannot keep the bindings of `.*cli\.js` local\n *hint: wrangler 4\.36/],
    [write("@cloudflare/vite-plugin/dist/index.mjs", "function startRemoteProxySession() {}"), [], /cannot keep the bindings of `.*index\.mjs` local\n *hint: /],
  ];
  const run = (file, args) => start("node", ["--require", join(source, "register.cjs"), file, ...args], { cwd });
  for (const [file, args, wanted] of cases) {
    const { ended, said } = run(file, args);
    assert.notEqual((await ended).code, 0, file);
    assert.match(said.stderr, wanted);
  }
  // A binding of a shape not known is an error when Miniflare asks for it.
  const shape = write("c/miniflare/dist/src/index.js", plugins('{ name: "AI", wrapped: { innerBindings: [] } }'));
  const asking = write("ask.cjs", `require(${JSON.stringify(shape)}).AI_PLUGIN.getBindings({}).catch((error) => { console.error(error.message); process.exit(3); });`);
  const asked = run(asking, []);
  assert.equal((await asked.ended).code, 3, asked.said.stderr);
  assert.match(asked.said.stderr, /has another form of ai binding\nhint: /);
  // wrangler's other commands run no Worker.
  assert.equal((await run(cases[2][0], ["deploy"]).ended).code, 0);
});

test("the client steers an account and sees it", async () => {
  const { Candleflare, CandleflareError } = require(source);
  const server = await startEmulator();
  const emulator = new Candleflare({ url: server.url, account: newAccount() });
  const ask = (account, text) => server.post(`ai/run/${BGE}`, { text }, { account });
  await ask(emulator.account, "sea");
  assert.equal((await ask(emulator.account, 5)).status, 400);
  const calls = await emulator.requests({ service: "ai" });
  assert.deepEqual(calls.map(({ status }) => status), [200, 400]);
  assert.equal((await emulator.requests({ status: 400 })).length, 1);
  const usage = await emulator.usage();
  assert.equal(usage.rows[0].model, BGE);
  assert(usage.total.neurons > 0);
  assert.equal((await emulator.version()).name, "candleflare");
  const other = emulator.fork();
  assert.notEqual(other.account, emulator.account);
  assert.deepEqual(await other.requests(), []);

  const before = await emulator.clock.advance("36h");
  assert(before, "the clock answers");
  await emulator.mutations.set({ mode: "manual" });
  assert.equal((await emulator.mutations.get()).mode, "manual");
  await emulator.mutations.tick();
  assert(Array.isArray((await emulator.limits.get()).limits));
  await emulator.reset();
  assert.deepEqual(await emulator.requests(), []);

  await assert.rejects(emulator.mutations.set({ mode: "sometimes" }), (error) => {
    assert(error instanceof CandleflareError);
    assert.equal(error.status, 400);
    return /sometimes/.test(error.message);
  });
  const nowhere = new Candleflare({ url: "http://127.0.0.1:9" });
  await assert.rejects(nowhere.usage(), /there is no emulator at http:\/\/127\.0\.0\.1:9\nhint: /);
});

test("the client scripts answers, stages failures, changes limits and moves state", async () => {
  const { Candleflare, CandleflareError } = require(source);
  const server = await startEmulator();
  const emulator = new Candleflare({ url: server.url, account: newAccount() });
  const run = async (model, input, account = emulator.account) => {
    const response = await fetch(`${server.url}/client/v4/accounts/${account}/ai/run/${model}`, { method: "POST", body: JSON.stringify(input) });
    return { status: response.status, ...(await response.json()) };
  };
  const stub = { match: { model: LLAMA, input: { "$.prompt": { contains: "weather" } } }, respond: { text: "sunny" } };
  const id = await emulator.stubs.add(stub);
  assert.match(id, /./);
  assert.equal((await run(LLAMA, { prompt: "the weather?" })).result.response, "sunny");
  assert.notEqual((await run(LLAMA, { prompt: "hello" })).result.response, "sunny");
  assert((await emulator.requests()).some((request) => request.stub === id));
  const stubs = async (of = emulator) => (await of.stubs.list()).stubs.map(({ id }) => id);
  assert.deepEqual(await stubs(), [id]);
  // Another account knows nothing of it.
  assert.deepEqual(await stubs(emulator.fork()), []);
  await emulator.stubs.remove(id);
  assert.deepEqual(await stubs(), []);
  await assert.rejects(emulator.stubs.add({ respond: { nothing: 1 } }), CandleflareError);

  await emulator.faults.add({ match: { service: "ai" }, when: { times: 1 }, fault: { preset: "capacity" } });
  const failed = await run(BGE, { text: "sea" });
  assert.deepEqual([failed.status, failed.success], [429, false]);
  assert.equal((await run(BGE, { text: "sea" })).status, 200);
  await emulator.faults.add({ fault: { kind: "error", code: 3040 } });
  await emulator.faults.clear();
  assert.equal((await run(BGE, { text: "sea" })).status, 200);

  const changed = await emulator.limits.set({ limits: { "ai.neurons_per_day": 0 }, plan: "free" });
  assert(changed.limits.length > 0);
  assert.equal((await run(BGE, { text: "sea" })).status, 429);
  assert.equal((await run(BGE, { text: "sea" }, newAccount())).status, 200);
  await assert.rejects(emulator.limits.set({ limits: { "no.such_row": 1 } }), (error) => error instanceof CandleflareError && error.status === 400);

  const indexes = (account, path = "", init = {}) =>
    fetch(`${server.url}/client/v4/accounts/${account}/vectorize/v2/indexes${path}`, init).then((response) => response.json());
  const json = (body) => ({ method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
  assert((await indexes(emulator.account, "", json({ name: "docs", config: { dimensions: 32, metric: "cosine" } }))).success);
  const vector = JSON.stringify({ id: "a", values: Array(32).fill(1) });
  await indexes(emulator.account, "/docs/upsert", { method: "POST", headers: { "content-type": "application/x-ndjson" }, body: vector });
  const state = await emulator.export();
  assert(state.trim().split("\n").every((line) => JSON.parse(line)));
  const twin = emulator.fork();
  await twin.import(state);
  assert.equal((await indexes(twin.account, "/docs/info")).result.vectorCount, 1);
  await assert.rejects(twin.import(state), CandleflareError);
  await twin.import(state, { replace: true });
  await assert.rejects(twin.import("not ndjson"), CandleflareError);
  await emulator.clock.set(new Date("2027-01-01T00:00:00Z"));
  await emulator.clock.resume();
  await emulator.forgetRequests();
  assert.deepEqual(await emulator.requests(), []);
});

const PLUGIN = (url, account, more = {}) => {
  const dev = (name) => ({ plugin: { package: join(source, "plugin.cjs"), name }, options: { url, account, ...more } });
  return {
    name: "plugged",
    main: "index.js",
    compatibility_date: "2025-11-01",
    unsafe: {
      bindings: [
        { name: "AI", type: "ai", dev: dev("candleflare-ai") },
        { name: "DOCS", type: "vectorize", index_name: "docs", dev: dev("candleflare-vectorize") },
        { name: "IMAGES", type: "vectorize", index_name: "images", dev: dev("candleflare-vectorize") },
      ],
    },
  };
};

const served = () => startEmulator({ args: INDEXES.flatMap((index) => ["--index", index]) });
/** Without `exec`, nobody has told the tools to be quiet. */
const QUIET = { CLOUDFLARE_CF_FETCH_ENABLED: "false", WRANGLER_SEND_METRICS: "false" };

for (const tool of ["wrangler", "wrangler-old"]) {
  test(`the plugin alone, under ${tool}: every call in wrangler dev, and both bindings in getPlatformProxy`, async () => {
    const server = await served();
    const account = newAccount();
    const script = `
      import { getPlatformProxy } from "${tool}";
      const { env, dispose } = await getPlatformProxy({ configPath: "./wrangler.json", persist: false });
      const { shape } = await env.AI.run("${BGE}", { text: "sea" });
      console.log(JSON.stringify([shape, (await env.DOCS.describe()).dimensions]));
      await dispose();`;
    const cwd = project({ "wrangler.json": PLUGIN(server.url, account), "index.js": PROBE, "run.mjs": script });
    const env = { ...QUIET, WRANGLER_LOG_PATH: join(cwd, ".wrangler/logs") };
    const running = start("node", [join(modules, tool, "bin/wrangler.js"), "dev", "--port", "0", "--inspector-port", "0"], { cwd, env });
    const call = caller((await announced(running, /Ready on http:\/\/\S+/)).replace("Ready on ", ""));
    await everyCall(call);
    assert(!/login|API_TOKEN/.test(running.said.stderr), running.said.stderr);
    running.child.kill("SIGINT");
    await running.ended;
    const calls = await server.journal(account);
    assert.equal(calls.filter(({ status }) => status >= 400).length, 2);

    const { stdout } = await succeeds("node", ["run.mjs"], { cwd, env });
    assert.deepEqual(JSON.parse(stdout.trim().split("\n").at(-1)), [[1, 384], 32]);
  });
}

test("the plugin alone, in Miniflare v4 and v5, vitest and Vite", async () => {
  const server = await served();
  const account = newAccount();
  const ask = async (call) => {
    assert.deepEqual((await call("AI.run", BGE, { text: "sea" })).value?.shape, [1, 384]);
    assert.deepEqual((await call("IMAGES.describe")).value, { dimensions: 64, vectorCount: 0 });
  };
  const { unsafe, ...plain } = PLUGIN(server.url, account);
  const unsafeBindings = unsafe.bindings.map(({ name, type, dev, ...rest }) => ({ name, type, plugin: dev.plugin, options: { ...rest, ...dev.options } }));
  const v4 = { modules: true, script: PROBE, compatibilityDate: "2026-07-01", unsafeBindings, cf: false };
  const v5 = createRequire(join(modules, "@cloudflare/vite-plugin/package.json"))("miniflare");
  for (const miniflare of [new (require("miniflare").Miniflare)(v4), new v5.Miniflare(v5.convertV4MiniflareOptions(v4))]) {
    after(() => miniflare.dispose());
    await ask(caller("http://worker/", (...request) => miniflare.dispatchFetch(...request)));
  }

  const cwd = project({
    // As `init` writes it: production's bindings on top, the plugin in an environment.
    "wrangler.json": { ...plain, ai: { binding: "AI" }, env: { local: { unsafe } } },
    "index.js": PROBE,
    "package.json": { type: "module" },
    "vitest.config.js": `
      import { cloudflareTest } from "@cloudflare/vitest-plugin";
      export default { plugins: [cloudflareTest({ wrangler: { configPath: "./wrangler.json", environment: "local" } })] };`,
    "one.test.js": `
      import { env } from "cloudflare:test";
      import { expect, it } from "vitest";
      it("has the bindings", async () => {
        expect((await env.AI.run("${BGE}", { text: "sea" })).shape).toEqual([1, 384]);
        expect((await env.IMAGES.describe()).dimensions).toBe(64);
      });`,
    "vite.config.js": `
      import { cloudflare } from "@cloudflare/vite-plugin";
      export default { plugins: [cloudflare()], server: { host: "127.0.0.1", port: 0 } };`,
  });
  await succeeds("node", [join(modules, "vitest/vitest.mjs"), "run", "--config", "vitest.config.js"], { cwd, env: QUIET });
  const running = start("node", [join(modules, "vite/bin/vite.js"), "dev"], { cwd, env: { ...QUIET, CLOUDFLARE_ENV: "local" } });
  await ask(caller((await announced(running, /Local: +http:\/\/[\d.]+:\d+/)).replace(/Local: +/, "")));
  assert.equal((await server.journal(account)).length, 8);
});

test("the plugin says what is wrong with a binding's options", async () => {
  const { plugins } = require(join(source, "plugin.cjs"));
  const services = (name, options) => plugins[name].getServices({ options: [{ name: "B", type: "x", plugin: { name }, options }] });
  await assert.rejects(services("candleflare-vectorize", {}), /binding `B` has no `index_name`\nhint: /);
  await assert.rejects(services("candleflare-ai", { account: "me" }), /`me` is not an account id\nhint: /);
  await assert.rejects(services("candleflare-ai", { url: "https://example.org" }), /not an http address\nhint: /);
  await assert.rejects(services("candleflare-ai", { url: "http://[" }), /is not an address\nhint: /);
});

test("the guard throws what is marked as an exception, and lets everything else through", async () => {
  // Nothing in the emulator marks a call yet: this is the header that a supervisor will set.
  const marked = createServer((request, response) => {
    request.resume();
    if (request.url.startsWith("/run")) response.setHeader("candleflare-throw", "Too many API requests by single Worker invocation.");
    response.setHeader("content-type", "application/json").end(JSON.stringify({ dimensions: 32, vectorCount: 0 }));
  }).listen(0, "127.0.0.1");
  await new Promise((done) => marked.on("listening", done));
  after(() => marked.close());
  const { Miniflare, convertV4MiniflareOptions } = createRequire(join(modules, "@cloudflare/vite-plugin/package.json"))("miniflare");
  const { unsafe } = PLUGIN(`http://127.0.0.1:${marked.address().port}`, newAccount(), { guard: true });
  const unsafeBindings = unsafe.bindings.map(({ name, type, dev, ...rest }) => ({ name, type, plugin: dev.plugin, options: { ...rest, ...dev.options } }));
  const miniflare = new Miniflare(convertV4MiniflareOptions({ modules: true, script: PROBE, compatibilityDate: "2026-07-01", unsafeBindings, cf: false }));
  after(() => miniflare.dispose());
  const call = async (path, ...args) => {
    const body = JSON.stringify({ path: path.split("."), args });
    return (await miniflare.dispatchFetch("http://worker/", { method: "POST", body })).json();
  };
  const { thrown } = await call("AI.run", LLAMA, { prompt: "hello" });
  assert.deepEqual(thrown, { name: "Error", message: "Too many API requests by single Worker invocation.", isError: true });
  assert.equal((await call("DOCS.describe")).value.dimensions, 32);
});
