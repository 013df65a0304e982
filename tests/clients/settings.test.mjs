// What a server is started with: limits, plan, token, bound checkpoints, and a port that is taken.

import assert from "node:assert/strict";
import { test } from "node:test";

import OpenAI from "openai";

import { changedEmbedder, endlessChat } from "./checkpoint.mjs";
import { BGE, LLAMA, file, newAccount, run, startEmulator } from "./emulator.mjs";
import { worker } from "./workerd.mjs";

/** Overlays one row of the table of limits. */
const overlay = (name, value) => file("limits.toml", `[[limit]]\nname = "${name}"\nvalue = ${value}\n`);

async function post(server, path, body, options) {
  const response = await server.post(path, body, options);
  return { status: response.status, headers: response.headers, body: await response.json() };
}

test("a body over the limit is 3006, one at the limit is taken", async () => {
  const server = await startEmulator({ args: ["--limits", overlay("ai.body_bytes", 1000)] });
  const body = (size) => {
    const frame = JSON.stringify({ text: "" });
    return JSON.stringify({ text: "a".repeat(size - frame.length) });
  };
  assert.equal((await post(server, `ai/run/${BGE}`, body(1000))).status, 200);
  for (const path of [`ai/run/${BGE}`, "ai/run", "ai/v1/embeddings"]) {
    const { status, body: answer } = await post(server, path, body(1001));
    assert.deepEqual([status, answer.errors[0].code], [413, 3006]);
    assert.match(answer.errors[0].message, /Request is too large/);
  }
});

test("an exhausted allocation is 4006, for its account alone", async () => {
  const server = await startEmulator({ args: ["--plan", "free", "--limits", overlay("ai.neurons_per_day", "{ free = 1 }")] });
  const account = newAccount();
  const ask = (options) => post(server, `ai/run/${LLAMA}`, { prompt: "hello", max_tokens: 50 }, options);
  let spent = 0;
  let last;
  for (let calls = 0; calls < 100; calls++) {
    last = await ask({ account });
    if (last.status !== 200) break;
    assert(spent < 1, `answered after ${spent} neurons`);
    spent += last.body.result.usage.neurons;
  }
  assert(spent >= 1, `refused after ${spent} neurons: ${JSON.stringify(last.body)}`);
  assert.deepEqual([last.status, last.body.errors[0].code], [429, 4006]);
  assert.match(last.body.errors[0].message, /you have used up your daily free allocation of 10,000 neurons/);
  assert.equal((await ask({ account: newAccount() })).status, 200);
});

test("models for paying accounts are 5035 on the free plan only", async () => {
  const [free, paid] = [await startEmulator({ args: ["--plan", "free"] }), await startEmulator()];
  const { result: models } = await (await free.call("ai/models/search")).json();
  const isPaid = (model) => model.properties.some(({ property_id, value }) => property_id === "require_workers_paid" && value === "true");
  const { name } = models.find((model) => isPaid(model) && model.task.name === "Text Generation");
  const input = { messages: [{ role: "user", content: "hello" }], max_tokens: 4 };
  const { status, body } = await post(free, `ai/run/${name}`, input);
  assert.deepEqual([status, body.errors[0].code], [403, 5035]);
  assert(body.errors[0].message.includes(`Model ${name} is not available on the Workers Free plan`));
  assert.equal((await post(paid, `ai/run/${name}`, input)).status, 200);
  assert.equal((await post(free, `ai/run/${LLAMA}`, input)).status, 200);
});

test("with a token, only that token is let in", async () => {
  const server = await startEmulator({ args: ["--token", "secret"] });
  const ask = (authorization) =>
    post(server, `ai/run/${BGE}`, { text: "sea" }, { headers: authorization ? { authorization } : {} });
  for (const wrong of [undefined, "Bearer other", "Bearer secretx", "Bearer ", "Basic secret"]) {
    const { status, body } = await ask(wrong);
    assert.deepEqual([status, body.errors[0].code, body.errors[0].message], [401, 10000, "Authentication error"]);
    assert.equal(body.result, null);
  }
  assert.equal((await ask("Bearer secret")).status, 200);
  const list = await server.call("vectorize/v2/indexes");
  assert.equal(list.status, 401);
  assert.equal((await list.json()).errors[0].code, 10000);
});

test("a broken checkpoint is named with a hint, and the others answer", async () => {
  const broken = {
    "@cf/baai/bge-small-en-v1.5": changedEmbedder((bytes) => bytes.subarray(0, bytes.length / 2)),
    "@cf/baai/bge-base-en-v1.5": changedEmbedder((bytes) => Buffer.concat([Buffer.alloc(64, 0xff), bytes.subarray(64)])),
    "@cf/baai/bge-m3": changedEmbedder(() => Buffer.alloc(0)),
    [LLAMA]: changedEmbedder((bytes) => bytes),
    "@cf/meta/llama-3.2-3b-instruct": "/no/such/folder",
  };
  const bindings = Object.entries(broken).map(([model, folder]) => `${JSON.stringify(model)} = ${JSON.stringify(folder)}`);
  const config = file("candleflare.toml", `[models]\n${bindings.join("\n")}\n`);
  const server = await startEmulator({ args: ["--config", config] });
  for (const model of Object.keys(broken)) {
    const isChat = model.startsWith("@cf/meta");
    const { status, body } = await post(server, `ai/run/${model}`, isChat ? { prompt: "hi" } : { text: "sea" });
    assert.equal(status, 400, `${model}: ${JSON.stringify(body)}`);
    const [{ message }] = body.errors;
    assert.match(message, isChat ? /config\.json|tokenizer\.json/ : /model\.safetensors/, model);
    assert(message.includes("hint:"), message);
  }
  const { status, headers } = await post(server, "ai/run/@cf/baai/bge-large-en-v1.5", { text: "sea" });
  assert.deepEqual([status, headers.get("candleflare-model")], [200, "kindling-embed; fidelity=stand-in"]);
  assert.equal((await post(server, "ai/run/@cf/qwen/qwen3-30b-a3b-fp8", { messages: [{ role: "user", content: "hi" }] })).status, 200);
});

