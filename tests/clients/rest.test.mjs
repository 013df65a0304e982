// Plain HTTP against the REST API: what it takes, its headers, and everything bad that can be sent to it.

import assert from "node:assert/strict";
import { test } from "node:test";

import { BGE, LLAMA, startEmulator } from "./emulator.mjs";

const emulator = await startEmulator();
const UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";

/** Posts, and gives status and body. */
async function post(path, body, options) {
  const response = await emulator.post(path, body, options);
  return { status: response.status, headers: response.headers, body: await response.json() };
}

/** A refusal by Workers AI: its envelope, status, code and text. */
function refused({ status, body }, expected, code, text) {
  assert.equal(status, expected, JSON.stringify(body).slice(0, 300));
  assert.equal(body.success, false);
  assert.equal(body.errors[0].code, code, JSON.stringify(body.errors));
  if (text) assert.match(body.errors[0].message, text);
  assert.deepEqual(Object.keys(body).sort(), ["errors", "messages", "result", "success"]);
}

test("an answer has its envelope and its headers", async () => {
  const { status, headers, body } = await post(`ai/run/${BGE}`, { text: "sea" });
  assert.equal(status, 200);
  assert.deepEqual(Object.keys(body), ["result", "success", "errors", "messages"]);
  assert.deepEqual([body.success, body.errors, body.messages], [true, [], []]);
  assert.equal(headers.get("content-type"), "application/json");
  assert.match(headers.get("cf-ai-req-id"), new RegExp(`^${UUID}$`));
  assert.match(headers.get("cf-ai-neurons"), /^\d+\.\d\d$/);
  assert.equal(headers.get("candleflare-model"), "kindling-embed; fidelity=stand-in");
  const chat = await post(`ai/run/${LLAMA}`, { prompt: "hello" });
  assert.equal(chat.headers.get("candleflare-model"), "kindling-chat; fidelity=stand-in");
  assert.equal(chat.headers.get("cf-ai-neurons"), chat.body.result.usage.neurons.toFixed(2));
});

test("JSON is taken with whatever content type, as curl sends it", async () => {
  for (const type of ["application/x-www-form-urlencoded", "text/plain", "application/json; charset=utf-8;"]) {
    const { status } = await post(`ai/run/${BGE}`, { text: "sea" }, { headers: { "content-type": type } });
    assert.equal(status, 200, type);
  }
});

test("the model may stand in the body, and be percent-encoded in the path", async () => {
  const { result } = (await post(`ai/run/${BGE}`, { text: "sea" })).body;
  assert.deepEqual((await post("ai/run", { model: BGE, input: { text: "sea" } })).body.result, result);
  for (const path of [encodeURIComponent(BGE), BGE.replace("@", "%40")]) {
    assert.deepEqual((await post(`ai/run/${path}`, { text: "sea" })).body.result, result, path);
  }
});

test("broken JSON is refused", async () => {
  for (const body of ["{", "{\"prompt\": \"hi\"", "hello", "[1,", "{\"prompt\": \"a\" \"b\"}", "\u0000", "{'prompt': 'hi'}"]) {
    for (const path of [`ai/run/${LLAMA}`, "ai/run", "ai/v1/chat/completions", "ai/v1/embeddings"]) {
      const { status, body: answer } = await post(path, body);
      assert.equal(status, 400, `${path} ${body}`);
      assert.equal(answer.success, false);
    }
  }
  const { status } = await post(`ai/run/${LLAMA}`, new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]));
  assert.equal(status, 400);
});

test("an empty body is 3003", async () => {
  for (const path of [`ai/run/${LLAMA}`, "ai/run", "ai/v1/chat/completions", "ai/v1/embeddings"]) {
    refused(await post(path, ""), 400, 3003, /Request is missing headers or body: /);
  }
});

