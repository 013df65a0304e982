// The official `cloudflare` SDK against Workers AI.

import assert from "node:assert/strict";
import { test } from "node:test";

import Cloudflare from "cloudflare";

import { BGE, LLAMA, QWEN, cosine, newAccount, startEmulator, until } from "./emulator.mjs";

const emulator = await startEmulator();
const client = new Cloudflare({ apiToken: "local", baseURL: emulator.api, maxRetries: 0 });

/** `ai.run` of an account of its own. */
const run = (model, input, account_id = newAccount()) => client.ai.run(model, { account_id, ...input });

/** What the SDK throws: `{status, code, message, error}`. */
async function refusal(promise) {
  const error = await promise.then(
    (value) => assert.fail(`answered: ${JSON.stringify(value)?.slice(0, 200)}`),
    (error) => error,
  );
  assert(error instanceof Cloudflare.APIError, String(error));
  assert.notEqual(error.status, undefined, String(error));
  assert.equal(error.errors.length, 1);
  return { error, status: error.status, ...error.errors[0] };
}

test("one text becomes one unit vector", async () => {
  const result = await run(BGE, { text: "a lighthouse by the sea" });
  assert.deepEqual(result.shape, [1, 384]);
  assert.equal(result.pooling, "mean");
  assert.equal(result.data.length, 1);
  assert.equal(result.data[0].length, 384);
  const norm = Math.hypot(...result.data[0]);
  assert(Math.abs(norm - 1) < 1e-4, `the norm is ${norm}`);
});

test("several texts become vectors of their own, the similar ones nearer", async () => {
  const texts = ["The ferry leaves at nine in the morning.", "When does the boat depart?", "Knead the dough well."];
  const { shape, data } = await run(BGE, { text: texts });
  assert.deepEqual(shape, [3, 384]);
  assert(cosine(data[0], data[1]) > cosine(data[0], data[2]) + 0.1, "ferry and boat belong together");
  assert(cosine(data[0], data[1]) > cosine(data[1], data[2]) + 0.1, "boat and dough do not");
  const alone = await run(BGE, { text: texts[2] });
  assert(cosine(alone.data[0], data[2]) > 0.9999, "a text does not depend on its neighbours");
});

test("the larger models have their own widths, and `cls` is another pooling", async () => {
  for (const [model, width] of [["@cf/baai/bge-base-en-v1.5", 768], ["@cf/baai/bge-large-en-v1.5", 1024]]) {
    const { shape, data } = await run(model, { text: ["sea", "bread"] });
    assert.deepEqual(shape, [2, width]);
    assert(data.every((row) => row.length === width));
  }
  const text = "a lighthouse by the sea";
  const cls = await run(BGE, { text, pooling: "cls" });
  assert.equal(cls.pooling, "cls");
  assert.notDeepEqual(cls.data, (await run(BGE, { text })).data);
});

test("tools, JSON and batches go through the SDK", async () => {
  const model = "@cf/meta/llama-3.3-70b-instruct-fp8-fast";
  const parameters = { type: "object", properties: { city: { type: "string", enum: ["Oslo", "Rome"], description: "which" } }, required: ["city"] };
  const tools = [{ name: "get_weather", description: "The weather", parameters }];
  const messages = [{ role: "user", content: "Weather in Oslo?" }];
  const called = await run(model, { messages, tools, tool_choice: "required", max_tokens: 100 });
  assert(["Oslo", "Rome"].includes(called.tool_calls[0].arguments.city));
  const json = await run(model, { messages, response_format: { type: "json_schema", json_schema: parameters }, max_tokens: 100 });
  assert(["Oslo", "Rome"].includes(json.response.city));
  const account = newAccount();
  const queued = await run(BGE, { requests: [{ text: "sea", external_reference: "a" }] }, account);
  assert.equal(queued.status, "queued");
  const done = await until("the batch", async () => {
    const state = await run(BGE, { request_id: queued.request_id }, account);
    return state.responses && state;
  });
  assert.deepEqual(done.responses[0].result.shape, [1, 384]);
});

test("a prompt and a chat are answered, with usage", async () => {
  for (const input of [{ prompt: "hello" }, { messages: [{ role: "user", content: "hello" }] }]) {
    const result = await run(LLAMA, { ...input, temperature: 0 });
    assert.equal(typeof result.response, "string");
    assert(result.response.length > 0);
    assert.deepEqual(result.tool_calls, []);
    const { prompt_tokens, completion_tokens, total_tokens, prompt_tokens_details, neurons } = result.usage;
    assert(prompt_tokens > 0 && completion_tokens > 0 && neurons > 0, JSON.stringify(result.usage));
    assert.equal(total_tokens, prompt_tokens + completion_tokens);
    assert.equal(typeof prompt_tokens_details.cached_tokens, "number");
  }
});