test("a whole checkpoint in a folder answers under its own name", async () => {
  const folder = changedEmbedder((bytes) => bytes);
  const config = file("candleflare.toml", `[models]\n"${BGE}" = { path = ${JSON.stringify(folder)}, fidelity = "exact" }\n`);
  const server = await startEmulator({ args: ["--config", config] });
  const bound = await post(server, `ai/run/${BGE}`, { text: "sea" });
  assert.equal(bound.headers.get("candleflare-model"), `${folder}; fidelity=exact`);
  const bundled = await startEmulator({ args: ["--config", config, "--models", "bundled"] });
  const own = await post(bundled, `ai/run/${BGE}`, { text: "sea" });
  assert.equal(own.headers.get("candleflare-model"), "kindling-embed; fidelity=stand-in");
  assert.deepEqual(own.body.result, bound.body.result);
});

test("a folder under an id of one's own answers every client, with the facts of what it is like", async () => {
  const rows = (...rows) => ["--config", file("candleflare.toml", `[models]\n${rows.join("\n")}\n`)];
  const folder = JSON.stringify(changedEmbedder((bytes) => bytes));
  const chat = JSON.stringify(endlessChat());
  const args = rows(`"@mine/embedder" = { path = ${folder}, like = "@cf/baai/bge-m3" }`, `"parrot" = { path = ${chat}, like = "${LLAMA}" }`);
  const server = await startEmulator({ args });
  const rest = await post(server, "ai/run/@mine/embedder", { text: "sea" });
  // As long as the checkpoint makes them, whatever bge-m3's are.
  assert.deepEqual([rest.status, rest.body.result.shape], [200, [1, 384]]);
  assert.match(rest.headers.get("candleflare-model"), /; fidelity=sibling$/);
  const openai = new OpenAI({ apiKey: "local", baseURL: `${server.url}/client/v4/accounts/${newAccount()}/ai/v1`, maxRetries: 0 });
  const { data } = await openai.embeddings.create({ model: "@mine/embedder", input: "sea", encoding_format: "float" });
  assert.deepEqual(data[0].embedding, rest.body.result.data[0]);
  const { choices } = await openai.chat.completions.create({ model: "parrot", messages: [{ role: "user", content: "hi" }], max_tokens: 5 });
  assert.equal(choices[0].finish_reason, "length");
  const ask = worker(server, `export default { async fetch(request, env) {
    const { response } = await env.AI.run("parrot", { prompt: "hi", max_tokens: 5 });
    return Response.json([typeof response, (await env.AI.models({ search: "@mine" })).map(({ name, task }) => [name, task.name])]);
  } };`);
  assert.deepEqual(await (await ask()).json(), ["string", [["@mine/embedder", "Text Embeddings"]]]);
  const { stdout } = await run(["show", "@mine/embedder", ...args]);
  assert.match(stdout, /like @cf\/baai\/bge-m3\.[^]*answered_by +\S+ \(sibling\)/);
  const exact = await startEmulator({ args: [...args, "--models", "exact"] });
  const wary = new OpenAI({ apiKey: "local", baseURL: `${exact.url}/client/v4/accounts/${newAccount()}/ai/v1`, maxRetries: 0 });
  await assert.rejects(wary.embeddings.create({ model: "@mine/embedder", input: "sea" }), ({ status, message }) => {
    assert.equal(status, 503);
    return /hint: no open weights are known as its own; bind a folder as exact/.test(message);
  });
  for (const [row, wanted] of [
    [`"@mine/embedder" = ${folder}`, /`@mine\/embedder` of `\[models\]` is not in the catalogue\nhint: .*`like = /],
    [`"@cf/baai/bge-smal-en-v1.5" = ${folder}`, /did you mean `@cf\/baai\/bge-small-en-v1\.5`\?/],
    [`"@mine/embedder" = { path = ${folder}, like = "bge" }`, /is like `bge`, which is not in the catalogue\nhint: /],
    [`"a b" = { path = ${folder}, like = "${BGE}" }`, /is no name for a model\nhint: /],
  ]) {
    const { code, stderr } = await run(["serve", "--port", "0", ...rows(row)]);
    assert.equal(code, 1, stderr);
    assert.match(stderr, wanted);
  }
});

test("a port that is taken ends the second server with a hint", async () => {
  const server = await startEmulator();
  const { port } = new URL(server.url);
  const { code, stderr } = await run(["serve", "--port", port]);
  assert.notEqual(code, 0);
  assert(stderr.includes(port) && stderr.includes("hint:"), stderr);
  assert.equal((await fetch(`${server.url}/__candleflare/health`)).status, 200);
});

test("the same seed gives an account the same answers on two servers", async () => {
  const account = newAccount();
  const say = async () => {
    const server = await startEmulator({ args: ["--seed", "7"] });
    const { headers, body } = await post(server, `ai/run/${LLAMA}`, { prompt: "Tell me something.", temperature: 2, max_tokens: 20 }, { account });
    return [headers.get("cf-ai-req-id"), body.result.response];
  };
  assert.deepEqual(await say(), await say());
});
