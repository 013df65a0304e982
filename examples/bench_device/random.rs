//! A checkpoint of a shape with random weights, as the hub would have it, in a folder that goes with it.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use candleflare::engine::checkpoints::Checkpoint;
use candleflare::engine::scripted::ScriptedEncoder;
use serde_json::{Map, Value, json};

use crate::Error;
use crate::shapes::{Kind, Shape};

pub struct Random {
    pub checkpoint: Checkpoint,
    folder: PathBuf,
}

impl Drop for Random {
    fn drop(&mut self) {
        // What cannot be removed is in the folder for passing files anyway.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

pub fn write(shape: &Shape, parent: &Path) -> Result<Random, Error> {
    let folder = parent.join(format!("bench-device-{}-{}", shape.name, std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let random = Random { checkpoint: Checkpoint::folder(shape.name, &folder), folder };
    let config = shape.config();
    std::fs::write(random.folder.join("config.json"), config.to_string())?;
    if shape.kind == Kind::Encoder {
        let tokenizer = ScriptedEncoder::tokenizer()?.to_string(false).map_err(|error| error.to_string())?;
        std::fs::write(random.folder.join("tokenizer.json"), tokenizer)?;
    }
    let tensors = match shape.kind {
        Kind::Encoder => encoder(&config),
        Kind::Decoder => decoder(&config),
    };
    weights(&random.folder.join("model.safetensors"), &tensors, shape.kind)?;
    Ok(random)
}

type Tensors = Vec<(String, Vec<usize>)>;

fn number(config: &Value, key: &str) -> usize {
    config[key].as_u64().and_then(|number| number.try_into().ok()).unwrap_or_default()
}

fn encoder(config: &Value) -> Tensors {
    let (width, inner) = (number(config, "hidden_size"), number(config, "intermediate_size"));
    let mut tensors = Tensors::new();
    let mut table =
        |name: &str, rows| tensors.push((format!("embeddings.{name}_embeddings.weight"), vec![rows, width]));
    table("word", number(config, "vocab_size"));
    table("position", number(config, "max_position_embeddings"));
    table("token_type", number(config, "type_vocab_size"));
    let mut pair = |name: String, shape: Vec<usize>| {
        tensors.push((format!("{name}.bias"), vec![shape[0]]));
        tensors.push((format!("{name}.weight"), shape));
    };
    pair("embeddings.LayerNorm".to_owned(), vec![width]);
    for layer in 0..number(config, "num_hidden_layers") {
        let at = |name: &str| format!("encoder.layer.{layer}.{name}");
        for part in ["query", "key", "value"] {
            pair(at(&format!("attention.self.{part}")), vec![width, width]);
        }
        pair(at("attention.output.dense"), vec![width, width]);
        pair(at("attention.output.LayerNorm"), vec![width]);
        pair(at("intermediate.dense"), vec![inner, width]);
        pair(at("output.dense"), vec![width, inner]);
        pair(at("output.LayerNorm"), vec![width]);
    }
    tensors
}

fn decoder(config: &Value) -> Tensors {
    let (width, inner) = (number(config, "hidden_size"), number(config, "intermediate_size"));
    let (head, vocabulary) = (number(config, "head_dim"), number(config, "vocab_size"));
    let (queries, keys) = (number(config, "num_attention_heads") * head, number(config, "num_key_value_heads") * head);
    let mut tensors = vec![
        ("model.embed_tokens.weight".to_owned(), vec![vocabulary, width]),
        ("model.norm.weight".to_owned(), vec![width]),
    ];
    if config["tie_word_embeddings"] == json!(false) {
        tensors.push(("lm_head.weight".to_owned(), vec![vocabulary, width]));
    }
    for layer in 0..number(config, "num_hidden_layers") {
        let mut add =
            |name: &str, shape: Vec<usize>| tensors.push((format!("model.layers.{layer}.{name}.weight"), shape));
        add("input_layernorm", vec![width]);
        add("post_attention_layernorm", vec![width]);
        add("self_attn.q_proj", vec![queries, width]);
        add("self_attn.k_proj", vec![keys, width]);
        add("self_attn.v_proj", vec![keys, width]);
        add("self_attn.o_proj", vec![width, queries]);
        add("mlp.gate_proj", vec![inner, width]);
        add("mlp.up_proj", vec![inner, width]);
        add("mlp.down_proj", vec![width, inner]);
        if config["architectures"][0] == "Qwen3ForCausalLM" {
            add("self_attn.q_norm", vec![head]);
            add("self_attn.k_norm", vec![head]);
        }
    }
    tensors
}

/// A safetensors file: 8 bytes with the header's length, the header, the numbers.
fn weights(path: &Path, tensors: &Tensors, kind: Kind) -> Result<(), Error> {
    let (dtype, size) = match kind {
        Kind::Encoder => ("F32", 4),
        Kind::Decoder => ("BF16", 2),
    };
    let mut header = Map::new();
    let mut end = 0;
    for (name, shape) in tensors {
        let start = end;
        end += shape.iter().product::<usize>() * size;
        header.insert(name.clone(), json!({"dtype": dtype, "shape": shape, "data_offsets": [start, end]}));
    }
    let mut header = Value::Object(header).to_string();
    header.push_str(&" ".repeat(header.len().next_multiple_of(8) - header.len()));
    let mut file = BufWriter::with_capacity(1 << 20, File::create(path)?);
    file.write_all(&(header.len() as u64).to_le_bytes())?;
    file.write_all(header.as_bytes())?;
    let block = block(size);
    while end > 0 {
        let part = end.min(block.len());
        file.write_all(&block[..part])?;
        end -= part;
    }
    Ok(file.flush()?)
}

/// Numbers between -1/32 and 1/32, enough of them that no two rows of a matrix are alike: their count is prime.
fn block(size: usize) -> Vec<u8> {
    const NUMBERS: usize = 1_048_583;
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let draw = |_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 40) as f32 / (1 << 23) as f32 - 1.0) / 32.0
    };
    // The upper half of a float32 is its bf16, little end first.
    (0..NUMBERS).map(draw).flat_map(|number| number.to_le_bytes().into_iter().skip(4 - size)).collect()
}
