// Server-sent events byte by byte, clients that leave, and a server that is told to stop meanwhile.

import assert from "node:assert/strict";
import { connect } from "node:net";
import { test } from "node:test";

import { endlessChat } from "./checkpoint.mjs";
import { LLAMA, QWEN, file, newAccount, startEmulator, until } from "./emulator.mjs";

/** Bound to a model that talks until it is stopped. */
const ENDLESS = "@cf/meta/llama-3.2-3b-instruct";
const config = file("candleflare.toml", `[models]\n${JSON.stringify(ENDLESS)} = ${JSON.stringify(endlessChat())}\n`);
const emulator = await startEmulator({ args: ["--config", config] });
const hello = [{ role: "user", content: "hello" }];
/** Greedy: what the stand-in says by chance need not end. */
const greeting = { messages: hello, temperature: 0 };

/** Posts with `stream: true`; the frames as they stand on the wire, `[DONE]` checked and taken off. */
async function frames(path, input) {
  const response = await emulator.post(path, { ...input, stream: true });
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("content-type"), "text/event-stream");
  assert.match(response.headers.get("cf-ai-req-id"), /^[0-9a-f-]{36}$/);
  assert.equal(response.headers.get("candleflare-model"), "kindling-chat; fidelity=stand-in");
  const events = (await response.text()).split("\n\n");
  assert.equal(events.pop(), "", "the last event ends with a blank line");
  assert.equal(events.pop(), "data: [DONE]");
  return events.map((event) => {
    assert(event.startsWith("data: ") && !event.includes("\n"), `one data line each: ${event}`);
    return JSON.parse(event.slice("data: ".length));
  });
}

const whole = async (path, input) => (await emulator.post(path, input)).json();
const usageKeys = ["prompt_tokens", "completion_tokens", "total_tokens", "prompt_tokens_details", "neurons"];

test("a native stream: texts with padding, a bare frame, then the usage", async () => {
  for (const input of [greeting, { prompt: "hello", temperature: 0 }]) {
    const all = await frames(`ai/run/${LLAMA}`, input);
    const last = all.pop();
    assert.deepEqual(Object.keys(last), ["response", "usage"]);
    assert.equal(last.response, "");
    assert.deepEqual(Object.keys(last.usage), usageKeys);
    assert.deepEqual(all.pop(), { response: "" });
    assert(all.length > 0);
    for (const frame of all) {
      assert.deepEqual(Object.keys(frame), ["response", "p"]);
      assert.match(frame.p, /^[A-Za-z0-9]{1,50}$/);
    }
    const { result } = await whole(`ai/run/${LLAMA}`, input);
    assert.equal(all.map((frame) => frame.response).join(""), result.response);
    assert.equal(last.usage.total_tokens, result.usage.total_tokens);
  }
});

test("an OpenAI stream on run: role, texts, finish, no choices, native usage", async () => {
  const all = await frames(`ai/run/${QWEN}`, greeting);
  const [role, ...rest] = all;
  const [finish, empty, usage] = rest.splice(-3);
  assert.deepEqual(role.choices[0].delta, { role: "assistant", content: "" });
  assert.deepEqual([finish.choices[0].delta, finish.choices[0].finish_reason], [{}, "stop"]);
  assert.deepEqual(empty.choices, []);
  assert.deepEqual(Object.keys(usage), ["response", "usage"]);
  assert.equal(usage.response, "");
  assert(rest.length > 0 && rest.every(({ choices: [{ delta, finish_reason }] }) => delta.content && !finish_reason));
  const chunks = [role, ...rest, finish];
  assert(chunks.every(({ object, id, model }) => object === "chat.completion.chunk" && id === role.id && model === QWEN));
  // A chunk's usage is an increment.
  const sum = (key) => chunks.reduce((total, chunk) => total + chunk.usage[key], 0);
  assert.equal(sum("prompt_tokens"), usage.usage.prompt_tokens);
  assert(sum("completion_tokens") <= usage.usage.completion_tokens);
  const { result } = await whole(`ai/run/${QWEN}`, greeting);
  assert.equal(rest.map((chunk) => chunk.choices[0].delta.content).join(""), result.choices[0].message.content);
});

test("a stream on the OpenAI endpoint holds chunks only", async () => {
  for (const model of [LLAMA, QWEN]) {
    const all = await frames("ai/v1/chat/completions", { model, ...greeting });
    assert(all.every((chunk) => chunk.object === "chat.completion.chunk" && chunk.choices.length === 1));
    assert.equal(all.at(-1).choices[0].finish_reason, "stop");
  }
});

test("what is refused is refused before the stream begins", async () => {
  const response = await emulator.post(`ai/run/${LLAMA}`, { messages: hello, temperature: 99, stream: true });
  assert.equal(response.status, 400);
  assert.equal((await response.json()).errors[0].code, 5006);
});

/** A stream of many tokens, with its first bytes read. */
async function begin(server, { account = newAccount(), max_tokens = 4000 } = {}) {
  const abort = new AbortController();
  const input = { messages: hello, max_tokens, stream: true };
  const response = await server.post(`ai/run/${ENDLESS}`, input, { account, signal: abort.signal });
  assert.equal(response.status, 200);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  const { value } = await reader.read();
  assert.match(value, /^data: /);
  return { account, abort, reader, begun: value };
}

test("a client that leaves stops its computation", async () => {
  const streams = await Promise.all([1, 2, 3].map(() => begin(emulator)));
  for (const { abort } of streams) abort.abort();
  for (const { account, reader } of streams) {
    // What had arrived already may still be read.
    const drain = async () => { while (!(await reader.read()).done); };
    await assert.rejects(drain, { name: "AbortError" });
    const [entry] = await until("the journal has it", async () => {
      const entries = await emulator.journal(account);
      return entries.length > 0 && entries;
    }, 1000);
    assert.deepEqual([entry.status, entry.dialect], [499, "rest"]);
  }
  const { result } = await whole(`ai/run/${LLAMA}`, greeting);
  assert(result.response.length > 0);
});

test("a client that leaves before the answer stops it too", async () => {
  const account = newAccount();
  const { hostname, host, port } = new URL(emulator.url);
  const body = JSON.stringify({ messages: hello, max_tokens: 4000 });
  const head = [`POST /client/v4/accounts/${account}/ai/run/${ENDLESS} HTTP/1.1`, `host: ${host}`, `content-length: ${body.length}`];
  // By hand: `fetch` may give up a request before it has sent it.
  const socket = connect(port, hostname);
  await new Promise((sent) => socket.write(`${head.join("\r\n")}\r\n\r\n${body}`, sent));
  // A call that was sent later is answered: the server has read this one, and computes.
  await whole(`ai/run/${ENDLESS}`, { messages: hello, max_tokens: 8 });
  socket.destroy();
  const entries = await until("the journal has it", async () => {
    const entries = await emulator.journal(account);
    return entries.length > 0 && entries;
  }, 1000);
  assert.equal(entries[0].status, 499);
});

test("SIGTERM lets a running stream end", async () => {
  const server = await startEmulator({ args: ["--config", config] });
  const { reader, begun } = await begin(server, { max_tokens: 400 });
  const ended = server.stop("SIGTERM");
  let text = begun;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    text += value;
  }
  const events = text.trimEnd().split("\n\n");
  assert.equal(events.at(-1), "data: [DONE]");
  assert.equal(JSON.parse(events.at(-2).slice("data: ".length)).usage.completion_tokens, 400);
  assert.deepEqual(await ended, { code: 0, signal: null });
});
