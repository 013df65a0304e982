// The guides' own snippets, done as a reader would: files are written where the guide says, commands are run in order.

import assert from "node:assert/strict";
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { test } from "node:test";

import { binary, root, scratch } from "./emulator.mjs";
import { announced, execEnds, modules, project, start } from "./workers.mjs";

/** `{mark, language, text}` of each fenced block that a comment marks. */
function marked(guide) {
  const markdown = readFileSync(join(root, "docs", guide), "utf8");
  return [...markdown.matchAll(/<!-- (\w+)(?:: (.*?))? -->\n```(\w+)\n(.*?)\n```/gs)].map(([, mark, about, language, text]) => ({
    mark, about, language, text,
  }));
}

/** `candleflare`, and `npx` that takes what is installed. */
function tools() {
  const folder = scratch();
  symlinkSync(binary, join(folder, "candleflare"));
  return [folder, join(modules, ".bin"), dirname(process.execPath), process.env.PATH].join(delimiter);
}

const sh = (script, cwd) => start("bash", ["-eu", "-c", script], { cwd, env: { PATH: tools() } });

async function runs(script, cwd) {
  const { ended, said } = sh(script, cwd);
  const { code } = await ended;
  assert.equal(code, 0, `${script}\n${said.stdout}${said.stderr}`);
  return said;
}

async function serves(script, cwd) {
  const running = sh(`exec ${script}`, cwd);
  const url = await announced(running, /Ready on http:\/\/\S+/);
  const response = await fetch(url.replace("Ready on ", ""));
  const text = await response.text();
  assert.equal(response.status, 200, text + running.said.stderr);
  assert(JSON.parse(text).count >= 1, text);
  running.child.kill("SIGTERM");
  await running.ended;
}

for (const guide of ["wrangler.md", "vitest.md"]) {
  test(`docs/${guide} does what it says`, async () => {
    const cwd = project({ "package.json": { name: "docs", type: "module" } });
    const steps = marked(guide);
    assert(steps.length >= 5);
    for (const { mark, about, text } of steps) {
      if (mark === "file") {
        mkdirSync(dirname(join(cwd, about)), { recursive: true });
        writeFileSync(join(cwd, about), text);
      } else if (mark === "run") await runs(text, cwd);
      else if (mark === "serve") await serves(text, cwd);
      else assert.fail(`no such mark: ${mark}`);
    }
  });
}

test("every snippet of the guides is marked, so that it runs", () => {
  for (const guide of ["wrangler.md", "vitest.md", "ci.md", "clients.md"]) {
    const fences = readFileSync(join(root, "docs", guide), "utf8").match(/^```\w+$/gm);
    assert.equal(marked(guide).length, fences.length, guide);
  }
});

/** The project of docs/vitest.md, as a job or an image finds it. */
function checkedOut() {
  const files = Object.fromEntries(marked("vitest.md").slice(0, 4).map(({ about, text }) => [about, text]));
  const described = { "package.json": { name: "docs", type: "module" }, "package-lock.json": { lockfileVersion: 3 } };
  return project({ ...described, ...files, "candleflare.toml": "[indexes.docs]\ndimensions = 384\n" });
}

test("docs/ci.md: the job's commands run, installing apart", async () => {
  const job = marked("ci.md").find(({ mark }) => mark === "job");
  const commands = [...job.text.matchAll(/^ +- run: (.*)$/gm)].map(([, command]) => command).filter((command) => command !== "npm ci");
  assert.equal(commands.length, 1);
  const { stderr } = await runs(commands[0], checkedOut());
  assert.match(stderr, /candleflare: \d+ calls, .* 0 refused/);
});

test("docs/ci.md: the image's instructions do what they say, installing apart", async () => {
  const { text } = marked("ci.md").find(({ mark }) => mark === "image");
  const checkout = checkedOut();
  const image = project({});
  for (const line of text.split("\n")) {
    const [, instruction, rest] = line.match(/^([A-Z]+) (.*)$/);
    if (instruction === "FROM") {
      assert(Number(rest.match(/^node:(\d+)-slim$/)[1]) >= 22, rest);
    } else if (instruction === "COPY") {
      const [to, ...from] = rest.split(" ").reverse();
      // The modules are in the image already, as the line before the last has installed them.
      for (const path of from) cpSync(join(checkout, path), join(image, to, path), { recursive: true, filter: (file) => !file.includes("node_modules") });
    } else if (instruction === "CMD") {
      const [program, ...args] = JSON.parse(rest);
      const { ended, said } = start(program, args, { cwd: image, env: { PATH: tools() } });
      assert.equal((await ended).code, 0, said.stdout + said.stderr);
      assert.match(said.stderr, /candleflare: \d+ calls, .* 0 refused/);
    } else {
      assert(["WORKDIR /app", "RUN npm ci"].includes(line), line);
    }
  }
});

test("docs/clients.md: every client answers under exec", async () => {
  const steps = marked("clients.md");
  assert(steps.length >= 6);
  const python = join(root, ".tools/clients/bin/python");
  for (const { mark, text } of steps) {
    const cwd = scratch();
    symlinkSync(join(root, "tests/clients/node_modules"), join(cwd, "node_modules"));
    let said;
    if (mark === "run") said = await runs(text, cwd);
    else if (mark === "node") said = await execEnds(["node", "--input-type=module", "-e", text], { cwd });
    else if (mark === "python") said = await execEnds([python, "-c", text], { cwd });
    else assert.fail(`no such mark: ${mark}`);
    assert(said.stdout.trim().length > 0 && !said.code, `${text}\n${said.stdout}${said.stderr}`);
    assert.match(said.stderr, /candleflare: 1 call, .* 0 refused/);
  }
});
