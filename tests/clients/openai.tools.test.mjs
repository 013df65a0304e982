// The OpenAI SDK: tools, structured outputs, the Responses API, reasoning. What is said is the model's business; that
// it parses and fits is ours.

import assert from "node:assert/strict";
import { test } from "node:test";

import OpenAI from "openai";
import { zodFunction, zodResponseFormat, zodTextFormat } from "openai/helpers/zod";
import { z } from "zod";

import { endlessChat } from "./checkpoint.mjs";
import { file, newAccount, startEmulator } from "./emulator.mjs";

/** Native with JSON mode, and one of the newer family. */
const LLAMA33 = "@cf/meta/llama-3.3-70b-instruct-fp8-fast";
const GEMMA = "@cf/google/gemma-4-26b-a4b-it";
const GPT_OSS = "@cf/openai/gpt-oss-20b";
/** Bound to a model whose template opens its reasoning, unless it is told not to think. */
const THINKER = "@cf/qwen/qwen3.8-27b";

const thinking = `{% if enable_thinking is defined and not enable_thinking %}{% else %}<think>\n{% endif %}`;
const config = file("candleflare.toml", `[models]\n${JSON.stringify(THINKER)} = ${JSON.stringify(endlessChat(thinking))}\n`);
const emulator = await startEmulator({ args: ["--config", config] });
const client = new OpenAI({ apiKey: "local", baseURL: `${emulator.api}/accounts/${newAccount()}/ai/v1`, maxRetries: 0 });

const City = z.object({ city: z.enum(["Oslo", "Rome"]) });
const Weather = z.object({ city: z.enum(["Oslo", "Rome"]), warm: z.boolean(), days: z.array(z.enum(["mon", "tue"])).max(2) });
const tool = zodFunction({ name: "get_weather", description: "The weather of a city", parameters: City });
const messages = [{ role: "user", content: "What is the weather in Oslo?" }];
const checked = (call) => City.parse(JSON.parse(call.function.arguments));

for (const model of [LLAMA33, GEMMA]) {
  test(`${model} calls a tool and takes its result`, async () => {
    const params = { model, tools: [tool], temperature: 0, max_tokens: 100, parallel_tool_calls: false };
    const first = await client.chat.completions.create({ ...params, messages, tool_choice: "required" });
    const [{ message, finish_reason }] = first.choices;
    assert.equal(finish_reason, "tool_calls");
    assert.equal(message.content, null);
    message.tool_calls.forEach(checked);
    const results = message.tool_calls.map(({ id }) => ({ role: "tool", tool_call_id: id, content: "7 degrees" }));
    const second = await client.chat.completions.create({ ...params, messages: [...messages, message, ...results] });
    assert(["stop", "length", "tool_calls"].includes(second.choices[0].finish_reason));
    const named = { type: "function", function: { name: "get_weather" } };
    const third = await client.chat.completions.create({ ...params, messages, tool_choice: named });
    assert.equal(third.choices[0].message.tool_calls.length, 1);
  });

  test(`${model} streams a call`, async () => {
    const stream = client.chat.completions.stream({ model, messages, tools: [tool], tool_choice: "required", max_tokens: 100, parallel_tool_calls: false });
    const deltas = [];
    stream.on("tool_calls.function.arguments.delta", ({ arguments_delta }) => deltas.push(arguments_delta));
    const final = await stream.finalChatCompletion();
    const [{ message, finish_reason }] = final.choices;
    assert.equal(finish_reason, "tool_calls");
    message.tool_calls.forEach(checked);
    assert(deltas.join("").startsWith(message.tool_calls[0].function.arguments));
    assert(deltas.length > 1, "piece by piece");
  });

  test(`${model} answers by a schema`, async () => {
    const response_format = zodResponseFormat(Weather, "weather");
    const answer = await client.chat.completions.parse({ model, messages, response_format, temperature: 2, max_tokens: 200 });
    assert.deepEqual(Weather.parse(answer.choices[0].message.parsed), answer.choices[0].message.parsed);
    const any = await client.chat.completions.create({ model, messages, response_format: { type: "json_object" }, max_tokens: 200, temperature: 0 });
    if (any.choices[0].finish_reason === "stop") JSON.parse(any.choices[0].message.content);
  });
}

test("the tool runner runs a tool", async () => {
  const asked = [];
  const runner = client.chat.completions.runTools({
    model: GEMMA,
    messages,
    max_tokens: 100,
    // Named, the runner calls it and is done; what a free model would say next is not certain.
    tool_choice: { type: "function", function: { name: "get_weather" } },
    tools: [{ type: "function", function: {
      name: "get_weather", description: "The weather of a city", parse: JSON.parse,
      parameters: { type: "object", properties: { city: { type: "string", enum: ["Oslo", "Rome"] } }, required: ["city"] },
      function: (args) => asked.push(City.parse(args)) && "7 degrees",
    } }],
  }, { maxChatCompletions: 3 });
  await runner.done();
  assert.equal(asked.length, 1);
  assert.equal(runner.messages.filter(({ role }) => role === "tool").length, 1);
});

