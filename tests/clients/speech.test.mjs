// Speech to text by the real clients: the official SDK, the AI SDK's transcription, and the binding in workerd with a stream.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";

import { experimental_transcribe as transcribe } from "ai";
import Cloudflare from "cloudflare";
import { createWorkersAI } from "workers-ai-provider";

import { newAccount, redirected, root, startEmulator } from "./emulator.mjs";
import { worker } from "./workerd.mjs";

const WHISPER = "@cf/openai/whisper";
const TURBO = "@cf/openai/whisper-large-v3-turbo";
const NOVA = "@cf/deepgram/nova-3";
const TURN = "@cf/pipecat-ai/smart-turn-v2";
const emulator = await startEmulator();
const recording = (name) => readFileSync(join(root, "tests/fixtures/speech", name));
const mp3 = recording("garden.mp3");
/** Of what is said in the recording, what the stand-in hears. */
const GARDEN = /children.*garden/i;

test("the `cloudflare` SDK transcribes with every model, and is refused what is no recording", async () => {
  const client = new Cloudflare({ apiToken: "local", baseURL: emulator.api, maxRetries: 0 });
  const run = (model, input) => client.ai.run(model, { account_id: newAccount(), ...input });
  const whisper = await run(WHISPER, { audio: [...mp3] });
  assert.match(whisper.text, GARDEN);
  assert.equal(whisper.word_count, whisper.words.length);
  const turbo = await run(TURBO, { audio: mp3.toString("base64"), task: "transcribe" });
  assert.equal(turbo.text, whisper.text);
  assert.equal(turbo.transcription_info.language, "en");
  const turn = await run(TURN, { audio: recording("garden.wav").toString("base64") });
  assert.equal(typeof turn.is_complete, "boolean");
  await assert.rejects(run(WHISPER, { audio: [1, 2, 3] }), (error) => error.status === 400 && error.errors[0].code === 3030);
});

test("the AI SDK transcribes over REST", async () => {
  const direct = globalThis.fetch;
  // The provider sends nova's bytes by the global `fetch`, past the one that it was given.
  globalThis.fetch = (url, init) => direct(String(url).replace("https://api.cloudflare.com", emulator.url), init);
  after(() => (globalThis.fetch = direct));
  const provider = createWorkersAI({ accountId: newAccount(), apiKey: "local", fetch: redirected(emulator) });
  for (const id of [WHISPER, TURBO, NOVA]) {
    const { text, segments } = await transcribe({ model: provider.transcription(id), audio: mp3 });
    assert.match(text, GARDEN, id);
    assert(segments.length > 0 && segments.every(({ startSecond, endSecond }) => startSecond <= endSecond), JSON.stringify(segments));
  }
});

test("`env.AI.run` in workerd takes a stream, bytes and base64, and throws on what is no recording", async () => {
  const script = `export default { async fetch(request, env) {
    const { how, model } = Object.fromEntries(new URL(request.url).searchParams);
    const bytes = async () => new Uint8Array(await request.arrayBuffer());
    try {
      const audio = how === "stream" ? { body: request.body, contentType: "audio/mpeg" }
        : how === "bytes" ? [...(await bytes())]
        : btoa(String.fromCharCode(...(await bytes())));
      return Response.json(await env.AI.run(model, { audio }));
    } catch (error) {
      return Response.json({ thrown: error.message, name: error.name });
    }
  } }`;
  const dispatch = worker(emulator, script);
  const call = async (how, model, body = mp3) => {
    return (await dispatch({ body }, `?${new URLSearchParams({ how, model })}`)).json();
  };
  const whisper = await call("bytes", WHISPER);
  assert.match(whisper.text, GARDEN, JSON.stringify(whisper));
  assert.equal((await call("base64", TURBO)).text, whisper.text);
  const nova = await call("stream", NOVA);
  assert.match(nova.results.channels[0].alternatives[0].transcript, GARDEN, JSON.stringify(nova));
  assert.equal((await call("stream", TURBO)).text, whisper.text);
  const refused = await call("stream", NOVA, Buffer.from("hello"));
  assert.match(refused.thrown ?? "", /3030|recording/, JSON.stringify(refused));
});
