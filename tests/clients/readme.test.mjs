// The README's own commands, run as a reader would run them.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";

import { root, startEmulator } from "./emulator.mjs";

const PORT = "8786";
const MARK = /^\s*<!--\s*test\s*-->\s*$/i;
const FEWEST = 3;

/** Every fenced block: `{line, language, marked, text}`. A mark without a block behind it, or an open fence, throws. */
export function blocks(markdown) {
  const found = [];
  let open = null;
  let marked = null;
  markdown.split("\n").forEach((content, at) => {
    const line = at + 1;
    const fence = content.match(/^(\s*)(`{3,}|~{3,})\s*(\S*)/);
    if (open) {
      if (fence?.[2].startsWith(open.fence) && !fence[3]) {
        found.push({ ...open, text: open.lines.join("\n") });
        open = null;
      } else {
        open.lines.push(content);
      }
    } else if (fence) {
      assert(!marked || fence[3] === "sh", `line ${marked}: the marked block is not \`sh\` but \`${fence[3]}\``);
      open = { line, fence: fence[2], language: fence[3], marked: marked !== null, lines: [] };
      marked = null;
    } else {
      assert(!marked, `line ${marked}: no block begins on the line after the mark`);
      marked = MARK.test(content) ? line : null;
    }
  });
  assert(!open, `the block at line ${open?.line} does not end`);
  assert(!marked, `line ${marked}: no block begins on the line after the mark`);
  return found;
}

const all = blocks(readFileSync(join(root, "README.md"), "utf8"));
const marked = all.filter((block) => block.marked);
const emulator = await startEmulator();

test("the README has commands to test, and none that calls the server is left out", () => {
  assert(marked.length >= FEWEST, `${marked.length} marked blocks; a \`sh\` block under \`<!-- test -->\` is tested`);
  const forgotten = all.filter((block) => block.language === "sh" && !block.marked && block.text.includes(PORT));
  assert.deepEqual(forgotten.map((block) => block.line), [], "lines of blocks without `<!-- test -->`");
});

for (const { line, text } of marked) {
  test(`README.md line ${line} does what it says`, async () => {
    const own = text.replaceAll(`:${PORT}`, `:${new URL(emulator.url).port}`);
    assert.notEqual(own, text, `the block names no port ${PORT}, so it does not call the server`);
    const { stdout } = await promisify(execFile)("bash", ["-eu", "-c", own], { cwd: root, timeout: 60_000 });
    assert(stdout.trim().length > 0, "it printed nothing");
    // curl ends well whatever the server answered.
    assert(!/"success":\s*false|"errors":\s*\[\s*\{/.test(stdout), stdout.slice(0, 1000));
  });
}

test("blocks are found, and a mark that marks nothing is an error", () => {
  const fence = "```";
  const good = `a\n<!-- test -->\n${fence}sh\necho 1\n${fence}\n${fence}js\nx\n${fence}\n`;
  assert.deepEqual(blocks(good).map(({ line, marked, text }) => [line, marked, text]), [[3, true, "echo 1"], [6, false, "x"]]);
  for (const bad of [`<!-- test -->\n\n${fence}sh\n${fence}`, "<!-- test -->", `<!-- test -->\n${fence}js\n${fence}`, `${fence}sh\n`]) {
    assert.throws(() => blocks(bad), assert.AssertionError);
  }
});
