// `candleflare exec`: the command's environment, terminal, signals and exit code, and what is refused.

import assert from "node:assert/strict";
import { chmodSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";

import { binary, scratch, until } from "./emulator.mjs";
import { exec, execEnds, modules, project, start, typed } from "./workers.mjs";

const sh = (script, options) => execEnds(["sh", "-c", script], options);
const node = (script, options) => execEnds(["node", "--input-type=module", "-e", script], options);
const ACCOUNT = "0".repeat(32);

/** Whether a process runs (a zombie does not). */
function runs(pid) {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

test("the command finds clients' own variables", async () => {
  const env = { CLOUDFLARE_API_KEY: "real", CLOUDFLARE_EMAIL: "me@example.org", NODE_OPTIONS: "--no-deprecation" };
  const { code, stdout } = await node("console.log(JSON.stringify(process.env))", { env });
  assert.equal(code, 0);
  const found = JSON.parse(stdout);
  const url = found.CANDLEFLARE_URL;
  assert.match(url, /^http:\/\/127\.0\.0\.1:\d+$/);
  assert.deepEqual(
    [found.CLOUDFLARE_API_BASE_URL, found.CLOUDFLARE_BASE_URL, found.CLOUDFLARE_API_TOKEN, found.CLOUDFLARE_ACCOUNT_ID],
    [`${url}/client/v4`, `${url}/client/v4`, "local", ACCOUNT],
  );
  assert.deepEqual([found.OPENAI_BASE_URL, found.OPENAI_API_KEY], [`${url}/client/v4/accounts/${ACCOUNT}/ai/v1`, "local"]);
  assert.match(found.NODE_OPTIONS, /^--no-deprecation --require=".*register\.cjs"$/);
  assert.deepEqual([found.CLOUDFLARE_API_KEY, found.CLOUDFLARE_EMAIL], [undefined, undefined]);
});

test("it answers while the command runs, and not after; the summary is one line on standard error", async () => {
  const script = `
    const ai = process.env.CLOUDFLARE_API_BASE_URL + "/accounts/" + process.env.CLOUDFLARE_ACCOUNT_ID + "/ai/run/";
    const ask = (model, input) => fetch(ai + model, { method: "POST", body: JSON.stringify(input) });
    console.log((await ask("@cf/baai/bge-small-en-v1.5", { text: "sea" })).status, (await ask("@cf/no/model", {})).status);
    console.log(process.env.CANDLEFLARE_URL);`;
  const { stdout, stderr } = await node(script);
  const [statuses, url] = stdout.trim().split("\n");
  assert.match(statuses, /^200 4\d\d$/);
  assert.match(stderr, /^candleflare: 2 calls, \d+\.\d\d neurons, \$0\.\d{6}, 1 refused\n$/);
  await assert.rejects(fetch(`${url}/__candleflare/health`));
});

test("exit code, input, output and arguments pass through", async () => {
  assert.equal((await sh("exit 7")).code, 7);
  const piped = await execEnds(["cat"], { input: "as it is\n" });
  assert.deepEqual([piped.code, piped.stdout, piped.stderr], [0, "as it is\n", "candleflare: no calls\n"]);
  const spoken = await execEnds(["printf", "%s|", "a b", "--", "$HOME", ""]);
  assert.equal(spoken.stdout, "a b|--|$HOME||");
  const shell = await execEnds(["sh"], { input: "echo from $CANDLEFLARE_URL\nexit 3\n" });
  assert.match(shell.stdout, /^from http:/);
  assert.equal(shell.code, 3);
});

test("it costs no more than 300 ms", async () => {
  const times = [];
  for (let round = 0; round < 5; round++) {
    const began = performance.now();
    assert.equal((await execEnds(["true"])).code, 0);
    times.push(performance.now() - began);
  }
  // The best of five: what else runs on the machine is not measured.
  assert(Math.min(...times) < 300, `${times} ms`);
});

test("`npm test` runs the project's own script", async () => {
  const script = "node -e \"fetch(process.env.CANDLEFLARE_URL + '/__candleflare/health').then(({ status }) => process.exit(status === 200 ? 4 : 1))\"";
  const cwd = project({ "package.json": { name: "p", scripts: { test: script } } });
  assert.equal((await execEnds(["npm", "test"], { cwd })).code, 4);
});

test("the terminal passes through, and Ctrl-C reaches the command once", async () => {
  const script = 'n=0; trap "n=\\$((n+1))" INT; test -t 0 && test -t 1 && echo ready; while [ $n = 0 ]; do sleep 0.05; done; sleep 0.3; echo "interrupts $n"; exit 5';
  const { code, stdout } = await typed([["ready", "\x03"]], [binary, "exec", "--", "sh", "-c", script.replaceAll("\\$", "$")]);
  assert.equal(code, 5, stdout);
  assert.match(stdout, /interrupts 1\r?\n/);
});

test("Ctrl-C twice on a terminal ends what does not want to end", async () => {
  const stubborn = 'trap "" INT TERM; echo "ready $$"; trap "echo asked" USR1; while :; do sleep 0.1; done';
  const { code, stdout } = await typed([["ready", "\x03"], ["^C", "\x03"]], [binary, "exec", "--", "sh", "-c", stubborn]);
  assert.equal(code, 137, stdout);
  assert.match(stdout, /did not end in time, and is killed/);
  assert(!runs(stdout.match(/ready (\d+)/)[1]));
});

test("a shell on the terminal has its jobs: Ctrl-C ends one, and not the shell", async () => {
  const steps = [["bash-", "echo at $CANDLEFLARE_URL; echo begun; sleep 1000\n"], ["begun\r\n", "\x03"], ["bash-", "echo still $((40 + 2))\n"], ["still 42", "exit 3\n"]];
  const { code, stdout } = await typed(steps, [binary, "exec", "--", "bash", "--norc", "--noprofile", "-i"]);
  assert.equal(code, 3, stdout);
  assert.match(stdout, /at http:\/\/127\.0\.0\.1:\d+/);
  assert.match(stdout, /candleflare: no calls/);
});

test("signals pass through; a command that is killed ends with 128 and the signal", async () => {
  for (const [signal, name] of [["SIGTERM", "TERM"], ["SIGINT", "INT"], ["SIGHUP", "HUP"], ["SIGUSR1", "USR1"]]) {
    const running = exec(["sh", "-c", `trap "echo got ${name}; exit 9" ${name}; echo ready; while :; do sleep 0.05; done`]);
    await until("it is ready", () => running.said.stdout.includes("ready"));
    running.child.kill(signal);
    assert.equal((await running.ended).code, 9, signal);
    assert.match(running.said.stdout, new RegExp(`got ${name}`));
  }
  const killed = await sh('sleep 1000 >/dev/null 2>&1 & echo $!; kill -KILL $$');
  assert.equal(killed.code, 137);
  assert(!runs(killed.stdout.trim()), "what it had started is gone, too");
  assert.equal((await sh("kill -TERM $$")).code, 143);
});

test("SIGINT without a terminal reaches what npx started, as Ctrl-C does", async () => {
  const cwd = scratch();
  mkdirSync(join(cwd, "node_modules/.bin"), { recursive: true });
  const program = join(cwd, "node_modules/.bin/waits");
  writeFileSync(program, '#!/usr/bin/env node\nprocess.on("SIGINT", () => { console.log("got INT"); process.exit(3); }); console.log("ready"); setInterval(() => {}, 1000);\n');
  chmodSync(program, 0o755);
  const running = exec(["npx", "waits"], { cwd });
  await until("it is ready", () => running.said.stdout.includes("ready"));
  running.child.kill("SIGINT");
  await running.ended;
  assert.match(running.said.stdout, /got INT/);
});

test("a second Ctrl-C ends what does not want to end, and all below it", async () => {
  const stubborn = 'trap "" INT TERM; (trap "" INT TERM; echo inner $$; while :; do sleep 0.1; done) & echo pids $$ $!; while :; do sleep 0.1; done';
  const running = exec(["sh", "-c", stubborn]);
  await until("it is ready", () => /inner/.test(running.said.stdout) && /pids \d+ \d+/.test(running.said.stdout));
  const pids = running.said.stdout.match(/pids (\d+) (\d+)/).slice(1);
  running.child.kill("SIGINT");
  await pause(300);
  assert.equal(running.child.exitCode, null, "the first asks only");
  running.child.kill("SIGINT");
  assert.equal((await running.ended).code, 137);
  assert.deepEqual(pids.map(runs), [false, false]);
});

test("what the command leaves behind ends with it", async () => {
  const { code, stdout } = await sh('(setsid sh -c "sleep 1000" >/dev/null 2>&1 & echo $!); sleep 1000 >/dev/null 2>&1 & echo $!; exit 4');
  assert.equal(code, 4);
  const pids = stdout.trim().split("\n");
  assert.equal(pids.length, 2);
  assert.deepEqual(pids.map(runs), [false, false]);
});

test("a command that cannot be run is 127 or 126, with a hint", async () => {
  const missing = await execEnds(["no-such-command-here"]);
  assert.equal(missing.code, 127);
  assert.match(missing.stderr, /cannot run `no-such-command-here`.*\nhint: /);
  const noNode = await execEnds(["npx", "wrangler", "dev"], { env: { PATH: scratch() } });
  assert.equal(noNode.code, 127);
  assert.match(noNode.stderr, /hint: install Node 22/);
  const file = join(scratch(), "plain.txt");
  writeFileSync(file, "no program");
  assert.equal((await execEnds([file])).code, 126);
  const none = start(binary, ["exec"]);
  assert.equal((await none.ended).code, 2);
});

test("nothing is left in the folder for temporary files", async () => {
  const TMPDIR = scratch();
  const { stdout } = await sh("ls $TMPDIR", { env: { TMPDIR } });
  assert.match(stdout, /^candleflare-/);
  assert.equal((await sh("exit 1", { env: { TMPDIR } })).code, 1);
  assert.deepEqual(readdirSync(TMPDIR), []);
  const nowhere = await sh("true", { env: { TMPDIR: "/nowhere/at/all" } });
  assert.notEqual(nowhere.code, 0);
  assert.match(nowhere.stderr, /hint: set TMPDIR/);
});

test("a port that is taken is said, and the command does not start", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((done) => server.on("listening", done));
  const { code, stdout, stderr } = await sh("echo started", { flags: ["--port", String(server.address().port)] });
  server.close();
  assert.deepEqual([code, stdout], [1, ""]);
  assert.match(stderr, /cannot listen on .*\nhint: /);
});

test("a wrangler configuration with errors is named with its line", async () => {
  for (const [name, text, line] of [
    ["wrangler.jsonc", '{\n // a comment\n "vectorize": [{"binding": "DOCS" "index_name": "docs"}]\n}', 3],
    ["wrangler.jsonc", '{\n "vectorize": [\n  {"binding": "DOCS", "index_name": 7}\n ]\n}', 3],
    ["wrangler.toml", 'name = "w"\nvectorize = [\n', 2],
  ]) {
    const cwd = scratch();
    writeFileSync(join(cwd, name), text);
    const { code, stdout, stderr } = await sh("echo started", { cwd });
    assert.deepEqual([code, stdout], [1, ""], stderr);
    assert(stderr.includes(name) && stderr.includes(`line ${line}`) && stderr.includes("\nhint: "), stderr);
  }
});

test("without a wrangler configuration it works as well; one that is named must be there", async () => {
  assert.equal((await sh("true", { cwd: scratch() })).code, 0);
  const { code, stderr } = await sh("true", { flags: ["--wrangler", "/nowhere/wrangler.jsonc"] });
  assert.equal(code, 1);
  assert.match(stderr, /cannot read `\/nowhere\/wrangler\.jsonc`/);
});

/** Calls of the binding's and the REST dialect, one after the other; prints status and answer of each. */
const CALLS = (calls) => `
  const rest = process.env.CLOUDFLARE_API_BASE_URL + "/accounts/" + process.env.CLOUDFLARE_ACCOUNT_ID + "/vectorize/v2/indexes";
  for (const [method, path, body, type] of ${JSON.stringify(calls)}) {
    const init = { method, body, headers: { "content-type": type ?? "application/json" } };
    const response = await fetch(rest + path, init);
    console.log(JSON.stringify({ status: response.status, ...(await response.json()) }));
  }`;
const NDJSON = "application/x-ndjson";
const line = (dimensions) => JSON.stringify({ id: "a", values: Array(dimensions).fill(0.5) });
const answers = (stdout) => stdout.trim().split("\n").map((text) => JSON.parse(text));

test("indexes that bindings name are there: from candleflare.toml, from a flag, or by their first write", async () => {
  const cwd = scratch();
  const account = "0123456789abcdef0123456789abcdef";
  writeFileSync(join(cwd, "wrangler.jsonc"), `{
    "account_id": "${account}", // whose indexes these are
    "vectorize": [{"binding": "A", "index_name": "from-file"}, {"binding": "B", "index_name": "from-flag"},],
    "env": {"staging": {"vectorize": [{"binding": "A", "index_name": "from-write"}]}},
  }`);
  writeFileSync(join(cwd, "candleflare.toml"), '[indexes.from-file]\ndimensions = 64\nmetric = "euclidean"\nmetadata = { genre = "string" }\n');
  const { code, stdout, stderr } = await node(CALLS([
    ["GET", ""],
    ["GET", "/from-file/metadata_index/list"],
    ["GET", "/from-write/info"],
    ["POST", "/from-write/upsert", line(48), NDJSON],
    ["GET", "/from-write"],
  ]) + "\nconsole.log(JSON.stringify({ account: process.env.CLOUDFLARE_ACCOUNT_ID }))", { cwd, flags: ["--index", "from-flag=32,dot-product"] });
  assert.equal(code, 0, stderr);
  const [list, metadata, before, upsert, after, last] = answers(stdout);
  const configs = list.result.map(({ name, config }) => [name, config.dimensions, config.metric]);
  assert.deepEqual(configs, [["from-file", 64, "euclidean"], ["from-flag", 32, "dot-product"]]);
  assert.deepEqual(metadata.result.metadataIndexes, [{ propertyName: "genre", indexType: "String" }]);
  assert.deepEqual([before.status, upsert.status], [404, 200]);
  assert.deepEqual(after.result.config, { dimensions: 48, metric: "cosine" });
  assert.equal(last.account, account);
  assert.match(stderr, /made index `from-write` with 48 dimensions and metric cosine.*--index from-write=48,cosine/);
});

test("an index of the wrong dimensions is refused: by the flag's limits, and by production's text at a write", async () => {
  for (const [flag, said] of [
    ["docs=5,cosine", /index `docs`: .*\[32, 1536\]/],
    ["docs=64,manhattan", /cosine, euclidean, dot-product/],
    ["docs", /name=384,cosine/],
    ["Docs=64", /must match/],
  ]) {
    const { code, stdout, stderr } = await sh("echo started", { flags: ["--index", flag] });
    assert.notEqual(code, 0, flag);
    assert.equal(stdout, "");
    assert.match(stderr, said);
  }
  const { stdout } = await node(CALLS([["POST", "/docs/upsert", line(48), NDJSON]]), { flags: ["--index", "docs=64"] });
  const [upsert] = answers(stdout);
  assert.deepEqual([upsert.status, upsert.errors[0].code], [400, 40012]);
});

test("two runs side by side know nothing of each other", async () => {
  const script = CALLS([["POST", "/docs/upsert", line(48), NDJSON], ["GET", "/docs/info"]]);
  const run = () => node(`${script}\nconsole.log(JSON.stringify(process.env.CANDLEFLARE_URL))`, { flags: ["--index", "docs=48"] });
  const both = await Promise.all([run(), run()]);
  const [first, second] = both.map(({ stdout }) => answers(stdout));
  assert.equal(first[1].result.vectorCount, 1);
  assert.equal(second[1].result.vectorCount, 1);
  assert.notEqual(first[2], second[2]);
  for (const { stderr } of both) assert.match(stderr, /^candleflare: 2 calls, /m);
});

test("Node's fetch of the public addresses stays here", async () => {
  const script = `
    const account = "${"ab".repeat(16)}";
    const run = "https://api.cloudflare.com/client/v4/accounts/" + account + "/ai/run/@cf/baai/bge-small-en-v1.5";
    const body = JSON.stringify({ text: "sea" });
    const direct = await fetch(run, { method: "POST", body, headers: { authorization: "Bearer x" } });
    const asRequest = await fetch(new Request(run, { method: "POST", body }));
    const gateway = await fetch("https://gateway.ai.cloudflare.com/v1/" + account + "/default/workers-ai/@cf/baai/bge-small-en-v1.5", { method: "POST", body });
    const unified = await fetch("https://gateway.ai.cloudflare.com/v1/" + account + "/default/compat/chat/completions", {
      method: "POST", headers: { "content-type": "application/json" },
      body: JSON.stringify({ model: "workers-ai/@cf/meta/llama-3.2-1b-instruct", messages: [{ role: "user", content: "hello" }] }),
    });
    const other = await fetch("https://gateway.ai.cloudflare.com/v1/" + account + "/default/openai/chat/completions", { method: "POST", body });
    console.log(direct.status, asRequest.status, gateway.status, unified.status, other.status >= 400 && other.status < 500);`;
  const { stdout, stderr } = await node(script);
  assert.equal(stdout, "200 200 200 200 true\n", stderr);
});

test("Node's fetch of everything else goes where it went", async () => {
  // In the place of the network, and there before the preload.
  const network = join(scratch(), "network.cjs");
  writeFileSync(network, 'globalThis.fetch = async (input) => new Response(input instanceof Request ? input.url : String(input));');
  const addresses = [
    "https://api.cloudflare.com/client/v4/user/tokens/verify",
    "https://api.cloudflare.com/client/v4/accounts/0123456789abcdef0123456789abcdef/workers/scripts",
    "https://api.cloudflare.com.example.org/client/v4/accounts/0/ai/run/x",
    "https://example.org/client/v4/accounts/0/ai/run/x",
  ];
  const led = "https://api.cloudflare.com/client/v4/accounts/0123456789abcdef0123456789abcdef/vectorize/v2/indexes?page=1";
  const script = `
    const ask = async (...args) => (await fetch(...args)).text();
    for (const url of ${JSON.stringify(addresses)}) console.log(await ask(url) === url, await ask(new Request(url)) === url, await ask(new URL(url)) === url);
    console.log(await ask("${led}") === process.env.CANDLEFLARE_URL + new URL("${led}").pathname + "?page=1");`;
  const { stdout, stderr } = await node(script, { env: { NODE_OPTIONS: `--require=${JSON.stringify(network)}` } });
  assert.equal(stdout, "true true true\n".repeat(4) + "true\n", stderr);
});

test("a token that is demanded is the one that the command finds", async () => {
  const script = `
    const url = process.env.CLOUDFLARE_API_BASE_URL + "/accounts/" + process.env.CLOUDFLARE_ACCOUNT_ID + "/ai/models/search";
    const as = async (token) => (await fetch(url, { headers: { authorization: "Bearer " + token } })).status;
    console.log(await as(process.env.CLOUDFLARE_API_TOKEN), await as("other"));`;
  assert.equal((await node(script, { flags: ["--token", "secret"] })).stdout, "200 401\n");
});

test("an emulator that cannot be addressed, and an old Node, are said", async () => {
  const register = join(import.meta.dirname, "../../npm/candleflare/register.cjs");
  const wrong = start("node", ["--require", register, "-e", "0"], { env: { CANDLEFLARE_URL: "https://example.org" } });
  assert.notEqual((await wrong.ended).code, 0);
  assert.match(wrong.said.stderr, /not an http address\n *hint: /);
  // A Node without hooks for modules, as before 20.6: nothing can be wired, so nothing must seem to be.
  const old = join(scratch(), "old.cjs");
  writeFileSync(old, 'const m = require("node:module"); delete m.registerHooks; delete m.register;');
  const miniflare = join(modules, "miniflare");
  const late = start("node", ["--require", old, "--require", register, "-e", `require(${JSON.stringify(miniflare)})`]);
  assert.notEqual((await late.ended).code, 0);
  assert.match(late.said.stderr, /Node 20\.6 or newer/);
});

test("pytest works", async () => {
  const cwd = scratch();
  writeFileSync(join(cwd, "test_one.py"), `
import os
from cloudflare import Cloudflare

def test_embedding():
    client = Cloudflare(base_url=os.environ["CLOUDFLARE_BASE_URL"])
    result = client.ai.run("@cf/baai/bge-small-en-v1.5", account_id=os.environ["CLOUDFLARE_ACCOUNT_ID"], text="sea")
    assert result["shape"] == [1, 384]
`);
  const pytest = join(import.meta.dirname, "../../.tools/clients/bin/pytest");
  const { code, stdout, stderr } = await execEnds([pytest, "-q"], { cwd });
  assert.equal(code, 0, stdout);
  assert.match(stderr, /candleflare: 1 call, /);
});
