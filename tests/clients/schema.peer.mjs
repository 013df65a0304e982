// The peer: the validator that production runs, as production runs it.

import { Cabidela } from "@cloudflare/cabidela";

/** The thrown error as a string, or null; and what the value has become. */
export function judge(schema, value) {
  // The package takes `$defs` out of the schema and puts its defaults into the value.
  const own = structuredClone(schema);
  const after = structuredClone(value);
  try {
    new Cabidela(own, { applyDefaults: true }).validate(after);
    return { text: null, after };
  } catch (thrown) {
    return { text: String(thrown), after };
  }
}
