// `candleflare init`: the change is shown, asked for, and written only then.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { binary, run, scratch } from "./emulator.mjs";
import { typed } from "./workers.mjs";

const WRANGLER = `{
  // the Worker
  "name": "w",
  "ai": { "binding": "AI" },
  "kv_namespaces": [{ "binding": "KV", "id": "1" }],
  "vectorize": [{ "binding": "DOCS", "index_name": "docs" }]
}
`;
const VITEST = `import { cloudflareTest } from "@cloudflare/vitest-plugin";

export default { plugins: [cloudflareTest({ wrangler: { configPath: "./wrangler.jsonc" } })] };
`;

function folder(files) {
  const cwd = scratch();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(cwd, name), text);
  return cwd;
}

test("where nobody can be asked, the diff is shown and nothing is written", async () => {
  const cwd = folder({ "wrangler.jsonc": WRANGLER });
  const { code, stdout, stderr } = await run(["init"], { cwd });
  assert.equal(code, 1);
  assert.match(stdout, /^--- .*wrangler\.jsonc\n\+\+\+ .*wrangler\.jsonc\n@@ /);
  assert.match(stdout, /^\+.*"candleflare-ai"/m);
  assert.match(stderr, /hint: `--yes`/);
  assert.equal(readFileSync(join(cwd, "wrangler.jsonc"), "utf8"), WRANGLER);
});

test("--yes writes an environment `local`, once", async () => {
  const cwd = folder({ "wrangler.jsonc": WRANGLER });
  assert.equal((await run(["init", "--yes"], { cwd })).code, 0);
  const written = readFileSync(join(cwd, "wrangler.jsonc"), "utf8");
  assert(written.includes("// the Worker"));
  const { env } = JSON.parse(written.replace(/^ *\/\/.*$/m, ""));
  assert.deepEqual(env.local.kv_namespaces, [{ binding: "KV", id: "1" }]);
  assert.deepEqual(env.local.unsafe.bindings.map(({ name, type }) => [name, type]), [["AI", "ai"], ["DOCS", "vectorize"]]);
  const again = await run(["init", "--yes"], { cwd });
  assert.deepEqual([again.code, again.stdout], [0, ""]);
  assert.match(again.stderr, /is as it should be/);
});

test("on a terminal it shows the diff and asks, and only `y` writes", async () => {
  for (const [answer, code] of [["n", 1], ["", 1], ["y", 0]]) {
    const cwd = folder({ "wrangler.jsonc": WRANGLER });
    const asked = await typed([["write this? [y/N]", `${answer}\n`]], [binary, "init"], { cwd });
    assert.equal(asked.code, code, asked.stdout);
    assert(asked.stdout.indexOf("candleflare-ai") < asked.stdout.indexOf("write this?"), "the diff comes first");
    assert.equal(readFileSync(join(cwd, "wrangler.jsonc"), "utf8") === WRANGLER, code === 1);
  }
});

test("a TOML configuration gets its environment, too", async () => {
  const text = 'name = "w" # the Worker\n[ai]\nbinding = "AI"\n[[vectorize]]\nbinding = "DOCS"\nindex_name = "docs"\n';
  const cwd = folder({ "wrangler.toml": text });
  assert.equal((await run(["init", "--yes"], { cwd })).code, 0);
  const written = readFileSync(join(cwd, "wrangler.toml"), "utf8");
  assert(written.startsWith(text), written);
  assert.match(written, /\[\[env\.local\.unsafe\.bindings\]\]/);
  assert.match((await run(["init", "--yes"], { cwd })).stderr, /is as it should be/);
});

test("a project that runs vitest gets the helper", async () => {
  const cwd = folder({ "wrangler.jsonc": WRANGLER, "vitest.config.js": VITEST });
  assert.equal((await run(["init", "--yes"], { cwd })).code, 0);
  const written = readFileSync(join(cwd, "vitest.config.js"), "utf8");
  assert.match(written, /import \{ candleflare \} from "candleflare\/vitest";/);
  assert.match(written, /cloudflareTest\(candleflare\(\{ wrangler: \{ configPath: "\.\/wrangler\.jsonc" \} \}\)\)/);
  assert.equal(readFileSync(join(cwd, "wrangler.jsonc"), "utf8"), WRANGLER);
});

test("what cannot be done is said with a hint, and changes nothing", async () => {
  for (const [files, args] of [
    [{}, ["init"]],
    [{ "wrangler.jsonc": "{" }, ["init", "--yes"]],
    [{ "wrangler.jsonc": "{}" }, ["init", "--yes"]],
    [{ "wrangler.jsonc": WRANGLER }, ["init", "--for", "vitest"]],
    [{ "vitest.config.js": "cloudflareTest(options)" }, ["init", "--yes"]],
  ]) {
    const { code, stderr } = await run(args, { cwd: folder(files) });
    assert.equal(code, 1, stderr);
    assert.match(stderr, /^error: /);
  }
});
