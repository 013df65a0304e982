//! The forward pass in plain loops: for a small model Candle's cost per operation would be most of the time.

use rayon::prelude::*;

use super::config::Config;
use super::rope::Angles;
use super::weights::{Dense, LayerWeights, Weights};
use crate::engine::backend::{Decoder, DecoderSpec, Failure, Step};

use crate::engine::kernels::{Activation, HeadShape, Isa, KvCache, Linear, add, rms_norm, rotate, silu_gate, threads};

/// Multiplications of a pass above which it is spread over the cores: a millisecond of one core. Below, handing the
/// pieces over, a dozen times a layer, costs more than it gains.
const WORTH_SPREADING: usize = 1 << 25;

/// Llama in f32 on the CPU.
pub struct CpuLlama {
    isa: Isa,
    config: Config,
    spec: DecoderSpec,
    /// `vocab_size x hidden`, or `None` where it is the head.
    embedding: Option<Vec<f32>>,
    layers: Vec<Layer>,
    final_norm: Vec<f32>,
    head: Linear,
    angles: Angles,
    buffers: Buffers,
    /// Weights that each row is multiplied by.
    weights: usize,
}

struct Layer {
    isa: Isa,
    attention_norm: Vec<f32>,
    qkv: Linear,
    output: Linear,
    mlp_norm: Vec<f32>,
    gate_up: Linear,
    down: Linear,
    /// One per slot.
    caches: Vec<KvCache>,
}

/// Kept between forwards, so that nothing is allocated for a token.
#[derive(Default)]
struct Buffers {
    x: Vec<f32>,
    normed: Vec<f32>,
    qkv: Vec<f32>,
    attended: Vec<f32>,
    gate_up: Vec<f32>,
    gated: Vec<f32>,
    delta: Vec<f32>,
    scores: Vec<f32>,
}

/// One token of the batch.
#[derive(Clone, Copy)]
struct Row {
    slot: usize,
    position: usize,
    /// Whether its logits are asked for.
    is_last: bool,
}

impl CpuLlama {
    pub fn load(isa: Isa, config: Config, spec: DecoderSpec, weights: &Weights<'_>) -> Result<Self, Failure> {
        let heads = HeadShape { query: config.heads, kv: config.kv_heads, size: config.head_dim };
        let layers = (0..config.layers)
            .map(|index| Ok(Layer::new(isa, weights.layer(index)?, heads, &spec)))
            .collect::<Result<_, Failure>>()?;
        let embedding = weights.embedding()?;
        let (embedding, head) = match weights.head()? {
            Some(head) => (Some(embedding.weights), matrix(isa, head)),
            None => (None, matrix(isa, embedding)),
        };
        Ok(Self {
            isa,
            embedding,
            layers,
            final_norm: weights.final_norm()?,
            head,
            angles: Angles::new(&config, spec.context),
            buffers: Buffers::default(),
            weights: config.layers
                * (config.hidden * config.head_dim * 2 * (config.heads + config.kv_heads)
                    + config.hidden * config.intermediate * 3),
            config,
            spec,
        })
    }

    fn embed(&self, token: u32, x: &mut [f32]) {
        match &self.embedding {
            Some(table) => x.copy_from_slice(&table[token as usize * x.len()..][..x.len()]),
            None => self.head.weights_of(token as usize, x),
        }
    }
}

impl Layer {
    fn new(isa: Isa, weights: LayerWeights, heads: HeadShape, spec: &DecoderSpec) -> Self {
        Self {
            isa,
            attention_norm: weights.attention_norm,
            qkv: matrix(isa, weights.qkv),
            output: matrix(isa, weights.output),
            mlp_norm: weights.mlp_norm,
            gate_up: matrix(isa, weights.gate_up),
            down: matrix(isa, weights.down),
            caches: (0..spec.slots).map(|_| KvCache::new(isa, heads, spec.context)).collect(),
        }
    }

    /// Norm, queries, keys and values of all rows; the keys and values go into the cache.
    fn project(&mut self, config: &Config, angles: &Angles, rows: &[Row], buffers: &mut Buffers) {
        let Buffers { x, normed, qkv, .. } = buffers;
        let half = config.head_dim / 2;
        let queries = config.heads * config.head_dim;
        let keys = config.kv_heads * config.head_dim;
        normed.resize(x.len(), 0.0);
        rms_norm(self.isa, x, &self.attention_norm, config.norm_eps, normed);
        qkv.resize(rows.len() * (queries + 2 * keys), 0.0);
        self.qkv.forward(normed, Activation::None, qkv);
        for (row, qkv) in rows.iter().zip(qkv.chunks_exact_mut(queries + 2 * keys)) {
            let at = row.position * half..(row.position + 1) * half;
            let (rotated, values) = qkv.split_at_mut(queries + keys);
            rotate(self.isa, rotated, &angles.cos[at.clone()], &angles.sin[at]);
            self.caches[row.slot].write(row.position, &rotated[queries..], values);
        }
    }

