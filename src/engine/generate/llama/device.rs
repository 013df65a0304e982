//! The same forward pass in Candle's operations, for devices that Candle drives.
//!
//! Steps of one token are computed together and always as if every slot had one, so that a product has the same shape,
//! and with it the same order of additions, whoever else is there. Longer steps are computed one by one.

use candle_core::{D, DType, Device, Result, Tensor};
use candle_nn::ops::{rms_norm, softmax_last_dim};
use candle_nn::rotary_emb::rope;

use super::config::Config;
use super::rope::Angles;
use super::weights::{Dense, LayerWeights, Weights};
use crate::engine::backend::{Decoder, DecoderSpec, Failure, Step};

/// Llama in f32 on any of Candle's devices.
pub struct DeviceLlama {
    config: Config,
    spec: DecoderSpec,
    device: Device,
    /// `vocab_size x hidden`.
    embedding: Tensor,
    layers: Vec<Layer>,
    final_norm: Tensor,
    head: Linear,
    /// `context x head_dim / 2` each.
    cos: Tensor,
    sin: Tensor,
}

struct Layer {
    attention_norm: Tensor,
    qkv: Linear,
    output: Linear,
    mlp_norm: Tensor,
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
        let bias = dense.bias.map(|bias| Tensor::from_vec(bias, dense.outputs, device)).transpose()?;
        Ok(Self { weights: Tensor::from_vec(dense.weights, (dense.outputs, dense.inputs), device)?, bias })
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
struct Segment {
    /// The step it belongs to.
    step: usize,
    slot: usize,
    position: usize,
    /// Where its rows begin in the pass, and how many there are.
    row: usize,
    rows: usize,
}

impl DeviceLlama {
    pub fn load(
        config: Config,
        spec: DecoderSpec,
        weights: &Weights<'_>,
        device: &Device,
    ) -> std::result::Result<Self, Failure> {
        let layers = (0..config.layers)
            .map(|index| Ok(Layer::new(weights.layer(index)?, &config, &spec, device)?))
            .collect::<std::result::Result<_, Failure>>()?;
        let embedding = Linear::new(weights.embedding()?, device)?;
        let head = match weights.head()? {
            Some(head) => Linear::new(head, device)?,
            None => Linear { weights: embedding.weights.clone(), bias: None },
        };
        let final_norm = weights.final_norm()?;
        let Angles { cos, sin } = Angles::new(&config, spec.context);
        let shape = (spec.context, config.head_dim / 2);
        Ok(Self {
            final_norm: Tensor::from_vec(final_norm, config.hidden, device)?,
            embedding: embedding.weights,
            layers,
            head,
            cos: Tensor::from_vec(cos, shape, device)?,
            sin: Tensor::from_vec(sin, shape, device)?,
            device: device.clone(),
            config,
            spec,
        })
    }

    /// Logits of each segment's last row. `rows` may exceed the segments' rows: the rest is filling.
    fn pass(&self, tokens: &[u32], segments: &[Segment]) -> Result<Tensor> {
        let ids = Tensor::new(tokens, &self.device)?;
        let mut x = self.embedding.index_select(&ids, 0)?;
        for layer in &self.layers {
            let normed = rms_norm(&x, &layer.attention_norm, self.config.norm_eps)?;
            let attended = self.attend(layer, &layer.qkv.apply(&normed)?, segments)?;
            x = (x + layer.output.apply(&attended)?)?;
            let normed = rms_norm(&x, &layer.mlp_norm, self.config.norm_eps)?;
            let gate_up = layer.gate_up.apply(&normed)?;
            let gate = gate_up.narrow(1, 0, self.config.intermediate)?.silu()?;
            let up = gate_up.narrow(1, self.config.intermediate, self.config.intermediate)?;
            x = (x + layer.down.apply(&(gate * up)?)?)?;
        }
        // The head for the last rows only, but for as many as there are rows where they are all single: see above.
        if segments.iter().any(|segment| segment.rows > 1) {
            let last: Vec<u32> = segments.iter().map(|segment| (segment.row + segment.rows - 1) as u32).collect();
            x = x.index_select(&Tensor::new(last, &self.device)?, 0)?;
        }
        self.head.apply(&rms_norm(&x.contiguous()?, &self.final_norm, self.config.norm_eps)?)
    }

