//! This program in the place of workerd, as `MINIFLARE_WORKERD_PATH`, under an unmodified Miniflare: wrangler, vitest,
//! Vite. It keeps the configuration that Miniflare sends, puts a guard into it, owns the sockets, and runs workerd
//! processes behind them: one that serves, and one that is warm for the time after it. Miniflare sees no kill.

mod arguments;
mod child;
mod front;
mod message;
mod relay;
mod rewrite;
mod startup;

use std::collections::HashMap;
use std::ffi::OsString;
use std::fs::File;
use std::io::{Read, Seek, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, header};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::sync::{oneshot, watch};

pub use arguments::called;

use arguments::Arguments;
use child::{Child, Start};
use rewrite::Found;

use super::bounds::{Bounds, Mode};
use super::calibration::{CALLS, Calibration, PAUSE, REQUESTS, ROUNDS, median};
use super::entrance::Entrance;
use super::instance::client;
use super::invocation::Invocation;
use super::meter::Base;
use super::process::ENTRY;
use super::project::Configured;
use super::site::Scratch;
use super::sys::{self, CONTROL_FD, METERED};
use super::workerd::Workerd;
use crate::clock::Clock;
use crate::entropy::Entropy;
use crate::limits::{Limits, Plan};

/// The variable in which `exec --enforce` says how.
pub const VARIABLE: &str = "CANDLEFLARE_SUPERVISOR";

/// What holds, and where it is reported.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    pub plan: Plan,
    /// The text of `--limits`.
    pub limits: Option<String>,
    pub mode: Mode,
    /// `limits` of the wrangler configuration.
    pub configured: Configured,
    /// An emulator whose control plane has the report.
    pub url: Option<String>,
}

/// Everything that one run of Miniflare shares.
struct Supervisor {
    arguments: Arguments,
    workerd: Workerd,
    config: Arc<Vec<u8>>,
    /// Names of the configuration's sockets.
    sockets: Vec<String>,
    stateful: bool,
    tests: bool,
    bounds: Arc<Bounds>,
    entrance: Entrance,
    calibration: OnceLock<Calibration>,
    /// Measurements that are under way, by their ray.
    measured: Mutex<HashMap<String, oneshot::Sender<Duration>>>,
    serving: watch::Sender<Option<Arc<Child>>>,
    /// Failed starts in a row.
    failing: watch::Sender<u32>,
    children: AtomicU64,
    folder: Scratch,
    clock: Clock,
    entropy: Entropy,
    /// Where reports go.
    reports: Option<String>,
    client: Client<HttpConnector, Body>,
    /// One at a time looks whether it may go in.
    door: tokio::sync::Mutex<()>,
    inside: watch::Sender<usize>,
    waiting: AtomicUsize,
}

/// A request that may be in the process now. Others may once it is dropped.
struct Turn(Arc<Supervisor>);

/// One that waits for its turn.
struct Waiting<'a>(&'a AtomicUsize);

/// An invocation that uses less CPU time than this ...
const STILL: Duration = Duration::from_micros(500);
/// ... from each of so many looks to the next waits for something, and another may begin beside it: it may be the one that
/// is waited for.
const LOOKS: u32 = 3;
const APART: Duration = Duration::from_millis(25);
/// Failed starts in a row that are called a loop.
const LOOP: u32 = 3;
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// How long what was said before the end has to be read.
const LAST_WORDS: Duration = Duration::from_millis(250);

/// Runs in the place of workerd until Miniflare ends it.
pub fn supervise(arguments: &[OsString]) -> ExitCode {
    sys::die_with_parent();
    let mut control = sys::inherited(CONTROL_FD);
    match start(arguments, control.as_mut()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("candleflare: {error}");
            // Miniflare gives up when this process or its descriptor is gone, and does not show what it has not read by then.
            std::thread::sleep(LAST_WORDS);
            ExitCode::FAILURE
        }
    }
}

