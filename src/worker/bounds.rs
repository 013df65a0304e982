//! Which limits hold for an invocation, by what triggered it.

use std::fmt;
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::project::Configured;
use crate::limits::Limits;

/// What starts an invocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Trigger {
    Http,
    Cron,
    /// A cron whose runs are an hour or more apart.
    #[serde(rename(serialize = "cron"), skip_deserializing)]
    HourlyCron,
    Queue,
}

/// How exactly the limits hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Every breach is cut at the limit.
    #[default]
    Strict,
    /// As production: infrequent overruns of CPU time pass, and buffers may pass the memory limit for a while.
    Lenient,
}

impl FromStr for Mode {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "strict" => Ok(Self::Strict),
            "lenient" => Ok(Self::Lenient),
            other => Err(format!("`{other}` is not a mode\nhint: `strict` or `lenient`")),
        }
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Strict => "strict",
            Self::Lenient => "lenient",
        })
    }
}

/// The effective values of the table's `worker.…` rows; `None` is no limit.
#[derive(Debug)]
pub struct Bounds {
    pub mode: Mode,
    http: Option<Duration>,
    cron: Option<Duration>,
    hourly_cron: Option<Duration>,
    queue: Option<Duration>,
    pub startup: Option<Duration>,
    pub memory_mb: Option<u64>,
    pub memory_slack_mb: u64,
    pub fetches: Option<u64>,
    pub services: Option<u64>,
    pub connections: usize,
    wall: Option<Duration>,
    pub wait_until: Duration,
    pub requests_per_day: Option<u64>,
    pub url_bytes: usize,
    pub request_header_bytes: usize,
    pub response_header_bytes: usize,
    pub body_bytes: usize,
    pub log_bytes: usize,
    pub waiting: usize,
    pub loops: usize,
    allowance: Allowance,
}

/// CPU time over the limit that may still pass. Overruns empty it, and what invocations leave unused fills it.
#[derive(Debug)]
struct Allowance {
    most: Duration,
    left: Mutex<Duration>,
}

/// What the runtime takes on for itself while a Worker fills its memory: V8's young generation, code, the rounding of allocations.
/// Measured by `make bench-limits`: with it, 121 MB of live arrays and 135 MB of live buffers are the limit of 128; without, 115 and 106.
const GROWTH_MB: u64 = 7;

impl Bounds {
    pub fn of(limits: &Limits, configured: Configured, mode: Mode) -> Self {
        let ms = |name: &str| limits.value(name).map(Duration::from_millis);
        let seconds = |name: &str| limits.value(name).map(Duration::from_secs);
        let said = configured.cpu_ms.map(Duration::from_millis);
        let most = ms("worker.cpu_allowance_ms").filter(|_| mode == Mode::Lenient).unwrap_or_default();
        Self {
            mode,
            http: said.or_else(|| ms("worker.cpu_ms")),
            cron: said.or_else(|| ms("worker.cron_cpu_ms")),
            hourly_cron: said.or_else(|| ms("worker.hourly_cron_cpu_ms")),
            queue: said.or_else(|| ms("worker.queue_cpu_ms")),
            startup: ms("worker.startup_ms"),
            memory_mb: limits.value("worker.memory_mb"),
            memory_slack_mb: limits.value("worker.memory_slack_mb").unwrap_or_default(),
            fetches: configured.subrequests.or_else(|| limits.value("worker.subrequests")),
            services: configured.subrequests.or_else(|| limits.value("worker.service_subrequests")),
            connections: limits.bytes("worker.connections").min(tokio::sync::Semaphore::MAX_PERMITS),
            wall: seconds("worker.wall_seconds"),
            wait_until: seconds("worker.wait_until_seconds").unwrap_or(Duration::from_secs(u64::from(u32::MAX))),
            requests_per_day: limits.value("worker.requests_per_day"),
            url_bytes: limits.bytes("worker.url_bytes"),
            request_header_bytes: limits.bytes("worker.request_header_bytes"),
            response_header_bytes: limits.bytes("worker.response_header_bytes"),
            body_bytes: limits.bytes("worker.body_bytes"),
            log_bytes: limits.bytes("worker.log_bytes"),
            waiting: limits.bytes("worker.waiting_requests"),
            loops: limits.bytes("worker.loops"),
            allowance: Allowance { most, left: Mutex::new(most) },
        }
    }

