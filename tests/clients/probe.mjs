// A Worker that calls what a test asks for and reports how it ended; no test code runs in it.

export const PROBE = `
/** Arguments that JSON has no form for: \`{$stream}\`, \`{$form}\`, \`{$file}\`, \`{$float32}\`. */
function argument(value) {
  if (value?.$float32) return new Float32Array(value.$float32);
  if (value?.$stream) {
    const body = new Blob([value.$stream]).stream();
    return { audio: { body, contentType: value.type ?? "audio/mpeg" } };
  }
  if (value?.$form) {
    const form = new FormData();
    for (const [name, text] of Object.entries(value.$form)) form.set(name, text);
    const { body, headers } = new Response(form);
    return { multipart: { body, contentType: headers.get("content-type") } };
  }
  if (value?.$file) return { name: value.$file, blob: new Blob([value.text], { type: value.type }) };
  return value;
}
async function call({ path, args }, env) {
  let target = env;
  for (const step of path.slice(0, -1)) target = Array.isArray(step) ? target[step[0]](...step.slice(1)) : target[step];
  const value = await target[path.at(-1)](...args.map(argument));
  if (value instanceof Response) {
    return { raw: value.status, headers: Object.fromEntries(value.headers), text: await value.text() };
  }
  if (value instanceof ReadableStream) {
    const chunks = [];
    for await (const chunk of value.pipeThrough(new TextDecoderStream())) chunks.push(chunk);
    return { chunks };
  }
  return { value };
}
export default {
  async fetch(request, env) {
    if (request.method !== "POST") return new Response("up");
    const asked = await request.json();
    const binding = env[asked.path[0]];
    let result;
    try {
      result = await call(asked, env);
    } catch (error) {
      result = { thrown: { name: error.name, message: error.message, isError: error instanceof Error } };
    }
    return Response.json({ ...result, lastRequestId: binding?.lastRequestId ?? null, logId: binding?.aiGatewayLogId ?? null });
  },
};`;

/** `call("AI.run", …)` on a probe at `url`; a path's step may be a call: `[["AI"], ["gateway", "id"], "getUrl"]`. */
export const caller = (url) => async (path, ...args) => {
  const steps = typeof path === "string" ? path.split(".") : path;
  const response = await fetch(url, { method: "POST", body: JSON.stringify({ path: steps, args }) });
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`the probe answered ${response.status}: ${text.slice(0, 2000)}`);
  }
};
