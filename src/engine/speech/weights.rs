//! Whisper's tensors by their names in Transformers, packed for this machine.

use candle_core::Tensor;

use super::config::WhisperConfig;
use crate::engine::backend::Failure;
use crate::engine::checkpoints::{Rows, Tensors};
use crate::engine::device::layers as device;
use crate::engine::device::place::Place;
use crate::engine::kernels::{Activation, Arithmetic, Isa, LayerNorm, Linear, Part, add_scaled};

/// Of all layer norms.
pub const EPSILON: f32 = 1e-5;

pub struct Weights<'a> {
    pub isa: Isa,
    pub config: &'a WhisperConfig,
    tensors: &'a Tensors,
    /// `model.` in checkpoints of the whole, nothing in those of the bare network.
    prefix: &'static str,
}

impl<'a> Weights<'a> {
    pub fn new(isa: Isa, config: &'a WhisperConfig, tensors: &'a Tensors) -> Self {
        let prefix = if tensors.contains("model.encoder.conv1.weight") { "model." } else { "" };
        Self { isa, config, tensors, prefix }
    }

    fn name(&self, path: &str) -> String {
        format!("{}{path}", self.prefix)
    }

    /// `[rows, width]` as plain numbers.
    pub fn table(&self, path: &str, rows: usize) -> Result<Vec<f32>, Failure> {
        self.tensors.f32_shaped(&self.name(path), &[rows, self.config.d_model])
    }

    /// Scale and shift of a layer norm.
    pub fn scale_and_shift(&self, path: &str) -> Result<[Vec<f32>; 2], Failure> {
        let read = |part: &str| self.tensors.f32_shaped(&self.name(&format!("{path}.{part}")), &[self.config.d_model]);
        Ok([read("weight")?, read("bias")?])
    }

    pub fn norm(&self, path: &str) -> Result<LayerNorm, Failure> {
        let [scale, shift] = self.scale_and_shift(path)?;
        Ok(LayerNorm { isa: self.isa, scale, shift, eps: EPSILON })
    }

    /// The rows of `parts` one after the other, and their biases; a part without one has none in the checkpoint.
    pub fn rows(
        &self,
        parts: &[(&str, bool)],
        inputs: usize,
        outputs: usize,
    ) -> Result<(Vec<Rows>, Vec<f32>), Failure> {
        let rows =
            parts.iter().map(|(path, _)| self.tensors.rows(&self.name(&format!("{path}.weight")), [outputs, inputs]));
        let rows = rows.collect::<Result<Vec<_>, _>>()?;
        let mut biases = Vec::with_capacity(parts.len() * outputs);
        for (path, has_bias) in parts {
            match has_bias {
                true => biases.extend(self.tensors.f32_shaped(&self.name(&format!("{path}.bias")), &[outputs])?),
                false => biases.resize(biases.len() + outputs, 0.0),
            }
        }
        Ok((rows, biases))
    }

    /// As [`Weights::rows`], for this machine.
    pub fn linear(&self, parts: &[(&str, bool)], inputs: usize, outputs: usize) -> Result<Linear, Failure> {
        let (rows, biases) = self.rows(parts, inputs, outputs)?;
        let rows: Vec<&dyn Part> = rows.iter().map(|rows| rows as &dyn Part).collect();
        Ok(Linear::of_parts(self.isa, Arithmetic::Float, inputs, &rows, Some(&biases)))
    }

    /// The matrix that gives logits: the embeddings, unless the checkpoint has one of its own.
    pub fn logits(&self) -> Result<Linear, Failure> {
        let shape = [self.config.vocab_size, self.config.d_model];
        let embedding = self.name("decoder.embed_tokens.weight");
        let rows = self.tensors.rows(&embedding, shape)?;
        Ok(Linear::of_parts(self.isa, Arithmetic::Float, shape[1], &[&rows], None))
    }

    /// A convolution over three frames, `[width, inputs, 3]`, and its bias.
    pub fn taps(&self, path: &str, inputs: usize) -> Result<[Vec<f32>; 2], Failure> {
        let width = self.config.d_model;
        let (weight, bias) = (self.name(&format!("{path}.weight")), self.name(&format!("{path}.bias")));
        // A packed checkpoint has matrices only.
        let (shape, stored) = self.tensors.f32(&weight)?;
        if shape.iter().product::<usize>() != width * inputs * 3 || shape[0] != width {
            // Says which shape it has, and which it should.
            self.tensors.f32_shaped(&weight, &[width, inputs, 3])?;
        }
        Ok([stored, self.tensors.f32_shaped(&bias, &[width])?])
    }

