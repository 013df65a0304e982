// Writes tests/fixtures/schema-cases.jsonl: what the peer says to every schema's cases. Run it after a change to the
// schemas or to schema.cases.mjs:
//
//     node tests/clients/schema.record.mjs
//
// `tests/schema_cases.rs` holds our checker to these lines without Node.

import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { BARE, KNOWN, drawn } from "./schema.cases.mjs";
import { judge } from "./schema.peer.mjs";

const FOLDER = new URL("../../src/ai/schema/", import.meta.url);
const TARGET = new URL("../fixtures/schema-cases.jsonl", import.meta.url);
/** These are held to the long list of known mistakes as well, and to many drawn inputs. */
const THOROUGH = ["text-generation-native", "text-generation-chat", "text-embeddings-bge", "text-generation-openai", "bge-m3"];

const read = (name) => JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER)));

/** As `data.rs` does it: the keys of a part stand where its `$ref` stood. */
function expand(value) {
  if (Array.isArray(value)) return value.map(expand);
  if (!value || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).flatMap(([key, inner]) => {
    if (key !== "$ref") return [[key, expand(inner)]];
    const [file, part] = inner.split("#/");
    return Object.entries(expand(read(`parts/${file}`)[part]));
  }));
}

const names = readdirSync(FOLDER).filter((file) => file.endsWith(".input.json")).map((file) => file.slice(0, -".input.json".length)).sort();
const lines = [];
for (const [number, name] of names.entries()) {
  const schema = expand(read(`${name}.input`));
  const thorough = THOROUGH.includes(name);
  const values = [{}, ...drawn(schema, 1000 + number, thorough ? 40 : 10), ...(thorough ? [...KNOWN, ...BARE] : [])];
  for (const value of values) {
    const { text, after } = judge(schema, value);
    const line = { schema: name, value, expected: text };
    if (text === null && JSON.stringify(after) !== JSON.stringify(value)) line.after = after;
    lines.push(JSON.stringify(line));
  }
}
const unique = [...new Set(lines)];
writeFileSync(TARGET, unique.join("\n") + "\n");
const refused = unique.filter((line) => JSON.parse(line).expected !== null).length;
console.log(`${unique.length} cases of ${names.length} schemas, ${refused} refused`);
