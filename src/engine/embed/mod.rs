//! Text encoders: texts in, one vector per text out.
//!
//! [`EmbeddingModel`] is a checkpoint with its tokenizer and its thread. A caller tokenises on its own thread
//! ([`EmbeddingModel::prepare`]), then submits; the model's thread forms batches over all waiting requests.

mod bert;
mod candle;
mod cpu;
pub mod isometry;
#[cfg(test)]
mod kindling;
#[cfg(test)]
mod parity;
mod pool;
mod schedule;
mod worker;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use candle_core::Device;
use tokenizers::Tokenizer;

use self::bert::BertConfig;
use self::candle::CandleBert;
use self::cpu::CpuBert;
use self::worker::{Request, Worker};
use super::backend::{Encoder, EncoderSpec, Failure, Pooling, TokenBatch};
use super::checkpoints::Checkpoint;
use super::kernels::Isa;
use super::queue::{Inbox, QueueOptions, Ticket};
use crate::clock::Stopwatch;

/// A GPU needs more tokens at once than a CPU before it is busy.
const GPU_BATCH_TOKENS: usize = 16_384;

/// A text encoder with its tokenizer and its thread. The thread ends when the model is dropped and the requests
/// that it had accepted are answered.
pub struct EmbeddingModel {
    name: String,
    spec: EncoderSpec,
    tokenizer: Tokenizer,
    inbox: Inbox<Request>,
    /// Requests accepted and not yet answered.
    open: Arc<AtomicUsize>,
    capacity: usize,
}

/// Texts as tokens, ready to be embedded.
#[derive(Debug, Clone, PartialEq)]
pub struct Prepared {
    pub batch: TokenBatch,
    /// Tokens over all texts after truncation: what is computed.
    pub tokens: usize,
    /// Tokens of the longest text before truncation.
    pub longest: usize,
}

/// A request for one vector per row.
pub struct EmbedJob {
    /// Rows of 1 to `max_tokens` tokens. None at all is answered with no vectors.
    pub batch: TokenBatch,
    /// Other than the checkpoint's own.
    pub pooling: Option<Pooling>,
    pub ticket: Ticket,
    /// Called once, on the model's thread; it must not block.
    pub reply: Box<dyn FnOnce(Result<Embeddings, Failure>) + Send>,
}

/// The vectors of a request.
#[derive(Debug, Clone, PartialEq)]
pub struct Embeddings {
    /// `[rows, dimensions]`, each row of length 1.
    pub values: Vec<f32>,
    pub dimensions: usize,
    /// Milliseconds between acceptance and the first computation.
    pub queue_ms: f64,
    /// Milliseconds of all computations that had rows of this request.
    pub compute_ms: f64,
}

impl EmbeddingModel {
    /// Reads `config.json`, `tokenizer.json` and the weights, and starts the thread.
    pub fn load(checkpoint: &Checkpoint, device: &Device, options: &QueueOptions) -> Result<Self, Failure> {
        let (config, spec) = BertConfig::read(checkpoint)?;
        let tokenizer = checkpoint.tokenizer()?;
        let tensors = checkpoint.tensors()?;
        if let Some(greatest) = tokenizer.get_vocab(true).into_values().max()
            && greatest as usize >= config.vocab_size
        {
            let reason = format!("has token {greatest}, the embedding table ends at {}", config.vocab_size - 1);
            return Err(checkpoint.failure("tokenizer.json", reason));
        }
        let mut options = *options;
        let backend: Box<dyn Encoder> = if device.is_cpu() {
            Box::new(CpuBert::load(&config, spec, &tensors, Isa::best())?)
        } else {
            options.batch_tokens = options.batch_tokens.max(GPU_BATCH_TOKENS);
            Box::new(CandleBert::load(&config, spec, &tensors, device)?)
        };
        Self::with_backend(checkpoint.name(), tokenizer, backend, &options)
    }

