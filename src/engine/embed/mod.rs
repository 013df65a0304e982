//! Text encoders: texts in, one vector per text out.
//!
//! [`EmbeddingModel`] is a checkpoint with its tokenizer and its thread. A caller tokenises on its own thread
//! ([`EmbeddingModel::prepare`]), then submits; the model's thread forms batches over all waiting requests.

mod bert;
mod cpu;
mod device;
mod gated;
mod head;
pub mod isometry;
#[cfg(test)]
mod kindling;
#[cfg(test)]
mod parity;
mod pool;
mod schedule;
mod sentence;
mod worker;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use candle_core::Device;
use tokenizers::{Tokenizer, TruncationParams};

use self::bert::{BertConfig, BertForward};
use self::cpu::CpuEncoder;
use self::device::{DeviceBert, DeviceEncoder, DeviceGated};
use self::gated::GatedForward;
use self::head::Head;
use self::sentence::Architecture;
use self::worker::{Request, Worker};
use super::backend::{Encoder, EncoderOutput, EncoderSpec, Failure, Pooling, TokenBatch};
use super::checkpoints::Checkpoint;
use super::device::place::Place;
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
    /// Put before every text.
    prompt: String,
    /// What a classifier calls its classes, one for each number of a row.
    labels: Vec<String>,
    /// Cuts pairs of texts, the longer one first.
    pairs: Tokenizer,
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
        let architecture = Architecture::read(checkpoint)?;
        refuse_unknown(checkpoint, &architecture)?;
        let tokenizer = checkpoint.tokenizer()?;
        let mut options = *options;
        let backend = load_encoder(checkpoint, &architecture, &tokenizer, device)?;
        if !device.is_cpu() {
            options.batch_tokens = options.batch_tokens.max(GPU_BATCH_TOKENS);
        }
        let mut model = Self::with_backend(checkpoint.name(), tokenizer, backend, &options)?;
        model.prompt = sentence::default_prompt(checkpoint)?;
        model.labels = sentence::labels(checkpoint)?;
        Ok(model)
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
        let cut = TruncationParams { max_length: spec.max_tokens, ..TruncationParams::default() };
        let mut pairs = tokenizer.clone();
        pairs.with_truncation(Some(cut)).map_err(|error| Failure::Backend(error.to_string()))?;
        let (name, capacity) = (name.to_owned(), options.capacity);
        Ok(Self { name, spec, tokenizer, prompt: String::new(), labels: Vec::new(), pairs, inbox, open, capacity })
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn spec(&self) -> &EncoderSpec {
        &self.spec
    }

    /// What the checkpoint calls its classes, in their order; nothing where it has none.
    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    /// Tokenises on the caller's thread. A text of more than `max_tokens` (or than the model's own limit, if that is
    /// less) loses its end but keeps its final special tokens.
    pub fn prepare(&self, texts: &[String], max_tokens: Option<usize>) -> Result<Prepared, Failure> {
        let limit = max_tokens.unwrap_or(usize::MAX).min(self.spec.max_tokens);
        let input = |error: tokenizers::Error| Failure::Input(format!("a text cannot be tokenised: {error}"));
        let mut prepared = Prepared { batch: TokenBatch::default(), tokens: 0, longest: 0 };
        for text in texts {
            let prompted = Some(format!("{}{text}", self.prompt)).filter(|_| !self.prompt.is_empty());
            let text = prompted.as_deref().unwrap_or(text);
            let encoding = self.tokenizer.encode_fast(text, true).map_err(input)?;
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

    /// Tokenises `query` with each of `contexts` as a pair, on the caller's thread. What is longer than the model
    /// takes is cut, the longer text first.
    pub fn prepare_pairs(&self, query: &str, contexts: &[String]) -> Result<Prepared, Failure> {
        let input = |error: tokenizers::Error| Failure::Input(format!("a text cannot be tokenised: {error}"));
        let mut prepared = Prepared { batch: TokenBatch::default(), tokens: 0, longest: 0 };
        for context in contexts {
            let encoding = self.pairs.encode_fast((query, context.as_str()), true).map_err(input)?;
            let (ids, types) = (encoding.get_ids(), encoding.get_type_ids());
            let second = types.iter().position(|kind| *kind == 1).unwrap_or(ids.len());
            prepared.batch.push_pair(ids, second);
            prepared.longest = prepared.longest.max(ids.len());
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

/// Whether a checkpoint says of itself that it is one of the encoders that are computed, with that output.
pub fn runs(checkpoint: &Checkpoint, output: EncoderOutput) -> bool {
    let Ok(architecture) = Architecture::read(checkpoint) else { return false };
    let model_type = architecture.model_type.as_deref();
    let is_known = gated::Family::of(model_type).is_some() || bert::Family::of(model_type).is_some();
    is_known && architecture.is_classifier() == (output == EncoderOutput::Logits)
}

/// Before anything else is read: a model of another kind lacks other files as well.
fn refuse_unknown(checkpoint: &Checkpoint, architecture: &Architecture) -> Result<(), Failure> {
    let model_type = architecture.model_type.as_deref();
    if gated::Family::of(model_type).is_some() || bert::Family::of(model_type).is_some() {
        return Ok(());
    }
    let other = model_type.unwrap_or_default();
    let reason = format!(
        "`model_type` is `{other}`; the supported text encoders are `bert`, `roberta`, `xlm-roberta`, `distilbert`, \
         `modernbert`, `nomic_bert`, `gemma3_text` and `qwen3`"
    );
    Err(checkpoint.failure(sentence::CONFIG, reason))
}

/// The encoder that the checkpoint's architecture asks for.
fn load_encoder(
    checkpoint: &Checkpoint,
    architecture: &Architecture,
    tokenizer: &Tokenizer,
    device: &Device,
) -> Result<Box<dyn Encoder>, Failure> {
    let (isa, model_type) = (Isa::best(), architecture.model_type.as_deref());
    if let Some(family) = gated::Family::of(model_type) {
        let tensors = checkpoint.tensors()?;
        let (net, mut spec) = gated::load(family, checkpoint, &tensors, isa)?;
        let head = Head::load(checkpoint, &tensors, &mut spec, isa)?;
        return Ok(match device.is_cpu() {
            true => Box::new(CpuEncoder::new(spec, GatedForward::new(net, isa), head)),
            false => Box::new(DeviceEncoder::new(spec, DeviceGated::new(net, Place::new(device, &tensors))?, head)),
        });
    }
    let (config, mut spec) = BertConfig::read(checkpoint)?;
    let tensors = checkpoint.tensors()?;
    if let Some(greatest) = tokenizer.get_vocab(true).into_values().max()
        && greatest as usize >= config.vocab_size
    {
        let reason = format!("has token {greatest}, the embedding table ends at {}", config.vocab_size - 1);
        return Err(checkpoint.failure("tokenizer.json", reason));
    }
    let head = Head::load(checkpoint, &tensors, &mut spec, isa)?;
    Ok(match device.is_cpu() {
        true => Box::new(CpuEncoder::new(spec, BertForward::load(&config, &tensors, isa)?, head)),
        false => {
            let forward = DeviceBert::load(&config, &tensors, Place::new(device, &tensors))?;
            Box::new(DeviceEncoder::new(spec, forward, head))
        }
    })
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
