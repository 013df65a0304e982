//! Logs: for people on a terminal, JSON elsewhere, always on standard error.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

/// A person sees each call; a file or a collector gets what is out of the ordinary, for the journal has the calls.
const TERMINAL: &str = "candleflare=info";
const ELSEWHERE: &str = "candleflare=info,candleflare::calls=warn";

/// For a command whose own output is what matters: only what is out of the ordinary, for people.
pub fn init_for_command() {
    let filter = EnvFilter::try_from_env("CANDLEFLARE_LOG")
        .unwrap_or_else(|_| EnvFilter::new("candleflare=warn,candleflare::calls=off"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let colours = std::io::stderr().is_terminal();
    if let Err(error) = builder.with_ansi(colours).with_target(false).without_time().try_init() {
        eprintln!("warning: no logs: {error}");
    }
}

/// Starts logging; `CANDLEFLARE_LOG` takes `tracing`'s filter syntax.
pub fn init() {
    let is_terminal = std::io::stderr().is_terminal();
    let default = if is_terminal { TERMINAL } else { ELSEWHERE };
    let filter = EnvFilter::try_from_env("CANDLEFLARE_LOG").unwrap_or_else(|_| EnvFilter::new(default));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = if is_terminal {
        builder.with_target(false).without_time().try_init()
    } else {
        builder.json().flatten_event(true).try_init()
    };
    if let Err(error) = started {
        eprintln!("warning: no logs: {error}");
    }
}
