//! nomic's BERT: norms over the sums, rotary positions, SwiGLU. Its repositories and Transformers name everything
//! differently; both are read.

use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::{Gated, Layer, Norm, Norms, check_sizes};
use crate::engine::backend::{EncoderSpec, Failure};
use crate::engine::checkpoints::{Checkpoint, Tensors};
use crate::engine::embed::sentence::{self, CONFIG};
use crate::engine::generate::decoder::{Angles, Dense, Rope};
use crate::engine::kernels::attention::Sight;
use crate::engine::kernels::{GateKind, Isa, LayerNorm};

/// The part of `config.json` that decides the computation; the other names are those of nomic's repositories.
#[derive(Deserialize)]
struct Config {
    vocab_size: usize,
    #[serde(alias = "n_embd")]
    hidden_size: usize,
    #[serde(alias = "n_layer")]
    num_hidden_layers: usize,
    #[serde(alias = "n_head")]
    num_attention_heads: usize,
    #[serde(alias = "n_inner")]
    intermediate_size: usize,
    #[serde(alias = "n_positions")]
    max_position_embeddings: usize,
    #[serde(alias = "layer_norm_epsilon", default = "eps")]
    layer_norm_eps: f32,
    #[serde(alias = "activation_function", default)]
    hidden_act: Option<String>,
    #[serde(default)]
    type_vocab_size: Option<usize>,
    #[serde(default)]
    rope_parameters: Json,
    #[serde(default)]
    rotary_emb_base: Option<f64>,
    #[serde(default)]
    rotary_emb_fraction: Option<f64>,
    #[serde(default)]
    rotary_emb_interleaved: bool,
    #[serde(default)]
    prenorm: bool,
    #[serde(default)]
    use_rms_norm: bool,
    #[serde(default)]
    qkv_proj_bias: bool,
    #[serde(default)]
    mlp_fc1_bias: bool,
    #[serde(default)]
    mlp_fc2_bias: bool,
    #[serde(default)]
    num_experts: Option<usize>,
}

fn eps() -> f32 {
    1e-12
}

impl Config {
    fn check(&self) -> Result<(), String> {
        let others = [
            ("vocab_size", self.vocab_size),
            ("intermediate_size", self.intermediate_size),
            ("max_position_embeddings", self.max_position_embeddings),
        ];
        check_sizes(self.hidden_size, self.num_attention_heads, &others)?;
        match self.hidden_act.as_deref() {
            Some("silu" | "swiglu") | None => {}
            Some(other) => return Err(format!("`hidden_act` is `{other}`; supported is `silu`")),
        }
        let others = [
            ("prenorm", self.prenorm),
            ("use_rms_norm", self.use_rms_norm),
            ("rotary_emb_interleaved", self.rotary_emb_interleaved),
            ("qkv_proj_bias", self.qkv_proj_bias),
            ("mlp_fc1_bias", self.mlp_fc1_bias),
            ("mlp_fc2_bias", self.mlp_fc2_bias),
            ("num_experts", self.num_experts.is_some_and(|count| count > 0)),
        ];
        match others.into_iter().find(|(_, is_set)| *is_set) {
            Some((key, _)) => Err(format!("`{key}` is set, which is not supported")),
            None => Ok(()),
        }
    }

    fn rope(&self) -> Result<Rope, String> {
        let theta = self.rope_parameters["rope_theta"].as_f64().or(self.rotary_emb_base).unwrap_or(1000.0);
        let mut parameters = if self.rope_parameters.is_object() { self.rope_parameters.clone() } else { json!({}) };
        parameters["rope_theta"] = theta.into();
        let json = json!({
            "rope_parameters": parameters,
            "partial_rotary_factor": self.rotary_emb_fraction.unwrap_or(1.0),
        });
        let size = self.hidden_size / self.num_attention_heads;
        Rope::parse(&json, "full_attention", size, self.max_position_embeddings)
    }
}

