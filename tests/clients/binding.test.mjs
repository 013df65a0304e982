// A module Worker in real workerd, by stand-alone Miniflare: the runtime's own `Ai` and `Vectorize` classes.

import assert from "node:assert/strict";
import { after, test } from "node:test";

import { Miniflare } from "miniflare";

import { BGE, LLAMA, QWEN, file, newAccount, startEmulator, until } from "./emulator.mjs";

const emulator = await startEmulator();
const INDEX = "docs";
const DIMENSIONS = 32;
const vector = (...first) => [...first, ...Array(DIMENSIONS - first.length).fill(0)];

/** Calls what the test asks for and reports how it ended; no test code runs in the Worker. */
const WORKER = `
async function call({ method, args }, env) {
  const [binding, name] = method.split(".");
  const value = await env[binding][name](...args.map((arg) => (arg?.float32 ? new Float32Array(arg.float32) : arg)));
  if (value instanceof Response) {
    return { raw: value.status, headers: Object.fromEntries(value.headers), text: await value.text() };
  }
  if (value instanceof ReadableStream) {
    const chunks = [];
    for await (const chunk of value.pipeThrough(new TextDecoderStream())) chunks.push(chunk);
    return { stream: chunks.join("") };
  }
  return { value };
}
export default {
  async fetch(request, env) {
    let result;
    try {
      result = await call(await request.json(), env);
    } catch (error) {
      result = { thrown: { name: error.name, message: error.message, cause: error.cause?.message } };
    }
    return Response.json({ ...result, lastRequestId: env.AI.lastRequestId ?? null });
  },
};`;

/** A Worker whose bindings lead to an account of their own; gives `call(method, ...args)`. */
async function worker() {
  const account = newAccount();
  const at = (service) => new URL(`${emulator.url}/binding/${account}/${service}`);
  const miniflare = new Miniflare({
    modules: true,
    script: WORKER,
    compatibilityDate: "2026-07-01",
    // Otherwise Miniflare asks the network for a sample `request.cf`.
    cf: false,
    ai: { binding: "AI", remoteProxyConnectionString: at("ai") },
    vectorize: { VECTORIZE: { index_name: INDEX, remoteProxyConnectionString: at(`vectorize/${INDEX}`) } },
  });
  after(() => miniflare.dispose());
  const call = async (method, ...args) => {
    const body = JSON.stringify({ method, args });
    const response = await miniflare.dispatchFetch("http://worker/", { method: "POST", body });
    return response.json();
  };
  return { account, call };
}

/** The events of a stream, parsed; the last must be `[DONE]`. */
function events(text) {
  const frames = text.split("\n\n").filter(Boolean).map((frame) => frame.replace(/^data: /, ""));
  assert.equal(frames.pop(), "[DONE]");
  return frames.map((frame) => JSON.parse(frame));
}

const { account, call } = await worker();

test("env.AI.run gives objects", async () => {
  const { value, lastRequestId } = await call("AI.run", BGE, { text: ["sea", "bread"] });
  assert.deepEqual(value.shape, [2, 384]);
  assert.match(lastRequestId, /^[0-9a-f-]{36}$/);
  const chat = await call("AI.run", LLAMA, { prompt: "hello", temperature: 0 });
  assert(chat.value.response.length > 0 && chat.value.usage.total_tokens > 0);
  const entry = (await emulator.journal(account)).find(({ id }) => id === chat.lastRequestId);
  assert.deepEqual([entry.dialect, entry.model, entry.status], ["binding", LLAMA, 200]);
});

test("env.AI.run gives streams, in both families", async () => {
  const input = { messages: [{ role: "user", content: "hello" }], temperature: 0 };
  const whole = await call("AI.run", LLAMA, input);
  const native = events((await call("AI.run", LLAMA, { ...input, stream: true })).stream);
  assert.equal(native.map((frame) => frame.response).join(""), whole.value.response);
  assert.equal(native.at(-1).usage.total_tokens, whole.value.usage.total_tokens);
  const openai = events((await call("AI.run", QWEN, { ...input, stream: true })).stream);
  assert.equal(openai[0].choices[0].delta.role, "assistant");
  assert(openai.at(-1).usage.total_tokens > 0);
});

test("env.AI.run gives the raw response when asked, also for a refusal", async () => {
  const good = await call("AI.run", BGE, { text: "sea" }, { returnRawResponse: true });
  assert.deepEqual([good.raw, good.headers["content-type"]], [200, "application/json"]);
  assert.deepEqual(JSON.parse(good.text).shape, [1, 384]);
  const bad = await call("AI.run", BGE, {}, { returnRawResponse: true });
  assert.equal(bad.raw, 400);
  assert.equal(JSON.parse(bad.text).internalCode, 5006);
});

test("env.AI.run throws as in production", async () => {
  const unknown = await call("AI.run", "@cf/nobody/nothing", { prompt: "hi" });
  assert.deepEqual(unknown.thrown.name, "AiError");
  assert.equal(unknown.thrown.message, "5007: No such model @cf/nobody/nothing or task");
  const wrong = await call("AI.run", BGE, { text: 5 });
  assert.equal(wrong.thrown.name, "AiError");
  assert.match(wrong.thrown.message, /^5006: /);
  const old = await call("AI.run", "@cf/meta/llama-3.1-8b-instruct", { prompt: "hi" });
  assert.match(old.thrown.message, /^5028: /);
});

test("env.AI.models lists the catalogue", async () => {
  const { value } = await call("AI.models", { search: "bge-small-en" });
  assert(value.some((model) => model.name === BGE), JSON.stringify(value).slice(0, 300));
});

