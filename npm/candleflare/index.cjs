// The control plane of an emulator: what a test can see and steer. Uses `fetch` only, so it works in a Worker too.
"use strict";

const env = () => globalThis.process?.env ?? {};

/** The control plane refused; `status` is its HTTP status and `body` what it said. */
class CandleflareError extends Error {
  constructor(what, status, body) {
    super(`${what} answered ${status}: ${body?.error ?? JSON.stringify(body)}`);
    this.name = "CandleflareError";
    this.status = status;
    this.body = body;
  }
}

const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/** An account id of one's own: a world without anybody else's state. */
const newAccount = () => hex(globalThis.crypto.getRandomValues(new Uint8Array(16)));

class Candleflare {
  constructor({ url, account } = {}) {
    this.url = String(url ?? env().CANDLEFLARE_URL ?? "http://127.0.0.1:8786").replace(/\/+$/, "");
    this.account = account ?? env().CANDLEFLARE_ACCOUNT ?? env().CLOUDFLARE_ACCOUNT_ID;
    this.stubs = this.#list("stubs");
    this.faults = this.#list("faults");
    this.clock = {
      advance: (duration) => this.#call("POST", "clock", { advance: duration }),
      set: (time) => this.#call("POST", "clock", { set: time instanceof Date ? time.toISOString() : time }),
      resume: () => this.#call("POST", "clock", { resume: true }),
    };
    this.limits = {
      get: () => this.#call("GET", "limits"),
      set: (rows) => this.#call("PUT", "limits", rows),
    };
    this.mutations = {
      get: () => this.#call("GET", "mutations"),
      set: (lag) => this.#call("POST", "mutations", lag),
      tick: (count = 1) => this.#call("POST", "mutations", { tick: count }),
    };
  }

  /** From the bindings that `candleflare/vitest` adds to a Worker. */
  static of(bindings) {
    return new Candleflare({ url: bindings.CANDLEFLARE_URL, account: bindings.CANDLEFLARE_ACCOUNT });
  }

  /** The same emulator, another account: by default a new one. */
  fork(account = newAccount()) {
    return new Candleflare({ url: this.url, account });
  }

  /** `baseURL` of an OpenAI client, `/client/v4` of a Cloudflare client. */
  get openaiUrl() {
    return `${this.apiUrl}/accounts/${this.account ?? "0".repeat(32)}/ai/v1`;
  }

  get apiUrl() {
    return `${this.url}/client/v4`;
  }

  /** The journal of this account: every call, the newest last. */
  async requests(filter = {}) {
    return (await this.#call("GET", "requests", undefined, filter)).requests;
  }

  forgetRequests() {
    return this.#call("DELETE", "requests");
  }

  usage() {
    return this.#call("GET", "usage");
  }

  /** Forgets all state of this account. */
  reset() {
    return this.#call("POST", "reset", this.account ? { account: this.account } : {});
  }

  version() {
    return this.#call("GET", "version");
  }

  async export() {
    return (await this.#send("POST", "export")).text();
  }

  /** `replace` takes the place of indexes that exist. */
  import(ndjson, { replace } = {}) {
    return this.#call("POST", "import", ndjson, { replace });
  }

  #list(name) {
    return {
      add: async (entry) => (await this.#call("POST", name, entry)).id,
      list: () => this.#call("GET", name),
      remove: (id) => this.#call("DELETE", name, undefined, { id }),
      clear: () => this.#call("DELETE", name),
    };
  }

  async #send(method, path, body, query = {}) {
    const url = new URL(`${this.url}/__candleflare/${path}`);
    const parameters = { ...(this.account && { account: this.account }), ...query };
    for (const [key, value] of Object.entries(parameters)) if (value !== undefined) url.searchParams.set(key, value);
    const json = body !== undefined && typeof body !== "string";
    const init = { method, body: json ? JSON.stringify(body) : body };
    if (body !== undefined) init.headers = { "content-type": json ? "application/json" : "application/x-ndjson" };
    let response;
    try {
      response = await fetch(url, init);
    } catch (cause) {
      throw new Error(`there is no emulator at ${this.url}\nhint: run under \`candleflare exec\`, or start \`candleflare serve\``, { cause });
    }
    if (response.ok) return response;
    const text = await response.text();
    let said = text;
    try {
      said = JSON.parse(text);
    } catch {
      // Not JSON: said as it is.
    }
    throw new CandleflareError(`${method} ${url.pathname}`, response.status, said);
  }

  async #call(...args) {
    return (await this.#send(...args)).json();
  }
}

exports.Candleflare = Candleflare;
exports.CandleflareError = CandleflareError;
exports.newAccount = newAccount;
