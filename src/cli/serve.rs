//! `candleflare serve`.

use std::io::{IsTerminal, Write};

use clap::Args;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use super::ready::ReadyFile;
use super::{handover, logs};
use crate::config::{Config, Settings};
use crate::emulator::{Emulator, StartError};

#[derive(Debug, Args)]
pub struct Serve {
    #[command(flatten)]
    settings: Settings,
}

impl Serve {
    pub fn run(self) -> Result<(), Box<dyn std::error::Error>> {
        logs::init();
        let config = Config::load(self.settings)?;
        handover::to_cuda(config.device);
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        runtime.block_on(serve(config))
    }
}

async fn serve(config: Config) -> Result<(), Box<dyn std::error::Error>> {
    let address = std::net::SocketAddr::new(config.host, config.port);
    let listener = TcpListener::bind(address)
        .await
        .map_err(|source| StartError::Listen { address: address.to_string(), source })?;
    // From here on a signal drains; before, it simply ends the process.
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let (ready_file, account) = (config.ready_file.clone(), config.account.clone());
    let emulator = Emulator::on(listener, config)?;
    let url = emulator.url();
    let _ready = ready_file.map(|path| ReadyFile::write(path, &url)).transpose()?;
    announce(&url, &account);
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    tracing::info!("draining; a second signal stops at once");
    tokio::select! {
        () = emulator.stop() => {}
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    Ok(())
}

fn announce(url: &str, account_id: &str) {
    let api = format!("{url}/client/v4");
    tracing::info!(url, "listening");
    if !std::io::stderr().is_terminal() {
        return;
    }
    let account = format!("{api}/accounts/{account_id}");
    let banner = format!(
        "\n  candleflare {}\n\n  Cloudflare API   {api}\n  Workers AI       {account}/ai/run/MODEL\n  OpenAI           {account}/ai/v1\n  Vectorize        {account}/vectorize/v2/indexes\n  AI binding       {url}/binding/ai\n\n  account id {account_id}, any token; stop with Ctrl-C\n\n",
        env!("CARGO_PKG_VERSION"),
    );
    // A closed terminal is no reason to stop serving.
    let _ = std::io::stderr().write_all(banner.as_bytes());
}
