//! Time, asked for in one place: wall time that a test can steer, and deadlines that it cannot.
//!
//! Everything that production ties to the calendar (neuron days, deprecation dates, timestamps in answers) reads
//! [`Clock::now`]. How long a computation may take is real time and reads [`Deadline`].

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use jiff::Timestamp;

/// Wall time plus an offset. Clones share the offset.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    offset_ms: Arc<AtomicI64>,
}

impl Clock {
    /// Now, in UTC, with the offset applied.
    pub fn now(&self) -> Timestamp {
        let now = Timestamp::now();
        let offset = jiff::SignedDuration::from_millis(self.offset_ms.load(Ordering::Relaxed));
        now.checked_add(offset).unwrap_or(now)
    }

    /// Today's UTC date as `YYYY-MM-DD`: the day a neuron is charged to.
    pub fn today(&self) -> String {
        self.now().strftime("%Y-%m-%d").to_string()
    }

    /// Moves the wall clock by `offset` from real time.
    pub fn set_offset(&self, offset: jiff::SignedDuration) {
        let ms = i64::try_from(offset.as_millis()).unwrap_or(i64::MAX);
        self.offset_ms.store(ms, Ordering::Relaxed);
    }
}

/// The moment at which a computation must have stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Deadline(Instant);

impl Deadline {
    pub fn after(duration: Duration) -> Self {
        Self(Instant::now() + duration)
    }

    pub fn passed(&self) -> bool {
        Instant::now() >= self.0
    }

    /// What is left; zero once it has passed.
    pub fn remaining(&self) -> Duration {
        self.0.saturating_duration_since(Instant::now())
    }
}

/// A running stopwatch, for timings in the journal and in metrics.
#[derive(Debug, Clone, Copy)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    #[expect(clippy::new_without_default, reason = "a stopwatch that starts by itself should say so")]
    pub fn new() -> Self {
        Self(Instant::now())
    }

    pub fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }

    /// Elapsed milliseconds, with microsecond precision.
    pub fn ms(&self) -> f64 {
        (self.elapsed().as_micros() as f64) / 1000.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offset_moves_every_clone() {
        let clock = Clock::default();
        let other = clock.clone();
        clock.set_offset(jiff::SignedDuration::from_hours(48));
        assert_ne!(other.today(), Clock::default().today());
    }

    #[test]
    fn a_deadline_passes() {
        let deadline = Deadline::after(Duration::ZERO);
        assert!(deadline.passed());
        assert_eq!(deadline.remaining(), Duration::ZERO);
        assert!(!Deadline::after(Duration::from_secs(60)).passed());
    }
}
