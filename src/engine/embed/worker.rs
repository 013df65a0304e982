//! The thread that owns an encoder: takes requests in, forms batches over them, answers each when its rows are done.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, TryRecvError};
use std::time::Duration;

use super::schedule::{Remaining, Share, next_batch, places};
use super::{EmbedJob, Embeddings};
use crate::clock::Stopwatch;
use crate::engine::backend::{Encoder, Failure, Pooling, TokenBatch};
use crate::engine::solo::text_of;

/// A job on its way to the thread.
pub struct Request {
    pub job: EmbedJob,
    /// Runs from acceptance on.
    pub waiting: Stopwatch,
}

/// A job in work: its first `values.len() / dimensions` rows are done.
struct Active {
    request: Request,
    done: usize,
    values: Vec<f32>,
    queue_ms: Option<f64>,
    compute_ms: f64,
}

impl Remaining for Active {
    fn lengths(&self) -> impl Iterator<Item = usize> {
        let batch = &self.request.job.batch;
        (self.done..batch.len()).map(|row| batch.row(row).len())
    }
}

/// See the module.
pub struct Worker {
    backend: Box<dyn Encoder>,
    batch_tokens: usize,
    /// Counted up by whoever submits, down by every answer.
    open: Arc<AtomicUsize>,
    /// Oldest first.
    active: Vec<Active>,
    /// What was open when the last batch was done, and how long that one took.
    crowd: usize,
    took: Duration,
}

/// Longest wait for those who were just answered.
const GATHERING: Duration = Duration::from_millis(1);

impl Worker {
    pub fn new(backend: Box<dyn Encoder>, batch_tokens: usize, open: Arc<AtomicUsize>) -> Self {
        Self { backend, batch_tokens, open, active: Vec::new(), crowd: 0, took: Duration::ZERO }
    }

    /// Works until no sender is left and every accepted request is answered.
    pub fn run(mut self, requests: &Receiver<Request>) {
        let mut more = true;
        while more || !self.active.is_empty() {
            if self.active.is_empty() {
                match requests.recv() {
                    Ok(request) => self.accept(request),
                    Err(_) => more = false,
                }
            }
            loop {
                match requests.try_recv() {
                    Ok(request) => self.accept(request),
                    Err(TryRecvError::Empty) => break,
                    Err(TryRecvError::Disconnected) => {
                        more = false;
                        break;
                    }
                }
            }
            self.gather(requests);
            self.drop_unwanted();
            let shares = next_batch(&self.active, self.batch_tokens);
            if !shares.is_empty() {
                self.compute(&shares);
            }
            self.crowd = self.open.load(Ordering::Acquire);
            self.answer_finished();
        }
    }

    /// Waits a moment for those who were just answered and mostly ask again. Without it, callers together fall into two halves,
    /// of which each is on its way while the other is computed, and batches are half as large.
    fn gather(&mut self, requests: &Receiver<Request>) {
        let crowd = std::mem::take(&mut self.crowd);
        let waiting = Stopwatch::new();
        let longest = (self.took / 16).min(GATHERING);
        while self.active.len() < crowd
            && self.active.iter().flat_map(Remaining::lengths).sum::<usize>() < self.batch_tokens
        {
            match requests.recv_timeout(longest.saturating_sub(waiting.elapsed())) {
                Ok(request) => self.accept(request),
                Err(_) => return,
            }
        }
    }

    fn accept(&mut self, request: Request) {
        self.active.push(Active { request, done: 0, values: Vec::new(), queue_ms: None, compute_ms: 0.0 });
    }

    /// Answers those that nobody waits for any more, or whose time is up, before anything is computed for them.
    fn drop_unwanted(&mut self) {
        for index in (0..self.active.len()).rev() {
            if let Err(failure) = self.active[index].request.job.ticket.check() {
                let active = self.active.remove(index);
                self.answer(active, Err(failure));
            }
        }
    }

    fn answer_finished(&mut self) {
        let mut index = 0;
        while index < self.active.len() {
            if self.active[index].lengths().next().is_some() {
                index += 1;
                continue;
            }
            let mut active = self.active.remove(index);
            let embeddings = Embeddings {
                values: std::mem::take(&mut active.values),
                dimensions: self.backend.spec().dimensions,
                queue_ms: active.queue_ms.unwrap_or_else(|| active.request.waiting.ms()),
                compute_ms: active.compute_ms,
            };
            self.answer(active, Ok(embeddings));
        }
    }

    /// Computes the shares together; if that fails and there are several, each alone, so that one request's bad
    /// luck is not the others'.
    fn compute(&mut self, shares: &[Share]) {
        for share in shares {
            let active = &mut self.active[share.request];
            active.queue_ms.get_or_insert(active.request.waiting.ms());
        }
        let mut failed = Vec::new();
        if let Err(failure) = self.compute_together(shares) {
            if let [share] = shares {
                failed.push((share.request, failure));
            } else {
                for share in shares {
                    if let Err(failure) = self.compute_together(std::slice::from_ref(share)) {
                        failed.push((share.request, failure));
                    }
                }
            }
        }
        for (request, failure) in failed.into_iter().rev() {
            let active = self.active.remove(request);
            self.answer(active, Err(failure));
        }
    }

    fn compute_together(&mut self, shares: &[Share]) -> Result<(), Failure> {
        let (mut batch, mut pooling) = (TokenBatch::default(), Vec::new());
        let own = self.backend.spec().pooling;
        for share in shares {
            let Active { request, done, .. } = &self.active[share.request];
            for row in *done..done + share.rows {
                let row = request.job.batch.pair(row);
                batch.push_pair(row.ids, row.second);
            }
            pooling.resize(batch.len(), request.job.pooling.unwrap_or(own));
        }
        let watch = Stopwatch::new();
        let values = encode(&mut *self.backend, &batch, &pooling)?;
        let ms = watch.ms();
        self.took = watch.elapsed();
        let width = self.backend.spec().dimensions;
        for (share, rows) in shares.iter().zip(places(shares)) {
            let active = &mut self.active[share.request];
            active.values.extend_from_slice(&values[rows.start * width..rows.end * width]);
            active.done += share.rows;
            active.compute_ms += ms;
        }
        Ok(())
    }

    fn answer(&self, active: Active, result: Result<Embeddings, Failure>) {
        // Before the reply, so that whoever has the answer finds a place for the next request.
        self.open.fetch_sub(1, Ordering::AcqRel);
        let reply = active.request.job.reply;
        if catch_unwind(AssertUnwindSafe(|| reply(result))).is_err() {
            tracing::error!("whoever waited for an embedding panicked");
        }
    }
}

/// Runs the encoder; a panic in it or an answer of another size is a failure of this batch and of nothing else.
fn encode(backend: &mut dyn Encoder, batch: &TokenBatch, pooling: &[Pooling]) -> Result<Vec<f32>, Failure> {
    let expected = batch.len() * backend.spec().dimensions;
    let result = catch_unwind(AssertUnwindSafe(|| backend.encode(batch, pooling)));
    let values =
        result.unwrap_or_else(|panic| Err(Failure::Backend(format!("the encoder panicked: {}", text_of(&*panic)))))?;
    if values.len() != expected {
        let found = values.len();
        return Err(Failure::Backend(format!("the encoder gave {found} numbers where {expected} were due")));
    }
    Ok(values)
}