/// What a checkpoint calls its parts.
struct Names {
    embedding_norm: &'static str,
    layer: &'static str,
    qkv: &'static [&'static str],
    output: &'static str,
    gate_up: [&'static str; 2],
    down: &'static str,
    norms: [&'static str; 2],
}

const PUBLISHED: Names = Names {
    embedding_norm: "emb_ln",
    layer: "encoder.layers",
    qkv: &["attn.Wqkv"],
    output: "attn.out_proj",
    gate_up: ["mlp.fc12", "mlp.fc11"],
    down: "mlp.fc2",
    norms: ["norm1", "norm2"],
};

const TRANSFORMERS: Names = Names {
    embedding_norm: "embeddings.LayerNorm",
    layer: "layers",
    qkv: &["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"],
    output: "self_attn.o_proj",
    gate_up: ["mlp.gate_proj", "mlp.up_proj"],
    down: "mlp.down_proj",
    norms: ["post_attention_layernorm", "post_mlp_layernorm"],
};

pub fn load(checkpoint: &Checkpoint, tensors: &Tensors, isa: Isa) -> Result<(Gated<Dense>, EncoderSpec), Failure> {
    let config: Config = checkpoint.json(CONFIG)?;
    let refuse = |reason: String| checkpoint.failure(CONFIG, reason);
    config.check().map_err(refuse)?;
    let spec = sentence::spec(checkpoint, config.hidden_size, config.max_position_embeddings)?;
    let names = if tensors.contains("emb_ln.weight") { PUBLISHED } else { TRANSFORMERS };
    let (hidden, inner) = (config.hidden_size, config.intermediate_size);
    let size = hidden / config.num_attention_heads;
    let norm = |path: &str| -> Result<Norm, Failure> {
        let scale = tensors.f32_shaped(&format!("{path}.weight"), &[hidden])?;
        let shift = tensors.f32_shaped(&format!("{path}.bias"), &[hidden])?;
        Ok(Norm::Layer(LayerNorm { isa, scale, shift, eps: config.layer_norm_eps }))
    };
    let layer = |index: usize| {
        let path = |rest: &str| format!("{}.{index}.{rest}", names.layer);
        let linear = |parts: &[&str], outputs: usize, inputs: usize| {
            let rows = |part: &&str| tensors.rows(&path(&format!("{part}.weight")), [outputs, inputs]);
            let parts = parts.iter().map(rows).collect::<Result<Vec<_>, _>>()?;
            Ok::<_, Failure>(Dense { inputs, parts, bias: None })
        };
        Ok(Layer {
            sight: Sight::all(config.num_attention_heads, size),
            rope: 0,
            norms: Norms::Over([norm(&path(names.norms[0]))?, norm(&path(names.norms[1]))?]),
            qkv: linear(names.qkv, 3 * hidden / names.qkv.len(), hidden)?,
            qk_norms: None,
            output: linear(&[names.output], hidden, hidden)?,
            gate_up: linear(&names.gate_up, inner, hidden)?,
            down: linear(&[names.down], hidden, inner)?,
        })
    };
    let types = match config.type_vocab_size.unwrap_or(2) {
        0 => None,
        count => {
            let table = tensors.f32_shaped("embeddings.token_type_embeddings.weight", &[count, hidden])?;
            let row = |index: usize| table[index * hidden..(index + 1) * hidden].to_vec();
            Some([row(0), row(usize::from(count > 1))])
        }
    };
    let net = Gated {
        width: hidden,
        intermediate: inner,
        words: tensors.rows("embeddings.word_embeddings.weight", [config.vocab_size, hidden])?,
        embedding_scale: 1.0,
        types,
        embedding_norm: Some(norm(names.embedding_norm)?),
        layers: (0..config.num_hidden_layers).map(layer).collect::<Result<_, Failure>>()?,
        final_norm: None,
        angles: vec![Angles::new(&config.rope().map_err(refuse)?, spec.max_tokens)],
        score_scale: 1.0 / (size as f32).sqrt(),
        gate: GateKind::Silu,
    };
    Ok((net, spec))
}
