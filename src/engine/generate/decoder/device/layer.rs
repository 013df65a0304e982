//! One layer's weights on the device, and its matrices with what adapters add.

use candle_core::{Result, Tensor};

use super::Segment;
use super::attention::Cache;
use crate::engine::adapter::Module;
use crate::engine::backend::DecoderSpec;
use crate::engine::device::layers::Linear;
use crate::engine::device::place::{Place, product};
use crate::engine::generate::decoder::shape::{Config, LayerKind};
use crate::engine::generate::decoder::weights::{Dense, LayerWeights};

pub struct Layer {
    index: usize,
    pub kind: LayerKind,
    pub attention_norm: Tensor,
    pub qkv: Linear,
    /// For queries and for keys.
    pub qk_norms: Option<[Tensor; 2]>,
    pub output: Linear,
    pub mlp_norm: Tensor,
    /// Of what attention and what the feed-forward part gives.
    pub post_norms: Option<[Tensor; 2]>,
    pub gate_up: Linear,
    pub down: Linear,
    pub cache: Cache,
}

/// A linear map of the checkpoint.
pub fn linear(dense: Dense, place: &Place) -> Result<Linear> {
    let (weights, inputs) = (dense.weights(), dense.inputs);
    Linear::new(place, weights, dense.bias, inputs)
}

impl Layer {
    /// A matrix of this layer applied to all rows, with what the segments' adapters add.
    pub fn adapted(&self, module: Module, matrix: &Linear, x: &Tensor, segments: &[Segment<'_>]) -> Result<Tensor> {
        let mut y = matrix.forward(x)?;
        for segment in segments {
            let parts = segment.adapter.into_iter().flat_map(|adapter| adapter.parts(self.index, module));
            for part in parts {
                let [down, up] = part.tensors(x.device(), x.dtype())?;
                let rows = x.narrow(0, segment.row, segment.rows)?.contiguous()?;
                let added = (product(&product(&rows, down)?, up)? * f64::from(part.scale))?;
                let before = y.narrow(0, segment.row, segment.rows)?.narrow(1, part.first, part.outputs)?;
                let rows = segment.row..segment.row + segment.rows;
                y = y.slice_assign(&[rows, part.first..part.first + part.outputs], &(before + added)?)?;
            }
        }
        Ok(y)
    }

    pub fn new(
        weights: LayerWeights,
        config: &Config,
        index: usize,
        spec: &DecoderSpec,
        place: &Place,
    ) -> Result<Self> {
        let norm = |weights: Vec<f32>| {
            let width = weights.len();
            place.tensor(weights, width)
        };
        let both = |norms: Option<[Vec<f32>; 2]>| {
            norms.map(|[first, second]| Ok::<_, candle_core::Error>([norm(first)?, norm(second)?])).transpose()
        };
        Ok(Self {
            index,
            kind: config.layers[index],
            attention_norm: norm(weights.attention_norm)?,
            qkv: linear(weights.qkv, place)?,
            qk_norms: both(weights.qk_norms)?,
            output: linear(weights.output, place)?,
            mlp_norm: norm(weights.mlp_norm)?,
            post_norms: both(weights.post_norms)?,
            gate_up: linear(weights.gate_up, place)?,
            down: linear(weights.down, place)?,
            cache: Cache::new(config, spec, place)?,
        })
    }
}
