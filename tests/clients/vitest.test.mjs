// `candleflare/vitest`: an emulator for the run, an account for each test file, and what it says when it cannot.

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";

import { BGE, run, startEmulator, until } from "./emulator.mjs";
import { modules, project, start } from "./workers.mjs";

/** Two indexes, an environment with other bindings, and a form of configuration that is not JSON. */
const WRANGLER = `
name = "helped"
main = "index.js"
compatibility_date = "2026-07-01"
[ai]
binding = "BRAIN"
[[vectorize]]
binding = "DOCS"
index_name = "docs"
[[vectorize]]
binding = "IMAGES"
index_name = "images"
[vars]
OWN = "mine"
`;
const TOML = `[indexes.docs]\ndimensions = 32\nmetric = "cosine"\n[indexes.images]\ndimensions = 64\nmetric = "euclidean"\n`;
const ALONE = `
import { env } from "cloudflare:test";
import { Candleflare } from "candleflare";
import { expect, it } from "vitest";

it("sees its own calls and vectors only", async () => {
  console.log("at " + env.CANDLEFLARE_URL + " as " + env.CANDLEFLARE_ACCOUNT);
  expect((await env.BRAIN.run("${BGE}", { text: "sea" })).shape).toEqual([1, 384]);
  expect(await env.DOCS.describe()).toMatchObject({ dimensions: 32, vectorCount: 0 });
  expect((await env.IMAGES.describe()).dimensions).toBe(64);
  await env.DOCS.upsert([{ id: "a", values: Array(32).fill(1) }]);
  expect((await env.DOCS.query(Array(32).fill(1))).count).toBe(1);
  expect((await Candleflare.of(env).requests()).length).toBe(5);
  expect([env.OWN, env.MORE]).toEqual(["mine", "more"]);
});`;

const config = (plugin, options) => `
import { cloudflareTest } from "@cloudflare/${plugin}";
import { candleflare } from "candleflare/vitest";
export default { plugins: [cloudflareTest(candleflare(${options}))] };`;
const OPTIONS = '{ wrangler: { configPath: "./wrangler.toml" }, miniflare: { bindings: { MORE: "more" } } }';

const files = (more) => ({
  "package.json": { type: "module" },
  "index.js": 'export default { fetch: () => new Response("up") };',
  "wrangler.toml": WRANGLER,
  "candleflare.toml": TOML,
  "one.test.js": ALONE,
  "two.test.js": ALONE,
  ...more,
});
const vitest = (cwd, env) => start("node", [join(modules, "vitest/vitest.mjs"), "run"], { cwd, env });
const places = ({ stdout }) => [...stdout.matchAll(/at (http:\S+) as ([0-9a-f]{32})/g)].map(([, url, account]) => ({ url, account }));
const isGone = (url) => fetch(`${url}/__candleflare/health`).then(() => false, () => true);

for (const plugin of ["vitest-plugin", "vitest-pool-workers"]) {
  test(`with @cloudflare/${plugin}: each file is alone, and the emulator ends with the run`, async () => {
    const { ended, said } = vitest(project(files({ "vitest.config.js": config(plugin, OPTIONS) })));
    assert.equal((await ended).code, 0, said.stdout + said.stderr);
    assert.match(said.stdout, /Test Files +2 passed/);
    const [one, two] = places(said);
    assert.equal(one.url, two.url);
    assert.notEqual(one.account, two.account);
    assert(await isGone(one.url));
    assert.match(said.stderr, /candleflare: 10 calls, .* 0 refused/);
    assert(!/usage charges/.test(said.stderr), said.stderr);
  });
}

test("a run that is killed takes its emulator along", async () => {
  const HANGS = `${ALONE}\nit("hangs", () => new Promise(() => {}), 60_000);`;
  const { child, ended, said } = vitest(project(files({ "vitest.config.js": config("vitest-plugin", OPTIONS), "one.test.js": HANGS, "two.test.js": HANGS })));
  const { url } = await until("a test runs", () => places(said)[0], 60_000);
  assert(!(await isGone(url)));
  child.kill("SIGKILL");
  await ended;
  await until("the emulator is gone", () => isGone(url));
});

test("an emulator that runs is used, by `CANDLEFLARE_URL` or by name; and what `init` writes runs", async () => {
  const emulator = await startEmulator({ args: ["--index", "docs=32", "--index", "images=64,euclidean"] });
  const plain = 'import { cloudflareTest } from "@cloudflare/vitest-plugin";\n\nexport default { plugins: [cloudflareTest({ miniflare: { bindings: { MORE: "more" } } })] };\n';
  const written = project(files({ "vitest.config.js": plain }));
  assert.equal((await run(["init", "--yes"], { cwd: written })).code, 0);
  const named = project(files({ "vitest.config.js": config("vitest-plugin", `{ emulator: { url: "${emulator.url}" }, ...${OPTIONS} }`) }));
  const both = [vitest(written, { CANDLEFLARE_URL: emulator.url }), vitest(named)];
  for (const { ended, said } of both) {
    assert.equal((await ended).code, 0, said.stdout + said.stderr);
    assert.deepEqual([...new Set(places(said).map(({ url }) => url))], [emulator.url]);
    assert(!/candleflare: \d+ calls/.test(said.stderr), "it started none of its own");
  }
});

test("what is wrong is said with a hint, and nothing hangs", async () => {
  const cases = [
    ['{ wrangler: { configPath: "./none.toml" } }', {}, {}, /there is no `.*none\.toml`\n *hint: /],
    ["{}", { "wrangler.toml": "name = \n" }, {}, /wrangler\.toml/],
    [`{ emulator: { args: ["--index", "docs=5"] }, ...${OPTIONS} }`, {}, {}, /\[32, 1536\].*candleflare does not start: it ended with code \d\n *hint: /s],
    [`{ emulator: { args: ["--no-such-flag"] }, ...${OPTIONS} }`, {}, {}, /no-such-flag.*candleflare does not start: /s],
    [OPTIONS, {}, { CANDLEFLARE_BIN: "/nowhere/candleflare" }, /CANDLEFLARE_BIN names `\/nowhere\/candleflare`/],
  ];
  for (const [options, more, env, wanted] of cases) {
    // As vitest does it: the options are made first, and asked for each test file.
    const script = `(async () => await require("candleflare/vitest").candleflare(${options})())()`;
    const { ended, said } = start("node", ["-e", script], { cwd: project(files(more)), env });
    assert.notEqual((await ended).code, 0, options);
    assert.match(said.stderr, wanted);
  }
});
