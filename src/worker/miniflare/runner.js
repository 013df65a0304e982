
// Appended to the Worker in which vitest runs: each call of the Worker under test, by `SELF` or `exports.default`, is an
// invocation. RUNNER is the name of the runner's entrypoint.
for (const kind of ["fetch", "scheduled", "queue"]) {
  const own = RUNNER.prototype[kind];
  RUNNER.prototype[kind] = async function (event) {
    // Any property of the entrypoint makes the runner import the Worker's modules, which a deployment has done before.
    try {
      await this.candleflare;
    } catch {
      // It has no such property.
    }
    const ray = crypto.randomUUID();
    const say = (what, said) => {
      const headers = Object.fromEntries(Object.entries(said).map(([name, value]) => [`candleflare-${name}`, encodeURIComponent(value)]));
      return this.env.__CANDLEFLARE_SUPERVISOR.fetch(`http://supervisor/${what}`, { method: "POST", headers });
    };
    const name = { fetch: () => `${event.method} ${new URL(event.url).pathname}`.slice(0, 200), scheduled: () => event.cron ?? "", queue: () => event.queue };
    await say("begin", { ray, trigger: { fetch: "http", scheduled: "cron", queue: "queue" }[kind], event: name[kind](), worker: "" });
    try {
      const done = await own.call(this, event);
      await say("end", { ray, outcome: "ok", status: done?.status ?? "" });
      return done;
    } catch (error) {
      await say("end", { ray, outcome: "exception", exception: `${error?.name ?? "Error"}: ${error?.message ?? error}`.slice(0, 2000) });
      throw error;
    }
  };
}
