// Lays out what goes to npm: `candleflare`, and one package per platform with the native binary.
// node npm/pack.mjs OUT [PLATFORM-ARCH=BINARY …]

import { chmodSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const PLATFORMS = ["darwin-arm64", "darwin-x64", "linux-arm64", "linux-x64"];

const root = fileURLToPath(new URL("..", import.meta.url));
const [out, ...binaries] = process.argv.slice(2);
if (!out || binaries.some((binary) => !PLATFORMS.includes(binary.split("=")[0]))) {
  console.error(`error: node npm/pack.mjs OUT [PLATFORM=BINARY …]\nhint: a platform is one of ${PLATFORMS.join(", ")}`);
  process.exit(2);
}
const [, version] = readFileSync(join(root, "Cargo.toml"), "utf8").match(/^version = "(.*)"$/m);

const write = (folder, description) => {
  writeFileSync(join(out, folder, "package.json"), `${JSON.stringify(description, null, 2)}\n`);
  for (const license of ["LICENSE-APACHE", "LICENSE-MIT"]) cpSync(join(root, license), join(out, folder, license));
};

rmSync(out, { recursive: true, force: true });
cpSync(join(root, "npm/candleflare"), join(out, "candleflare"), { recursive: true });
const main = JSON.parse(readFileSync(join(root, "npm/candleflare/package.json"), "utf8"));
// npm installs the one that fits, and none where none does.
const optionalDependencies = Object.fromEntries(PLATFORMS.map((platform) => [`candleflare-${platform}`, version]));
write("candleflare", { ...main, version, optionalDependencies });

for (const binary of binaries) {
  const [platform, path] = binary.split("=");
  const [os, cpu] = platform.split("-");
  const name = `candleflare-${platform}`;
  mkdirSync(join(out, name, "bin"), { recursive: true });
  cpSync(path, join(out, name, "bin/candleflare"));
  chmodSync(join(out, name, "bin/candleflare"), 0o755);
  write(name, { name, version, description: `candleflare for ${platform}`, license: main.license, os: [os], cpu: [cpu], files: ["bin"] });
}
