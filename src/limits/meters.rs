//! What rates have counted, on the steered clock, and who is in flight.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;

/// A window slides in this many steps.
const STEPS: i64 = 60;

/// The meters of one account.
#[derive(Debug, Default)]
pub struct Meters {
    windows: Mutex<HashMap<(&'static str, &'static str), Window>>,
    in_flight: Arc<AtomicU64>,
}

/// Calls by step of time, the newest last.
#[derive(Debug, Default)]
struct Window {
    steps: VecDeque<(i64, u64)>,
    total: u64,
}

impl Window {
    fn slide(&mut self, step: i64) {
        // Steps ahead of now are there after the clock went back: that future has not happened.
        while let Some((last, count)) = self.steps.back().copied().filter(|(last, _)| *last > step) {
            debug_assert!(last > step);
            self.total -= count;
            self.steps.pop_back();
        }
        while let Some((_, count)) = self.steps.front().copied().filter(|(first, _)| *first <= step - STEPS) {
            self.total -= count;
            self.steps.pop_front();
        }
    }

    fn add(&mut self, step: i64) {
        self.total += 1;
        match self.steps.back_mut() {
            Some((last, count)) if *last == step => *count += 1,
            _ => self.steps.push_back((step, 1)),
        }
    }
}

/// A call in flight; it is counted until this is dropped.
#[derive(Debug)]
pub struct InFlight(Arc<AtomicU64>);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Meters {
    /// Counts one call of `what` against `limit` calls in `seconds`: the calls in the window with this one, and whether it
    /// was counted. A call over the limit is not.
    pub fn rate(
        &self,
        name: &'static str,
        what: &'static str,
        now: Timestamp,
        seconds: i64,
        limit: u64,
    ) -> (u64, bool) {
        let step = now.as_millisecond().div_euclid((seconds * 1000 / STEPS).max(1));
        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        let window = windows.entry((name, what)).or_default();
        window.slide(step);
        if window.total >= limit {
            return (window.total + 1, false);
        }
        window.add(step);
        (window.total, true)
    }

    /// Takes a call in flight: how many there are with it.
    pub fn enter(&self) -> (u64, InFlight) {
        let before = self.in_flight.fetch_add(1, Ordering::Relaxed);
        (before + 1, InFlight(Arc::clone(&self.in_flight)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_slides_and_forgets_a_future_that_did_not_happen() {
        let meters = Meters::default();
        let at = |second: i64| Timestamp::from_second(1_000_000 + second).unwrap();
        let rate = |second| meters.rate("rate", "model", at(second), 60, 2);
        assert_eq!((rate(0), rate(30), rate(59)), ((1, true), (2, true), (3, false)));
        // The first call has left the window, the second has not.
        assert_eq!((rate(60), rate(60)), ((2, true), (3, false)));
        assert_eq!(meters.rate("rate", "other", at(60), 60, 2), (1, true));
        // Back before the third call, after the first.
        assert_eq!(rate(31), (2, true));
        assert_eq!(rate(100_000), (1, true));
        assert_eq!(meters.rate("rate", "none", at(0), 60, 0), (1, false));
    }

    #[test]
    fn who_leaves_is_not_counted() {
        let meters = Meters::default();
        let (one, guard) = meters.enter();
        assert_eq!((one, meters.enter().0), (1, 2));
        drop(guard);
        assert_eq!(meters.enter().0, 1);
    }
}
