// The command line: what it prints, what it refuses, and the ready file.

import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { delimiter, dirname, join } from "node:path";

import { launch, run, scratch, startEmulator, until } from "./emulator.mjs";

/** The flags of `serve` that DESIGN's contract names; each is also an environment variable. */
const FLAGS = [
  "host", "port", "ready-file", "plan", "limits", "data-dir", "models", "device", "seed", "token", "config", "wrangler",
];

const version = async () => (await run(["--version"])).stdout.trim();

test("--version names the program and its version", async () => {
  assert.match(await version(), /^candleflare \d+\.\d+\.\d+/);
});

test("--help names every verb, serve --help every flag and its variable", async () => {
  const { code, stdout } = await run(["--help"]);
  assert.equal(code, 0);
  for (const verb of ["serve", "doctor", "list", "show", "limits", "completions"]) assert.match(stdout, new RegExp(`^ +${verb} `, "m"));
  const serve = await run(["serve", "--help"]);
  assert.equal(serve.code, 0);
  for (const flag of FLAGS) {
    assert(serve.stdout.includes(`--${flag} `), `--${flag} is not in the help`);
    const variable = `CANDLEFLARE_${flag.replaceAll("-", "_").toUpperCase()}`;
    assert(serve.stdout.includes(variable), `${variable} is not in the help`);
  }
});

test("what is not a verb or a flag is refused", async () => {
  for (const args of [["sing"], ["serve", "--sing"], ["serve", "--port", "99999"], ["serve", "--plan", "gold"], []]) {
    const { code, stderr } = await run(args);
    assert.notEqual(code, 0, args.join(" "));
    assert(stderr.length > 0);
  }
});

test("limits --json is the table, with a source for every row", async () => {
  const { code, stdout } = await run(["limits", "--json"]);
  assert.equal(code, 0);
  const rows = JSON.parse(stdout);
  assert(rows.length >= 4);
  for (const row of rows) {
    for (const key of ["name", "what", "value", "unit", "code", "source", "date"]) assert(key in row, `${row.name}: ${key}`);
    assert.match(row.date, /^\d{4}-\d\d-\d\d$/);
  }
  const neurons = rows.find((row) => row.name === "ai.neurons_per_day");
  assert.deepEqual([neurons.value.free, neurons.code], [10000, 4006]);
  const people = await run(["limits", "--plan", "free"]);
  assert.match(people.stdout, /ai\.neurons_per_day +10000/);
});

test("doctor runs one real inference for each task and says what it found", async () => {
  // The Node that runs this may not be the one on the path.
  const PATH = `${dirname(process.execPath)}${delimiter}${process.env.PATH}`;
  const { code, stdout, stderr } = await run(["doctor", "--json"], { env: { PATH } });
  assert.equal(code, 0, stderr);
  const report = JSON.parse(stdout);
  assert.deepEqual(report.device, { Ok: "cpu" });
  assert.equal(new Set(report.trials.map(({ task }) => task)).size, 11, "every task but voice activity and documents");
  for (const trial of report.trials) {
    assert.match(trial.answered.Ok, /; fidelity=stand-in$/, trial.model);
    assert(trial.first_ms > 0 && trial.again_ms > 0);
  }
  assert.equal(report.tools.find(({ name }) => name === "node").version, process.version);
  assert.match((await run(["doctor"])).stdout, /^device +cpu$/m);
  const cuda = await run(["doctor", "--device", "cuda"]);
  if (cuda.code !== 0) assert.match(cuda.stdout, /^device +cannot be used: .+\n +hint: /m);
});

