//! Whisper's tensors by their names in Transformers, packed for this machine or for a device.

use super::config::WhisperConfig;
use crate::engine::backend::Failure;
use crate::engine::checkpoints::{Rows, Tensors};
use crate::engine::device::layers as device;
use crate::engine::device::place::Place;
use crate::engine::kernels::{Arithmetic, Isa, LayerNorm, Linear, Part};

/// Of all layer norms.
const EPSILON: f32 = 1e-5;

/// What matrices and norms are packed for: this machine's kernels, or a device.
pub trait Pack {
    type Linear;
    type Norm;

    /// The outputs of `parts`, one after the other, of `inputs` numbers each.
    fn linear(&self, parts: &[Rows], biases: Option<Vec<f32>>, inputs: usize) -> Result<Self::Linear, Failure>;

    /// A layer norm by its scale and shift.
    fn norm(&self, scale: Vec<f32>, shift: Vec<f32>) -> Result<Self::Norm, Failure>;
}

impl Pack for Isa {
    type Linear = Linear;
    type Norm = LayerNorm;

    fn linear(&self, parts: &[Rows], biases: Option<Vec<f32>>, inputs: usize) -> Result<Linear, Failure> {
        let parts: Vec<&dyn Part> = parts.iter().map(|rows| rows as &dyn Part).collect();
        Ok(Linear::of_parts(*self, Arithmetic::Float, inputs, &parts, biases.as_deref()))
    }

    fn norm(&self, scale: Vec<f32>, shift: Vec<f32>) -> Result<LayerNorm, Failure> {
        Ok(LayerNorm { isa: *self, scale, shift, eps: EPSILON })
    }
}

impl Pack for Place {
    type Linear = device::Linear;
    type Norm = device::Norm;

    fn linear(&self, parts: &[Rows], biases: Option<Vec<f32>>, inputs: usize) -> Result<device::Linear, Failure> {
        let mut matrix = Vec::new();
        parts.iter().for_each(|rows| rows.read_all(&mut matrix));
        Ok(device::Linear::new(self, matrix, biases, inputs)?)
    }

    fn norm(&self, scale: Vec<f32>, shift: Vec<f32>) -> Result<device::Norm, Failure> {
        Ok(device::Norm::new(self, scale, shift, EPSILON)?)
    }
}

pub struct Weights<'a> {
    pub config: &'a WhisperConfig,
    tensors: &'a Tensors,
    /// `model.` in checkpoints of the whole, nothing in those of the bare network.
    prefix: &'static str,
}

impl<'a> Weights<'a> {
    pub fn new(config: &'a WhisperConfig, tensors: &'a Tensors) -> Self {
        let prefix = if tensors.contains("model.encoder.conv1.weight") { "model." } else { "" };
        Self { config, tensors, prefix }
    }

    fn name(&self, path: &str) -> String {
        format!("{}{path}", self.prefix)
    }

    /// `[rows, width]` as plain numbers.
    pub fn table(&self, path: &str, rows: usize) -> Result<Vec<f32>, Failure> {
        self.tensors.f32_shaped(&self.name(path), &[rows, self.config.d_model])
    }

    pub fn norm<P: Pack>(&self, to: &P, path: &str) -> Result<P::Norm, Failure> {
        let read = |part: &str| self.tensors.f32_shaped(&self.name(&format!("{path}.{part}")), &[self.config.d_model]);
        to.norm(read("weight")?, read("bias")?)
    }

    /// The matrices of `parts` one after the other, and their biases; a part without one has none in the checkpoint.
    pub fn linear<P: Pack>(
        &self,
        to: &P,
        parts: &[(&str, bool)],
        inputs: usize,
        outputs: usize,
    ) -> Result<P::Linear, Failure> {
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
        to.linear(&rows, Some(biases), inputs)
    }

    /// The matrix that gives logits: the embeddings, unless the checkpoint has one of its own.
    pub fn logits<P: Pack>(&self, to: &P) -> Result<P::Linear, Failure> {
        let shape = [self.config.vocab_size, self.config.d_model];
        let rows = self.tensors.rows(&self.name("decoder.embed_tokens.weight"), shape)?;
        to.linear(&[rows], None, shape[1])
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
    pub fn convolution(&self, isa: Isa, path: &str, inputs: usize) -> Result<Linear, Failure> {
        let [stored, bias] = self.taps(path, inputs)?;
        let mut turned = vec![0.0; stored.len()];
        for (stored, turned) in stored.chunks_exact(inputs * 3).zip(turned.chunks_exact_mut(inputs * 3)) {
            for (input, taps) in stored.chunks_exact(3).enumerate() {
                taps.iter().enumerate().for_each(|(tap, value)| turned[tap * inputs + input] = *value);
            }
        }
        Ok(Linear::new(isa, &turned, &bias, inputs * 3))
    }
}
