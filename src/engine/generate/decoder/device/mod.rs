//! The same forward pass in Candle's operations, for devices that Candle drives.
//!
//! Steps of one token are computed together and always as if every slot had one, each in its slot's row, so that a product
//! has the same shape, and with it the same order of additions, whoever else is there. Longer steps are computed one by one.

mod attention;
mod layer;
mod reach;

use candle_core::{DType, Result, Tensor};
use candle_nn::ops::rms_norm;

use super::rope;
use super::shape::{Config, Gate};
use super::weights::{Dense, Weights};
use crate::engine::adapter::{Adapter, Module};
use crate::engine::backend::{Decoder, DecoderSpec, Failure, Step};
use crate::engine::device::layers::Linear;
use crate::engine::device::place::Place;
use layer::{Layer, linear};
use reach::{Angles, Many, Reach, Singles};

/// A decoder on any of Candle's devices, in f32 or bf16.
pub struct DeviceDecoder {
    config: Config,
    spec: DecoderSpec,
    place: Place,
    /// `vocab_size x hidden`.
    embedding: Tensor,
    layers: Vec<Layer>,
    final_norm: Tensor,
    head: Linear,
    /// Cosines and sines for each of the config's rotations, `context x width / 2` each.
    angles: Vec<Angles>,
}

/// Tokens of one slot within a pass.
struct Segment<'a> {
    /// The step it belongs to.
    step: usize,
    slot: usize,
    position: usize,
    /// Where its rows begin in the pass, and how many there are.
    row: usize,
    rows: usize,
    adapter: Option<&'a Adapter>,
}

impl DeviceDecoder {
    /// Computes as `place` says; what norms and softmaxes add up, and the logits, are in f32 all the same.
    pub fn load(
        config: Config,
        spec: DecoderSpec,
        weights: &Weights<'_>,
        place: Place,
    ) -> std::result::Result<Self, Failure> {
        let layers = (0..config.layers.len())
            .map(|index| Ok(Layer::new(weights.layer(index)?, &config, index, &spec, &place)?))
            .collect::<std::result::Result<_, Failure>>()?;
        let head = linear(weights.head()?, &place)?;
        let embedding = match config.is_tied {
            true => head.weights.clone(),
            false => {
                let table = Dense { inputs: config.hidden, parts: vec![weights.embedding()?], bias: None };
                linear(table, &place)?.weights
            }
        };
        let angles = |rope| {
            let rope::Angles { half, cos, sin } = rope::Angles::new(rope, spec.context);
            let tensor = |values| place.tensor(values, (spec.context, half));
            Ok((tensor(cos)?, tensor(sin)?))
        };
        Ok(Self {
            final_norm: place.tensor(weights.final_norm()?, config.hidden)?,
            embedding,
            layers,
            head,
            angles: config.ropes.iter().map(angles).collect::<Result<_>>()?,
            place,
            config,
            spec,
        })
    }

