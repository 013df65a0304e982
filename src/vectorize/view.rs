//! What readers of an index see: one state, and how far the log is processed in it.

use jiff::Timestamp;
use uuid::Uuid;

use super::state::State;

/// Published whole; whoever holds one is not disturbed by what is written meanwhile.
#[derive(Debug, Clone)]
pub struct View {
    pub state: State,
    /// The last processed mutation.
    pub processed: Option<Processed>,
}

/// A processed mutation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Processed {
    /// Its number in the index's log, from 1.
    pub number: u64,
    pub id: Uuid,
    pub time: Timestamp,
}

impl View {
    /// Number of the last processed mutation; 0 before any.
    pub fn number(&self) -> u64 {
        self.processed.map_or(0, |processed| processed.number)
    }
}
