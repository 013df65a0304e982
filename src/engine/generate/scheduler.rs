//! The thread that owns a decoder: continuous batching over its slots.
//!
//! Each round takes what has arrived, gives free slots to the requests that wait longest, computes one step for every
//! sequence (a token, or a piece of its prompt), and hands out what came of it. A slot remembers its tokens, so that a
//! request that begins as an earlier one did goes on from there.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::Receiver;

use super::job::{Finish, FinishReason, GenerateEvent, GenerateJob};
use super::sequence::{Sequence, tell};
use super::vocabulary::Vocabulary;
use crate::clock::Stopwatch;
use crate::engine::adapter::Adapter;
use crate::engine::backend::{Decoder, DecoderSpec, Failure, Step};

/// A common beginning shorter than this does not decide which slot a request gets: nearly all prompts begin alike, and
/// the slot that is longest unused holds what is least missed.
const WORTH_KEEPING: usize = 16;

/// A place in the queue, or among what is in flight; given back when it is dropped.
pub struct Place(Arc<AtomicUsize>);

impl Place {
    /// One of `capacity` places, if one is free.
    pub fn take(waiting: &Arc<AtomicUsize>, capacity: usize) -> Result<Self, Failure> {
        waiting
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |taken| (taken < capacity).then_some(taken + 1))
            .map(|_| Self(Arc::clone(waiting)))
            .map_err(|_| Failure::Busy { capacity })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

/// A request that waits for a slot.
pub struct Waiting {
    pub job: GenerateJob,
    pub submitted: Stopwatch,
    /// In the queue.
    pub place: Place,
    /// Until the request has ended.
    pub in_flight: Place,
}

impl Waiting {
    fn fail(mut self, failure: Failure) {
        // First the place, then the news: whoever hears it may come again at once.
        drop((self.place, self.in_flight));
        let _ = tell(&mut self.job.sink, GenerateEvent::Failed(failure));
    }
}

/// One sequence's room in the decoder's cache.
#[derive(Default)]
struct Slot {
    /// The tokens whose keys and values the cache holds.
    held: Vec<u32>,
    /// The round in which it was last used.
    used: u64,
    /// The session that used it last.
    session: Option<String>,
    /// The adapter that they were computed with.
    adapter: Option<Arc<Adapter>>,
    sequence: Option<Sequence>,
}

impl Slot {
    /// How many of the prompt's tokens it holds; the last one is always computed, for its logits.
    fn common(&self, prompt: &[u32], adapter: Option<&Arc<Adapter>>) -> usize {
        if self.adapter.as_ref().map(|adapter| adapter.id()) != adapter.map(|adapter| adapter.id()) {
            return 0;
        }
        let longest = prompt.len().saturating_sub(1);
        self.held.iter().zip(&prompt[..longest]).take_while(|(held, token)| held == token).count()
    }
}

/// See the module.
pub struct Scheduler {
    backend: Box<dyn Decoder>,
    vocabulary: Arc<Vocabulary>,
    /// Tokens of prompts that one round takes in.
    chunk: usize,
    waiting: VecDeque<Waiting>,
    slots: Vec<Slot>,
    round: u64,
}

impl Scheduler {
    pub fn new(backend: Box<dyn Decoder>, vocabulary: Arc<Vocabulary>, chunk: usize) -> Self {
        let slots = (0..backend.spec().slots).map(|_| Slot::default()).collect();
        Self { backend, vocabulary, chunk: chunk.max(1), waiting: VecDeque::new(), slots, round: 0 }
    }

    /// Works until the last sender is gone and the last request has ended.
    pub fn run(mut self, inbox: Receiver<Waiting>) {
        loop {
            if self.is_idle() {
                match inbox.recv() {
                    Ok(waiting) => self.waiting.push_back(waiting),
                    Err(_) => return,
                }
            }
            while let Ok(waiting) = inbox.try_recv() {
                self.waiting.push_back(waiting);
            }
            self.round += 1;
            self.drop_void();
            self.admit();
            self.step();
        }
    }

    fn is_idle(&self) -> bool {
        self.waiting.is_empty() && self.slots.iter().all(|slot| slot.sequence.is_none())
    }

    /// Ends what is cancelled or too late, in the queue and in the slots.
    fn drop_void(&mut self) {
        for waiting in std::mem::take(&mut self.waiting) {
            match waiting.job.ticket.check() {
                Ok(()) => self.waiting.push_back(waiting),
                Err(failure) => waiting.fail(failure),
            }
        }
        for slot in &mut self.slots {
            if let Some(failure) = slot.sequence.as_ref().and_then(|sequence| sequence.check().err())
                && let Some(sequence) = slot.sequence.take()
            {
                sequence.fail(failure);
            }
        }
    }

