//! A Worker's rows. They are held to in real workerd, by `tests/clients/limits.test.mjs`, `worker.test.mjs` and
//! `worker.limits.test.mjs`.

use candleflare::limits::Limit;

use super::Held;

/// Rows that a scenario goes over, with the words of it by which this test finds the scenario.
const SHOWN: [(&str, &str); 26] = [
    ("worker.cpu_ms", "worker.cpu_ms"),
    ("worker.cron_cpu_ms", "cron_cpu_ms"),
    ("worker.hourly_cron_cpu_ms", "worker.hourly_cron_cpu_ms"),
    ("worker.queue_cpu_ms", "worker.queue_cpu_ms"),
    ("worker.cpu_ms_at_most", "`limits\\.cpu_ms` is 300001"),
    ("worker.subrequests_at_most", "`limits\\.subrequests` is 10000001"),
    ("worker.cpu_allowance_ms", "cpu_allowance_ms"),
    ("worker.memory_slack_mb", "memory_slack_mb"),
    ("worker.wall_seconds", "wall_seconds"),
    ("worker.response_header_bytes", "response_header_bytes"),
    ("worker.script_bytes", "[\"script_bytes\", 1000]"),
    ("worker.var_bytes", "`LONG` has 5121 bytes"),
    ("worker.log_bytes", "log_bytes"),
    ("worker.loops", "error code: 1019"),
    ("worker.startup_ms", "slow-startup"),
    ("worker.memory_mb", "exceededMemory"),
    ("worker.subrequests", "Too many subrequests"),
    ("worker.service_subrequests", "service_subrequests"),
    ("worker.connections", "six subrequests wait at once"),
    ("worker.wait_until_seconds", "wait_until_seconds"),
    ("worker.requests_per_day", "requests_per_day"),
    ("worker.url_bytes", "414"),
    ("worker.request_header_bytes", "431"),
    ("worker.body_bytes", "body_bytes"),
    ("worker.vars", "vars"),
    ("worker.waiting_requests", "waiting_requests"),
];

pub fn case(row: &Limit) -> Held {
    let Some((_, words)) = SHOWN.iter().find(|(name, _)| *name == row.name) else { return Held::Nowhere };
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let scenarios = [
        "tests/clients/limits.test.mjs",
        "tests/clients/worker.test.mjs",
        "tests/clients/worker.limits.test.mjs",
        "fixtures/limits/scenarios.json",
    ];
    let found = scenarios.iter().any(|file| std::fs::read_to_string(root.join(file)).unwrap().contains(words));
    if found { Held::Already } else { Held::Nowhere }
}
