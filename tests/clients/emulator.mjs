// An emulator of one's own for each test file: the release binary on a free port, stopped when the file ends.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, afterEach } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url));
export const binary = resolve(process.env.CANDLEFLARE_BIN ?? join(root, "target/release/candleflare"));

/** How long the binary may take until it listens, and until it has drained. Far above what it needs. */
const PATIENCE_MS = 20_000;

const running = new Set();
process.on("exit", () => running.forEach((child) => child.kill("SIGKILL")));

/** Each account is a world of its own, so a test with a new one is alone. */
export const newAccount = () => randomBytes(16).toString("hex");

/** A folder that goes when the file's tests have ended. */
export function scratch() {
  const folder = mkdtempSync(join(tmpdir(), "candleflare-"));
  after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The environment without the caller's own settings of the emulator. */
function environment(extra) {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith("CANDLEFLARE_"));
  // What else is in this machine's cache of the hub must not answer.
  return { ...Object.fromEntries(inherited), HF_HUB_CACHE: join(tmpdir(), "candleflare-no-cache"), ...extra };
}

/** Starts `candleflare ARGS…` and collects what it says. `ended` resolves to `{code, signal}`. */
export function launch(args, { env = {}, cwd = tmpdir() } = {}) {
  assert(existsSync(binary), `there is no \`${binary}\`; build it, or set CANDLEFLARE_BIN`);
  const child = spawn(binary, args, { env: environment(env), cwd, stdio: ["ignore", "pipe", "pipe"] });
  const said = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"]) {
    child[name].setEncoding("utf8").on("data", (text) => (said[name] += text));
  }
  running.add(child);
  const ended = new Promise((done, failed) => {
    child.on("error", failed);
    child.on("close", (code, signal) => {
      running.delete(child);
      done({ code, signal });
    });
  });
  return { child, said, ended };
}

/** Runs `candleflare ARGS…` to its end: `{code, stdout, stderr}`. */
export async function run(args, options) {
  const { child, said, ended } = launch(args, options);
  const timer = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS);
  const { code, signal } = await ended;
  clearTimeout(timer);
  assert.equal(signal, null, `\`${args.join(" ")}\` did not end by itself:\n${said.stderr}`);
  return { code, ...said };
}

/** Asks again until `found` gives something other than undefined, null or false. */
export async function until(what, found, patience = PATIENCE_MS) {
  const deadline = performance.now() + patience;
  for (;;) {
    const value = await found();
    if (value !== undefined && value !== null && value !== false) return value;
    assert(performance.now() < deadline, `waited ${patience} ms in vain: ${what}`);
    await pause(10);
  }
}

/** A serving emulator. It is killed when the file's tests have ended, and a failed test shows what it said. */
export async function startEmulator({ args = [], env = {}, cwd } = {}) {
  const folder = scratch();
  const readyFile = join(folder, "ready.json");
  const serve = ["serve", "--port", "0", "--ready-file", readyFile, ...args];
  const { child, said, ended } = launch(serve, { env, cwd: cwd ?? folder });
  let exit;
  ended.then((how) => (exit = how));

  const emulator = {
    account: newAccount(),
    said,
    child,
    ended,
    readyFile,
    /** SIGTERM, and how it ended. */
    async stop(signal = "SIGTERM") {
      child.kill(signal);
      const timer = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS);
      const how = await ended;
      clearTimeout(timer);
      return how;
    },
    /** The journal's entries of one account. */
    async journal(account = emulator.account) {
      const response = await fetch(`${emulator.url}/__candleflare/requests?account=${account}`);
      return (await response.json()).requests;
    },
  };
  const tell = (test) => {
    if (test?.error && said.stderr) test.diagnostic?.(`the emulator said:\n${said.stderr.slice(-4000)}`);
  };
  // The first is for an emulator of the whole file, the second for one that a test has started for itself.
  afterEach(tell);
  after(async (test) => {
    await emulator.stop("SIGKILL");
    tell(test);
  });

  const ready = await until("the emulator listens", () => {
    assert.equal(exit, undefined, `the emulator ended before it listened:\n${said.stderr}`);
    return existsSync(readyFile) && JSON.parse(readFileSync(readyFile, "utf8"));
  });
  emulator.url = ready.url;
  emulator.api = `${ready.url}/client/v4`;
  /** Any call below an account. Whatever was sent, a 5xx is a bug. */
  emulator.call = async (path, { account = emulator.account, ...init } = {}) => {
    const response = await fetch(`${emulator.api}/accounts/${account}/${path}`, init);
    assert(response.status < 500, `${path} answered ${response.status}`);
    return response;
  };
  /** `POST`, the body as JSON unless it is text or bytes already. */
  emulator.post = (path, body, { headers = {}, ...rest } = {}) =>
    emulator.call(path, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: typeof body === "string" || body instanceof Uint8Array ? body : JSON.stringify(body),
      ...rest,
    });
  return emulator;
}

/** A file with `text` in a folder of its own; its path. */
export function file(name, text) {
  const path = join(scratch(), name);
  writeFileSync(path, text);
  return path;
}

export const BGE = "@cf/baai/bge-small-en-v1.5";
/** Answers in production's native family. */
export const LLAMA = "@cf/meta/llama-3.2-1b-instruct";
/** Answers in the OpenAI family. */
export const QWEN = "@cf/qwen/qwen3-30b-a3b-fp8";

/** `fetch` as `candleflare exec` makes it: production's hosts lead to the emulator. */
export const redirected = (emulator) => (url, init) =>
  fetch(String(url).replace(/^https:\/\/(api|gateway\.ai)\.cloudflare\.com/, emulator.url), init);

export const cosine = (a, b) => {
  const dot = (x, y) => x.reduce((sum, value, at) => sum + value * y[at], 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
};
