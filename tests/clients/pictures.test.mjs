// Pictures in: the `cloudflare` SDK, and `env.AI.run` in workerd with bytes, a stream and a form.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { deflateSync } from "node:zlib";

import Cloudflare from "cloudflare";

import { newAccount, root, scratch, startEmulator } from "./emulator.mjs";
import { worker } from "./workerd.mjs";

const RESNET = "@cf/microsoft/resnet-50";
const DETR = "@cf/facebook/detr-resnet-50";
const LLAVA = "@cf/llava-hf/llava-1.5-7b-hf";
const MOONDREAM = "@cf/moondream/moondream3.1-9B-A2B";
const UFORM = "@cf/unum/uform-gen2-qwen-500m";
const CHAT = "@cf/meta/llama-3.2-11b-vision-instruct";

// Tiny random checkpoints: what is tested is the way of a picture through real clients, not what the weights know.
const config = join(scratch(), "candleflare.toml");
const parity = (name) => JSON.stringify(join(root, "tests/parity", name));
const bound = [[RESNET, "resnet"], [DETR, "detr"], [LLAVA, "blip"], [MOONDREAM, "blip"]];
writeFileSync(config, `[models]\n${bound.map(([model, name]) => `"${model}" = ${parity(name)}`).join("\n")}\n`);
const emulator = await startEmulator({ args: ["--config", config] });

/** A PNG of 32 x 24 pixels. */
function png() {
  const [width, height] = [32, 24];
  const crc = (bytes) => {
    let sum = ~0;
    for (const byte of bytes) {
      sum ^= byte;
      for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
    }
    return ~sum >>> 0;
  };
  const chunk = (kind, data) => {
    const body = Buffer.concat([Buffer.from(kind), data]);
    const ends = Buffer.alloc(8);
    ends.writeUInt32BE(data.length, 0);
    ends.writeUInt32BE(crc(body), 4);
    return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2], 8);
  const rows = Buffer.alloc(height * (1 + width * 3));
  for (let y = 0; y < height; y++) for (let x = 0; x < width * 3; x++) rows[y * (1 + width * 3) + 1 + x] = (x * 7 + y * 11) % 256;
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([signature, chunk("IHDR", head), chunk("IDAT", deflateSync(rows)), chunk("IEND", Buffer.alloc(0))]);
}

const image = [...png()];
const client = new Cloudflare({ apiToken: "local", baseURL: emulator.api, maxRetries: 0 });
const run = (model, input) => client.ai.run(model, { account_id: newAccount(), ...input });

test("the SDK sends a picture as a list of bytes, and gets classes, boxes and words", async () => {
  const classes = await run(RESNET, { image });
  assert.equal(classes.length, 5);
  assert(classes.every(({ label, score }) => label === label.toUpperCase() && score > 0 && score <= 1));
  const found = await run(DETR, { image });
  assert(Array.isArray(found));
  for (const { box } of found) assert(box.xmin <= box.xmax && box.xmax <= 32 && box.ymax <= 24);
  const { description } = await run(LLAVA, { image, prompt: "What is this?", max_tokens: 8 });
  assert.equal(typeof description, "string");
});

test("the SDK gets moondream's answers and uform's refusal", async () => {
  const url = `data:image/png;base64,${png().toString("base64")}`;
  const answer = await run(MOONDREAM, { task: "caption", image: url, stream: false });
  assert.equal(typeof answer.caption, "string");
  const places = await run(MOONDREAM, { task: "detect", image: url, target: "cup" });
  assert(Array.isArray(places.objects));
  await assert.rejects(run(UFORM, { image }), ({ status, errors }) => status === 410 && errors[0].code === 5028);
  await assert.rejects(run(RESNET, { image: [1, 2, 3] }), ({ status, errors }) => status === 400 && errors[0].code === 8005);
});

test("a chat with an image part is answered", async () => {
  const url = `data:image/png;base64,${png().toString("base64")}`;
  const content = [{ type: "text", text: "Hello!" }, { type: "image_url", image_url: { url } }];
  const { response, usage } = await run(CHAT, { messages: [{ role: "user", content }] });
  assert.equal(typeof response, "string");
  const alone = await run(CHAT, { messages: [{ role: "user", content: "Hello!" }] });
  assert(usage.prompt_tokens > alone.usage.prompt_tokens, "the picture is in the prompt");
});

const WORKER = `
const source = (bytes) => new Response(new Uint8Array(bytes)).body;
const form = (bytes) => {
  const form = new FormData();
  form.append("image", new Blob([new Uint8Array(bytes)], { type: "image/png" }), "a.png");
  return form;
};
const ways = {
  bytes: (bytes) => ({ image: bytes }),
  typed: (bytes) => ({ image: [...new Uint8Array(bytes)] }),
  stream: (bytes) => ({ image: { body: source(bytes), contentType: "image/png" } }),
  form: (bytes) => {
    const response = new Response(form(bytes));
    return { image: { body: response.body, contentType: response.headers.get("content-type") } };
  },
};
export default {
  async fetch(request, env) {
    const { model, way, bytes } = await request.json();
    try {
      const value = await env.AI.run(model, ways[way](bytes));
      return Response.json({ value });
    } catch (error) {
      return Response.json({ thrown: error.message });
    }
  },
};`;

test("env.AI.run takes bytes, streams and forms in workerd", async () => {
  const dispatch = worker(emulator, WORKER);
  const call = async (model, way, bytes) => {
    return (await dispatch({ body: JSON.stringify({ model, way, bytes }) })).json();
  };
  for (const model of [RESNET, DETR, LLAVA]) {
    const { value: expected } = await call(model, "bytes", image);
    assert(expected, model);
    for (const way of ["typed", "stream", "form"]) {
      const { value, thrown } = await call(model, way, image);
      assert.deepEqual(value, expected, `${model} ${way}: ${thrown}`);
    }
  }
  const svg = [...Buffer.from("<svg xmlns='http://www.w3.org/2000/svg'/>")];
  for (const way of ["bytes", "stream", "form"]) {
    const { thrown } = await call(RESNET, way, svg);
    assert.match(thrown, /^8005: .*SVG/);
  }
});
