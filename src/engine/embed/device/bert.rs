//! BERT in Candle's operations.

use candle_core::{DType, Result, Tensor};
use candle_nn::ops::softmax_last_dim;

use super::{Forward, Padded};
use crate::engine::backend::Failure;
use crate::engine::checkpoints::Tensors;
use crate::engine::device::layers::{Linear, Norm};
use crate::engine::device::place::{Place, product};
use crate::engine::embed::bert::{BertConfig, BertWeights, LinearWeights, NormWeights};

/// The layers of a BERT.
pub struct DeviceBert {
    heads: usize,
    /// `[vocabulary, hidden]`.
    words: Tensor,
    /// `[max positions, hidden]`, token type 0 included.
    positions: Tensor,
    /// What a token of type 1 has more, `[1, hidden]`.
    second_type: Option<Tensor>,
    embedding_norm: Norm,
    layers: Vec<Layer>,
    width: usize,
}

struct Layer {
    qkv: Linear,
    attention_output: Linear,
    attention_norm: Norm,
    up: Linear,
    down: Linear,
    output_norm: Norm,
}

impl DeviceBert {
    pub fn load(config: &BertConfig, tensors: &Tensors, place: Place) -> std::result::Result<Self, Failure> {
        let weights = BertWeights::new(config, tensors);
        let (hidden, inner) = (config.hidden_size, config.intermediate_size);
        let linear = |part: LinearWeights, inputs| Linear::new(&place, part.weight, Some(part.bias), inputs);
        let norm = |part: NormWeights| Norm::new(&place, part.scale, part.shift, config.layer_norm_eps);
        let layer = |index| -> std::result::Result<Layer, Failure> {
            let layer = weights.layer(index)?;
            Ok(Layer {
                qkv: linear(layer.qkv, hidden)?,
                attention_output: linear(layer.attention_output, hidden)?,
                attention_norm: norm(layer.attention_norm)?,
                up: linear(layer.up, hidden)?,
                down: linear(layer.down, inner)?,
                output_norm: norm(layer.output_norm)?,
            })
        };
        let (positions, second_type) = weights.positions()?;
        let count = positions.len() / hidden.max(1);
        Ok(Self {
            width: hidden,
            heads: config.num_attention_heads,
            words: place.tensor(weights.words()?.values(), (config.vocab_size, hidden))?,
            positions: place.tensor(positions, (count, hidden))?,
            second_type: second_type.map(|more| place.tensor(more, (1, hidden))).transpose()?,
            embedding_norm: norm(weights.embedding_norm()?)?,
            layers: (0..config.num_hidden_layers).map(layer).collect::<std::result::Result<_, _>>()?,
        })
    }

    /// `[texts * longest, hidden]`.
    fn embeddings(&self, texts: &Padded<'_>) -> Result<Tensor> {
        let (count, longest) = (texts.texts.len(), texts.longest);
        let words = texts.embedded()?.reshape((count, longest, self.width))?;
        let x = words.broadcast_add(&self.positions.narrow(0, 0, longest)?)?.reshape((count * longest, self.width))?;
        match (&self.second_type, texts.seconds()?) {
            (Some(more), Some(seconds)) => x + seconds.broadcast_mul(more)?,
            _ => Ok(x),
        }
    }
}

impl Forward for DeviceBert {
    fn words(&self) -> &Tensor {
        &self.words
    }

    fn forward(&self, texts: &Padded<'_>) -> Result<Tensor> {
        let (count, longest, width) = (texts.texts.len(), texts.longest, self.width);
        let mask = texts.mask()?;
        let mut x = self.embedding_norm.forward(&self.embeddings(texts)?)?;
        for layer in &self.layers {
            let qkv = layer.qkv.forward(&x)?.reshape((count, longest, 3, self.heads, width / self.heads))?;
            let part = |which| qkv.narrow(2, which, 1)?.squeeze(2)?.transpose(1, 2)?.contiguous();
            let (query, key, value) = (part(0)?, part(1)?, part(2)?);
            let scores = product(&query, &key.t()?)?.to_dtype(DType::F32)?.broadcast_add(&mask)?;
            let context = product(&softmax_last_dim(&scores)?.to_dtype(value.dtype())?, &value)?;
            let context = context.transpose(1, 2)?.reshape((count * longest, width))?;
            let update = layer.attention_output.forward(&context)?;
            x = layer.attention_norm.forward(&(x + update)?)?;
            let update = layer.down.forward(&layer.up.forward(&x)?.gelu_erf()?)?;
            x = layer.output_norm.forward(&(x + update)?)?;
        }
        x.reshape((count, longest, width))
    }
}
