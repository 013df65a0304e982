//! The forward pass in plain loops: for a small model Candle's cost per operation would be most of the time.

use rayon::prelude::*;

use super::config::Config;
use super::rope::Angles;
use super::weights::{Dense, LayerWeights, Weights};
use crate::engine::backend::{Decoder, DecoderSpec, Failure, Step};
use crate::engine::generate::cpu::{Heads, KvCache, Level, Matrix, add, attend, rms_norm, rotate, silu_gate};
use crate::engine::kernels::threads;

/// Numbers of keys that a batch reads, above which attention is split over the cores.
const WORTH_SPLITTING: usize = 1 << 18;

/// Llama in f32 on the CPU.
pub struct CpuLlama {
    level: Level,
    config: Config,
    spec: DecoderSpec,
    /// `vocab_size x hidden`, or `None` where it is the head.
    embedding: Option<Vec<f32>>,
    layers: Vec<Layer>,
    final_norm: Vec<f32>,
    head: Matrix,
    angles: Angles,
    buffers: Buffers,
}

struct Layer {
    level: Level,
    attention_norm: Vec<f32>,
    qkv: Matrix,
    output: Matrix,
    mlp_norm: Vec<f32>,
    gate_up: Matrix,
    down: Matrix,
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
    scratch: Vec<f32>,
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
    pub fn load(level: Level, config: Config, spec: DecoderSpec, weights: &Weights<'_>) -> Result<Self, Failure> {
        let heads = Heads { query: config.heads, kv: config.kv_heads, dim: config.head_dim };
        let layers = (0..config.layers)
            .map(|index| Ok(Layer::new(level, weights.layer(index)?, heads, &spec)))
            .collect::<Result<_, Failure>>()?;
        let embedding = weights.embedding()?;
        let (embedding, head) = match weights.head()? {
            Some(head) => (Some(embedding.weights), matrix(level, head)),
            None => (None, matrix(level, embedding)),
        };
        Ok(Self {
            level,
            embedding,
            layers,
            final_norm: weights.final_norm()?,
            head,
            angles: Angles::new(&config, spec.context),
            buffers: Buffers::default(),
            config,
            spec,
        })
    }

    fn embed(&self, token: u32, x: &mut [f32]) {
        match &self.embedding {
            Some(table) => x.copy_from_slice(&table[token as usize * x.len()..][..x.len()]),
            None => self.head.row(token as usize, x),
        }
    }
}

impl Layer {
    fn new(level: Level, weights: LayerWeights, heads: Heads, spec: &DecoderSpec) -> Self {
        Self {
            level,
            attention_norm: weights.attention_norm,
            qkv: matrix(level, weights.qkv),
            output: matrix(level, weights.output),
            mlp_norm: weights.mlp_norm,
            gate_up: matrix(level, weights.gate_up),
            down: matrix(level, weights.down),
            caches: (0..spec.slots).map(|_| KvCache::new(heads, spec.context)).collect(),
        }
    }

    /// Norm, queries, keys and values of all rows; the keys and values go into the cache.
    fn project(&mut self, config: &Config, angles: &Angles, rows: &[Row], buffers: &mut Buffers) {
        let Buffers { x, normed, qkv, scratch, .. } = buffers;
        let half = config.head_dim / 2;
        let queries = config.heads * config.head_dim;
        let keys = config.kv_heads * config.head_dim;
        normed.resize(x.len(), 0.0);
        rms_norm(self.level, x, &self.attention_norm, config.norm_eps, normed);
        qkv.resize(rows.len() * (queries + 2 * keys), 0.0);
        self.qkv.apply(normed, rows.len(), qkv, scratch);
        for (row, qkv) in rows.iter().zip(qkv.chunks_exact_mut(queries + 2 * keys)) {
            let at = row.position * half..(row.position + 1) * half;
            let (rotated, values) = qkv.split_at_mut(queries + keys);
            rotate(self.level, rotated, &angles.cos[at.clone()], &angles.sin[at]);
            self.caches[row.slot].write(row.position, &rotated[queries..], values);
        }
    }

    /// Attention and the feed-forward part of all rows.
    fn mix(&self, config: &Config, rows: &[Row], buffers: &mut Buffers) {
        let Buffers { x, normed, qkv, attended, gate_up, gated, delta, scratch } = buffers;
        let queries = config.heads * config.head_dim;
        let stride = queries + 2 * config.kv_heads * config.head_dim;
        attended.resize(rows.len() * queries, 0.0);
        let attend_row = |scores: &mut Vec<f32>, ((row, qkv), out): ((&Row, &[f32]), &mut [f32])| {
            attend(self.level, &qkv[..queries], &self.caches[row.slot], row.position + 1, scores, out);
        };
        let work: usize = rows.iter().map(|row| (row.position + 1) * queries).sum();
        if work < WORTH_SPLITTING || threads::count() == 1 {
            let all = rows.iter().zip(qkv.chunks_exact(stride)).zip(attended.chunks_exact_mut(queries));
            all.for_each(|row| attend_row(scratch, row));
        } else {
            let outs = attended.par_chunks_exact_mut(queries);
            let all = rows.par_iter().zip(qkv.par_chunks_exact(stride)).zip(outs);
            all.for_each_init(Vec::new, attend_row);
        }
        delta.resize(x.len(), 0.0);
        self.output.apply(attended, rows.len(), delta, scratch);
        add(self.level, x, delta);
        normed.resize(x.len(), 0.0);
        rms_norm(self.level, x, &self.mlp_norm, config.norm_eps, normed);
        gate_up.resize(rows.len() * 2 * config.intermediate, 0.0);
        self.gate_up.apply(normed, rows.len(), gate_up, scratch);
        gated.resize(rows.len() * config.intermediate, 0.0);
        silu_gate(self.level, gate_up, config.intermediate, gated);
        self.down.apply(gated, rows.len(), delta, scratch);
        add(self.level, x, delta);
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
        let hidden = self.config.hidden;
        let mut buffers = std::mem::take(&mut self.buffers);
        let mut rows = Vec::new();
        for step in steps {
            let positions = step.position..step.position + step.tokens.len();
            let last = positions.end - 1;
            rows.extend(positions.map(|position| Row { slot: step.slot, position, is_last: position == last }));
        }
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
            layer.mix(&self.config, &rows, &mut buffers);
        }
        let Buffers { x, normed, scratch, .. } = &mut buffers;
        rms_norm(self.level, x, &self.final_norm, self.config.norm_eps, normed);
        let mut logits = vec![0.0; rows.len() * self.spec.vocab_size];
        self.head.apply(normed, rows.len(), &mut logits, scratch);
        self.buffers = buffers;
        Ok(logits)
    }
}

fn matrix(level: Level, dense: Dense) -> Matrix {
    Matrix::new(level, &dense.weights, dense.outputs, dense.inputs, dense.bias)
}
