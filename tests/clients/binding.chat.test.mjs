// env.AI in real workerd: tools, JSON, batches and AI Gateway by the runtime's own class.

import assert from "node:assert/strict";
import { after, test } from "node:test";

import { runWithTools } from "@cloudflare/ai-utils";
import { Miniflare } from "miniflare";

import { BGE, newAccount, startEmulator, until } from "./emulator.mjs";

const emulator = await startEmulator();
const LLAMA33 = "@cf/meta/llama-3.3-70b-instruct-fp8-fast";
const SCOUT = "@cf/meta/llama-4-scout-17b-16e-instruct";

/** Runs the function of `env` that the test sends: its text is the Worker's. */
const worker = (body) => `export default { async fetch(request, env) {
  const result = await (async () => { ${body} })();
  return result instanceof Response ? result : Response.json(result);
} };`;

const account = newAccount();
async function run(body) {
  const miniflare = new Miniflare({
    modules: true,
    script: worker(body),
    compatibilityDate: "2026-07-01",
    cf: false,
    ai: { binding: "AI", remoteProxyConnectionString: new URL(`${emulator.url}/binding/${account}/ai`) },
  });
  after(() => miniflare.dispose());
  const response = await miniflare.dispatchFetch("http://worker/");
  const text = await response.text();
  assert.equal(response.status, 200, text);
  return JSON.parse(text);
}

const parameters = { type: "object", properties: { city: { type: "string", enum: ["Oslo", "Rome"], description: "which" } }, required: ["city"] };
const flat = JSON.stringify([{ name: "get_weather", description: "The weather", parameters }]);
const messages = JSON.stringify([{ role: "user", content: "Weather in Oslo?" }]);

test("tools and JSON are objects", async () => {
  const { called, scout, json } = await run(`
    const tools = ${flat};
    const called = await env.AI.run("${LLAMA33}", { messages: ${messages}, tools, tool_choice: "required", max_tokens: 100 });
    const functions = tools.map((tool) => ({ type: "function", function: tool }));
    const scout = await env.AI.run("${SCOUT}", { messages: ${messages}, tools: functions, tool_choice: "required", max_tokens: 100 });
    const json = await env.AI.run("${LLAMA33}", { messages: ${messages}, max_tokens: 100,
      response_format: { type: "json_schema", json_schema: ${JSON.stringify(parameters)} } });
    return { called, scout, json };`);
  assert.equal(called.response, null);
  assert(["Oslo", "Rome"].includes(called.tool_calls[0].arguments.city));
  assert(["Oslo", "Rome"].includes(scout.tool_calls[0].function.arguments.city));
  assert(["Oslo", "Rome"].includes(json.response.city));
});

test("refusals have their codes", async () => {
  const { cut, unsupported } = await run(`
    const thrown = async (model, input) => { try { await env.AI.run(model, input); } catch (error) { return error.message; } };
    const response_format = { type: "json_schema", json_schema: ${JSON.stringify(parameters)} };
    const cut = await thrown("${LLAMA33}", { prompt: "a", max_tokens: 1, response_format });
    const unsupported = await thrown("@cf/meta/llama-3.1-8b-instruct-fp8", { prompt: "a", response_format });
    return { cut, unsupported };`);
  assert.match(cut, /^5024: JSON Model couldn't be met/);
  assert.equal(unsupported, "5025: This model doesn't support JSON Schema.");
});

test("a batch is queued and polled", async () => {
  const done = await run(`
    const queued = await env.AI.run("${BGE}", { requests: [{ text: "sea", external_reference: "a" }, { text: "bread" }] }, { queueRequest: true });
    for (;;) {
      const state = await env.AI.run("${BGE}", { request_id: queued.request_id });
      if (!["queued", "running"].includes(state.status)) return { queued, state };
    }`);
  assert.equal(done.queued.status, "queued");
  assert.deepEqual(done.state.responses.map(({ id, success, external_reference }) => [id, success, external_reference]), [[0, true, "a"], [1, true, null]]);
});

test("a gateway caches, logs and gives addresses", async () => {
  const { texts, ids, log, patched, url, universal, missing, unknown } = await run(`
    const input = { prompt: "tell me a joke", temperature: 5, max_tokens: 20 };
    const gateway = { id: "default", cacheTtl: 3600, metadata: { team: "a" } };
    const texts = [], ids = [];
    for (let i = 0; i < 2; i++) {
      texts.push((await env.AI.run("${LLAMA33}", input, { gateway })).response);
      ids.push(env.AI.aiGatewayLogId);
    }
    const gate = env.AI.gateway("default");
    const log = await gate.getLog(ids[0]);
    await gate.patchLog(ids[0], { score: 90, feedback: 1, metadata: { checked: true } });
    const patched = await gate.getLog(ids[0]);
    const url = await gate.getUrl("workers-ai");
    const answer = await gate.run({ provider: "workers-ai", endpoint: "${LLAMA33}", headers: {}, query: { prompt: "hello", max_tokens: 3 } });
    const universal = { status: answer.status, body: await answer.json(), step: answer.headers.get("cf-aig-step") };
    const thrown = async (call) => { try { await call(); } catch (error) { return error.name + ": " + error.message; } };
    const missing = await thrown(() => gate.getLog("nothing"));
    const unknown = await thrown(() => env.AI.run("${LLAMA33}", input, { gateway: { id: "nobody" } }));
    return { texts, ids, log, patched, url, universal, missing, unknown };`);
  assert.equal(texts[0], texts[1]);
  assert.notEqual(ids[0], ids[1]);
  assert.deepEqual([log.id, log.provider, log.cached, log.metadata], [ids[0], "workers-ai", false, { team: "a" }]);
  assert.deepEqual([patched.score, patched.feedback, patched.metadata], [90, 1, { checked: true }]);
  assert.equal(url, `${emulator.url}/v1/${account}/default/workers-ai`);
  assert.equal(universal.status, 200);
  assert.equal(typeof universal.body.result.response, "string");
  assert.match(missing, /^AiGatewayLogNotFound/);
  assert.match(unknown, /2001: Please configure AI Gateway/);
  const direct = await fetch(`${url}/${LLAMA33}`, { method: "POST", body: JSON.stringify({ prompt: "hello", max_tokens: 3 }) });
  assert.equal(direct.status, 200);
});

test("runWithTools of @cloudflare/ai-utils", async () => {
  const miniflare = new Miniflare({
    modules: true,
    script: "export default { fetch: () => new Response() }",
    compatibilityDate: "2026-07-01",
    cf: false,
    ai: { binding: "AI", remoteProxyConnectionString: new URL(`${emulator.url}/binding/${account}/ai`) },
  });
  after(() => miniflare.dispose());
  const { AI } = await miniflare.getBindings();
  let asked = 0;
  const tool = { name: "get_weather", description: "The weather", parameters, function: async ({ city }) => (asked++, `7 degrees in ${city}`) };
  const answer = await runWithTools(AI, LLAMA33, { messages: JSON.parse(messages), tools: [tool] });
  assert(typeof answer.response === "string" || answer.response === null);
  const calls = await until("the journal", async () => (await emulator.journal(account)).filter(({ model }) => model === LLAMA33));
  assert(calls.length >= 2 && asked >= 0);
});
