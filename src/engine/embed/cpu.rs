//! Encoders on the CPU: a batch is spread over the threads in groups of texts, each group carried through all layers
//! at once by the family's own forward pass.

use std::sync::{Mutex, PoisonError};

use super::head::Head;
use super::pool;
use crate::engine::backend::{Encoder, EncoderSpec, Failure, Pooling, TokenBatch, TokenRow};
use crate::engine::kernels::threads;

/// Tokens that one thread carries through all layers at once: enough to use each weight often while it is in cache,
/// few enough that the states stay there too.
const GROUP_TOKENS: usize = 192;
/// Below this many tokens a thread, all threads share each matrix instead of taking texts of their own.
const SPLIT_TOKENS: usize = 48;

/// A family's forward pass.
pub trait Forward: Send + Sync {
    /// Width of a hidden state.
    fn width(&self) -> usize;

    /// The last hidden states of some texts, row behind row, in `scratch.hidden`.
    fn forward(&self, texts: &[TokenRow<'_>], scratch: &mut Scratch) -> Result<(), Failure>;
}

/// The buffers of one group of texts; kept from call to call, because fresh memory has to be faulted in first.
#[derive(Default)]
pub struct Scratch {
    /// `[tokens, hidden]`: the residual stream.
    pub hidden: Vec<f32>,
    /// `[tokens, ...]`: the QKV product, then the inner layer of the feed-forward network.
    pub wide: Vec<f32>,
    /// `[tokens, heads * size]`: what attention makes of QKV.
    pub context: Vec<f32>,
    /// `[tokens, hidden]`: what is added to the residual stream.
    pub update: Vec<f32>,
    /// What else a family needs.
    pub more: Vec<f32>,
    pub normed: Vec<f32>,
}

/// An encoder with its weights packed for this machine.
pub struct CpuEncoder<F> {
    spec: EncoderSpec,
    forward: F,
    head: Head,
    scratch: Mutex<Vec<Scratch>>,
}

impl<F: Forward> CpuEncoder<F> {
    /// `spec` is of the whole: the forward pass, the pooling and the head.
    pub fn new(spec: EncoderSpec, forward: F, head: Head) -> Self {
        Self { spec, forward, head, scratch: Mutex::default() }
    }

    /// The last hidden states of one text, `[tokens, hidden]`.
    #[cfg(test)]
    pub fn hidden_states(&self, ids: &[u32]) -> Result<Vec<f32>, Failure> {
        let mut scratch = Scratch::default();
        self.forward.forward(&[TokenRow { ids, second: ids.len() }], &mut scratch)?;
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
    texts: Vec<TokenRow<'a>>,
    pooling: &'a [Pooling],
    vectors: Mutex<&'a mut [f32]>,
}

impl<F: Forward> Encoder for CpuEncoder<F> {
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
            let texts = (first..first + count).map(|row| batch.pair(row)).collect();
            groups.push(Group { texts, pooling: &pooling[first..first + count], vectors: Mutex::new(mine) });
            (rest, first) = (others, first + count);
        }
        let failure = Mutex::new(None);
        let model = &*self;
        threads::install(|| {
            threads::each(groups.len(), |index| {
                let group = &groups[index];
                model.with_scratch(|scratch| match model.forward.forward(&group.texts, scratch) {
                    Ok(()) => {
                        let mut vectors = group.vectors.lock().unwrap_or_else(PoisonError::into_inner);
                        let states = (scratch.hidden.as_slice(), model.forward.width());
                        pool::pool(states, &group.texts, group.pooling, &model.head, &mut vectors);
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