    /// A model over any encoder, for example the scripted one.
    pub fn with_backend(
        name: &str,
        tokenizer: Tokenizer,
        backend: Box<dyn Encoder>,
        options: &QueueOptions,
    ) -> Result<Self, Failure> {
        let spec = backend.spec().clone();
        let open = Arc::new(AtomicUsize::new(0));
        let worker = Worker::new(backend, options.batch_tokens, open.clone());
        // One place more than `open` ever lets in, so that the channel itself is never what is full.
        let inbox = Inbox::spawn(&format!("embed {name}"), options.capacity + 1, |requests| worker.run(&requests))?;
        Ok(Self { name: name.to_owned(), spec, tokenizer, inbox, open, capacity: options.capacity })
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn spec(&self) -> &EncoderSpec {
        &self.spec
    }

    /// Tokenises on the caller's thread. A text of more than `max_tokens` (or than the model's own limit, if that is
    /// less) loses its end but keeps its final special tokens.
    pub fn prepare(&self, texts: &[String], max_tokens: Option<usize>) -> Result<Prepared, Failure> {
        let limit = max_tokens.unwrap_or(usize::MAX).min(self.spec.max_tokens);
        let input = |error: tokenizers::Error| Failure::Input(format!("a text cannot be tokenised: {error}"));
        let mut prepared = Prepared { batch: TokenBatch::default(), tokens: 0, longest: 0 };
        for text in texts {
            let encoding = self.tokenizer.encode_fast(text.as_str(), true).map_err(input)?;
            let ids = encoding.get_ids();
            prepared.longest = prepared.longest.max(ids.len());
            if ids.len() <= limit {
                prepared.batch.push(ids);
            } else {
                let special = encoding.get_special_tokens_mask().iter().rev().take_while(|mask| **mask == 1).count();
                let tail = special.min(limit);
                let kept = [&ids[..limit - tail], &ids[ids.len() - tail..]].concat();
                prepared.batch.push(&kept);
            }
        }
        prepared.tokens = prepared.batch.tokens();
        Ok(prepared)
    }

    /// Hands a request over without waiting. On `Err` its `reply` is not called.
    pub fn submit(&self, job: EmbedJob) -> Result<(), Failure> {
        if let Some(row) = job.batch.rows().find(|row| row.is_empty() || row.len() > self.spec.max_tokens) {
            let (found, most) = (row.len(), self.spec.max_tokens);
            return Err(Failure::Input(format!("a text has {found} tokens; this model takes 1 to {most}")));
        }
        let enter = |open: usize| (open < self.capacity).then_some(open + 1);
        if self.open.fetch_update(Ordering::AcqRel, Ordering::Acquire, enter).is_err() {
            return Err(Failure::Busy { capacity: self.capacity });
        }
        self.inbox.submit(Request { job, waiting: Stopwatch::new() }).inspect_err(|_| {
            self.open.fetch_sub(1, Ordering::AcqRel);
        })
    }
}

/// What every encoder asks of its input.
fn check_rows(batch: &TokenBatch, pooling: &[Pooling], max_tokens: usize) -> Result<(), Failure> {
    if pooling.len() != batch.len() {
        return Err(Failure::Backend(format!("{} poolings for {} rows", pooling.len(), batch.len())));
    }
    match batch.rows().find(|row| row.is_empty() || row.len() > max_tokens) {
        Some(row) => Err(Failure::Backend(format!("a row of {} tokens; at least 1, at most {max_tokens}", row.len()))),
        None => Ok(()),
    }
}

fn unknown_token(id: u32, vocabulary: usize) -> Failure {
    Failure::Input(format!("token {id} is not in the vocabulary of {vocabulary}"))
}

/// Weights can be finite and still so large that the sums are not; an answer never carries that further.
fn finite(vectors: Vec<f32>) -> Result<Vec<f32>, Failure> {
    match vectors.iter().all(|x| x.is_finite()) {
        true => Ok(vectors),
        false => Err(Failure::Backend("the computation overflowed: a vector is not finite".to_owned())),
    }
}

#[cfg(test)]
mod tests;
