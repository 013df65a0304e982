//! BERT in Candle's own tensor operations: what runs on a GPU, and the cross-check of `cpu.rs`.

use candle_core::{DType, Result, Tensor};
use candle_nn::ops::softmax_last_dim;

use super::bert::{BertConfig, BertWeights, LinearWeights, NormWeights};
use super::head::Head;
use crate::engine::backend::{Encoder, EncoderSpec, Failure, Pooling, TokenBatch, TokenRow};
use crate::engine::checkpoints::Tensors;
use crate::engine::device::layers::{Linear, Norm};
use crate::engine::device::place::{Place, product};

/// Most tokens, padding included, in one forward pass: bounds the memory for attention scores.
const PASS_TOKENS: usize = 16_384;
/// What a padded key's score gets: its weight is 0 in f32, and no sum overflows.
const HIDDEN_KEY: f32 = -1e9;

/// A BERT encoder on any device that Candle knows, in f32 or bf16.
pub struct CandleBert {
    spec: EncoderSpec,
    place: Place,
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
    head: Head,
}

struct Layer {
    qkv: Linear,
    attention_output: Linear,
    attention_norm: Norm,
    up: Linear,
    down: Linear,
    output_norm: Norm,
}

impl CandleBert {
    /// `spec` is of the whole, `head` included.
    pub fn load(
        config: &BertConfig,
        spec: EncoderSpec,
        tensors: &Tensors,
        head: Head,
        place: Place,
    ) -> std::result::Result<Self, Failure> {
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
            spec,
            width: hidden,
            head,
            heads: config.num_attention_heads,
            words: place.tensor(weights.words()?.values(), (config.vocab_size, hidden))?,
            positions: place.tensor(positions, (count, hidden))?,
            second_type: second_type.map(|more| place.tensor(more, (1, hidden))).transpose()?,
            embedding_norm: norm(weights.embedding_norm()?)?,
            layers: (0..config.num_hidden_layers).map(layer).collect::<std::result::Result<_, _>>()?,
            place,
        })
    }

    /// The embeddings of texts that are filled up to the longest, `[texts * longest, hidden]`.
    fn embeddings(&self, texts: &[TokenRow<'_>], longest: usize) -> Result<Tensor> {
        let (count, device) = (texts.len(), &self.place.device);
        let padded = |text: &TokenRow<'_>| {
            let filling = std::iter::repeat_n(0, longest - text.ids.len());
            text.ids.iter().copied().chain(filling).collect::<Vec<u32>>()
        };
        let ids = Tensor::new(texts.iter().flat_map(padded).collect::<Vec<_>>(), device)?;
        let words = self.words.index_select(&ids, 0)?.reshape((count, longest, self.width))?;
        let x = words.broadcast_add(&self.positions.narrow(0, 0, longest)?)?.reshape((count * longest, self.width))?;
        match &self.second_type {
            Some(more) if texts.iter().any(|text| text.second < text.ids.len()) => {
                let is_second = |text: &TokenRow<'_>| {
                    let second = text.second;
                    (0..longest).map(move |position| f32::from(u8::from(position >= second)))
                };
                let share = self.place.tensor(texts.iter().flat_map(is_second).collect(), (count * longest, 1))?;
                x + share.broadcast_mul(more)?
            }
            _ => Ok(x),
        }
    }

    /// The last hidden states `[texts, longest, hidden]`; past a text's end they mean nothing.
    fn forward(&self, texts: &[TokenRow<'_>]) -> Result<Tensor> {
        let (count, width) = (texts.len(), self.width);
        let longest = texts.iter().map(|text| text.ids.len()).max().unwrap_or(0);
        let hidden_keys = texts.iter().flat_map(|text| {
            let length = text.ids.len();
            (0..longest).map(move |position| if position < length { 0.0 } else { HIDDEN_KEY })
        });
        let mask = Tensor::from_vec(hidden_keys.collect::<Vec<f32>>(), (count, 1, 1, longest), &self.place.device)?;
        let mut x = self.embedding_norm.forward(&self.embeddings(texts, longest)?)?;
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

    /// What each text's pooling makes of its states, `[texts, hidden]` in f32: a mean by weights, by which the others are one too.
    fn pooled(&self, texts: &[TokenRow<'_>], pooling: impl Iterator<Item = Pooling>) -> Result<Tensor> {
        let states = self.forward(texts)?.to_dtype(DType::F32)?;
        let (count, longest, width) = states.dims3()?;
        let mut weights = vec![0.0; count * longest];
        for ((text, pooling), weights) in texts.iter().zip(pooling).zip(weights.chunks_exact_mut(longest)) {
            let tokens = text.ids.len();
            match pooling {
                Pooling::Cls => weights[0] = 1.0,
                Pooling::Last => weights[tokens - 1] = 1.0,
                Pooling::Mean => weights[..tokens].fill(1.0 / tokens as f32),
            }
        }
        let weights = Tensor::from_vec(weights, (count, 1, longest), &self.place.device)?;
        weights.matmul(&states)?.reshape((count, width))
    }

    /// The last hidden states of one text, `[tokens, hidden]`.
    #[cfg(test)]
    pub fn hidden_states(&self, ids: &[u32]) -> std::result::Result<Vec<f32>, Failure> {
        let states = self.forward(&[TokenRow { ids, second: ids.len() }])?;
        Ok(states.to_dtype(DType::F32)?.flatten_all()?.to_vec1()?)
    }
}

impl Encoder for CandleBert {
    fn spec(&self) -> &EncoderSpec {
        &self.spec
    }

    fn encode(&mut self, batch: &TokenBatch, pooling: &[Pooling]) -> std::result::Result<Vec<f32>, Failure> {
        super::check_rows(batch, pooling, self.spec.max_tokens)?;
        let vocabulary = self.words.dim(0)?;
        if let Some(id) = batch.rows().flatten().find(|id| **id as usize >= vocabulary) {
            return Err(super::unknown_token(*id, vocabulary));
        }
        let width = self.spec.dimensions;
        let mut vectors = vec![0.0; batch.len() * width];
        // Neighbours of like length, so that little is padded.
        let mut order: Vec<usize> = (0..batch.len()).collect();
        order.sort_by_key(|row| batch.row(*row).len());
        let mut start = 0;
        while start < order.len() {
            let fits = |end: &usize| batch.row(order[*end]).len() * (end + 1 - start) <= PASS_TOKENS;
            let end = (start + 1..order.len()).take_while(fits).last().map_or(start + 1, |last| last + 1);
            let rows = &order[start..end];
            let texts: Vec<TokenRow<'_>> = rows.iter().map(|row| batch.pair(*row)).collect();
            let pooled = self.pooled(&texts, rows.iter().map(|row| pooling[*row]))?.flatten_all()?.to_vec1::<f32>()?;
            for (row, pooled) in rows.iter().zip(pooled.chunks_exact(self.width)) {
                self.head.apply(pooled, &mut vectors[row * width..(row + 1) * width]);
            }
            start = end;
        }
        super::finite(vectors)
    }
}
