//! The engine's events of one call, read and put into order: what a whole answer and a stream are both made of.

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::{Sleep, sleep};

use super::super::refusal_of;
use super::settlement::Settlement;
use crate::ai::tasks::TokenUsage;
use crate::ai::tasks::text_generation::{self as task, Delta, FinishReason};
use crate::clock::Deadline;
use crate::engine::generate::{Finish, GenerateEvent, Part, Reader, TokenLogprob};
use crate::engine::queue::CancelOnDrop;
use crate::entropy::Entropy;
use crate::error::{AiError, Error};

/// What a stream gives: deltas, an end for each choice, then one end of all; or one failure.
#[derive(Debug)]
pub enum StreamItem {
    /// `tokens` were generated for it; `logprobs` are theirs where asked for.
    Delta {
        choice: usize,
        delta: Delta,
        tokens: usize,
        logprobs: Vec<TokenLogprob>,
    },
    ChoiceEnd {
        choice: usize,
        finish: FinishReason,
    },
    End {
        finish: FinishReason,
        usage: TokenUsage,
    },
    Failed(Error),
}

/// A generation under way. Dropping it stops the computation within one token.
pub struct GenerationStream {
    pub form: task::Form,
    pub include_usage: bool,
    pub prompt_tokens: usize,
    /// `n`.
    pub choices: usize,
    /// Log probabilities are asked for.
    pub logprobs: bool,
    pub echo: Option<task::Echo>,
    /// The account's, for padding.
    pub entropy: Entropy,
    pub(super) events: Events,
}

impl GenerationStream {
    /// The gateway's log that its tokens and cost are written to once they are known.
    pub(in crate::ai::service) fn logged_as(&mut self, gateway: &str, log: &str) {
        self.events.settlement.logged_as = Some((gateway.to_owned(), log.to_owned()));
    }
}

impl std::fmt::Debug for GenerationStream {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("GenerationStream").field("prompt_tokens", &self.prompt_tokens).finish_non_exhaustive()
    }
}

impl futures_util::Stream for GenerationStream {
    type Item = StreamItem;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<StreamItem>> {
        self.events.poll(context)
    }
}

/// What a whole answer must keep to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rules {
    pub logprobs: bool,
    pub parse_json: bool,
    pub calls_forced: bool,
}

/// One choice on its way.
struct Choice {
    reader: Reader,
    /// Calls that have begun, and those that are whole.
    begun: usize,
    whole: usize,
    reasoning_tokens: usize,
    is_open: bool,
}

pub(super) struct Events {
    receiver: UnboundedReceiver<(usize, GenerateEvent)>,
    /// Read and not yet given out.
    items: VecDeque<StreamItem>,
    choices: Vec<Choice>,
    rules: Rules,
    /// Of the choice that ended last.
    finish: FinishReason,
    settlement: Settlement,
    deadline: Deadline,
    /// Rings at the deadline; wound up when a stream has to wait.
    alarm: Option<Pin<Box<Sleep>>>,
    _guard: CancelOnDrop,
}

impl Events {
    pub fn new(
        receiver: UnboundedReceiver<(usize, GenerateEvent)>,
        readers: Vec<Reader>,
        rules: Rules,
        settlement: Settlement,
        deadline: Deadline,
        guard: CancelOnDrop,
    ) -> Self {
        let choice = |reader| Choice { reader, begun: 0, whole: 0, reasoning_tokens: 0, is_open: true };
        let choices = readers.into_iter().map(choice).collect();
        let finish = FinishReason::default();
        Self {
            receiver,
            items: VecDeque::new(),
            choices,
            rules,
            finish,
            settlement,
            deadline,
            alarm: None,
            _guard: guard,
        }
    }

    /// The account's stream of randomness.
    pub fn entropy(&self) -> Entropy {
        self.settlement.entropy.clone()
    }

    /// Waits for the first event, so that what fails before it is refused with its own status.
    pub async fn await_first(&mut self) -> Result<(), Error> {
        let error = match tokio::time::timeout(self.deadline.remaining(), self.receiver.recv()).await {
            Ok(Some((_, GenerateEvent::Failed(failure)))) => refusal_of(failure),
            Ok(Some((choice, event))) => {
                self.take(choice, event);
                return Ok(());
            }
            Ok(None) => ended_early(),
            Err(_) => AiError::Timeout,
        };
        Err(self.settlement.fail(error))
    }

