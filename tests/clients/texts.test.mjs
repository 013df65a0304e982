// Text classification, translation and summarisation by Cloudflare's own SDK, and by `env.AI.run` in workerd.

import assert from "node:assert/strict";
import { test } from "node:test";

import Cloudflare from "cloudflare";

import { newAccount, startEmulator } from "./emulator.mjs";
import { worker } from "./workerd.mjs";

const SENTIMENT = "@cf/huggingface/distilbert-sst-2-int8";
const TRANSLATE = "@cf/meta/m2m100-1.2b";
const INDIC = "@cf/ai4bharat/indictrans2-en-indic-1B";
const SUMMARY = "@cf/facebook/bart-large-cnn";
const REPORT =
  "Firefighters in Hexley fought a blaze at the library on Friday. Nobody was hurt. Smoke could be seen from ten kilometres away. The street stays closed until June.";

const emulator = await startEmulator({ args: ["--allow-deprecated", "true"] });
const client = new Cloudflare({ apiToken: "local", baseURL: emulator.api, maxRetries: 0 });
const sdk = (model, input, account_id = newAccount()) => client.ai.run(model, { account_id, ...input });

const WORKER = `
export default {
  async fetch(request, env) {
    const { model, input, options } = await request.json();
    try {
      return Response.json({ value: await env.AI.run(model, input, options) });
    } catch (error) {
      return Response.json({ thrown: { name: error.name, message: error.message } });
    }
  },
};`;
const dispatch = worker(emulator, WORKER);
const ask = async (model, input, options) => {
  return (await dispatch({ body: JSON.stringify({ model, input, options }) })).json();
};
const binding = async (model, input) => {
  const { value, thrown } = await ask(model, input);
  assert.equal(thrown, undefined, JSON.stringify(thrown));
  return value;
};

for (const [name, run] of [
  ["the SDK", sdk],
  ["env.AI.run", binding],
]) {
  test(`${name} classifies`, async () => {
    for (const [text, best] of [["I love this wonderful film!", "POSITIVE"], ["A terrible, boring waste of time.", "NEGATIVE"]]) {
      const rows = await run(SENTIMENT, { text });
      assert.deepEqual(rows.map(({ label }) => label), ["NEGATIVE", "POSITIVE"]);
      assert(Math.abs(rows[0].score + rows[1].score - 1) < 1e-5);
      assert.equal(rows.find(({ score }) => score > 0.5).label, best);
    }
  });

  test(`${name} translates`, async () => {
    const { translated_text } = await run(TRANSLATE, { text: "The big house is near the river.", target_lang: "spanish" });
    assert.equal(translated_text, "La casa grande está cerca del río.");
    const { translations } = await run(INDIC, { text: ["The boy drinks milk."], target_language: "hin_Deva" });
    assert.match(translations[0], /^[\u0900-\u097f ]+$/);
  });

  test(`${name} sums up`, async () => {
    const { summary } = await run(SUMMARY, { input_text: REPORT });
    assert(summary.length > 0 && summary.length < REPORT.length, summary);
    assert.deepEqual(await run(SUMMARY, { input_text: REPORT }), { summary });
  });
}

test("what cannot be answered is thrown", async () => {
  await assert.rejects(sdk(TRANSLATE, { text: "hello", target_lang: "klingon" }), (error) => error.status === 400 && error.errors[0].code === 8001);
  const { thrown } = await ask(TRANSLATE, { text: "hello", target_lang: "klingon" });
  assert.equal(thrown.name, "AiError");
  assert.match(thrown.message, /^8001: /);
  assert.match((await ask(SENTIMENT, { text: "" })).thrown.message, /^(5006|8001): /);
});
