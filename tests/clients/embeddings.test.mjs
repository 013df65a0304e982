// Embeddings and reranking by the clients that people use: the Vercel AI SDK, OpenAI's and Cloudflare's own.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { cosineSimilarity, embed, embedMany, rerank } from "ai";
import Cloudflare from "cloudflare";
import OpenAI from "openai";
import { createWorkersAI } from "workers-ai-provider";

import { newAccount, root, scratch, startEmulator } from "./emulator.mjs";

const emulator = await startEmulator();
const redirected = (to) => (url, init) => fetch(String(url).replace("https://api.cloudflare.com", to.url), init);
const provider = (to = emulator) => createWorkersAI({ accountId: newAccount(), apiKey: "local", fetch: redirected(to) });
const openai = () => new OpenAI({ apiKey: "local", baseURL: `${emulator.url}/client/v4/accounts/${newAccount()}/ai/v1`, maxRetries: 0 });

const documents = [
  "The ferry to the island leaves at noon.",
  "Knead the dough, let the loaf rise, and bake it for forty minutes.",
  "Jupiter has more than ninety moons.",
];

for (const [id, dimensions] of [
  ["@cf/baai/bge-small-en-v1.5", 384],
  ["@cf/baai/bge-base-en-v1.5", 768],
  ["@cf/baai/bge-m3", 1024],
  ["@cf/google/embeddinggemma-300m", 768],
]) {
  test(`the AI SDK embeds with ${id}`, async () => {
    const model = provider().embedding(id);
    const { embedding } = await embed({ model, value: "How do I bake bread?" });
    assert.equal(embedding.length, dimensions);
    const { embeddings } = await embedMany({ model, values: documents });
    const near = embeddings.map((vector) => cosineSimilarity(embedding, vector));
    assert.equal(near.indexOf(Math.max(...near)), 1);
  });
}

test("the AI SDK reranks, by the embedder and by a cross-encoder", async () => {
  const { ranking } = await rerank({ model: provider().reranking("@cf/baai/bge-reranker-base"), query: "How do I bake bread?", documents, topN: 2 });
  assert.equal(ranking.length, 2);
  assert.equal(ranking[0].originalIndex, 1);
  assert(ranking[0].score > ranking[1].score);

  // Random weights: every context has a score of its own, between 0 and 1, and the order is theirs.
  const config = join(scratch(), "candleflare.toml");
  writeFileSync(config, `[models]\n"@cf/baai/bge-reranker-base" = ${JSON.stringify(join(root, "tests/parity/xlm-roberta-reranker"))}\n`);
  const bound = await startEmulator({ args: ["--config", config] });
  const ranked = await rerank({ model: provider(bound).reranking("@cf/baai/bge-reranker-base"), query: "the rain", documents });
  const scores = ranked.ranking.map(({ score }) => score);
  assert.deepEqual(scores, [...scores].sort((a, b) => b - a));
  assert(new Set(scores).size === 3 && scores.every((score) => score > 0 && score < 1));
});

test("OpenAI's client asks for dimensions where the model has them", async () => {
  const client = openai();
  const ask = async (model, dimensions) => (await client.embeddings.create({ model, input: documents, dimensions })).data;
  for (const [model, whole, less] of [["@cf/qwen/qwen3-embedding-0.6b", 1024, 256], ["@cf/google/embeddinggemma-300m", 768, 128]]) {
    assert.equal((await ask(model))[0].embedding.length, whole);
    const cut = await ask(model, less);
    for (const { embedding } of cut) {
      assert.equal(embedding.length, less);
      assert(Math.abs(Math.hypot(...embedding) - 1) < 1e-5);
    }
    await assert.rejects(ask(model, whole + 1), OpenAI.BadRequestError);
  }
  await assert.rejects(ask("@cf/baai/bge-m3", 512), OpenAI.BadRequestError);
});

test("Cloudflare's client has every form of bge-m3 and qwen3-embedding", async () => {
  const client = new Cloudflare({ apiToken: "local", baseURL: `${emulator.url}/client/v4`, maxRetries: 0 });
  const run = (model, body) => client.ai.run(model, { account_id: newAccount(), ...body });
  const contexts = documents.map((text) => ({ text }));
  const scored = await run("@cf/baai/bge-m3", { query: "How do I bake bread?", contexts });
  assert.equal(scored.response[0].id, 1);
  const vectors = await run("@cf/baai/bge-m3", { contexts });
  assert.deepEqual([vectors.shape, vectors.response.length], [[3, 1024], 3]);
  assert.deepEqual((await run("@cf/baai/bge-m3", { text: documents })).shape, [3, 1024]);
  const both = await run("@cf/qwen/qwen3-embedding-0.6b", { queries: "bread?", documents, instruction: "Find recipes" });
  assert.deepEqual(both.shape, [4, 1024]);
  assert.deepEqual((await run("@cf/baai/bge-small-en-v1.5", { text: Array(100).fill("sea") })).shape, [100, 384]);
});

test("what cannot be embedded is refused, and the next text is not", async () => {
  const client = openai();
  const ask = (input) => client.embeddings.create({ model: "@cf/baai/bge-small-en-v1.5", input });
  // The last is half of a pair of surrogates, which no text can hold.
  for (const bad of ["", [], Array(101).fill("sea"), "\ud800 sea"]) await assert.rejects(ask(bad), OpenAI.BadRequestError);
  // A million characters are cut to what the model reads.
  assert.equal((await ask("sea ".repeat(250_000))).data.length, 1);
  assert.equal((await ask("sea")).data.length, 1);
});
