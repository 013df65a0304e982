// Where the native binary is: named, or in the package of this platform.
"use strict";

const { existsSync } = require("node:fs");

/** `candleflare-linux-x64` and so on; each has the binary at `bin/candleflare`. */
const platformPackage = (platform = process.platform, arch = process.arch) => `candleflare-${platform}-${arch}`;

function nativeBinary() {
  const named = process.env.CANDLEFLARE_BIN;
  if (named) {
    if (existsSync(named)) return named;
    throw new Error(`candleflare: CANDLEFLARE_BIN names \`${named}\`, which is not there`);
  }
  const name = platformPackage();
  try {
    return require.resolve(`${name}/bin/candleflare`);
  } catch {
    throw new Error(
      `candleflare: there is no binary for this platform: package \`${name}\` is not installed\n` +
        "hint: install without `--omit=optional`, or build it (`make build`) and name it in CANDLEFLARE_BIN",
    );
  }
}

module.exports = { nativeBinary, platformPackage };
