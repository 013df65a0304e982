//! A Worker held to its limits, in real workerd.
//!
//! workerd enforces none. Here each invocation has a process for itself, whose CPU clock and memory are watched from
//! outside, and which is ended at a limit; a warm standby takes the next one. Subrequests pass a guard Worker that asks
//! the supervisor for leave. See `docs/limits.md`.

mod bounds;
mod calibration;
mod capnp;
mod entrance;
mod front;
mod inner;
mod instance;
mod invocation;
mod meter;
mod miniflare;
mod modules;
mod pages;
mod percent;
mod pool;
mod process;
mod project;
mod report;
mod running;
mod site;
mod stores;
mod sys;
mod triggers;
mod workerd;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

pub use bounds::Mode;
pub use invocation::{Invocation, Ledger, Outcome, ServiceCall, Share, Wanted};
pub use miniflare::{Settings, VARIABLE, called, supervise};
pub use project::{Configured, ProjectError};
pub use report::table;
pub use sys::METERED;
pub use triggers::{Once, Queue, QueueMessage, Scheduled, TriggerError};

use bounds::Bounds;
use calibration::{Calibration, calibrate};
use entrance::Entrance;
use instance::Mold;
use modules::Modules;
use pool::Pool;
use process::{LaunchError, Startup};
use project::Project;
use site::{Scratch, Site};
use stores::Stores;
use workerd::{Workerd, WorkerdError};

use crate::clock::Clock;
use crate::entropy::Entropy;
use crate::limits::Limits;

/// What to run, and how.
#[derive(Debug, Clone)]
pub struct Options {
    /// A module Worker's file, or the folder of a bundle.
    pub what: PathBuf,
    /// Its wrangler configuration.
    pub wrangler: Option<PathBuf>,
    pub mode: Mode,
    /// The workerd binary; without it, the one of the npm package.
    pub workerd: Option<PathBuf>,
    /// Most processes that serve at once.
    pub processes: usize,
}

/// The emulator around a Worker.
pub struct Surroundings {
    pub limits: Limits,
    pub clock: Clock,
    pub entropy: Entropy,
    /// Answers AI and Vectorize.
    pub router: Router,
    /// Where the same emulator listens, `http://…` without a slash at the end.
    pub url: String,
}

/// A running Worker.
pub struct Worker {
    name: String,
    bounds: Arc<Bounds>,
    calibration: Calibration,
    pool: Arc<Pool>,
    ledger: Ledger,
    /// Invocations without a report yet.
    open: watch::Sender<usize>,
    clock: Clock,
    entropy: Entropy,
    entrance: Entrance,
}

/// A Worker that listens. Dropping it stops it; [`Listening::stop`] lets the requests in flight end first.
pub struct Listening {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    served: JoinHandle<()>,
    worker: Arc<Worker>,
}

/// Why a Worker does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(transparent)]
    Workerd(#[from] WorkerdError),
    #[error(transparent)]
    Project(#[from] ProjectError),
    #[error(transparent)]
    Launch(#[from] LaunchError),
    #[error("cannot prepare the Worker: {0}\nhint: is the folder for temporary files writable and not full?")]
    Files(#[from] std::io::Error),
}

impl Worker {
    /// Measures the runtime's own share, and starts the Worker's first process.
    pub async fn start(options: Options, surroundings: Surroundings) -> Result<Arc<Self>, StartError> {
        let Surroundings { limits, clock, entropy, router, url } = surroundings;
        let project = Project::load(&options.what, options.wrangler.as_deref(), &limits)?;
        let beside = if options.what.is_dir() { Some(options.what.as_path()) } else { options.what.parent() };
        let folders: Vec<&Path> =
            [Some(Path::new(".")), beside.filter(|path| !path.as_os_str().is_empty())].into_iter().flatten().collect();
        let workerd = Workerd::find(options.workerd.as_deref(), &folders)?;
        for binding in &project.missing {
            tracing::warn!(target: "candleflare::worker", "`{binding}` is not emulated by `candleflare worker`, and is undefined there; `candleflare exec --enforce -- npx wrangler dev` has it");
        }
        if !METERED {
            tracing::warn!(target: "candleflare::worker", "CPU time and buffers are not enforced on this system, only on Linux; heap, WebAssembly, subrequests and the front's limits are");
        }
        let bounds = Arc::new(Bounds::of(&limits, project.limits, options.mode));
        let calibration = measured(&workerd, &bounds, &router, &url).await?;
        let name = project.name.clone();
        let stores = Arc::new(Stores::new(&project.kv, &project.producers, &project.consumers, &clock, &entropy));
        let site = Site::new(project, workerd.version.clone(), bounds.memory_mb)?;
        let startup = bounds.startup.map(|limit| Startup { limit, base: calibration.base.startup });
        let mold = Mold::new(workerd, site, Arc::clone(&bounds), router, Arc::clone(&stores), startup);
        let pool = Pool::start(mold, options.processes).await?;
        let (ledger, open) = (Ledger::default(), watch::Sender::default());
        let entrance = Entrance::new(Arc::clone(&bounds), clock.clone());
        let worker = Arc::new(Self { name, bounds, calibration, pool, ledger, open, clock, entropy, entrance });
        stores.deliver_to(&Arc::downgrade(&worker));
        Ok(worker)
    }

    /// Answers requests that come to `listener`.
    pub fn listen(self: &Arc<Self>, listener: TcpListener) -> std::io::Result<Listening> {
        let address = listener.local_addr()?;
        let (stop, stopped) = watch::channel(false);
        let served = tokio::spawn(front::serve(listener, Arc::clone(self), stopped));
        Ok(Listening { address, stop, served, worker: Arc::clone(self) })
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Counts an invocation as open until the guard is dropped.
    fn open(self: &Arc<Self>) -> Open {
        self.open.send_modify(|open| *open += 1);
        Open(Arc::clone(self))
    }

    /// Resolves once every invocation is in the ledger: a response is out before its report is.
    async fn settled(&self) {
        // The sender is our own, so that waiting cannot fail.
        let _ = self.open.subscribe().wait_for(|open| *open == 0).await;
    }
}

/// An invocation whose report is still to come.
struct Open(Arc<Worker>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.open.send_modify(|open| *open -= 1);
    }
}

impl Listening {
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn worker(&self) -> Arc<Worker> {
        Arc::clone(&self.worker)
    }

    /// Takes no more requests, lets those in flight end, and stops the processes.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        // A panic in the task has been reported by the runtime.
        let _ = (&mut self.served).await;
        self.worker.pool.stop();
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.served.abort();
        self.worker.pool.stop();
    }
}

/// Starts a Worker that does nothing, once, to see what the runtime costs by itself.
async fn measured(
    workerd: &Workerd,
    bounds: &Arc<Bounds>,
    router: &Router,
    url: &str,
) -> Result<Calibration, StartError> {
    let folder = Scratch::new()?;
    let file = folder.path().join("nothing.js");
    std::fs::write(&file, calibration::source(url))?;
    let project = Project::bare(Modules::collect(&file, None, u64::MAX).map_err(ProjectError::from)?);
    let site = Site::new(project, workerd.version.clone(), bounds.memory_mb)?;
    let mold = Mold::new(workerd.clone(), site, Arc::clone(bounds), router.clone(), Arc::default(), None);
    Ok(calibrate(&mold).await?)
}
