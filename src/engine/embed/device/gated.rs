//! ModernBERT, nomic, Gemma 3 and Qwen 3 as encoders, in Candle's operations.

use candle_core::{DType, Result, Tensor};
use candle_nn::ops::{rms_norm, softmax_last_dim};

use super::{Forward, HIDDEN_KEY, Padded};
use crate::engine::device::layers::{Linear, Norm as LayerNorm, rotated};
use crate::engine::device::place::{Place, product};
use crate::engine::embed::gated::{Gated, Layer as Stored, Norm as StoredNorm, Norms};
use crate::engine::generate::decoder::Dense;
use crate::engine::kernels::GateKind;
use crate::engine::kernels::attention::Sight;

/// The layers of such an encoder.
pub struct DeviceGated {
    width: usize,
    intermediate: usize,
    /// `[vocabulary, hidden]`.
    words: Tensor,
    embedding_scale: f32,
    /// What is added to tokens of type 0, and what those of type 1 have more, `[1, hidden]` each.
    types: Option<[Tensor; 2]>,
    embedding_norm: Option<Norm>,
    layers: Vec<Layer>,
    final_norm: Option<Norm>,
    /// Cosines and sines of each rotation, `[positions, width / 2]`.
    angles: Vec<[Tensor; 2]>,
    score_scale: f32,
    gate: GateKind,
}

struct Layer {
    sight: Sight,
    rope: usize,
    norms: Norms<Norm>,
    qkv: Linear,
    qk_norms: Option<([Tensor; 2], f32)>,
    output: Linear,
    gate_up: Linear,
    down: Linear,
}

enum Norm {
    Layer(LayerNorm),
    Rms { scale: Tensor, eps: f32 },
}

impl Norm {
    fn new(norm: StoredNorm, place: &Place) -> Result<Self> {
        Ok(match norm {
            StoredNorm::Layer(norm) => Self::Layer(LayerNorm::new(place, norm.scale, norm.shift, norm.eps)?),
            StoredNorm::Rms { scale, eps } => {
                let width = scale.len();
                Self::Rms { scale: place.tensor(scale, width)?, eps }
            }
        })
    }

    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        match self {
            Self::Layer(norm) => norm.forward(x),
            Self::Rms { scale, eps } => rms_norm(&x.contiguous()?, scale, *eps),
        }
    }
}

impl Layer {
    fn new(layer: Stored<Dense>, place: &Place) -> Result<Self> {
        let linear = |dense: Dense| {
            let (weights, inputs) = (dense.weights(), dense.inputs);
            Linear::new(place, weights, dense.bias, inputs)
        };
        let norm = |norm: StoredNorm| Norm::new(norm, place);
        let both = |[first, second]: [StoredNorm; 2]| Ok::<_, candle_core::Error>([norm(first)?, norm(second)?]);
        let vector = |values: Vec<f32>| {
            let width = values.len();
            place.tensor(values, width)
        };
        Ok(Self {
            sight: layer.sight,
            rope: layer.rope,
            norms: match layer.norms {
                Norms::Before { before: [first, second], after } => Norms::Before {
                    before: [first.map(norm).transpose()?, second.map(norm).transpose()?],
                    after: after.map(both).transpose()?,
                },
                Norms::Over(norms) => Norms::Over(both(norms)?),
            },
            qkv: linear(layer.qkv)?,
            qk_norms: match layer.qk_norms {
                Some(([queries, keys], eps)) => Some(([vector(queries)?, vector(keys)?], eps)),
                None => None,
            },
            output: linear(layer.output)?,
            gate_up: linear(layer.gate_up)?,
            down: linear(layer.down)?,
        })
    }
}

impl DeviceGated {
    pub fn new(net: Gated<Dense>, place: Place) -> Result<Self> {
        let norm = |norm: Option<StoredNorm>| norm.map(|norm| Norm::new(norm, &place)).transpose();
        let types = net.types.map(|[first, mut second]| {
            second.iter_mut().zip(&first).for_each(|(second, first)| *second -= first);
            Ok::<_, candle_core::Error>([place.tensor(first, (1, net.width))?, place.tensor(second, (1, net.width))?])
        });
        let angles = net.angles.into_iter().map(|angles| {
            let shape = (angles.cos.len() / angles.half.max(1), angles.half);
            Ok([place.tensor(angles.cos, shape)?, place.tensor(angles.sin, shape)?])
        });
        Ok(Self {
            width: net.width,
            intermediate: net.intermediate,
            words: place.tensor(net.words.values(), (net.words.len(), net.width))?,
            embedding_scale: net.embedding_scale,
            types: types.transpose()?,
            embedding_norm: norm(net.embedding_norm)?,
            layers: net.layers.into_iter().map(|layer| Layer::new(layer, &place)).collect::<Result<_>>()?,
            final_norm: norm(net.final_norm)?,
            angles: angles.collect::<Result<_>>()?,
            score_scale: net.score_scale,
            gate: net.gate,
        })
    }