test("the newer models answer in the OpenAI family", async () => {
  const result = await run(QWEN, { messages: [{ role: "user", content: "hello" }] });
  assert.equal(result.object, "chat.completion");
  assert.equal(result.model, QWEN);
  assert.equal(result.choices[0].message.role, "assistant");
  assert.equal(typeof result.choices[0].message.content, "string");
  assert(result.usage.neurons > 0);
});

test("max_tokens bounds the answer", async () => {
  const { usage } = await run(LLAMA, { prompt: "Tell me something.", max_tokens: 2 });
  assert(usage.completion_tokens <= 2, `${usage.completion_tokens} tokens`);
});

test("a seed repeats an answer, at whatever temperature", async () => {
  const input = { prompt: "Tell me something.", seed: 42, temperature: 2, max_tokens: 24, raw: true };
  const [first, again] = [await run(LLAMA, input), await run(LLAMA, input)];
  assert.equal(first.response, again.response);
  const others = new Set();
  for (let seed = 1; seed <= 5; seed++) others.add((await run(LLAMA, { ...input, seed })).response);
  assert(others.size > 1, "five seeds gave one answer");
});

test("an unknown model is 5007", async () => {
  const { error, status, code, message } = await refusal(run("@cf/nobody/nothing", { prompt: "hi" }));
  assert(error instanceof Cloudflare.BadRequestError);
  assert.deepEqual([status, code], [400, 5007]);
  assert.match(message, /No such model @cf\/nobody\/nothing or task/);
});

test("an input that does not fit the schema is 5006, with the published checker's text", async () => {
  const empty = await refusal(run(LLAMA, {}));
  assert(empty.error instanceof Cloudflare.BadRequestError);
  assert.deepEqual([empty.status, empty.code], [400, 5006]);
  assert.match(
    empty.message,
    /^AiError: Bad input: Error: oneOf at '\/' not met, 0 matches: required properties at '\/' are 'prompt', required properties at '\/' are 'messages' \([0-9a-f-]{36}\)$/,
  );
  const wrong = await refusal(run(BGE, { text: 5 }));
  assert.deepEqual([wrong.status, wrong.code], [400, 5006]);
  // Errors of Workers AI itself have an empty object where others have null.
  assert.deepEqual(wrong.error.error.result, {});
});

test("a deprecated model is gone", async () => {
  const { status, code, message } = await refusal(run("@cf/meta/llama-3.1-8b-instruct", { prompt: "hi" }));
  assert.deepEqual([status, code], [410, 5028]);
  assert.match(message, /deprecated on 2026-05-30/);
});

test("listing the models ends", { timeout: 60_000 }, async () => {
  const account_id = newAccount();
  const names = [];
  for await (const model of client.ai.models.list({ account_id, per_page: 20 })) names.push(model.name);
  assert(names.length > 40, `${names.length} models`);
  assert.equal(new Set(names).size, names.length, "a model came twice");
  assert(names.includes(BGE) && names.includes(LLAMA) && !names.includes("@cf/meta/llama-3.1-8b-instruct"));
});

test("the models can be searched by task, author and text", async () => {
  const account_id = newAccount();
  const list = async (query) => (await client.ai.models.list({ account_id, ...query })).result;
  const embedders = await list({ task: "Text Embeddings" });
  assert(embedders.length >= 5 && embedders.every((model) => model.task.name === "Text Embeddings"));
  const authors = await list({ author: "baai" });
  assert(authors.length >= 3 && authors.every((model) => model.name.includes("/baai/")));
  const [bge] = (await list({ search: "bge-small-en" })).filter((model) => model.name === BGE);
  assert.match(bge.id, /^[0-9a-f-]{36}$/);
  assert.equal(bge.source, 1);
  const width = bge.properties.find((property) => property.property_id === "output_dimensions");
  assert.equal(width.value, "384");
  assert.deepEqual(await list({ page: 1000 }), []);
});

test("a model's schema, the tasks and the authors can be read", async () => {
  const account_id = newAccount();
  const schema = await client.ai.models.schema.get({ account_id, model: BGE });
  assert.equal(typeof schema.input, "object");
  assert(JSON.stringify(schema.input).includes("pooling"));
  assert.equal(typeof schema.output, "object");
  const tasks = (await client.ai.tasks.list({ account_id })).result;
  assert(tasks.some((task) => task.name === "Text Embeddings"), JSON.stringify(tasks).slice(0, 300));
  const authors = (await client.ai.authors.list({ account_id })).result;
  assert(authors.length > 5, JSON.stringify(authors).slice(0, 300));
});
