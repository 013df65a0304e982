//! The command line: one file per verb. Data goes to standard output, messages for people to standard error.

mod limits;
mod logs;
mod serve;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Cloudflare Workers AI and Vectorize on your own machine: real inference, a real index, production's limits
#[derive(Debug, Parser)]
#[command(name = "candleflare", version, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Serve until SIGINT or SIGTERM
    Serve(Box<serve::Serve>),
    /// Print the limits that are enforced, with their sources
    Limits(limits::LimitsVerb),
}

/// Runs the verb that the arguments name.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let done = match cli.verb {
        Verb::Serve(serve) => serve.run(),
        Verb::Limits(limits) => limits.run(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
