// Part of both guards: behind `guard.js` and behind `miniflare/guard.js`, in one module with it.

/** The request with the mark of a Worker's subrequest, by which one that calls itself without end is found. */
function marked(request, leave) {
  const loops = leave.headers.get("candleflare-loops");
  if (loops === null) return request;
  const own = new Request(request);
  own.headers.set("cdn-loop", `cloudflare; loops=${loops}`);
  return own;
}

function thrown(answer) {
  const text = answer.headers.get("candleflare-throw");
  if (text) throw new Error(decodeURIComponent(text));
}
