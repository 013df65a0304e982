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

    /// Mutations that wait.
    pub fn waiting(&self) -> usize {
        self.pending.len()
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
