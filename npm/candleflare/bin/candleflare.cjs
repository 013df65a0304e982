#!/usr/bin/env node
// Runs the native binary with this process's arguments, terminal, signals and exit code.
"use strict";

const { spawn } = require("node:child_process");
const { constants } = require("node:os");

const { nativeBinary } = require("../lib/binary.cjs");

let binary;
try {
  binary = nativeBinary();
} catch (error) {
  console.error(`error: ${error.message}`);
  process.exit(1);
}
const child = spawn(binary, process.argv.slice(2), { stdio: "inherit" });
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"]) {
  // A key pressed in a terminal has reached the binary already.
  const pressed = () => process.stdin.isTTY && ["SIGINT", "SIGQUIT"].includes(signal);
  process.on(signal, () => pressed() || child.kill(signal));
}
child.on("error", (error) => {
  console.error(`error: cannot run \`${binary}\`: ${error.message}`);
  process.exit(126);
});
child.on("exit", (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