    /// `[texts * longest, hidden]`.
    fn embeddings(&self, texts: &Padded<'_>) -> Result<Tensor> {
        let mut x = texts.embedded()?;
        if let Some([first, more]) = &self.types {
            x = x.broadcast_add(first)?;
            if let Some(seconds) = texts.seconds()? {
                x = (x + seconds.broadcast_mul(more)?)?;
            }
        }
        if self.embedding_scale != 1.0 {
            x = (x * f64::from(self.embedding_scale))?;
        }
        match &self.embedding_norm {
            Some(norm) => norm.forward(&x),
            None => Ok(x),
        }
    }

    /// What attention makes of `x`, `[texts * longest, hidden]`; `masks` are the texts' and the sight's.
    fn attention(&self, layer: &Layer, x: &Tensor, masks: [&Tensor; 2]) -> Result<Tensor> {
        let Sight { heads, kv_heads, size, .. } = layer.sight;
        let (count, _, _, longest) = masks[0].dims4()?;
        let rows = layer.qkv.forward(x)?.reshape((count, longest, heads + 2 * kv_heads, size))?;
        let part = |first, count| rows.narrow(2, first, count)?.transpose(1, 2)?.contiguous();
        let turned = match &layer.qk_norms {
            None => part(0, heads + kv_heads)?,
            Some(([queries, keys], eps)) => {
                let (queries, keys) =
                    (rms_norm(&part(0, heads)?, queries, *eps)?, rms_norm(&part(heads, kv_heads)?, keys, *eps)?);
                Tensor::cat(&[queries, keys], 1)?
            }
        };
        let [cos, sin] = &self.angles[layer.rope];
        let turned = rotated(&turned, &cos.narrow(0, 0, longest)?, &sin.narrow(0, 0, longest)?)?;
        let queries = (turned.narrow(1, 0, heads)?.contiguous()? * f64::from(self.score_scale))?;
        let by_kv = (count, kv_heads, heads / kv_heads * longest, size);
        let keys = turned.narrow(1, heads, kv_heads)?.contiguous()?;
        let scores = product(&queries.reshape(by_kv)?, &keys.t()?)?.to_dtype(DType::F32)?;
        let scores =
            scores.reshape((count, heads, longest, longest))?.broadcast_add(masks[0])?.broadcast_add(masks[1])?;
        let weights = softmax_last_dim(&scores)?.to_dtype(x.dtype())?;
        let weights = weights.reshape((count, kv_heads, heads / kv_heads * longest, longest))?;
        let context = product(&weights, &part(heads + kv_heads, kv_heads)?)?.reshape((count, heads, longest, size))?;
        layer.output.forward(&context.transpose(1, 2)?.reshape((count * longest, heads * size))?)
    }

    /// What the feed-forward part makes of `x`.
    fn feed_forward(&self, layer: &Layer, x: &Tensor) -> Result<Tensor> {
        let gate_up = layer.gate_up.forward(x)?;
        let gate = gate_up.narrow(1, 0, self.intermediate)?;
        let gate = match self.gate {
            GateKind::Silu => gate.silu()?,
            GateKind::Gelu => gate.gelu_erf()?,
            GateKind::GeluTanh => gate.gelu()?,
        };
        layer.down.forward(&(gate * gate_up.narrow(1, self.intermediate, self.intermediate)?)?)
    }

    /// What each of the different sights hides, `[1, 1, longest, longest]`.
    fn sights(&self, longest: usize) -> Result<Vec<(Sight, Tensor)>> {
        let mut sights: Vec<(Sight, Tensor)> = Vec::new();
        for layer in &self.layers {
            if sights.iter().all(|(sight, _)| *sight != layer.sight) {
                let mut mask = vec![HIDDEN_KEY; longest * longest];
                for (at, row) in mask.chunks_exact_mut(longest.max(1)).enumerate() {
                    row[layer.sight.keys(at, longest)].fill(0.0);
                }
                sights.push((layer.sight, Tensor::from_vec(mask, (1, 1, longest, longest), self.words.device())?));
            }
        }
        Ok(sights)
    }
}

impl Forward for DeviceGated {
    fn words(&self) -> &Tensor {
        &self.words
    }

    fn forward(&self, texts: &Padded<'_>) -> Result<Tensor> {
        let (mask, sights) = (texts.mask()?, self.sights(texts.longest)?);
        let mut x = self.embeddings(texts)?;
        for layer in &self.layers {
            let sight = sights.iter().find(|(sight, _)| *sight == layer.sight).map_or(&mask, |(_, mask)| mask);
            for part in 0..2 {
                let input = match &layer.norms {
                    Norms::Before { before, .. } => match &before[part] {
                        Some(norm) => norm.forward(&x)?,
                        None => x.clone(),
                    },
                    Norms::Over(_) => x.clone(),
                };
                let update = match part {
                    0 => self.attention(layer, &input, [&mask, sight])?,
                    _ => self.feed_forward(layer, &input)?,
                };
                x = match &layer.norms {
                    Norms::Before { after: None, .. } => (x + update)?,
                    Norms::Before { after: Some(after), .. } => (x + after[part].forward(&update)?)?,
                    Norms::Over(norms) => norms[part].forward(&(x + update)?)?,
                };
            }
        }
        if let Some(norm) = &self.final_norm {
            x = norm.forward(&x)?;
        }
        x.reshape((texts.texts.len(), texts.longest, self.width))
    }
}
