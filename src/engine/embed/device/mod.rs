//! Encoders in Candle's operations, in f32 or bf16: what runs on a GPU, and the cross-check of the CPU's.

mod bert;
mod gated;

use candle_core::{DType, Result, Tensor};

use super::head::Head;
use crate::engine::backend::{Encoder, EncoderSpec, Failure, Pooling, TokenBatch, TokenRow};

pub use bert::DeviceBert;
pub use gated::DeviceGated;

/// Most tokens, padding included, in one forward pass, and most scores of a head: both bound the memory.
const PASS_TOKENS: usize = 16_384;
const PASS_SCORES: usize = 1 << 23;
/// What the score of a key gets that is not seen: its weight is 0 in f32, and no sum overflows.
const HIDDEN_KEY: f32 = -1e9;

/// A family's forward pass.
pub trait Forward: Send {
    /// The words' table, `[vocabulary, hidden]`: all is computed on its device, in its type.
    fn words(&self) -> &Tensor;

    /// The last hidden states `[texts, longest, hidden]`; past a text's end they mean nothing.
    fn forward(&self, texts: &Padded<'_>) -> Result<Tensor>;
}

/// An encoder on any device that Candle knows.
pub struct DeviceEncoder<F> {
    spec: EncoderSpec,
    forward: F,
    head: Head,
}

impl<F: Forward> DeviceEncoder<F> {
    /// `spec` is of the whole: the forward pass, the pooling and the head.
    pub fn new(spec: EncoderSpec, forward: F, head: Head) -> Self {
        Self { spec, forward, head }
    }

    /// The last hidden states of one text, `[tokens, hidden]`.
    #[cfg(test)]
    pub fn hidden_states(&self, ids: &[u32]) -> std::result::Result<Vec<f32>, Failure> {
        let states = self.states(&[TokenRow { ids, second: ids.len() }])?;
        Ok(states.to_dtype(DType::F32)?.flatten_all()?.to_vec1()?)
    }

    fn states(&self, texts: &[TokenRow<'_>]) -> Result<Tensor> {
        self.forward.forward(&Padded::new(texts, self.forward.words()))
    }

    /// What each text's pooling makes of its states, `[texts, hidden]` in f32: a mean by weights, by which the others are one too.
    fn pooled(&self, texts: &[TokenRow<'_>], pooling: impl Iterator<Item = Pooling>) -> Result<Tensor> {
        let states = self.states(texts)?.to_dtype(DType::F32)?;
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
        let weights = Tensor::from_vec(weights, (count, 1, longest), states.device())?;
        weights.matmul(&states)?.reshape((count, width))
    }
}

impl<F: Forward> Encoder for DeviceEncoder<F> {
    fn spec(&self) -> &EncoderSpec {
        &self.spec
    }

    fn encode(&mut self, batch: &TokenBatch, pooling: &[Pooling]) -> std::result::Result<Vec<f32>, Failure> {
        super::check_rows(batch, pooling, self.spec.max_tokens)?;
        let vocabulary = self.forward.words().dims()[0];
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
            let fits = |end: &usize| {
                let longest = batch.row(order[*end]).len();
                let tokens = longest * (end + 1 - start);
                tokens <= PASS_TOKENS && tokens * longest <= PASS_SCORES
            };
            let end = (start + 1..order.len()).take_while(fits).last().map_or(start + 1, |last| last + 1);
            let rows = &order[start..end];
            let texts: Vec<TokenRow<'_>> = rows.iter().map(|row| batch.pair(*row)).collect();
            let pooled = self.pooled(&texts, rows.iter().map(|row| pooling[*row]))?;
            let pooled = pooled.to_vec2::<f32>()?;
            for (row, pooled) in rows.iter().zip(pooled) {
                self.head.apply(&pooled, &mut vectors[row * width..(row + 1) * width]);
            }
            start = end;
        }
        super::finite(vectors)
    }
}

/// Texts filled up to the longest of them.
pub struct Padded<'a> {
    texts: &'a [TokenRow<'a>],
    longest: usize,
    words: &'a Tensor,
}

impl<'a> Padded<'a> {
    fn new(texts: &'a [TokenRow<'a>], words: &'a Tensor) -> Self {
        Self { texts, longest: texts.iter().map(|text| text.ids.len()).max().unwrap_or(0), words }
    }

    /// The words, `[texts * longest, hidden]`; what fills up is token 0.
    fn embedded(&self) -> Result<Tensor> {
        let padded = |text: &TokenRow<'a>| {
            let filling = std::iter::repeat_n(0, self.longest - text.ids.len());
            text.ids.iter().copied().chain(filling).collect::<Vec<u32>>()
        };
        let ids = self.texts.iter().flat_map(padded).collect::<Vec<_>>();
        self.words.index_select(&Tensor::new(ids, self.words.device())?, 0)
    }

    /// What is added to scores, `[texts, 1, 1, longest]` in f32.
    fn mask(&self) -> Result<Tensor> {
        let mask = self.texts.iter().flat_map(|text| {
            let length = text.ids.len();
            (0..self.longest).map(move |position| if position < length { 0.0 } else { HIDDEN_KEY })
        });
        Tensor::from_vec(mask.collect::<Vec<f32>>(), (self.texts.len(), 1, 1, self.longest), self.words.device())
    }

    /// 1 for tokens of a second text, else 0, `[texts * longest, 1]`; none where there is no such text.
    fn seconds(&self) -> Result<Option<Tensor>> {
        if self.texts.iter().all(|text| text.second >= text.ids.len()) {
            return Ok(None);
        }
        let is_second = self.texts.iter().flat_map(|text| {
            let second = text.second;
            (0..self.longest).map(move |position| f32::from(u8::from(position >= second)))
        });
        let shape = (self.texts.len() * self.longest, 1);
        let seconds = Tensor::from_vec(is_second.collect::<Vec<f32>>(), shape, self.words.device())?;
        seconds.to_dtype(self.words.dtype()).map(Some)
    }
}
