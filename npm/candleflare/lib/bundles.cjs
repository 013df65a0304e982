// The ES modules that have wrangler's code bundled in.
"use strict";

const BUNDLES = /\/@cloudflare\/(vite-plugin|vitest-plugin|vitest-pool-workers)\/dist\/.*\.mjs$/;

/** What a bundle has that would ask Cloudflare for a session, by whatever name it chooses the bindings. */
const STARTS_SESSIONS = /function startRemoteProxySession\b/;

/** What a load hook gives for `url`. */
function transformed(url, loaded, change) {
  if (!BUNDLES.test(url) || loaded.source == null) return loaded;
  const source = typeof loaded.source === "string" ? loaded.source : new TextDecoder().decode(loaded.source);
  const changed = change(source);
  if (changed !== undefined) return { ...loaded, source: changed };
  if (!STARTS_SESSIONS.test(source)) return loaded;
  throw new Error(
    `candleflare: cannot keep the bindings of \`${url}\` local\nhint: it is newer than this candleflare; update candleflare, or pin it`,
  );
}

module.exports = { transformed };
