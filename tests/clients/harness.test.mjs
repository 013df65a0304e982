// The harness from other languages: the documentation's own examples, and failures as real SDKs meet them.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";

import Cloudflare from "cloudflare";
import OpenAI from "openai";

import { LLAMA, root, run, scratch, startEmulator } from "./emulator.mjs";

const execute = promisify(execFile);
const server = await startEmulator({ args: ["--seed", "7"] });
const docs = readFileSync(join(root, "docs/harness.md"), "utf8");

/** The documentation's example in `language`. */
function example(language) {
  const text = docs.split(`\`\`\`${language}\n`)[1]?.split("```")[0];
  assert(text, `docs/harness.md has no example in ${language}`);
  return text;
}

const control = async (path, body, { method = "POST", account = server.account } = {}) => {
  const response = await fetch(`${server.url}/__candleflare/${path}?account=${account}`, {
    method,
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  assert.equal(response.status, 200, await response.clone().text());
  return response.json();
};

const environment = { ...process.env, CANDLEFLARE_URL: server.url };

test("the example in TypeScript runs", async () => {
  const file = join(scratch(), "example.ts");
  writeFileSync(file, `export {};\n${example("ts")}`);
  const { stdout } = await execute(process.execPath, ["--experimental-strip-types", "--no-warnings", file], { env: environment });
  assert.equal(stdout.trim(), "ok");
});

test("the example in Python runs", async () => {
  const file = join(scratch(), "example.py");
  writeFileSync(file, example("python"));
  const { stdout } = await execute("python3", [file], { env: environment });
  assert.equal(stdout.trim(), "ok");
});

const openai = new OpenAI({
  apiKey: "local",
  baseURL: `${server.api}/accounts/${server.account}/ai/v1`,
  maxRetries: 2,
});
const messages = [{ role: "user", content: "How is the weather?" }];

test("the OpenAI SDK retries what is staged, and gives up with production's words", async () => {
  await control("stubs", { match: { dialect: "openai" }, respond: { text: "Sunny." } });
  await control("faults", { when: { times: 1 }, fault: { kind: "error", code: 3040 } });
  const answer = await openai.chat.completions.create({ model: LLAMA, messages });
  assert.equal(answer.choices[0].message.content, "Sunny.");
  await control("faults", { fault: { preset: "quota" } });
  const refused = openai.chat.completions.create({ model: LLAMA, messages }, { maxRetries: 0 });
  await assert.rejects(refused, (error) => error.status === 429 && /daily free allocation/.test(JSON.stringify(error)));
  await control("faults", undefined, { method: "DELETE" });
});

test("the OpenAI SDK sees a stub's tool call, whole and streamed", async () => {
  const account = { account: "b".repeat(32) };
  await control("stubs", { respond: { tool_calls: [{ name: "weather", arguments: { city: "Oslo" } }] } }, account);
  const client = new OpenAI({ apiKey: "local", baseURL: `${server.api}/accounts/${account.account}/ai/v1` });
  const tools = [{ type: "function", function: { name: "weather", description: "the weather", parameters: { type: "object", properties: { city: { type: "string", description: "a city" } } } } }];
  const whole = await client.chat.completions.create({ model: LLAMA, messages, tools });
  assert.equal(whole.choices[0].finish_reason, "tool_calls");
  assert.deepEqual(JSON.parse(whole.choices[0].message.tool_calls[0].function.arguments), { city: "Oslo" });
  let text = "";
  for await (const chunk of await client.chat.completions.create({ model: LLAMA, messages, tools, stream: true })) {
    text += chunk.choices[0]?.delta?.tool_calls?.[0]?.function?.arguments ?? "";
  }
  assert.deepEqual(JSON.parse(text), { city: "Oslo" });
});

test("a cut stream is an error for the OpenAI SDK, and a slow one is not", async () => {
  const stream = async () => {
    let text = "";
    for await (const chunk of await openai.chat.completions.create({ model: LLAMA, messages, stream: true })) {
      text += chunk.choices[0]?.delta?.content ?? "";
    }
    return text;
  };
  await control("faults", { when: { times: 1 }, fault: { kind: "cut", after_events: 2 } });
  await assert.rejects(stream);
  await control("faults", { when: { times: 1 }, fault: { kind: "slow_stream", tokens_per_second: 100 } });
  assert.equal(await stream(), "Sunny.");
});

test("the Cloudflare SDK meets the same refusals", async () => {
  const account_id = "c".repeat(32);
  const client = new Cloudflare({ apiToken: "local", baseURL: server.api, maxRetries: 0 });
  await control("faults", { match: { service: "vectorize" }, fault: { preset: "rate-limited" } }, { account: account_id });
  const list = async () => {
    for await (const index of client.vectorize.indexes.list({ account_id })) assert(index);
  };
  await assert.rejects(list, (error) => error.status === 429 && error.errors[0].code === 40041);
  await control("faults", undefined, { method: "DELETE", account: account_id });
  await list();
});

test("`usage` is a table, and says what it would have cost", async () => {
  const account = "d".repeat(32);
  await server.post(`ai/run/${LLAMA}`, { prompt: "hello", max_tokens: 3 }, { account });
  const people = await run(["usage", "--url", server.url, "--account", account]);
  assert.equal(people.code, 0, people.stderr);
  const [head, row, total] = people.stdout.trim().split("\n");
  assert.match(head, /date +account +model +calls/);
  assert(row.includes(LLAMA) && row.includes(account));
  assert.match(total, /total/);
  const machines = JSON.parse((await run(["usage", "--url", server.url, "--account", account, "--json"])).stdout);
  assert.equal(machines.total.calls, 1);
  const nobody = await run(["usage", "--url", "http://127.0.0.1:9"]);
  assert.equal(nobody.code, 1);
  assert.match(nobody.stderr, /hint:/);
});
