//! Text generation: one decoder per checkpoint, owned by a thread that serves all requests at once.
//!
//! A request's life: [`GenerationModel::prepare`] renders and tokenises on the caller's thread,
//! [`GenerationModel::submit`] queues, the scheduler computes and calls the request's [`Sink`].

pub mod decoder;
mod grammar;
mod job;
mod logprobs;
mod reader;
mod sampling;
mod scheduler;
mod sequence;
mod speech;
mod template;
mod text;
mod vocabulary;

use std::collections::HashMap;
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex, PoisonError};

use candle_core::Device;
use serde_json::{Map, Value as Json};
use tokenizers::Tokenizer;

use crate::clock::{Clock, Stopwatch};
use crate::engine::adapter::Adapter;
use crate::engine::backend::{Decoder, DecoderSpec, Failure};
use crate::engine::checkpoints::Checkpoint;
use crate::engine::queue::{Inbox, QueueOptions};
use grammar::Grammars;
pub use grammar::{Choice, Constraint, Shape, Tool};
pub use job::{Finish, FinishReason, GenerateEvent, GenerateJob, Sink, events};
pub use logprobs::TokenLogprob;
pub use reader::{Part, Reader, Reading};
pub use sampling::Sampling;
use scheduler::{Place, Scheduler, Waiting};
pub use speech::Speech;
pub use template::ChatTemplate;
use vocabulary::Vocabulary;

/// Tokens of prompts that one round takes in at most: on two cores some milliseconds for the bundled model, so that
/// streams in flight do not stutter.
const CHUNK: usize = 128;

/// Adapters that are kept for the next request; beyond, those that nobody uses now are read again.
const ADAPTERS: usize = 100;

/// Whether a checkpoint says of itself that it is one of the decoders that are computed.
pub fn runs(checkpoint: &Checkpoint) -> bool {
    decoder::Config::load(checkpoint).is_ok()
}

/// What a request asks to continue.
#[derive(Debug, Clone, PartialEq)]
pub enum Prompt {
    /// OpenAI-shaped messages and tools, for the checkpoint's chat template. A `content` may be a text, text parts or
    /// null. `options` are what the caller sets of the template's own variables: `enable_thinking` and the like.
    Chat { messages: Vec<Json>, tools: Vec<Json>, options: Map<String, Json> },
    /// Text as it is; the tokenizer adds what it always adds (a beginning-of-text token, say).
    Raw(String),
}

/// A prompt as the decoder takes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prepared {
    pub tokens: Vec<u32>,
    /// The prompt has opened a block of reasoning, so the output begins within it.
    pub thinking: bool,
}

/// A loaded decoder and its thread. The thread ends, after the requests in flight, when the model is dropped.
pub struct GenerationModel {
    name: String,
    spec: DecoderSpec,
    vocabulary: Arc<Vocabulary>,
    template: ChatTemplate,
    speech: Speech,
    grammars: Grammars,
    inbox: Inbox<Waiting>,
    waiting: Arc<AtomicUsize>,
    in_flight: Arc<AtomicUsize>,
    capacity: usize,
    /// What adapters are read for; none where the backend takes none.
    shape: Option<decoder::Config>,
    /// The adapters in use, by the name of their files.
    adapters: Mutex<HashMap<String, Arc<Adapter>>>,
}

impl GenerationModel {
    /// Loads a checkpoint in Hugging Face layout onto `device`.
    pub fn load(checkpoint: &Checkpoint, device: &Device, options: &QueueOptions) -> Result<Self, Failure> {
        let tokenizer = checkpoint.tokenizer()?;
        let template = ChatTemplate::load(checkpoint)?;
        let (backend, shape) = decoder::load(checkpoint, device, options)?;
        let stop_tokens = stop_tokens(checkpoint, &tokenizer)?;
        let model = Self::with_backend(checkpoint.name(), tokenizer, template, stop_tokens, backend, options)?;
        Ok(Self { shape: Some(shape), ..model })
    }

