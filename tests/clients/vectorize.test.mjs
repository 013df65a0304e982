// The official `cloudflare` SDK against Vectorize: an index's whole life, and what is refused.

import assert from "node:assert/strict";
import { test } from "node:test";

import Cloudflare from "cloudflare";

import { newAccount, startEmulator, until } from "./emulator.mjs";

const emulator = await startEmulator();
const client = new Cloudflare({ apiToken: "local", baseURL: emulator.api, maxRetries: 0 });
const indexes = client.vectorize.indexes;

const DIMENSIONS = 32;
/** A vector whose first numbers are given and whose others are zero. */
const vector = (...first) => [...first, ...Array(DIMENSIONS - first.length).fill(0)];
const ndjson = (vectors) => vectors.map((each) => JSON.stringify(each)).join("\n");
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

const VECTORS = [
  { id: "east", values: vector(1, 0), metadata: { name: "east", turn: 0, tags: ["a", "b"] } },
  { id: "north", values: vector(0, 2), metadata: { name: "north", turn: 90 }, namespace: "cold" },
  { id: "west", values: vector(-3, 0), metadata: { name: "west", turn: 180 } },
  { id: "plain", values: vector(1, 1) },
];

/** A new index in an account of its own, with `vectors` in it. */
async function index({ metric = "cosine", vectors = VECTORS } = {}) {
  const account_id = newAccount();
  const name = "directions";
  await indexes.create({ account_id, name, config: { dimensions: DIMENSIONS, metric } });
  const call = (method, params = {}) => indexes[method](name, { account_id, ...params });
  if (vectors.length) await settle(call, await call("upsert", { body: ndjson(vectors) }));
  return { account_id, name, call };
}

/** Waits as Cloudflare's own packages do: until `info` names the mutation. */
async function settle(call, { mutationId }) {
  assert.match(mutationId, UUID);
  await until("the mutation is processed", async () => (await call("info")).processedUpToMutation === mutationId);
}

async function refused(promise, status, code, message, kind = Cloudflare.BadRequestError) {
  const error = await promise.then(() => assert.fail("was not refused"), (error) => error);
  assert(error instanceof kind, String(error));
  assert.deepEqual([error.status, error.errors[0].code], [status, code]);
  if (message) assert.equal(error.errors[0].message, message);
  assert.equal(error.error.result, null);
}

test("an index is created, listed, read and deleted", async () => {
  const account_id = newAccount();
  const made = await indexes.create({
    account_id, name: "first", description: "of its kind", config: { dimensions: 768, metric: "euclidean" },
  });
  assert.deepEqual(Object.keys(made), ["created_on", "modified_on", "name", "description", "config"]);
  assert.deepEqual(made.config, { dimensions: 768, metric: "euclidean" });
  assert.equal(made.created_on, made.modified_on);
  assert.match(made.created_on, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$/);
  const preset = await indexes.create({ account_id, name: "second", config: { preset: "@cf/baai/bge-small-en-v1.5" } });
  assert.deepEqual([preset.description, preset.config], ["", { dimensions: 384, metric: "cosine" }]);

  const names = [];
  for await (const each of indexes.list({ account_id })) names.push(each.name);
  assert.deepEqual(names.sort(), ["first", "second"]);
  assert.deepEqual(await indexes.get("first", { account_id }), made);
  assert.deepEqual(await indexes.info("first", { account_id }), { dimensions: 768, vectorCount: 0 });
  assert.equal(await indexes.delete("first", { account_id }), null);
  await refused(
    indexes.get("first", { account_id }), 410, 3005,
    'vectorize.index.deleted - Index name "first" was deleted', Cloudflare.APIError,
  );
  await indexes.create({ account_id, name: "first", config: { dimensions: 32, metric: "cosine" } });
});

test("names are unique, and a missing index is missing", async () => {
  const { account_id, name } = await index({ vectors: [] });
  await refused(
    indexes.create({ account_id, name, config: { dimensions: 32, metric: "cosine" } }), 400, 3002,
    `vectorize.index.duplicate_name - Index name "${name}"`,
  );
  for (const method of ["get", "info", "delete", "query"]) {
    const text = 'vectorize.index.not_found - Index name "absent"';
    await refused(
      indexes[method]("absent", { account_id, ...(method === "query" && { vector: vector(1) }) }),
      404, 3000, text, Cloudflare.NotFoundError,
    );
  }
  await refused(
    indexes.create({ account_id, name: "small", config: { dimensions: 31, metric: "cosine" } }), 400, 3003,
    "vectorize.index.invalid_config - Dimensions must be in range: [32, 1536]",
  );
});

test("insert keeps what is there, upsert replaces it whole", async () => {
  const { call } = await index();
  const changed = [{ id: "east", values: vector(5) }, { id: "new", values: vector(0, 0, 1) }];
  await settle(call, await call("insert", { body: ndjson(changed) }));
  const read = async (...ids) => call("getByIDs", { ids });
  const [east] = await read("east");
  assert.deepEqual(east, { id: "east", namespace: null, metadata: VECTORS[0].metadata, values: VECTORS[0].values });
  assert.equal((await call("info")).vectorCount, VECTORS.length + 1);
  await settle(call, await call("upsert", { body: ndjson(changed) }));
  const [replaced] = await read("east");
  assert.deepEqual([replaced.values, replaced.metadata], [vector(5), null]);
  assert.deepEqual(await read("nobody"), []);
});

