//! What is said about invocations: a line where one comes near a limit, and a table at the end.

use std::fmt::Write;

use std::time::Duration;

use super::bounds::{Bounds, Trigger};
use super::inner::{Call, Tail};
use super::invocation::{Invocation, Outcome, Share};
use super::meter::{Death, Watch};

/// From this share of a limit on, a line is logged.
const NEAR: f64 = 0.8;
/// Rows of the table.
const ROWS: usize = 50;

/// An invocation that has ended, before it is written up.
pub struct Run {
    pub id: String,
    /// RFC 3339, on the steered clock.
    pub time: String,
    pub trigger: Trigger,
    pub event: String,
    pub queue_ms: f64,
    pub wall_ms: f64,
    /// CPU time of the user's code.
    pub used: Duration,
    /// Most memory over that of an idle process, in bytes.
    pub peak: u64,
    pub process: u64,
    pub cold: bool,
}

/// What an invocation is charged of `used`, what the clock shows for it. Books it.
pub fn charged(bounds: &Bounds, trigger: Trigger, ended: &Result<Tail, Death>, used: Option<Duration>) -> Duration {
    // At a limit the clock has stopped there; what the kernel needed to end the process is not the Worker's.
    let used = match ended {
        Err(Death::Cpu) => bounds.cpu_at_most(trigger).unwrap_or_default(),
        _ => used.unwrap_or_default(),
    };
    bounds.settle(trigger, used);
    used
}

impl Run {
    /// The report, which is also logged. `status` is what the client of a request got.
    pub fn report(self, bounds: &Bounds, call: &Call, ended: Result<Tail, Death>, status: u16) -> Invocation {
        let (outcome, exceptions, logs) = match ended {
            Ok(tail) => (said(&tail, self.trigger), tail.exceptions, tail.logs),
            Err(death) => (outcome(&death), vec![text(&death)], Vec::new()),
        };
        let calls = call.calls();
        let mut invocation = Invocation {
            id: self.id,
            time: self.time,
            trigger: self.trigger,
            event: self.event,
            outcome,
            status: (self.trigger == Trigger::Http).then_some(status),
            cpu_ms: self.used.as_secs_f64() * 1000.0,
            wall_ms: self.wall_ms,
            queue_ms: self.queue_ms,
            memory_mb: self.peak as f64 / f64::from(1 << 20),
            subrequests: call.targets(),
            neurons: calls.iter().filter_map(|call| call.neurons).fold(0.0, |sum, neurons| sum + neurons),
            calls,
            limits: Vec::new(),
            exceptions,
            logs: trimmed(logs, bounds.log_bytes),
            process: self.process,
            cold: self.cold,
        };
        invocation.limits = shares(bounds, &invocation, &call.watch);
        tell(&invocation);
        invocation
    }
}

/// The runtime's own word, but that a `scheduled` or `queue` handler that threw is `ok` to its tail.
fn said(tail: &Tail, trigger: Trigger) -> Outcome {
    match Outcome::of(&tail.outcome) {
        Outcome::Ok if trigger != Trigger::Http && !tail.exceptions.is_empty() => Outcome::Exception,
        outcome => outcome,
    }
}

pub fn outcome(death: &Death) -> Outcome {
    match death {
        Death::Cpu => Outcome::ExceededCpu,
        Death::Memory => Outcome::ExceededMemory,
        Death::Wall | Death::WaitUntil => Outcome::ExceededWallTime,
        Death::Crashed(_) => Outcome::InternalError,
    }
}

/// Production's words for the log, where they are known.
pub fn text(death: &Death) -> String {
    match death {
        Death::Cpu => "Worker exceeded CPU time limit.".to_owned(),
        Death::Memory => "Worker exceeded memory limit.".to_owned(),
        Death::Wall => "Worker exceeded wall time limit.".to_owned(),
        Death::WaitUntil => {
            "waitUntil() tasks did not complete within the allowed time after invocation end and have been cancelled. See: https://developers.cloudflare.com/workers/runtime-apis/context/#waituntil"
                .to_owned()
        }
        Death::Crashed(said) => format!("workerd ended: {said}"),
    }
}

