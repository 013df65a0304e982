//! The weights of one checkpoint, matrix by matrix, for whichever forward pass will hold them.

use super::shape::Config;
use crate::engine::backend::Failure;
use crate::engine::checkpoints::{Rows, Tensors};

/// A linear map as stored: the outputs of `parts`, one after the other.
pub struct Dense {
    pub inputs: usize,
    pub parts: Vec<Rows>,
    pub bias: Option<Vec<f32>>,
}

impl Dense {
    pub fn outputs(&self) -> usize {
        self.parts.iter().map(Rows::len).sum()
    }

    /// `outputs x inputs` numbers.
    pub fn weights(&self) -> Vec<f32> {
        let mut weights = Vec::with_capacity(self.outputs() * self.inputs);
        self.parts.iter().for_each(|part| part.read_all(&mut weights));
        weights
    }
}

/// One layer.
pub struct LayerWeights {
    pub attention_norm: Vec<f32>,
    /// Queries, keys and values: `(heads + 2 * kv_heads) * head_dim` outputs.
    pub qkv: Dense,
    /// For queries and for keys, each as wide as a head.
    pub qk_norms: Option<[Vec<f32>; 2]>,
    pub output: Dense,
    pub mlp_norm: Vec<f32>,
    /// Of what attention and what the feed-forward part gives.
    pub post_norms: Option<[Vec<f32>; 2]>,
    /// Gate and up: `2 * intermediate` outputs.
    pub gate_up: Dense,
    pub down: Dense,
}

/// Reads a checkpoint's tensors by their names in Transformers, and refuses other shapes than the config's.
pub struct Weights<'a> {
    tensors: &'a Tensors,
    config: &'a Config,
    /// What stands before the names: files with a part for images have more.
    prefix: &'static str,
    head: &'static str,
}

const EMBEDDING: &str = "embed_tokens.weight";

impl<'a> Weights<'a> {
    pub fn new(tensors: &'a Tensors, config: &'a Config) -> Self {
        let prefixes = ["model.", "language_model.model.", "model.language_model.", ""];
        let has = |prefix: &&str| tensors.contains(&format!("{prefix}{EMBEDDING}"));
        let prefix = prefixes.into_iter().find(has).unwrap_or(prefixes[0]);
        let head = tensors.first_of(&["lm_head.weight", "language_model.lm_head.weight"]).unwrap_or("lm_head.weight");
        Self { tensors, config, prefix, head }
    }

    /// `vocab_size x hidden`.
    pub fn embedding(&self) -> Result<Rows, Failure> {
        self.tensors.rows(&format!("{}{EMBEDDING}", self.prefix), [self.config.vocab_size, self.config.hidden])
    }

    /// The output matrix: the embedding again where they are one.
    pub fn head(&self) -> Result<Dense, Failure> {
        let rows = match self.config.is_tied {
            true => self.embedding()?,
            false => self.tensors.rows(self.head, [self.config.vocab_size, self.config.hidden])?,
        };
        Ok(Dense { inputs: self.config.hidden, parts: vec![rows], bias: None })
    }

    pub fn final_norm(&self) -> Result<Vec<f32>, Failure> {
        self.norm("norm", self.config.hidden)
    }

    pub fn layer(&self, index: usize) -> Result<LayerWeights, Failure> {
        let Config { hidden, intermediate, heads, kv_heads, head_dim, .. } = *self.config;
        let Config { has_qkv_bias, has_output_bias, has_mlp_bias, has_post_norms, is_fused, .. } = *self.config;
        let name = |part: &str| format!("layers.{index}.{part}");
        let norm = |part: &str| self.norm(&name(part), hidden);
        let dense = |parts: &[(&str, usize)], inputs, has_bias| {
            let parts: Vec<_> = parts.iter().map(|(part, outputs)| (name(part), *outputs)).collect();
            self.dense(&parts, inputs, has_bias)
        };
        let (q, kv) = (heads * head_dim, kv_heads * head_dim);
        let qkv: &[_] = match is_fused {
            true => &[("self_attn.qkv_proj", q + 2 * kv)],
            false => &[("self_attn.q_proj", q), ("self_attn.k_proj", kv), ("self_attn.v_proj", kv)],
        };
        let gate_up: &[_] = match is_fused {
            true => &[("mlp.gate_up_proj", 2 * intermediate)],
            false => &[("mlp.gate_proj", intermediate), ("mlp.up_proj", intermediate)],
        };
        let qk_norm = |part: &str| self.norm(&name(part), head_dim);
        let post_norms = match has_post_norms {
            true => Some([norm("post_attention_layernorm")?, norm("post_feedforward_layernorm")?]),
            false => None,
        };
        Ok(LayerWeights {
            attention_norm: norm("input_layernorm")?,
            qkv: dense(qkv, hidden, has_qkv_bias)?,
            qk_norms: match self.config.has_qk_norm {
                true => Some([qk_norm("self_attn.q_norm")?, qk_norm("self_attn.k_norm")?]),
                false => None,
            },
            output: dense(&[("self_attn.o_proj", hidden)], q, has_output_bias)?,
            mlp_norm: norm(if has_post_norms { "pre_feedforward_layernorm" } else { "post_attention_layernorm" })?,
            post_norms,
            gate_up: dense(gate_up, hidden, has_mlp_bias)?,
            down: dense(&[("mlp.down_proj", hidden)], intermediate, has_mlp_bias)?,
        })
    }

    fn norm(&self, name: &str, width: usize) -> Result<Vec<f32>, Failure> {
        let mut norm = self.tensors.f32_shaped(&format!("{}{name}.weight", self.prefix), &[width])?;
        if self.config.norms_less_one {
            norm.iter_mut().for_each(|weight| *weight += 1.0);
        }
        Ok(norm)
    }

    fn dense(&self, parts: &[(String, usize)], inputs: usize, has_bias: bool) -> Result<Dense, Failure> {
        let rows = |(name, outputs): &(String, usize)| {
            self.tensors.rows(&format!("{}{name}.weight", self.prefix), [*outputs, inputs])
        };
        let bias = |(name, outputs): &(String, usize)| {
            self.tensors.f32_shaped(&format!("{}{name}.bias", self.prefix), &[*outputs])
        };
        Ok(Dense {
            inputs,
            parts: parts.iter().map(rows).collect::<Result<_, _>>()?,
            bias: match has_bias {
                true => Some(parts.iter().map(bias).collect::<Result<Vec<_>, _>>()?.concat()),
                false => None,
            },
        })
    }
}
