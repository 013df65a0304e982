//! The ordered log of an index: a mutation is accepted at once and visible once it is processed.

use std::collections::VecDeque;
use std::fmt;
use std::str::FromStr;

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

impl FromStr for Lag {
    type Err = String;

    /// `immediate`, `after_ms:500`, `after_reads:3` or `manual`.
    fn from_str(text: &str) -> Result<Self, String> {
        let (mode, count) = text.split_once(':').map_or((text, None), |(mode, count)| (mode, count.parse().ok()));
        match (mode, count, text.contains(':')) {
            ("immediate", _, false) => Ok(Self::Immediate),
            ("manual", _, false) => Ok(Self::Manual),
            ("after_ms", Some(ms), _) => Ok(Self::AfterMs(ms)),
            ("after_reads", Some(reads), _) => Ok(Self::AfterReads(reads)),
            _ => Err(format!("`{text}` is not a lag\nhint: `immediate`, `after_ms:500`, `after_reads:3` or `manual`")),
        }
    }
}

impl fmt::Display for Lag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Immediate => f.write_str("immediate"),
            Self::AfterMs(ms) => write!(f, "after_ms:{ms}"),
            Self::AfterReads(reads) => write!(f, "after_reads:{reads}"),
            Self::Manual => f.write_str("manual"),
        }
    }
}

/// A mutation that waits.
#[derive(Debug)]
pub struct Pending {
    /// Within its index, from 1.
    pub number: u64,
    pub id: Uuid,
    pub accepted: Timestamp,
    /// Processed with its acceptance: its record in the store says so, and nothing else has to.
    pub immediate: bool,
    /// Reads of the index when it was accepted.
    pub reads: u64,
    pub change: Change,
    /// What it takes in the store's log.
    pub bytes: usize,
    /// Safe in the store, or there is none.
    pub stored: bool,
}

/// Mutations that wait, in order.
#[derive(Debug)]
pub struct Log {
    pending: VecDeque<Pending>,
    next: u64,
}

impl Default for Log {
    fn default() -> Self {
        Self::after(0)
    }
}

impl Log {
    /// A log whose first mutations are done with.
    pub fn after(number: u64) -> Self {
        Self { pending: VecDeque::new(), next: number + 1 }
    }

    /// Leaves out the next number.
    pub fn skip(&mut self) {
        self.next += 1;
    }

    /// Number of the next mutation.
    pub fn next_number(&self) -> u64 {
        self.next
    }

    /// Takes up the next mutation.
    pub fn push(&mut self, pending: Pending) {
        debug_assert_eq!(pending.number, self.next);
        self.next = pending.number + 1;
        self.pending.push_back(pending);
    }

    /// Whether nothing waits.
    pub fn is_idle(&self) -> bool {
        self.pending.is_empty()
    }

    /// Mutations that wait.
    pub fn waiting(&self) -> usize {
        self.pending.len()
    }

    /// What the mutations that wait will change, in order.
    pub fn changes(&self) -> impl Iterator<Item = &Change> {
        self.pending.iter().map(|pending| &pending.change)
    }

    /// Marks mutations up to this one as stored.
    pub fn stored(&mut self, number: u64) {
        for pending in self.pending.iter_mut().take_while(|pending| pending.number <= number) {
            pending.stored = true;
        }
    }

    /// Forgets a mutation that could not be stored.
    pub fn forget(&mut self, number: u64) {
        self.pending.retain(|pending| pending.number != number);
    }

    /// Takes the next mutation if it is due. `reads` is how often the index has been read.
    pub fn next_due(&mut self, lag: Lag, now: Timestamp, reads: u64) -> Option<Pending> {
        let pending = self.pending.front()?;
        let due = match lag {
            Lag::Immediate => true,
            Lag::AfterMs(ms) => now.duration_since(pending.accepted) >= SignedDuration::from_millis(i64::from(ms)),
            Lag::AfterReads(count) => reads.saturating_sub(pending.reads) >= u64::from(count),
            Lag::Manual => false,
        };
        if due { self.next() } else { None }
    }

    /// Takes the next mutation, due or not. One that is not stored yet holds back those behind it.
    pub fn next(&mut self) -> Option<Pending> {
        if self.pending.front()?.stored { self.pending.pop_front() } else { None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lag_is_said_in_words() {
        for text in ["immediate", "after_ms:500", "after_reads:3", "manual"] {
            assert_eq!(text.parse::<Lag>().map(|lag| lag.to_string()), Ok(text.to_owned()));
        }
        for bad in ["", "after_ms", "after_ms:", "after_ms:-1", "after_ms:x", "manual:1", "immediate:", "soon"] {
            assert!(bad.parse::<Lag>().is_err_and(|error| error.contains("hint:")), "{bad}");
        }
    }
}
