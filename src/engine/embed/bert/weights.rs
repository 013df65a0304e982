//! The tensors of a BERT by their place in the network.

use super::BertConfig;
use crate::engine::backend::Failure;
use crate::engine::checkpoints::{Rows, Tensors};

/// A matrix `[outputs, inputs]` and its bias.
pub struct LinearWeights {
    pub weight: Vec<f32>,
    pub bias: Vec<f32>,
}

/// Scale and shift of a layer norm.
pub struct NormWeights {
    pub scale: Vec<f32>,
    pub shift: Vec<f32>,
}

/// One encoder layer. `qkv` is query, key and value one above the other, with `1 / sqrt(head size)` in the query.
pub struct LayerWeights {
    pub qkv: LinearWeights,
    pub attention_output: LinearWeights,
    pub attention_norm: NormWeights,
    pub up: LinearWeights,
    pub down: LinearWeights,
    pub output_norm: NormWeights,
}

/// The tensors of a BERT checkpoint by their place in the network.
pub struct BertWeights<'a> {
    config: &'a BertConfig,
    tensors: &'a Tensors,
    /// `bert.` in checkpoints of a model with a head, nothing in those of the bare model.
    prefix: &'static str,
}

impl<'a> BertWeights<'a> {
    pub fn new(config: &'a BertConfig, tensors: &'a Tensors) -> Self {
        let prefix = if tensors.contains("bert.embeddings.word_embeddings.weight") { "bert." } else { "" };
        Self { config, tensors, prefix }
    }

    fn name(&self, path: &str) -> String {
        format!("{}{path}", self.prefix)
    }

    /// The word embeddings, `[vocab_size, hidden_size]`.
    pub fn words(&self) -> Result<Rows, Failure> {
        let shape = [self.config.vocab_size, self.config.hidden_size];
        self.tensors.rows(&self.name("embeddings.word_embeddings.weight"), shape)
    }

    /// The position embeddings, `[max_position_embeddings, hidden_size]`, with the one of token type 0 added to
    /// each: this engine embeds single texts, whose tokens are all of type 0.
    pub fn positions(&self) -> Result<Vec<f32>, Failure> {
        let BertConfig { max_position_embeddings: count, hidden_size: width, type_vocab_size: types, .. } =
            *self.config;
        let name = self.name("embeddings.position_embeddings.weight");
        let mut positions = self.tensors.f32_shaped(&name, &[count, width])?;
        if types > 0 {
            let name = self.name("embeddings.token_type_embeddings.weight");
            let types = self.tensors.f32_shaped(&name, &[types, width])?;
            for position in positions.chunks_exact_mut(width) {
                position.iter_mut().zip(&types).for_each(|(x, y)| *x += y);
            }
        }
        Ok(positions)
    }

    pub fn embedding_norm(&self) -> Result<NormWeights, Failure> {
        self.norm("embeddings.LayerNorm")
    }

    pub fn layer(&self, index: usize) -> Result<LayerWeights, Failure> {
        let BertConfig { hidden_size: hidden, intermediate_size: inner, .. } = *self.config;
        let path = |rest: &str| format!("encoder.layer.{index}.{rest}");
        let mut qkv = self.linear(&path("attention.self.query"), hidden, hidden)?;
        let factor = 1.0 / (self.config.head_size() as f32).sqrt();
        qkv.weight.iter_mut().chain(&mut qkv.bias).for_each(|x| *x *= factor);
        for part in ["key", "value"] {
            let part = self.linear(&path(&format!("attention.self.{part}")), hidden, hidden)?;
            qkv.weight.extend(part.weight);
            qkv.bias.extend(part.bias);
        }
        Ok(LayerWeights {
            qkv,
            attention_output: self.linear(&path("attention.output.dense"), hidden, hidden)?,
            attention_norm: self.norm(&path("attention.output.LayerNorm"))?,
            up: self.linear(&path("intermediate.dense"), hidden, inner)?,
            down: self.linear(&path("output.dense"), inner, hidden)?,
            output_norm: self.norm(&path("output.LayerNorm"))?,
        })
    }

    fn linear(&self, path: &str, inputs: usize, outputs: usize) -> Result<LinearWeights, Failure> {
        let path = self.name(path);
        Ok(LinearWeights {
            weight: self.tensors.f32_shaped(&format!("{path}.weight"), &[outputs, inputs])?,
            bias: self.tensors.f32_shaped(&format!("{path}.bias"), &[outputs])?,
        })
    }

    fn norm(&self, path: &str) -> Result<NormWeights, Failure> {
        let path = self.name(path);
        // Checkpoints that were converted from TensorFlow say gamma and beta.
        let read = |name: &str, old: &str| {
            let (name, old) = (format!("{path}.{name}"), format!("{path}.{old}"));
            let name = if self.tensors.contains(&name) || !self.tensors.contains(&old) { name } else { old };
            self.tensors.f32_shaped(&name, &[self.config.hidden_size])
        };
        Ok(NormWeights { scale: read("weight", "gamma")?, shift: read("bias", "beta")? })
    }
}
