// Stands around the user's Worker: every invocation enters by `default`, every subrequest leaves by `Outbound` or
// `Service`, and what the runtime knows of an invocation comes back by `tail`. SUPERVISOR counts, refuses and waits.
import { WorkerEntrypoint } from "cloudflare:workers";

const INNER = "http://supervisor/";

export default {
  async fetch(request, env) {
    try {
      const trigger = request.headers.get("candleflare-trigger");
      if (trigger === null) return await env.USER.fetch(request);
      return await triggers[trigger](request, env);
    } catch (error) {
      const headers = { "candleflare-exception": encodeURIComponent(`${error?.name ?? "Error"}: ${error?.message ?? error}`.slice(0, 2000)) };
      return new Response(null, { status: 500, headers });
    }
  },
  async tail(events, env) {
    await env.SUPERVISOR.fetch(INNER + "tail", { method: "POST", body: JSON.stringify(events) });
  },
};

const triggers = {
  // Makes this Worker's code hot before the first request, without touching the user's.
  async warm(_request, env) {
    await (await env.NULL.fetch(INNER)).text();
    await (await env.WARM.fetch(INNER + "warm")).text();
    return new Response(null);
  },
  async scheduled(request, env) {
    const { cron, scheduledTime } = await request.json();
    return Response.json(await env.USER.scheduled({ cron, scheduledTime: new Date(scheduledTime) }));
  },
  async queue(request, env) {
    const { queue, messages } = await request.json();
    const bytes = (base64) => Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
    const batch = messages.map(({ id, timestamp, attempts, body, base64, serialized }) => ({
      id,
      timestamp: new Date(timestamp),
      attempts,
      ...(serialized === undefined ? { body: base64 === undefined ? body : bytes(base64) } : { serializedBody: bytes(serialized) }),
    }));
    return Response.json(await env.USER.queue(queue, batch));
  },
};

export class Null extends WorkerEntrypoint {
  fetch() {
    return new Response("ok");
  }
}

/** Global `fetch`: asks for leave, then goes. The leave's body stays open, and its end frees one of six connections. */
export class Outbound extends WorkerEntrypoint {
  async fetch(request) {
    const leave = await this.env.SUPERVISOR.fetch(INNER + "leave", {
      method: "POST",
      headers: { "candleflare-url": request.url },
    });
    thrown(leave);
    try {
      return await this.env.INTERNET.fetch(marked(request, leave));
    } finally {
      this.ctx.waitUntil(leave.body?.cancel());
    }
  }
}

/** The inner fetcher of a wrapped binding. */
export class Service extends WorkerEntrypoint {
  async fetch(request) {
    const headers = new Headers(request.headers);
    headers.set("candleflare-binding", this.ctx.props.binding);
    const answer = await this.env.SUPERVISOR.fetch(request, { headers });
    thrown(answer);
    return answer;
  }
}
