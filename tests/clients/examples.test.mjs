// The examples under `fixtures/workers`, each with its own suite, as its user would run it.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { start, workers } from "./workers.mjs";

const { workspaces } = JSON.parse(readFileSync(join(workers, "package.json"), "utf8"));

test("every example is a workspace", () => {
  const folders = readdirSync(workers, { withFileTypes: true }).filter((entry) => entry.isDirectory() && entry.name !== "node_modules");
  assert.deepEqual(folders.map(({ name }) => name).sort(), workspaces);
});

test("all of them in one run", async () => {
  const { ended, said } = start("npm", ["test", "--silent"], { cwd: workers });
  const { code } = await ended;
  assert.equal(code, 0, said.stdout + said.stderr);
  for (const name of workspaces) assert.match(said.stdout, new RegExp(`\\b${name}\\b`));
  assert.match(said.stderr, /candleflare: \d+ calls, /, said.stderr);
});

for (const name of workspaces) {
  test(`${name}: npm test`, async () => {
    const { ended, said } = start("npm", ["test", "--silent"], { cwd: join(workers, name) });
    const { code } = await ended;
    assert.equal(code, 0, said.stdout + said.stderr);
    assert.match(said.stdout, /Test Files +\d+ passed/);
    assert.match(said.stderr, /candleflare: \d+ calls?, /, said.stderr);
  });
}
