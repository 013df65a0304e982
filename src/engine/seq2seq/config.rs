//! `config.json` and `generation_config.json` of an encoder-decoder.

use serde::Deserialize;
use serde_json::Value;

use crate::engine::backend::Failure;
use crate::engine::checkpoints::Checkpoint;
use crate::engine::search::{Generation, Stopping};

pub const CONFIG: &str = "config.json";
const GENERATION: &str = "generation_config.json";

/// Which of the two layouts a checkpoint has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// Sinusoidal positions, norms before their blocks; texts begin with the token of their language.
    M2m100,
    /// Learned positions, norms behind their blocks.
    Bart,
}

impl Family {
    pub fn of(model_type: Option<&str>) -> Option<Self> {
        match model_type? {
            "m2m_100" => Some(Self::M2m100),
            "bart" => Some(Self::Bart),
            _ => None,
        }
    }
}

/// What happens between a feed-forward block's two matrices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Between {
    Relu,
    Gelu,
}

/// Sizes of one half of the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Half {
    pub layers: usize,
    pub heads: usize,
    pub inner: usize,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    pub family: Family,
    pub vocab_size: usize,
    pub width: usize,
    pub encoder: Half,
    pub decoder: Half,
    /// Longest source and longest target, special tokens included.
    pub positions: usize,
    pub embedding_scale: f32,
    pub between: Between,
    pub bos: u32,
    pub eos: u32,
    /// Ours: a checkpoint that was trained on single sentences, to which a text is given sentence by sentence.
    pub is_by_sentence: bool,
    /// Ours: what a checkpoint that was not trained on all pairs of its languages can do.
    pub pairs: Option<Pairs>,
    pub generation: Generation,
}

/// The languages that a checkpoint reads and writes. Between two others than `through` a text goes by way of it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Pairs {
    pub from: Vec<String>,
    pub to: Vec<String>,
    pub through: String,
}

#[derive(Deserialize)]
struct Raw {
    model_type: Option<String>,
    vocab_size: usize,
    d_model: usize,
    encoder_layers: usize,
    decoder_layers: usize,
    encoder_attention_heads: usize,
    decoder_attention_heads: usize,
    encoder_ffn_dim: usize,
    decoder_ffn_dim: usize,
    max_position_embeddings: usize,
    /// Where nothing is said, the family's own.
    #[serde(default)]
    scale_embedding: Option<bool>,
    #[serde(default)]
    activation_function: Option<String>,
    #[serde(default)]
    normalize_before: bool,
    #[serde(default)]
    tie_word_embeddings: Option<bool>,
    #[serde(default)]
    bos_token_id: Option<u32>,
    #[serde(default)]
    eos_token_id: Option<Value>,
    #[serde(default)]
    input_unit: Option<String>,
    #[serde(default)]
    translation_pairs: Option<Pairs>,
}