test("the Responses API, whole", async () => {
  const response = await client.responses.create({ model: GPT_OSS, input: "hello", max_output_tokens: 20, temperature: 0 });
  assert.equal(response.object, "response");
  assert.match(response.id, /^resp_/);
  assert(typeof response.output_text === "string" && response.usage.output_tokens > 0);
  const parsed = await client.responses.parse({
    model: GPT_OSS, input: [{ role: "user", content: "What is the weather?" }], max_output_tokens: 200,
    text: { format: zodTextFormat(Weather, "weather") },
  });
  assert.deepEqual(Weather.parse(parsed.output_parsed), parsed.output_parsed);
});

test("the Responses API, with tools and their outputs", async () => {
  const tools = [{ type: "function", name: "get_weather", parameters: tool.function.parameters, strict: true }];
  const input = [{ role: "user", content: "What is the weather in Oslo?" }];
  const first = await client.responses.create({ model: GPT_OSS, input, tools, tool_choice: "required", max_output_tokens: 100 });
  const calls = first.output.filter(({ type }) => type === "function_call");
  assert(calls.length > 0);
  calls.forEach((call) => City.parse(JSON.parse(call.arguments)));
  const outputs = calls.map(({ call_id }) => ({ type: "function_call_output", call_id, output: "7 degrees" }));
  const second = await client.responses.create({ model: GPT_OSS, input: [...input, ...first.output, ...outputs], tools, max_output_tokens: 20 });
  assert(["completed", "incomplete"].includes(second.status));
});

test("the Responses API streams events", async () => {
  const stream = client.responses.stream({ model: GPT_OSS, input: "hello", max_output_tokens: 20, temperature: 0 });
  const kinds = [];
  let text = "";
  for await (const event of stream) {
    kinds.push(event.type);
    if (event.type === "response.output_text.delta") text += event.delta;
  }
  const final = await stream.finalResponse();
  assert.equal(final.output_text, text);
  assert.deepEqual(kinds.slice(0, 4), ["response.created", "response.in_progress", "response.output_item.added", "response.content_part.added"]);
  assert(["response.completed", "response.incomplete"].includes(kinds.at(-1)));
  const calls = client.responses.stream({
    model: GPT_OSS, input: "What is the weather in Oslo?", max_output_tokens: 100, tool_choice: "required",
    tools: [{ type: "function", name: "get_weather", parameters: tool.function.parameters, strict: true }],
  });
  const call = (await calls.finalResponse()).output.find(({ type }) => type === "function_call");
  City.parse(JSON.parse(call.arguments));
});

test("reasoning is set apart, counted, and can be switched off", async () => {
  const params = { model: THINKER, messages, max_tokens: 20, temperature: 0 };
  const { choices: [{ message }], usage } = await client.chat.completions.create(params);
  assert(message.reasoning_content.length > 0);
  assert.equal(message.content, "");
  assert.equal(usage.completion_tokens_details.reasoning_tokens, usage.completion_tokens);
  let streamed = "";
  for await (const chunk of await client.chat.completions.create({ ...params, stream: true })) {
    streamed += chunk.choices[0]?.delta.reasoning_content ?? "";
    assert(!chunk.choices[0]?.delta.content);
  }
  assert.equal(streamed, message.reasoning_content);
  for (const off of [{ chat_template_kwargs: { enable_thinking: false } }]) {
    const plain = await client.chat.completions.create({ ...params, ...off });
    assert.equal(plain.choices[0].message.reasoning_content, undefined);
    assert(plain.choices[0].message.content.length > 0);
  }
  const response = await client.responses.create({ model: THINKER, input: "hello", max_output_tokens: 10, reasoning: { effort: "low" } });
  assert.equal(response.output[0].type, "reasoning");
  assert.equal(response.status, "incomplete");
});

test("the bundled model thinks before it answers, when it is asked to", async () => {
  const params = { model: GEMMA, messages, temperature: 0, max_tokens: 200 };
  const plain = await client.chat.completions.create(params);
  assert.equal(plain.choices[0].message.reasoning_content, undefined);
  const on = { reasoning_effort: "low" };
  const { choices: [{ message, finish_reason }], usage } = await client.chat.completions.create({ ...params, ...on });
  assert.equal(finish_reason, "stop");
  assert(message.reasoning_content.trim() && message.content && !message.content.includes("think>"), JSON.stringify(message));
  const thought = usage.completion_tokens_details.reasoning_tokens;
  assert(thought > 0 && thought < usage.completion_tokens);
  const called = await client.chat.completions.create({ ...params, ...on, tools: [tool], tool_choice: "required" });
  assert(called.choices[0].message.reasoning_content);
  checked(called.choices[0].message.tool_calls[0]);
  const filled = await client.chat.completions.create({ ...params, ...on, response_format: zodResponseFormat(City, "city") });
  assert(filled.choices[0].message.reasoning_content);
  City.parse(JSON.parse(filled.choices[0].message.content));
});
