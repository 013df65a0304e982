// The OpenAI SDK against the OpenAI-compatible endpoint.

import assert from "node:assert/strict";
import { test } from "node:test";

import OpenAI from "openai";

import { endlessChat } from "./checkpoint.mjs";
import { BGE, LLAMA, QWEN, file, newAccount, startEmulator, until } from "./emulator.mjs";

/** The one that is bound to a model which talks until it is stopped; all others are the bundled stand-ins. */
const ENDLESS = "@cf/meta/llama-3.2-3b-instruct";
const config = file("candleflare.toml", `[models]\n${JSON.stringify(ENDLESS)} = ${JSON.stringify(endlessChat())}\n`);
const emulator = await startEmulator({ args: ["--config", config] });

const clientOf = (account = newAccount()) =>
  new OpenAI({ apiKey: "local", baseURL: `${emulator.api}/accounts/${account}/ai/v1`, maxRetries: 0 });
const client = clientOf();
const chat = (params, options) => client.chat.completions.create(params, options);
const hello = [{ role: "user", content: "hello" }];

for (const model of [LLAMA, QWEN]) {
  test(`${model} chats`, async () => {
    const answer = await chat({ model, messages: hello });
    assert.equal(answer.object, "chat.completion");
    assert.equal(answer.model, model);
    assert.equal(answer.choices.length, 1);
    const [{ index, message, finish_reason }] = answer.choices;
    assert.deepEqual([index, message.role, finish_reason], [0, "assistant", "stop"]);
    assert(message.content.length > 0);
    const { prompt_tokens, completion_tokens, total_tokens, neurons } = answer.usage;
    assert.equal(total_tokens, prompt_tokens + completion_tokens);
    assert(neurons > 0);
    assert(Math.abs(answer.created - Date.now() / 1000) < 60, "the time of now");
  });

  test(`${model} streams what it would have said at once`, async () => {
    const params = { model, messages: hello, seed: 7 };
    const whole = await chat(params);
    const stream = await chat({ ...params, stream: true, stream_options: { include_usage: true } });
    const chunks = [];
    for await (const chunk of stream) chunks.push(chunk);
    assert(chunks.every((chunk) => chunk.object === "chat.completion.chunk" && chunk.id === chunks[0].id));
    assert.equal(chunks[0].choices[0].delta.role, "assistant");
    const text = chunks.map((chunk) => chunk.choices[0]?.delta.content ?? "").join("");
    assert.equal(text, whole.choices[0].message.content);
    const finished = chunks.filter((chunk) => chunk.choices[0]?.finish_reason);
    assert.deepEqual(finished.map((chunk) => chunk.choices[0].finish_reason), ["stop"]);
    const last = chunks.at(-1);
    assert.deepEqual(last.choices, [], "the usage comes in a chunk of its own");
    assert.equal(last.usage.completion_tokens, whole.usage.completion_tokens);
    assert.equal(last.usage.prompt_tokens, whole.usage.prompt_tokens);
  });

  test(`${model} stops after max_tokens`, async () => {
    const answer = await chat({ model, messages: hello, max_tokens: 1 });
    assert.equal(answer.choices[0].finish_reason, "length");
    assert.equal(answer.usage.completion_tokens, 1);
    const reasons = [];
    for await (const { choices } of await chat({ model, messages: hello, max_tokens: 1, stream: true })) {
      if (choices[0]?.finish_reason) reasons.push(choices[0].finish_reason);
    }
    assert.deepEqual(reasons, ["length"]);
  });
}

test("a stream's usage comes with the last choice when it is not asked for", async () => {
  for await (const { choices } of await chat({ model: LLAMA, messages: hello, stream: true })) {
    assert.equal(choices.length, 1, "OpenAI's clients read the first choice of every chunk");
  }
});

test("stop ends the text before the string", async () => {
  const params = { model: ENDLESS, messages: hello, seed: 3, max_tokens: 200 };
  const free = (await chat(params)).choices[0].message.content;
  const stop = free.slice(100, 103);
  const stopped = await chat({ ...params, stop });
  assert.equal(stopped.choices[0].message.content, free.slice(0, free.indexOf(stop)));
  assert.equal(stopped.choices[0].finish_reason, "stop");
  const several = await chat({ ...params, stop: ["\u2603", stop] });
  assert.equal(several.choices[0].message.content, stopped.choices[0].message.content);
});

