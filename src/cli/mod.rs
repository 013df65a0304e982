//! The command line: one file per verb. Data goes to standard output, messages for people to standard error.

mod completions;
mod doctor;
mod exec;
mod handover;
mod init;
mod limits;
mod list;
mod logs;
mod pull;
mod ready;
mod serve;
mod usage;
mod worker;

use std::ffi::OsString;
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
    /// Run a command against an emulator of its own: `exec -- npx vitest run`
    Exec(Box<exec::Exec>),
    /// Lead a project's bindings to a running emulator, showing the change first
    Init(init::Init),
    /// Run a module Worker in real workerd under its limits, with AI and Vectorize
    Worker(Box<worker::WorkerVerb>),
    /// Try what works here: device, tools, and one real inference per task
    Doctor(Box<doctor::Doctor>),
    /// Download open checkpoints into the Hugging Face hub's cache
    Pull(Box<pull::Pull>),
    /// Delete checkpoints from the Hugging Face hub's cache
    Rm(pull::Rm),
    /// List the catalogue's models and the checkpoint that answers for each
    List(Box<list::List>),
    /// Show what is known of one model, and what answers for it
    Show(Box<list::Show>),
    /// Print the limits that are enforced, with their sources
    Limits(limits::LimitsVerb),
    /// Print what a running instance's accounts used, and what it would have cost
    Usage(usage::UsageVerb),
    /// Print a script that completes this program's arguments in a shell
    Completions(completions::Completions),
}

/// Runs the verb that the arguments name.
pub fn run() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    if crate::worker::called(&arguments) {
        logs::init_for_command();
        return crate::worker::supervise(&arguments);
    }
    let cli = Cli::parse();
    let done = match cli.verb {
        Verb::Serve(serve) => serve.run(),
        Verb::Exec(exec) => match exec.run() {
            Ok(code) => return code,
            Err(error) => Err(error),
        },
        Verb::Init(init) => init.run(),
        Verb::Worker(worker) => worker.run(),
        Verb::Doctor(doctor) => doctor.run(),
        Verb::Pull(pull) => pull.run(),
        Verb::Rm(rm) => rm.run(),
        Verb::List(list) => list.run(),
        Verb::Show(show) => show.run(),
        Verb::Completions(completions) => completions.run(),
        Verb::Limits(limits) => limits.run(),
        Verb::Usage(usage) => usage.run(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever read the output has seen enough.
        Err(error) if is_broken_pipe(&*error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn is_broken_pipe(error: &(dyn std::error::Error + 'static)) -> bool {
    let io = error.downcast_ref::<std::io::Error>().map(std::io::Error::kind);
    let json = error.downcast_ref::<serde_json::Error>().and_then(serde_json::Error::io_error_kind);
    io.or(json) == Some(std::io::ErrorKind::BrokenPipe)
}
