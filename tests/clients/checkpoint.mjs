// Checkpoints in Hugging Face layout that tests bind to a model id: one that never stops talking, and broken ones.

import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { root, scratch } from "./emulator.mjs";

const SHAPE = { hidden: 256, intermediate: 768, layers: 4, heads: 4, context: 4096 };

/** Every printable ASCII character and the line feed, as the byte-level alphabet spells them. */
const ALPHABET = ["\u010a", "\u0120", ...Array.from({ length: 94 }, (_, at) => String.fromCharCode(33 + at))];

/**
 * A Llama of random weights without an end-of-text token: it says random characters until `max_tokens`, slowly enough
 * to be interrupted. `ending` is what its chat template ends with. Its folder.
 */
export function endlessChat(ending = "") {
  const folder = scratch();
  const json = (name, value) => writeFileSync(join(folder, name), JSON.stringify(value));
  json("config.json", {
    architectures: ["LlamaForCausalLM"],
    model_type: "llama",
    vocab_size: ALPHABET.length,
    hidden_size: SHAPE.hidden,
    intermediate_size: SHAPE.intermediate,
    num_hidden_layers: SHAPE.layers,
    num_attention_heads: SHAPE.heads,
    num_key_value_heads: SHAPE.heads,
    max_position_embeddings: SHAPE.context,
    rms_norm_eps: 1e-5,
    rope_theta: 10000,
    hidden_act: "silu",
    tie_word_embeddings: true,
  });
  json("tokenizer_config.json", {
    chat_template: "{% for message in messages %}{{ message.role }}: {{ message.content }}\n{% endfor %}assistant: " + ending,
  });
  const bytes = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: false };
  json("tokenizer.json", {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: [],
    normalizer: null,
    pre_tokenizer: bytes,
    post_processor: null,
    decoder: bytes,
    model: {
      type: "BPE",
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      vocab: Object.fromEntries(ALPHABET.map((character, id) => [character, id])),
      merges: [],
    },
  });
  writeFileSync(join(folder, "model.safetensors"), safetensors(tensors()));
  return folder;
}

/** Name and shape of every tensor. */
function tensors() {
  const { hidden, intermediate, layers } = SHAPE;
  const all = [["model.embed_tokens.weight", [ALPHABET.length, hidden]], ["model.norm.weight", [hidden]]];
  for (let layer = 0; layer < layers; layer++) {
    const add = (name, ...shape) => all.push([`model.layers.${layer}.${name}.weight`, shape]);
    for (const name of ["q", "k", "v", "o"]) add(`self_attn.${name}_proj`, hidden, hidden);
    add("mlp.gate_proj", intermediate, hidden);
    add("mlp.up_proj", intermediate, hidden);
    add("mlp.down_proj", hidden, intermediate);
    add("input_layernorm", hidden);
    add("post_attention_layernorm", hidden);
  }
  return all;
}

/** The file's bytes: norms of ones, small random numbers everywhere else. The same every time. */
function safetensors(all) {
  const header = {};
  let end = 0;
  for (const [name, shape] of all) {
    const start = end;
    end += 4 * shape.reduce((product, size) => product * size, 1);
    header[name] = { dtype: "F32", shape, data_offsets: [start, end] };
  }
  const values = new Float32Array(end / 4);
  let state = 1;
  for (let at = 0; at < values.length; at++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    values[at] = (state / 2 ** 32 - 0.5) * 0.1;
  }
  for (const [name, shape] of all) {
    if (shape.length > 1) continue;
    const { data_offsets: [from, to] } = header[name];
    values.fill(1, from / 4, to / 4);
  }
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, Buffer.from(values.buffer)]);
}

/** The bundled embedder's folder, with `change(bytes)` as its weights. */
export function changedEmbedder(change) {
  const folder = join(scratch(), "embedder");
  mkdirSync(folder);
  const from = join(root, "models/kindling-embed");
  for (const name of ["config.json", "tokenizer.json"]) cpSync(join(from, name), join(folder, name));
  writeFileSync(join(folder, "model.safetensors"), change(readFileSync(join(from, "model.safetensors"))));
  return folder;
}
