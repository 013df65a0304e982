//! A checkpoint of a shape with random weights, as the hub would have it, in a folder that goes with it.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use candleflare::engine::checkpoints::Checkpoint;
use candleflare::engine::scripted::ScriptedEncoder;
use serde_json::{Map, Value, json};
use tokenizers::AddedToken;

use crate::Error;
use crate::shapes::{Kind, Shape};
use crate::tensors::{self, Tensors};

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

/// `dtype` is `F32` or `BF16`.
pub fn write(shape: &Shape, parent: &Path, dtype: &str) -> Result<Random, Error> {
    let folder = parent.join(format!("bench-device-{}-{}", shape.name, std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let random = Random { checkpoint: Checkpoint::folder(shape.name, &folder), folder };
    let (config, folder) = (shape.config(), &random.folder);
    std::fs::write(folder.join("config.json"), config.to_string())?;
    match shape.kind {
        Kind::Decoder => {}
        Kind::Encoder => tokenizer(folder, &[])?,
        Kind::Speech => tokenizer(folder, &SPEECH)?,
        Kind::Pictures => {
            let size = json!({"crop_pct": 0.875, "feature_extractor_type": "ConvNextFeatureExtractor", "resample": 3,
                "size": 224, "do_resize": false});
            std::fs::write(folder.join("preprocessor_config.json"), size.to_string())?;
        }
    }
    weights(&folder.join("model.safetensors"), &tensors::of(shape.kind, &config), dtype)?;
    Ok(random)
}

/// What a Whisper is steered by.
const SPEECH: [&str; 6] =
    ["<|endoftext|>", "<|startoftranscript|>", "<|en|>", "<|translate|>", "<|transcribe|>", "<|notimestamps|>"];

fn tokenizer(folder: &Path, special: &[&str]) -> Result<(), Error> {
    let mut tokenizer = ScriptedEncoder::tokenizer()?;
    let special: Vec<_> = special.iter().map(|token| AddedToken::from(*token, true)).collect();
    tokenizer.add_special_tokens(special).map_err(|error| error.to_string())?;
    let text = tokenizer.to_string(false).map_err(|error| error.to_string())?;
    Ok(std::fs::write(folder.join("tokenizer.json"), text)?)
}

/// A safetensors file: 8 bytes with the header's length, the header, the numbers.
fn weights(path: &Path, tensors: &Tensors, dtype: &str) -> Result<(), Error> {
    let size = if dtype == "F32" { 4 } else { 2 };
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
    let mut at = 0;
    for (name, shape) in tensors {
        let mut left = shape.iter().product::<usize>() * size;
        if name.ends_with("running_var") {
            // A variance is positive.
            let one = &1.0_f32.to_le_bytes()[4 - size..];
            file.write_all(&one.repeat(left / size))?;
            continue;
        }
        while left > 0 {
            let part = left.min(block.len() - at);
            file.write_all(&block[at..at + part])?;
            (left, at) = (left - part, (at + part) % block.len());
        }
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