test("wrong types are refused by path", async () => {
  refused(await post(`ai/run/${BGE}`, { text: { a: 1 } }), 400, 5006);
  refused(await post(`ai/run/${LLAMA}`, { messages: "hello" }), 400, 5006);
  refused(
    await post(`ai/run/${LLAMA}`, { messages: [{ role: "user", content: "hi" }, {}] }), 400, 5006,
    /required properties at '\/messages\/1' are 'role,content'/,
  );
  refused(await post(`ai/run/${LLAMA}`, { prompt: "hi", top_k: 51 }), 400, 5006, /'\/top_k' must be <= 50/);
  for (const body of ["null", "[]", "3", "\"text\"", "true"]) {
    const { status } = await post(`ai/run/${LLAMA}`, body);
    assert.equal(status, 400, body);
  }
});

test("values out of range are refused", async () => {
  for (const [name, value] of [
    ["temperature", 5.1], ["temperature", -0.1], ["top_k", 0], ["top_p", 2.1], ["seed", 0], ["seed", 1e10],
    ["repetition_penalty", -1], ["frequency_penalty", 3], ["max_tokens", "many"], ["temperature", "hot"],
  ]) {
    refused(await post(`ai/run/${LLAMA}`, { prompt: "hi", [name]: value }), 400, 5006, new RegExp(`/${name}`));
  }
  // The published validator does not look into `anyOf`, where this model's ranges are: the serving engine refuses.
  const model = "@cf/google/gemma-4-26b-a4b-it";
  for (const [name, value] of [["temperature", 2.1], ["temperature", -1], ["temperature", "hot"], ["top_p", 1.1]]) {
    const input = { messages: [{ role: "user", content: "hi" }], [name]: value };
    refused(await post(`ai/run/${model}`, input), 400, 8001, new RegExp(name));
    refused(await post("ai/v1/chat/completions", { model, ...input }), 400, 8001, new RegExp(name));
  }
  // At the edges, where a division or a logarithm may give no number.
  for (const edge of [{ temperature: 0 }, { top_p: 0 }, { repetition_penalty: 0 }, { temperature: 5, top_k: 1, top_p: 2 }]) {
    const { status } = await post(`ai/run/${LLAMA}`, { prompt: "hi", max_tokens: 3, ...edge });
    assert.equal(status, 200, JSON.stringify(edge));
  }
  refused(await post(`ai/run/${LLAMA}`, { prompt: "hi", max_tokens: 60_000 }), 413, 5021, /context window limit \(60000\)/);
});

test("an empty prompt, and prompt and messages together, are refused", async () => {
  refused(await post(`ai/run/${LLAMA}`, { prompt: "" }), 400, 5006);
  const both = { prompt: "hi", messages: [{ role: "user", content: "hi" }] };
  const { status, body } = await post(`ai/run/${LLAMA}`, both);
  assert.equal(status, 400, JSON.stringify(body));
  refused(await post(`ai/run/${BGE}`, { text: "" }), 400, 5006);
});

test("100 texts are embedded, 101 are refused", async () => {
  const texts = (count) => ({ text: Array.from({ length: count }, (_, at) => `text ${at}`) });
  const hundred = await post(`ai/run/${BGE}`, texts(100));
  assert.deepEqual(hundred.body.result.shape, [100, 384]);
  // The schema says so, but the published validator does not look at `maxItems`: another code than 5006.
  for (const input of [texts(101), texts(0), { text: ["sea", ""] }]) {
    const { status, body } = await post(`ai/run/${BGE}`, input);
    assert.deepEqual([status, body.success], [400, false], `${input.text.length} texts`);
  }
  const openai = await post("ai/v1/embeddings", { model: BGE, input: texts(101).text });
  assert.equal(openai.status, 400);
});

test("numbers that are none are refused", async () => {
  for (const number of ["1e999", "-1e999", "NaN", "Infinity", "0x10", "1."]) {
    const { status } = await post(`ai/run/${LLAMA}`, `{"prompt": "hi", "temperature": ${number}}`);
    assert.equal(status, 400, number);
    const query = await post("vectorize/v2/indexes/none/query", `{"vector": [${number}]}`);
    assert([400, 404].includes(query.status), `${number}: ${query.status}`);
  }
});

