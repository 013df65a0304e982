// For `cloudflareTest()` of @cloudflare/vitest-plugin (and of vitest-pool-workers): the bindings of the user's own wrangler
// configuration, led to an emulator that lives as long as the run. Each test file has an account of its own.
"use strict";

const { spawn } = require("node:child_process");
const { existsSync, mkdtempSync, readFileSync, rmSync } = require("node:fs");
const { createRequire } = require("node:module");
const { tmpdir } = require("node:os");
const { dirname, join, resolve } = require("node:path");
const { setTimeout: pause } = require("node:timers/promises");

const { newAccount } = require("./index.cjs");
const { nativeBinary } = require("./lib/binary.cjs");
const { wireWarnings } = require("./lib/warnings.cjs");

const PATIENCE_MS = 20_000;
const running = new Map();

/** Starts an emulator, or gives the one that was started with these arguments. It ends when this process does. */
function start(args, cwd) {
  const key = JSON.stringify([args, cwd]);
  if (!running.has(key)) running.set(key, launch(args, cwd));
  return running.get(key);
}

async function launch(args, cwd) {
  const folder = mkdtempSync(join(tmpdir(), "candleflare-vitest-"));
  const readyFile = join(folder, "ready.json");
  // `cat` ends when this process, however it ends, no longer holds the other end of the pipe; and the emulator with it.
  const command = ["exec", "--ready-file", readyFile, ...args, "--", "cat"];
  const child = spawn(nativeBinary(), command, { cwd, stdio: ["pipe", "ignore", "inherit"] });
  let failed;
  child.on("error", (error) => (failed = error.message));
  child.on("exit", (code) => (failed ??= `it ended with code ${code}`));
  child.unref();
  child.stdin.unref?.();
  const deadline = Date.now() + PATIENCE_MS;
  while (!existsSync(readyFile)) {
    if (failed === undefined && Date.now() > deadline) failed = `it was not ready after ${PATIENCE_MS} ms`;
    if (failed !== undefined) {
      child.kill();
      throw new Error(`candleflare does not start: ${failed}\nhint: see above; \`candleflare ${args.join(" ")}\` by hand says more`);
    }
    await pause(5);
  }
  const { url } = JSON.parse(readFileSync(readyFile, "utf8"));
  rmSync(folder, { recursive: true, force: true });
  return url;
}

/** The project's own wrangler, which its vitest plugin brings if nothing else does. */
function wranglerOf(folder) {
  const project = createRequire(join(folder, "package.json"));
  const from = [() => project];
  for (const name of ["@cloudflare/vitest-plugin", "@cloudflare/vitest-pool-workers"]) {
    from.push(() => createRequire(project.resolve(name)));
  }
  for (const require of from) {
    try {
      return require()("wrangler");
    } catch (error) {
      if (!["MODULE_NOT_FOUND", "ERR_PACKAGE_PATH_NOT_EXPORTED"].includes(error.code)) throw error;
    }
  }
  throw new Error(`candleflare: no wrangler is installed for \`${folder}\`\nhint: npm install --save-dev wrangler @cloudflare/vitest-plugin`);
}

function readBindings({ configPath, environment }) {
  if (!existsSync(configPath)) {
    throw new Error(`candleflare: there is no \`${configPath}\`\nhint: name it: candleflare({ wrangler: { configPath: "./wrangler.jsonc" } })`);
  }
  const config = wranglerOf(dirname(configPath)).unstable_readConfig({ config: configPath, env: environment });
  return { ai: config.ai?.binding, indexes: config.vectorize.map(({ binding, index_name }) => [binding, index_name]) };
}

/**
 * Options for `cloudflareTest()`: the pool's own ones, and `emulator` for what starts it (`args`, or the `url` of one that
 * runs). A test finds `CANDLEFLARE_URL` and `CANDLEFLARE_ACCOUNT` among its bindings.
 */
function candleflare({ emulator = {}, ...options } = {}) {
  const cwd = process.cwd();
  const found = ["wrangler.json", "wrangler.jsonc", "wrangler.toml"].find((name) => existsSync(resolve(cwd, name)));
  const wrangler = { ...options.wrangler, configPath: resolve(cwd, options.wrangler?.configPath ?? found ?? "wrangler.jsonc") };
  const bindings = readBindings(wrangler);
  // Asked once for every test file.
  return async () => {
    const own = emulator.url ?? process.env.CANDLEFLARE_URL;
    const url = own ?? (await start(["--wrangler", wrangler.configPath, ...(emulator.args ?? [])], dirname(wrangler.configPath)));
    wireWarnings(url);
    const account = newAccount();
    // Miniflare v5 knows one address per Worker: the query says which index a binding means.
    const address = () => {
      const address = new URL(`/binding/${account}`, url);
      for (const [binding, index] of bindings.indexes) address.searchParams.set(binding, index);
      return address;
    };
    const led = {
      ...(bindings.ai && { ai: { binding: bindings.ai, remoteProxyConnectionString: address() } }),
      ...(bindings.indexes.length > 0 && {
        vectorize: Object.fromEntries(
          bindings.indexes.map(([binding, index]) => [binding, { index_name: index, remoteProxyConnectionString: address() }]),
        ),
      }),
    };
    return {
      ...options,
      wrangler,
      remoteBindings: false,
      miniflare: {
        ...led,
        ...options.miniflare,
        bindings: { CANDLEFLARE_URL: String(url), CANDLEFLARE_ACCOUNT: account, ...options.miniflare?.bindings },
      },
    };
  };
}

exports.candleflare = candleflare;
