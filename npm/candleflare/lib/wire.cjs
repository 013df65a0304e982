// How a binding reaches the emulator: an external service of workerd whose calls carry a header that says for which
// account and service they are. The runtime's own `Ai` and `Vectorize` classes stay; only their inner fetcher changes.
"use strict";

const DEFAULT_URL = "http://127.0.0.1:8786";
const DEFAULT_ACCOUNT = "0".repeat(32);

/** The emulator's address: what was given, else `CANDLEFLARE_URL`, else where `candleflare serve` listens. */
function emulatorUrl(given) {
  const text = String(given ?? process.env.CANDLEFLARE_URL ?? DEFAULT_URL);
  let url;
  try {
    url = new URL(text.includes("://") ? text : `http://${text}`);
  } catch {
    throw new Error(`candleflare: \`${text}\` is not an address\nhint: it looks like ${DEFAULT_URL}`);
  }
  if (url.protocol !== "http:") {
    throw new Error(`candleflare: \`${text}\` is not an http address\nhint: the emulator speaks plain HTTP`);
  }
  return url;
}

/** The account whose state the bindings see. */
function accountId(given) {
  const id = given ?? process.env.CLOUDFLARE_ACCOUNT_ID ?? DEFAULT_ACCOUNT;
  if (!/^[0-9a-f]{32}$/i.test(id)) {
    throw new Error(`candleflare: \`${id}\` is not an account id\nhint: an account id has 32 hexadecimal digits`);
  }
  return id.toLowerCase();
}

/** The emulator's path for one binding. */
const bindingPath = (account, service, index) =>
  service === "ai" ? `/binding/${account}/ai` : `/binding/${account}/vectorize/${encodeURIComponent(index)}`;

/** A workerd service that sends every call to `path` of the emulator. */
const externalService = (name, url, path) => ({
  name,
  external: {
    address: url.host.includes(":") ? url.host : `${url.host}:80`,
    http: {
      injectRequestHeaders: [
        { name: "candleflare-binding", value: path },
        // The runtime's own `Host` is a name that leads nowhere; `gateway().getUrl()` gives this one.
        { name: "mf-host", value: url.host },
      ],
    },
  },
});

/** A call that production ends with an exception: an external service can only answer, so a Worker in between throws. */
const GUARD = `export default {
  async fetch(request, env) {
    const response = await env.EMULATOR.fetch(request);
    const text = response.headers.get("candleflare-throw");
    if (text !== null) throw new Error(text);
    return response;
  },
};`;

/** The same with the guard in front. */
const guardedService = (name, url, path) => [
  {
    name,
    worker: {
      compatibilityDate: "2025-01-01",
      modules: [{ name: "guard.js", esModule: GUARD }],
      bindings: [{ name: "EMULATOR", service: { name: `${name}:emulator` } }],
    },
  },
  externalService(`${name}:emulator`, url, path),
];

module.exports = { DEFAULT_ACCOUNT, DEFAULT_URL, accountId, bindingPath, emulatorUrl, externalService, guardedService };
