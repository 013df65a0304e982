//! What the engine asks of a model: one small, synchronous, object-safe trait per task family, over flat
//! engine-neutral batches. A backend is owned by one thread and knows neither HTTP nor Cloudflare.

use std::path::PathBuf;

use crate::engine::adapter::Adapter;
use crate::engine::device::fault::{self, Fault};

/// Why the engine did not answer.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Failure {
    /// The queue of this checkpoint is full; nothing was computed.
    #[error("the queue is full ({capacity} waiting)")]
    Busy { capacity: usize },
    /// The deadline passed, in the queue or during the computation, which has stopped.
    #[error("the deadline passed")]
    DeadlineExceeded,
    /// The caller went away; the computation has stopped.
    #[error("the request was cancelled")]
    Cancelled,
    /// A checkpoint's file is missing, damaged or of another architecture.
    #[error("checkpoint `{checkpoint}`, `{file}`: {reason}")]
    Checkpoint { checkpoint: String, file: PathBuf, reason: String },
    /// The weights are larger than all that may be in memory at once.
    #[error("checkpoint `{checkpoint}` has {} MB of weights, {} MB may be in memory", .bytes / 1_000_000, .most / 1_000_000)]
    Memory { checkpoint: String, bytes: u64, most: u64 },
    /// The input cannot be represented: a template that refuses it, a text that cannot be tokenised.
    #[error("{0}")]
    Input(String),
    /// A schema that cannot be followed: unsatisfiable, malformed, or too much.
    #[error("{0}")]
    Grammar(String),
    /// The device is not there or not compiled in.
    #[error("{0}")]
    Device(String),
    /// The device had no memory for this computation, and goes on.
    #[error("the device is out of memory: {0}")]
    DeviceMemory(String),
    /// The device fails at everything until it is opened anew.
    #[error("the device is lost: {0}")]
    DeviceLost(String),
    /// The computation itself failed.
    #[error("{0}")]
    Backend(String),
}

impl From<candle_core::Error> for Failure {
    fn from(error: candle_core::Error) -> Self {
        let text = error.to_string();
        match fault::of(&text) {
            Some(Fault::Memory) => Self::DeviceMemory(text),
            Some(Fault::Lost) => Self::DeviceLost(text),
            None => Self::Backend(text),
        }
    }
}

/// Token rows packed one behind the other, without padding.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TokenBatch {
    ids: Vec<u32>,
    /// Row `i` is `ids[ends[i - 1]..ends[i]]`.
    ends: Vec<usize>,
    /// Where each row's second text begins.
    seconds: Vec<usize>,
}

/// One row of a [`TokenBatch`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenRow<'a> {
    pub ids: &'a [u32],
    /// Where the second text of a pair begins, its tokens being of type 1; `ids.len()` for a single text.
    pub second: usize,
}

impl TokenBatch {
    pub fn push(&mut self, row: &[u32]) {
        self.push_pair(row, row.len());
    }

    /// A pair of texts in one row, the second from `second` on.
    pub fn push_pair(&mut self, row: &[u32], second: usize) {
        self.ids.extend_from_slice(row);
        self.ends.push(self.ids.len());
        self.seconds.push(second);
    }

    /// A row with where its second text begins.
    pub fn pair(&self, index: usize) -> TokenRow<'_> {
        TokenRow { ids: self.row(index), second: self.seconds[index] }
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Number of tokens over all rows.
    pub fn tokens(&self) -> usize {
        self.ids.len()
    }

    pub fn row(&self, index: usize) -> &[u32] {
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        &self.ids[start..self.ends[index]]
    }

    pub fn rows(&self) -> impl Iterator<Item = &[u32]> {
        (0..self.len()).map(|index| self.row(index))
    }
}

/// How one vector is made of a sequence's last hidden states.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Pooling {
    /// The mean over all tokens, `[CLS]` and `[SEP]` included.
    #[default]
    Mean,
    /// The first token's state.
    Cls,
    /// The last token's state: of causal models, the only one that has seen the whole text.
    Last,
}

impl Pooling {
    /// As in production's answers.
    pub fn name(self) -> &'static str {
        match self {
            Self::Mean => "mean",
            Self::Cls => "cls",
            Self::Last => "last",
        }
    }
}

/// What a row of an encoder's answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum EncoderOutput {
    /// A vector of length 1 in the L2 norm.
    #[default]
    Vector,
    /// One logit per class of a classification head.
    Logits,
}

/// What an encoder makes.
#[derive(Debug, Clone, PartialEq)]
pub struct EncoderSpec {
    /// Width of a row of the answer.
    pub dimensions: usize,
    /// Longest row, special tokens included.
    pub max_tokens: usize,
    /// The pooling that the checkpoint was trained with.
    pub pooling: Pooling,
    pub output: EncoderOutput,
}

/// A text encoder: token rows in, one vector per row out.
pub trait Encoder: Send {
    fn spec(&self) -> &EncoderSpec;

    /// `batch.len() * dimensions` numbers, row by row; what they are is [`EncoderSpec::output`].
    /// `pooling` has one entry per row. Rows are neither empty nor longer than `max_tokens`.
    fn encode(&mut self, batch: &TokenBatch, pooling: &[Pooling]) -> Result<Vec<f32>, Failure>;
}

/// What a decoder can hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecoderSpec {
    pub vocab_size: usize,
    /// Tokens that one slot's KV cache can hold, prompt and output together.
    pub context: usize,
    /// Sequences that can be in flight at once.
    pub slots: usize,
}

/// Tokens to append to one slot.
#[derive(Debug, Clone, Copy)]
pub struct Step<'a> {
    pub slot: usize,
    /// How many tokens the slot holds already; 0 starts it afresh.
    pub position: usize,
    /// At least one token.
    pub tokens: &'a [u32],
    /// Made for this decoder's shape, and the same for all tokens that the slot holds.
    pub adapter: Option<&'a Adapter>,
}

/// A causal decoder with a KV cache of `slots` sequences.
pub trait Decoder: Send {
    fn spec(&self) -> &DecoderSpec;

    /// Appends each step's tokens to its slot and gives the logits of the token that follows: `steps.len() * vocab_size`
    /// numbers, step by step. A slot occurs at most once. The result for a slot does not depend on the other steps.
    fn forward(&mut self, steps: &[Step<'_>]) -> Result<Vec<f32>, Failure>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_back_as_pushed() {
        let mut batch = TokenBatch::default();
        batch.push(&[1, 2, 3]);
        batch.push(&[4]);
        assert_eq!(batch.rows().collect::<Vec<_>>(), [&[1, 2, 3][..], &[4][..]]);
        assert_eq!((batch.len(), batch.tokens()), (2, 4));
    }
}
