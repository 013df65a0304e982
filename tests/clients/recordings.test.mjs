// `--record` and `--replay` through real clients: what they heard from the account they hear again without it.

import assert from "node:assert/strict";
import { readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import Cloudflare from "cloudflare";
import OpenAI from "openai";

import { BGE, LLAMA, QWEN, newAccount, run, scratch, startEmulator } from "./emulator.mjs";
import { secured, trusting } from "./tls.mjs";

const TOKEN = "the-real-accounts-token-123456";
const account = newAccount();
const folder = scratch();

const openai = (server) =>
  new OpenAI({ apiKey: "local", baseURL: `${server.api}/accounts/${account}/ai/v1`, maxRetries: 0 });
const cloudflare = (server) => new Cloudflare({ apiToken: "local", baseURL: server.api, maxRetries: 0 });

async function streamed(server, model) {
  const messages = [{ role: "user", content: "hello" }];
  const stream = await openai(server).chat.completions.create({ model, messages, stream: true, max_tokens: 20 });
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}

/** One of each kind of call, by both SDKs. */
async function talk(server) {
  const said = {};
  said.stream = await streamed(server, LLAMA);
  const params = { model: QWEN, messages: [{ role: "user", content: "hello" }], max_tokens: 20 };
  said.whole = await openai(server).chat.completions.create(params);
  said.vectors = (await openai(server).embeddings.create({ model: BGE, input: ["a", "b"] })).data;
  said.native = await cloudflare(server).ai.run(LLAMA, { account_id: account, prompt: "hello", max_tokens: 20 });
  const indexes = cloudflare(server).vectorize.indexes;
  said.index = await indexes.create({ account_id: account, name: "docs", config: { dimensions: 32, metric: "cosine" } });
  const missing = await indexes.get("nothing", { account_id: account }).catch((error) => error);
  said.missing = [missing.status, missing.errors[0].code, missing.errors[0].message];
  return said;
}

const files = (below) =>
  readdirSync(below).flatMap((name) => (statSync(join(below, name)).isDirectory() ? files(join(below, name)) : join(below, name)));

test("what was recorded from an account is heard again without it", async () => {
  const real = await startEmulator({ args: ["--token", TOKEN, "--seed", "1"] });
  const recorder = await startEmulator({
    args: ["--record", folder, "--upstream", real.url],
    env: { CANDLEFLARE_UPSTREAM_TOKEN: TOKEN },
  });
  const recorded = await talk(recorder);
  assert(recorded.stream.length > 2 && recorded.native.response.length > 0);
  assert.deepEqual(recorded.missing.slice(0, 2), [404, 3000]);
  await recorder.stop();
  await real.stop();
  const kept = files(folder);
  assert.equal(kept.length, 6, kept.join("\n"));
  for (const path of kept) {
    const text = readFileSync(path, "utf8");
    assert(!text.includes(TOKEN) && !text.includes(account), `${path} has a secret`);
  }
  const player = await startEmulator({ args: ["--replay", folder] });
  assert.deepEqual(await talk(player), recorded);
});

test("an account behind TLS is recorded, streams too, where its certificate is trusted", async () => {
  const folder = scratch();
  const real = await startEmulator({ args: ["--token", TOKEN, "--seed", "1"] });
  const tls = await secured(real.url);
  const recording = (env) =>
    startEmulator({ args: ["--record", folder, "--upstream", tls.url], env: { CANDLEFLARE_UPSTREAM_TOKEN: TOKEN, ...env } });
  const wary = await recording({ SSL_CERT_FILE: "" });
  const error = await streamed(wary, LLAMA).catch((error) => error);
  assert.match(error.message, /cannot reach the upstream .*certificate/is);
  assert.equal(tls.connections, 0);
  const recorder = await recording(trusting);
  const recorded = await talk(recorder);
  assert(recorded.stream.length > 2 && tls.connections > 0);
  assert.equal(files(folder).length, 6);
  await Promise.all([wary, recorder, real].map((server) => server.stop()));
  assert.deepEqual(await talk(await startEmulator({ args: ["--replay", folder] })), recorded);
});

test("what was not recorded is refused by the nearest miss, or computed", async () => {
  const ask = (server, content) =>
    cloudflare(server).ai.run(QWEN, { account_id: account, messages: [{ role: "user", content }], max_tokens: 20 });
  const strict = await startEmulator({ args: ["--replay", folder] });
  const error = await ask(strict, "goodbye").catch((error) => error);
  assert.equal(error.status, 400);
  const [{ code, message }] = error.errors;
  assert.equal(code, 1000);
  assert.match(message, /no recording answers this call/);
  assert.match(message, /\$\.messages\[0\]\.content was "hello", is "goodbye"/);
  const lenient = await startEmulator({ args: ["--replay", folder, "--replay-missing", "infer"] });
  assert((await ask(lenient, "goodbye")).choices[0].message.content.length > 0);
});

test("settings that make no sense are refused at the start", async () => {
  for (const [args, why] of [
    [["--upstream", "https://api.cloudflare.com"], /--record DIR/],
    [["--record", scratch(), "--upstream", "http://example.com"], /without TLS/],
    [["--replay", "/nowhere/at/all"], /\/nowhere\/at\/all/],
    [["--replay", folder, "--replay-missing", "guess"], /fail or infer/],
  ]) {
    const { code, stderr } = await run(["serve", "--port", "0", ...args]);
    assert.notEqual(code, 0);
    assert.match(stderr, why);
  }
});
