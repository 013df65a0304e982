// Calls of Workers AI, Vectorize and AI Gateway by their public addresses, led to the emulator.
"use strict";

const API = /^\/client\/v4\/accounts\/[^/]+\/(ai|ai-gateway|vectorize)(\/|$)/;

/** The emulator's address for a public one; `undefined` for one that is another service's. */
function redirected(address, emulator) {
  let url;
  try {
    url = new URL(address);
  } catch {
    return undefined;
  }
  const ours =
    url.hostname === "gateway.ai.cloudflare.com" || (url.hostname === "api.cloudflare.com" && API.test(url.pathname));
  return ours ? new URL(url.pathname + url.search, emulator) : undefined;
}

/** Puts a `fetch` in the place of the global one that knows where the emulator is. */
function wireFetch(emulator) {
  const original = globalThis.fetch;
  if (typeof original !== "function") return;
  globalThis.fetch = async function fetch(input, init) {
    const target = redirected(input instanceof Request ? input.url : String(input), emulator);
    if (target === undefined) return original.call(this, input, init);
    if (!(input instanceof Request)) return original.call(this, target, init);
    // A request's address cannot be changed; all that it says goes into another.
    const { method, headers, body, signal, redirect } = input;
    return original.call(this, target, { method, headers, body, signal, redirect, ...(body && { duplex: "half" }), ...init });
  };
}

module.exports = { redirected, wireFetch };
