// Unmodified `wrangler ai finetune create|list`, and what was uploaded asked for through the SDK.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";

import Cloudflare from "cloudflare";

import { newAccount, root, scratch, startEmulator } from "./emulator.mjs";

const BASE = "@cf/meta-llama/llama-2-7b-chat-hf-lora";
const [LAYERS, WIDTH, RANK] = [2, 32, 4];

const home = scratch();
writeFileSync(
  join(home, "candleflare.toml"),
  `[models]\n"${BASE}" = ${JSON.stringify(join(root, "tests/parity/gguf/llama.gguf"))}\n`,
);
const emulator = await startEmulator({ args: ["--seed", "7", "--config", join(home, "candleflare.toml")] });
const account = newAccount();
const program = join(root, "fixtures/workers/node_modules/wrangler/bin/wrangler.js");

async function wrangler(...args) {
  const env = {
    PATH: process.env.PATH,
    HOME: home,
    XDG_CONFIG_HOME: home,
    CI: "true",
    NO_COLOR: "1",
    WRANGLER_SEND_METRICS: "false",
    CLOUDFLARE_API_BASE_URL: emulator.api,
    CLOUDFLARE_API_TOKEN: "local",
    CLOUDFLARE_ACCOUNT_ID: account,
  };
  try {
    const options = { env, cwd: home, timeout: 60_000 };
    const said = await promisify(execFile)(process.execPath, [program, "ai", "finetune", ...args], options);
    return said.stdout + said.stderr;
  } catch (error) {
    return error.stdout + error.stderr;
  }
}

/** The bytes of a safetensors file: `{name: {shape, numbers}}`. */
function safetensors(tensors) {
  let end = 0;
  const place = ([name, { shape, numbers }]) => [
    name,
    { dtype: "F32", shape, data_offsets: [end, (end += 4 * numbers.length)] },
  ];
  const text = Buffer.from(JSON.stringify(Object.fromEntries(Object.entries(tensors).map(place))));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  const data = Float32Array.from(Object.values(tensors).flatMap(({ numbers }) => numbers));
  return Buffer.concat([length, text, Buffer.from(data.buffer)]);
}

/** A folder with an adapter of the queries. */
function adapter(settings = {}) {
  const folder = scratch();
  const config = { peft_type: "LORA", model_type: "llama", r: RANK, lora_alpha: 32, target_modules: ["q_proj"], ...settings };
  writeFileSync(join(folder, "adapter_config.json"), JSON.stringify(config));
  const tensors = {};
  for (let layer = 0; layer < LAYERS; layer += 1) {
    const name = `base_model.model.model.layers.${layer}.self_attn.q_proj`;
    const numbers = Array.from({ length: RANK * WIDTH }, (_, at) => Math.sin(at * 1.7));
    tensors[`${name}.lora_A.weight`] = { shape: [RANK, WIDTH], numbers };
    tensors[`${name}.lora_B.weight`] = { shape: [WIDTH, RANK], numbers };
  }
  writeFileSync(join(folder, "adapter_model.safetensors"), safetensors(tensors));
  return folder;
}

test("wrangler creates, uploads and lists; the SDK lists and runs", async () => {
  assert.match(await wrangler("list"), /No finetune assets found/);
  const said = await wrangler("create", BASE, "mine", adapter());
  assert.match(said, /Assets uploaded, finetune "mine" is ready to use/);
  assert.match(await wrangler("list"), /mine/);

  const client = new Cloudflare({ apiToken: "local", baseURL: emulator.api });
  const listed = await client.ai.finetunes.list({ account_id: account });
  assert.deepEqual([listed[0].name, listed[0].model, listed.length], ["mine", BASE, 1]);
  const shared = await client.ai.finetunes.public.list({ account_id: account });
  assert(shared.result.every(({ name }) => name.startsWith("cf-public-")));

  const ask = (extra) =>
    client.ai.run(BASE, { account_id: account, prompt: "hello world", raw: true, max_tokens: 12, temperature: 0, ...extra });
  const plain = await ask({});
  const byName = await ask({ lora: "mine" });
  const byId = await ask({ lora: listed[0].id });
  assert.notEqual(byName.response, plain.response);
  assert.equal(byId.response, byName.response);
});

test("wrangler says why an adapter is refused", async () => {
  assert.match(await wrangler("create", BASE, "wide", adapter({ r: 64 })), /rank/);
  assert.match(await wrangler("create", "@cf/meta/llama-3.2-1b-instruct", "other", adapter()), /does not support LoRa/);
  const half = scratch();
  cpSync(join(adapter(), "adapter_config.json"), join(half, "adapter_config.json"));
  assert.match(await wrangler("create", BASE, "half", half), /Asset missing/);
});