    /// Logits of each segment's last row, in f32.
    fn pass(&self, tokens: &[u32], segments: &[Segment<'_>]) -> Result<Tensor> {
        let device = &self.place.device;
        let eps = self.config.norm_eps;
        let reach = match segments {
            [one] if one.rows > 1 => Reach::Many(Many::new(&self.config, one, &self.angles, device)?),
            _ => Reach::Single(Singles::new(&self.config, &self.spec, segments, &self.angles, device)?),
        };
        let ids = Tensor::new(tokens, device)?;
        let mut x = scaled(self.embedding.index_select(&ids, 0)?, self.config.embedding_scale)?;
        for layer in &self.layers {
            let normed = rms_norm(&x, &layer.attention_norm, eps)?;
            let qkv = layer.adapted(Module::Qkv, &layer.qkv, &normed, segments)?;
            let attended = match &reach {
                Reach::Many(many) => layer.attend_many(&self.config, &qkv, many)?,
                Reach::Single(singles) => layer.attend_singles(&self.config, &qkv, singles)?,
            };
            x = self.add(layer, 0, x, layer.adapted(Module::Output, &layer.output, &attended, segments)?)?;
            let normed = rms_norm(&x, &layer.mlp_norm, eps)?;
            let gate_up = layer.adapted(Module::GateUp, &layer.gate_up, &normed, segments)?;
            let gate = gate_up.narrow(1, 0, self.config.intermediate)?;
            let gate = match self.config.gate {
                Gate::Silu => gate.silu()?,
                Gate::GeluTanh => gate.gelu()?,
            };
            let up = gate_up.narrow(1, self.config.intermediate, self.config.intermediate)?;
            x = self.add(layer, 1, x, layer.adapted(Module::Down, &layer.down, &(gate * up)?, segments)?)?;
        }
        // The head for the last row of many; of single rows for all of them, filling too: see above.
        if let Reach::Many(many) = &reach {
            x = x.narrow(0, many.last(), 1)?;
        }
        let mut logits = self.head.forward(&rms_norm(&x.contiguous()?, &self.final_norm, eps)?)?;
        if let Reach::Single(_) = &reach {
            let rows: Vec<u32> = segments.iter().map(|segment| segment.row as u32).collect();
            logits = logits.index_select(&Tensor::new(rows, device)?, 0)?;
        }
        capped(scaled(logits.to_dtype(DType::F32)?, self.config.logit_scale)?, self.config.logit_cap)
    }

    /// `x` plus what attention (`part` 0) or the feed-forward part (1) gives.
    fn add(&self, layer: &Layer, part: usize, x: Tensor, delta: Tensor) -> Result<Tensor> {
        let delta = match &layer.post_norms {
            Some(norms) => rms_norm(&delta.contiguous()?, &norms[part], self.config.norm_eps)?,
            None => delta,
        };
        x + scaled(delta, self.config.residual_scale)?
    }
}

fn scaled(x: Tensor, scale: f32) -> Result<Tensor> {
    if scale == 1.0 { Ok(x) } else { x * f64::from(scale) }
}

fn capped(x: Tensor, cap: Option<f32>) -> Result<Tensor> {
    match cap {
        Some(cap) => (x * (1.0 / f64::from(cap)))?.tanh()? * f64::from(cap),
        None => Ok(x),
    }
}

impl Decoder for DeviceDecoder {
    fn spec(&self) -> &DecoderSpec {
        &self.spec
    }

    fn forward(&mut self, steps: &[Step<'_>]) -> std::result::Result<Vec<f32>, Failure> {
        super::check(steps, &self.spec)?;
        let vocab_size = self.spec.vocab_size;
        let mut logits = vec![0.0; steps.len() * vocab_size];
        let segment = |step: usize, row: usize| {
            let Step { slot, position, tokens, adapter } = steps[step];
            Segment { step, slot, position, row, rows: tokens.len(), adapter }
        };
        let mut passes = Vec::new();
        let singles: Vec<_> = (0..steps.len()).filter(|step| steps[*step].tokens.len() == 1).collect();
        if !singles.is_empty() {
            let mut tokens = vec![0; self.spec.slots];
            singles.iter().for_each(|step| tokens[steps[*step].slot] = steps[*step].tokens[0]);
            passes.push((tokens, singles.iter().map(|step| segment(*step, steps[*step].slot)).collect()));
        }
        for step in (0..steps.len()).filter(|step| steps[*step].tokens.len() > 1) {
            passes.push((steps[step].tokens.to_vec(), vec![segment(step, 0)]));
        }
        for (tokens, segments) in passes {
            let computed = self.pass(&tokens, &segments)?.flatten_all()?.to_vec1::<f32>()?;
            for (segment, row) in segments.iter().zip(computed.chunks_exact(vocab_size)) {
                logits[segment.step * vocab_size..][..vocab_size].copy_from_slice(row);
            }
        }
        Ok(logits)
    }
}