    /// Attention and the feed-forward part of all rows.
    fn mix(&self, config: &Config, rows: &[Row], spreads: bool, buffers: &mut Buffers) {
        let Buffers { x, normed, qkv, attended, gate_up, gated, delta, scores } = buffers;
        let queries = config.heads * config.head_dim;
        let stride = queries + 2 * config.kv_heads * config.head_dim;
        attended.resize(rows.len() * queries, 0.0);
        let attend_row = |scores: &mut Vec<f32>, ((row, qkv), out): ((&Row, &[f32]), &mut [f32])| {
            self.caches[row.slot].attend(&qkv[..queries], row.position + 1, scores, out);
        };
        if !spreads {
            let all = rows.iter().zip(qkv.chunks_exact(stride)).zip(attended.chunks_exact_mut(queries));
            all.for_each(|row| attend_row(scores, row));
        } else {
            let outs = attended.par_chunks_exact_mut(queries);
            let all = rows.par_iter().zip(qkv.par_chunks_exact(stride)).zip(outs);
            all.for_each_init(Vec::new, attend_row);
        }
        delta.resize(x.len(), 0.0);
        self.output.forward(attended, Activation::None, delta);
        add(self.isa, x, delta);
        normed.resize(x.len(), 0.0);
        rms_norm(self.isa, x, &self.mlp_norm, config.norm_eps, normed);
        gate_up.resize(rows.len() * 2 * config.intermediate, 0.0);
        self.gate_up.forward(normed, Activation::None, gate_up);
        gated.resize(rows.len() * config.intermediate, 0.0);
        silu_gate(self.isa, gate_up, config.intermediate, gated);
        self.down.forward(gated, Activation::None, delta);
        add(self.isa, x, delta);
    }
}

impl Buffers {
    /// Drops the rows whose logits nobody asks for; after the last layer's keys and values nothing reads them.
    fn keep_last(&mut self, rows: &mut Vec<Row>) {
        let is_last: Vec<bool> = rows.iter().map(|row| row.is_last).collect();
        for buffer in [&mut self.x, &mut self.qkv, &mut self.normed] {
            let width = buffer.len() / is_last.len();
            let mut kept = 0;
            for (index, _) in is_last.iter().enumerate().filter(|(_, is_last)| **is_last) {
                buffer.copy_within(index * width..(index + 1) * width, kept);
                kept += width;
            }
            buffer.truncate(kept);
        }
        self.delta.clear();
        rows.retain(|row| row.is_last);
    }
}

impl Decoder for CpuLlama {
    fn spec(&self) -> &DecoderSpec {
        &self.spec
    }

    fn forward(&mut self, steps: &[Step<'_>]) -> Result<Vec<f32>, Failure> {
        super::check(steps, &self.spec)?;
        if steps.is_empty() {
            return Ok(Vec::new());
        }
        let mut rows = Vec::new();
        for step in steps {
            let positions = step.position..step.position + step.tokens.len();
            let last = positions.end - 1;
            rows.extend(positions.map(|position| Row { slot: step.slot, position, is_last: position == last }));
        }
        let keys: usize = rows.iter().map(|row| row.position + 1).sum();
        let work = rows.len() * self.weights + keys * 2 * self.config.heads * self.config.head_dim * self.config.layers;
        let spreads = work >= WORTH_SPREADING && threads::count() > 1;
        let compute = || self.compute(steps, rows, spreads);
        Ok(if spreads { threads::install(compute) } else { compute() })
    }
}

impl CpuLlama {
    /// Logits of the steps' last rows. Spreads only where it runs inside the pool.
    fn compute(&mut self, steps: &[Step<'_>], mut rows: Vec<Row>, spreads: bool) -> Vec<f32> {
        let hidden = self.config.hidden;
        let mut buffers = std::mem::take(&mut self.buffers);
        buffers.x.resize(rows.len() * hidden, 0.0);
        let tokens = steps.iter().flat_map(|step| step.tokens);
        for (x, token) in buffers.x.chunks_exact_mut(hidden).zip(tokens) {
            self.embed(*token, x);
        }
        let last = self.layers.len() - 1;
        for (index, layer) in self.layers.iter_mut().enumerate() {
            layer.project(&self.config, &self.angles, &rows, &mut buffers);
            if index == last {
                buffers.keep_last(&mut rows);
            }
            layer.mix(&self.config, &rows, spreads, &mut buffers);
        }
        let Buffers { x, normed, .. } = &mut buffers;
        rms_norm(self.isa, x, &self.final_norm, self.config.norm_eps, normed);
        let mut logits = vec![0.0; rows.len() * self.spec.vocab_size];
        self.head.forward(normed, Activation::None, &mut logits);
        self.buffers = buffers;
        logits
    }
}

fn matrix(isa: Isa, dense: Dense) -> Linear {
    let bias = dense.bias.unwrap_or_else(|| vec![0.0; dense.outputs]);
    Linear::new(isa, &dense.weights, &bias, dense.inputs)
}
