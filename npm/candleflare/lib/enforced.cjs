// Under `exec --enforce` Miniflare starts a supervisor in the place of workerd, which must know the workerd of just this
// copy of Miniflare: a project has several, each with its own.
"use strict";

const childProcess = require("node:child_process");
const { createRequire } = require("node:module");

const CALLER = /\(?((?:\/|[A-Za-z]:\\)[^():\n]*[\\/]miniflare[\\/]dist[\\/]src[\\/]index\.js)/;

/** The workerd that the calling Miniflare would start by itself. */
function ownWorkerd() {
  const [, path] = new Error().stack.match(CALLER) ?? [];
  if (path === undefined) return undefined;
  const workerd = createRequire(path)("workerd");
  return workerd.default ?? workerd;
}

/** Tells the supervisor where workerd is. */
function wireEnforced() {
  const { CANDLEFLARE_SUPERVISOR, MINIFLARE_WORKERD_PATH } = process.env;
  if (CANDLEFLARE_SUPERVISOR === undefined) return;
  const { spawn } = childProcess;
  childProcess.spawn = function (command, args, options) {
    if (command !== MINIFLARE_WORKERD_PATH || process.env.CANDLEFLARE_WORKERD) return spawn.apply(this, arguments);
    const workerd = ownWorkerd();
    const env = { ...(options?.env ?? process.env), ...(workerd && { CANDLEFLARE_WORKERD: workerd }) };
    return spawn.call(this, command, args, { ...options, env });
  };
}

module.exports = { wireEnforced };
