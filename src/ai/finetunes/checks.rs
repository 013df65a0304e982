//! What production asks of an adapter's name and files.

use serde_json::Value;

use super::{CONFIG, WEIGHTS, refused};
use crate::engine::checkpoints::Checkpoint;
use crate::error::AiError;
use crate::limits::Limits;

/// The families whose adapters production takes.
const MODEL_TYPES: [&str; 3] = ["mistral", "gemma", "llama"];
const LONGEST_NAME: usize = 128;

pub fn name(name: &str) -> Result<(), AiError> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | ' ');
    if name.len() > LONGEST_NAME || !name.chars().all(is_plain) {
        return Err(refused(format!(
            "`name` holds letters, digits, `-`, `_`, `.` and spaces, at most {LONGEST_NAME} of them"
        )));
    }
    if name.starts_with(super::PUBLIC_PREFIX) {
        return Err(refused(format!("names that begin with `{}` are Cloudflare's own", super::PUBLIC_PREFIX)));
    }
    Ok(())
}

/// A file for a finetune of `model`.
pub fn file(limits: &Limits, model: &str, file: &str, bytes: &[u8]) -> Result<(), AiError> {
    match file {
        CONFIG => config(limits, model, bytes),
        WEIGHTS if bytes.len() > limits.bytes("ai.finetune_asset_bytes") => Err(AiError::TooLarge),
        WEIGHTS => {
            let files = [(WEIGHTS.to_owned(), bytes.into())].into();
            let opened = Checkpoint::memory("the upload", files).tensors_of(&[WEIGHTS]);
            opened.map(|_| ()).map_err(|failure| refused(failure.to_string()))
        }
        other => Err(refused(format!("`file_name` is `{other}`\nhint: the files are `{CONFIG}` and `{WEIGHTS}`"))),
    }
}

fn config(limits: &Limits, model: &str, bytes: &[u8]) -> Result<(), AiError> {
    let json: Value = serde_json::from_slice(bytes).map_err(|error| refused(format!("`{CONFIG}`: {error}")))?;
    let kind = json["model_type"].as_str().unwrap_or_default();
    if !MODEL_TYPES.contains(&kind) {
        return Err(refused(format!(
            "`{CONFIG}` needs a `model_type` of {}\nhint: PEFT does not write it; add it by hand",
            MODEL_TYPES.map(|kind| format!("`{kind}`")).join(", ")
        )));
    }
    // Qwen's bases have no type of their own in that list.
    if let Some(family) = MODEL_TYPES.iter().find(|family| model.contains(**family))
        && *family != kind
        && !model.contains("deepseek")
    {
        return Err(refused(format!("`{CONFIG}` says `model_type` `{kind}`, and the base model is `{model}`")));
    }
    let row = if model.ends_with("-lora") { "ai.finetune_rank_small" } else { "ai.finetune_rank" };
    let most = limits.value(row).unwrap_or(u64::MAX);
    match json["r"].as_u64() {
        Some(rank) if (1..=most).contains(&rank) => Ok(()),
        Some(rank) => Err(refused(format!("`{CONFIG}`: the rank `r` is {rank}; for `{model}` it is from 1 to {most}"))),
        None => Err(refused(format!("`{CONFIG}` needs the rank `r`"))),
    }
}
