// `pull`, `rm` and what answers afterwards, against a hub of our own: the network is never left to chance.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { createServer } from "node:http";
import { connect } from "node:net";
import { after, test } from "node:test";
import { join } from "node:path";

import Cloudflare from "cloudflare";

import { launch, newAccount, root, run, scratch, startEmulator, until } from "./emulator.mjs";
import { secured, trusting } from "./tls.mjs";

const MODEL = "@cf/baai/bge-small-en-v1.5";
const REPOSITORY = "BAAI/bge-small-en-v1.5";
const COMMIT = "5c38ec7c405ec4b44b94cc5a9bb96e735b38267a";

/** The bundled embedder under the exact checkpoint's name: what matters is the way, not the weights. */
const files = Object.fromEntries(
  ["config.json", "tokenizer.json", "model.safetensors"].map((name) => [name, readFileSync(join(root, "models/kindling-embed", name))]),
);
files["pytorch_model.bin"] = Buffer.from("never loaded");

/**
 * A small hub. `state.slow` sends weights a piece at a time; `state.refusal` is `[status, code]`; `state.also` are repositories that
 * have the same files at any commit.
 */
async function startHub() {
  const state = { slow: false, refusal: null, also: [], asked: [] };
  const server = createServer((request, response) => {
    state.asked.push({ url: request.url, range: request.headers.range, token: request.headers.authorization });
    if (state.refusal) return response.writeHead(state.refusal[0], { "x-error-code": state.refusal[1] }).end();
    const [, revised, revision] = /^\/api\/models\/(.+)\/revision\/(.+?)(?:\?.*)?$/.exec(request.url) ?? [];
    if (revised === REPOSITORY || state.also.includes(revised)) {
      const siblings = Object.entries(files).map(([rfilename, bytes]) => ({ rfilename, size: bytes.length }));
      const sha = revised === REPOSITORY ? COMMIT : revision;
      return response.end(JSON.stringify({ sha, siblings, cardData: { license: "mit" } }));
    }
    const [, resolved, at, name] = /^\/([^/]+\/[^/]+)\/resolve\/([^/]+)\/(.+)$/.exec(request.url) ?? [];
    const bytes = (resolved === REPOSITORY && at === COMMIT) || state.also.includes(resolved) ? files[name] : undefined;
    if (!bytes) return response.writeHead(404, { "x-error-code": "RepoNotFound" }).end();
    const etag = bytes.length > 1e5 ? createHash("sha256").update(bytes) : createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes);
    const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
    const headers = { etag: `"${etag.digest("hex")}"`, "content-length": bytes.length - from };
    if (from) headers["content-range"] = `bytes ${from}-${bytes.length - 1}/${bytes.length}`;
    response.writeHead(from ? 206 : 200, headers);
    if (request.method === "HEAD") return response.end();
    if (!state.slow || bytes.length < 1e6) return response.end(bytes.subarray(from));
    // The first half million, and then nothing.
    response.write(bytes.subarray(from, 500_000));
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { state, url: `http://127.0.0.1:${server.address().port}` };
}

const hub = await startHub();
const settings = () => ({ HF_ENDPOINT: hub.url, HF_HUB_CACHE: scratch(), HF_TOKEN: "hf_secret" });
const repository = (env) => join(env.HF_HUB_CACHE, `models--${REPOSITORY.replace("/", "--")}`);

test("pull, and the exact checkpoint answers, offline; rm, and the stand-in does", async () => {
  const env = settings();
  const pulled = await run(["pull", MODEL], { env });
  assert.equal(pulled.code, 0, pulled.stderr);
  assert.match(pulled.stderr, /licence mit/);
  const snapshot = pulled.stdout.trim();
  assert.equal(snapshot, join(repository(env), "snapshots", COMMIT));
  assert.deepEqual(readdirSync(snapshot).sort(), ["config.json", "model.safetensors", "tokenizer.json"]);
  assert.deepEqual(readFileSync(join(snapshot, "model.safetensors")), files["model.safetensors"]);
  assert(hub.state.asked.some(({ url }) => url.includes(`/revision/${COMMIT}`)), "the pinned revision");

  const shown = JSON.parse((await run(["show", MODEL, "--json"], { env })).stdout);
  assert.equal(shown.answered_by, `${REPOSITORY} (exact)`);
  assert.deepEqual([shown.revision, shown.licence, shown.in_cache], [COMMIT, "mit", [REPOSITORY]]);
  const listed = JSON.parse((await run(["list", "--json", "--task", "text-embeddings"], { env })).stdout);
  assert.equal(listed.find(({ model }) => model === MODEL).answered_by, `${REPOSITORY} (exact)`);

  hub.state.asked.length = 0;
  for (const mode of ["auto", "exact"]) {
    const emulator = await startEmulator({ args: ["--models", mode], env: { ...env, HF_HUB_OFFLINE: "1" } });
    const client = new Cloudflare({ apiToken: "local", baseURL: `${emulator.url}/client/v4` });
    const { data: vectors, response } = await client.ai.run(MODEL, { account_id: newAccount(), text: "sea" }).withResponse();
    assert.equal(response.headers.get("candleflare-model"), `${REPOSITORY}; fidelity=exact`);
    assert.deepEqual(vectors.shape, [1, 384]);
  }
  assert.deepEqual(hub.state.asked, [], "serving asks nobody");

  const again = await run(["pull", MODEL], { env });
  assert.equal(again.code, 0);
  assert.match(again.stderr, /was here/);
  const removed = await run(["rm", MODEL], { env });
  assert.match(removed.stdout, new RegExp(`^${REPOSITORY}: .* freed`));
  assert(!existsSync(repository(env)));
  assert.match((await run(["show", MODEL], { env })).stdout, /kindling-embed \(stand-in\)/);
  const nothing = await run(["rm", MODEL], { env });
  assert.notEqual(nothing.code, 0);
  assert.match(nothing.stderr, /hint:/);
});

test("--models exact refuses with 503 and the pull", async () => {
  const emulator = await startEmulator({ args: ["--models", "exact"] });
  const client = new Cloudflare({ apiToken: "local", baseURL: `${emulator.url}/client/v4`, maxRetries: 0 });
  const refused = client.ai.run(MODEL, { account_id: newAccount(), text: "sea" });
  await assert.rejects(refused, (error) => error.status === 503 && error.message.includes(`candleflare pull ${MODEL}`));
});

test("a killed pull leaves nothing broken, and the next one goes on", async () => {
  const env = settings();
  hub.state.slow = true;
  const { child, ended } = launch(["pull", MODEL], { env });
  const incomplete = () => {
    const blobs = join(repository(env), "blobs");
    const names = existsSync(blobs) ? readdirSync(blobs).filter((name) => name.endsWith(".incomplete")) : [];
    return names.find((name) => readFileSync(join(blobs, name)).length === 500_000);
  };
  await until("half of the weights", incomplete);
  child.kill("SIGKILL");
  await ended;
  assert.match((await run(["show", MODEL], { env })).stdout, /kindling-embed \(stand-in\)/);
  hub.state.slow = false;
  hub.state.asked.length = 0;
  const pulled = await run(["pull", MODEL], { env });
  assert.equal(pulled.code, 0, pulled.stderr);
  assert(hub.state.asked.some(({ range }) => range === "bytes=500000-"));
  assert.deepEqual(readFileSync(join(pulled.stdout.trim(), "model.safetensors")), files["model.safetensors"]);
});

test("what cannot be pulled says why and what helps", async () => {
  const env = settings();
  const refused = async (args, pattern, extra = {}) => {
    const { code, stderr } = await run(["pull", ...args], { env: { ...env, ...extra } });
    assert.notEqual(code, 0);
    assert.match(stderr, pattern);
    assert.match(stderr, /hint:/);
    assert(!stderr.includes("hf_secret"));
  };
  hub.state.refusal = [403, "GatedRepo"];
  await refused(["@cf/google/embeddinggemma-300m"], new RegExp(`${hub.url}/google/embeddinggemma-300m`));
  hub.state.refusal = null;
  await refused(["nobody/nothing"], /is not on/);
  await refused(["nothing"], /owner\/name/);
  await refused(["@cf/baai/bge-smal-en-v1.5"], /bge-smal-en-v1.5/);
  await refused([MODEL], /HF_HUB_OFFLINE/, { HF_HUB_OFFLINE: "1" });
  await refused([MODEL], /cannot be reached/, { HF_ENDPOINT: "http://127.0.0.1:9", HTTP_PROXY: "" });
  await refused([MODEL], /hint:/, { HF_HUB_CACHE: "/dev/null/cache" });
});

const SMALL = [
  "HuggingFaceTB/SmolLM2-135M-Instruct", "cross-encoder/ms-marco-MiniLM-L-6-v2", "distilbert/distilbert-base-uncased-finetuned-sst-2-english",
  "microsoft/resnet-50", "facebook/detr-resnet-50", "openai/whisper-tiny",
];

test("--small takes what is small of each task, and what cannot be had keeps nothing else", async () => {
  const env = settings();
  hub.state.also = SMALL;
  const all = await run(["pull", "--small"], { env });
  assert.equal(all.code, 0, all.stderr);
  const here = ({ stdout }) => stdout.trim().split("\n").map((path) => path.match(/models--(.+?)--(.+?)\/snapshots/).slice(1).join("/")).sort();
  assert.deepEqual(here(all), [...SMALL, REPOSITORY].sort());
  hub.state.also = SMALL.slice(1);
  const rest = await run(["pull", "--small"], { env: settings() });
  assert.equal(rest.code, 1);
  assert.deepEqual(here(rest), [...SMALL.slice(1), REPOSITORY].sort());
  assert.match(rest.stderr, /`HuggingFaceTB\/SmolLM2-135M-Instruct`: [^]*of 7 checkpoints these were not pulled: HuggingFaceTB\/SmolLM2-135M-Instruct\nhint:/);
  hub.state.also = [];
});

test("--exact takes every exact checkpoint under a size, smallest first, but for those that are not computed here", async () => {
  const env = settings();
  hub.state.also = SMALL.concat("openai/whisper-tiny.en");
  const listed = await run(["pull", "--exact", "--under", "170", "--dry-run"], { env });
  assert.equal(listed.code, 0, listed.stderr);
  const named = [...listed.stderr.matchAll(/^(\S+) at /gm)].map(([, name]) => name);
  assert.deepEqual(named, ["microsoft/resnet-50", REPOSITORY, "openai/whisper-tiny.en", "facebook/detr-resnet-50"]);
  // These files are an embedder's.
  const pulled = await run(["pull", "--exact", "--under", "140"], { env });
  assert.equal(pulled.code, 1);
  assert.match(pulled.stderr, /the architecture of `microsoft\/resnet-50` is not computed here[^]*were not pulled: microsoft\/resnet-50\n/);
  assert.match(pulled.stdout, /^\S*bge-small-en-v1\.5\S*\n$/);
  assert.match((await run(["pull", "--exact", "--small"], { env })).stderr, /cannot be used with/);
  hub.state.also = [];
});

test("--dry-run lists and downloads nothing; a proxy is used", async () => {
  const env = settings();
  const { code, stdout } = await run(["pull", "--dry-run", MODEL], { env });
  assert.equal(code, 0);
  assert.match(stdout, /model\.safetensors/);
  assert(!stdout.includes("pytorch_model.bin") && !existsSync(repository(env)));
  // A tunnel to the hub for a host that does not exist.
  const tunnels = [];
  const proxy = createServer().on("connect", (request, socket, head) => {
    tunnels.push(request.url);
    const upstream = connect(new URL(hub.url).port, "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      upstream.write(head);
      upstream.pipe(socket).pipe(upstream);
    });
  });
  await new Promise((listening) => proxy.listen(0, "127.0.0.1", listening));
  after(() => proxy.close());
  const proxied = { ...env, HF_ENDPOINT: "http://hub.invalid", HTTP_PROXY: `http://127.0.0.1:${proxy.address().port}`, NO_PROXY: "" };
  const through = await run(["pull", "--dry-run", MODEL], { env: proxied });
  assert.equal(through.code, 0, through.stderr);
  assert(tunnels.length > 0 && tunnels.every((host) => host.startsWith("hub.invalid")), tunnels.join());
});

test("a hub behind TLS is asked where its certificate is trusted", async () => {
  const tls = await secured(hub.url);
  const env = { ...settings(), HF_ENDPOINT: tls.url };
  const wary = await run(["pull", MODEL], { env: { ...env, SSL_CERT_FILE: "" } });
  assert.match(wary.stderr, /certificate/i);
  assert.notEqual(wary.code, 0);
  const pulled = await run(["pull", MODEL], { env: { ...env, ...trusting } });
  assert.equal(pulled.code, 0, pulled.stderr);
  assert.deepEqual(readFileSync(join(pulled.stdout.trim(), "model.safetensors")), files["model.safetensors"]);
  const nonsense = await run(["pull", MODEL], { env: { ...env, SSL_CERT_FILE: "/nowhere.pem" } });
  assert.match(nonsense.stderr, /the certificates in `\/nowhere\.pem` cannot be used/);
});
