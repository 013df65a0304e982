// Text to image: the official SDK, the AI SDK's image model, and FLUX.2's form from workerd.

import assert from "node:assert/strict";
import { test } from "node:test";

import Cloudflare from "cloudflare";
import { generateImage } from "ai";
import { createWorkersAI } from "workers-ai-provider";

import { newAccount, redirected, startEmulator } from "./emulator.mjs";
import { worker } from "./workerd.mjs";

const emulator = await startEmulator();
const client = new Cloudflare({ apiToken: "local", baseURL: emulator.api, maxRetries: 0 });
const FLUX = "@cf/black-forest-labs/flux-1-schnell";
const SDXL = "@cf/stabilityai/stable-diffusion-xl-base-1.0";
const isJpeg = (bytes) => bytes[0] === 0xff && bytes[1] === 0xd8 && bytes.at(-1) === 0xd9;
const isPng = (bytes) => Buffer.from(bytes.subarray(0, 8)).equals(Buffer.from("\x89PNG\r\n\x1a\n", "latin1"));

test("the SDK draws", async () => {
  const { image } = await client.ai.run(FLUX, { account_id: newAccount(), prompt: "a cat" });
  assert(isJpeg(Buffer.from(image, "base64")));
  const response = await client.ai.run(SDXL, { account_id: newAccount(), prompt: "a cat" }).asResponse();
  assert.equal(response.headers.get("content-type"), "image/png");
  assert(isPng(new Uint8Array(await response.arrayBuffer())));
});

const WORKER = `
export default {
  async fetch(request, env) {
    const { model, input, form } = await request.json();
    let inputs = input;
    if (form) {
      const data = new FormData();
      for (const [name, value] of Object.entries(form)) data.append(name, value);
      // As the documentation of FLUX.2 has it: a boundary by way of a Response.
      const made = new Response(data);
      inputs = { multipart: { body: made.body, contentType: made.headers.get("content-type") } };
    }
    try {
      const value = await env.AI.run(model, inputs);
      if (value instanceof ReadableStream) {
        return new Response(value, { headers: { "x-kind": "stream" } });
      }
      return Response.json({ value });
    } catch (error) {
      return Response.json({ thrown: { name: error.name, message: error.message } });
    }
  },
};`;

test("env.AI.run gives base64, bytes as a stream, and takes FLUX.2's form", async () => {
  const dispatch = worker(emulator, WORKER);
  const call = (body) => dispatch({ body: JSON.stringify(body) });
  const flux = await (await call({ model: FLUX, input: { prompt: "a cat" } })).json();
  assert(isJpeg(Buffer.from(flux.value.image, "base64")));
  const sdxl = await call({ model: SDXL, input: { prompt: "a cat", width: 256, height: 256 } });
  assert.equal(sdxl.headers.get("x-kind"), "stream");
  assert(isPng(new Uint8Array(await sdxl.arrayBuffer())));
  const form = { prompt: "a red house", width: "512", height: "512", steps: "4" };
  const flux2 = await (await call({ model: "@cf/black-forest-labs/flux-2-dev", form })).json();
  assert(isJpeg(Buffer.from(flux2.value.image, "base64")), JSON.stringify(flux2).slice(0, 200));
  const refused = await (await call({ model: "@cf/black-forest-labs/flux-2-dev", form: { prompt: "a", width: "1" } })).json();
  assert.match(refused.thrown.message, /^8001: .*`width` is 1/);
});

test("the AI SDK's image model draws", async () => {
  const workersai = createWorkersAI({ accountId: newAccount(), apiKey: "local", fetch: redirected(emulator) });
  // Over REST the provider reads answers that are JSON.
  const { image } = await generateImage({ model: workersai.image(FLUX), prompt: "two boats" });
  assert(isJpeg(image.uint8Array));
});