    fn admit(&mut self) {
        while let Some(next) = self.waiting.front() {
            let (prompt, session) = (&next.job.prompt, &next.job.session);
            let adapter = next.job.adapter.as_ref();
            let free = self.slots.iter_mut().filter(|slot| slot.sequence.is_none());
            let rank = |slot: &Slot| {
                let common = slot.common(prompt, adapter);
                let same = session.is_some() && slot.session == *session;
                (if common < WORTH_KEEPING { 0 } else { common }, same, std::cmp::Reverse(slot.used))
            };
            let Some(slot) = free.max_by_key(|slot| rank(slot)) else {
                return;
            };
            let Some(Waiting { mut job, submitted, place, in_flight }) = self.waiting.pop_front() else {
                return;
            };
            drop(place);
            if job.max_tokens == 0 {
                drop(in_flight);
                let event = GenerateEvent::Finished(nothing(&job, submitted));
                let _ = tell(&mut job.sink, event);
                continue;
            }
            let cached = slot.common(&job.prompt, job.adapter.as_ref());
            slot.held.truncate(cached);
            slot.session = job.session.take();
            slot.adapter = job.adapter.take();
            slot.sequence = Some(Sequence::new(job, submitted, cached, in_flight));
        }
    }

    fn step(&mut self) {
        let (steps, members) = plan(&self.slots, self.chunk);
        if steps.is_empty() {
            return;
        }
        let computed = compute(&mut *self.backend, &steps);
        let mut logits = match computed {
            Ok(logits) => logits,
            Err(failure) => return self.fail(&members, &failure),
        };
        let DecoderSpec { vocab_size, context, .. } = *self.backend.spec();
        for ((index, count), logits) in members.into_iter().zip(logits.chunks_exact_mut(vocab_size)) {
            let slot = &mut self.slots[index];
            slot.used = self.round;
            let Some(mut sequence) = slot.sequence.take() else {
                continue;
            };
            let start = slot.held.len();
            slot.held.extend_from_slice(&sequence.tokens()[start..start + count]);
            if slot.held.len() < sequence.tokens().len() {
                slot.sequence = Some(sequence);
                continue;
            }
            match sequence.advance(logits, &self.vocabulary, context) {
                Ok(flow) if flow.is_break() => {}
                Ok(_) => slot.sequence = Some(sequence),
                Err(failure) => sequence.fail(failure),
            }
        }
    }

    /// Ends the members of a failed pass. What their slots hold now is unknown.
    fn fail(&mut self, members: &[(usize, usize)], failure: &Failure) {
        tracing::error!(%failure, "a forward pass failed");
        for (index, _) in members {
            self.slots[*index].held.clear();
            if let Some(sequence) = self.slots[*index].sequence.take() {
                sequence.fail(failure.clone());
            }
        }
    }
}

/// A forward pass whose panic is a failure and whose answer has the right size.
fn compute(backend: &mut dyn Decoder, steps: &[Step<'_>]) -> Result<Vec<f32>, Failure> {
    let logits = catch_unwind(AssertUnwindSafe(|| backend.forward(steps)))
        .unwrap_or_else(|panic| Err(Failure::Backend(format!("the decoder panicked: {}", text_of(&*panic)))))?;
    if logits.len() == steps.len() * backend.spec().vocab_size {
        Ok(logits)
    } else {
        Err(Failure::Backend(format!("the decoder gave {} logits for {} steps", logits.len(), steps.len())))
    }
}

/// The steps of one round, and for each the slot and how many tokens: one token for each stream, and of the prompts
/// `chunk` tokens altogether, so that a long one does not make the streams wait. The slot used longest ago goes first.
fn plan(slots: &[Slot], chunk: usize) -> (Vec<Step<'_>>, Vec<(usize, usize)>) {
    let mut steps = Vec::with_capacity(slots.len());
    let mut members = Vec::with_capacity(slots.len());
    let mut left = chunk;
    let mut order: Vec<usize> = (0..slots.len()).collect();
    order.sort_by_key(|index| slots[*index].used);
    for index in order {
        let Some(sequence) = &slots[index].sequence else {
            continue;
        };
        let position = slots[index].held.len();
        let rest = &sequence.tokens()[position..];
        let count = if sequence.is_decoding() { rest.len() } else { rest.len().min(left) };
        if count == 0 {
            continue;
        }
        if !sequence.is_decoding() {
            left -= count;
        }
        let adapter = slots[index].adapter.as_deref();
        steps.push(Step { slot: index, position, tokens: &rest[..count], adapter });
        members.push((index, count));
    }
    (steps, members)
}

fn nothing(job: &GenerateJob, submitted: Stopwatch) -> Finish {
    Finish {
        reason: FinishReason::Length,
        prompt_tokens: job.prompt.len(),
        cached_tokens: 0,
        completion_tokens: 0,
        queue_ms: submitted.ms(),
        first_token_ms: submitted.ms(),
        compute_ms: 0.0,
    }
}

fn text_of(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no reason given")
}
