// Stands around the user's Workers in Miniflare's configuration: an invocation enters by `Front`, subrequests leave by
// `Outbound` and `Service`, and what the runtime knows of an invocation comes back by `Tail`. SUPERVISOR watches and counts.
import { WorkerEntrypoint } from "cloudflare:workers";

const INNER = "http://supervisor/";
const RAY = "cf-ray";
/** Set by wrangler's wrapper around a Worker that threw. */
const THREW = "MF-Experimental-Error-Stack";

function say({ SUPERVISOR }, what, said = {}) {
  const headers = Object.fromEntries(Object.entries(said).map(([name, value]) => [`candleflare-${name}`, encodeURIComponent(value)]));
  return SUPERVISOR.fetch(INNER + what, { method: "POST", headers });
}

export default {
  // The supervisor measures with this what an invocation costs that does nothing.
  async fetch(request, env) {
    const ray = request.headers.get(RAY);
    await say(env, "begin", { ray, trigger: "calibration", event: "", worker: "null" });
    return env.NULL.fetch(request);
  },
};

/** What the runtime says of one Worker's invocations. Others that it calls have the same request, and another name. */
export class Tail extends WorkerEntrypoint {
  async tail(events) {
    const headers = { "candleflare-worker": encodeURIComponent(this.ctx.props.worker) };
    await this.env.SUPERVISOR.fetch(INNER + "tail", { method: "POST", headers, body: JSON.stringify(events) });
  }
}

const fresh = () => crypto.randomUUID().replaceAll("-", "").slice(0, 16);

export class Front extends WorkerEntrypoint {
  constructor(ctx, env) {
    super(ctx, env);
    // Methods that a Worker offers by name are its own.
    const worker = env[ctx.props.to];
    return new Proxy(this, { get: (self, name) => (name in self ? Reflect.get(self, name, self) : worker[name]) });
  }

  async fetch(request) {
    const { to, worker } = this.ctx.props;
    let own = request;
    let ray = request.headers.get(RAY);
    if (ray === null) {
      ray = fresh();
      own = new Request(request);
      own.headers.set(RAY, ray);
    }
    const { pathname, searchParams } = new URL(request.url);
    // What `wrangler dev --test-scheduled` puts around a Worker makes a cron's run of this path.
    const said = pathname === "/__scheduled"
      ? { trigger: "cron", event: searchParams.get("cron") ?? "" }
      : { trigger: "http", event: `${request.method} ${pathname}`.slice(0, 200) };
    await say(this.env, "begin", { ray, worker, ...said });
    const response = await this.env[to].fetch(own);
    // A socket stays open as long as its client likes; the request is over.
    if (response.webSocket) await say(this.env, "end", { ray, outcome: "ok", status: response.status });
    else if (response.headers.has(THREW)) await say(this.env, "threw", { ray });
    return response;
  }

  async scheduled({ cron, scheduledTime }) {
    const { to, worker } = this.ctx.props;
    await say(this.env, "begin", { ray: fresh(), trigger: "cron", event: cron ?? "", worker });
    const { outcome } = await this.env[to].scheduled({ cron, scheduledTime: new Date(scheduledTime) });
    if (outcome !== "ok") throw new Error(`the scheduled handler ended with \`${outcome}\``);
  }

  async queue(batch) {
    const { to, worker } = this.ctx.props;
    await say(this.env, "begin", { ray: fresh(), trigger: "queue", event: batch.queue, worker });
    const messages = batch.messages.map(({ id, timestamp, attempts, body }) => ({ id, timestamp, attempts, body }));
    const done = await this.env[to].queue(batch.queue, messages);
    if (done.ackAll) batch.ackAll();
    if (done.retryBatch?.retry) batch.retryAll({ delaySeconds: done.retryBatch.delaySeconds });
    for (const message of batch.messages) {
      const retried = done.retryMessages?.find(({ msgId }) => msgId === message.id);
      if (done.explicitAcks?.includes(message.id)) message.ack();
      else if (retried) message.retry({ delaySeconds: retried.delaySeconds });
    }
    if (done.outcome !== "ok") throw new Error(`the queue handler ended with \`${done.outcome}\``);
  }
}

/** Global `fetch`: asks for leave, then goes. The leave's body stays open, and its end frees one of six connections. */
export class Outbound extends WorkerEntrypoint {
  async fetch(request) {
    const leave = await say(this.env, "leave", { url: request.url });
    thrown(leave);
    try {
      return await this.env[this.ctx.props.to].fetch(marked(request, leave));
    } finally {
      this.ctx.waitUntil(leave.body?.cancel());
    }
  }
}

/** What stands behind a binding. */
export class Service extends WorkerEntrypoint {
  async fetch(request) {
    const { to, binding, calls } = this.ctx.props;
    const leave = await say(this.env, "leave", { binding });
    thrown(leave);
    try {
      const began = Date.now();
      const answer = await this.env[to].fetch(request);
      if (calls) {
        const target = request.headers.get("cf-consn-model-id") ?? binding + new URL(request.url).pathname;
        const neurons = answer.headers.get("cf-ai-neurons") ?? "";
        await say(this.env, "called", { target, status: answer.status, neurons, ms: Date.now() - began });
      }
      return answer;
    } finally {
      this.ctx.waitUntil(leave.body?.cancel());
    }
  }
}
