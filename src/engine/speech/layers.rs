//! What Whisper's layers are made of, wherever they compute.

use candle_core::Tensor;

use super::weights::{Pack, Weights};
use crate::engine::backend::Failure;
use crate::engine::device::place::Place;
use crate::engine::kernels::{Activation, Isa, add_scaled};

/// A layer of the encoder.
pub struct EncoderLayer<P: Pack> {
    pub own: Attention<P>,
    pub feed_forward: FeedForward<P>,
}

/// A layer of the decoder.
pub struct DecoderLayer<P: Pack> {
    pub own: Attention<P>,
    pub cross_norm: P::Norm,
    pub cross_query: P::Linear,
    /// Of what was heard: keys, then values.
    pub cross_kv: P::Linear,
    pub cross_output: P::Linear,
    pub feed_forward: FeedForward<P>,
}

/// What a layer begins with: it attends to its own rows.
pub struct Attention<P: Pack> {
    pub norm: P::Norm,
    /// Queries, keys, values.
    pub qkv: P::Linear,
    pub output: P::Linear,
}

/// What every layer ends with.
pub struct FeedForward<P: Pack> {
    norm: P::Norm,
    up: P::Linear,
    down: P::Linear,
}

impl<P: Pack> EncoderLayer<P> {
    pub fn load(weights: &Weights<'_>, to: &P, index: usize) -> Result<Self, Failure> {
        let layer = format!("encoder.layers.{index}");
        Ok(Self {
            own: Attention::load(weights, to, &layer)?,
            feed_forward: FeedForward::load(weights, to, &layer, weights.config.encoder_ffn_dim)?,
        })
    }
}

impl<P: Pack> DecoderLayer<P> {
    pub fn load(weights: &Weights<'_>, to: &P, index: usize) -> Result<Self, Failure> {
        let (layer, width) = (format!("decoder.layers.{index}"), weights.config.d_model);
        let cross = |name: &str| format!("{layer}.encoder_attn.{name}_proj");
        Ok(Self {
            own: Attention::load(weights, to, &layer)?,
            cross_norm: weights.norm(to, &format!("{layer}.encoder_attn_layer_norm"))?,
            cross_query: weights.linear(to, &[(&cross("q"), true)], width, width)?,
            cross_kv: weights.linear(to, &[(&cross("k"), false), (&cross("v"), true)], width, width)?,
            cross_output: weights.linear(to, &[(&cross("out"), true)], width, width)?,
            feed_forward: FeedForward::load(weights, to, &layer, weights.config.decoder_ffn_dim)?,
        })
    }
}

impl<P: Pack> Attention<P> {
    fn load(weights: &Weights<'_>, to: &P, layer: &str) -> Result<Self, Failure> {
        let width = weights.config.d_model;
        let part = |name: &str| format!("{layer}.self_attn.{name}_proj");
        Ok(Self {
            norm: weights.norm(to, &format!("{layer}.self_attn_layer_norm"))?,
            qkv: weights.linear(to, &[(&part("q"), true), (&part("k"), false), (&part("v"), true)], width, width)?,
            output: weights.linear(to, &[(&part("out"), true)], width, width)?,
        })
    }
}

impl<P: Pack> FeedForward<P> {
    fn load(weights: &Weights<'_>, to: &P, layer: &str, inner: usize) -> Result<Self, Failure> {
        let width = weights.config.d_model;
        Ok(Self {
            norm: weights.norm(to, &format!("{layer}.final_layer_norm"))?,
            up: weights.linear(to, &[(&format!("{layer}.fc1"), true)], width, inner)?,
            down: weights.linear(to, &[(&format!("{layer}.fc2"), true)], inner, width)?,
        })
    }
}

impl FeedForward<Isa> {
    /// `hidden += down(gelu(up(norm(hidden))))`.
    pub fn add(&self, hidden: &mut [f32], room: &mut Room) {
        let rows = hidden.len() / self.norm.scale.len();
        room.normed.clear();
        room.normed.extend_from_slice(hidden);
        self.norm.normalize(&mut room.normed);
        room.wide.resize(rows * self.up.outputs(), 0.0);
        self.up.forward(&room.normed, Activation::Gelu, &mut room.wide);
        room.update.resize(hidden.len(), 0.0);
        self.down.forward(&room.wide, Activation::None, &mut room.update);
        add_scaled(self.norm.isa, hidden, &room.update, 1.0);
    }
}

impl FeedForward<Place> {
    /// The same on a device.
    pub fn add(&self, hidden: Tensor) -> candle_core::Result<Tensor> {
        let inner = self.up.forward(&self.norm.forward(&hidden)?)?.gelu_erf()?;
        hidden + self.down.forward(&inner)?
    }
}

/// Memory of a pass on the CPU, kept for the next.
#[derive(Debug, Default)]
pub struct Room {
    pub normed: Vec<f32>,
    pub wide: Vec<f32>,
    pub context: Vec<f32>,
    pub update: Vec<f32>,
}
