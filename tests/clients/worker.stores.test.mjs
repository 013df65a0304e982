// KV and queues of a Worker that runs without wrangler, by the runtime's own bindings: they count, and no kill loses them.

import assert from "node:assert/strict";
import { test } from "node:test";

import { file, until } from "./emulator.mjs";
import { overlay, startWorker } from "./worker.mjs";

const config = (content) => ["--wrangler", file("wrangler.json", JSON.stringify({ compatibility_date: "2026-07-01", ...content }))];
const KV = config({ kv_namespaces: [{ binding: "KV", id: "one" }, { binding: "SAME", id: "one" }, { binding: "OTHER" }] });
/** A Worker that does this with three bindings, of which two are one namespace. */
const worker = (body) => `export default { async fetch(request, env, ctx) {
  const { KV, SAME, OTHER } = env;
  const failed = (promise) => promise.then(() => "nothing failed", ({ message }) => message);
  if (new URL(request.url).pathname === "/loop") for (;;) {}
  ${body}
} };`;

test("KV keeps text, JSON, bytes, streams, metadata and expirations", async () => {
  const { get, reports } = await startWorker(worker(`
    await KV.put("text", "grün & + / %");
    await KV.put("json", JSON.stringify({ a: [1] }), { metadata: { of: "ü" } });
    await KV.put("bytes", new Uint8Array([0, 255, 1]));
    await KV.put("stream", new Blob(["a", "b"]).stream(), { expirationTtl: 60 });
    await KV.put("a/b c?d&e=f+ü", "odd");
    const all = {
      text: await KV.get("text"),
      json: await KV.get("json", "json"),
      bytes: [...new Uint8Array(await KV.get("bytes", "arrayBuffer"))],
      stream: await new Response(await KV.get("stream", "stream")).text(),
      odd: await KV.get("a/b c?d&e=f+ü"),
      missing: await KV.get("missing"),
      metadata: await KV.getWithMetadata("json", "json"),
      many: [...await KV.get(["text", "missing", "json"])],
      same: await SAME.get("text"),
      other: await OTHER.get("text"),
    };
    await KV.delete("text");
    await KV.delete("never there");
    return Response.json({ ...all, deleted: await KV.get("text"), listed: await KV.list({ prefix: "st" }) });
  `), { args: KV });
  const said = await (await get()).json();
  const { listed, many, metadata, ...values } = said;
  assert.deepEqual(values, {
    text: "grün & + / %", json: { a: [1] }, bytes: [0, 255, 1], stream: "ab", odd: "odd", missing: null, same: "grün & + / %", other: null, deleted: null,
  });
  assert.deepEqual([metadata.value, metadata.metadata], [{ a: [1] }, { of: "ü" }]);
  assert.deepEqual(many, [["text", "grün & + / %"], ["missing", null], ["json", '{"a":[1]}']]);
  assert.deepEqual([listed.list_complete, listed.keys.map(({ name }) => name)], [true, ["stream"]]);
  const left = listed.keys[0].expiration - Date.now() / 1000;
  assert(left > 50 && left <= 60, `${left} s`);
  const [{ subrequests }] = await reports();
  assert.deepEqual(subrequests, { KV: 17, SAME: 1, OTHER: 1 });
});

test("KV lists page by page, and refuses what production refuses", async () => {
  const { get } = await startWorker(worker(`
    for (let at = 0; at < 5; at++) await KV.put("k" + at, "", { metadata: { at } });
    const pages = [];
    let cursor;
    do {
      const page = await KV.list({ limit: 2, cursor });
      pages.push(page.keys.map(({ name, metadata }) => [name, metadata.at]));
      cursor = page.cursor;
    } while (cursor);
    return Response.json({ pages, refused: [
      await failed(KV.get("")),
      await failed(KV.get(".")),
      await failed(KV.get("k".repeat(513))),
      await failed(KV.get("k1", { cacheTtl: 29 })),
      await failed(KV.put("k", "v", { expirationTtl: 59 })),
      await failed(KV.put("k", "v", { expiration: 1 })),
      await failed(KV.put("k", "v", { metadata: "m".repeat(1023) })),
      await failed(KV.put("k", "v".repeat(26214401))),
      await failed(KV.list({ limit: 1001 })),
      await failed(KV.list({ cursor: "?" })),
      await failed(KV.get(Array.from({ length: 101 }, (_, at) => "k" + at))),
      await failed(KV.get(["k1"], "json")),
    ] });
  `), { args: KV });
  const { pages, refused } = await (await get()).json();
  assert.deepEqual(pages, [[["k0", 0], ["k1", 1]], [["k2", 2], ["k3", 3]], [["k4", 4]]]);
  const wanted = [
    /Key name cannot be empty/, /"\." is not allowed as a key name/, /414 UTF-8 encoded length of 513 exceeds key length limit of 512/,
    /400 Invalid cache_ttl of 29/, /400 Invalid expiration_ttl of 59\. Expiration TTL must be at least 60/, /400 Invalid expiration of 1/,
    /413 Metadata length of 1025 exceeds limit of 1024/, /413 Value length exceeds limit of 26214400/, /400 Invalid key_count_limit of 1001/, /400 Invalid cursor/,
    /maximum of 100 keys/, /non-json value/,
  ];
  wanted.forEach((pattern, at) => assert.match(refused[at], pattern));
});

