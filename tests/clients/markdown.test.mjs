// `toMarkdown` with several files: the official SDK, and the runtime's own class in workerd.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

import Cloudflare from "cloudflare";

import { newAccount, startEmulator } from "./emulator.mjs";
import { worker } from "./workerd.mjs";

const emulator = await startEmulator();
const client = new Cloudflare({ apiToken: "local", baseURL: emulator.api, maxRetries: 0 });
const fixture = (name) => readFile(new URL(`../fixtures/documents/${name}`, import.meta.url));

test("the SDK sends files and knows the formats", async () => {
  const files = await Promise.all(
    ["cities.xlsx", "lanterns.pdf"].map(async (name) => new File([await fixture(name)], name)),
  );
  const { result: results } = await client.ai.toMarkdown.transform({ account_id: newAccount(), file: { files } });
  assert.deepEqual(results.map(({ name, format }) => [name, format]), [
    ["cities.xlsx", "markdown"],
    ["lanterns.pdf", "markdown"],
  ]);
  assert.match(results[0].data, /\| Lisbon \| 545923 \|/);
  assert.match(results[1].data, /### Page 2\nAnd wax\./);
  const supported = await client.ai.toMarkdown.supported({ account_id: newAccount() });
  assert(supported.result.some(({ extension, mimeType }) => extension === ".csv" && mimeType === "text/csv"));
});

const WORKER = `
export default {
  async fetch(request, env) {
    const form = await request.formData();
    const files = form.getAll("files").map((blob) => ({ name: blob.name, blob }));
    const options = JSON.parse(form.get("options") ?? "{}");
    try {
      const one = await env.AI.toMarkdown(files[0], options);
      const all = await env.AI.toMarkdown(files, options);
      const supported = await env.AI.toMarkdown().supported();
      return Response.json({ one, all, supported });
    } catch (error) {
      return Response.json({ thrown: { name: error.name, message: error.message } });
    }
  },
};`;

test("env.AI.toMarkdown takes one file or several, and a broken one is an item", async () => {
  const dispatch = worker(emulator, WORKER);
  const call = async (options) => {
    const form = new FormData();
    form.append("files", new File([await fixture("lanterns.docx")], "lanterns.docx"));
    form.append("files", new File(["<main><h2>Wick</h2></main><p>else</p>"], "a.html", { type: "text/html" }));
    form.append("files", new File(["nothing"], "broken.pdf", { type: "application/pdf" }));
    form.append("options", JSON.stringify(options));
    // The form goes out as a request of its own realm.
    const request = new Request("http://worker/", { method: "POST", body: form });
    const body = Buffer.from(await request.arrayBuffer());
    const headers = { "content-type": request.headers.get("content-type") };
    return (await dispatch({ body, headers })).json();
  };
  const { one, all, supported } = await call({ conversionOptions: { html: { cssSelector: "main" } } });
  assert.match(one.data, /A flame needs \*\*air\*\*/);
  assert.deepEqual(all.map(({ format }) => format), ["markdown", "markdown", "error"]);
  assert.equal(all[1].data, "## Wick");
  assert.equal(typeof all[2].error, "string");
  assert(supported.length > 10);
  const asked = { conversionOptions: { docx: { images: { convert: true, maxConvertedImages: 3 } } } };
  assert.equal((await call(asked)).one.data, one.data, "a document without pictures is what it was");
  const { thrown } = await call({ conversionOptions: { output: { format: "pdf" } } });
  assert.match(thrown.message, /output\.format/);
});
