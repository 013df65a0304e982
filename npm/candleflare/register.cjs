// A preload (`node --require candleflare/register`, which `candleflare exec` does): leads the AI and Vectorize bindings of
// every copy of Miniflare that this process loads, and `fetch` to their public addresses, to the emulator.
"use strict";

const Module = require("node:module");
const { pathToFileURL } = require("node:url");

const { transformed } = require("./lib/bundles.cjs");
const { wireEnforced } = require("./lib/enforced.cjs");
const { wireFetch } = require("./lib/fetch.cjs");
const { wireMiniflare } = require("./lib/miniflare.cjs");
const { withLocalBindings } = require("./lib/remote.cjs");
const { wireWarnings } = require("./lib/warnings.cjs");
const { accountId, emulatorUrl } = require("./lib/wire.cjs");

const MINIFLARE = /[\\/]miniflare[\\/]dist[\\/]src[\\/]index\.js$/;
const WRANGLER = /[\\/]wrangler-dist[\\/]cli\.js$/;

/** Since 20.6; without them, what is bundled in ES modules cannot be reached. */
const HOOKED = typeof Module.registerHooks === "function" || typeof Module.register === "function";
/** The last of 18 has hooks, but not what Miniflare needs. */
const IS_OLD = !HOOKED || Number.parseInt(process.versions.node, 10) < 20;

/** Whether this is wrangler's own process with a command that runs no Worker. */
function needsNoBindings(filename) {
  const [, main, ...args] = process.argv;
  return main === filename && !args.includes("dev");
}

function localWrangler(source, filename) {
  const changed = withLocalBindings(source);
  if (changed === undefined && !needsNoBindings(filename)) {
    throw new Error(
      `candleflare: cannot keep the bindings of \`${filename}\` local\nhint: wrangler 4.36 or newer is needed; update wrangler (or candleflare, if wrangler is new)`,
    );
  }
  return changed ?? source;
}

function register() {
  const target = { url: emulatorUrl(), account: accountId() };
  const compile = Module.prototype._compile;
  Module.prototype._compile = function (source, filename, ...rest) {
    const isMiniflare = MINIFLARE.test(filename);
    // Before it says so itself, in other words.
    if (isMiniflare && IS_OLD) {
      throw new Error(`candleflare: Node ${process.versions.node} is too old\nhint: Node 20.6 or newer is needed, and 22.12 by wrangler`);
    }
    const own = WRANGLER.test(filename) ? localWrangler(source, filename) : source;
    const result = compile.call(this, own, filename, ...rest);
    if (isMiniflare) wireMiniflare(this.exports, target, `\`${filename}\``);
    return result;
  };
  if (typeof Module.registerHooks === "function") {
    Module.registerHooks({
      load: (url, context, nextLoad) => transformed(url, nextLoad(url, context), withLocalBindings),
    });
  } else if (HOOKED) {
    Module.register("./lib/hooks.mjs", pathToFileURL(__filename));
  }
  wireEnforced();
  wireFetch(target.url);
  wireWarnings(target.url.origin);
}

const REGISTERED = Symbol.for("candleflare.registered");
if (!globalThis[REGISTERED]) {
  globalThis[REGISTERED] = true;
  register();
}
