//! One request on its way: its tokens, its choices and its text.

use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::grammar::Constraint;
use super::job::{Finish, FinishReason, GenerateEvent, GenerateJob, Sink};
use super::logprobs::{Snapshot, TokenLogprob};
use super::sampling::Sampler;
use super::scheduler::Place;
use super::text::{Detokenizer, StopStrings};
use super::vocabulary::Vocabulary;
use crate::clock::Stopwatch;
use crate::engine::backend::Failure;
use crate::engine::queue::Ticket;

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
    constraint: Option<Constraint>,
    logprobs: Option<usize>,
    /// As many as `untold`, if they are wanted.
    untold_logprobs: Vec<TokenLogprob>,
    detokenizer: Detokenizer,
    spelled: Vec<(u32, &'static str)>,
    stops: StopStrings,
    ticket: Ticket,
    sink: Sink,
    submitted: Stopwatch,
    started: Stopwatch,
    queue_ms: f64,
    first_token_ms: f64,
    _in_flight: Place,
}

impl Sequence {
    /// `cached_tokens` of the prompt are in the slot already.
    pub fn new(job: GenerateJob, submitted: Stopwatch, cached_tokens: usize, in_flight: Place) -> Self {
        Self {
            sampler: Sampler::new(job.sampling, &job.prompt),
            prompt_tokens: job.prompt.len(),
            tokens: job.prompt,
            cached_tokens,
            max_tokens: job.max_tokens,
            generated: 0,
            untold: 0,
            constraint: job.constraint,
            logprobs: job.logprobs,
            untold_logprobs: Vec::new(),
            detokenizer: Detokenizer::default(),
            spelled: job.spelled,
            stops: StopStrings::new(&job.stop),
            ticket: job.ticket,
            sink: job.sink,
            queue_ms: submitted.ms(),
            submitted,
            started: Stopwatch::new(),
            first_token_ms: 0.0,
            _in_flight: in_flight,
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
        let snapshot = self.logprobs.map(|top| (Snapshot::new(logits), top));
        if let Some(constraint) = &mut self.constraint {
            constraint.mask(logits)?;
        }
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
        if let Some((snapshot, top)) = snapshot {
            self.untold_logprobs.push(snapshot.tell(token, top, vocabulary));
        }
        let is_complete = match &mut self.constraint {
            Some(constraint) => constraint.accept(token)?,
            None => false,
        };
        let piece = self.piece(token, vocabulary)?;
        let (text, stopped) = self.stops.push(&piece);
        if stopped {
            return Ok(self.finish(text, FinishReason::Stop));
        }
        if is_complete {
            let rest = self.stops.finish();
            return Ok(self.finish(text + &rest, FinishReason::Stop));
        }
        if self.generated >= self.max_tokens || self.tokens.len() >= context {
            let rest = self.stops.finish();
            return Ok(self.finish(text + &rest, FinishReason::Length));
        }
        Ok(self.say(text))
    }

    /// The text that a token adds.
    fn piece(&mut self, token: u32, vocabulary: &Vocabulary) -> Result<String, Failure> {
        match self.spelled.iter().find(|(special, _)| *special == token) {
            Some((_, text)) => {
                self.detokenizer.restart();
                Ok((*text).to_owned())
            }
            None => self.detokenizer.push(&vocabulary.tokenizer, token),
        }
    }

    fn say(&mut self, text: String) -> ControlFlow<()> {
        if text.is_empty() {
            return ControlFlow::Continue(());
        }
        let tokens = std::mem::take(&mut self.untold);
        let logprobs = std::mem::take(&mut self.untold_logprobs);
        tell(&mut self.sink, GenerateEvent::Text { text, tokens, logprobs })
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
