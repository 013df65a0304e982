//! The forward pass in plain loops: for a small model Candle's cost per operation would be most of the time.

use super::rope::Angles;
use super::shape::{Config, Gate};
use super::weights::{Dense, LayerWeights, Weights};
use crate::engine::adapter::{Adapter, Module};
use crate::engine::backend::{Decoder, DecoderSpec, Failure, Step};
use crate::engine::checkpoints::Rows;
use crate::engine::kernels::{
    Activation, Arithmetic, Attention, GateKind, Isa, KvCache, Linear, Part, Queries, add_scaled, attend_cached, gate,
    norm_heads, rms_norm, rotate, scale_and_cap, threads,
};

/// Multiplications of a pass above which it is spread over the cores: a millisecond of one core. Below, handing the
/// pieces over, a dozen times a layer, costs more than it gains.
const WORTH_SPREADING: usize = 1 << 25;

/// A decoder that computes in f32 on the CPU.
pub struct CpuDecoder {
    isa: Isa,
    config: Config,
    spec: DecoderSpec,
    /// `vocab_size x hidden`, where it is stored; `None` where it is the head.
    embedding: Option<Rows>,
    layers: Vec<Layer>,
    final_norm: Vec<f32>,
    head: Linear,
    /// One for each of the config's rotations.
    angles: Vec<Angles>,
    buffers: Buffers,
    /// Weights that each row is multiplied by.
    weights: usize,
}

struct Layer {
    isa: Isa,
    index: usize,
    rope: Option<usize>,
    attention_norm: Vec<f32>,
    qkv: Linear,
    qk_norms: Option<[Vec<f32>; 2]>,
    output: Linear,
    mlp_norm: Vec<f32>,
    post_norms: Option<[Vec<f32>; 2]>,
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
    low: Vec<f32>,
    added: Vec<f32>,
}

/// One token of the batch.
#[derive(Clone, Copy)]
struct Row<'a> {
    slot: usize,
    position: usize,
    /// Whether its logits are asked for.
    is_last: bool,
    adapter: Option<&'a Adapter>,
}

impl CpuDecoder {
    pub fn load(
        (isa, arithmetic): (Isa, Arithmetic),
        config: Config,
        spec: DecoderSpec,
        weights: &Weights<'_>,
    ) -> Result<Self, Failure> {
        let layers = (0..config.layers.len())
            .map(|index| Ok(Layer::new((isa, arithmetic), weights.layer(index)?, &config, index, &spec)))
            .collect::<Result<Vec<_>, Failure>>()?;
        let head = matrix((isa, arithmetic), &weights.head()?);
        Ok(Self {
            isa,
            embedding: if config.is_tied { None } else { Some(weights.embedding()?) },
            final_norm: weights.final_norm()?,
            head,
            angles: config.ropes.iter().map(|rope| Angles::new(rope, spec.context)).collect(),
            buffers: Buffers::default(),
            weights: layers.len()
                * (config.hidden * config.head_dim * 2 * (config.heads + config.kv_heads)
                    + config.hidden * config.intermediate * 3),
            layers,
            config,
            spec,
        })
    }

    fn embed(&self, token: u32, x: &mut [f32]) {
        match &self.embedding {
            Some(table) => {
                table.read(token as usize, x);
            }
            None => self.head.weights_of(token as usize, x),
        }
        scale_and_cap(self.isa, x, self.config.embedding_scale, None);
    }
}

impl Layer {
    fn new(
        (isa, arithmetic): (Isa, Arithmetic),
        weights: LayerWeights,
        config: &Config,
        index: usize,
        spec: &DecoderSpec,
    ) -> Self {
        let kind = config.layers[index];
        let attention = Attention {
            query: config.heads,
            kv: config.kv_heads,
            size: config.head_dim,
            scale: config.score_scale,
            cap: config.score_cap,
            window: kind.window.unwrap_or(usize::MAX),
        };
        Self {
            isa,
            index,
            rope: kind.rope,
            attention_norm: weights.attention_norm,
            qkv: matrix((isa, arithmetic), &weights.qkv),
            qk_norms: weights.qk_norms,
            output: matrix((isa, arithmetic), &weights.output),
            mlp_norm: weights.mlp_norm,
            post_norms: weights.post_norms,
            gate_up: matrix((isa, arithmetic), &weights.gate_up),
            down: matrix((isa, arithmetic), &weights.down),
            caches: (0..spec.slots).map(|_| KvCache::new(isa, attention, spec.context)).collect(),
        }
    }

