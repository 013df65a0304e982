//! Attention over the slots' caches: of many tokens of one slot, or of one token of every slot at once.

use candle_core::{DType, Result, Tensor};
use candle_nn::ops::{rms_norm, softmax_last_dim};

use super::layer::Layer;
use super::reach::{Angles, Many, Singles};
use super::{capped, scaled};
use crate::engine::backend::DecoderSpec;
use crate::engine::device::layers::rotated;
use crate::engine::device::place::{Place, product};
use crate::engine::generate::decoder::shape::Config;

/// Keys and values of all slots, `slots x kv_heads x (context + 1) x head_dim` each, allocated once. What slots without a
/// step would write goes to the last place, which nobody reads.
pub struct Cache {
    keys: Tensor,
    values: Tensor,
}

impl Cache {
    pub fn new(config: &Config, spec: &DecoderSpec, place: &Place) -> Result<Self> {
        let shape = (spec.slots, config.kv_heads, spec.context + 1, config.head_dim);
        let room = || Tensor::zeros(shape, place.dtype, &place.device);
        Ok(Self { keys: room()?, values: room()? })
    }
}

impl Layer {
    /// The attention of one token of each slot, `slots x (heads * head_dim)`; `qkv` has a row for each slot.
    pub fn attend_singles(&self, config: &Config, qkv: &Tensor, singles: &Singles) -> Result<Tensor> {
        let Config { heads, kv_heads, head_dim, .. } = *config;
        let slots = qkv.dim(0)?;
        let all = qkv.reshape((slots, heads + 2 * kv_heads, 1, head_dim))?;
        let angles = self.kind.rope.map(|which| &singles.angles[which]);
        let turned = self.turned(config, &all.narrow(1, 0, heads + kv_heads)?.contiguous()?, angles)?;
        let Cache { keys, values } = &self.cache;
        keys.scatter_set(&singles.places, &turned.narrow(1, heads, kv_heads)?.contiguous()?, 2)?;
        values.scatter_set(&singles.places, &all.narrow(1, heads + kv_heads, kv_heads)?.contiguous()?, 2)?;
        let queries = queries(config, &turned)?;
        let mut parts = Vec::with_capacity(singles.spans.len());
        for span in &singles.spans {
            let (keys, values) = (keys.narrow(2, 0, span.length)?, values.narrow(2, 0, span.length)?);
            let attended = attended(config, &queries, [&keys, &values], span.masks.of(self.kind.window)?)?;
            parts.push(attended.reshape((slots, heads * head_dim))?);
        }
        match &singles.chosen {
            None => parts.pop().ok_or_else(|| candle_core::Error::Msg("no slot has a step".to_owned())),
            Some(rows) => Tensor::cat(&parts, 0)?.index_select(rows, 0),
        }
    }

    /// The attention of many tokens of one slot, `rows x (heads * head_dim)`.
    pub fn attend_many(&self, config: &Config, qkv: &Tensor, many: &Many) -> Result<Tensor> {
        let Config { heads, kv_heads, head_dim, .. } = *config;
        let Many { slot, position, rows, .. } = *many;
        // `rows x (n * head_dim)` to `1 x n x rows x head_dim`.
        let by_head = |first: usize, count: usize| {
            let part = qkv.narrow(1, first * head_dim, count * head_dim)?;
            part.reshape((1, rows, count, head_dim))?.transpose(1, 2)?.contiguous()
        };
        let angles = self.kind.rope.map(|which| &many.angles[which]);
        let turned = self.turned(config, &by_head(0, heads + kv_heads)?, angles)?;
        let (keys, values) = (self.cache.keys.narrow(0, slot, 1)?, self.cache.values.narrow(0, slot, 1)?);
        keys.slice_set(&turned.narrow(1, heads, kv_heads)?.contiguous()?, 2, position)?;
        values.slice_set(&by_head(heads + kv_heads, kv_heads)?, 2, position)?;
        let (keys, values) = (keys.narrow(2, 0, position + rows)?, values.narrow(2, 0, position + rows)?);
        let mask = many.masks.of(self.kind.window)?;
        let attended = attended(config, &queries(config, &turned)?, [&keys, &values], mask)?;
        attended.reshape((heads, rows, head_dim))?.transpose(0, 1)?.reshape((rows, heads * head_dim))
    }

    /// Queries and keys, `batch x (heads + kv_heads) x rows x head_dim`, normed where the config says so, and rotated.
    fn turned(&self, config: &Config, x: &Tensor, angles: Option<&Angles>) -> Result<Tensor> {
        let Config { heads, kv_heads, norm_eps, .. } = *config;
        let normed = match &self.qk_norms {
            None => x.clone(),
            Some([of_queries, of_keys]) => {
                let norm = |first, count, norm| rms_norm(&x.narrow(1, first, count)?.contiguous()?, norm, norm_eps);
                Tensor::cat(&[norm(0, heads, of_queries)?, norm(heads, kv_heads, of_keys)?], 1)?
            }
        };
        match angles {
            None => Ok(normed),
            Some((cos, sin)) => rotated(&normed, cos, sin),
        }
    }
}

/// `batch x kv_heads x (heads / kv_heads * rows) x head_dim`, scaled for their scores: query heads that share a key-value head
/// lie side by side, and so become rows of one product.
fn queries(config: &Config, turned: &Tensor) -> Result<Tensor> {
    let Config { heads, kv_heads, head_dim, .. } = *config;
    let (batch, _, rows, _) = turned.dims4()?;
    let queries = scaled(turned.narrow(1, 0, heads)?.contiguous()?, config.score_scale)?;
    queries.reshape((batch, kv_heads, heads / kv_heads * rows, head_dim))
}

/// The result has the shape of `queries`; `mask` is for `batch x heads x rows x length`, the softmax in f32.
fn attended(config: &Config, queries: &Tensor, [keys, values]: [&Tensor; 2], mask: &Tensor) -> Result<Tensor> {
    let scores = product(queries, &keys.t()?)?.to_dtype(DType::F32)?;
    let (batch, kv_heads, rows, length) = scores.dims4()?;
    let by_head = (batch, config.heads, rows * kv_heads / config.heads, length);
    let scores = capped(scores, config.score_cap)?.reshape(by_head)?.broadcast_add(mask)?;
    let weights = softmax_last_dim(&scores)?.reshape((batch, kv_heads, rows, length))?;
    product(&weights.to_dtype(queries.dtype())?, values)
}
