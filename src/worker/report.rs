//! What is said about invocations: a line where one comes near a limit, and a table at the end.

use std::fmt::Write;

use super::bounds::{Bounds, Trigger};
use super::invocation::{Invocation, Outcome, Share};
use super::meter::Watch;

/// From this share of a limit on, a line is logged.
const NEAR: f64 = 0.8;
/// Rows of the table.
const ROWS: usize = 50;

/// How much of each limit an invocation used.
pub fn shares(bounds: &Bounds, invocation: &Invocation, watch: &Watch) -> Vec<Share> {
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
pub fn tell(invocation: &Invocation) {
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
pub fn trimmed(logs: Vec<String>, bytes: usize) -> Vec<String> {
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
