// LangChain's Cloudflare package.

import assert from "node:assert/strict";
import { test } from "node:test";

import { ChatCloudflareWorkersAI, CloudflareWorkersAI } from "@langchain/cloudflare";

import { LLAMA, newAccount, startEmulator } from "./emulator.mjs";

const emulator = await startEmulator();
const cloudflareAccountId = newAccount();
const fields = {
  model: LLAMA, cloudflareAccountId, cloudflareApiToken: "local",
  baseUrl: `${emulator.api}/accounts/${cloudflareAccountId}/ai/run`,
};

test("a chat answers and streams", async () => {
  const chat = new ChatCloudflareWorkersAI(fields);
  const answer = await chat.invoke([["system", "Be brief."], ["human", "hello"]]);
  assert(answer.content.length > 0);
  let text = "";
  for await (const chunk of await chat.stream("hello")) text += chunk.content;
  assert(text.length > 0);
});

test("a model completes and streams", async () => {
  const model = new CloudflareWorkersAI(fields);
  assert((await model.invoke("hello")).length > 0);
  let text = "";
  for await (const chunk of await model.stream("hello")) text += chunk;
  assert(text.length > 0);
});
