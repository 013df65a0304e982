//! BERT on the CPU, on our own kernels: rows packed without padding, one pass over memory per step.

use std::sync::{Mutex, PoisonError};

use super::bert::{BertConfig, BertWeights, LinearWeights, NormWeights};
use super::pool;
use crate::engine::backend::{Encoder, EncoderSpec, Failure, Pooling, TokenBatch};
use crate::engine::checkpoints::{Rows, Tensors};
use crate::engine::kernels::attention::attend;
use crate::engine::kernels::{Activation, Isa, LayerNorm, Linear, threads};

/// Tokens that one thread carries through all layers at once: enough to use each weight often while it is in cache,
/// few enough that the states stay there too.
const GROUP_TOKENS: usize = 192;
/// Below this many tokens a thread, all threads share each matrix instead of taking texts of their own.
const SPLIT_TOKENS: usize = 48;

/// A BERT encoder with its weights packed for this machine.
pub struct CpuBert {
    spec: EncoderSpec,
    isa: Isa,
    heads: usize,
    /// `[vocabulary, hidden]`, as stored.
    words: Rows,
    /// `[max positions, hidden]`, token type 0 included.
    positions: Vec<f32>,
    embedding_norm: LayerNorm,
    layers: Vec<Layer>,
    scratch: Mutex<Vec<Scratch>>,
}

struct Layer {
    qkv: Linear,
    attention_output: Linear,
    attention_norm: LayerNorm,
    up: Linear,
    down: Linear,
    output_norm: LayerNorm,
}

/// The buffers of one group of texts; kept from call to call, because fresh memory has to be faulted in first.
#[derive(Default)]
struct Scratch {
    /// `[tokens, hidden]`: the residual stream.
    hidden: Vec<f32>,
    /// `[tokens, max(3 * hidden, intermediate)]`: the QKV product, then the inner layer of the feed-forward network.
    wide: Vec<f32>,
    /// `[tokens, hidden]`: what attention makes of QKV.
    context: Vec<f32>,
    /// `[tokens, hidden]`: what is added to the residual stream.
    update: Vec<f32>,
}

impl CpuBert {
    pub fn load(config: &BertConfig, spec: EncoderSpec, tensors: &Tensors, isa: Isa) -> Result<Self, Failure> {
        let weights = BertWeights::new(config, tensors);
        let linear = |weights: LinearWeights, inputs| Linear::new(isa, &weights.weight, &weights.bias, inputs);
        let norm = |NormWeights { scale, shift }| LayerNorm { isa, scale, shift, eps: config.layer_norm_eps };
        let layer = |index| {
            let layer = weights.layer(index)?;
            Ok(Layer {
                qkv: linear(layer.qkv, config.hidden_size),
                attention_output: linear(layer.attention_output, config.hidden_size),
                attention_norm: norm(layer.attention_norm),
                up: linear(layer.up, config.hidden_size),
                down: linear(layer.down, config.intermediate_size),
                output_norm: norm(layer.output_norm),
            })
        };
        Ok(Self {
            spec,
            isa,
            heads: config.num_attention_heads,
            words: weights.words()?,
            positions: weights.positions()?,
            embedding_norm: norm(weights.embedding_norm()?),
            layers: (0..config.num_hidden_layers).map(layer).collect::<Result<_, Failure>>()?,
            scratch: Mutex::default(),
        })
    }

    /// The last hidden states of some texts, row behind row, in `scratch.hidden`.
    fn forward(&self, texts: &[&[u32]], scratch: &mut Scratch) -> Result<(), Failure> {
        let width = self.spec.dimensions;
        let tokens: usize = texts.iter().map(|text| text.len()).sum();
        let inner = self.layers.iter().map(|layer| layer.up.outputs()).max().unwrap_or(0);
        let Scratch { hidden, wide, context, update } = scratch;
        hidden.resize(tokens * width, 0.0);
        wide.resize(tokens * inner.max(3 * width), 0.0);
        context.resize(tokens * width, 0.0);
        update.resize(tokens * width, 0.0);

        let places = texts.iter().flat_map(|text| text.iter().enumerate());
        for ((position, id), row) in places.zip(hidden.chunks_exact_mut(width)) {
            if !self.words.read(*id as usize, row) {
                return Err(super::unknown_token(*id, self.words.len()));
            }
            let position = &self.positions[position * width..(position + 1) * width];
            row.iter_mut().zip(position).for_each(|(x, y)| *x += y);
        }
        self.embedding_norm.normalize(hidden);

        for layer in &self.layers {
            let qkv = &mut wide[..tokens * 3 * width];
            layer.qkv.forward(hidden, Activation::None, qkv);
            let mut start = 0;
            for text in texts {
                let end = start + text.len();
                let rows = &qkv[start * 3 * width..end * 3 * width];
                attend(self.isa, rows, self.heads, width / self.heads, &mut context[start * width..end * width]);
                start = end;
            }
            layer.attention_output.forward(context, Activation::None, update);
            layer.attention_norm.add_and_normalize(hidden, update);
            let inner = &mut wide[..tokens * layer.up.outputs()];
            layer.up.forward(hidden, Activation::Gelu, inner);
            layer.down.forward(inner, Activation::None, update);
            layer.output_norm.add_and_normalize(hidden, update);
        }
        Ok(())
    }

