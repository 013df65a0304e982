//! The same forward pass in Candle's operations, for devices that Candle drives.
//!
//! Steps of one token are computed together and always as if every slot had one, so that a product has the same shape,
//! and with it the same order of additions, whoever else is there. Longer steps are computed one by one.

use candle_core::{D, DType, Device, Result, Tensor};
use candle_nn::ops::{rms_norm, softmax_last_dim};
use candle_nn::rotary_emb::rope;

use super::rope::Angles;
use super::shape::{Config, Gate, LayerKind};
use super::weights::{Dense, LayerWeights, Weights};
use crate::engine::adapter::{Adapter, Module};
use crate::engine::backend::{Decoder, DecoderSpec, Failure, Step};

/// A decoder that computes in f32 on any of Candle's devices.
pub struct DeviceDecoder {
    config: Config,
    spec: DecoderSpec,
    device: Device,
    /// `vocab_size x hidden`.
    embedding: Tensor,
    layers: Vec<Layer>,
    final_norm: Tensor,
    head: Linear,
    /// Cosines and sines for each of the config's rotations, `context x width / 2` each.
    angles: Vec<(Tensor, Tensor)>,
}

struct Layer {
    index: usize,
    kind: LayerKind,
    attention_norm: Tensor,
    qkv: Linear,
    /// For queries and for keys.
    qk_norms: Option<[Tensor; 2]>,
    output: Linear,
    mlp_norm: Tensor,
    /// Of what attention and what the feed-forward part gives.
    post_norms: Option<[Tensor; 2]>,
    gate_up: Linear,
    down: Linear,
    /// One per slot.
    caches: Vec<Cache>,
}

/// `kv_heads x context x head_dim` each, allocated once.
struct Cache {
    keys: Tensor,
    values: Tensor,
}

/// `weights` is `outputs x inputs`.
struct Linear {
    weights: Tensor,
    bias: Option<Tensor>,
}

impl Linear {
    fn new(dense: Dense, device: &Device) -> Result<Self> {
        let (outputs, inputs) = (dense.outputs(), dense.inputs);
        let weights = Tensor::from_vec(dense.weights(), (outputs, inputs), device)?;
        let bias = dense.bias.map(|bias| Tensor::from_vec(bias, outputs, device)).transpose()?;
        Ok(Self { weights, bias })
    }

    fn apply(&self, x: &Tensor) -> Result<Tensor> {
        let y = x.matmul(&self.weights.t()?)?;
        match &self.bias {
            Some(bias) => y.broadcast_add(bias),
            None => Ok(y),
        }
    }
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
    pub fn load(
        config: Config,
        spec: DecoderSpec,
        weights: &Weights<'_>,
        device: &Device,
    ) -> std::result::Result<Self, Failure> {
        let layers = (0..config.layers.len())
            .map(|index| Ok(Layer::new(weights.layer(index)?, &config, index, &spec, device)?))
            .collect::<std::result::Result<_, Failure>>()?;
        let head = Linear::new(weights.head()?, device)?;
        let embedding = match config.is_tied {
            true => head.weights.clone(),
            false => {
                let table = Dense { inputs: config.hidden, parts: vec![weights.embedding()?], bias: None };
                Linear::new(table, device)?.weights
            }
        };
        let final_norm = weights.final_norm()?;
        let angles = |rope| {
            let Angles { half, cos, sin } = Angles::new(rope, spec.context);
            let tensor = |values| Tensor::from_vec(values, (spec.context, half), device);
            Ok((tensor(cos)?, tensor(sin)?))
        };
        Ok(Self {
            final_norm: Tensor::from_vec(final_norm, config.hidden, device)?,
            embedding,
            layers,
            head,
            angles: config.ropes.iter().map(angles).collect::<Result<_>>()?,
            device: device.clone(),
            config,
            spec,
        })
    }

