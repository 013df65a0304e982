//! BERT on our own kernels: rows packed without padding, one pass over memory per step.

use super::{BertConfig, BertWeights, LinearWeights, NormWeights};
use crate::engine::backend::{Failure, TokenRow};
use crate::engine::checkpoints::{Rows, Tensors};
use crate::engine::embed::cpu::{Forward, Scratch};
use crate::engine::kernels::attention::{Sight, attend};
use crate::engine::kernels::{Activation, Isa, LayerNorm, Linear};

/// The layers of a BERT with their weights packed for this machine.
pub struct BertForward {
    isa: Isa,
    width: usize,
    heads: usize,
    /// `[vocabulary, hidden]`, as stored.
    words: Rows,
    /// `[max positions, hidden]`, token type 0 included.
    positions: Vec<f32>,
    /// What a token of type 1 has more.
    second_type: Option<Vec<f32>>,
    embedding_norm: LayerNorm,
    layers: Vec<Layer>,
}

struct Layer {
    qkv: Linear,
    attention_output: Linear,
    attention_norm: LayerNorm,
    up: Linear,
    down: Linear,
    output_norm: LayerNorm,
}

impl BertForward {
    pub fn load(config: &BertConfig, tensors: &Tensors, isa: Isa) -> Result<Self, Failure> {
        let weights = BertWeights::new(config, tensors);
        let linear = |weights: LinearWeights, inputs| Linear::new(isa, &weights.weight, &weights.bias, inputs);
        let norm = |NormWeights { scale, shift }| LayerNorm { isa, scale, shift, eps: config.layer_norm_eps };
        let layer = |index| {
            let layer = weights.layer(index)?;
            Ok(Layer {
                qkv: linear(layer.qkv, config.hidden_size),
                attention_output: linear(layer.attention_output, config.hidden_size),
                attention_norm: norm(layer.attention_norm),
                up: linear(layer.up, config.hidden_size),
                down: linear(layer.down, config.intermediate_size),
                output_norm: norm(layer.output_norm),
            })
        };
        let (positions, second_type) = weights.positions()?;
        Ok(Self {
            isa,
            width: config.hidden_size,
            heads: config.num_attention_heads,
            words: weights.words()?,
            positions,
            second_type,
            embedding_norm: norm(weights.embedding_norm()?),
            layers: (0..config.num_hidden_layers).map(layer).collect::<Result<_, Failure>>()?,
        })
    }
}

impl Forward for BertForward {
    fn width(&self) -> usize {
        self.width
    }

    fn forward(&self, texts: &[TokenRow<'_>], scratch: &mut Scratch) -> Result<(), Failure> {
        let width = self.width;
        let tokens: usize = texts.iter().map(|text| text.ids.len()).sum();
        let inner = self.layers.iter().map(|layer| layer.up.outputs()).max().unwrap_or(0);
        let Scratch { hidden, wide, context, update, .. } = scratch;
        hidden.resize(tokens * width, 0.0);
        wide.resize(tokens * inner.max(3 * width), 0.0);
        context.resize(tokens * width, 0.0);
        update.resize(tokens * width, 0.0);

        let mut rows = hidden.chunks_exact_mut(width);
        for text in texts {
            for ((position, id), row) in text.ids.iter().enumerate().zip(&mut rows) {
                if !self.words.read(*id as usize, row) {
                    return Err(super::super::unknown_token(*id, self.words.len()));
                }
                let place = &self.positions[position * width..(position + 1) * width];
                row.iter_mut().zip(place).for_each(|(x, y)| *x += y);
                if let Some(more) = self.second_type.as_ref().filter(|_| position >= text.second) {
                    row.iter_mut().zip(more).for_each(|(x, y)| *x += y);
                }
            }
        }
        self.embedding_norm.normalize(hidden);

        let sight = Sight::all(self.heads, width / self.heads);
        for layer in &self.layers {
            let qkv = &mut wide[..tokens * 3 * width];
            layer.qkv.forward(hidden, Activation::None, qkv);
            let mut start = 0;
            for text in texts {
                let end = start + text.ids.len();
                let rows = &qkv[start * 3 * width..end * 3 * width];
                attend(self.isa, rows, &sight, &mut context[start * width..end * width]);
                start = end;
            }
            layer.attention_output.forward(context, Activation::None, update);
            layer.attention_norm.add_and_normalize(hidden, update);
            let inner = &mut wide[..tokens * layer.up.outputs()];
            layer.up.forward(hidden, Activation::Gelu, inner);
            layer.down.forward(inner, Activation::None, update);
            layer.output_norm.add_and_normalize(hidden, update);
        }
        Ok(())
    }
}
