// A Miniflare external plugin, named by `unsafe.bindings[].dev.plugin` of a wrangler configuration: `candleflare-ai` and
// `candleflare-vectorize`. Options (`dev.options`): `url`, `account`, `guard`; of an index its `index_name`.
"use strict";

const { accountId, bindingPath, emulatorUrl, externalService, guardedService } = require("./lib/wire.cjs");

/** The copy of Miniflare that called: only its own class makes a binding visible to `getPlatformProxy()`. */
function callingMiniflare() {
  const { stack } = new Error();
  for (const [, path] of stack.matchAll(/\(?((?:\/|[A-Za-z]:\\)[^():\n]*[\\/]miniflare[\\/]dist[\\/]src[\\/]index\.js)/g)) {
    const loaded = require.cache[path];
    if (loaded) return loaded.exports;
  }
  return require("miniflare");
}

/** Name and options of each binding that this plugin answers for: v4 gives a list, v5 the Worker's configuration. */
function mine(plugin, options) {
  if (Array.isArray(options)) {
    return options
      .filter((binding) => binding.plugin?.name === plugin)
      .map(({ name, options: own, ...rest }) => ({ name, options: { ...rest, ...own } }));
  }
  return Object.entries(options?.config?.env ?? {})
    .filter(([, binding]) => binding?.dev?.plugin?.name === plugin)
    .map(([name, { dev, ...rest }]) => ({ name, options: { ...rest, ...dev.options } }));
}

function plugin(pluginName, service, moduleName, more) {
  const check = (name, { index_name: index }) => {
    if (service === "vectorize" && typeof index !== "string") {
      throw new Error(`candleflare: binding \`${name}\` has no \`index_name\`\nhint: write it beside \`"type": "vectorize"\``);
    }
    return index;
  };
  // The account and the service stand in the name, so equal bindings share one service.
  const path = (name, options) => bindingPath(accountId(options.account), service, check(name, options));
  const serviceName = (name, options) => `candleflare:${options.guard ? "guarded:" : ""}${path(name, options)}`;
  return {
    bindingTypeDescription: service === "ai" ? "AI" : "Vectorize index",
    async getBindings(options) {
      return mine(pluginName, options).map(({ name, options: own }) => ({
        name,
        wrapped: {
          moduleName,
          innerBindings: [{ name: "fetcher", service: { name: serviceName(name, own) } }, ...more(own)],
        },
      }));
    },
    getNodeBindings(options) {
      const found = mine(pluginName, options);
      if (found.length === 0) return {};
      const { ProxyNodeBinding } = callingMiniflare();
      return Object.fromEntries(found.map(({ name }) => [name, new ProxyNodeBinding()]));
    },
    async getServices({ options }) {
      const named = mine(pluginName, options).map(({ name, options: own }) => {
        const make = own.guard ? guardedService : externalService;
        return [serviceName(name, own), make(serviceName(name, own), emulatorUrl(own.url), path(name, own))];
      });
      return [...new Map(named).values()].flat();
    },
  };
}

exports.plugins = {
  "candleflare-ai": plugin("candleflare-ai", "ai", "cloudflare-internal:ai-api", () => []),
  "candleflare-vectorize": plugin(
    "candleflare-vectorize",
    "vectorize",
    "cloudflare-internal:vectorize-api",
    ({ index_name: index }) => [
      { name: "indexId", text: index },
      { name: "indexVersion", text: "v2" },
      { name: "useNdJson", json: "true" },
    ],
  ),
};
