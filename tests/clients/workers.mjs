// The example Workers under `fixtures/workers`, their tools, and `candleflare exec` around both.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { after } from "node:test";
import { setTimeout as pause } from "node:timers/promises";

import { binary, root, scratch } from "./emulator.mjs";

export const workers = join(root, "fixtures/workers");
export const modules = join(workers, "node_modules");

/** Children find the Node that this runs on, and the binary under test. */
export const environment = (extra = {}) => ({
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("CANDLEFLARE_") && !name.startsWith("NODE_TEST"))),
  PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
  CANDLEFLARE_BIN: binary,
  CI: "1",
  NO_COLOR: "1",
  ...extra,
});

/** A project of its own whose `node_modules` are the examples'; its folder. */
export function project(files) {
  const folder = scratch();
  symlinkSync(modules, join(folder, "node_modules"));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), typeof content === "string" ? content : JSON.stringify(content));
  }
  return folder;
}

/** Starts a program; `said` grows, `ended` resolves to `{code, signal}`. Killed when the file's tests have ended. */
export function start(program, args, { cwd, env, input } = {}) {
  const child = spawn(program, args, { cwd, env: environment(env), stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"] });
  const said = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"]) child[name].setEncoding("utf8").on("data", (text) => (said[name] += text));
  const ended = new Promise((done, failed) => {
    child.on("error", failed);
    child.on("close", (code, signal) => done({ code, signal }));
  });
  if (input !== undefined) child.stdin.end(input);
  after(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGTERM");
    await Promise.race([ended, pause(8000)]);
    child.kill("SIGKILL");
  });
  return { child, said, ended };
}

/** `candleflare exec [flags] -- command…`, started. */
export const exec = (command, { flags = [], ...options } = {}) => start(binary, ["exec", ...flags, "--", ...command], options);

/** The same, to its end: `{code, signal, stdout, stderr}`. */
export async function execEnds(command, options = {}) {
  const { child, said, ended } = exec(command, options);
  const timer = setTimeout(() => child.kill("SIGKILL"), options.patience ?? 60_000);
  const how = await ended;
  clearTimeout(timer);
  assert.notEqual(how.signal, "SIGKILL", `it did not end:\n${said.stdout}\n${said.stderr}`);
  return { ...how, ...said };
}

/** The address that a dev server announces. */
export async function announced({ child, said }, pattern, patience = 120_000) {
  const deadline = Date.now() + patience;
  for (;;) {
    const found = said.stdout.match(pattern) ?? said.stderr.match(pattern);
    if (found) return found[0].replace("localhost", "127.0.0.1");
    assert.equal(child.exitCode, null, `it ended:\n${said.stdout}\n${said.stderr}`);
    assert(Date.now() < deadline, `it announced nothing:\n${said.stdout}\n${said.stderr}`);
    await pause(50);
  }
}

/** Runs a command on a pseudoterminal and types as a person would: each text when what stands before it has been said. */
export async function typed(steps, command, options) {
  const script = `
import json, os, pty, sys, time
steps = json.loads(sys.argv[1])
pid, fd = pty.fork()
if pid == 0: os.execv(sys.argv[2], sys.argv[2:])
said, seen = b"", 0
try:
    while True:
        if steps and steps[0][0].encode() in said[seen:]:
            seen = said.index(steps[0][0].encode(), seen) + len(steps[0][0])
            time.sleep(0.2) # no finger is quicker: two signals at once would be one
            os.write(fd, steps.pop(0)[1].encode())
        else: said += os.read(fd, 1000)
except OSError: pass
print(said.decode()); sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))`;
  const { child, ended, said } = start("python3", ["-c", script, JSON.stringify(steps), ...command], options);
  const timer = setTimeout(() => child.kill(), 30_000);
  const { code } = await ended;
  clearTimeout(timer);
  return { code, stdout: said.stdout + said.stderr };
}