test("a seed repeats an answer", async () => {
  const params = { model: ENDLESS, messages: hello, temperature: 1, max_tokens: 40 };
  const say = async (seed) => (await chat({ ...params, seed })).choices[0].message.content;
  assert.equal(await say(11), await say(11));
  assert.notEqual(await say(11), await say(12));
});

test("a client that goes away stops the computation", async () => {
  const account = newAccount();
  const stream = await clientOf(account).chat.completions.create({
    model: ENDLESS, messages: hello, max_tokens: 4000, stream: true,
  });
  let seen = 0;
  for await (const chunk of stream) {
    if (chunk.choices[0]?.delta.content && ++seen === 5) stream.controller.abort();
  }
  assert(seen < 4000, "the stream was cut");
  const [entry] = await until("the journal has the call", async () => {
    const entries = await emulator.journal(account);
    return entries.length > 0 && entries;
  }, 1000);
  assert.deepEqual([entry.status, entry.model, entry.dialect], [499, ENDLESS, "openai"]);
  assert((await chat({ model: LLAMA, messages: hello })).choices[0].message.content.length > 0);
});

test("embeddings are the same numbers as base64 and as floats", async () => {
  const input = "a lighthouse by the sea";
  const packed = await client.embeddings.create({ model: BGE, input });
  assert.deepEqual([packed.object, packed.model, packed.data.length], ["list", BGE, 1]);
  assert(packed.usage.prompt_tokens > 0 && packed.usage.total_tokens === packed.usage.prompt_tokens);
  const plain = await client.embeddings.create({ model: BGE, input, encoding_format: "float" });
  const [one, other] = [packed.data[0].embedding, plain.data[0].embedding];
  assert.deepEqual([one.length, other.length], [384, 384]);
  assert(one.every((value, at) => Math.abs(value - other[at]) < 1e-6), "the same numbers");
  assert(Math.abs(Math.hypot(...one) - 1) < 1e-4, "of unit length");
});

test("several texts are embedded in their order", async () => {
  const input = ["sea", "bread", "a letter from the tax office"];
  const { data } = await client.embeddings.create({ model: BGE, input });
  assert.deepEqual(data.map((item) => [item.object, item.index]), [["embedding", 0], ["embedding", 1], ["embedding", 2]]);
  const { data: [alone] } = await client.embeddings.create({ model: BGE, input: input[1] });
  assert(alone.embedding.every((value, at) => Math.abs(value - data[1].embedding[at]) < 1e-4));
});

test("dimensions that the model does not have are refused, its own are taken", async () => {
  const ask = (dimensions) => client.embeddings.create({ model: BGE, input: "sea", dimensions });
  assert.equal((await ask(384)).data[0].embedding.length, 384);
  await refused(ask(256), OpenAI.BadRequestError, 400);
});

/** The SDK's error class and the status. The SDK finds no OpenAI error object: production sends Cloudflare's envelope. */
async function refused(promise, kind, status) {
  const error = await promise.then(() => assert.fail("was not refused"), (error) => error);
  assert(error instanceof kind, String(error));
  assert.equal(error.status, status);
}

test("refusals are the SDK's error classes", async () => {
  await refused(chat({ model: "@cf/nobody/nothing", messages: hello }), OpenAI.BadRequestError, 400);
  await refused(chat({ model: LLAMA }), OpenAI.BadRequestError, 400);
  await refused(chat({ model: LLAMA, messages: [] }), OpenAI.BadRequestError, 400);
  await refused(chat({ model: LLAMA, messages: hello, temperature: 99 }), OpenAI.BadRequestError, 400);
  await refused(chat({ model: BGE, messages: hello }), OpenAI.BadRequestError, 400);
  await refused(client.embeddings.create({ model: LLAMA, input: "sea" }), OpenAI.BadRequestError, 400);
  await refused(client.embeddings.create({ model: BGE, input: [[1, 2, 3]] }), OpenAI.BadRequestError, 400);
  await refused(chat({ model: "@cf/meta/llama-3.1-8b-instruct", messages: hello }), OpenAI.APIError, 410);
  const lost = new OpenAI({ apiKey: "local", baseURL: `${emulator.api}/accounts/nobody/ai/v1`, maxRetries: 0 });
  await refused(lost.chat.completions.create({ model: LLAMA, messages: hello }), OpenAI.NotFoundError, 404);
  await refused(client.images.generate({ prompt: "sea" }), OpenAI.BadRequestError, 400);
});
