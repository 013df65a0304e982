// wrangler and the tools that bundle it start a session with Cloudflare for bindings that they take to be remote. AI and
// Vectorize are not: they are taken off the list, in the one function that makes it, whatever bundle it is in.
"use strict";

const NAME = "candleflare.isLocal";
globalThis[Symbol.for(NAME)] = (binding) => ["ai", "vectorize"].includes(binding?.type);

const PICK = /function pickRemoteBindings\(([\w$]+)\)\s*\{/g;

/** The source with AI and Vectorize left out of the remote bindings; `undefined` where it has no such function. */
function withLocalBindings(source) {
  let found = false;
  const changed = source.replace(PICK, (head, bindings) => {
    found = true;
    return (
      `${head} ${bindings} = Object.fromEntries(Object.entries(${bindings} ?? {})` +
      `.filter(([, binding]) => !globalThis[Symbol.for("${NAME}")](binding)));`
    );
  });
  return found ? changed : undefined;
}

module.exports = { withLocalBindings };