test("vectors are deleted by id, unknown ids without an error", async () => {
  const { call } = await index();
  await settle(call, await call("deleteByIDs", { ids: ["east", "nobody"] }));
  assert.deepEqual(await call("getByIDs", { ids: ["east"] }), []);
  assert.equal((await call("info")).vectorCount, VECTORS.length - 1);
});

for (const { metric, query, order, scores } of [
  { metric: "cosine", query: vector(2, 0), order: ["east", "plain", "north", "west"], scores: [1, Math.SQRT1_2, 0, -1] },
  { metric: "euclidean", query: vector(1, 0), order: ["east", "plain", "north", "west"], scores: [0, 1, Math.sqrt(5), 4] },
  { metric: "dot-product", query: vector(1, 1), order: ["north", "plain", "east", "west"], scores: [-2, -2, -1, 3] },
]) {
  test(`a query by ${metric} gives the best first`, async () => {
    const { call } = await index({ metric });
    const { count, matches } = await call("query", { vector: query });
    assert.equal(count, VECTORS.length);
    const found = matches.map((match) => match.id);
    // Equal scores may come in any order.
    const ties = (ids) => (metric === "dot-product" ? [...ids.slice(0, 2).sort(), ...ids.slice(2)] : ids);
    assert.deepEqual(ties(found), ties(order));
    matches.forEach((match, at) => assert(Math.abs(match.score - scores[at]) < 1e-4, `${match.id}: ${match.score}`));
    assert(matches.every((match) => !("values" in match) && !("metadata" in match)));
  });
}

test("a query shows what it is asked for", async () => {
  const { call } = await index();
  const [east] = (await call("query", { vector: vector(1), topK: 1, returnValues: true, returnMetadata: "all" })).matches;
  assert.deepEqual([east.id, east.values, east.metadata], ["east", VECTORS[0].values, VECTORS[0].metadata]);
  const bare = await call("query", { vector: vector(1), topK: 2, returnMetadata: "none" });
  assert.equal(bare.count, 2);
  const cold = await call("query", { vector: vector(1), namespace: "cold" });
  assert.deepEqual(cold.matches.map(({ id, namespace }) => [id, namespace]), [["north", "cold"]]);
});

test("a metadata index makes a filter work", async () => {
  const { account_id, name, call } = await index({ vectors: [] });
  const meta = indexes.metadataIndex;
  await settle(call, await meta.create(name, { account_id, propertyName: "turn", indexType: "number" }));
  const listed = await meta.list(name, { account_id });
  assert.deepEqual(listed.metadataIndexes, [{ propertyName: "turn", indexType: "Number" }]);
  await settle(call, await call("upsert", { body: ndjson(VECTORS) }));
  const found = await call("query", { vector: vector(1), filter: { turn: { $gte: 90 } }, returnMetadata: "indexed" });
  assert.deepEqual(found.matches.map(({ id, metadata }) => [id, metadata.turn]), [["north", 90], ["west", 180]]);
  await settle(call, await meta.delete(name, { account_id, propertyName: "turn" }));
  assert.deepEqual((await meta.list(name, { account_id })).metadataIndexes, []);
});

test("a list walks over every id", async () => {
  const { call } = await index();
  const ids = [];
  let cursor;
  do {
    const page = await call("listVectors", { count: 3, ...(cursor && { cursor }) });
    assert.equal(page.totalCount, VECTORS.length);
    ids.push(...page.vectors.map((each) => each.id));
    cursor = page.isTruncated ? page.nextCursor : null;
  } while (cursor);
  assert.deepEqual(ids.sort(), VECTORS.map((each) => each.id).sort());
});

test("what production refuses is refused", async () => {
  const { call } = await index();
  await refused(call("query", { vector: vector(1), topK: 101 }), 400, 40025);
  await refused(
    call("query", { vector: vector(1), topK: 51, returnMetadata: "all" }), 400, 40025,
    "with returnValues=true or returnMetadata=all, max top K is 50, but got 51; for a top K up to 100, retry with returnValues=false and returnMetadata=indexed",
  );
  await call("query", { vector: vector(1), topK: 50, returnValues: true });
  const ids = (count) => Array.from({ length: count }, (_, at) => `id-${at}`);
  assert.deepEqual(await call("getByIDs", { ids: ids(20) }), []);
  await refused(call("getByIDs", { ids: ids(21) }), 400, 40007, "too many ids in payload; max id count is 20, got 21");
  await refused(call("deleteByIDs", { ids: ids(101) }), 400, 40007, "too many ids in payload; max id count is 100, got 101");
  await refused(
    call("query", { vector: [1, 2] }), 400, 40006,
    "invalid query vector, expected 32 dimensions, and got 2 dimensions",
  );
  await refused(
    call("upsert", { body: ndjson([{ id: "short", values: [1, 2] }]) }), 400, 40012,
    'invalid vector for id="short", expected 32 dimensions, and got 2 dimensions',
  );
  await refused(
    call("insert", { body: `${ndjson(VECTORS)}\nnot json` }), 400, 40023,
    "failed to parse insert vectors request in ndjson format: line Some(4) was not expected format",
  );
  assert.equal((await call("info")).vectorCount, VECTORS.length);
});