test("env.VECTORIZE has an index's life", async () => {
  const { account, call } = await worker();
  const created = await emulator.post(
    "vectorize/v2/indexes", { name: INDEX, config: { dimensions: DIMENSIONS, metric: "cosine" } }, { account },
  );
  assert.equal(created.status, 200);
  assert.deepEqual((await call("VECTORIZE.describe")).value, { dimensions: DIMENSIONS, vectorCount: 0 });
  const settled = ({ value, thrown }) =>
    until(`the mutation is processed (${JSON.stringify(thrown)})`, async () => {
      const { value: info } = await call("VECTORIZE.describe");
      return info.processedUpToMutation === value.mutationId && info;
    });

  await settled(await call("VECTORIZE.upsert", [
    { id: "east", values: vector(1), metadata: { name: "east" } },
    { id: "north", values: vector(0, 1), namespace: "cold" },
  ]));
  const info = await settled(await call("VECTORIZE.insert", [
    { id: "east", values: vector(0, 0, 1) }, { id: "west", values: vector(-1) },
  ]));
  assert.equal(info.vectorCount, 3);

  const found = await call("VECTORIZE.query", vector(1), { topK: 2, returnMetadata: true, returnValues: true });
  assert.deepEqual(found.value.matches.map(({ id }) => id), ["east", "north"]);
  assert.deepEqual(found.value.matches[0], { id: "east", score: 1, values: vector(1), metadata: { name: "east" } });
  const floats = await call("VECTORIZE.query", { float32: vector(1) }, { topK: 1 });
  assert.equal(floats.value.matches[0].id, "east");
  const byId = await call("VECTORIZE.queryById", "west", { topK: 1 });
  assert.equal(byId.value.matches[0].id, "west");
  const read = await call("VECTORIZE.getByIds", ["north", "nobody"]);
  assert.deepEqual(read.value, [{ id: "north", namespace: "cold", metadata: null, values: vector(0, 1) }]);
  const left = await settled(await call("VECTORIZE.deleteByIds", ["east"]));
  assert.equal(left.vectorCount, 2);
});

test("env.VECTORIZE throws as in production", async () => {
  const { account, call } = await worker();
  const missing = await call("VECTORIZE.query", vector(1));
  assert.match(missing.thrown.message, /^VECTOR_QUERY_ERROR \(code = 3000\): vectorize\.index\.not_found/);
  await emulator.post(
    "vectorize/v2/indexes", { name: INDEX, config: { dimensions: DIMENSIONS, metric: "cosine" } }, { account },
  );
  const short = await call("VECTORIZE.query", [1, 2]);
  const text = `invalid query vector, expected ${DIMENSIONS} dimensions, and got 2 dimensions`;
  assert.equal(short.thrown.message, `VECTOR_QUERY_ERROR (code = 40006): ${text}`);
  assert.equal(short.thrown.cause, text);
  const wide = await call("VECTORIZE.query", vector(1), { topK: 51, returnMetadata: "all" });
  assert.match(wide.thrown.message, /^VECTOR_QUERY_ERROR \(code = 40025\): /);
  const insert = await call("VECTORIZE.insert", [{ id: "a", values: [1] }]);
  assert.match(insert.thrown.message, /^VECTOR_INSERT_ERROR \(code = 40012\): /);
  const many = await call("VECTORIZE.getByIds", Array.from({ length: 21 }, (_, at) => `id-${at}`));
  assert.match(many.thrown.message, /^VECTOR_GET_ERROR \(code = 40007\): too many ids/);
  // A falsy `returnMetadata` goes over the wire as it is, and v2 refuses it.
  const falsy = await call("VECTORIZE.query", vector(1), { returnMetadata: false });
  assert.match(falsy.thrown.message, /^VECTOR_QUERY_ERROR \(code = 40026\): Failed to parse the request body as JSON: returnMetadata: /);
});

test("`serve --wrangler`: the binding's name alone is enough, and `account_id` says whose state it is", async () => {
  const account = newAccount();
  const wrangler = file("wrangler.jsonc", `{
    "account_id": "${account}", // by name: no path of ours
    "ai": { "binding": "BRAIN" }, "vectorize": [{ "binding": "PAGES", "index_name": "pages-of-mine" }],
  }`);
  const served = await startEmulator({ args: ["--wrangler", wrangler, "--index", "pages-of-mine=32"] });
  const remoteProxyConnectionString = new URL(`${served.url}/binding`);
  const miniflare = new Miniflare({
    modules: true, script: WORKER.replaceAll("env.AI.", "env.BRAIN."), compatibilityDate: "2026-07-01", cf: false,
    ai: { binding: "BRAIN", remoteProxyConnectionString },
    vectorize: { PAGES: { index_name: "whatever", remoteProxyConnectionString } },
  });
  after(() => miniflare.dispose());
  const call = async (method, ...args) => {
    const body = JSON.stringify({ method, args });
    return (await miniflare.dispatchFetch("http://worker/", { method: "POST", body })).json();
  };
  assert.deepEqual((await call("BRAIN.run", BGE, { text: "sea" })).value.shape, [1, 384]);
  await call("PAGES.upsert", [{ id: "a", values: vector(1) }]);
  await until("it is there", async () => (await call("PAGES.describe")).value.vectorCount === 1);
  const rest = await served.call("vectorize/v2/indexes/pages-of-mine/info", { account });
  assert.equal((await rest.json()).result.vectorCount, 1);
  assert((await served.journal(account)).some(({ model }) => model === BGE));
});
