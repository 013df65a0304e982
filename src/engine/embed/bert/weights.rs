//! The tensors of a BERT by their place in the network.

use super::{BertConfig, Family};
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

/// What a family calls the parts of a layer.
struct Names {
    layer: &'static str,
    qkv: [&'static str; 3],
    attention_output: &'static str,
    attention_norm: &'static str,
    up: &'static str,
    down: &'static str,
    output_norm: &'static str,
}

const BERT: Names = Names {
    layer: "encoder.layer",
    qkv: ["attention.self.query", "attention.self.key", "attention.self.value"],
    attention_output: "attention.output.dense",
    attention_norm: "attention.output.LayerNorm",
    up: "intermediate.dense",
    down: "output.dense",
    output_norm: "output.LayerNorm",
};

const DISTILBERT: Names = Names {
    layer: "transformer.layer",
    qkv: ["attention.q_lin", "attention.k_lin", "attention.v_lin"],
    attention_output: "attention.out_lin",
    attention_norm: "sa_layer_norm",
    up: "ffn.lin1",
    down: "ffn.lin2",
    output_norm: "output_layer_norm",
};

/// The tensors of a checkpoint of the BERT family by their place in the network.
pub struct BertWeights<'a> {
    config: &'a BertConfig,
    tensors: &'a Tensors,
    names: &'static Names,
    /// `bert.` and the like in checkpoints of a model with a head, nothing in those of the bare model.
    prefix: &'static str,
}

impl<'a> BertWeights<'a> {
    pub fn new(config: &'a BertConfig, tensors: &'a Tensors) -> Self {
        let has = |prefix: &&str| tensors.contains(&format!("{prefix}embeddings.word_embeddings.weight"));
        let prefix = ["bert.", "roberta.", "distilbert."].into_iter().find(has).unwrap_or("");
        let names = match config.family() {
            Family::Bert | Family::Roberta => &BERT,
            Family::DistilBert => &DISTILBERT,
        };
        Self { config, tensors, names, prefix }
    }

    fn name(&self, path: &str) -> String {
        format!("{}{path}", self.prefix)
    }

    /// The word embeddings, `[vocab_size, hidden_size]`.
    pub fn words(&self) -> Result<Rows, Failure> {
        let shape = [self.config.vocab_size, self.config.hidden_size];
        self.tensors.rows(&self.name("embeddings.word_embeddings.weight"), shape)
    }

    /// The position embeddings from a text's first token on, with the one of token type 0 added to each, and what
    /// is to be added to a token of type 1 (nothing where there is one type only).
    pub fn positions(&self) -> Result<(Vec<f32>, Option<Vec<f32>>), Failure> {
        let BertConfig { max_position_embeddings: count, hidden_size: width, .. } = *self.config;
        let name = self.name("embeddings.position_embeddings.weight");
        let mut positions = self.tensors.f32_shaped(&name, &[count, width])?;
        positions.drain(..self.config.first_position() * width);
        if self.config.types() == 0 {
            return Ok((positions, None));
        }
        let name = self.name("embeddings.token_type_embeddings.weight");
        let types = self.tensors.f32_shaped(&name, &[self.config.types(), width])?;
        for position in positions.chunks_exact_mut(width) {
            position.iter_mut().zip(&types).for_each(|(x, y)| *x += y);
        }
        let second = types.get(width..2 * width);
        let more = second.map(|second| second.iter().zip(&types).map(|(second, first)| second - first).collect());
        Ok((positions, more))
    }

    pub fn embedding_norm(&self) -> Result<NormWeights, Failure> {
        self.norm("embeddings.LayerNorm")
    }

    pub fn layer(&self, index: usize) -> Result<LayerWeights, Failure> {
        let (names, hidden, inner) = (self.names, self.config.hidden_size, self.config.intermediate_size);
        let path = |rest: &str| format!("{}.{index}.{rest}", names.layer);
        let mut qkv = self.linear(&path(names.qkv[0]), hidden, hidden)?;
        let factor = 1.0 / (self.config.head_size() as f32).sqrt();
        qkv.weight.iter_mut().chain(&mut qkv.bias).for_each(|x| *x *= factor);
        for part in &names.qkv[1..] {
            let part = self.linear(&path(part), hidden, hidden)?;
            qkv.weight.extend(part.weight);
            qkv.bias.extend(part.bias);
        }
        Ok(LayerWeights {
            qkv,
            attention_output: self.linear(&path(names.attention_output), hidden, hidden)?,
            attention_norm: self.norm(&path(names.attention_norm))?,
            up: self.linear(&path(names.up), hidden, inner)?,
            down: self.linear(&path(names.down), inner, hidden)?,
            output_norm: self.norm(&path(names.output_norm))?,
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
