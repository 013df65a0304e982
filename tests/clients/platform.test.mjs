// Everything else that runs a Worker on a developer's machine, under `candleflare exec` and with nothing changed:
// getPlatformProxy, Miniflare v4 and v5, Vite, vitest in both of its plugins.

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";

import { BGE, LLAMA, root } from "./emulator.mjs";
import { PROBE, RECORDING, caller } from "./probe.mjs";
import { announced, exec, execEnds, modules, project } from "./workers.mjs";

const CONFIG = {
  name: "probe",
  main: "index.js",
  compatibility_date: "2025-11-01",
  ai: { binding: "AI" },
  vectorize: [{ binding: "DOCS", index_name: "docs" }],
};
const flags = ["--index", "docs=32"];

for (const tool of ["wrangler", "wrangler-old"]) {
  test(`getPlatformProxy of ${tool}: streams, errors and vectors in Node`, async () => {
    const script = `
      import { getPlatformProxy } from "${tool}";
      const { env, dispose } = await getPlatformProxy({ configPath: "./wrangler.json", persist: false });
      const one = await env.AI.run("${BGE}", { text: "sea" });
      const stream = await env.AI.run("${LLAMA}", { prompt: "hello", stream: true });
      const text = await new Response(stream).text();
      const thrown = await env.AI.run("@cf/no/model", { prompt: "x" }).catch((error) => error);
      const raw = await env.AI.run("${BGE}", { text: "sea" }, { returnRawResponse: true });
      const body = new Blob([Buffer.from("${RECORDING.toString("base64")}", "base64")]).stream();
      const heard = await env.AI.run("@cf/pipecat-ai/smart-turn-v2", { audio: { body, contentType: "audio/wav" } });
      const models = await env.AI.models({ search: "bge-small-en" });
      await env.DOCS.upsert([{ id: "a", values: Array(32).fill(1) }]);
      const { vectorCount } = await env.DOCS.describe();
      const kinds = [raw.status, typeof heard.is_complete, models.length > 0];
      console.log(JSON.stringify({ shape: one.shape, ends: text.trim().endsWith("[DONE]"), thrown: String(thrown), kinds, vectorCount }));
      await dispose();`;
    const cwd = project({ "wrangler.json": CONFIG, "index.js": PROBE, "run.mjs": script });
    const { code, stdout, stderr } = await execEnds(["node", "run.mjs"], { cwd, flags });
    assert.equal(code, 0, stderr);
    const { thrown, ...rest } = JSON.parse(stdout.trim().split("\n").at(-1));
    assert.deepEqual(rest, { shape: [1, 384], ends: true, kinds: [200, "boolean", true], vectorCount: 1 });
    // The older proxy between workerd and Node loses an error's name.
    assert.match(thrown, tool === "wrangler" ? /^AiError: 5007: No such model/ : /^(Ai)?Error: 5007: No such model/);
  });
}

/** A Worker by Miniflare's own API, its bindings with no address at all. */
const MINIFLARE = (from, options) => `
  import { createRequire } from "node:module";
  const require = createRequire(${JSON.stringify(from)});
  const { Miniflare } = require("miniflare");
  const miniflare = new Miniflare(${options});
  const ask = async (path, ...args) => {
    const body = JSON.stringify({ path: path.split("."), args });
    return (await miniflare.dispatchFetch("http://worker/", { method: "POST", body })).json();
  };
  const { value } = await ask("AI.run", "${BGE}", { text: "sea" });
  await ask("DOCS.upsert", [{ id: "a", values: Array(32).fill(1) }]);
  const found = await ask("DOCS.query", Array(32).fill(1));
  console.log(JSON.stringify([value.shape, found.value.count]));
  await miniflare.dispose();`;

test("Miniflare v4 and v5", async () => {
  const v4 = `{ modules: true, script: ${JSON.stringify(PROBE)}, compatibilityDate: "2026-07-01", cf: false,
    ai: { binding: "AI" }, vectorize: { DOCS: { index_name: "docs" } } }`;
  const v5 = `require("miniflare").convertV4MiniflareOptions(${v4})`;
  for (const [from, options] of [
    [join(root, "tests/clients/package.json"), v4],
    [join(modules, "@cloudflare/vite-plugin/package.json"), v5],
  ]) {
    const cwd = project({ "run.mjs": MINIFLARE(from, options) });
    const { code, stdout, stderr } = await execEnds(["node", "run.mjs"], { cwd, flags });
    assert.equal(code, 0, stderr);
    assert.deepEqual(JSON.parse(stdout.trim().split("\n").at(-1)), [[1, 384], 1]);
  }
});

test("vite dev with @cloudflare/vite-plugin", async () => {
  const cwd = project({
    "wrangler.json": CONFIG,
    "index.js": PROBE,
    "vite.config.js": 'import { cloudflare } from "@cloudflare/vite-plugin";\nexport default { plugins: [cloudflare()], server: { host: "127.0.0.1", port: 0 } };',
    "package.json": { type: "module" },
  });
  const running = exec(["node", join(modules, "vite/bin/vite.js"), "dev"], { cwd, flags });
  // Not the emulator's own address, which the preload says too.
  const call = caller((await announced(running, /Local: +http:\/\/[\d.]+:\d+/)).replace(/Local: +/, ""));
  const embedded = await call("AI.run", BGE, { text: "sea" });
  assert.deepEqual(embedded.value?.shape, [1, 384], JSON.stringify(embedded));
  assert.equal((await call("DOCS.describe")).value.dimensions, 32);
  running.child.kill("SIGTERM");
  await running.ended;
  assert.match(running.said.stderr, /candleflare: 2 calls, /);
});

test("vitest, with @cloudflare/vitest-plugin and with @cloudflare/vitest-pool-workers", async () => {
  for (const plugin of ["vitest-plugin", "vitest-pool-workers"]) {
    const cwd = project({
      "wrangler.json": CONFIG,
      "index.js": PROBE,
      "package.json": { type: "module" },
      "vitest.config.js": `
        import { cloudflareTest } from "@cloudflare/${plugin}";
        export default { plugins: [cloudflareTest({ wrangler: { configPath: "./wrangler.json" } })] };`,
      "one.test.js": `
        import { env } from "cloudflare:test";
        import { expect, it } from "vitest";
        it("has both bindings", async () => {
          expect((await env.AI.run("${BGE}", { text: "sea" })).shape).toEqual([1, 384]);
          expect((await env.DOCS.describe()).dimensions).toBe(32);
          await expect(env.AI.run("@cf/no/model", { prompt: "x" })).rejects.toThrow("5007: No such model");
        });`,
    });
    const { code, stdout, stderr } = await execEnds(["node", join(modules, "vitest/vitest.mjs"), "run"], { cwd, flags, patience: 120_000 });
    assert.equal(code, 0, stdout + stderr);
    assert.match(stdout, /1 passed/);
    assert.match(stderr, /candleflare: 3 calls, .* 1 refused/);
  }
});
