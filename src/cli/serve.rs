//! `candleflare serve`.

use std::io::{IsTerminal, Write};
use std::path::Path;

use clap::Args;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use super::logs;
use crate::api::DEFAULT_ACCOUNT;
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
    let ready_file = config.ready_file.clone();
    let emulator = Emulator::on(listener, config)?;
    let url = emulator.url();
    if let Some(path) = &ready_file {
        write_ready_file(path, &url)
            .map_err(|error| format!("cannot write the ready file `{}`: {error}", path.display()))?;
    }
    announce(&url);
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
    if let Some(path) = &ready_file {
        // Another process may have taken it away.
        let _ = std::fs::remove_file(path);
    }
    Ok(())
}

/// Written beside and renamed, so that a reader never sees half of it.
fn write_ready_file(path: &Path, url: &str) -> std::io::Result<()> {
    let beside = path.with_extension(format!("{}.tmp", std::process::id()));
    let text = json!({"url": url, "pid": std::process::id(), "version": env!("CARGO_PKG_VERSION")}).to_string();
    std::fs::write(&beside, text)?;
    std::fs::rename(&beside, path)
}

fn announce(url: &str) {
    let api = format!("{url}/client/v4");
    tracing::info!(url, "listening");
    if !std::io::stderr().is_terminal() {
        return;
    }
    let account = format!("{api}/accounts/{DEFAULT_ACCOUNT}");
    let banner = format!(
        "\n  candleflare {}\n\n  Cloudflare API   {api}\n  Workers AI       {account}/ai/run/MODEL\n  OpenAI           {account}/ai/v1\n  Vectorize        {account}/vectorize/v2/indexes\n  AI binding       {url}/binding/ai\n\n  account id {DEFAULT_ACCOUNT}, any token; stop with Ctrl-C\n\n",
        env!("CARGO_PKG_VERSION"),
    );
    // A closed terminal is no reason to stop serving.
    let _ = std::io::stderr().write_all(banner.as_bytes());
}
