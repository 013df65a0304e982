//! What goes into the decoder's thread and what comes out of it.

use std::ops::ControlFlow;
use std::sync::mpsc::{Receiver, channel};

use super::sampling::Sampling;
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
    pub ticket: Ticket,
    pub sink: Sink,
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
    /// More of the output, never empty; `tokens` were generated since the last `Text`.
    Text {
        text: String,
        tokens: usize,
    },
    Finished(Finish),
    Failed(Failure),
}

/// Why the output ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FinishReason {
    /// A stop token or a stop string.
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
