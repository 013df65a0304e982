// Breaches of a Worker's limits, in real workerd: each scenario of fixtures/limits is a Worker, a request, and how it ends.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { fixtures, launchWorker, overlay, startWorker } from "./worker.mjs";

const scenarios = JSON.parse(readFileSync(`${fixtures}scenarios.json`, "utf8"));

/** The body of the scenario that sends rows of JSON. */
const rows = (count) =>
  JSON.stringify(Array.from({ length: count }, (_, number) => ({ number, name: `row ${number}`, tags: ["a", "b"] })));

async function requests(worker, scenario) {
  const path = (scenario.path ?? "/").replace("{emulator}", worker.api);
  const init = scenario.rows ? { method: "POST", body: rows(scenario.rows) } : undefined;
  for (let left = scenario.atMost ?? 1; left > 0; left--) {
    const response = await worker.get(path, init);
    const body = await response.text();
    if (scenario.until === undefined || response.status === scenario.until) return { status: response.status, body };
  }
  assert.fail(`never answered ${scenario.until}`);
}

for (const scenario of scenarios) {
  test(scenario.name, async () => {
    // Where another limit is at stake, there is CPU time enough for a busy machine.
    const limits = scenario.limits ? ["--limits", overlay(Object.entries(scenario.limits))] : [];
    const worker = await startWorker(scenario.worker, { args: ["--plan", scenario.plan, ...limits] });
    const { status, body, outcome, exception, calls } = scenario.expect;
    let report;
    if (scenario.queue) {
      ({ invocation: report } = await worker.post("queue", { queue: "jobs", messages: scenario.queue }));
    } else {
      const answer = await requests(worker, scenario);
      assert.equal(answer.status, status, answer.body);
      assert.match(answer.body, new RegExp(body));
      report = (await worker.reports()).at(-1);
      assert.equal(report.status, status);
    }
    assert.equal(report.outcome, outcome, JSON.stringify(report));
    if (exception) assert(report.exceptions[0].includes(exception), report.exceptions[0]);
    if (calls) assert.equal(report.calls.length, calls);
    // Whatever happened, the next request finds a Worker.
    if (!scenario.queue && status === 503) assert.notEqual((await worker.get("/?n=0&rounds=0")).status, 429);
  });
}

test("a slow start is refused as a deployment refuses it", async () => {
  const { said, ended } = launchWorker("slow-startup.js");
  assert.equal((await ended).code, 1);
  assert.match(said.stderr, /Script startup exceeded CPU time limit\. \(code 10021\)\nhint: /);
});

test("work within the limit passes, and is measured", async () => {
  const paid = await startWorker("work.js", { args: ["--plan", "paid"] });
  for (let round = 0; round < 20; round++) await (await paid.get("/?rounds=100")).text();
  const costs = (await paid.reports(20)).slice(10).map(({ cpu_ms }) => cpu_ms).sort((a, b) => a - b);
  assert(costs[5] > 0.2, `1,000,000 roots took ${costs[5]} ms`);
  // A third of the limit, by what this machine's CPU makes of it now; twenty times the plan's, so that noise does not decide.
  const rounds = Math.floor((100 * 66) / costs[5]);
  const free = await startWorker("work.js", { args: ["--plan", "free", "--limits", overlay([["cpu_ms", 200]])] });
  for (let round = 0; round < 10; round++) assert.equal((await free.get(`/?rounds=${Math.floor((rounds * round) / 10)}`)).status, 200);
  const last = await free.get(`/?rounds=${rounds}`);
  assert.equal(last.status, 200);
  const report = (await free.reports(11)).at(-1);
  const [cpu] = report.limits;
  assert.deepEqual([cpu.name, cpu.limit, report.outcome], ["worker.cpu_ms", 200, "ok"]);
  assert(report.cpu_ms > 10 && report.cpu_ms < 200, `${report.cpu_ms} ms`);
  // The same Worker with twenty times the work does not pass.
  assert.equal((await free.get(`/?rounds=${rounds * 20}`)).status, 503);
});