test("a megabyte of noise is a text like any other", async () => {
  let state = 1;
  const noise = String.fromCharCode(...Array.from({ length: 1000 }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return 33 + (state >>> 8) % 700;
  })).repeat(1000);
  const embedded = await post(`ai/run/${BGE}`, { text: noise });
  assert.deepEqual(embedded.body.result.shape, [1, 384]);
  // The prompt is longer than the context window.
  const { status } = await post(`ai/run/${LLAMA}`, { messages: [{ role: "user", content: noise }] });
  assert([400, 413].includes(status), String(status));
});

test("a lone surrogate is refused or replaced, a pair is a character", async () => {
  for (const escape of ["\\ud800", "\\udc00", "\\ud800\\ud800"]) {
    const { status } = await post(`ai/run/${BGE}`, `{"text": "sea ${escape}"}`);
    assert([200, 400].includes(status), `${escape}: ${status}`);
  }
  assert.equal((await post(`ai/run/${BGE}`, "{\"text\": \"sea \\ud83c\\udf0a\\u0000\"}")).status, 200);
});

test("model names with odd characters are unknown models", async () => {
  for (const name of ["@cf/a/b%20c", "@cf/%00", "%2e%2e/%2e%2e", "@cf/meta/llama%F0%9F%8C%8A", "x".repeat(5000), "@cf//"]) {
    const { status, body } = await post(`ai/run/${name}`, { prompt: "hi" });
    assert([400, 404].includes(status), `${name.slice(0, 40)}: ${status}`);
    assert.equal(body.success, false);
  }
  const { status } = await post("ai/run/%ff%fe", { prompt: "hi" });
  assert([400, 404].includes(status), String(status));
});

test("unknown paths, wrong methods and malformed account ids are the gateway's refusals", async () => {
  const unknown = await post("ai/nothing/here", {});
  assert.equal(unknown.status, 400);
  assert.deepEqual(unknown.body.errors.map((error) => error.code), [7003, 7000]);
  assert.match(unknown.body.errors[0].message, /^Could not route to .*, perhaps your object identifier is invalid\?$/);
  assert.equal(unknown.body.errors[1].message, "No route for that URI");
  assert.deepEqual([unknown.body.result, unknown.body.success], [null, false]);
  const index = await post("vectorize/v2/indexes/docs/nothing", {});
  assert.deepEqual(index.body.errors.map((error) => error.code), [7003, 7000]);
  assert.match(index.body.errors[0].message, /^Could not route to \/client\/v4\/accounts\//);
  for (const [method, path] of [["GET", `ai/run/${BGE}`], ["DELETE", "ai/v1/embeddings"], ["POST", "ai/models/search"], ["PATCH", "vectorize/v2/indexes/docs"]]) {
    const response = await emulator.call(path, { method });
    assert.equal(response.status, 405, `${method} ${path}`);
    assert.equal((await response.json()).success, false);
  }
  for (const account of ["nobody", "0".repeat(31), "0".repeat(33), "g".repeat(32)]) {
    const { status, body } = await post(`ai/run/${BGE}`, { text: "sea" }, { account });
    assert.deepEqual([status, body.errors[0].code, body.result], [404, 7003, null], account);
  }
});

test("models/search and models/schema bear odd queries", async () => {
  for (const query of ["page=0", "page=-1&per_page=x", "per_page=99999999999999999999", "search=%ff", "task=Nothing", "&&=&"]) {
    const response = await emulator.call(`ai/models/search?${query}`);
    assert.equal(response.status, 200, query);
    assert(Array.isArray((await response.json()).result), query);
  }
  for (const query of ["", "?model=", "?model=@cf/nobody/nothing"]) {
    const response = await emulator.call(`ai/models/schema${query}`);
    assert([400, 404].includes(response.status), `${query}: ${response.status}`);
  }
});
