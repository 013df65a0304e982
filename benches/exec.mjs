// What `candleflare exec` costs, what a binding's call costs over the same call by REST, and how long the examples' own tests
// take. `make bench-exec`; figures belong in docs/benchmarks.md.

import assert from "node:assert/strict";
import { loadavg } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { BGE, root } from "../tests/clients/emulator.mjs";
import { execEnds, project, start, workers } from "../tests/clients/workers.mjs";

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const say = (what, figures) => console.log(`${what.padEnd(58)} ${figures}`);
const busy = () => say("load of the machine (1 minute)", loadavg()[0].toFixed(1));

test("exec -- true", async () => {
  busy();
  const times = [];
  for (let round = 0; round < 20; round++) {
    const began = performance.now();
    assert.equal((await execEnds(["true"])).code, 0);
    times.push(performance.now() - began);
  }
  say("`exec -- true`, from start to end", `median ${median(times).toFixed(1)}, max ${Math.max(...times).toFixed(1)} ms`);
});

test("a call of env.AI and the same by REST, turn by turn", async () => {
  busy();
  const script = `
    import { createRequire } from "node:module";
    const { Miniflare } = createRequire(${JSON.stringify(join(root, "tests/clients/package.json"))})("miniflare");
    const worker = \`export default { async fetch(request, env) {
      for (let left = Number(new URL(request.url).searchParams.get("n")); left > 0; left--) await env.AI.run("${BGE}", { text: "sea" });
      return new Response("done");
    } };\`;
    const miniflare = new Miniflare({ modules: true, script: worker, compatibilityDate: "2026-07-01", cf: false, ai: { binding: "AI" } });
    const rest = process.env.CLOUDFLARE_API_BASE_URL + "/accounts/" + process.env.CLOUDFLARE_ACCOUNT_ID + "/ai/run/${BGE}";
    const body = JSON.stringify({ text: "sea" });
    // Scripted, so that what the model takes, and how much that varies, is not measured.
    const stub = JSON.stringify({ respond: { embeddings: [Array(384).fill(0.05)] } });
    await fetch(process.env.CANDLEFLARE_URL + "/__candleflare/stubs?account=" + process.env.CLOUDFLARE_ACCOUNT_ID, { method: "POST", body: stub });
    const CALLS = 100;
    const timed = async (work) => { const began = performance.now(); await work(); return performance.now() - began; };
    const binding = (n) => timed(async () => {
      const text = await (await miniflare.dispatchFetch("http://a/?n=" + n)).text();
      if (text !== "done") throw new Error(text);
    });
    const byRest = () => timed(async () => { for (let left = CALLS; left > 0; left--) await (await fetch(rest, { method: "POST", body })).json(); });
    await binding(CALLS); await byRest();
    const all = [];
    for (let round = 0; round < 7; round++) all.push([(await binding(CALLS)) - (await binding(0)), await byRest()].map((ms) => ms / CALLS));
    console.log(JSON.stringify(all));
    await miniflare.dispose();`;
  const { code, stdout, stderr } = await execEnds(["node", "run.mjs"], { cwd: project({ "run.mjs": script }), patience: 120_000 });
  assert.equal(code, 0, stderr);
  const all = JSON.parse(stdout.trim().split("\n").at(-1));
  const [binding, rest] = [0, 1].map((at) => median(all.map((round) => round[at])));
  say("one call of env.AI (answered by a stub)", `${binding.toFixed(2)} ms`);
  say("the same by REST, from Node", `${rest.toFixed(2)} ms; the binding costs ${(binding - rest).toFixed(2)} ms more`);
});

test("the examples' own tests", async () => {
  busy();
  // The last is all of them in one run of vitest.
  for (const name of ["chat-stream", "classify-form", "rag-cache", "semantic-search", "transcribe", "."]) {
    const began = performance.now();
    const { ended } = start("npm", ["test", "--silent"], { cwd: join(workers, name) });
    assert.equal((await ended).code, 0, name);
    say(`\`npm test\` of ${name === "." ? "all in one run" : name}`, `${((performance.now() - began) / 1000).toFixed(1)} s`);
  }
});
