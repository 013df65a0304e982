//! ModernBERT: norms in front, local and global layers in turn.

use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::{Gated, Layer, Norm, Norms, check_sizes};
use crate::engine::backend::{EncoderSpec, Failure};
use crate::engine::checkpoints::{Checkpoint, Tensors};
use crate::engine::embed::sentence::{self, CONFIG};
use crate::engine::generate::decoder::{Angles, Dense, Rope};
use crate::engine::kernels::attention::Sight;
use crate::engine::kernels::{GateKind, Isa, LayerNorm};

/// The part of `config.json` that decides the computation. The defaults are those of Transformers.
#[derive(Deserialize)]
struct Config {
    vocab_size: usize,
    hidden_size: usize,
    intermediate_size: usize,
    num_hidden_layers: usize,
    num_attention_heads: usize,
    max_position_embeddings: usize,
    #[serde(default = "eps")]
    norm_eps: f32,
    #[serde(default)]
    norm_bias: bool,
    #[serde(default)]
    attention_bias: bool,
    #[serde(default)]
    mlp_bias: bool,
    #[serde(default = "local")]
    local_attention: usize,
    #[serde(default)]
    layer_types: Option<Vec<String>>,
    #[serde(default = "three")]
    global_attn_every_n_layers: usize,
    #[serde(default)]
    hidden_activation: Option<String>,
    #[serde(default)]
    rope_parameters: Json,
    #[serde(default)]
    global_rope_theta: Option<f64>,
    #[serde(default)]
    local_rope_theta: Option<f64>,
}

fn eps() -> f32 {
    1e-5
}

fn local() -> usize {
    128
}

fn three() -> usize {
    3
}

impl Config {
    fn check(&self) -> Result<(), String> {
        let others = [
            ("vocab_size", self.vocab_size),
            ("intermediate_size", self.intermediate_size),
            ("max_position_embeddings", self.max_position_embeddings),
            ("global_attn_every_n_layers", self.global_attn_every_n_layers),
        ];
        check_sizes(self.hidden_size, self.num_attention_heads, &others)?;
        match self.hidden_activation.as_deref() {
            Some("gelu") | None => {}
            Some(other) => return Err(format!("`hidden_activation` is `{other}`; supported is `gelu`")),
        }
        match &self.layer_types {
            Some(types) if types.len() != self.num_hidden_layers => {
                Err(format!("`layer_types` has {} entries for {} layers", types.len(), self.num_hidden_layers))
            }
            _ => Ok(()),
        }
    }

    fn is_local(&self, layer: usize) -> bool {
        match &self.layer_types {
            Some(types) => types[layer] == "sliding_attention",
            None => !layer.is_multiple_of(self.global_attn_every_n_layers),
        }
    }

    /// For layers that see everything, then for local ones.
    fn ropes(&self) -> Result<Vec<Rope>, String> {
        let size = self.hidden_size / self.num_attention_heads;
        let rope = |kind: &str, theta: Option<f64>, default: f64| {
            let stored = &self.rope_parameters[kind];
            let theta = stored["rope_theta"].as_f64().or(theta).unwrap_or(default);
            let mut parameters = if stored.is_object() { stored.clone() } else { json!({}) };
            parameters["rope_theta"] = theta.into();
            let json = json!({ "rope_parameters": parameters });
            Rope::parse(&json, "full_attention", size, self.max_position_embeddings)
        };
        Ok(vec![
            rope("full_attention", self.global_rope_theta, 160_000.0)?,
            rope("sliding_attention", self.local_rope_theta, 10_000.0)?,
        ])
    }
}

pub fn load(checkpoint: &Checkpoint, tensors: &Tensors, isa: Isa) -> Result<(Gated<Dense>, EncoderSpec), Failure> {
    let config: Config = checkpoint.json(CONFIG)?;
    let refuse = |reason: String| checkpoint.failure(CONFIG, reason);
    config.check().map_err(refuse)?;
    let spec = sentence::spec(checkpoint, config.hidden_size, config.max_position_embeddings)?;
    let prefix = if tensors.contains("model.embeddings.tok_embeddings.weight") { "model." } else { "" };
    let (hidden, inner) = (config.hidden_size, config.intermediate_size);
    let size = hidden / config.num_attention_heads;
    let norm = |path: &str| -> Result<Norm, Failure> {
        let scale = tensors.f32_shaped(&format!("{prefix}{path}.weight"), &[hidden])?;
        let shift = match config.norm_bias {
            true => tensors.f32_shaped(&format!("{prefix}{path}.bias"), &[hidden])?,
            false => vec![0.0; hidden],
        };
        Ok(Norm::Layer(LayerNorm { isa, scale, shift, eps: config.norm_eps }))
    };
    let linear = |path: &str, outputs: usize, inputs: usize, has_bias: bool| {
        let rows = tensors.rows(&format!("{prefix}{path}.weight"), [outputs, inputs])?;
        let bias = match has_bias {
            true => Some(tensors.f32_shaped(&format!("{prefix}{path}.bias"), &[outputs])?),
            false => None,
        };
        Ok::<_, Failure>(Dense { inputs, parts: vec![rows], bias })
    };
    let layer = |index: usize| {
        let path = |rest: &str| format!("layers.{index}.{rest}");
        let is_local = config.is_local(index);
        let reach = is_local.then_some(config.local_attention / 2);
        // The embeddings' own norm is just before the first.
        let first = if index == 0 { None } else { Some(norm(&path("attn_norm"))?) };
        Ok(Layer {
            sight: Sight { reach, ..Sight::all(config.num_attention_heads, size) },
            rope: usize::from(is_local),
            norms: Norms::Before { before: [first, Some(norm(&path("mlp_norm"))?)], after: None },
            qkv: linear(&path("attn.Wqkv"), 3 * hidden, hidden, config.attention_bias)?,
            qk_norms: None,
            output: linear(&path("attn.Wo"), hidden, hidden, config.attention_bias)?,
            gate_up: linear(&path("mlp.Wi"), 2 * inner, hidden, config.mlp_bias)?,
            down: linear(&path("mlp.Wo"), hidden, inner, config.mlp_bias)?,
        })
    };
    let ropes = config.ropes().map_err(refuse)?;
    let net = Gated {
        width: hidden,
        intermediate: inner,
        words: tensors.rows(&format!("{prefix}embeddings.tok_embeddings.weight"), [config.vocab_size, hidden])?,
        embedding_scale: 1.0,
        types: None,
        embedding_norm: Some(norm("embeddings.norm")?),
        layers: (0..config.num_hidden_layers).map(layer).collect::<Result<_, Failure>>()?,
        final_norm: Some(norm("final_norm")?),
        angles: ropes.iter().map(|rope| Angles::new(rope, spec.max_tokens)).collect(),
        score_scale: 1.0 / (size as f32).sqrt(),
        gate: GateKind::Gelu,
    };
    Ok((net, spec))
}
