//! The composition root: builds the services, owns their lifetimes, listens, drains, stops.

mod account;

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response};
use hyper::service::Service;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

pub use account::{Account, Refused};

use crate::ai::resolve::Resolver;
use crate::ai::service::Ai;
use crate::api::connection::{Connection, Door};
use crate::api::{self, App, Services};
use crate::clock::{Clock, Stopwatch};
use crate::config::{self, Config, ConfigError};
use crate::engine::Engine;
use crate::engine::queue::QueueOptions;
use crate::entropy::Entropy;
use crate::harness::Harness;
use crate::harness::recordings::Target;
use crate::limits::{Limits, Plan};
use crate::vectorize::limits::Bounds;
use crate::vectorize::{StoreError, Vectorize};
use crate::worker::{self, Listening, Surroundings, Worker};

/// How long a drain waits for the calls in flight.
const DRAIN: Duration = Duration::from_secs(10);

/// A running emulator. Dropping it stops it; [`Emulator::stop`] lets the calls in flight end first.
///
/// ```
/// # #[tokio::main] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let emulator = candleflare::Emulator::builder().seed(7).start().await?;
/// assert!(emulator.url().starts_with("http://127.0.0.1:"));
/// emulator.stop().await;
/// # Ok(()) }
/// ```
pub struct Emulator {
    address: SocketAddr,
    app: App,
    stop: watch::Sender<bool>,
    served: JoinHandle<()>,
    router: Router,
}

/// What an instance was used for, whatever was reset in between.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Totals {
    pub calls: u64,
    /// Of `calls`, those that were not answered with success.
    pub refused: u64,
    pub neurons: f64,
    /// What production would have charged, in US dollars.
    pub usd: f64,
}

/// Why an emulator does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("cannot listen on `{address}`: {source}{}", hint(.source))]
    Listen { address: String, source: std::io::Error },
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn hint(error: &std::io::Error) -> &'static str {
    match error.kind() {
        std::io::ErrorKind::AddrInUse => "\nhint: stop what listens there, or use `--port 0` for a free port",
        std::io::ErrorKind::PermissionDenied => "\nhint: ports under 1024 need privileges",
        _ => "",
    }
}

/// Settings of an [`Emulator`] for a Rust test; unlike `serve` it takes a free port.
#[derive(Debug, Clone)]
pub struct Builder {
    config: Config,
}

impl Builder {
    pub fn plan(mut self, plan: Plan) -> Self {
        self.config.plan = plan;
        self
    }

    /// Makes ids, padding and unseeded sampling repeat.
    pub fn seed(mut self, seed: u64) -> Self {
        self.config.seed = Some(seed);
        self
    }

    /// The only bearer token that is let in.
    pub fn token(mut self, token: impl Into<String>) -> Self {
        self.config.token = Some(token.into());
        self
    }

    /// Rows that overlay the table of limits, as `--limits` takes them.
    pub fn limits(mut self, toml: impl Into<String>) -> Self {
        self.config.limits = Some(toml.into());
        self
    }

    /// Answers from the recordings of a folder, as `--replay` does: a call that was not recorded is refused.
    pub fn replay(mut self, folder: impl Into<std::path::PathBuf>) -> Self {
        self.config.recordings.replay = Some(folder.into());
        self
    }

    /// Sends Workers AI and Vectorize calls to another account, and keeps the answers in a folder, as `--record` does.
    pub fn record(mut self, folder: impl Into<std::path::PathBuf>, upstream: Target) -> Self {
        self.config.recordings.record = Some(folder.into());
        self.config.recordings.upstream = upstream;
        self
    }

    /// Any other setting.
    pub fn config(mut self, change: impl FnOnce(&mut Config)) -> Self {
        change(&mut self.config);
        self
    }

    pub async fn start(self) -> Result<Emulator, StartError> {
        let address = SocketAddr::new(self.config.host, self.config.port);
        let listener = TcpListener::bind(address)
            .await
            .map_err(|source| StartError::Listen { address: address.to_string(), source })?;
        Emulator::on(listener, self.config)
    }
}

impl Emulator {
    pub fn builder() -> Builder {
        Builder { config: Config { port: 0, ..Config::default() } }
    }

    /// Starts serving on a listener that is bound already.
    pub fn on(listener: TcpListener, config: Config) -> Result<Self, StartError> {
        let address = listener.local_addr().map_err(|source| StartError::Listen { address: String::new(), source })?;
        let app = services(Config { host: address.ip(), ..config })?;
        // Nobody has set it before.
        let _ = app.address.set(address);
        let door = Door::new(listener, app.harness.limits());
        let router = api::router::router(&app);
        let inner = router.clone();
        let router = router.into_make_service_with_connect_info::<Connection>();
        let (stop, stopped) = watch::channel(false);
        let served = tokio::spawn(async move {
            let serving = axum::serve(door, router).with_graceful_shutdown(until(stopped.clone()));
            let overdue = async {
                until(stopped).await;
                tokio::time::sleep(DRAIN).await;
            };
            tokio::select! {
                result = serving => {
                    if let Err(error) = result {
                        tracing::error!(%error, "the server ended");
                    }
                }
                () = overdue => tracing::warn!("stopped with calls still in flight"),
            }
        });
        Ok(Self { address, app, router: inner, stop, served })
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `http://127.0.0.1:PORT`, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Answers a request without a socket, as the server would: for what makes very many of them.
    pub async fn answer(&self, request: Request<Body>) -> Response<Body> {
        let answered = TowerToHyperService::new(self.router.clone()).call(request).await;
        answered.unwrap_or_else(|never| match never {})
    }

    /// What a test can see and steer of one account: 32 hexadecimal digits, of its own so that it is alone.
    pub fn account(&self, id: &str) -> Account<'_> {
        Account::new(&self.app, id)
    }

