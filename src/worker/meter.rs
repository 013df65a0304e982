//! What one invocation may use and has used, and the loop that cuts it off. Nothing in workerd can interrupt running
//! JavaScript, so a breach ends the process.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;

use super::sys::Gauge;
use crate::clock::Deadline;

/// Why a process ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Death {
    /// Its CPU time was used up.
    Cpu,
    /// Its memory passed the limit, by the meter or by V8's own.
    Memory,
    /// Its wall time was used up.
    Wall,
    /// `waitUntil` ran on for too long after the response.
    WaitUntil,
    /// It ended by itself, with the last lines that it said.
    Crashed(String),
}

/// The runtime's own share, measured on Workers that do nothing, so that only the user's code is charged.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Base {
    /// CPU time of a trivial request, from its first byte to the end of the invocation.
    pub request: Duration,
    /// CPU time of one trivial external subrequest.
    pub fetch: Duration,
    /// CPU time of one trivial call of a binding.
    pub service: Duration,
    /// CPU time of a process until it listens.
    pub startup: Duration,
}

/// The longest sleep between two looks at the meters. CPU time cannot grow faster than wall time times threads.
const LONGEST: Duration = Duration::from_micros(500);
const SHORTEST: Duration = Duration::from_micros(50);
/// Bytes per second that a Worker could fill at most; a look must come before the limit is passed by much.
const FILLED_PER_SECOND: f64 = 4e9;

/// One invocation under its limits. The owner of the process polls it; the other ends count into it.
#[derive(Debug)]
pub struct Watch {
    /// The process's CPU clock when the invocation began.
    began: Duration,
    /// What of it since then was another invocation's, in nanoseconds.
    elsewhere: AtomicU64,
    /// For the user's code alone.
    cpu: Duration,
    base: Base,
    /// Anonymous memory of the process, in bytes, that ends it.
    memory: Option<u64>,
    deadline: Option<Deadline>,
    fetches: AtomicU64,
    services: AtomicU64,
    peak: AtomicU64,
    verdict: Mutex<Option<oneshot::Sender<Death>>>,
}

impl Watch {
    pub fn new(
        began: Duration,
        base: Base,
        cpu: Duration,
        memory: Option<u64>,
        deadline: Option<Deadline>,
    ) -> (Self, oneshot::Receiver<Death>) {
        let (verdict, death) = oneshot::channel();
        let watch = Self {
            began,
            elsewhere: AtomicU64::new(0),
            cpu,
            base,
            memory,
            deadline,
            fetches: AtomicU64::new(0),
            services: AtomicU64::new(0),
            peak: AtomicU64::new(0),
            verdict: Mutex::new(Some(verdict)),
        };
        (watch, death)
    }

    /// Counts an external subrequest, and gives how many there are now.
    pub fn count_fetch(&self) -> u64 {
        self.fetches.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Counts a call of a binding, and gives how many there are now.
    pub fn count_service(&self) -> u64 {
        self.services.fetch_add(1, Ordering::Relaxed) + 1
    }

    pub fn fetches(&self) -> u64 {
        self.fetches.load(Ordering::Relaxed)
    }

    pub fn services(&self) -> u64 {
        self.services.load(Ordering::Relaxed)
    }

    /// The most anonymous memory that the process was seen with, in bytes.
    pub fn peak(&self) -> u64 {
        self.peak.load(Ordering::Relaxed)
    }

    /// CPU time of the user's code, when the process's clock shows `clock`.
    pub fn used(&self, clock: Duration) -> Duration {
        let elsewhere = Duration::from_nanos(self.elsewhere.load(Ordering::Relaxed));
        clock.saturating_sub(self.began).saturating_sub(elsewhere).saturating_sub(self.overhead())
    }

    /// Takes `duration` for another invocation's, which ran in the same process meanwhile.
    pub fn exclude(&self, duration: Duration) {
        self.elsewhere.fetch_add(u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    fn overhead(&self) -> Duration {
        let times = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
        self.base.request + self.base.fetch * times(self.fetches()) + self.base.service * times(self.services())
    }

    /// Looks once at the meters: how long to sleep until the next look, or why the process must end.
    pub fn look(&self, gauge: &Gauge) -> Result<Duration, Death> {
        let mut sleep = LONGEST;
        if let Some(clock) = gauge.cpu_now() {
            let used = self.used(clock);
            let left = self.cpu.saturating_sub(used);
            if left.is_zero() {
                let (used_ms, limit_ms) = (used.as_secs_f64() * 1000.0, self.cpu.as_secs_f64() * 1000.0);
                tracing::debug!(target: "candleflare::worker", used_ms, limit_ms, "cut at the CPU limit");
                return Err(Death::Cpu);
            }
            sleep = sleep.min(left / 2);
        }
        if let Some(now) = gauge.anonymous() {
            self.peak.fetch_max(now, Ordering::Relaxed);
            if let Some(limit) = self.memory {
                let left = limit.saturating_sub(now);
                if left == 0 {
                    return Err(Death::Memory);
                }
                sleep = sleep.min(Duration::from_secs_f64(left as f64 / FILLED_PER_SECOND));
            }
        }
        if self.deadline.is_some_and(|deadline| deadline.passed()) {
            return Err(Death::Wall);
        }
        Ok(sleep.max(SHORTEST))
    }

    /// Tells whoever waits that the process has ended, or is about to.
    pub fn died(&self, death: Death) {
        let verdict = self.verdict.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(verdict) = verdict {
            // Nobody waits for an invocation that has ended already.
            let _ = verdict.send(death);
        }
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    fn own() -> Gauge {
        Gauge::of(std::process::id()).unwrap()
    }

    #[test]
    fn cpu_time_is_what_is_left_without_the_runtimes_share() {
        let ms = Duration::from_millis;
        let base = Base { request: ms(2), fetch: ms(1), service: ms(3), startup: ms(0) };
        let (watch, _death) = Watch::new(ms(100), base, ms(10), None, None);
        assert_eq!(watch.used(ms(101)), ms(0));
        assert_eq!(watch.used(ms(107)), ms(5));
        watch.count_fetch();
        watch.count_service();
        assert_eq!(watch.used(ms(107)), ms(1));
    }

    #[test]
    fn each_limit_ends_the_process() {
        let long = Duration::from_secs(3600);
        let look = |watch: (Watch, _)| watch.0.look(&own());
        let now = own().cpu().unwrap();
        assert!(look(Watch::new(now, Base::default(), long, Some(u64::MAX), None)).is_ok());
        assert_eq!(look(Watch::new(now, Base::default(), Duration::ZERO, None, None)), Err(Death::Cpu));
        assert_eq!(look(Watch::new(now, Base::default(), long, Some(1), None)), Err(Death::Memory));
        let passed = Some(Deadline::after(Duration::ZERO));
        assert_eq!(look(Watch::new(now, Base::default(), long, None, passed)), Err(Death::Wall));
    }

    #[test]
    fn the_nearer_the_limit_the_shorter_the_sleep() {
        let now = own().cpu().unwrap();
        let sleep = |left| Watch::new(now, Base::default(), left, None, None).0.look(&own()).unwrap();
        assert_eq!(sleep(Duration::from_secs(30)), LONGEST);
        assert!(sleep(Duration::from_micros(600)) <= Duration::from_micros(300));
    }
}