    /// `rows x (heads * head_dim)`; filling rows are zero.
    fn attend(&self, layer: &Layer, qkv: &Tensor, segments: &[Segment]) -> Result<Tensor> {
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

    fn attend_segment(&self, layer: &Layer, qkv: &Tensor, segment: &Segment) -> Result<Tensor> {
        let Config { heads, kv_heads, head_dim, .. } = self.config;
        let Segment { position, rows, .. } = *segment;
        let length = position + rows;
        // `rows x (n * head_dim)` to `n x rows x head_dim`.
        let by_head = |first: usize, count: usize| {
            let part = qkv.narrow(1, first * head_dim, count * head_dim)?;
            part.reshape((rows, count, head_dim))?.transpose(0, 1)?.contiguous()
        };
        let (cos, sin) = (self.cos.narrow(0, position, rows)?, self.sin.narrow(0, position, rows)?);
        let rotated = rope(&by_head(0, heads + kv_heads)?.unsqueeze(0)?, &cos, &sin)?.squeeze(0)?;
        let cache = &layer.caches[segment.slot];
        cache.keys.slice_set(&rotated.narrow(0, heads, kv_heads)?.contiguous()?, 1, position)?;
        cache.values.slice_set(&by_head(heads + kv_heads, kv_heads)?, 1, position)?;
        let (keys, values) = (cache.keys.narrow(1, 0, length)?, cache.values.narrow(1, 0, length)?);
        // Query heads that share a key-value head lie side by side, and so become rows of one product.
        let group = heads / kv_heads;
        let queries = (rotated.narrow(0, 0, heads)?.contiguous()? * (1.0 / (head_dim as f64).sqrt()))?;
        let scores = queries.reshape((kv_heads, group * rows, head_dim))?.matmul(&keys.t()?)?;
        let scores = match rows {
            1 => scores,
            _ => {
                let mask = causal_mask(position, rows, &self.device)?;
                scores.reshape((heads, rows, length))?.broadcast_add(&mask)?
            }
        };
        let weights = softmax_last_dim(&scores.reshape((kv_heads, group * rows, length))?)?;
        let attended = weights.matmul(&values)?.reshape((heads, rows, head_dim))?;
        attended.transpose(0, 1)?.reshape((rows, heads * head_dim))
    }
}

impl Layer {
    fn new(weights: LayerWeights, config: &Config, spec: &DecoderSpec, device: &Device) -> Result<Self> {
        let norm = |weights: Vec<f32>| Tensor::from_vec(weights, config.hidden, device);
        let room = || Tensor::zeros((config.kv_heads, spec.context, config.head_dim), DType::F32, device);
        Ok(Self {
            attention_norm: norm(weights.attention_norm)?,
            qkv: Linear::new(weights.qkv, device)?,
            output: Linear::new(weights.output, device)?,
            mlp_norm: norm(weights.mlp_norm)?,
            gate_up: Linear::new(weights.gate_up, device)?,
            down: Linear::new(weights.down, device)?,
            caches: (0..spec.slots).map(|_| Ok(Cache { keys: room()?, values: room()? })).collect::<Result<_>>()?,
        })
    }
}

/// `rows x (position + rows)`: minus infinity where a row would see what comes after it.
fn causal_mask(position: usize, rows: usize, device: &Device) -> Result<Tensor> {
    let length = position + rows;
    let hidden =
        |row: usize| (0..length).map(move |other| if other > position + row { f32::NEG_INFINITY } else { 0.0 });
    Tensor::from_vec((0..rows).flat_map(hidden).collect::<Vec<_>>(), (rows, length), device)
}

impl Decoder for DeviceLlama {
    fn spec(&self) -> &DecoderSpec {
        &self.spec
    }

    fn forward(&mut self, steps: &[Step<'_>]) -> std::result::Result<Vec<f32>, Failure> {
        super::check(steps, &self.spec)?;
        let vocab_size = self.spec.vocab_size;
        let mut logits = vec![0.0; steps.len() * vocab_size];
        let segment = |step: usize, row: usize| {
            let Step { slot, position, tokens } = steps[step];
            Segment { step, slot, position, row, rows: tokens.len() }
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
