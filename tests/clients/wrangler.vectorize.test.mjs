// Unmodified `wrangler vectorize …`, all fourteen commands, through CLOUDFLARE_API_BASE_URL.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { promisify } from "node:util";
import { join } from "node:path";

import { file, newAccount, root, scratch, startEmulator } from "./emulator.mjs";

const emulator = await startEmulator();
const account = newAccount();
const home = scratch();
const program = join(root, "tests/clients/node_modules/wrangler/bin/wrangler.js");
const DIMENSIONS = 32;
const vector = (...first) => [...first, ...Array(DIMENSIONS - first.length).fill(0)];

/** Runs `wrangler vectorize ARGS…`: `{code, stdout, stderr}`. */
async function wrangler(...args) {
  const env = {
    PATH: process.env.PATH,
    HOME: home,
    XDG_CONFIG_HOME: home,
    CI: "true",
    NO_COLOR: "1",
    WRANGLER_SEND_METRICS: "false",
    CLOUDFLARE_API_BASE_URL: emulator.api,
    CLOUDFLARE_API_TOKEN: "local",
    CLOUDFLARE_ACCOUNT_ID: account,
  };
  try {
    const options = { env, cwd: home, timeout: 60_000, maxBuffer: 1 << 24 };
    return { code: 0, ...(await promisify(execFile)(process.execPath, [program, "vectorize", ...args], options)) };
  } catch (error) {
    return { code: error.code, stdout: error.stdout, stderr: error.stderr };
  }
}

async function says(pattern, ...args) {
  const said = await wrangler(...args);
  assert.equal(said.code, 0, `${args.join(" ")}\n${said.stdout}\n${said.stderr}`);
  assert.match(said.stdout, pattern);
  return said.stdout;
}

/** What `--json` printed. */
const json = async (...args) => JSON.parse(await says(/[[{]/, ...args, "--json"));

const VECTORS = [
  { id: "east", values: vector(1), metadata: { turn: 0, name: "east" } },
  { id: "north", values: vector(0, 2), metadata: { turn: 90, name: "north" }, namespace: "cold" },
  { id: "west", values: vector(-3), metadata: { turn: 180, name: "west" } },
];
const lines = file("vectors.ndjson", VECTORS.map((each) => JSON.stringify(each)).join("\n") + "\n");

test("all fourteen commands", async () => {
  await says(/Successfully created a new Vectorize index: 'docs'/, "create", "docs", `--dimensions=${DIMENSIONS}`, "--metric=cosine", "--description=of directions");
  await says(/'small'/, "create", "small", "--preset=@cf/baai/bge-small-en-v1.5");
  const listed = await json("list");
  assert.deepEqual(listed.map(({ name, config }) => [name, config.dimensions]), [["docs", 32], ["small", 384]]);
  assert.equal((await json("get", "docs")).description, "of directions");
  await says(/docs/, "list");
  await says(/cosine/, "get", "docs");

  await says(/[0-9a-f-]{36}/, "create-metadata-index", "docs", "--property-name=turn", "--type=number");
  assert.deepEqual(await json("list-metadata-index", "docs"), [{ propertyName: "turn", indexType: "Number" }]);
  await says(/1 vectors|3 vectors|successfully/i, "insert", "docs", `--file=${lines}`, "--batch-size=1");
  await says(/[0-9a-f-]{36}/, "upsert", "docs", `--file=${lines}`);
  const info = await json("info", "docs");
  assert.deepEqual([info.dimensions, info.vectorCount], [32, 3]);
  assert.match(info.processedUpToMutation, /^[0-9a-f-]{36}$/);
  await says(/processedUpToMutation|vectorCount/i, "info", "docs");

  const query = async (...args) => JSON.parse((await says(/"count"/, "query", "docs", ...args)).replace(/^[^{]*/, ""));
  const near = await query("--vector", ...vector(1).map(String), "--top-k=2", "--return-metadata=all");
  assert.deepEqual(near.matches.map(({ id, metadata }) => [id, metadata.name]), [["east", "east"], ["north", "north"]]);
  const by = await query("--vector-id=west", "--filter={\"turn\":{\"$lt\":100}}", "--return-values");
  assert.deepEqual(by.matches.map(({ id }) => id), ["north", "east"]);
  const cold = await query("--vector-id=east", "--namespace=cold");
  assert.deepEqual(cold.matches.map(({ id, namespace }) => [id, namespace]), [["north", "cold"]]);

  const got = await says(/east/, "get-vectors", "docs", "--ids", "east", "north");
  assert.match(got, /"namespace": null/);
  const ids = await json("list-vectors", "docs", "--count=2");
  assert.deepEqual([ids.count, ids.totalCount, ids.isTruncated], [2, 3, true]);
  const rest = await json("list-vectors", "docs", `--cursor=${ids.nextCursor}`);
  assert.deepEqual([...ids.vectors, ...rest.vectors].map(({ id }) => id).sort(), ["east", "north", "west"]);

  await says(/[0-9a-f-]{36}/, "delete-vectors", "docs", "--ids", "east", "nobody");
  assert.equal((await json("info", "docs")).vectorCount, 2);
  await says(/[0-9a-f-]{36}/, "delete-metadata-index", "docs", "--property-name=turn");
  await says(/Deleted index docs/, "delete", "docs", "-y");
});

test("what production refuses comes with its code", async () => {
  const refused = async (pattern, ...args) => {
    const said = await wrangler(...args);
    assert.notEqual(said.code, 0, args.join(" "));
    assert.match(said.stdout + said.stderr, pattern);
  };
  await refused(/vectorize\.index\.deleted.*\[code: 3005\]/s, "get", "docs");
  await refused(/vectorize\.index\.not_found.*\[code: 3000\]/s, "info", "nobody");
  await refused(/Dimensions must be in range: \[32, 1536\].*\[code: 3003\]/s, "create", "tiny", "--dimensions=31", "--metric=cosine");
  await refused(/duplicate_name.*\[code: 3002\]/s, "create", "small", "--dimensions=32", "--metric=cosine");
  const ids = Array.from({ length: 21 }, (_, at) => `id-${at}`);
  await refused(/max id count is 20, got 21.*\[code: 40007\]/s, "get-vectors", "small", "--ids", ...ids);
  await refused(/expected 384 dimensions, and got 32 dimensions.*\[code: 40012\]/s, "upsert", "small", `--file=${lines}`);
  await refused(/\[code: 1005\]/, "create", "old", "--dimensions=32", "--metric=cosine", "--deprecated-v1");
});