    /// The last hidden states of one text, `[tokens, hidden]`.
    #[cfg(test)]
    pub fn hidden_states(&self, text: &[u32]) -> Result<Vec<f32>, Failure> {
        let mut scratch = Scratch::default();
        self.forward(&[text], &mut scratch)?;
        Ok(scratch.hidden)
    }

    fn with_scratch<R>(&self, work: impl FnOnce(&mut Scratch) -> R) -> R {
        let pool = || self.scratch.lock().unwrap_or_else(PoisonError::into_inner);
        let mut scratch = pool().pop().unwrap_or_default();
        let result = work(&mut scratch);
        pool().push(scratch);
        result
    }
}

/// Some neighbouring texts of a batch, and where their vectors go.
struct Group<'a> {
    texts: Vec<&'a [u32]>,
    pooling: &'a [Pooling],
    vectors: Mutex<&'a mut [f32]>,
}

impl Encoder for CpuBert {
    fn spec(&self) -> &EncoderSpec {
        &self.spec
    }

    fn encode(&mut self, batch: &TokenBatch, pooling: &[Pooling]) -> Result<Vec<f32>, Failure> {
        super::check_rows(batch, pooling, self.spec.max_tokens)?;
        if batch.is_empty() {
            return Ok(Vec::new());
        }
        let width = self.spec.dimensions;
        let mut vectors = vec![0.0; batch.len() * width];
        let mut groups = Vec::new();
        let (mut rest, mut first) = (vectors.as_mut_slice(), 0);
        for count in group_sizes(batch) {
            let (mine, others) = rest.split_at_mut(count * width);
            let texts = (first..first + count).map(|row| batch.row(row)).collect();
            groups.push(Group { texts, pooling: &pooling[first..first + count], vectors: Mutex::new(mine) });
            (rest, first) = (others, first + count);
        }
        let failure = Mutex::new(None);
        let model = &*self;
        threads::install(|| {
            threads::each(groups.len(), |index| {
                let group = &groups[index];
                model.with_scratch(|scratch| match model.forward(&group.texts, scratch) {
                    Ok(()) => {
                        let mut vectors = group.vectors.lock().unwrap_or_else(PoisonError::into_inner);
                        pool::pool(&scratch.hidden, &group.texts, group.pooling, &mut vectors);
                    }
                    Err(error) => *failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(error),
                });
            });
        });
        drop(groups);
        match failure.into_inner().unwrap_or_else(PoisonError::into_inner) {
            Some(error) => Err(error),
            None => super::finite(vectors),
        }
    }
}

/// How many neighbouring texts go together: one group for all when there is little, else groups of equal work, as
/// many as divide evenly among the threads.
fn group_sizes(batch: &TokenBatch) -> Vec<usize> {
    let (tokens, threads) = (batch.tokens(), threads::count());
    if tokens < threads * SPLIT_TOKENS {
        return vec![batch.len()];
    }
    let rounds = tokens.div_ceil(threads * GROUP_TOKENS);
    let target = tokens.div_ceil(rounds * threads);
    let (mut sizes, mut count, mut done, mut goal) = (Vec::new(), 0, 0, target);
    for row in batch.rows() {
        count += 1;
        done += row.len();
        // A text that passes the goal by less than half its length still belongs to this side of it.
        if done + row.len() / 2 >= goal {
            sizes.push(count);
            count = 0;
            goal = done + target;
        }
    }
    sizes.extend((count > 0).then_some(count));
    sizes
}
