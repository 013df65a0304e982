// An unchanged Worker under an unchanged `wrangler dev`, newest and of a year ago, started by `candleflare exec`: no login, no
// network, and every call of the two bindings.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { BGE, scratch } from "./emulator.mjs";
import { INDEXES, PROBE, RECORDING, caller, everyCall } from "./probe.mjs";
import { announced, exec, modules, project } from "./workers.mjs";

const CONFIG = {
  name: "probe",
  main: "index.js",
  compatibility_date: "2025-11-01",
  ai: { binding: "AI" },
  vectorize: [{ binding: "DOCS", index_name: "docs" }, { binding: "IMAGES", index_name: "images" }],
};
const FLAGS = INDEXES.flatMap((index) => ["--index", index]);

/** `wrangler dev` under `exec`, ready; gives the call of its Worker. */
async function dev(tool, { cwd, args = [] }) {
  // A port of 0 is one that is free.
  const command = ["node", join(modules, tool, "bin/wrangler.js"), "dev", "--port", "0", "--inspector-port", "0", ...args];
  const ready = join(scratch(), "ready.json");
  const flags = [...FLAGS, "--ready-file", ready];
  const running = exec(command, { cwd, flags, env: { WRANGLER_LOG_PATH: join(cwd, ".wrangler/logs") } });
  const url = await announced(running, /Ready on (http:\/\/\S+)/).then((line) => line.replace("Ready on ", ""));
  const emulator = () => JSON.parse(readFileSync(ready, "utf8")).url;
  return { ...running, emulator, call: caller(url), stop: () => (running.child.kill("SIGINT"), running.ended) };
}

test("wrangler dev, newest and a year old, side by side: every call of both bindings", async () => {
  const tools = ["wrangler", "wrangler-old"].map(async (tool) => {
    const { version } = JSON.parse(readFileSync(join(modules, tool, "package.json"), "utf8"));
    const cwd = project({ "wrangler.json": CONFIG, "index.js": PROBE });
    const { call, stop, said, emulator } = await dev(tool, { cwd });
    // Two emulators: neither finds the other's vectors.
    await everyCall(call);
    const { requests } = await (await fetch(`${emulator()}/__candleflare/requests?model=@cf/pipecat-ai/smart-turn-v2`)).json();
    assert.deepEqual(requests.map(({ body }) => [body.bytes, body.content_type]), [[RECORDING.length, "audio/wav"]]);
    const how = await stop();
    assert.notEqual(how.code, null, `${version}: ${said.stderr}`);
    assert.match(said.stderr, /candleflare: \d+ calls, .* 2 refused\n$/, version);
    assert(!/login|CLOUDFLARE_API_TOKEN|Establishing remote/i.test(said.stdout + said.stderr), said.stdout + said.stderr);
  });
  await Promise.all(tools);
});

test("several Workers at once, each with its bindings", async () => {
  const cwd = project({
    "first/wrangler.json": { ...CONFIG, services: [{ binding: "SECOND", service: "second" }] },
    "first/index.js": PROBE,
    "second/wrangler.jsonc": JSON.stringify({ ...CONFIG, name: "second", vectorize: [{ binding: "ONLY", index_name: "images" }] }),
    "second/index.js": PROBE,
  });
  const { call } = await dev("wrangler", { cwd, args: ["-c", "first/wrangler.json", "-c", "second/wrangler.jsonc"] });
  assert.equal((await call("DOCS.describe")).value.dimensions, 32);
  const inner = (path, ...args) => ({ method: "POST", body: JSON.stringify({ path: path.split("."), args }) });
  const second = async (...call_) => JSON.parse((await call("SECOND.fetch", "http://second/", inner(...call_))).text);
  assert.equal((await second("ONLY.describe")).value.dimensions, 64);
  assert.deepEqual((await second("AI.run", BGE, { text: "sea" })).value.shape, [1, 384]);
});