test("list and show say what answers for a model, and refuse what is not there", async () => {
  const folder = scratch();
  const config = join(folder, "mine.toml");
  writeFileSync(config, `[models]\n"@cf/baai/bge-base-en-v1.5" = "${folder}"\n`);
  const rows = JSON.parse((await run(["list", "--json", "--task", "text-embeddings", "--config", config])).stdout);
  const answered = Object.fromEntries(rows.map((row) => [row.model, row.answered_by]));
  assert.equal(answered["@cf/baai/bge-small-en-v1.5"], "kindling-embed (stand-in)");
  assert.equal(answered["@cf/baai/bge-base-en-v1.5"], `${folder} (sibling)`);
  assert.match((await run(["list"])).stdout, /^@cf\/meta\/llama-2-7b-chat-int8 .* deprecated since /m);
  const shown = await run(["show", "@cf/meta/llama-3.2-1b-instruct"]);
  assert.match(shown.stdout, /^context_window +60000$/m);
  for (const [args, said] of [[["show", "@cf/no/such"], "No such model"], [["list", "--task", "juggling"], "hint:"]]) {
    const { code, stderr } = await run(args);
    assert.notEqual(code, 0);
    assert(stderr.includes(said), stderr);
  }
});

test("completions are a script for each shell", async () => {
  for (const shell of ["bash", "zsh", "fish"]) {
    const { code, stdout } = await run(["completions", shell]);
    assert.equal(code, 0);
    assert(stdout.includes("--ready-file") || stdout.includes("ready-file"), shell);
  }
});

test("the ready file says where, who and what, and goes with the server", async () => {
  const server = await startEmulator();
  const ready = JSON.parse(readFileSync(server.readyFile, "utf8"));
  assert.deepEqual(Object.keys(ready).sort(), ["pid", "url", "version"]);
  assert.match(ready.url, /^http:\/\/127\.0\.0\.1:\d+$/);
  assert.equal(ready.pid, server.child.pid);
  assert.equal(`candleflare ${ready.version}`, await version());
  const health = await fetch(`${ready.url}/__candleflare/health`);
  assert.deepEqual([health.status, await health.json()], [200, { status: "ok" }]);
  const said = await (await fetch(`${ready.url}/__candleflare/version`)).json();
  assert.equal(said.version, ready.version);
  assert.deepEqual(await server.stop("SIGTERM"), { code: 0, signal: null });
  assert(!existsSync(server.readyFile), "the ready file stayed");
});

test("SIGINT ends the server as well", async () => {
  const server = await startEmulator();
  assert.deepEqual(await server.stop("SIGINT"), { code: 0, signal: null });
  assert(!existsSync(server.readyFile));
});

test("settings come from the environment, and a flag wins over it", async () => {
  const path = join(scratch(), "ready.json");
  const env = { CANDLEFLARE_PORT: "0", CANDLEFLARE_READY_FILE: path, CANDLEFLARE_PLAN: "free" };
  const { child, ended, said } = launch(["serve", "--plan", "paid"], { env });
  const ready = await until("the ready file", () => {
    assert.equal(child.exitCode, null, said.stderr);
    return existsSync(path) && JSON.parse(readFileSync(path, "utf8"));
  });
  assert.notEqual(new URL(ready.url).port, "8786");
  const limits = await (await fetch(`${ready.url}/__candleflare/limits`)).json();
  assert.equal(limits.plan, "paid");
  child.kill("SIGTERM");
  assert.deepEqual(await ended, { code: 0, signal: null });
});

test("logs are JSON lines where nobody reads them", async () => {
  const server = await startEmulator();
  await server.stop();
  const lines = server.said.stderr.trim().split("\n");
  assert(lines.length > 0 && lines.every((line) => typeof JSON.parse(line) === "object"), server.said.stderr);
  assert.equal(server.said.stdout, "");
});

test("a device that this build does not have is refused with a hint", async (test) => {
  const server = await startEmulator();
  const { features } = await (await fetch(`${server.url}/__candleflare/version`)).json();
  if (features.includes("cuda")) return test.skip("this build has CUDA");
  const { code, stderr } = await run(["serve", "--port", "0", "--device", "cuda"]);
  assert.notEqual(code, 0);
  assert.match(stderr, /cuda/i);
  assert(stderr.includes("hint:"), stderr);
});

test("files that cannot be used are named", async () => {
  const missing = join(scratch(), "missing.toml");
  for (const flag of ["--config", "--limits", "--wrangler"]) {
    const { code, stderr } = await run(["serve", "--port", "0", flag, missing]);
    assert.notEqual(code, 0, flag);
    assert(stderr.includes(missing), `${flag}: ${stderr}`);
  }
});