/// How much of each limit an invocation used.
fn shares(bounds: &Bounds, invocation: &Invocation, watch: &Watch) -> Vec<Share> {
    let ms = |limit: Option<std::time::Duration>| limit.map(|limit| limit.as_secs_f64() * 1000.0);
    let trigger = invocation.trigger;
    let cpu = match trigger {
        Trigger::Http => "worker.cpu_ms",
        Trigger::Cron => "worker.cron_cpu_ms",
        Trigger::HourlyCron => "worker.hourly_cron_cpu_ms",
        Trigger::Queue => "worker.queue_cpu_ms",
    };
    let number = |limit: Option<u64>| limit.map(|limit| limit as f64);
    let shares = [
        Share::of(cpu, invocation.cpu_ms, ms(bounds.cpu(trigger))),
        Share::of("worker.memory_mb", invocation.memory_mb, number(bounds.memory_mb)),
        Share::of("worker.subrequests", watch.fetches() as f64, number(bounds.fetches)),
        Share::of("worker.service_subrequests", watch.services() as f64, number(bounds.services)),
        Share::of("worker.wall_seconds", invocation.wall_ms / 1000.0, ms(bounds.wall(trigger)).map(|ms| ms / 1000.0)),
    ];
    shares.into_iter().flatten().collect()
}

/// Logs what a person should see of one invocation.
fn tell(invocation: &Invocation) {
    let Invocation { event, outcome, status, cpu_ms, wall_ms, memory_mb, .. } = invocation;
    let outcome = outcome.as_str();
    tracing::info!(target: "candleflare::calls", event, outcome, status, cpu_ms, memory_mb, wall_ms, "invoked");
    for exception in &invocation.exceptions {
        tracing::error!(target: "candleflare::worker", event, outcome, "{exception}");
    }
    for Share { name, value, limit, share } in invocation.limits.iter().filter(|limit| limit.share >= NEAR) {
        let percent = share * 100.0;
        tracing::warn!(target: "candleflare::worker", event, "{percent:.0} % of `{name}`: {value:.1} of {limit:.0}");
    }
}

/// At most `bytes` of log lines, with a notice where some were dropped.
fn trimmed(logs: Vec<String>, bytes: usize) -> Vec<String> {
    let mut left = bytes;
    let all = logs.len();
    let mut kept: Vec<String> = logs
        .into_iter()
        .take_while(|line| {
            let fits = line.len() <= left;
            left = left.saturating_sub(line.len());
            fits
        })
        .collect();
    if kept.len() < all {
        kept.push(format!(
            "({} more lines dropped: log size limit exceeded: more than {bytes} bytes)",
            all - kept.len()
        ));
    }
    kept
}

/// The invocations that used most of a limit, and how many there were.
pub fn table(invocations: &[Invocation]) -> String {
    let mut rows: Vec<&Invocation> = invocations.iter().collect();
    let share = |invocation: &Invocation| invocation.tightest().map_or(0.0, |limit| limit.share);
    rows.sort_by(|one, other| share(other).total_cmp(&share(one)));
    let mut text = format!(
        "{:<32} {:>15} {:>9} {:>8} {:>9} {:>6} {:>9}  tightest limit\n",
        "invocation", "outcome", "cpu ms", "MB", "wall ms", "calls", "neurons"
    );
    for invocation in rows.iter().take(ROWS) {
        let Invocation { event, outcome, cpu_ms, memory_mb, wall_ms, subrequests, neurons, .. } = invocation;
        let event: String = event.chars().take(32).collect();
        let calls: u64 = subrequests.values().sum();
        let tightest = invocation.tightest().map(|limit| format!("{:.0} % of {}", limit.share * 100.0, limit.name));
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{event:<32} {:>15} {cpu_ms:>9.2} {memory_mb:>8.1} {wall_ms:>9.1} {calls:>6} {neurons:>9.2}  {}",
            outcome.as_str(),
            tightest.unwrap_or_default(),
        );
    }
    let failed = rows.iter().filter(|invocation| invocation.outcome != Outcome::Ok).count();
    let _ = write!(text, "{} invocations, {failed} not ok", rows.len());
    if rows.len() > ROWS {
        let _ = write!(text, "; the {ROWS} nearest to a limit are shown");
    }
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logs_are_cut_at_their_size() {
        let lines = || vec!["a".repeat(6), "b".repeat(6), "c".repeat(6)];
        assert_eq!(trimmed(lines(), 18), lines());
        let cut = trimmed(lines(), 13);
        assert_eq!((cut.len(), &cut[1]), (3, &"b".repeat(6)));
        assert!(cut[2].contains("1 more lines dropped"));
    }
}
