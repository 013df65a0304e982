// The npm package: laid out, packed, installed and used as from the registry; its client and its Miniflare plugin.

import assert from "node:assert/strict";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, test } from "node:test";

import { BGE, LLAMA, binary, newAccount, root, scratch, startEmulator } from "./emulator.mjs";
import { PROBE, caller } from "./probe.mjs";
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
  const platform = `${process.platform}-${process.arch}`;
  await succeeds("node", [join(root, "npm/pack.mjs"), join(cwd, "out"), `${platform}=${binary}`]);
  for (const name of readdirSync(join(cwd, "out"))) await succeeds("npm", ["pack", "--silent", `./out/${name}`], { cwd });
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

test("without a binary for the platform it says so", async () => {
  const { ended, said } = start("node", [join(source, "bin/candleflare.cjs")], { env: { CANDLEFLARE_BIN: "" } });
  assert.equal((await ended).code, 1);
  assert.match(said.stderr, /^error: candleflare: there is no binary for this platform.*\nhint: /);
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
      ],
    },
  };
};

for (const tool of ["wrangler", "wrangler-old"]) {
  test(`the plugin alone, under ${tool}: both bindings in wrangler dev and in getPlatformProxy`, async () => {
    const server = await startEmulator({ args: ["--index", "docs=32"] });
    const account = newAccount();
    const script = `
      import { getPlatformProxy } from "${tool}";
      const { env, dispose } = await getPlatformProxy({ configPath: "./wrangler.json", persist: false });
      const { shape } = await env.AI.run("${BGE}", { text: "sea" });
      console.log(JSON.stringify([shape, (await env.DOCS.describe()).dimensions]));
      await dispose();`;
    const cwd = project({ "wrangler.json": PLUGIN(server.url, account), "index.js": PROBE, "run.mjs": script });
    const env = { CLOUDFLARE_CF_FETCH_ENABLED: "false", WRANGLER_SEND_METRICS: "false", WRANGLER_LOG_PATH: join(cwd, ".wrangler/logs") };
    const running = start("node", [join(modules, tool, "bin/wrangler.js"), "dev", "--port", "0", "--inspector-port", "0"], { cwd, env });
    const call = caller((await announced(running, /Ready on http:\/\/\S+/)).replace("Ready on ", ""));
    assert.deepEqual((await call("AI.run", BGE, { text: "sea" })).value?.shape, [1, 384]);
    await call("DOCS.upsert", [{ id: "a", values: Array(32).fill(1) }]);
    assert.equal((await call("DOCS.query", Array(32).fill(1))).value.count, 1);
    assert(!/login|API_TOKEN/.test(running.said.stderr), running.said.stderr);
    running.child.kill("SIGINT");
    await running.ended;
    assert((await server.journal(account)).length >= 3);

    const { stdout } = await succeeds("node", ["run.mjs"], { cwd, env });
    assert.deepEqual(JSON.parse(stdout.trim().split("\n").at(-1)), [[1, 384], 32]);
  });
}

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
