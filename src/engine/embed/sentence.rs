//! What a checkpoint says about turning hidden states into a sentence's vector: the files of sentence-transformers.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::engine::backend::{EncoderOutput, EncoderSpec, Failure, Pooling};
use crate::engine::checkpoints::Checkpoint;

pub const CONFIG: &str = "config.json";

/// The architecture in `config.json`: only names, because each family's config has other keys.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Architecture {
    pub model_type: Option<String>,
    architectures: Vec<String>,
    /// Ours, for a checkpoint in a single folder: `mean`, `cls` or `last`.
    pooling: Option<String>,
    /// ModernBERT's classification head.
    classifier_pooling: Option<String>,
}

impl Architecture {
    pub fn read(checkpoint: &Checkpoint) -> Result<Self, Failure> {
        checkpoint.json(CONFIG)
    }

    /// Whether the checkpoint has a classification head.
    pub fn is_classifier(&self) -> bool {
        self.architectures.first().is_some_and(|name| name.ends_with("ForSequenceClassification"))
    }

    /// Attention that sees only what is before: the last token is the one that has seen all.
    fn is_causal(&self) -> bool {
        matches!(self.model_type.as_deref(), Some("qwen3" | "qwen2" | "llama" | "mistral"))
    }
}

/// `1_Pooling/config.json`: a switch for each mode, and in newer files the mode's name.
#[derive(Default, Deserialize)]
#[serde(default)]
struct PoolingModes {
    pooling_mode: Option<String>,
    pooling_mode_cls_token: bool,
    pooling_mode_mean_tokens: bool,
    pooling_mode_max_tokens: bool,
    pooling_mode_mean_sqrt_len_tokens: bool,
    pooling_mode_weightedmean_tokens: bool,
    pooling_mode_lasttoken: bool,
}

/// `sentence_bert_config.json`.
#[derive(Deserialize)]
struct SentenceConfig {
    max_seq_length: Option<usize>,
}

/// `config_sentence_transformers.json`.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Prompts {
    prompts: BTreeMap<String, String>,
    default_prompt_name: Option<String>,
}

#[derive(Deserialize)]
struct Module {
    path: String,
    #[serde(rename = "type")]
    kind: String,
}

/// What the encoder makes, before any dense module or head, for a model of `positions` positions.
pub fn spec(checkpoint: &Checkpoint, hidden: usize, positions: usize) -> Result<EncoderSpec, Failure> {
    let sentence = checkpoint.json_or_none::<SentenceConfig>("sentence_bert_config.json")?;
    let limit = sentence.and_then(|config| config.max_seq_length).filter(|limit| *limit > 0);
    Ok(EncoderSpec {
        dimensions: hidden,
        max_tokens: positions.min(limit.unwrap_or(usize::MAX)),
        pooling: pooling(checkpoint)?,
        output: EncoderOutput::Vector,
    })
}

fn pooling(checkpoint: &Checkpoint) -> Result<Pooling, Failure> {
    let architecture = Architecture::read(checkpoint)?;
    if architecture.is_classifier() {
        return Ok(match architecture.classifier_pooling.as_deref() {
            Some("mean") => Pooling::Mean,
            _ => Pooling::Cls,
        });
    }
    let file = "1_Pooling/config.json";
    if let Some(modes) = checkpoint.json_or_none::<PoolingModes>(file)? {
        let refused =
            || checkpoint.failure(file, "exactly one of the modes mean, cls and last is supported".to_owned());
        if let Some(name) = modes.pooling_mode.as_deref() {
            return named(name).ok_or_else(refused);
        }
        let others = modes.pooling_mode_max_tokens
            || modes.pooling_mode_mean_sqrt_len_tokens
            || modes.pooling_mode_weightedmean_tokens;
        return match (modes.pooling_mode_mean_tokens, modes.pooling_mode_cls_token, modes.pooling_mode_lasttoken) {
            (true, false, false) if !others => Ok(Pooling::Mean),
            (false, true, false) if !others => Ok(Pooling::Cls),
            (false, false, true) if !others => Ok(Pooling::Last),
            _ => Err(refused()),
        };
    }
    match architecture.pooling.as_deref() {
        None if architecture.is_causal() => Ok(Pooling::Last),
        None => Ok(Pooling::Mean),
        Some(name) => named(name).ok_or_else(|| {
            checkpoint.failure(CONFIG, format!("`pooling` is `{name}`; it can be `mean`, `cls` or `last`"))
        }),
    }
}

fn named(pooling: &str) -> Option<Pooling> {
    Some(match pooling {
        "mean" => Pooling::Mean,
        "cls" => Pooling::Cls,
        "last" | "lasttoken" => Pooling::Last,
        _ => return None,
    })
}

/// Folders of the dense modules behind the pooling, in their order.
pub fn dense_modules(checkpoint: &Checkpoint) -> Result<Vec<String>, Failure> {
    let modules = checkpoint.json_or_none::<Vec<Module>>("modules.json")?.unwrap_or_default();
    // A name that leads out of the checkpoint is none of its modules.
    let is_inside =
        |path: &str| !path.is_empty() && path.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let dense = modules.into_iter().filter(|module| module.kind.ends_with("Dense"));
    dense
        .map(|module| match is_inside(&module.path) {
            true => Ok(module.path),
            false => Err(checkpoint.failure("modules.json", format!("`{}` is not the name of a folder", module.path))),
        })
        .collect()
}

/// What the checkpoint puts before every text that brings no prompt of its own; mostly nothing.
pub fn default_prompt(checkpoint: &Checkpoint) -> Result<String, Failure> {
    let mut file = checkpoint.json_or_none::<Prompts>("config_sentence_transformers.json")?.unwrap_or_default();
    Ok(file.default_prompt_name.and_then(|name| file.prompts.remove(&name)).unwrap_or_default())
}

/// The names of a classifier's classes, in the order of its logits.
pub fn labels(checkpoint: &Checkpoint) -> Result<Vec<String>, Failure> {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Labels {
        id2label: BTreeMap<String, String>,
    }
    let mut file: Labels = checkpoint.json(CONFIG)?;
    Ok((0..).map_while(|id| file.id2label.remove(&id.to_string())).collect())
}
