//! `candleflare worker`.

use std::io::{IsTerminal, Write};
use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use super::ready::ReadyFile;
use super::{handover, logs};
use crate::config::{Config, Settings};
use crate::emulator::{Emulator, StartError};
use crate::worker::{Mode, Once, Options, Outcome, Wanted, table};

#[derive(Debug, Args)]
pub struct WorkerVerb {
    #[command(flatten)]
    settings: Settings,
    /// How exactly the limits hold: strict, or lenient as in production
    #[arg(long, env = "CANDLEFLARE_MODE", default_value_t = Mode::Strict, value_name = "MODE")]
    mode: Mode,
    /// workerd's binary [default: that of the npm package, or on the PATH]
    #[arg(long, env = "CANDLEFLARE_WORKERD", value_name = "FILE")]
    workerd: Option<PathBuf>,
    /// Most processes that serve at once, one invocation each
    #[arg(long, env = "CANDLEFLARE_PROCESSES", default_value_t = 4, value_name = "N",
        value_parser = clap::value_parser!(u16).range(1..=64))]
    processes: u16,
    /// Run one invocation and end with its outcome: http[=/PATH], cron[=EXPRESSION] or queue[=JSON]
    #[arg(long, value_name = "TRIGGER")]
    trigger: Option<Once>,
    /// File for the report as JSON, written at the end
    #[arg(long, env = "CANDLEFLARE_REPORT", value_name = "FILE")]
    report: Option<PathBuf>,
    /// A module Worker, or the folder that `wrangler deploy --dry-run --outdir` wrote
    #[arg(value_name = "FILE.js|DIR")]
    what: PathBuf,
}

impl WorkerVerb {
    pub fn run(self) -> Result<(), Box<dyn std::error::Error>> {
        logs::init();
        let config = Config::load(self.settings.clone())?;
        handover::to_cuda(config.device);
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        runtime.block_on(self.serve(config))
    }

    async fn serve(self, config: Config) -> Result<(), Box<dyn std::error::Error>> {
        let front = listen(SocketAddr::new(config.host, config.port)).await?;
        // The emulator takes a port of its own.
        let behind = listen(SocketAddr::new(config.host, 0)).await?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        let options = Options {
            what: self.what,
            wrangler: config.wrangler.clone(),
            mode: self.mode,
            workerd: self.workerd,
            processes: usize::from(self.processes),
        };
        let ready_file = config.ready_file.clone();
        let emulator = Emulator::on(behind, config)?;
        let started = tokio::select! {
            started = emulator.run_worker(options, front) => started?,
            _ = interrupt.recv() => return Ok(()),
            _ = terminate.recv() => return Ok(()),
        };
        let (url, api) = (format!("http://{}", started.address()), emulator.url());
        let _ready = ready_file.map(|path| ReadyFile::write_both(path, &url, &api)).transpose()?;
        let worker = started.worker();
        let mut once = None;
        if let Some(trigger) = self.trigger {
            tokio::select! {
                ran = worker.once(trigger) => once = Some(ran?),
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
        } else {
            announce(&url, &api, self.mode);
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            tracing::info!("draining; a second signal stops at once");
        }
        tokio::select! {
            () = async { started.stop().await; emulator.stop().await } => {}
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        let invocations = worker.ledger().find(&Wanted::default());
        if let Some(path) = &self.report {
            let report = json!({"worker": worker.name(), "total": invocations.len(), "invocations": invocations});
            std::fs::write(path, report.to_string())
                .map_err(|error| format!("cannot write the report `{}`: {error}", path.display()))?;
        }
        if !invocations.is_empty() {
            // A closed terminal is no reason to fail.
            let _ = write!(std::io::stderr(), "\n{}", table(&invocations));
        }
        if let Some(invocation) = once {
            writeln!(std::io::stdout(), "{}", serde_json::to_string(&invocation)?)?;
            if invocation.outcome != Outcome::Ok {
                return Err(format!("the invocation ended with `{}`", invocation.outcome.as_str()).into());
            }
        }
        Ok(())
    }
}

async fn listen(address: SocketAddr) -> Result<TcpListener, StartError> {
    TcpListener::bind(address).await.map_err(|source| StartError::Listen { address: address.to_string(), source })
}

fn announce(url: &str, api: &str, mode: Mode) {
    tracing::info!(url, api, %mode, "the Worker listens");
    if std::io::stderr().is_terminal() {
        let banner = format!(
            "\n  Worker           {url}\n  emulator         {api}\n  invocations      {api}/__candleflare/worker/invocations\n\n  limits hold ({mode}); stop with Ctrl-C\n\n"
        );
        // A closed terminal is no reason to stop serving.
        let _ = std::io::stderr().write_all(banner.as_bytes());
    }
}
