//! The weights of one checkpoint, matrix by matrix, for whichever forward pass will hold them.

use super::config::Config;
use crate::engine::backend::Failure;
use crate::engine::checkpoints::Tensors;

/// A linear map as stored: `weights` is `outputs x inputs`, row by row.
pub struct Dense {
    pub outputs: usize,
    pub inputs: usize,
    pub weights: Vec<f32>,
    pub bias: Option<Vec<f32>>,
}

impl Dense {
    /// One map whose outputs are those of `parts`, one after the other.
    fn stacked(parts: Vec<Self>) -> Self {
        let mut parts = parts.into_iter();
        let mut whole = parts.next().unwrap_or(Self { outputs: 0, inputs: 0, weights: Vec::new(), bias: None });
        for part in parts {
            whole.outputs += part.outputs;
            whole.weights.extend(part.weights);
            if let (Some(bias), Some(more)) = (&mut whole.bias, part.bias) {
                bias.extend(more);
            }
        }
        whole
    }
}

/// One layer.
pub struct LayerWeights {
    pub attention_norm: Vec<f32>,
    /// Queries, keys and values: `(heads + 2 * kv_heads) * head_dim` outputs.
    pub qkv: Dense,
    pub output: Dense,
    pub mlp_norm: Vec<f32>,
    /// Gate and up: `2 * intermediate` outputs.
    pub gate_up: Dense,
    pub down: Dense,
}

/// Reads a checkpoint's tensors by their names in Transformers, and refuses other shapes than the config's.
pub struct Weights<'a> {
    tensors: &'a Tensors,
    config: &'a Config,
}

impl<'a> Weights<'a> {
    pub fn new(tensors: &'a Tensors, config: &'a Config) -> Self {
        Self { tensors, config }
    }

    /// `vocab_size x hidden`.
    pub fn embedding(&self) -> Result<Dense, Failure> {
        self.dense("model.embed_tokens", self.config.vocab_size, self.config.hidden, false)
    }

    /// The output matrix, or `None` where it is the embedding.
    pub fn head(&self) -> Result<Option<Dense>, Failure> {
        if self.config.is_tied {
            return Ok(None);
        }
        self.dense("lm_head", self.config.vocab_size, self.config.hidden, false).map(Some)
    }

    pub fn final_norm(&self) -> Result<Vec<f32>, Failure> {
        self.tensors.f32_shaped("model.norm.weight", &[self.config.hidden])
    }

    pub fn layer(&self, index: usize) -> Result<LayerWeights, Failure> {
        let Config { hidden, intermediate, heads, kv_heads, head_dim, .. } = *self.config;
        let Config { has_qkv_bias, has_output_bias, has_mlp_bias, .. } = *self.config;
        let name = |part: &str| format!("model.layers.{index}.{part}");
        let norm = |part: &str| self.tensors.f32_shaped(&name(&format!("{part}.weight")), &[hidden]);
        let dense = |part: &str, outputs, inputs, has_bias| self.dense(&name(part), outputs, inputs, has_bias);
        Ok(LayerWeights {
            attention_norm: norm("input_layernorm")?,
            qkv: Dense::stacked(vec![
                dense("self_attn.q_proj", heads * head_dim, hidden, has_qkv_bias)?,
                dense("self_attn.k_proj", kv_heads * head_dim, hidden, has_qkv_bias)?,
                dense("self_attn.v_proj", kv_heads * head_dim, hidden, has_qkv_bias)?,
            ]),
            output: dense("self_attn.o_proj", hidden, heads * head_dim, has_output_bias)?,
            mlp_norm: norm("post_attention_layernorm")?,
            gate_up: Dense::stacked(vec![
                dense("mlp.gate_proj", intermediate, hidden, has_mlp_bias)?,
                dense("mlp.up_proj", intermediate, hidden, has_mlp_bias)?,
            ]),
            down: dense("mlp.down_proj", hidden, intermediate, has_mlp_bias)?,
        })
    }

    fn dense(&self, name: &str, outputs: usize, inputs: usize, has_bias: bool) -> Result<Dense, Failure> {
        let weights = self.tensors.f32_shaped(&format!("{name}.weight"), &[outputs, inputs])?;
        let bias = match has_bias {
            true => Some(self.tensors.f32_shaped(&format!("{name}.bias"), &[outputs])?),
            false => None,
        };
        Ok(Dense { outputs, inputs, weights, bias })
    }
}
