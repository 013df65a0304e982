// Does nothing: what it costs is the runtime's own share. `n` in the path says how many calls it makes that do nothing.
export default {
  async fetch(request, env) {
    for (let left = Number(new URL(request.url).searchParams.get("n")); left > 0; left--) {
      await (await env.SERVICE.fetch("http://null/")).text();
    }
    return new Response("ok");
  },
};