    /// Any decoder with any tokenizer: a scripted one, for example.
    pub fn with_backend(
        name: &str,
        tokenizer: Tokenizer,
        template: ChatTemplate,
        stop_tokens: Vec<u32>,
        backend: Box<dyn Decoder>,
        options: &QueueOptions,
    ) -> Result<Self, Failure> {
        let spec = backend.spec().clone();
        if spec.slots == 0 || spec.vocab_size == 0 || spec.context == 0 {
            return Err(Failure::Backend(format!("the decoder of `{name}` holds nothing: {spec:?}")));
        }
        let vocabulary = Arc::new(Vocabulary::new(Arc::new(tokenizer), stop_tokens, spec.vocab_size));
        let scheduler = Scheduler::new(backend, Arc::clone(&vocabulary), options.batch_tokens.min(CHUNK));
        let capacity = options.capacity.max(1);
        let inbox = Inbox::spawn(name, capacity, move |receiver| scheduler.run(receiver))?;
        // Whether thoughts are the prompt's to open is told by asking for one.
        let asked = [serde_json::json!({"role": "user", "content": "?"})];
        let thoughtful = Map::from_iter(
            [("enable_thinking", Json::Bool(true)), ("reasoning_effort", Json::from("low"))]
                .map(|(name, value)| (name.to_owned(), value)),
        );
        let prompt = template.render(&asked, &[], &thoughtful).unwrap_or_default();
        Ok(Self {
            name: name.to_owned(),
            spec,
            speech: Speech::detect(&vocabulary, template.source()).prompted_by(&prompt),
            grammars: Grammars::new(Arc::clone(&vocabulary)),
            vocabulary,
            template,
            inbox,
            waiting: Arc::default(),
            in_flight: Arc::default(),
            capacity,
            shape: None,
            adapters: Mutex::default(),
        })
    }

    /// Lets the chat template read a clock that can be steered.
    #[must_use]
    pub fn with_clock(mut self, clock: Clock) -> Self {
        self.template = self.template.with_clock(clock);
        self
    }

