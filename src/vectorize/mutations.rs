//! The ordered log of an index: a mutation is accepted at once and visible once it is processed.

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::state::Change;

/// When an accepted mutation is processed. Always in order: one that waits holds back those behind it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Lag {
    /// Before its answer.
    #[default]
    Immediate,
    /// So many milliseconds after it was accepted, on the steered clock.
    AfterMs(u32),
    /// After so many reads of its index that did not see it.
    AfterReads(u32),
    /// On [`Index::tick`](super::Index::tick).
    Manual,
}

#[derive(Debug)]
struct Pending {
    id: Uuid,
    accepted: Timestamp,
    /// [`Log::reads`] when it was accepted.
    reads: u64,
    change: Change,
}

/// Mutations that wait, and the last one that was processed.
#[derive(Debug, Default)]
pub struct Log {
    pending: VecDeque<Pending>,
    processed: Option<(Uuid, Timestamp)>,
    reads: u64,
}

impl Log {
    /// Whether nothing waits.
    pub fn is_idle(&self) -> bool {
        self.pending.is_empty()
    }

    /// The last processed mutation and when it was.
    pub fn processed(&self) -> Option<(Uuid, Timestamp)> {
        self.processed
    }

    pub fn push(&mut self, id: Uuid, now: Timestamp, change: Change) {
        self.pending.push_back(Pending { id, accepted: now, reads: self.reads, change });
    }

    pub fn count_read(&mut self) {
        self.reads = self.reads.wrapping_add(1);
    }

    /// Takes the next mutation if it is due.
    pub fn next_due(&mut self, lag: Lag, now: Timestamp) -> Option<Change> {
        let pending = self.pending.front()?;
        let due = match lag {
            Lag::Immediate => true,
            Lag::AfterMs(ms) => now.duration_since(pending.accepted) >= SignedDuration::from_millis(i64::from(ms)),
            Lag::AfterReads(reads) => self.reads.wrapping_sub(pending.reads) >= u64::from(reads),
            Lag::Manual => false,
        };
        if due { self.next(now) } else { None }
    }

    /// Takes the next mutation, due or not.
    pub fn next(&mut self, now: Timestamp) -> Option<Change> {
        let pending = self.pending.pop_front()?;
        self.processed = Some((pending.id, now));
        Some(pending.change)
    }
}
