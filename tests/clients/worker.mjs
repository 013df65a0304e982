// A Worker under its limits: `candleflare worker` with the workerd of the npm package, stopped when the file ends.

import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after } from "node:test";
import { fileURLToPath } from "node:url";

import { file, launch, scratch, until } from "./emulator.mjs";

/** The native binary that Miniflare's package brings. */
export const workerd = createRequire(import.meta.url)("workerd").default;
export const fixtures = fileURLToPath(new URL("../../fixtures/limits/", import.meta.url));

/** A Worker's file: a path, or source text. */
export function workerFile(worker) {
  if (existsSync(worker)) return worker;
  if (existsSync(join(fixtures, worker))) return join(fixtures, worker);
  const path = join(scratch(), "worker.js");
  writeFileSync(path, worker);
  return path;
}

/** Launches the verb without waiting for anything. */
export function launchWorker(worker, { args = [], ...options } = {}) {
  const readyFile = join(scratch(), "ready.json");
  const runtime = args.includes("--workerd") ? [] : ["--workerd", workerd];
  const all = ["worker", "--port", "0", "--ready-file", readyFile, ...runtime, ...args, workerFile(worker)];
  return { readyFile, ...launch(all, options) };
}

/** A Worker that serves: `url`, `api`, and its report. */
export async function startWorker(worker, options) {
  const { child, said, ended, readyFile } = launchWorker(worker, options);
  let exit;
  ended.then((how) => (exit = how));
  after(() => child.kill("SIGKILL"));
  const ready = await until("the Worker listens", () => {
    assert.equal(exit, undefined, `it ended before it listened:\n${said.stderr}`);
    return existsSync(readyFile) && JSON.parse(readFileSync(readyFile, "utf8"));
  });
  const control = async (path, init) => (await fetch(`${ready.api}/__candleflare/worker/${path}`, init)).json();
  return {
    ...ready,
    child,
    said,
    ended,
    get: (path = "/", init) => fetch(ready.url + path, init),
    post: (path, body) => control(path, { method: "POST", body: JSON.stringify(body) }),
    /** The invocations' reports, once there are `count`. */
    reports: (count = 1) =>
      until(`${count} reports`, async () => {
        const { invocations } = await control("invocations");
        return invocations.length >= count && invocations;
      }),
    async stop(signal = "SIGTERM") {
      child.kill(signal);
      return ended;
    },
  };
}

/** A file for `--limits` that gives rows of a Worker other values. */
export const overlay = (rows) =>
  file("limits.toml", rows.map(([name, value]) => `[[limit]]\nname = "worker.${name}"\nvalue = ${value}\n`).join(""));