    pub fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<StreamItem>> {
        loop {
            if let Some(item) = self.items.pop_front() {
                return Poll::Ready(Some(item));
            }
            if !self.settlement.is_open() {
                return Poll::Ready(None);
            }
            // A whole answer may be refused for one of its choices, so nothing is booked before all were given out.
            if self.choices.iter().all(|choice| !choice.is_open) {
                let usage = self.settlement.settle();
                return Poll::Ready(Some(StreamItem::End { finish: self.finish, usage }));
            }
            match self.receiver.poll_recv(context) {
                Poll::Ready(Some((choice, event))) => self.take(choice, event),
                Poll::Ready(None) => self.fail(ended_early()),
                Poll::Pending => {
                    // Whoever computes looks at the deadline, too, but may be slow to, or be a stub.
                    let left = self.deadline.remaining();
                    let alarm = self.alarm.get_or_insert_with(|| Box::pin(sleep(left)));
                    ready!(alarm.as_mut().poll(context));
                    self.fail(AiError::Timeout);
                }
            }
        }
    }

    /// The whole answer.
    pub async fn collect(&mut self) -> Result<task::Output, Error> {
        let rules = self.rules;
        let logprobs = || rules.logprobs.then(Vec::new);
        let mut choices: Vec<task::Choice> =
            self.choices.iter().map(|_| task::Choice { logprobs: logprobs(), ..task::Choice::default() }).collect();
        loop {
            match std::future::poll_fn(|context| self.poll(context)).await {
                Some(StreamItem::Delta { choice, delta, logprobs, .. }) => {
                    let choice = &mut choices[choice];
                    if let (Delta::Content(_), Some(all)) = (&delta, &mut choice.logprobs) {
                        all.extend(logprobs);
                    }
                    choice.message.push(delta);
                }
                Some(StreamItem::ChoiceEnd { choice, finish }) => {
                    // A call that was cut off cannot be parsed, so it is none.
                    choices[choice].message.calls.truncate(self.choices[choice].whole);
                    choices[choice].finish = finish;
                    if let Some(error) = unmet(rules, &choices[choice].message) {
                        return Err(self.settlement.refuse(error));
                    }
                }
                Some(StreamItem::End { usage, .. }) => {
                    return Ok(task::Output { choices, usage, parse_json: rules.parse_json, echo: None });
                }
                Some(StreamItem::Failed(error)) => return Err(error),
                None => return Err(self.settlement.fail(ended_early())),
            }
        }
    }

    fn take(&mut self, index: usize, event: GenerateEvent) {
        match event {
            GenerateEvent::Text { text, tokens, logprobs } => {
                let parts = self.choices[index].reader.push(&text);
                self.give(index, parts, tokens, logprobs);
            }
            GenerateEvent::Finished(finish) => {
                let parts = self.choices[index].reader.finish();
                self.give(index, parts, 0, Vec::new());
                self.end_choice(index, &finish);
            }
            GenerateEvent::Failed(failure) => self.fail(refusal_of(failure)),
        }
    }

    /// Turns parts into deltas; tokens and log probabilities go with the first of them that is given out.
    fn give(&mut self, index: usize, parts: Vec<Part>, mut tokens: usize, mut logprobs: Vec<TokenLogprob>) {
        let choice = &mut self.choices[index];
        if matches!(parts.last(), Some(Part::Reasoning(_))) {
            choice.reasoning_tokens += tokens;
        }
        for part in parts {
            let delta = match part {
                Part::Content(text) => Delta::Content(text),
                Part::Reasoning(text) => Delta::Reasoning(text),
                Part::CallStart { name } => {
                    choice.begun += 1;
                    Delta::CallStart { call: choice.begun - 1, id: self.settlement.call_id(), name }
                }
                Part::Arguments(text) => Delta::Arguments { call: choice.begun.saturating_sub(1), text },
                Part::CallEnd => {
                    choice.whole += 1;
                    continue;
                }
            };
            let (tokens, logprobs) = (std::mem::take(&mut tokens), std::mem::take(&mut logprobs));
            self.items.push_back(StreamItem::Delta { choice: index, delta, tokens, logprobs });
        }
    }

    fn end_choice(&mut self, index: usize, finish: &Finish) {
        let choice = &mut self.choices[index];
        choice.is_open = false;
        let reason = FinishReason::of(finish.reason, choice.whole);
        self.settlement.add(finish, choice.reasoning_tokens);
        self.items.push_back(StreamItem::ChoiceEnd { choice: index, finish: reason });
        self.finish = reason;
    }

    fn fail(&mut self, error: AiError) {
        let error = self.settlement.fail(error);
        self.items.push_back(StreamItem::Failed(error));
    }
}

/// Why a finished answer cannot stand.
fn unmet(rules: Rules, message: &task::Message) -> Option<AiError> {
    if rules.calls_forced && message.calls.is_empty() {
        return Some(AiError::CallUnfinished);
    }
    let is_json = || serde_json::from_str::<serde_json::Value>(&message.content).is_ok();
    if rules.parse_json && message.calls.is_empty() && !is_json() {
        let hint = "the answer ended before its JSON did; raise `max_tokens`".to_owned();
        return Some(AiError::JsonModeUnmet { hint });
    }
    None
}

fn ended_early() -> AiError {
    AiError::Internal { reason: "the checkpoint's thread ended without an answer".to_owned() }
}
