//! `config.json` of BERT and of those that compute as it does: RoBERTa, XLM-RoBERTa, DistilBERT.

use serde::Deserialize;

use crate::engine::backend::{EncoderSpec, Failure};
use crate::engine::checkpoints::Checkpoint;
use crate::engine::embed::sentence::{self, CONFIG};

/// What the families differ in: the names of their tensors, and where positions begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    Bert,
    Roberta,
    DistilBert,
}

impl Family {
    /// By `model_type`.
    pub fn of(model_type: Option<&str>) -> Option<Self> {
        Some(match model_type {
            None | Some("bert") => Self::Bert,
            Some("roberta" | "xlm-roberta" | "camembert") => Self::Roberta,
            Some("distilbert") => Self::DistilBert,
            Some(_) => return None,
        })
    }
}

/// The part of `config.json` that decides the computation; the other names are DistilBERT's.
#[derive(Debug, Clone, Deserialize)]
pub struct BertConfig {
    pub vocab_size: usize,
    #[serde(alias = "dim")]
    pub hidden_size: usize,
    #[serde(alias = "n_layers")]
    pub num_hidden_layers: usize,
    #[serde(alias = "n_heads")]
    pub num_attention_heads: usize,
    #[serde(alias = "hidden_dim")]
    pub intermediate_size: usize,
    pub max_position_embeddings: usize,
    #[serde(default)]
    type_vocab_size: Option<usize>,
    #[serde(default = "small")]
    pub layer_norm_eps: f32,
    #[serde(default, alias = "activation")]
    hidden_act: Option<String>,
    #[serde(default)]
    position_embedding_type: Option<String>,
    #[serde(default)]
    is_decoder: bool,
    #[serde(default)]
    pad_token_id: Option<usize>,
    #[serde(default)]
    model_type: Option<String>,
}

fn small() -> f32 {
    1e-12
}

impl BertConfig {
    /// Reads and checks the configuration, and what the checkpoint says about pooling and length.
    pub fn read(checkpoint: &Checkpoint) -> Result<(Self, EncoderSpec), Failure> {
        let refuse = |reason: String| Err(checkpoint.failure(CONFIG, reason));
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
            ("max_position_embeddings", config.max_position_embeddings.saturating_sub(config.first_position())),
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
        let positions = config.max_position_embeddings - config.first_position();
        let spec = sentence::spec(checkpoint, config.hidden_size, positions)?;
        Ok((config, spec))
    }

    /// [`Family::Bert`] where nothing is said: whoever reads this has seen that it is one of them.
    pub fn family(&self) -> Family {
        Family::of(self.model_type.as_deref()).unwrap_or(Family::Bert)
    }

    /// Width of one attention head.
    pub fn head_size(&self) -> usize {
        self.hidden_size / self.num_attention_heads
    }

    /// Rows of the table of token types; none at all for DistilBERT.
    pub fn types(&self) -> usize {
        match self.family() {
            Family::DistilBert => 0,
            Family::Bert | Family::Roberta => self.type_vocab_size.unwrap_or(2),
        }
    }

    /// The row of the position embeddings that a text's first token has: RoBERTa's follow the padding's.
    pub fn first_position(&self) -> usize {
        match self.family() {
            Family::Roberta => self.pad_token_id.unwrap_or(1) + 1,
            Family::Bert | Family::DistilBert => 0,
        }
    }
}
