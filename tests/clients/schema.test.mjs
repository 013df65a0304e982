// Our answers to bad inputs against production's own validator: for each input, the same verdict and the same text.
// Needs Node 22, as the package uses Set.prototype.union. CANDLEFLARE_URL asks an emulator that runs already.

import assert from "node:assert/strict";
import { test } from "node:test";
import { newAccount, startEmulator } from "./emulator.mjs";
import { KNOWN, drawn, short } from "./schema.cases.mjs";
import { judge } from "./schema.peer.mjs";

const URL = process.env.CANDLEFLARE_URL ?? (await startEmulator()).url;
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

async function run(base, model, value) {
  const answer = await fetch(`${base}/run/${model}`, {
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
    // An account for each model: together they would pass the rate of their task.
    const base = `${URL}/client/v4/accounts/${newAccount()}/ai`;
    const published = await fetch(`${base}/models/schema?model=${encodeURIComponent(model)}`);
    assert.equal(published.status, 200);
    const { input } = (await published.json()).result;
    const values = [...KNOWN, ...drawn(input, SEED + number, DRAWN)].map(short).filter((value) => value && !Array.isArray(value) && typeof value === "object");
    assert.ok(values.length >= 100, `only ${values.length} inputs`);

    const wrong = [];
    const queue = [...values];
    const worker = async () => {
      for (let value; (value = queue.shift()) !== undefined; ) {
        const difference = compare(judge(input, value).text, await run(base, model, value));
        if (difference) wrong.push(`${JSON.stringify(value)}\n     ${difference}`);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    assert.equal(wrong.length, 0, `${wrong.length} of ${values.length} differ (seed ${SEED + number}):\n${wrong.slice(0, 10).join("\n")}`);
  });
}
