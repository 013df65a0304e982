// Text to speech: the official SDK, the AI SDK's speech model, and `env.AI.run` in workerd.

import assert from "node:assert/strict";
import { test } from "node:test";

import { generateSpeech } from "ai";
import Cloudflare from "cloudflare";
import { createWorkersAI } from "workers-ai-provider";

import { newAccount, redirected, startEmulator } from "./emulator.mjs";
import { worker } from "./workerd.mjs";

const emulator = await startEmulator();
const client = new Cloudflare({ apiToken: "local", baseURL: emulator.api, maxRetries: 0 });
const MELO = "@cf/myshell-ai/melotts";
const AURA = "@cf/deepgram/aura-1";
const TEXT = "Please leave the key under the mat.";

/** Seconds of an MP3 at 48,000 bits a second: its frames follow each other without a gap to the end. */
function seconds(bytes) {
  let [at, frames] = [0, 0];
  while (at < bytes.length) {
    assert.deepEqual([bytes[at], bytes[at + 1], bytes[at + 2] >> 4], [0xff, 0xf3, 6], `at ${at}`);
    at += Math.floor((72 * 48_000) / 22_050) + ((bytes[at + 2] >> 1) & 1);
    frames += 1;
  }
  assert.equal(at, bytes.length);
  return (frames * 576) / 22_050;
}
const isSpoken = (bytes) => seconds(bytes) > 1.5 && seconds(bytes) < 5;

test("the SDK speaks", async () => {
  const account_id = newAccount();
  const { audio } = await client.ai.run(MELO, { account_id, prompt: TEXT });
  assert(isSpoken(Buffer.from(audio, "base64")));
  const response = await client.ai.run(AURA, { account_id, text: TEXT, speaker: "luna" }).asResponse();
  assert.equal(response.headers.get("content-type"), "audio/mpeg");
  assert.equal(response.headers.get("candleflare-model"), "kindling-say; fidelity=stand-in");
  assert(isSpoken(new Uint8Array(await response.arrayBuffer())));
  const wav = await client.ai.run(AURA, { account_id, text: TEXT, encoding: "linear16", container: "wav" }).asResponse();
  assert.equal(wav.headers.get("content-type"), "audio/wav");
  const bytes = Buffer.from(await wav.arrayBuffer());
  assert.deepEqual([bytes.toString("latin1", 0, 4), bytes.readUInt32LE(24), bytes.readUInt32LE(4)], ["RIFF", 24_000, bytes.length - 8]);
  const wrong = client.ai.run(AURA, { account_id, text: TEXT, encoding: "mp3", sample_rate: 48_000 });
  await assert.rejects(wrong, (error) => error.status === 400 && error.errors[0].code === 8001);
});

const WORKER = `
export default {
  async fetch(request, env) {
    const { model, input, options } = await request.json();
    try {
      const value = await env.AI.run(model, input, options);
      if (value instanceof Response) return new Response(value.body, { headers: { "x-kind": "response", "content-type": value.headers.get("content-type") } });
      if (value instanceof ReadableStream) return new Response(value, { headers: { "x-kind": "stream" } });
      return Response.json({ value });
    } catch (error) {
      return Response.json({ thrown: { name: error.name, message: error.message } });
    }
  },
};`;

test("env.AI.run gives base64, a stream, or the response itself", async () => {
  const dispatch = worker(emulator, WORKER);
  const call = (body) => dispatch({ body: JSON.stringify(body) });
  const melo = await (await call({ model: MELO, input: { prompt: TEXT, lang: "en" } })).json();
  assert(isSpoken(Buffer.from(melo.value.audio, "base64")));
  const aura = await call({ model: AURA, input: { text: TEXT } });
  assert.equal(aura.headers.get("x-kind"), "stream");
  const bytes = new Uint8Array(await aura.arrayBuffer());
  assert(isSpoken(bytes));
  const whole = await call({ model: AURA, input: { text: TEXT }, options: { returnRawResponse: true } });
  assert.deepEqual([whole.headers.get("x-kind"), whole.headers.get("content-type")], ["response", "audio/mpeg"]);
  assert.deepEqual(new Uint8Array(await whole.arrayBuffer()), bytes);
  const refused = await (await call({ model: AURA, input: { text: TEXT, encoding: "aac" } })).json();
  assert.match(refused.thrown.message, /^8001: .*`aac` is not emulated/);
});

test("the AI SDK's speech model speaks", async () => {
  const workersai = createWorkersAI({ accountId: newAccount(), apiKey: "local", fetch: redirected(emulator) });
  const { audio } = await generateSpeech({ model: workersai.speech(AURA), text: TEXT });
  assert.equal(audio.mediaType, "audio/mpeg");
  assert(isSpoken(audio.uint8Array));
});
