//! `config.json` of a BERT, and what a checkpoint says about pooling and length.

use serde::Deserialize;

use crate::engine::backend::{EncoderSpec, Failure, Pooling};
use crate::engine::checkpoints::Checkpoint;

const CONFIG: &str = "config.json";

/// The part of `config.json` that decides the computation.
#[derive(Debug, Clone, Deserialize)]
pub struct BertConfig {
    pub vocab_size: usize,
    pub hidden_size: usize,
    pub num_hidden_layers: usize,
    pub num_attention_heads: usize,
    pub intermediate_size: usize,
    pub max_position_embeddings: usize,
    #[serde(default = "two")]
    pub type_vocab_size: usize,
    #[serde(default = "small")]
    pub layer_norm_eps: f32,
    #[serde(default)]
    hidden_act: Option<String>,
    #[serde(default)]
    position_embedding_type: Option<String>,
    #[serde(default)]
    is_decoder: bool,
    /// Ours, for a checkpoint in a single folder: `mean` or `cls`.
    #[serde(default)]
    pooling: Option<String>,
}

fn two() -> usize {
    2
}

fn small() -> f32 {
    1e-12
}

/// Only the name, because another family's config has other keys.
#[derive(Deserialize)]
struct Family {
    model_type: Option<String>,
}

/// `1_Pooling/config.json` of sentence-transformers.
#[derive(Default, Deserialize)]
#[serde(default)]
struct PoolingModes {
    pooling_mode_cls_token: bool,
    pooling_mode_mean_tokens: bool,
    pooling_mode_max_tokens: bool,
    pooling_mode_mean_sqrt_len_tokens: bool,
    pooling_mode_weightedmean_tokens: bool,
    pooling_mode_lasttoken: bool,
}

/// `sentence_bert_config.json` of sentence-transformers.
#[derive(Deserialize)]
struct SentenceConfig {
    max_seq_length: Option<usize>,
}

impl BertConfig {
    /// Reads and checks the configuration, and what the checkpoint says about pooling and length.
    pub fn read(checkpoint: &Checkpoint) -> Result<(Self, EncoderSpec), Failure> {
        let refuse = |reason: String| Err(checkpoint.failure(CONFIG, reason));
        match checkpoint.json::<Family>(CONFIG)?.model_type.as_deref() {
            Some("bert") | None => {}
            Some(other) => {
                return refuse(format!("`model_type` is `{other}`; the supported text encoder is `bert`"));
            }
        }
        let config: Self = checkpoint.json(CONFIG)?;
        match config.hidden_act.as_deref() {
            Some("gelu") | None => {}
            Some(other) => return refuse(format!("`hidden_act` is `{other}`; supported is `gelu`")),
        }
        match config.position_embedding_type.as_deref() {
            Some("absolute") | None => {}
            Some(other) => {
                return refuse(format!("`position_embedding_type` is `{other}`; supported is `absolute`"));
            }
        }
        if config.is_decoder {
            return refuse("`is_decoder` is true: this is not an encoder".to_owned());
        }
        let sizes = [
            ("vocab_size", config.vocab_size),
            ("hidden_size", config.hidden_size),
            ("num_attention_heads", config.num_attention_heads),
            ("intermediate_size", config.intermediate_size),
            ("max_position_embeddings", config.max_position_embeddings),
        ];
        for (key, size) in sizes {
            // The upper bound keeps every product of two sizes far from overflow.
            if size == 0 || size > 1 << 24 {
                return refuse(format!("`{key}` is {size}"));
            }
        }
        if !config.hidden_size.is_multiple_of(config.num_attention_heads) {
            let (hidden, heads) = (config.hidden_size, config.num_attention_heads);
            return refuse(format!("`hidden_size` {hidden} is not a multiple of `num_attention_heads` {heads}"));
        }
        if !(config.layer_norm_eps > 0.0 && config.layer_norm_eps < 1.0) {
            return refuse(format!("`layer_norm_eps` is {}", config.layer_norm_eps));
        }
        let spec = EncoderSpec {
            dimensions: config.hidden_size,
            max_tokens: config.max_tokens(checkpoint)?,
            pooling: config.pooling(checkpoint)?,
        };
        Ok((config, spec))
    }

    /// Width of one attention head.
    pub fn head_size(&self) -> usize {
        self.hidden_size / self.num_attention_heads
    }

    fn max_tokens(&self, checkpoint: &Checkpoint) -> Result<usize, Failure> {
        let sentence = checkpoint.json_or_none::<SentenceConfig>("sentence_bert_config.json")?;
        let limit = sentence.and_then(|config| config.max_seq_length).filter(|limit| *limit > 0);
        Ok(self.max_position_embeddings.min(limit.unwrap_or(usize::MAX)))
    }

    fn pooling(&self, checkpoint: &Checkpoint) -> Result<Pooling, Failure> {
        let file = "1_Pooling/config.json";
        if let Some(modes) = checkpoint.json_or_none::<PoolingModes>(file)? {
            let others = modes.pooling_mode_max_tokens
                || modes.pooling_mode_mean_sqrt_len_tokens
                || modes.pooling_mode_weightedmean_tokens
                || modes.pooling_mode_lasttoken;
            return match (modes.pooling_mode_mean_tokens, modes.pooling_mode_cls_token) {
                (true, false) if !others => Ok(Pooling::Mean),
                (false, true) if !others => Ok(Pooling::Cls),
                _ => Err(checkpoint.failure(file, "exactly one of the modes mean and cls is supported".to_owned())),
            };
        }
        match self.pooling.as_deref() {
            None | Some("mean") => Ok(Pooling::Mean),
            Some("cls") => Ok(Pooling::Cls),
            Some(other) => {
                Err(checkpoint.failure(CONFIG, format!("`pooling` is `{other}`; it can be `mean` or `cls`")))
            }
        }
    }
}
