// Our answers to bad inputs against production's own validator: for each input, the same verdict and the same text.
// Needs Node 22 (the package uses Set.prototype.union), and a running emulator at CANDLEFLARE_URL.

import assert from "node:assert/strict";
import { test } from "node:test";
import { KNOWN, drawn, short } from "./schema.cases.mjs";
import { judge } from "./schema.peer.mjs";

const BASE = `${process.env.CANDLEFLARE_URL}/client/v4/accounts/${"0".repeat(32)}/ai`;
const SEED = Number(process.env.CANDLEFLARE_SCHEMA_SEED ?? 2026);
const MODELS = [
  "@cf/meta/llama-3.2-1b-instruct",
  "@cf/baai/bge-small-en-v1.5",
  "@cf/baai/bge-base-en-v1.5",
  "@cf/qwen/qwen3-30b-a3b-fp8",
];
/** Drawn inputs for each model, beside the known mistakes. */
const DRAWN = 60;
const AT_ONCE = 4;
const UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";

async function run(model, value) {
  const answer = await fetch(`${BASE}/run/${model}`, {
    method: "POST",
    headers: { authorization: "Bearer local", "content-type": "application/json" },
    body: JSON.stringify(value),
    signal: AbortSignal.timeout(60_000),
  });
  const text = await answer.text();
  const json = answer.headers.get("content-type")?.startsWith("application/json");
  return { status: answer.status, error: json ? JSON.parse(text).errors?.[0] : undefined };
}

/** Holds one answer to the peer's verdict; says what differs. */
function compare(expected, { status, error }) {
  if (expected === null) return error?.code === 5006 ? `refused: ${error.message}` : null;
  if (status !== 400 || error?.code !== 5006) return `wanted 400 and 5006, got ${status} and ${error?.code}: ${error?.message}`;
  const [, text] = error.message.match(new RegExp(`^AiError: Bad input: (.*) \\(${UUID}\\)$`, "s")) ?? [];
  return text === expected ? null : `wanted ${expected}\n     got ${error.message}`;
}

for (const [number, model] of MODELS.entries()) {
  test(`${model} refuses what the published validator refuses, in its words`, async () => {
    const published = await fetch(`${BASE}/models/schema?model=${encodeURIComponent(model)}`);
    assert.equal(published.status, 200);
    const { input } = (await published.json()).result;
    const values = [...KNOWN, ...drawn(input, SEED + number, DRAWN)].map(short).filter((value) => value && !Array.isArray(value) && typeof value === "object");
    assert.ok(values.length >= 100, `only ${values.length} inputs`);

    const wrong = [];
    const queue = [...values];
    const worker = async () => {
      for (let value; (value = queue.shift()) !== undefined; ) {
        const difference = compare(judge(input, value).text, await run(model, value));
        if (difference) wrong.push(`${JSON.stringify(value)}\n     ${difference}`);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    assert.equal(wrong.length, 0, `${wrong.length} of ${values.length} differ (seed ${SEED + number}):\n${wrong.slice(0, 10).join("\n")}`);
  });
}