    /// What all accounts together have used since the start.
    pub fn totals(&self) -> Totals {
        let (calls, refused) =
            self.app.harness.journal().counts().iter().fold((0, 0), |(calls, refused), ((_, status), count)| {
                (calls + count, refused + if *status >= 400 { *count } else { 0 })
            });
        let (neurons, usd) = self.app.ai.ledger().lifetime();
        Totals { calls, refused, neurons, usd }
    }

    /// Runs a Worker under its limits, with this emulator behind its bindings and this emulator's control plane over it.
    /// It answers on `listener`. An emulator has one Worker.
    pub async fn run_worker(
        &self,
        options: worker::Options,
        listener: TcpListener,
    ) -> Result<Listening, worker::StartError> {
        let scope = self.app.harness.scope(&self.app.account);
        let surroundings = Surroundings {
            limits: (*scope.limits()).clone(),
            clock: scope.clock.clone(),
            entropy: scope.entropy.clone(),
            router: self.router.clone(),
            url: self.url(),
        };
        let worker = Worker::start(options, surroundings).await?;
        // The control plane knows the first one.
        let _ = self.app.worker.set(Arc::downgrade(&worker));
        Ok(worker.listen(listener)?)
    }

    /// From here on the control plane takes the reports of supervisors under Miniflare; where they go.
    pub fn enforced(&self) -> Arc<worker::Ledger> {
        Arc::clone(self.app.enforced.get_or_init(Arc::default))
    }

    /// Takes no more calls, lets those in flight end, and stops.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        // A panic in the server task has been reported by the runtime.
        let _ = (&mut self.served).await;
    }
}

impl std::fmt::Debug for Emulator {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Emulator").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        self.served.abort();
    }
}

async fn until(mut stopped: watch::Receiver<bool>) {
    // An error means that the emulator is gone, which is a reason to stop too.
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

/// Every service of one instance, without a listener.
pub(crate) fn services(config: Config) -> Result<App, StartError> {
    let is_exposed = !config.host.is_loopback();
    if is_exposed && config.token.is_none() {
        return Err(ConfigError(format!(
            "others than this machine can reach `{}`, and nothing keeps them out\nhint: give `--token`, which clients then send, or leave `--host` out",
            config.host
        ))
        .into());
    }
    let mut limits = Limits::new(config.plan);
    if let Some(text) = &config.limits {
        limits.overlay(text).map_err(|error| ConfigError(format!("`--limits`: {error}")))?;
    }
    let capacity = limits.value("ai.queue_length").and_then(|length| usize::try_from(length).ok());
    let mut options = QueueOptions::default();
    options.capacity = capacity.unwrap_or(options.capacity);
    let bounds = Bounds::of(&limits);
    let memory = config.model_memory.map(|megabytes| megabytes.saturating_mul(1_000_000));
    let engine = Engine::open(Box::new(config.device), options, memory);
    let engine = Arc::new(engine.map_err(|error| ConfigError(error.to_string()))?);
    let clock = Clock::default();
    let entropy = config.seed.map_or_else(Entropy::from_system, Entropy::seeded);
    let mut harness = Harness::new(limits, clock.clone(), entropy.clone());
    if let Some(folder) = config.stubs {
        harness = harness.with_stubs(folder).map_err(|error| ConfigError(format!("`--stubs`: {error}")))?;
    }
    let harness = harness.with_recordings(config.recordings).map_err(ConfigError)?;
    let harness = Arc::new(harness);
    let resolver = Resolver::new(config.models, config.bindings, config.hub_cache);
    let catalog = resolver.catalog().map_err(|error| ConfigError(error.to_string()))?;
    let ai = Arc::new(Ai::new(catalog, Arc::clone(&engine), resolver, Arc::clone(&harness), config.allow_deprecated));
    let ids = Arc::clone(&harness);
    let declared = config::declared(config.declared, &bounds)?;
    let mut vectorize =
        Vectorize::new(clock, bounds, config.vectorize_lag, move |account| ids.scope(account).entropy.id())
            .with_indexes(declared)
            .with_hnsw_above(config.vectorize_hnsw.map(NonZeroUsize::get));
    if let Some(folder) = &config.data_dir {
        vectorize = vectorize.kept_in(folder)?;
    }
    Ok(Arc::new(Services {
        ai,
        vectorize,
        engine,
        harness,
        entropy,
        token: config.token,
        is_exposed,
        address: OnceLock::new(),
        account: config.account,
        indexes: config.indexes,
        worker: OnceLock::new(),
        enforced: OnceLock::new(),
        started: Stopwatch::new(),
    }))
}
