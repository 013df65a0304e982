// `node22.sh`: the machine's Node where it is new enough, else one that is installed once.

import assert from "node:assert/strict";
import { chmodSync, copyFileSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { root, scratch } from "./emulator.mjs";
import { start } from "./workers.mjs";

/** A folder with programs in it; the script's own helpers are always there. */
function path(programs) {
  const folder = scratch();
  for (const tool of ["sh", "dirname", "mkdir", "uname", "ln"]) {
    symlinkSync(["/bin", "/usr/bin"].map((place) => join(place, tool)).find(existsSync), join(folder, tool));
  }
  for (const [name, text] of Object.entries(programs)) {
    if (text.startsWith("#!")) writeFileSync(join(folder, name), text);
    else symlinkSync(text, join(folder, name));
    if (text.startsWith("#!")) chmodSync(join(folder, name), 0o755);
  }
  return folder;
}

async function chosen(PATH, { repository }) {
  const { ended, said } = start("/bin/sh", [join(repository, "tests/clients/node22.sh")], { env: { PATH } });
  return { ...(await ended), ...said };
}

/** A copy of the script at its place, for what it installs lies beside it. */
function checkout() {
  const repository = scratch();
  mkdirSync(join(repository, "tests/clients"), { recursive: true });
  copyFileSync(join(root, "tests/clients/node22.sh"), join(repository, "tests/clients/node22.sh"));
  return { repository };
}

const OLD = "#!/bin/sh\nexit 1\n";

test("a Node that is new enough is taken as it is", async () => {
  const folder = path({ node: process.execPath });
  const { code, stdout } = await chosen(folder, checkout());
  assert.deepEqual([code, stdout], [0, `${join(folder, "node")}\n`]);
});

test("an old Node, or none, is made up for, once", async () => {
  const at = checkout();
  // What the real one leaves: a package with a Node in it. `$3` is the folder, the last word the package.
  const npm = `#!/bin/sh\necho "$@" >> "${at.repository}/asked"\nfor last; do :; done\nmkdir -p "$3/node_modules/\${last%@*}/bin"\nln -s "${process.execPath}" "$3/node_modules/\${last%@*}/bin/node"\n`;
  for (const programs of [{ node: OLD, npm }, { node: OLD }, {}]) {
    const { code, stdout, stderr } = await chosen(path(programs), at);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /\.tools\/node_modules\/node-[\w-]+\/bin\/node\n$/);
    assert.equal(/installing Node 22\.\d+/.test(stderr), programs.npm !== undefined);
  }
});

test("without npm, or with one that brings nothing, it says what to do", async () => {
  const none = await chosen(path({ node: OLD }), checkout());
  assert.equal(none.code, 1);
  assert.match(none.stderr, /Node 22\.12 is needed, and there is no npm.*\nhint: /);
  const empty = await chosen(path({ node: OLD, npm: "#!/bin/sh\n" }), checkout());
  assert.equal(empty.code, 1);
  assert.match(empty.stderr, /does not run\nhint: /);
});