test("KV survives a kill, and its calls are counted", async () => {
  const { get } = await startWorker(worker(`
    const before = Number(await KV.get("n"));
    await KV.put("n", String(before + 1));
    let calls = 2;
    const error = await (async () => { for (;; calls++) await KV.get("n"); })().catch(({ message }) => message);
    return Response.json([before, calls, error]);
  `), { args: [...KV, "--plan", "free", "--limits", overlay([["cpu_ms", 1000], ["service_subrequests", 10]])] });
  const refused = "Too many API requests by single Worker invocation.";
  assert.deepEqual(await (await get()).json(), [0, 10, refused]);
  assert.equal((await get("/loop")).status, 503);
  assert.deepEqual(await (await get()).json(), [1, 10, refused]);
});

test("what is sent to a queue comes to its consumer in batches, again when it fails, and then to the dead letters", async () => {
  const queues = {
    producers: [{ binding: "JOBS", queue: "jobs" }, { binding: "ELSEWHERE", queue: "elsewhere" }],
    consumers: [
      { queue: "jobs", max_batch_size: 3, max_batch_timeout: 1, max_retries: 1, dead_letter_queue: "dead" },
      { queue: "dead", max_batch_timeout: 0 },
    ],
  };
  const { get, reports } = await startWorker(`export default {
    async fetch(request, { JOBS, ELSEWHERE, KV }) {
      if (new URL(request.url).pathname === "/seen") return Response.json(await KV.get("seen", "json"));
      await JOBS.send({ id: 1 });
      await JOBS.send("text", { contentType: "text" });
      await JOBS.sendBatch([{ body: new Uint8Array([1, 2]), contentType: "bytes" }, { body: new Map([["v", 8]]), contentType: "v8" }, { body: "poison", delaySeconds: 2 }]);
      await ELSEWHERE.send("nobody takes it");
      const errors = [];
      await JOBS.send("x".repeat(130_000), { contentType: "text" }).catch(({ message }) => errors.push(message));
      return Response.json(errors);
    },
    async queue(batch, { KV }) {
      const seen = (await KV.get("seen", "json")) ?? [];
      const plain = (body) => (body instanceof ArrayBuffer || body instanceof Uint8Array ? [...new Uint8Array(body)] : body instanceof Map ? { v: body.get("v") } : body);
      seen.push([batch.queue, batch.messages.map(({ body, attempts }) => [plain(body), attempts])]);
      await KV.put("seen", JSON.stringify(seen));
      for (const message of batch.messages) if (message.body === "poison" && batch.queue === "jobs") message.retry();
    },
  };`, { args: config({ queues, kv_namespaces: [{ binding: "KV" }] }) });
  const errors = await (await get()).json();
  assert.match(errors[0], /message length of 130000 bytes exceeds limit of 128000/);
  let seen;
  await until("all have come", async () => (seen = await (await get("/seen")).json())?.length >= 5);
  const poison = (attempts) => [["poison", attempts]];
  assert.deepEqual(seen, [
    ["jobs", [[{ id: 1 }, 1], ["text", 1], [[1, 2], 1]]],
    ["jobs", [[{ v: 8 }, 1]]],
    ["jobs", poison(1)],
    ["jobs", poison(2)],
    ["dead", poison(1)],
  ]);
  const batches = (await reports(6)).filter(({ trigger }) => trigger === "queue");
  assert.deepEqual(new Set(batches.map(({ outcome }) => outcome)), new Set(["ok"]));
});