    /// The checkpoint's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn spec(&self) -> &DecoderSpec {
        &self.spec
    }

    /// The prompt's tokens: rendered with the chat template and tokenised, on the caller's thread.
    pub fn prepare(&self, prompt: &Prompt) -> Result<Prepared, Failure> {
        let (text, is_raw) = match prompt {
            Prompt::Chat { messages, tools, options } => (&self.template.render(messages, tools, options)?, false),
            Prompt::Raw(text) => (text, true),
        };
        // A template has written the special tokens already.
        let add_special_tokens = is_raw;
        let encoding = self
            .vocabulary
            .tokenizer
            .encode_fast(text.as_str(), add_special_tokens)
            .map_err(|error| Failure::Input(format!("the prompt cannot be tokenised: {error}")))?;
        Ok(Prepared { tokens: encoding.get_ids().to_vec(), thinking: !is_raw && self.speech.opens_thought(text) })
    }

    /// The constraint that holds an output to `shape`, on the caller's thread; a new schema takes some milliseconds.
    /// [`Failure::Grammar`] if it cannot be followed.
    pub fn constraint(&self, shape: &Shape, thinking: bool) -> Result<Constraint, Failure> {
        self.grammars.constraint(&self.speech, shape, thinking)
    }

    /// Tells apart what an output of this checkpoint says.
    pub fn reader(&self, reading: Reading) -> Reader {
        Reader::new(&self.speech, reading)
    }

    /// The marks that an output has to write out for a reader: those of reasoning, and with `calls` those of calls.
    pub fn spelled(&self, calls: bool) -> Vec<(u32, &'static str)> {
        self.speech.spelled(calls)
    }

    /// The adapter in `files` (PEFT's layout), read at its first use; [`Failure::Checkpoint`] if it does not fit this
    /// decoder. The name of the files tells adapters apart.
    pub fn adapter(&self, files: &Checkpoint) -> Result<Arc<Adapter>, Failure> {
        let Some(shape) = &self.shape else {
            return Err(Failure::Input(format!("checkpoint `{}` takes no adapters", self.name)));
        };
        let mut adapters = self.adapters.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(adapter) = adapters.get(files.name()) {
            return Ok(Arc::clone(adapter));
        }
        let adapter = Arc::new(decoder::lora::load(files, shape)?);
        if adapters.len() >= ADAPTERS {
            adapters.retain(|_, adapter| Arc::strong_count(adapter) > 1);
        }
        adapters.insert(files.name().to_owned(), Arc::clone(&adapter));
        Ok(adapter)
    }

    /// Bytes of the KV cache that one token of a sequence takes; 0 of a decoder that has none.
    pub fn cache_bytes_per_token(&self) -> usize {
        let Some(config) = &self.shape else { return 0 };
        // A key and a value of each head, as float32.
        config.layers.len().saturating_mul(config.kv_heads).saturating_mul(config.head_dim).saturating_mul(2 * 4)
    }

    /// Queues a request without waiting. [`Failure::Busy`] if the queue is full (or every slot, and the request would
    /// rather not wait), [`Failure::Input`] if the prompt
    /// cannot be computed by this checkpoint; else the sink hears what becomes of it.
    pub fn submit(&self, job: GenerateJob) -> Result<(), Failure> {
        self.check(&job.prompt)?;
        let most = if job.reject_if_busy { self.spec.slots } else { usize::MAX };
        let in_flight = Place::take(&self.in_flight, most)?;
        let place = Place::take(&self.waiting, self.capacity)?;
        self.inbox.submit(Waiting { job, submitted: Stopwatch::new(), place, in_flight })
    }

    fn check(&self, prompt: &[u32]) -> Result<(), Failure> {
        let refused = |what: String| Err(Failure::Input(what));
        let DecoderSpec { context, vocab_size, .. } = self.spec;
        if prompt.is_empty() {
            return refused("the prompt is empty".to_owned());
        }
        if prompt.len() + 1 > context {
            return refused(format!(
                "the prompt has {} tokens, and with one for the answer that is more than the {context} of the local \
                 checkpoint `{}`",
                prompt.len(),
                self.name,
            ));
        }
        if let Some(token) = prompt.iter().find(|token| **token as usize >= vocab_size) {
            return refused(format!("token {token} is not among the {vocab_size} of checkpoint `{}`", self.name));
        }
        Ok(())
    }
}

impl std::fmt::Debug for GenerationModel {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("GenerationModel").field("name", &self.name).field("spec", &self.spec).finish_non_exhaustive()
    }
}

/// `eos_token_id` of `generation_config.json` and `config.json` (a number or a list), and `tokenizer_config.json`'s
/// `eos_token`: chat models name the end of a turn in one and the end of a text in another.
fn stop_tokens(checkpoint: &Checkpoint, tokenizer: &Tokenizer) -> Result<Vec<u32>, Failure> {
    let mut tokens = Vec::new();
    for file in ["generation_config.json", "config.json"] {
        let config: Json = checkpoint.json_or_none(file)?.unwrap_or_default();
        let listed = match &config["eos_token_id"] {
            Json::Array(ids) => ids.as_slice(),
            one => std::slice::from_ref(one),
        };
        tokens.extend(listed.iter().filter_map(Json::as_u64).filter_map(|id| u32::try_from(id).ok()));
    }
    let config: Json = checkpoint.json_or_none("tokenizer_config.json")?.unwrap_or_default();
    let text = config["eos_token"].as_str().or_else(|| config["eos_token"]["content"].as_str());
    tokens.extend(text.and_then(|text| tokenizer.token_to_id(text)));
    tokens.sort_unstable();
    tokens.dedup();
    Ok(tokens)
}

#[cfg(test)]
mod golden;
#[cfg(test)]
mod tests;