fn start(all: &[OsString], control: Option<&mut File>) -> Result<ExitCode, Box<dyn std::error::Error>> {
    let arguments = arguments::parse(all)?;
    let settings = settings()?;
    let mut limits = Limits::new(settings.plan);
    if let Some(text) = &settings.limits {
        limits.overlay(text).map_err(|error| format!("`--limits`: {error}"))?;
    }
    let bounds = Arc::new(Bounds::of(&limits, settings.configured, settings.mode));
    let clock = Clock::default();
    let workerd = workerd()?;
    let mut config = Vec::new();
    std::io::stdin().read_to_end(&mut config)?;
    let guarded = match rewrite::rewrite(&config, bounds.memory_mb, bounds.memory_slack_mb)? {
        Found::Workers(guarded) => guarded,
        Found::Foreign => return Err(step_aside(&workerd.path, all, &config, control.as_deref()).into()),
    };
    let control = control.ok_or("Miniflare gives no descriptor to report ports on\nhint: this program is workerd's stand-in only under Miniflare")?;
    let addresses = addresses(&guarded.sockets, &arguments);
    let supervisor = Arc::new(Supervisor {
        arguments,
        workerd,
        config: Arc::new(guarded.config),
        sockets: guarded.sockets.into_iter().map(|(name, _)| name).collect(),
        stateful: guarded.stateful,
        tests: guarded.tests,
        entrance: Entrance::new(Arc::clone(&bounds), clock.clone()),
        bounds,
        calibration: OnceLock::new(),
        measured: Mutex::default(),
        serving: watch::Sender::default(),
        failing: watch::Sender::default(),
        children: AtomicU64::new(0),
        folder: Scratch::new()?,
        clock,
        entropy: Entropy::from_system(),
        reports: settings.url.map(|url| format!("{url}/__candleflare/worker/invocations")),
        client: client(),
        door: tokio::sync::Mutex::default(),
        inside: watch::Sender::default(),
        waiting: AtomicUsize::new(0),
    });
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let listeners = listen(addresses).await?;
        let first = startup::first(&supervisor).await?;
        supervisor.calibrate(&first).await;
        supervisor.serving.send_replace(Some(first));
        for (name, listener) in listeners {
            let port = listener.local_addr()?.port();
            control.write_all(reported(&name, port).as_bytes())?;
            if name == ENTRY {
                tokio::spawn(front::serve(listener, Arc::clone(&supervisor)));
            } else {
                tokio::spawn(relay::relay(listener, name, supervisor.serving.subscribe()));
            }
        }
        supervisor.keep().await
    })
}

/// The line in which workerd reports a port.
fn reported(name: &str, port: u16) -> String {
    let line = match name {
        super::process::INSPECTOR => json!({"event": "listen-inspector", "port": port}),
        name => json!({"event": "listen", "socket": name, "port": port}),
    };
    format!("{line}\n")
}

fn settings() -> Result<Settings, String> {
    let Ok(text) = std::env::var(VARIABLE) else { return Ok(Settings::default()) };
    serde_json::from_str(&text).map_err(|error| {
        format!("{VARIABLE} cannot be read: {error}\nhint: `candleflare exec --enforce` sets it; leave it alone, or take it out")
    })
}

/// The workerd of the Miniflare that called, which the preload of `exec` names, or else one that is found.
fn workerd() -> Result<Workerd, super::workerd::WorkerdError> {
    let named = std::env::var_os("CANDLEFLARE_WORKERD").map(PathBuf::from);
    let folders = ["node_modules/miniflare", "node_modules/wrangler", "."].map(Path::new);
    Workerd::find(named.as_deref(), &folders)
}

/// Becomes workerd itself, for a configuration that is not the user's. Returns only if it cannot.
fn step_aside(workerd: &Path, arguments: &[OsString], config: &[u8], control: Option<&File>) -> String {
    let failed = |error: std::io::Error| format!("cannot run `{}`: {error}", workerd.display());
    let again = || -> std::io::Result<File> {
        let mut file = tempfile::tempfile()?;
        file.write_all(config)?;
        file.rewind()?;
        Ok(file)
    };
    let input = match again() {
        Ok(input) => input,
        Err(error) => return failed(error),
    };
    let mut command = Command::new(workerd);
    command.args(arguments).stdin(input);
    if let Some(control) = control {
        sys::hand_on(&mut command, control);
    }
    failed(command.exec())
}