impl Config {
    pub fn read(checkpoint: &Checkpoint) -> Result<Self, Failure> {
        let refuse = |reason: String| checkpoint.failure(CONFIG, reason);
        let raw: Raw = checkpoint.json(CONFIG)?;
        let family = Family::of(raw.model_type.as_deref()).ok_or_else(|| {
            let other = raw.model_type.as_deref().unwrap_or_default();
            refuse(format!("`model_type` is `{other}`; the supported encoder-decoders are `m2m_100` and `bart`"))
        })?;
        let sizes = [
            ("vocab_size", raw.vocab_size),
            ("d_model", raw.d_model),
            ("encoder_layers", raw.encoder_layers),
            ("decoder_layers", raw.decoder_layers),
            ("encoder_attention_heads", raw.encoder_attention_heads),
            ("decoder_attention_heads", raw.decoder_attention_heads),
            ("encoder_ffn_dim", raw.encoder_ffn_dim),
            ("decoder_ffn_dim", raw.decoder_ffn_dim),
            ("max_position_embeddings", raw.max_position_embeddings),
        ];
        for (key, size) in sizes {
            // The upper bound keeps every product of two sizes far from overflow.
            if size == 0 || size > 1 << 24 {
                return Err(refuse(format!("`{key}` is {size}")));
            }
        }
        for heads in [raw.encoder_attention_heads, raw.decoder_attention_heads] {
            if !raw.d_model.is_multiple_of(heads) {
                return Err(refuse(format!("`d_model` {} is not a multiple of {heads} heads", raw.d_model)));
            }
        }
        if raw.d_model < 4 || (family == Family::Bart && raw.normalize_before) || raw.tie_word_embeddings == Some(false)
        {
            let reason = "`d_model` under 4, `normalize_before` and untied embeddings are not supported";
            return Err(refuse(reason.to_owned()));
        }
        let between = match raw.activation_function.as_deref() {
            Some("relu") => Between::Relu,
            Some("gelu") => Between::Gelu,
            None if family == Family::M2m100 => Between::Relu,
            None => Between::Gelu,
            Some(other) => {
                return Err(refuse(format!("`activation_function` is `{other}`; it can be `relu` or `gelu`")));
            }
        };
        let eos = raw.eos_token_id.as_ref().and_then(first).unwrap_or(2);
        let generation = Generation::read(checkpoint, eos, raw.max_position_embeddings)?;
        let named = [Some(eos), Some(generation.start), generation.forced_bos, generation.forced_eos, raw.bos_token_id];
        if let Some(token) = named.into_iter().flatten().find(|token| *token as usize >= raw.vocab_size) {
            return Err(refuse(format!("token {token} is not in the vocabulary of {}", raw.vocab_size)));
        }
        let half = |layers, heads, inner| Half { layers, heads, inner };
        Ok(Self {
            family,
            vocab_size: raw.vocab_size,
            width: raw.d_model,
            encoder: half(raw.encoder_layers, raw.encoder_attention_heads, raw.encoder_ffn_dim),
            decoder: half(raw.decoder_layers, raw.decoder_attention_heads, raw.decoder_ffn_dim),
            positions: raw.max_position_embeddings,
            embedding_scale: if raw.scale_embedding.unwrap_or(family == Family::M2m100) {
                (raw.d_model as f32).sqrt()
            } else {
                1.0
            },
            between,
            bos: raw.bos_token_id.unwrap_or(0),
            eos,
            is_by_sentence: raw.input_unit.as_deref() == Some("sentence"),
            pairs: raw.translation_pairs,
            generation,
        })
    }
}

impl Generation {
    /// Older checkpoints have these keys in `config.json`; what `generation_config.json` says goes before.
    fn read(checkpoint: &Checkpoint, eos: u32, positions: usize) -> Result<Self, Failure> {
        let old: Value = checkpoint.json(CONFIG)?;
        let new = checkpoint.json_or_none::<Value>(GENERATION)?.unwrap_or_default();
        let get = |key: &str| new.get(key).filter(|value| !value.is_null()).or_else(|| old.get(key));
        let whole = |key: &str| get(key).and_then(Value::as_u64).and_then(|number| usize::try_from(number).ok());
        let token = |key: &str| get(key).and_then(first);
        let max_length = whole("max_length").unwrap_or(positions).min(positions);
        let beams = whole("num_beams").unwrap_or(1);
        if beams == 0 || beams > 64 || max_length < 2 {
            let reason = format!("{beams} beams and a length of {max_length} are not supported");
            return Err(checkpoint.failure(GENERATION, reason));
        }
        Ok(Self {
            start: token("decoder_start_token_id").unwrap_or(eos),
            beams,
            max_length,
            min_length: whole("min_length").unwrap_or(0).min(max_length),
            no_repeat: whole("no_repeat_ngram_size").unwrap_or(0),
            length_penalty: get("length_penalty").and_then(Value::as_f64).unwrap_or(1.0) as f32,
            early_stopping: match get("early_stopping") {
                Some(Value::Bool(true)) => Stopping::Full,
                Some(Value::String(text)) if text == "never" => Stopping::Never,
                _ => Stopping::Heuristic,
            },
            forced_bos: token("forced_bos_token_id"),
            forced_eos: token("forced_eos_token_id"),
        })
    }
}

/// A token id, or the first of several.
fn first(value: &Value) -> Option<u32> {
    let one = value.as_array().and_then(|all| all.first()).unwrap_or(value);
    one.as_u64().and_then(|id| u32::try_from(id).ok())
}
