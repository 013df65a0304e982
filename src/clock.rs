//! Time, asked for in one place: wall time that a test can steer, and deadlines that it cannot.
//!
//! Everything that production ties to the calendar (neuron days, rate windows, deprecation dates, cursors, mutations,
//! timestamps in answers) reads [`Clock::now`]. How long a computation may take is real time and reads [`Deadline`].

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};

/// Wall time that can be steered, as a whole and for each account. Clones share the steering.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    own: Arc<Steering>,
    /// What an account's clock is steered on top of.
    base: Option<Arc<Steering>>,
    accounts: Arc<Mutex<HashMap<String, Arc<Steering>>>>,
}

/// Atomics, for every call asks for the time.
#[derive(Debug)]
struct Steering {
    offset_ms: AtomicI64,
    /// Milliseconds since 1970 at which the clock stands still; [`RUNNING`] while it runs.
    frozen_ms: AtomicI64,
}

const RUNNING: i64 = i64::MIN;

impl Default for Steering {
    fn default() -> Self {
        Self { offset_ms: AtomicI64::new(0), frozen_ms: AtomicI64::new(RUNNING) }
    }
}

impl Steering {
    fn apply(&self, now: Timestamp) -> Timestamp {
        let frozen = self.frozen_ms.load(Ordering::Relaxed);
        let now = if frozen == RUNNING { now } else { Timestamp::from_millisecond(frozen).unwrap_or(now) };
        match self.offset_ms.load(Ordering::Relaxed) {
            0 => now,
            offset => now.checked_add(SignedDuration::from_millis(offset)).unwrap_or(now),
        }
    }

    fn is_idle(&self) -> bool {
        self.offset_ms.load(Ordering::Relaxed) == 0 && self.frozen_ms.load(Ordering::Relaxed) == RUNNING
    }
}

/// A time that no calendar has, or one too far away.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the clock cannot go there: times lie between the years 1 and 9998\nhint: for example {{\"advance\": \"36h\"}}"
)]
pub struct OutOfRange;

impl Clock {
    /// The clock of `account`, which runs like this one until it is steered itself.
    pub fn of(&self, account: &str) -> Self {
        let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        let own = match accounts.get(account) {
            Some(own) => Arc::clone(own),
            None => Arc::clone(accounts.entry(account.to_owned()).or_default()),
        };
        Self { own, base: Some(Arc::clone(&self.own)), accounts: Arc::clone(&self.accounts) }
    }

    /// Forgets the clock of `account`, or of all: they are made anew, unsteered, when somebody asks. Those handed out
    /// are resumed.
    pub fn forget(&self, account: Option<&str>) {
        let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        accounts.retain(|name, own| {
            let forgotten = account.is_none_or(|account| account == name);
            if forgotten {
                own.offset_ms.store(0, Ordering::Relaxed);
                own.frozen_ms.store(RUNNING, Ordering::Relaxed);
            }
            !forgotten
        });
    }

    /// Now, in UTC, as steered.
    pub fn now(&self) -> Timestamp {
        let mut now = Timestamp::now();
        if let Some(base) = &self.base {
            now = base.apply(now);
        }
        self.own.apply(now)
    }

    /// Today's UTC date as `YYYY-MM-DD`: the day a neuron is charged to.
    pub fn today(&self) -> String {
        self.now().strftime("%Y-%m-%d").to_string()
    }

    /// Moves the wall clock by `offset` from real time.
    pub fn set_offset(&self, offset: SignedDuration) {
        let ms = i64::try_from(offset.as_millis()).unwrap_or(i64::MAX);
        self.own.offset_ms.store(ms, Ordering::Relaxed);
    }

    /// Moves the clock by `by`, backwards too.
    pub fn advance(&self, by: SignedDuration) -> Result<(), OutOfRange> {
        self.set(self.now().checked_add(by).map_err(|_| OutOfRange)?)
    }

    /// Sets the clock, which goes on from there; a clock that stands still stands there.
    pub fn set(&self, time: Timestamp) -> Result<(), OutOfRange> {
        // Far enough from the ends of the calendar for whatever is added to it.
        if !(1..=9998).contains(&time.to_zoned(jiff::tz::TimeZone::UTC).year()) {
            return Err(OutOfRange);
        }
        if self.own.frozen_ms.load(Ordering::Relaxed) != RUNNING {
            self.own.offset_ms.store(0, Ordering::Relaxed);
            self.own.frozen_ms.store(time.as_millisecond(), Ordering::Relaxed);
            return Ok(());
        }
        let real = self.base.as_ref().map_or_else(Timestamp::now, |base| base.apply(Timestamp::now()));
        // In nanoseconds, so that what is set is not missed by the part of a millisecond that has passed.
        let ms = time.duration_since(real).as_nanos().div_euclid(1_000_000) + 1;
        self.own.offset_ms.store(i64::try_from(ms).map_err(|_| OutOfRange)?, Ordering::Relaxed);
        Ok(())
    }

    /// Stops the clock where it is.
    pub fn freeze(&self) {
        let now = self.now().as_millisecond();
        self.own.frozen_ms.store(now, Ordering::Relaxed);
        self.own.offset_ms.store(0, Ordering::Relaxed);
    }

    /// Back to real time.
    pub fn resume(&self) {
        self.own.frozen_ms.store(RUNNING, Ordering::Relaxed);
        self.own.offset_ms.store(0, Ordering::Relaxed);
    }

    /// Whether it shows another time than the system's.
    pub fn is_steered(&self) -> bool {
        !(self.own.is_idle() && self.base.as_ref().is_none_or(|base| base.is_idle()))
    }

    /// Whether it stands still.
    pub fn is_frozen(&self) -> bool {
        self.own.frozen_ms.load(Ordering::Relaxed) != RUNNING
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
    fn accounts_are_steered_apart_and_on_top() {
        let clock = Clock::default();
        let (a, b) = (clock.of("a"), clock.of("b"));
        a.advance(SignedDuration::from_hours(36)).unwrap();
        assert!(a.now().duration_since(b.now()) > SignedDuration::from_hours(35));
        assert!(clock.of("a").is_steered() && !b.is_steered());
        clock.set_offset(SignedDuration::from_hours(1));
        assert!(b.now().duration_since(Timestamp::now()) > SignedDuration::from_mins(59));
        clock.forget(Some("a"));
        assert!(a.now().duration_since(clock.of("a").now()).abs() < SignedDuration::from_secs(60));
    }

    #[test]
    fn a_clock_is_set_stopped_and_resumed() {
        let clock = Clock::default();
        let time: Timestamp = "2026-12-01T00:00:00Z".parse().unwrap();
        clock.set(time).unwrap();
        let since = clock.now().duration_since(time);
        assert!(!since.is_negative() && since < SignedDuration::from_secs(60), "{since:?}");
        clock.freeze();
        let stopped = clock.now();
        clock.advance(SignedDuration::from_secs(-5)).unwrap();
        assert_eq!(stopped.duration_since(clock.now()), SignedDuration::from_secs(5));
        clock.resume();
        assert!(!clock.is_steered());
        assert_eq!(clock.advance(SignedDuration::from_hours(24 * 366 * 10_000)), Err(OutOfRange));
        assert!(!clock.is_steered());
    }

    #[test]
    fn a_deadline_passes() {
        let deadline = Deadline::after(Duration::ZERO);
        assert!(deadline.passed());
        assert_eq!(deadline.remaining(), Duration::ZERO);
        assert!(!Deadline::after(Duration::from_secs(60)).passed());
    }
}