    /// Logits of each segment's last row. `rows` may exceed the segments' rows: the rest is filling.
    fn pass(&self, tokens: &[u32], segments: &[Segment<'_>]) -> Result<Tensor> {
        let ids = Tensor::new(tokens, &self.device)?;
        let eps = self.config.norm_eps;
        let mut x = scaled(self.embedding.index_select(&ids, 0)?, self.config.embedding_scale)?;
        for layer in &self.layers {
            let normed = rms_norm(&x, &layer.attention_norm, eps)?;
            let qkv = layer.adapted(Module::Qkv, &layer.qkv, &normed, segments)?;
            let attended = self.attend(layer, &qkv, segments)?;
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
        // The head for the last rows only, but for as many as there are rows where they are all single: see above.
        if segments.iter().any(|segment| segment.rows > 1) {
            let last: Vec<u32> = segments.iter().map(|segment| (segment.row + segment.rows - 1) as u32).collect();
            x = x.index_select(&Tensor::new(last, &self.device)?, 0)?;
        }
        let logits = self.head.apply(&rms_norm(&x.contiguous()?, &self.final_norm, eps)?)?;
        capped(scaled(logits, self.config.logit_scale)?, self.config.logit_cap)
    }

    /// `x` plus what attention (`part` 0) or the feed-forward part (1) gives.
    fn add(&self, layer: &Layer, part: usize, x: Tensor, delta: Tensor) -> Result<Tensor> {
        let delta = match &layer.post_norms {
            Some(norms) => rms_norm(&delta.contiguous()?, &norms[part], self.config.norm_eps)?,
            None => delta,
        };
        x + scaled(delta, self.config.residual_scale)?
    }

    /// `rows x (heads * head_dim)`; filling rows are zero.
    fn attend(&self, layer: &Layer, qkv: &Tensor, segments: &[Segment<'_>]) -> Result<Tensor> {
        let Config { heads, head_dim, .. } = self.config;
        let mut parts = Vec::with_capacity(segments.len() + 1);
        let mut done = 0;
        for segment in segments {
            parts.push(self.attend_segment(layer, &qkv.narrow(0, segment.row, segment.rows)?, segment)?);
            done += segment.rows;
        }
        let filling = qkv.dim(0)? - done;
        if filling > 0 {
            parts.push(Tensor::zeros((filling, heads * head_dim), DType::F32, &self.device)?);
        }
        Tensor::cat(&parts, 0)
    }

    fn attend_segment(&self, layer: &Layer, qkv: &Tensor, segment: &Segment<'_>) -> Result<Tensor> {
        let Config { heads, kv_heads, head_dim, .. } = self.config;
        let Segment { position, rows, .. } = *segment;
        let length = position + rows;
        // `rows x (n * head_dim)` to `n x rows x head_dim`.
        let by_head = |first: usize, count: usize| {
            let part = qkv.narrow(1, first * head_dim, count * head_dim)?;
            part.reshape((rows, count, head_dim))?.transpose(0, 1)?.contiguous()
        };
        let mut turned = by_head(0, heads + kv_heads)?;
        if let Some([query_norm, key_norm]) = &layer.qk_norms {
            let norm = |first, count, norm| {
                rms_norm(&turned.narrow(0, first, count)?.contiguous()?, norm, self.config.norm_eps)
            };
            turned = Tensor::cat(&[norm(0, heads, query_norm)?, norm(heads, kv_heads, key_norm)?], 0)?;
        }
        if let Some(which) = layer.kind.rope {
            let (cos, sin) = &self.angles[which];
            turned = turn(&turned, &cos.narrow(0, position, rows)?, &sin.narrow(0, position, rows)?)?;
        }
        let cache = &layer.caches[segment.slot];
        cache.keys.slice_set(&turned.narrow(0, heads, kv_heads)?.contiguous()?, 1, position)?;
        cache.values.slice_set(&by_head(heads + kv_heads, kv_heads)?, 1, position)?;
        let (keys, values) = (cache.keys.narrow(1, 0, length)?, cache.values.narrow(1, 0, length)?);
        // Query heads that share a key-value head lie side by side, and so become rows of one product.
        let group = heads / kv_heads;
        let queries = scaled(turned.narrow(0, 0, heads)?.contiguous()?, self.config.score_scale)?;
        let scores = queries.reshape((kv_heads, group * rows, head_dim))?.matmul(&keys.t()?)?;
        let scores = capped(scores, self.config.score_cap)?;
        let window = layer.kind.window.unwrap_or(usize::MAX);
        let scores = match rows == 1 && length <= window {
            true => scores,
            false => {
                let mask = causal_mask(position, rows, window, &self.device)?;
                scores.reshape((heads, rows, length))?.broadcast_add(&mask)?
            }
        };
        let weights = softmax_last_dim(&scores.reshape((kv_heads, group * rows, length))?)?;
        let attended = weights.matmul(&values)?.reshape((heads, rows, head_dim))?;
        attended.transpose(0, 1)?.reshape((rows, heads * head_dim))
    }
}

impl Layer {
    /// A matrix of this layer applied to all rows, with what the segments' adapters add.
    fn adapted(&self, module: Module, matrix: &Linear, x: &Tensor, segments: &[Segment<'_>]) -> Result<Tensor> {
        let mut y = matrix.apply(x)?;
        for segment in segments {
            let parts = segment.adapter.into_iter().flat_map(|adapter| adapter.parts(self.index, module));
            for part in parts {
                let [down, up] = part.tensors(x.device())?;
                let rows = x.narrow(0, segment.row, segment.rows)?.contiguous()?;
                let added = (rows.matmul(down)?.matmul(up)? * f64::from(part.scale))?;
                let before = y.narrow(0, segment.row, segment.rows)?.narrow(1, part.first, part.outputs)?;
                let rows = segment.row..segment.row + segment.rows;
                y = y.slice_assign(&[rows, part.first..part.first + part.outputs], &(before + added)?)?;
            }
        }
        Ok(y)
    }

    fn new(weights: LayerWeights, config: &Config, index: usize, spec: &DecoderSpec, device: &Device) -> Result<Self> {
        let norm = |weights: Vec<f32>| {
            let width = weights.len();
            Tensor::from_vec(weights, width, device)
        };
        let both = |norms: Option<[Vec<f32>; 2]>| {
            norms.map(|[first, second]| Ok::<_, candle_core::Error>([norm(first)?, norm(second)?])).transpose()
        };
        let room = || Tensor::zeros((config.kv_heads, spec.context, config.head_dim), DType::F32, device);
        Ok(Self {
            index,
            kind: config.layers[index],
            attention_norm: norm(weights.attention_norm)?,
            qkv: Linear::new(weights.qkv, device)?,
            qk_norms: both(weights.qk_norms)?,
            output: Linear::new(weights.output, device)?,
            mlp_norm: norm(weights.mlp_norm)?,
            post_norms: both(weights.post_norms)?,
            gate_up: Linear::new(weights.gate_up, device)?,
            down: Linear::new(weights.down, device)?,
            caches: (0..spec.slots).map(|_| Ok(Cache { keys: room()?, values: room()? })).collect::<Result<_>>()?,
        })
    }
}

/// Turns the first numbers of each head, as many as there are angles for; the rest stays.
fn turn(heads: &Tensor, cos: &Tensor, sin: &Tensor) -> Result<Tensor> {
    let (width, size) = (2 * cos.dim(1)?, heads.dim(2)?);
    let turned = rope(&heads.narrow(2, 0, width)?.contiguous()?.unsqueeze(0)?, cos, sin)?.squeeze(0)?;
    match size - width {
        0 => Ok(turned),
        rest => Tensor::cat(&[turned, heads.narrow(2, width, rest)?], 2)?.contiguous(),
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

/// `rows x (position + rows)`: minus infinity where a row would see what comes after it, or what its window has left.
fn causal_mask(position: usize, rows: usize, window: usize, device: &Device) -> Result<Tensor> {
    let length = position + rows;
    let hidden = |row: usize| {
        let end = position + row + 1;
        let seen = end.saturating_sub(window)..end;
        (0..length).map(move |other| if seen.contains(&other) { 0.0 } else { f32::NEG_INFINITY })
    };
    Tensor::from_vec((0..rows).flat_map(hidden).collect::<Vec<_>>(), (rows, length), device)
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
        let singles: Vec<usize> = (0..steps.len()).filter(|step| steps[*step].tokens.len() == 1).collect();
        let mut passes = Vec::new();
        if !singles.is_empty() {
            let mut tokens: Vec<u32> = singles.iter().map(|step| steps[*step].tokens[0]).collect();
            tokens.resize(self.spec.slots, 0);
            passes.push((tokens, singles.iter().enumerate().map(|(row, step)| segment(*step, row)).collect()));
        }
        for step in (0..steps.len()).filter(|step| steps[*step].tokens.len() > 1) {
            passes.push((steps[step].tokens.to_vec(), vec![segment(step, 0)]));
        }
        for (tokens, segments) in passes {
            let computed = self.pass(&tokens, &segments)?.to_dtype(DType::F32)?;
            let computed = computed.narrow(D::Minus2, 0, segments.len())?.flatten_all()?.to_vec1::<f32>()?;
            for (segment, row) in segments.iter().zip(computed.chunks_exact(vocab_size)) {
                logits[segment.step * vocab_size..][..vocab_size].copy_from_slice(row);
            }
        }
        Ok(logits)
    }
}