    /// CPU time of the user's code in one invocation.
    pub fn cpu(&self, trigger: Trigger) -> Option<Duration> {
        match trigger {
            Trigger::Http => self.http,
            Trigger::Cron => self.cron,
            Trigger::HourlyCron => self.hourly_cron,
            Trigger::Queue => self.queue,
        }
    }

    /// As [`Bounds::cpu`], with what the mode lets pass.
    pub fn cpu_at_most(&self, trigger: Trigger) -> Option<Duration> {
        self.cpu(trigger).map(|cpu| cpu + *self.allowance.lock())
    }

    /// Wall time of one invocation; a request may take as long as its client stays.
    pub fn wall(&self, trigger: Trigger) -> Option<Duration> {
        self.wall.filter(|_| trigger != Trigger::Http)
    }

    /// Bytes over those of an idle process that end it.
    pub fn memory_bytes(&self) -> Option<u64> {
        let slack = if self.mode == Mode::Lenient { self.memory_slack_mb } else { 0 };
        Some(self.kept_bytes()?.saturating_add(slack.saturating_mul(1 << 20)))
    }

    /// Bytes over those of an idle process that may be kept from one invocation to the next.
    pub fn kept_bytes(&self) -> Option<u64> {
        self.memory_mb.map(|mb| mb.saturating_add(GROWTH_MB).saturating_mul(1 << 20))
    }

    /// Books an invocation that has ended.
    pub fn settle(&self, trigger: Trigger, used: Duration) {
        let Some(limit) = self.cpu(trigger) else { return };
        let mut left = self.allowance.lock();
        *left =
            (*left + limit.saturating_sub(used)).saturating_sub(used.saturating_sub(limit)).min(self.allowance.most);
    }
}

impl Allowance {
    fn lock(&self) -> std::sync::MutexGuard<'_, Duration> {
        self.left.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a cron's runs are an hour or more apart: its minutes are one number.
pub fn cron_trigger(expression: &str) -> Trigger {
    let minutes = expression.split_whitespace().next().unwrap_or_default();
    if !minutes.is_empty() && minutes.bytes().all(|byte| byte.is_ascii_digit()) {
        Trigger::HourlyCron
    } else {
        Trigger::Cron
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Plan;

    const MS: fn(u64) -> Duration = Duration::from_millis;

    fn bounds(plan: Plan, mode: Mode) -> Bounds {
        Bounds::of(&Limits::new(plan), Configured::default(), mode)
    }

    #[test]
    fn cpu_time_goes_by_plan_and_trigger() {
        let free = bounds(Plan::Free, Mode::Strict);
        let of = |trigger| free.cpu_at_most(trigger);
        assert_eq!([of(Trigger::Http), of(Trigger::HourlyCron)], [Some(MS(10)), Some(MS(10))]);
        assert_eq!(of(Trigger::Queue), Some(MS(30_000)));
        let paid = bounds(Plan::Paid, Mode::Strict);
        assert_eq!(paid.cpu(cron_trigger("*/5 * * * *")), Some(MS(30_000)));
        assert_eq!(paid.cpu(cron_trigger("0 3 * * *")), Some(MS(900_000)));
        let configured = Configured { cpu_ms: Some(50), subrequests: Some(60) };
        let own = Bounds::of(&Limits::new(Plan::Paid), configured, Mode::Strict);
        assert_eq!((own.cpu(Trigger::Http), own.fetches, own.services), (Some(MS(50)), Some(60), Some(60)));
        assert_eq!((free.wall(Trigger::Http), free.wall(Trigger::Cron)), (None, Some(MS(900_000))));
    }

    #[test]
    fn an_allowance_is_used_up_and_fills_again() {
        let lenient = bounds(Plan::Free, Mode::Lenient);
        let most = || lenient.cpu_at_most(Trigger::Http).unwrap();
        assert_eq!(most(), MS(260));
        lenient.settle(Trigger::Http, MS(208));
        assert_eq!(most(), MS(62));
        lenient.settle(Trigger::Http, MS(62));
        assert_eq!(most(), MS(10));
        lenient.settle(Trigger::Http, MS(4));
        assert_eq!(most(), MS(16));
        (0..100).for_each(|_| lenient.settle(Trigger::Http, MS(0)));
        assert_eq!(most(), MS(260));
        assert_eq!(lenient.memory_bytes(), Some((224 + GROWTH_MB) << 20));
    }
}
