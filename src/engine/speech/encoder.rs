//! What Whisper hears: a window's picture in, a state for every 20 ms out.

use super::config::WhisperConfig;
use super::layers::{EncoderLayer, Room};
use super::weights::Weights;
use crate::engine::backend::Failure;
use crate::engine::kernels::attention::{Sight, attend};
use crate::engine::kernels::{Activation, Isa, LayerNorm, Linear, add_scaled};
use crate::engine::queue::Check;

pub struct Encoder {
    isa: Isa,
    mels: usize,
    width: usize,
    /// States of a window.
    pub positions: usize,
    heads: usize,
    convolutions: [Linear; 2],
    places: Vec<f32>,
    layers: Vec<EncoderLayer<Isa>>,
    norm: LayerNorm,
    room: Room,
}

impl Encoder {
    pub fn load(weights: &Weights<'_>, isa: Isa) -> Result<Self, Failure> {
        let config: &WhisperConfig = weights.config;
        let width = config.d_model;
        Ok(Self {
            isa,
            mels: config.num_mel_bins,
            width,
            positions: config.max_source_positions,
            heads: config.encoder_attention_heads,
            convolutions: [
                weights.convolution(isa, "encoder.conv1", config.num_mel_bins)?,
                weights.convolution(isa, "encoder.conv2", width)?,
            ],
            places: weights.table("encoder.embed_positions.weight", config.max_source_positions)?,
            layers: (0..config.encoder_layers)
                .map(|index| EncoderLayer::load(weights, &isa, index))
                .collect::<Result<_, Failure>>()?,
            norm: weights.norm(&isa, "encoder.layer_norm")?,
            room: Room::default(),
        })
    }

    /// `[positions, width]` of a window's picture, which is `[frames, mels]`. `check` is called between the layers.
    pub fn encode(&mut self, picture: &[f32], check: Check<'_>) -> Result<Vec<f32>, Failure> {
        let (width, size) = (self.width, self.width / self.heads);
        let first = convolve(&self.convolutions[0], picture, self.mels, 1, width);
        let mut hidden = convolve(&self.convolutions[1], &first, width, 2, width);
        hidden.iter_mut().zip(&self.places).for_each(|(x, place)| *x += place);
        let sight = Sight::all(self.heads, size);
        let scale = 1.0 / (size as f32).sqrt();
        let room = &mut self.room;
        for layer in &self.layers {
            check()?;
            room.normed.clear();
            room.normed.extend_from_slice(&hidden);
            layer.own.norm.normalize(&mut room.normed);
            room.wide.resize(self.positions * 3 * width, 0.0);
            layer.own.qkv.forward(&room.normed, Activation::None, &mut room.wide);
            for row in room.wide.chunks_exact_mut(3 * width) {
                row[..width].iter_mut().for_each(|query| *query *= scale);
            }
            room.context.resize(hidden.len(), 0.0);
            attend(self.isa, &room.wide, &sight, &mut room.context);
            room.update.resize(hidden.len(), 0.0);
            layer.own.output.forward(&room.context, Activation::None, &mut room.update);
            add_scaled(self.isa, &mut hidden, &room.update, 1.0);
            layer.feed_forward.add(&mut hidden, room);
        }
        self.norm.normalize(&mut hidden);
        Ok(hidden)
    }
}

/// GELU of a convolution over three rows of `[rows, inputs]`, around every row or every second one; silence around.
fn convolve(map: &Linear, rows: &[f32], inputs: usize, stride: usize, width: usize) -> Vec<f32> {
    let count = rows.len() / inputs;
    let outputs = count / stride;
    let mut gathered = vec![0.0; outputs * 3 * inputs];
    for (output, gathered) in gathered.chunks_exact_mut(3 * inputs).enumerate() {
        for (tap, to) in gathered.chunks_exact_mut(inputs).enumerate() {
            if let Some(row) = (output * stride + tap).checked_sub(1).filter(|row| *row < count) {
                to.copy_from_slice(&rows[row * inputs..][..inputs]);
            }
        }
    }
    let mut result = vec![0.0; outputs * width];
    map.forward(&gathered, Activation::Gelu, &mut result);
    result
}
