// Leads Miniflare's own AI and Vectorize plugins (the same in v4 and v5) to the emulator. What they say of a binding
// stays as it is; only the service behind its inner fetcher is another.
"use strict";

const { bindingPath, externalService } = require("./wire.cjs");

/** The inner bindings of a wrapped binding, by name; `undefined` where the plugin gives another shape than it used to. */
function innerBindings(binding) {
  const inner = binding?.wrapped?.innerBindings;
  return Array.isArray(inner) && Object.fromEntries(inner.map((part) => [part.name, part]));
}

/** Whether the options lead somewhere already: to an emulator that the user named. */
function isNamed(options, service, binding) {
  const own = service === "ai" ? options.ai : options.vectorize?.[binding];
  const address = own?.remoteProxyConnectionString ?? options.dev?.remoteProxyConnectionString;
  return address !== undefined && new URL(address).pathname.startsWith("/binding");
}

function rewire(plugin, service, { url, account }, where) {
  const { getBindings, getServices } = plugin;
  const shape = (what) =>
    new Error(`candleflare: ${where} has ${what}\nhint: it is newer than this candleflare; update candleflare, or pin wrangler`);
  if (typeof getBindings !== "function" || typeof getServices !== "function") throw shape(`another ${service} plugin`);

  /** `[binding, fetcher, service name, path]` of each binding that is ours to lead. */
  const led = async (args) => {
    const bindings = (await getBindings.apply(plugin, args)) ?? [];
    return bindings.map((binding) => {
      const { fetcher, indexId } = innerBindings(binding) || {};
      if (!fetcher?.service || (service === "vectorize" && typeof indexId?.text !== "string")) {
        throw shape(`another form of ${service} binding`);
      }
      const path = bindingPath(account, service, indexId?.text);
      return { binding, fetcher, path, name: `candleflare:${path}`, named: isNamed(args[0], service, binding.name) };
    });
  };
  plugin.getBindings = async (...args) => {
    const all = await led(args);
    for (const { fetcher, name, named } of all) if (!named) fetcher.service = { name };
    return all.map(({ binding }) => binding);
  };
  plugin.getServices = async (context) => {
    const all = await led([context.options]);
    const services = all.some(({ named }) => named) ? [...((await getServices.call(plugin, context)) ?? [])] : [];
    const names = new Set();
    for (const { name, path, named } of all) {
      if (named || names.has(name)) continue;
      names.add(name);
      services.push(externalService(name, url, path));
    }
    return services;
  };
}

const WIRED = Symbol.for("candleflare.wired");

/** Wires one copy of Miniflare, once. */
function wireMiniflare(miniflare, target, where) {
  const plugins = [["ai", miniflare.AI_PLUGIN], ["vectorize", miniflare.VECTORIZE_PLUGIN]];
  for (const [service, plugin] of plugins) {
    if (!plugin) {
      throw new Error(
        `candleflare: ${where} has no ${service} plugin\nhint: Miniflare of wrangler 4.36 (September 2025) or newer has; update wrangler`,
      );
    }
    if (plugin[WIRED]) continue;
    rewire(plugin, service, target, where);
    plugin[WIRED] = true;
  }
}

module.exports = { wireMiniflare };
