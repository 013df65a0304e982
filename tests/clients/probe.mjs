// A Worker that calls what a test asks for and reports how it ended, no test code runs in it; and the calls that every way of
// running a Worker must answer.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { BGE, LLAMA, root, until } from "./emulator.mjs";

/** What is streamed into a model. */
export const RECORDING = readFileSync(join(root, "tests/fixtures/speech/garden.wav"));

export const PROBE = `
/** Arguments that JSON has no form for: \`{$stream}\`, \`{$form}\`, \`{$file}\`, \`{$float32}\`. */
function argument(value) {
  if (value?.$float32) return new Float32Array(value.$float32);
  if (value?.$stream) {
    const bytes = Uint8Array.from(atob(value.$stream), (char) => char.charCodeAt(0));
    return { audio: { body: new Blob([bytes]).stream(), contentType: value.type } };
  }
  if (value?.$form) {
    const form = new FormData();
    for (const [name, text] of Object.entries(value.$form)) form.set(name, text);
    const { body, headers } = new Response(form);
    return { multipart: { body, contentType: headers.get("content-type") } };
  }
  if (value?.$file) return { name: value.$file, blob: new Blob([value.text], { type: value.type }) };
  return value;
}
async function call({ path, args }, env) {
  let target = env;
  for (const step of path.slice(0, -1)) target = Array.isArray(step) ? target[step[0]](...step.slice(1)) : target[step];
  const value = await target[path.at(-1)](...args.map(argument));
  if (value instanceof Response) {
    return { raw: value.status, headers: Object.fromEntries(value.headers), text: await value.text() };
  }
  if (value instanceof ReadableStream) {
    const chunks = [];
    for await (const chunk of value.pipeThrough(new TextDecoderStream())) chunks.push(chunk);
    return { chunks };
  }
  return { value };
}
export default {
  async fetch(request, env) {
    if (request.method !== "POST") return new Response("up");
    const asked = await request.json();
    const binding = env[asked.path[0]];
    let result;
    try {
      result = await call(asked, env);
    } catch (error) {
      result = { thrown: { name: error.name, message: error.message, isError: error instanceof Error } };
    }
    return Response.json({ ...result, lastRequestId: binding?.lastRequestId ?? null, logId: binding?.aiGatewayLogId ?? null });
  },
};`;

/** `call("AI.run", …)` on a probe at `url`; a path's step may be a call: `[["AI"], ["gateway", "id"], "getUrl"]`. */
export const caller = (url, send = fetch) => async (path, ...args) => {
  const steps = typeof path === "string" ? path.split(".") : path;
  const response = await send(url, { method: "POST", body: JSON.stringify({ path: steps, args }) });
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`the probe answered ${response.status}: ${text.slice(0, 2000)}`);
  }
};

const DIMENSIONS = 32;
const vector = (...first) => [...first, ...Array(DIMENSIONS - first.length).fill(0)];
/** The indexes of `DOCS` and `IMAGES`, for `--index`. */
export const INDEXES = [`docs=${DIMENSIONS},cosine`, "images=64,euclidean"];

/** Both bindings, an `AI` and the indexes `DOCS` and `IMAGES`, which must be empty: two calls are refused. */
export async function everyCall(call) {
  const chat = await call("AI.run", LLAMA, { messages: [{ role: "user", content: "hello" }], temperature: 0 });
  assert(chat.value.response.length > 0, JSON.stringify(chat));
  assert.match(chat.lastRequestId, /^[0-9a-f-]{36}$/);
  const stream = await call("AI.run", LLAMA, { messages: [{ role: "user", content: "hello" }], temperature: 0, stream: true });
  const frames = stream.chunks.join("").split("\n\n").filter(Boolean).map((frame) => frame.replace(/^data: /, ""));
  assert.equal(frames.pop(), "[DONE]");
  assert.equal(frames.map((frame) => JSON.parse(frame).response ?? "").join(""), chat.value.response);
  const raw = await call("AI.run", BGE, { text: "sea" }, { returnRawResponse: true });
  assert.deepEqual([raw.raw, raw.headers["content-type"]], [200, "application/json"]);
  assert.deepEqual(JSON.parse(raw.text).shape, [1, 384]);
  const unknown = await call("AI.run", "@cf/nobody/nothing", { prompt: "hi" });
  assert.deepEqual(unknown.thrown, { name: "AiError", message: "5007: No such model @cf/nobody/nothing or task", isError: true });
  const models = await call("AI.models", { search: "bge-small-en" });
  assert(models.value.some(({ name }) => name === BGE));
  const heard = await call("AI.run", "@cf/pipecat-ai/smart-turn-v2", { $stream: RECORDING.toString("base64"), type: "audio/wav" });
  assert.equal(typeof heard.value?.is_complete, "boolean", JSON.stringify(heard));
  const form = await call("AI.run", "@cf/black-forest-labs/flux-2-dev", { $form: { prompt: "a cat", width: "256", height: "256" } });
  assert.match(form.value?.image ?? "", /^[A-Za-z0-9+/]{100,}=*$/, JSON.stringify(form).slice(0, 300));
  const markdown = await call("AI.toMarkdown", { $file: "page.html", text: "<h1>Sea</h1>", type: "text/html" });
  assert.equal(markdown.value?.data, "# Sea", JSON.stringify(markdown));
  const gateway = await call("AI.run", BGE, { text: "sea" }, { gateway: { id: "default", skipCache: true } });
  assert.deepEqual(gateway.value?.shape, [1, 384], JSON.stringify(gateway));
  assert.match(gateway.logId, /^[0-9a-f-]{36}$/);
  const url = await call(["AI", ["gateway", "default"], "getUrl"], "workers-ai");
  assert.match(url.value ?? "", /^http:\/\/127\.0\.0\.1:\d+\/v1\/[0-9a-f]{32}\/default\/workers-ai$/, JSON.stringify(url));

  assert.deepEqual((await call("DOCS.describe")).value, { dimensions: DIMENSIONS, vectorCount: 0 });
  assert.equal((await call("IMAGES.describe")).value.dimensions, 64);
  const upsert = await call("DOCS.upsert", [{ id: "east", values: vector(1), metadata: { name: "east" } }, { id: "north", values: vector(0, 1) }]);
  assert.match(upsert.value.mutationId, /^[0-9a-f-]{36}$/);
  await call("DOCS.insert", [{ id: "west", values: vector(-1) }]);
  await until("the vectors are there", async () => (await call("DOCS.describe")).value.vectorCount === 3);
  const found = await call("DOCS.query", { $float32: vector(1) }, { topK: 2, returnMetadata: "all" });
  assert.deepEqual(found.value.matches[0], { id: "east", score: 1, metadata: { name: "east" } });
  assert.equal((await call("DOCS.queryById", "west", { topK: 1 })).value.matches[0].id, "west");
  assert.deepEqual((await call("DOCS.getByIds", ["north"])).value.map(({ id }) => id), ["north"]);
  await call("DOCS.deleteByIds", ["east"]);
  await until("one is gone", async () => (await call("DOCS.describe")).value.vectorCount === 2);
  assert.equal((await call("IMAGES.describe")).value.vectorCount, 0);
  const wide = await call("DOCS.query", vector(1), { topK: 51, returnMetadata: "all" });
  assert.match(wide.thrown.message, /^VECTOR_QUERY_ERROR \(code = 40025\): /);
}
