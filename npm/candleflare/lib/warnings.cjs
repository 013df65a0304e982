// wrangler warns that AI and Vectorize are remote and may be charged for. Here they are not, and it says so once instead.
"use strict";

const REMOTE = /(AI|Vectorize|Vectorize Index) bindings (always access remote resources|do not support local development)/;

const WIRED = Symbol.for("candleflare.warnings");

/** Replaces those warnings by one line; once in a process, for the helper of vitest asks for each test file. */
function wireWarnings(address) {
  if (globalThis[WIRED]) return;
  globalThis[WIRED] = true;
  const original = console.warn;
  let said = false;
  console.warn = function warn(...args) {
    if (!REMOTE.test(String(args[0]))) return original.apply(this, args);
    if (!said) original.call(this, `candleflare: AI and Vectorize are local, at ${address}`);
    said = true;
  };
}

module.exports = { wireWarnings };