    /// Norm, queries, keys and values of all rows; the keys and values go into the cache.
    fn project(&mut self, config: &Config, angles: &[Angles], rows: &[Row<'_>], buffers: &mut Buffers) {
        let Buffers { x, normed, qkv, low, added, .. } = buffers;
        let queries = config.heads * config.head_dim;
        let keys = config.kv_heads * config.head_dim;
        normed.resize(x.len(), 0.0);
        rms_norm(self.isa, x, &self.attention_norm, config.norm_eps, normed);
        qkv.resize(rows.len() * (queries + 2 * keys), 0.0);
        self.qkv.forward(normed, Activation::None, qkv);
        self.adapt(Module::Qkv, rows, normed, qkv, [low, added]);
        let stride = queries + 2 * keys;
        let turned = |row: usize, qkv: &mut [f32]| {
            let turned = &mut qkv[..queries + keys];
            if let Some([query_norm, key_norm]) = &self.qk_norms {
                norm_heads(self.isa, &mut turned[..queries], query_norm, config.norm_eps);
                norm_heads(self.isa, &mut turned[queries..], key_norm, config.norm_eps);
            }
            if let Some(angles) = self.rope.map(|rope| &angles[rope]) {
                let at = angles.at(rows[row].position);
                rotate(self.isa, turned, config.head_dim, &angles.cos[at.clone()], &angles.sin[at]);
            }
        };
        threads::each_row(qkv, stride, turned);
        for (row, qkv) in rows.iter().zip(qkv.chunks_exact(stride)) {
            let (keys, values) = qkv[queries..].split_at(keys);
            self.caches[row.slot].write(row.position, keys, values);
        }
    }

    /// Attention and the feed-forward part of all rows.
    fn mix(&self, config: &Config, rows: &[Row<'_>], buffers: &mut Buffers) {
        let Buffers { x, normed, qkv, attended, gate_up, gated, delta, low, added } = buffers;
        let queries = config.heads * config.head_dim;
        let stride = queries + 2 * config.kv_heads * config.head_dim;
        attended.resize(rows.len() * queries, 0.0);
        let mut first = 0;
        // Rows of one sequence stand together, position by position.
        let asked = rows.chunk_by(|a, b| a.slot == b.slot).map(|span| {
            let rows = &qkv[first * stride..(first + span.len()) * stride];
            first += span.len();
            (&self.caches[span[0].slot], Queries { rows, stride, position: span[0].position, count: span.len() })
        });
        attend_cached(&asked.collect::<Vec<_>>(), attended);
        normed.resize(x.len(), 0.0);
        delta.resize(x.len(), 0.0);
        self.output.forward(attended, Activation::None, delta);
        self.adapt(Module::Output, rows, attended, delta, [low, added]);
        self.add(config, 0, x, delta, normed);
        rms_norm(self.isa, x, &self.mlp_norm, config.norm_eps, normed);
        gate_up.resize(rows.len() * 2 * config.intermediate, 0.0);
        self.gate_up.forward(normed, Activation::None, gate_up);
        self.adapt(Module::GateUp, rows, normed, gate_up, [low, added]);
        gated.resize(rows.len() * config.intermediate, 0.0);
        let kind = match config.gate {
            Gate::Silu => GateKind::Silu,
            Gate::GeluTanh => GateKind::GeluTanh,
        };
        gate(self.isa, kind, gate_up, config.intermediate, gated);
        self.down.forward(gated, Activation::None, delta);
        self.adapt(Module::Down, rows, gated, delta, [low, added]);
        self.add(config, 1, x, delta, normed);
    }

    /// Adds what the rows' adapters add to the outputs of a matrix; `room` is for what is between.
    fn adapt(
        &self,
        module: Module,
        rows: &[Row<'_>],
        input: &[f32],
        output: &mut [f32],
        [low, added]: [&mut Vec<f32>; 2],
    ) {
        if rows.iter().all(|row| row.adapter.is_none()) {
            return;
        }
        let (inputs, outputs) = (input.len() / rows.len(), output.len() / rows.len());
        let mut start = 0;
        // Rows of one adapter that follow each other are multiplied together.
        for alike in rows.chunk_by(|a, b| a.adapter.map(Adapter::id) == b.adapter.map(Adapter::id)) {
            let range = start..start + alike.len();
            start = range.end;
            let Some(adapter) = alike[0].adapter else { continue };
            let input = &input[range.start * inputs..range.end * inputs];
            let output = &mut output[range.start * outputs..range.end * outputs];
            for part in adapter.parts(self.index, module) {
                let [down, up] = part.packed(self.isa);
                low.resize(alike.len() * part.rank, 0.0);
                down.forward(input, Activation::None, low);
                added.resize(alike.len() * part.outputs, 0.0);
                up.forward(low, Activation::None, added);
                for (output, added) in output.chunks_exact_mut(outputs).zip(added.chunks_exact(part.outputs)) {
                    let output = &mut output[part.first..part.first + part.outputs];
                    add_scaled(self.isa, output, added, part.scale);
                }
            }
        }
    }

    /// Adds what attention (`part` 0) or the feed-forward part (1) gives; `normed` is room for its norm.
    fn add(&self, config: &Config, part: usize, x: &mut [f32], delta: &[f32], normed: &mut [f32]) {
        let delta = match &self.post_norms {
            Some(norms) => {
                rms_norm(self.isa, delta, &norms[part], config.norm_eps, normed);
                normed
            }
            None => delta,
        };
        let width = config.hidden;
        threads::each_row(x, width, |row, x| {
            add_scaled(self.isa, x, &delta[row * width..][..width], config.residual_scale);
        });
    }
}

impl Buffers {
    /// Drops the rows whose logits nobody asks for; after the last layer's keys and values nothing reads them.
    fn keep_last(&mut self, rows: &mut Vec<Row<'_>>) {
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

impl Decoder for CpuDecoder {
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
            rows.extend(positions.map(|position| Row {
                slot: step.slot,
                position,
                is_last: position == last,
                adapter: step.adapter,
            }));
        }
        let keys: usize = rows.iter().map(|row| row.position + 1).sum();
        let work = rows.len() * self.weights + keys * 2 * self.config.heads * self.config.head_dim * self.layers.len();
        let spreads = work >= WORTH_SPREADING && threads::count() > 1;
        let compute = || self.compute(steps, rows);
        Ok(if spreads { threads::install(compute) } else { compute() })
    }
}

impl CpuDecoder {
    /// Logits of the steps' last rows.
    fn compute(&mut self, steps: &[Step<'_>], mut rows: Vec<Row<'_>>) -> Vec<f32> {
        let hidden = self.config.hidden;
        let mut buffers = std::mem::take(&mut self.buffers);
        buffers.x.resize(rows.len() * hidden, 0.0);
        let tokens: Vec<u32> = steps.iter().flat_map(|step| step.tokens).copied().collect();
        threads::each_row(&mut buffers.x, hidden, |row, x| self.embed(tokens[row], x));
        let last = self.layers.len() - 1;
        for (index, layer) in self.layers.iter_mut().enumerate() {
            layer.project(&self.config, &self.angles, &rows, &mut buffers);
            if index == last {
                buffers.keep_last(&mut rows);
            }
            layer.mix(&self.config, &rows, &mut buffers);
        }
        let Buffers { x, normed, .. } = &mut buffers;
        rms_norm(self.isa, x, &self.final_norm, self.config.norm_eps, normed);
        let mut logits = vec![0.0; rows.len() * self.spec.vocab_size];
        self.head.forward(normed, Activation::None, &mut logits);
        scale_and_cap(self.isa, &mut logits, self.config.logit_scale, self.config.logit_cap);
        self.buffers = buffers;
        logits
    }
}

fn matrix((isa, arithmetic): (Isa, Arithmetic), dense: &Dense) -> Linear {
    let parts: Vec<&dyn Part> = dense.parts.iter().map(|part| part as &dyn Part).collect();
    Linear::of_parts(isa, arithmetic, dense.inputs, &parts, dense.bias.as_deref())
}
