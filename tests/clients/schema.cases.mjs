// Inputs for the schema comparison: from each schema, valid ones and ones broken in every way that we know.
// Everything is drawn from a seeded source, so a case that differs can be found again by its number.

/** A seeded source of numbers in [0, 1) (mulberry32). */
export function source(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const TEXTS = ["hi", "a candle in the wind", "Grüße, 世界", "𝄞🕯️", " ", "1e400", "NaN", "null", "data:image/png;base64,iVBORw0KGgo=", "123456789", "clef"];
const ODD = [null, true, false, 0, -1, 1, 1.5, 0.1 + 0.2, 1e21, 1e-7, 12345678901234567890, -0, "", "x", "1e400", "-Infinity",
  "é𝄞", [], {}, [1, 2, 3], ["a", "b"], [null], [{}], [[]], { a: 1 }, { text: "hi" }, { role: "user" }, [true, "a"]];

/** Follows a schema; `draw` says how. */
class Maker {
  constructor(seed) {
    this.next = source(seed);
  }

  pick(list) {
    return list[Math.floor(this.next() * list.length)];
  }

  chance(odds) {
    return this.next() < odds;
  }

  /** A value that the schema means to allow. */
  valid(schema) {
    if (schema === undefined || typeof schema !== "object" || schema === null) return this.pick(TEXTS);
    for (const list of [schema.oneOf, schema.anyOf]) {
      if (list) return this.valid({ type: schema.type, ...this.pick(list) });
    }
    if (schema.enum) return this.pick(schema.enum);
    switch (schema.type ?? (schema.properties ? "object" : undefined)) {
      case "object": return this.object(schema);
      case "array": return Array.from({ length: 1 + Math.floor(this.next() * 3) }, () => this.valid(schema.items));
      case "string": return this.text(schema);
      case "integer": return Math.round(this.number(schema));
      case "number": return this.number(schema);
      case "boolean": return this.chance(0.5);
      case "null": return null;
      default: return structuredClone(this.pick([...TEXTS, { type: "object" }, 1]));
    }
  }

  object(schema) {
    const value = {};
    for (const [key, property] of Object.entries(schema.properties ?? {})) {
      if (schema.required?.includes(key) || this.chance(0.3)) value[key] = this.valid(property);
    }
    const others = schema.additionalProperties;
    if (others && typeof others === "object") value[this.pick(["q1", "city", "ü"])] = this.valid(others);
    return value;
  }

  text(schema) {
    const fitting = TEXTS.filter((text) => !schema.pattern || new RegExp(schema.pattern).test(text));
    return this.pick(fitting.length ? fitting : TEXTS);
  }

  number(schema) {
    const low = schema.minimum ?? 0;
    const high = schema.maximum ?? low + 100;
    return this.pick([low, high, Math.round(((low + high) / 2) * 100) / 100, Math.min(high, low + 1)]);
  }

  /** The same value with one place in it broken. */
  broken(value) {
    const copy = structuredClone(value);
    const places = [];
    const walk = (holder) => {
      for (const key of Object.keys(holder)) {
        places.push([holder, key]);
        if (holder[key] && typeof holder[key] === "object") walk(holder[key]);
      }
    };
    if (!copy || typeof copy !== "object") return structuredClone(this.pick(ODD));
    walk(copy);
    if (!places.length || this.chance(0.08)) return { ...copy, [this.pick(["extra", "lora", "Ω", "x/y", "10", "toString"])]: structuredClone(this.pick(ODD)) };
    const [holder, key] = this.pick(places);
    const old = holder[key];
    const how = this.next();
    if (how < 0.25) Array.isArray(holder) ? holder.splice(Number(key), 1) : delete holder[key];
    else if (typeof old === "number" && how < 0.8) holder[key] = this.pick([-old - 1, old + 0.5, old * 1000 + 1, 1e21, String(old), null, -0.5, 0, 51, 2.5]);
    else if (typeof old === "string" && how < 0.6) holder[key] = this.pick(["", null, old + "é", [old], { text: old }, 7, "𝄞".repeat(3)]);
    else if (Array.isArray(old) && how < 0.6) holder[key] = this.pick([[], {}, null, "", [null, ...old], [...old, {}], Array(101).fill("t"), [old], [{}, ...old], [...old, 1.5]]);
    else holder[key] = structuredClone(this.pick(ODD));
    return copy;
  }
}

/** Deep, but not deeper than a JSON reader follows. */
const deep = (levels) => Array.from({ length: levels }).reduce((inner) => [inner], {});

/** What people really send wrong, for schemas that take prompts, messages or texts. */
export const KNOWN = [
  {}, { prompt: "" }, { prompt: null }, { prompt: 7 }, { prompt: ["a"] }, { prompt: {} }, { prompt: "hi" },
  { prompt: "hi", messages: [{ role: "user", content: "hi" }] }, { prompt: "hi", messages: [] }, { prompt: "hi", messages: null },
  { messages: [] }, { messages: {} }, { messages: "hi" }, { messages: null }, { messages: ["hi"] }, { messages: [null] }, { messages: [1] },
  { messages: [{}] }, { messages: [{ role: "user" }] }, { messages: [{ content: "hi" }] }, { messages: [{ role: "user", content: "" }] },
  { messages: [{ role: "user", content: null }] }, { messages: [{ role: "user", content: 5 }] }, { messages: [{ role: 5, content: "hi" }] },
  { messages: [{ role: "user", content: [{ type: "text", text: "hi" }] }] }, { messages: [{ role: "user", content: [{ type: "text" }] }] },
  { messages: [{ role: "user", content: ["hi"] }] }, { messages: [{ role: "user", content: {} }] }, { messages: [{ role: "robot", content: "hi" }] },
  { messages: [{ role: "user", content: "hi" }, { role: "assistant", content: null, tool_calls: [] }] },
  { messages: [{ role: "user", content: "hi" }, { role: "assistant" }, 7] }, { messages: [{ role: "user", content: "hi" }], top_k: 51 },
  { messages: [[{ role: "user", content: "hi" }]] }, { messages: { 1: { role: "user", content: "a" }, 0: { role: "user" } } },
  { prompt: "hi", top_k: 51 }, { prompt: "hi", top_k: 50 }, { prompt: "hi", top_k: 0 }, { prompt: "hi", top_k: 1.5 }, { prompt: "hi", top_k: "5" },
  { prompt: "hi", temperature: 5.1 }, { prompt: "hi", temperature: -0.1 }, { prompt: "hi", temperature: "0" }, { prompt: "hi", temperature: null },
  { prompt: "hi", top_p: 0 }, { prompt: "hi", top_p: 1.01 }, { prompt: "hi", top_p: 2.01 }, { prompt: "hi", seed: 0 }, { prompt: "hi", seed: 1e10 },
  { prompt: "hi", max_tokens: 1.5 }, { prompt: "hi", max_tokens: "1" }, { prompt: "hi", max_tokens: 1e21 }, { prompt: "hi", max_tokens: -1 },
  { prompt: "hi", stream: "true" }, { prompt: "hi", raw: 1 }, { prompt: "hi", lora: 1 }, { prompt: "hi", frequency_penalty: -1 },
  { prompt: "hi", presence_penalty: 3 }, { prompt: "hi", repetition_penalty: 2.1 }, { prompt: "hi", response_format: "json" },
  { prompt: "hi", response_format: { type: "xml" } }, { prompt: "hi", response_format: { type: "json_schema", json_schema: {} } },
  { prompt: "hi", response_format: {} }, { prompt: "hi", tools: "none" }, { prompt: "hi", nested: deep(60) }, { prompt: "hi", stop: deep(60) },
  { messages: [{ role: "user", content: "hi" }], tools: [] }, { messages: [{ role: "user", content: "hi" }], tools: [{}] },
  { messages: [{ role: "user", content: "hi" }], tools: [{ name: "f", description: "d", parameters: { type: "object", properties: {} } }] },
  { messages: [{ role: "user", content: "hi" }], tools: [{ name: "f", description: "d", parameters: { type: "object", properties: { a: { type: "string" } } } }] },
  { messages: [{ role: "user", content: "hi" }], tools: [{ name: "f", description: "d", parameters: { type: "object", properties: { a: { type: "string", description: "a" } } } }] },
  { messages: [{ role: "user", content: "hi" }], tools: [{ type: "function", function: { name: "f" } }] },
  { messages: [{ role: "user", content: "hi" }], tools: [{ type: "function", function: { name: "f", description: "d", parameters: { type: "object", properties: {} } } }] },
  { text: "hi" }, { text: "" }, { text: null }, { text: 5 }, { text: {} }, { text: [] }, { text: ["a", "b"] }, { text: [""] }, { text: [1, 2] },
  { text: [null] }, { text: [["a"]] }, { text: ["a", null] }, { text: ["a", {}] }, { text: [{}] }, { text: [true] }, { text: Array(100).fill("t") },
  { text: Array(101).fill("t") }, { text: "hi", pooling: "max" }, { text: "hi", pooling: "cls" }, { text: "hi", pooling: null },
  { text: "hi", pooling: ["mean"] }, { text: "hi", extra: true }, { text: "𝄞🕯️" }, { text: "1e400" }, { texts: ["a"] }, { input: "hi" },
  { text: "hi", requests: [] }, { requests: [] }, { requests: [{}] }, { requests: [{ text: "a" }] }, { requests: [{ text: 5 }, { text: "a" }] },
  { requests: [{ prompt: "a" }, {}] }, { requests: "x" }, { requests: null }, { query: "q", contexts: [{ text: "a" }] }, { contexts: [{}] },
];

/** Bodies that are no object at all. */
export const BARE = [null, true, 0, 7, 1.5, "", "hi", [], [1, 2], ["a"], [{}], [[]]];

/** `count` inputs drawn from `schema`: valid ones, and ones with one or two places broken. */
export function drawn(schema, seed, count) {
  const maker = new Maker(seed);
  return Array.from({ length: count }, () => {
    let value = maker.valid(schema);
    const other = maker.valid(schema);
    if (maker.chance(0.1) && typeof value === "object" && typeof other === "object") value = { ...value, ...other };
    for (const odds of [0.8, 0.3]) if (maker.chance(odds)) value = maker.broken(value);
    return value;
  });
}

/** Generations stay one token long, so that hundreds of accepted ones run in seconds. */
export function short(value) {
  if (!value || typeof value !== "object" || Array.isArray(value)) return value;
  const copy = { ...value };
  for (const key of ["max_tokens", "max_completion_tokens"]) if (Number.isInteger(copy[key])) copy[key] = 1;
  if (("prompt" in copy || "messages" in copy) && !("max_tokens" in copy)) copy.max_tokens = 1;
  if (Array.isArray(copy.requests)) copy.requests = copy.requests.map(short);
  return copy;
}
