//! `candleflare exec`: an emulator for the life of one command.

mod child;
mod enforce;
mod environment;
mod preload;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Args;
use tokio::net::TcpListener;

use super::ready::ReadyFile;
use super::{handover, logs};
use crate::config::{Config, Settings, find_wrangler};
use crate::emulator::{Emulator, StartError, Totals};

/// Start on a free port, run a command against it, stop, and end as the command ended
#[derive(Debug, Args)]
pub struct Exec {
    #[command(flatten)]
    settings: Settings,
    #[command(flatten)]
    enforce: enforce::Enforce,
    /// Command to run, with its arguments
    #[arg(last = true, required = true, value_name = "CMD")]
    command: Vec<OsString>,
}

impl Exec {
    pub fn run(mut self) -> Result<ExitCode, Box<dyn std::error::Error>> {
        logs::init_for_command();
        // Not the port of `candleflare.toml`: that is the server's, which may run beside this.
        self.settings.port.get_or_insert(0);
        if self.settings.wrangler.is_none() {
            self.settings.wrangler_found = std::env::current_dir().ok().and_then(|folder| find_wrangler(&folder));
        }
        let config = Config::load(self.settings)?;
        handover::to_cuda(config.device);
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let code = runtime.block_on(exec(config, &self.enforce, &self.command))?;
        // What still computes for a client that is gone need not be waited for.
        runtime.shutdown_background();
        Ok(code)
    }
}

async fn exec(
    config: Config,
    enforce: &enforce::Enforce,
    command: &[OsString],
) -> Result<ExitCode, Box<dyn std::error::Error>> {
    let address = std::net::SocketAddr::new(config.host, config.port);
    let listener = TcpListener::bind(address)
        .await
        .map_err(|source| StartError::Listen { address: address.to_string(), source })?;
    let (token, account, ready_file) = (config.token.clone(), config.account.clone(), config.ready_file.clone());
    let enforced = enforce.settings(&config)?;
    let emulator = Emulator::on(listener, config)?;
    let _ready = ready_file.map(|path| ReadyFile::write(path, &emulator.url())).transpose()?;
    let preload = preload::Preload::write()?;
    let mut variables = environment::variables(&emulator.url(), &account, token.as_deref(), &preload.path())?;
    let mut ledger = None;
    if let Some(settings) = enforced {
        variables.extend(enforce.variables(settings, &emulator.url())?);
        ledger = Some(emulator.enforced());
    }
    let code = child::run(command, variables).await?;
    let totals = emulator.totals();
    if let Some(ledger) = ledger {
        // A report may be on its way.
        emulator.stop().await;
        enforce.report(&ledger)?;
    }
    eprintln!("{}", summary(&totals));
    Ok(code)
}

/// `candleflare: 3 calls, 12.5 neurons, $0.000138, 1 refused`
fn summary(totals: &Totals) -> String {
    let Totals { calls, refused, neurons, usd } = *totals;
    if calls == 0 {
        return "candleflare: no calls".to_owned();
    }
    let plural = if calls == 1 { "" } else { "s" };
    format!("candleflare: {calls} call{plural}, {neurons:.2} neurons, ${usd:.6}, {refused} refused")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_is_one_line() {
        let totals = Totals { calls: 3, refused: 1, neurons: 12.504, usd: 0.000_137_5 };
        assert_eq!(summary(&totals), "candleflare: 3 calls, 12.50 neurons, $0.000138, 1 refused");
        assert_eq!(summary(&Totals { calls: 1, ..totals }).split(',').next(), Some("candleflare: 1 call"));
        assert_eq!(summary(&Totals::default()), "candleflare: no calls");
    }
}