/// Where each socket that is known outside listens: where Miniflare said, or where its configuration does.
fn addresses(sockets: &[(String, Option<String>)], arguments: &Arguments) -> Vec<(String, String)> {
    let free = || "127.0.0.1:0".to_owned();
    let own = sockets.iter().filter(|(name, _)| !arguments.sockets.contains_key(name));
    let own = own.map(|(name, address)| (name.clone(), address.clone().unwrap_or_else(free)));
    arguments.sockets.iter().map(|(name, address)| (name.clone(), address.clone())).chain(own).collect()
}

async fn listen(addresses: Vec<(String, String)>) -> Result<Vec<(String, tokio::net::TcpListener)>, String> {
    let mut listeners = Vec::new();
    for (name, address) in addresses {
        // Miniflare looks for these words.
        let listener = relay::bind(&address)
            .await
            .map_err(|error| format!("Address already in use; toString() = {address}: {error}"))?;
        listeners.push((name, listener));
    }
    Ok(listeners)
}

impl Supervisor {
    fn next_child(&self) -> u64 {
        self.children.fetch_add(1, Ordering::Relaxed)
    }

    /// Sockets that a process must report.
    fn socket_names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.arguments.sockets.keys().cloned().collect();
        names.extend(self.sockets.iter().filter(|name| !self.arguments.sockets.contains_key(*name)).cloned());
        names
    }

    fn calibration(&self) -> Calibration {
        self.calibration.get().copied().unwrap_or_default()
    }

    /// Measures what the runtime costs by itself.
    async fn calibrate(&self, child: &Arc<Child>) {
        if !METERED {
            tracing::warn!(target: "candleflare::worker", "CPU time and buffers are not enforced on this system, only on Linux; heap, WebAssembly and subrequests are");
            return;
        }
        let mut request = Vec::new();
        for _ in 0..REQUESTS {
            request.extend(child.measure(self.entropy.uuid(), 0).await);
            tokio::time::sleep(PAUSE).await;
        }
        let request = median(request);
        let mut calls = Vec::new();
        for _ in 0..ROUNDS {
            let used = child.measure(self.entropy.uuid(), CALLS).await;
            calls.extend(used.map(|used| used.saturating_sub(request) / CALLS));
        }
        let call = median(calls);
        let startup = child.process().map(|process| process.startup).unwrap_or_default();
        let memory = child.process().and_then(super::process::Process::anonymous).unwrap_or_default();
        let calibration = Calibration { base: Base { request, fetch: call, service: call, startup }, memory };
        tracing::debug!(target: "candleflare::worker", ?calibration, "measured");
        // Set once.
        let _ = self.calibration.set(calibration);
    }

    /// The process that serves, once there is one.
    async fn serving(&self, patience: Duration) -> Option<Arc<Child>> {
        let mut serving = self.serving.subscribe();
        let mut failing = self.failing.subscribe();
        let alive = serving.wait_for(|child| child.as_ref().is_some_and(|child| !child.dead()));
        tokio::select! {
            biased;
            child = tokio::time::timeout(patience, alive) => child.ok()?.ok()?.clone(),
            // The sender is our own, so that waiting cannot fail.
            _ = failing.wait_for(|failures| *failures >= LOOP) => None,
        }
    }

    /// Keeps a process serving, and one beside it that is warm.
    async fn keep(self: &Arc<Self>) -> Result<ExitCode, Box<dyn std::error::Error>> {
        let mut standby = None;
        loop {
            // Beside Durable Objects there may be no second process, which would open the same storage.
            if !self.stateful && standby.is_none() {
                standby = Some(self.launch().await);
            }
            let Some(serving) = self.serving.borrow().clone() else { return Err("no process serves".into()) };
            serving.fate().await;
            drop(serving);
            let ready = standby.take().filter(|child: &Arc<Child>| !child.dead());
            let next = match ready {
                Some(child) => child,
                None => self.launch().await,
            };
            if let Some(process) = next.process() {
                process.show();
            }
            self.serving.send_replace(Some(next));
        }
    }

    /// Starts a process, again and again if it must be.
    async fn launch(self: &Arc<Self>) -> Arc<Child> {
        let mut pause = FIRST_PAUSE;
        loop {
            let error = match Child::start(self, Start::default()).await {
                Ok(child) => {
                    self.failing.send_replace(0);
                    return child;
                }
                Err(error) => error,
            };
            self.failing.send_modify(|failures| *failures += 1);
            let (ms, looping) = (pause.as_millis(), *self.failing.borrow() >= LOOP);
            tracing::error!(target: "candleflare::worker", %error, "workerd does not start again; trying in {ms} ms{}",
                if looping { " (a crash loop)" } else { "" });
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Waits until the request may be in the process; `None` if too many wait already.
    async fn turn(self: &Arc<Self>) -> Option<Turn> {
        if self.waiting.fetch_add(1, Ordering::Relaxed) >= self.bounds.waiting {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
            return None;
        }
        let _waiting = Waiting(&self.waiting);
        // In the order of asking.
        let _door = self.door.lock().await;
        let mut inside = self.inside.subscribe();
        tokio::select! {
            biased;
            // The sender is our own, so that waiting cannot fail.
            _ = inside.wait_for(|count| *count == 0) => {}
            () = self.still() => {}
        }
        self.inside.send_modify(|count| *count += 1);
        Some(Turn(Arc::clone(self)))
    }

    /// Resolves once what is in the process waits for something.
    async fn still(&self) {
        let clock = || self.serving.borrow().as_ref().and_then(|child| child.clock());
        let mut still = 0;
        let mut before = clock();
        while still < LOOKS {
            tokio::time::sleep(APART).await;
            let now = clock();
            let used = before.zip(now).map(|(before, now)| now.saturating_sub(before));
            still = if used.is_some_and(|used| used < STILL) { still + 1 } else { 0 };
            before = now;
        }
    }

    async fn report(&self, invocation: &Invocation) {
        let Some(url) = &self.reports else { return };
        let request = Request::post(url).header(header::CONTENT_TYPE, "application/json");
        let body = serde_json::to_string(invocation).unwrap_or_default();
        let host = url.trim_start_matches("http://").split('/').next().unwrap_or_default().to_owned();
        let Ok(request) = request.header(header::HOST, host).body(Body::from(body)) else { return };
        match self.client.request(request).await {
            Ok(response) if response.status().is_success() => {}
            Ok(response) => {
                tracing::warn!(target: "candleflare::worker", status = %response.status(), "the report was refused")
            }
            Err(error) => tracing::debug!(target: "candleflare::worker", %error, "the report did not arrive"),
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.0.inside.send_modify(|count| *count -= 1);
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_reported_as_workerd_does() {
        let read = |line: String| serde_json::from_str::<serde_json::Value>(&line).unwrap();
        assert_eq!(read(reported("entry", 7)), json!({"event": "listen", "socket": "entry", "port": 7}));
        assert_eq!(read(reported("inspector", 7)), json!({"event": "listen-inspector", "port": 7}));
    }

    #[test]
    fn what_miniflare_says_goes_before_its_configuration() {
        let sockets = [("entry", None), ("direct:0", Some("127.0.0.1:9"))];
        let sockets = sockets.map(|(name, address)| (name.to_owned(), address.map(str::to_owned)));
        let arguments =
            Arguments { sockets: [("entry".to_owned(), "localhost:5".to_owned())].into(), kept: Vec::new() };
        let listened = addresses(&sockets, &arguments);
        let listened: Vec<_> = listened.iter().map(|(name, address)| (name.as_str(), address.as_str())).collect();
        assert_eq!(listened, [("entry", "localhost:5"), ("direct:0", "127.0.0.1:9")]);
    }
}
