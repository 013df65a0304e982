// A module Worker in real workerd, by stand-alone Miniflare, whose AI binding leads to an account of its own.

import { after } from "node:test";

import { Miniflare } from "miniflare";

import { newAccount } from "./emulator.mjs";

/** Sends a request to the Worker that `script` is, as `fetch` does. */
export function worker(emulator, script) {
  const miniflare = new Miniflare({
    modules: true,
    script,
    compatibilityDate: "2026-07-01",
    // Otherwise Miniflare asks the network for a sample `request.cf`.
    cf: false,
    ai: { binding: "AI", remoteProxyConnectionString: new URL(`${emulator.url}/binding/${newAccount()}/ai`) },
  });
  after(() => miniflare.dispose());
  return (init, path = "") => miniflare.dispatchFetch(`http://worker/${path}`, { method: "POST", ...init });
}
