// An unchanged Worker under an unchanged `wrangler dev`, newest and of a year ago, started by `candleflare exec`: no login, no
// network, and every call of the two bindings.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { BGE, LLAMA, until } from "./emulator.mjs";
import { PROBE, caller } from "./probe.mjs";
import { announced, exec, modules, project } from "./workers.mjs";

const DIMENSIONS = 32;
const vector = (...first) => [...first, ...Array(DIMENSIONS - first.length).fill(0)];
const CONFIG = {
  name: "probe",
  main: "index.js",
  compatibility_date: "2025-11-01",
  ai: { binding: "AI" },
  vectorize: [{ binding: "DOCS", index_name: "docs" }, { binding: "IMAGES", index_name: "images" }],
};
const FLAGS = ["--index", "docs=32,cosine", "--index", "images=64,euclidean"];

/** `wrangler dev` under `exec`, ready; gives the call of its Worker. */
async function dev(tool, { cwd, args = [] }) {
  // A port of 0 is one that is free.
  const command = ["node", join(modules, tool, "bin/wrangler.js"), "dev", "--port", "0", "--inspector-port", "0", ...args];
  const running = exec(command, { cwd, flags: FLAGS, env: { WRANGLER_LOG_PATH: join(cwd, ".wrangler/logs") } });
  const url = await announced(running, /Ready on (http:\/\/\S+)/).then((line) => line.replace("Ready on ", ""));
  return { ...running, call: caller(url), stop: () => (running.child.kill("SIGINT"), running.ended) };
}

async function everyCall(call) {
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

for (const [tool, what] of [["wrangler", "newest"], ["wrangler-old", "a year old"]]) {
  test(`wrangler dev, ${what}: every call of both bindings`, async () => {
    const { version } = JSON.parse(readFileSync(join(modules, tool, "package.json"), "utf8"));
    const cwd = project({ "wrangler.json": CONFIG, "index.js": PROBE });
    const { call, stop, said } = await dev(tool, { cwd });
    await everyCall(call);
    const how = await stop();
    assert.notEqual(how.code, null, `${version}: ${said.stderr}`);
    assert.match(said.stderr, /candleflare: \d+ calls, .* 2 refused\n$/, version);
    assert(!/login|CLOUDFLARE_API_TOKEN|Establishing remote/i.test(said.stdout + said.stderr), said.stdout + said.stderr);
  });
}

test("inputs that are no JSON arrive, and what is not emulated is refused by name", async () => {
  const cwd = project({ "wrangler.json": CONFIG, "index.js": PROBE });
  const { call } = await dev("wrangler", { cwd });
  const audio = await call("AI.run", "@cf/deepgram/nova-3", { $stream: "x".repeat(300_000) });
  assert.equal(audio.thrown?.name, "AiError", JSON.stringify(audio));
  const form = await call("AI.run", "@cf/black-forest-labs/flux-2-dev", { $form: { prompt: "a cat" } });
  assert.equal(typeof form.value?.image, "string", JSON.stringify(form).slice(0, 300));
  const gateway = await call("AI.run", BGE, { text: "sea" }, { gateway: { id: "default", skipCache: true } });
  assert.deepEqual(gateway.value?.shape, [1, 384], JSON.stringify(gateway));
  const url = await call(["AI", ["gateway", "default"], "getUrl"], "workers-ai");
  const markdown = await call("AI.toMarkdown", { $file: "page.html", text: "<h1>Sea</h1>", type: "text/html" });
  // Answered where they are emulated, and a thrown error with a name where not: never a hang, never an answer made up.
  assert(url.value !== undefined || url.thrown.isError, JSON.stringify(url));
  assert.equal(markdown.value?.data, "# Sea", JSON.stringify(markdown));
});

test("several Workers at once, each with its bindings", async () => {
  const cwd = project({
    "first/wrangler.json": { ...CONFIG, services: [{ binding: "SECOND", service: "second" }] },
    "first/index.js": PROBE,
    "second/wrangler.jsonc": JSON.stringify({ ...CONFIG, name: "second", vectorize: [{ binding: "ONLY", index_name: "images" }] }),
    "second/index.js": PROBE,
  });
  const { call } = await dev("wrangler", { cwd, args: ["-c", "first/wrangler.json", "-c", "second/wrangler.jsonc"] });
  assert.equal((await call("DOCS.describe")).value.dimensions, DIMENSIONS);
  const inner = (path, ...args) => ({ method: "POST", body: JSON.stringify({ path: path.split("."), args }) });
  const second = async (...call_) => JSON.parse((await call("SECOND.fetch", "http://second/", inner(...call_))).text);
  assert.equal((await second("ONLY.describe")).value.dimensions, 64);
  assert.deepEqual((await second("AI.run", BGE, { text: "sea" })).value.shape, [1, 384]);
});