    /// Such a convolution as a linear map of the three frames, one behind the other.
    pub fn convolution(&self, path: &str, inputs: usize) -> Result<Linear, Failure> {
        let [stored, bias] = self.taps(path, inputs)?;
        let mut turned = vec![0.0; stored.len()];
        for (stored, turned) in stored.chunks_exact(inputs * 3).zip(turned.chunks_exact_mut(inputs * 3)) {
            for (input, taps) in stored.chunks_exact(3).enumerate() {
                taps.iter().enumerate().for_each(|(tap, value)| turned[tap * inputs + input] = *value);
            }
        }
        Ok(Linear::new(self.isa, &turned, &bias, inputs * 3))
    }

    /// As [`Weights::norm`], on a device.
    pub fn norm_on(&self, place: &Place, path: &str) -> Result<device::Norm, Failure> {
        let [scale, shift] = self.scale_and_shift(path)?;
        Ok(device::Norm::new(place, scale, shift, EPSILON)?)
    }

    /// As [`Weights::linear`], on a device.
    pub fn linear_on(
        &self,
        place: &Place,
        parts: &[(&str, bool)],
        inputs: usize,
        outputs: usize,
    ) -> Result<device::Linear, Failure> {
        let (rows, biases) = self.rows(parts, inputs, outputs)?;
        let mut matrix = Vec::new();
        rows.iter().for_each(|rows| rows.read_all(&mut matrix));
        Ok(device::Linear::new(place, matrix, Some(biases), inputs)?)
    }

    /// As [`Weights::logits`], on a device.
    pub fn logits_on(&self, place: &Place) -> Result<device::Linear, Failure> {
        let shape = [self.config.vocab_size, self.config.d_model];
        let rows = self.tensors.rows(&self.name("decoder.embed_tokens.weight"), shape)?;
        Ok(device::Linear::new(place, rows.values(), None, shape[1])?)
    }

    /// As [`Weights::feed_forward`], on a device.
    pub fn feed_forward_on(&self, place: &Place, layer: &str, inner: usize) -> Result<FeedForwardOn, Failure> {
        let width = self.config.d_model;
        Ok(FeedForwardOn {
            norm: self.norm_on(place, &format!("{layer}.final_layer_norm"))?,
            up: self.linear_on(place, &[(&format!("{layer}.fc1"), true)], width, inner)?,
            down: self.linear_on(place, &[(&format!("{layer}.fc2"), true)], inner, width)?,
        })
    }

    /// The last two steps of a layer.
    pub fn feed_forward(&self, layer: &str, inner: usize) -> Result<FeedForward, Failure> {
        let width = self.config.d_model;
        Ok(FeedForward {
            isa: self.isa,
            norm: self.norm(&format!("{layer}.final_layer_norm"))?,
            up: self.linear(&[(&format!("{layer}.fc1"), true)], width, inner)?,
            down: self.linear(&[(&format!("{layer}.fc2"), true)], inner, width)?,
        })
    }
}

/// What every layer ends with.
pub struct FeedForward {
    isa: Isa,
    norm: LayerNorm,
    up: Linear,
    down: Linear,
}

impl FeedForward {
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
        add_scaled(self.isa, hidden, &room.update, 1.0);
    }
}

/// The same on a device.
pub struct FeedForwardOn {
    norm: device::Norm,
    up: device::Linear,
    down: device::Linear,
}

impl FeedForwardOn {
    pub fn add(&self, hidden: Tensor) -> candle_core::Result<Tensor> {
        let inner = self.up.forward(&self.norm.forward(&hidden)?)?.gelu_erf()?;
        hidden + self.down.forward(&inner)?
    }
}

/// Memory of a pass, kept for the next.
#[derive(Debug, Default)]
pub struct Room {
    pub normed: Vec<f32>,
    pub wide: Vec<f32>,
    pub context: Vec<f32>,
    pub update: Vec<f32>,
}
