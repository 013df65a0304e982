//! What goes into the decoder's thread and what comes out of it.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};

use super::grammar::Constraint;
use super::logprobs::TokenLogprob;
use super::sampling::Sampling;
use crate::engine::adapter::Adapter;
use crate::engine::backend::Failure;
use crate::engine::queue::Ticket;

/// One request.
pub struct GenerateJob {
    /// Tokens from [`super::GenerationModel::prepare`]; at least one.
    pub prompt: Vec<u32>,
    pub sampling: Sampling,
    /// Tokens to generate at most. 0 finishes at once.
    pub max_tokens: usize,
    /// Texts that end the output; they are not part of it. Empty ones are ignored.
    pub stop: Vec<String>,
    /// What the output must look like; from [`super::GenerationModel::constraint`].
    pub constraint: Option<Constraint>,
    /// `Some(k)`: tell how likely each token was, and the `k` likeliest in its place.
    pub logprobs: Option<usize>,
    /// Special tokens that the output writes out; from [`super::GenerationModel::spelled`].
    pub spelled: Vec<(u32, &'static str)>,
    /// Requests that name the same session are given the same slot if they can: what it holds helps the next one.
    pub session: Option<String>,
    /// [`Failure::Busy`] rather than a wait for a slot.
    pub reject_if_busy: bool,
    /// From [`super::GenerationModel::adapter`].
    pub adapter: Option<Arc<Adapter>>,
    pub ticket: Ticket,
    pub sink: Sink,
}

impl GenerateJob {
    /// Greedy, up to 256 tokens, without any of the rest.
    pub fn new(prompt: Vec<u32>, ticket: Ticket, sink: Sink) -> Self {
        Self {
            prompt,
            sampling: Sampling::default(),
            max_tokens: 256,
            stop: Vec::new(),
            constraint: None,
            logprobs: None,
            spelled: Vec::new(),
            session: None,
            reject_if_busy: false,
            adapter: None,
            ticket,
            sink,
        }
    }
}

/// Takes the events of one request. [`ControlFlow::Break`] means that nobody listens any more: the computation stops
/// before the next token.
///
/// It is called on the thread that computes for everybody, so it must not wait: it puts the event into an unbounded
/// channel ([`events`] is one), and a client that reads slowly finds its text there. At most `max_tokens + 1` events
/// come.
pub type Sink = Box<dyn FnMut(GenerateEvent) -> ControlFlow<()> + Send>;

/// `Text` any number of times, then either of the others once.
#[derive(Debug, Clone, PartialEq)]
pub enum GenerateEvent {
    /// More of the output, never empty; `tokens` were generated since the last `Text`. `logprobs` has one entry for
    /// each of them if the request asks for it, else none.
    Text {
        text: String,
        tokens: usize,
        logprobs: Vec<TokenLogprob>,
    },
    Finished(Finish),
    Failed(Failure),
}

/// Why the output ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FinishReason {
    /// A stop token, a stop string, or the end of the grammar.
    Stop,
    /// `max_tokens`, or the window is full.
    Length,
}

/// The account of a finished request.
#[derive(Debug, Clone, PartialEq)]
pub struct Finish {
    pub reason: FinishReason,
    pub prompt_tokens: usize,
    /// Tokens of the prompt that did not have to be computed again.
    pub cached_tokens: usize,
    /// Tokens generated, a stop token and dropped text included, as vLLM counts.
    pub completion_tokens: usize,
    /// From submission until a slot was free.
    pub queue_ms: f64,
    /// From submission to the first token.
    pub first_token_ms: f64,
    /// From the free slot to the end.
    pub compute_ms: f64,
}

/// A sink into an unbounded channel, for callers that read events on a thread of their own.
pub fn events() -> (Sink, Receiver<GenerateEvent>) {
    let (sender, receiver) = channel();
    let sink = move |event| match sender.send(event) {
        Ok(()) => ControlFlow::Continue(()),
        Err(_) => ControlFlow::Break(()),
    };
    (Box::new(sink), receiver)
}
