//! The encoder where it computes: on the CPU, or in Candle's operations on a device. Of a large Whisper it is most of the
//! work: 1,500 states through every layer, whatever is said.

use candle_core::{DType, Result, Tensor};
use candle_nn::ops::softmax_last_dim;

use super::encoder::Encoder;
use super::layers::EncoderLayer;
use super::mel::HOP;
use super::weights::Weights;
use crate::engine::backend::Failure;
use crate::engine::device::layers::Norm;
use crate::engine::device::place::{Place, product};
use crate::engine::kernels::Isa;
use crate::engine::queue::Check;

pub enum Ears {
    Cpu(Box<Encoder>),
    Device(DeviceEncoder),
}

impl Ears {
    /// On `place`; on the CPU where there is none.
    pub fn load(weights: &Weights<'_>, isa: Isa, place: Option<Place>) -> std::result::Result<Self, Failure> {
        Ok(match place {
            None => Self::Cpu(Box::new(Encoder::load(weights, isa)?)),
            Some(place) => Self::Device(DeviceEncoder::load(weights, place)?),
        })
    }

    /// States of a window.
    pub fn positions(&self) -> usize {
        match self {
            Self::Cpu(encoder) => encoder.positions,
            Self::Device(encoder) => encoder.positions,
        }
    }

    /// Frames of a window's picture.
    pub fn frames(&self) -> usize {
        self.positions() * 2
    }

    /// Samples of a window.
    pub fn samples(&self) -> usize {
        self.frames() * HOP
    }

    /// `[positions, width]` of a window's picture, which is `[frames, mels]`. `check` is called between the layers.
    pub fn encode(&mut self, picture: &[f32], check: Check<'_>) -> std::result::Result<Vec<f32>, Failure> {
        match self {
            Self::Cpu(encoder) => encoder.encode(picture, check),
            Self::Device(encoder) => encoder.encode(picture, check),
        }
    }
}

/// The encoder on a device.
pub struct DeviceEncoder {
    place: Place,
    mels: usize,
    positions: usize,
    heads: usize,
    /// `[outputs, inputs, 3]`, and the bias, `[1, outputs, 1]`.
    convolutions: [(Tensor, Tensor); 2],
    /// `[positions, width]`.
    places: Tensor,
    layers: Vec<EncoderLayer<Place>>,
    norm: Norm,
}

impl DeviceEncoder {
    fn load(weights: &Weights<'_>, place: Place) -> std::result::Result<Self, Failure> {
        let config = weights.config;
        let (width, positions) = (config.d_model, config.max_source_positions);
        let convolution = |path: &str, inputs: usize| -> std::result::Result<_, Failure> {
            let [taps, bias] = weights.taps(path, inputs)?;
            Ok((place.tensor(taps, (width, inputs, 3))?, place.tensor(bias, (1, width, 1))?))
        };
        let layer = |index| EncoderLayer::load(weights, &place, index);
        Ok(Self {
            mels: config.num_mel_bins,
            positions,
            heads: config.encoder_attention_heads,
            convolutions: [convolution("encoder.conv1", config.num_mel_bins)?, convolution("encoder.conv2", width)?],
            places: place.tensor(weights.table("encoder.embed_positions.weight", positions)?, (positions, width))?,
            layers: (0..config.encoder_layers).map(layer).collect::<std::result::Result<_, _>>()?,
            norm: weights.norm(&place, "encoder.layer_norm")?,
            place,
        })
    }

    fn encode(&self, picture: &[f32], check: Check<'_>) -> std::result::Result<Vec<f32>, Failure> {
        let mut hidden = self.listen(picture)?;
        for layer in &self.layers {
            check()?;
            hidden = layer.forward(hidden, self.heads)?;
        }
        Ok(self.norm.forward(&hidden)?.to_dtype(DType::F32)?.flatten_all()?.to_vec1()?)
    }

    /// What the layers begin with, `[positions, width]`.
    fn listen(&self, picture: &[f32]) -> Result<Tensor> {
        let shape = (1, picture.len() / self.mels, self.mels);
        let mut x = self.place.tensor(picture.to_vec(), shape)?.transpose(1, 2)?.contiguous()?;
        for ((taps, bias), stride) in self.convolutions.iter().zip([1, 2]) {
            x = convolved(&x, taps, stride)?.broadcast_add(bias)?.gelu_erf()?;
        }
        x.squeeze(0)?.t()?.contiguous()? + &self.places
    }
}

/// Candle convolves no bf16 on the CPU, as it multiplies none.
fn convolved(x: &Tensor, taps: &Tensor, stride: usize) -> Result<Tensor> {
    match (x.dtype(), x.device().is_cpu()) {
        (DType::BF16, true) => {
            x.to_dtype(DType::F32)?.conv1d(&taps.to_dtype(DType::F32)?, 1, stride, 1, 1)?.to_dtype(DType::BF16)
        }
        _ => x.conv1d(taps, 1, stride, 1, 1),
    }
}

impl EncoderLayer<Place> {
    fn forward(&self, hidden: Tensor, heads: usize) -> Result<Tensor> {
        let (positions, width) = hidden.dims2()?;
        let qkv =
            self.own.qkv.forward(&self.own.norm.forward(&hidden)?)?.reshape((positions, 3, heads, width / heads))?;
        let part = |which| qkv.narrow(1, which, 1)?.squeeze(1)?.transpose(0, 1)?.contiguous();
        let queries = (part(0)? * (1.0 / ((width / heads) as f64).sqrt()))?;
        let scores = product(&queries, &part(1)?.t()?)?.to_dtype(DType::F32)?;
        let context = product(&softmax_last_dim(&scores)?.to_dtype(hidden.dtype())?, &part(2)?)?;
        let context = context.transpose(0, 1)?.reshape((positions, width))?;
        self.feed_forward.add((hidden + self.own.output.forward(&context)?)?)
    }
}
