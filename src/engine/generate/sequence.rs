//! One request on its way: its tokens, its choices and its text.

use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};

use tokenizers::Tokenizer;

use super::job::{Finish, FinishReason, GenerateEvent, GenerateJob, Sink};
use super::sampling::Sampler;
use super::text::{Detokenizer, StopStrings};
use crate::clock::Stopwatch;
use crate::engine::backend::Failure;
use crate::engine::queue::Ticket;

/// What is the same for all requests of a checkpoint.
pub struct Vocabulary {
    pub tokenizer: std::sync::Arc<Tokenizer>,
    /// Tokens that end an output.
    pub stop_tokens: Vec<u32>,
}

/// A request that has a slot.
pub struct Sequence {
    /// Prompt and output.
    tokens: Vec<u32>,
    prompt_tokens: usize,
    cached_tokens: usize,
    max_tokens: usize,
    /// The stop token included, which is not in `tokens`.
    generated: usize,
    /// Generated tokens that no event has told of yet.
    untold: usize,
    sampler: Sampler,
    detokenizer: Detokenizer,
    stops: StopStrings,
    ticket: Ticket,
    sink: Sink,
    submitted: Stopwatch,
    started: Stopwatch,
    queue_ms: f64,
    first_token_ms: f64,
}

impl Sequence {
    /// `cached_tokens` of the prompt are in the slot already.
    pub fn new(job: GenerateJob, submitted: Stopwatch, cached_tokens: usize) -> Self {
        Self {
            sampler: Sampler::new(job.sampling, &job.prompt),
            prompt_tokens: job.prompt.len(),
            tokens: job.prompt,
            cached_tokens,
            max_tokens: job.max_tokens,
            generated: 0,
            untold: 0,
            detokenizer: Detokenizer::default(),
            stops: StopStrings::new(&job.stop),
            ticket: job.ticket,
            sink: job.sink,
            queue_ms: submitted.ms(),
            submitted,
            started: Stopwatch::new(),
            first_token_ms: 0.0,
        }
    }

    /// Prompt and output so far.
    pub fn tokens(&self) -> &[u32] {
        &self.tokens
    }

    /// Whether the next step is one token long: the prompt is in.
    pub fn is_decoding(&self) -> bool {
        self.generated > 0
    }

    pub fn check(&self) -> Result<(), Failure> {
        self.ticket.check()
    }

    /// Ends without a result.
    pub fn fail(mut self, failure: Failure) {
        let _ = tell(&mut self.sink, GenerateEvent::Failed(failure));
    }

    /// Chooses the token that follows from its logits. `Break` when the request has ended and been told so.
    pub fn advance(
        &mut self,
        logits: &mut [f32],
        vocabulary: &Vocabulary,
        context: usize,
    ) -> Result<ControlFlow<()>, Failure> {
        let token = self.sampler.next(logits)?;
        if self.generated == 0 {
            self.first_token_ms = self.submitted.ms();
        }
        self.generated += 1;
        self.untold += 1;
        if vocabulary.stop_tokens.contains(&token) {
            let rest = self.stops.finish();
            return Ok(self.finish(rest, FinishReason::Stop));
        }
        self.tokens.push(token);
        let piece = self.detokenizer.push(&vocabulary.tokenizer, token)?;
        let (text, stopped) = self.stops.push(&piece);
        if stopped {
            return Ok(self.finish(text, FinishReason::Stop));
        }
        if self.generated >= self.max_tokens || self.tokens.len() >= context {
            let rest = self.stops.finish();
            return Ok(self.finish(text + &rest, FinishReason::Length));
        }
        Ok(self.say(text))
    }

    fn say(&mut self, text: String) -> ControlFlow<()> {
        if text.is_empty() {
            return ControlFlow::Continue(());
        }
        let tokens = std::mem::take(&mut self.untold);
        tell(&mut self.sink, GenerateEvent::Text { text, tokens })
    }

    fn finish(&mut self, rest: String, reason: FinishReason) -> ControlFlow<()> {
        let _ = self.say(rest);
        let finish = Finish {
            reason,
            prompt_tokens: self.prompt_tokens,
            cached_tokens: self.cached_tokens,
            completion_tokens: self.generated,
            queue_ms: self.queue_ms,
            first_token_ms: self.first_token_ms,
            compute_ms: self.started.ms(),
        };
        let _ = tell(&mut self.sink, GenerateEvent::Finished(finish));
        ControlFlow::Break(())
    }
}

/// Calls a sink. One that panics is a client that has gone, and nobody else's trouble.
pub fn tell(sink: &mut Sink, event: GenerateEvent) -> ControlFlow<()> {
    catch_unwind(AssertUnwindSafe(|| sink(event))).unwrap_or(ControlFlow::Break(()))
}
