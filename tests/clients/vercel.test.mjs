// The Vercel AI SDK with the official `workers-ai-provider`, over REST and through a gateway.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Output, generateText, stepCountIs, streamText, tool } from "ai";
import { createWorkersAI } from "workers-ai-provider";
import { z } from "zod";

import { newAccount, redirected, startEmulator } from "./emulator.mjs";

const emulator = await startEmulator();
const MODELS = ["@cf/meta/llama-3.3-70b-instruct-fp8-fast", "@cf/qwen/qwen3-30b-a3b-fp8", "@cf/google/gemma-4-26b-a4b-it"];

const provider = (extra = {}) => createWorkersAI({ accountId: newAccount(), apiKey: "local", fetch: redirected(emulator), ...extra });

const weather = tool({
  description: "The weather of a city",
  inputSchema: z.object({ city: z.enum(["Oslo", "Rome"]).describe("which city") }),
  execute: async ({ city }) => ({ city, degrees: 7 }),
});

for (const id of MODELS) {
  test(`${id} generates and streams`, async () => {
    const model = provider()(id);
    const params = { model, prompt: "hello", temperature: 0, maxOutputTokens: 20 };
    const whole = await generateText(params);
    assert(whole.usage.inputTokens > 0 && whole.usage.outputTokens > 0);
    const stream = streamText(params);
    let text = "";
    for await (const piece of stream.textStream) text += piece;
    assert.equal(text, whole.text);
    assert.equal((await stream.usage).outputTokens, whole.usage.outputTokens);
  });

  test(`${id} calls tools`, async () => {
    const params = { model: provider()(id), prompt: "Weather in Oslo?", tools: { weather }, toolChoice: "required", maxOutputTokens: 100 };
    const whole = await generateText({ ...params, stopWhen: stepCountIs(1) });
    assert(whole.toolCalls.length > 0);
    assert(whole.toolCalls.every(({ toolName, input }) => toolName === "weather" && ["Oslo", "Rome"].includes(input.city)));
    assert.equal(whole.toolResults[0].output.degrees, 7);
    const stream = streamText({ ...params, stopWhen: stepCountIs(1) });
    await stream.consumeStream();
    const calls = await stream.toolCalls;
    assert(calls.length > 0 && calls.every(({ input }) => ["Oslo", "Rome"].includes(input.city)));
    // The result goes back in, and the model goes on.
    const steps = await generateText({ ...params, toolChoice: "auto", stopWhen: stepCountIs(2) });
    assert(steps.steps.length >= 1);
  });

  test(`${id} gives objects`, async () => {
    const schema = z.object({ city: z.enum(["Oslo", "Rome"]), warm: z.boolean() });
    const { output } = await generateText({ model: provider()(id), prompt: "Weather?", output: Output.object({ schema }), maxOutputTokens: 100 });
    assert.deepEqual(schema.parse(output), output);
  });
}

test("a gateway caches by its options", async () => {
  const model = provider({ gateway: { id: "default", cacheTtl: 3600 } })(MODELS[0]);
  const ask = () => generateText({ model, prompt: "tell me a joke", temperature: 1, maxOutputTokens: 20 });
  const [first, second] = [await ask(), await ask()];
  assert.equal(first.text, second.text);
});

test("a refusal is the SDK's own error", async () => {
  const model = provider()("@cf/nobody/nothing");
  await assert.rejects(generateText({ model, prompt: "hello", maxRetries: 0 }), /No such model/);
});
