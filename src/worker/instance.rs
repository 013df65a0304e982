//! A workerd process together with the supervisor's side of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response, Uri};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::net::UnixListener;
use tokio::task::AbortHandle;

use super::bounds::Bounds;
use super::inner::Inner;
use super::process::{ENTRY, Launch, LaunchError, Process, Startup};
use super::site::{Plot, Site};
use super::stores::Stores;
use super::workerd::Workerd;

/// What every instance of a Worker is made from.
pub struct Mold {
    pub workerd: Workerd,
    pub site: Site,
    pub bounds: Arc<Bounds>,
    pub upstream: Router,
    pub stores: Arc<Stores>,
    pub startup: Option<Startup>,
    count: AtomicU64,
    client: Client<HttpConnector, Body>,
}

/// A client of workerd's own sockets.
pub fn client() -> Client<HttpConnector, Body> {
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    Client::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        // The Worker sees the name that its client asked for.
        .set_host(false)
        .http1_max_headers(2048)
        .http1_max_buf_size(1 << 20)
        .build(connector)
}

/// One process, ready for an invocation. Dropping the last handle ends it.
pub struct Instance {
    pub id: u64,
    pub process: Process,
    pub inner: Arc<Inner>,
    served: AtomicU64,
    client: Client<HttpConnector, Body>,
    accepting: AbortHandle,
    _plot: Plot,
}

/// The header that tells the guard what an invocation is, other than a request.
pub const TRIGGER: &str = "candleflare-trigger";

impl Mold {
    pub fn new(
        workerd: Workerd,
        site: Site,
        bounds: Arc<Bounds>,
        upstream: Router,
        stores: Arc<Stores>,
        startup: Option<Startup>,
    ) -> Self {
        let client = client();
        Self { workerd, site, bounds, upstream, stores, startup, count: AtomicU64::new(0), client }
    }

    /// Starts a process and makes it warm. Only the first one's start is shown.
    pub async fn cast(&self, shown: bool) -> Result<Instance, LaunchError> {
        let id = self.count.fetch_add(1, Ordering::Relaxed);
        let failed = |error: std::io::Error| LaunchError::Spawn {
            workerd: self.workerd.path.display().to_string(),
            reason: error.to_string(),
        };
        let plot = self.site.plot(id).map_err(failed)?;
        let listener = UnixListener::bind(&plot.socket).map_err(failed)?;
        let inner = Arc::new(Inner::new(Arc::clone(&self.bounds), self.upstream.clone(), Arc::clone(&self.stores)));
        let accepting = tokio::spawn(accept(listener, Arc::clone(&inner))).abort_handle();
        let launch = Launch {
            workerd: self.workerd.path.clone(),
            arguments: vec![plot.config.clone().into(), "--experimental".into()],
            input: None,
            sockets: vec![ENTRY.to_owned()],
            startup: self.startup,
            shown,
        };
        let process = Process::start(launch).await.inspect_err(|_| accepting.abort())?;
        let instance = Instance {
            id,
            process,
            inner,
            served: AtomicU64::new(0),
            client: self.client.clone(),
            accepting,
            _plot: plot,
        };
        instance.warm().await;
        Ok(instance)
    }
}

impl Instance {
    /// Counts one more invocation; whether it is the first.
    pub fn serve(&self) -> bool {
        self.served.fetch_add(1, Ordering::Relaxed) == 0
    }

    /// Sends `request` into the process. Its URI has a path and a query only.
    pub async fn send(&self, mut request: Request<Body>) -> Result<Response<Incoming>, String> {
        let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
        let uri = format!("http://{}{path}", self.process.address);
        *request.uri_mut() = uri.parse::<Uri>().map_err(|error| error.to_string())?;
        self.client.request(request).await.map_err(|error| error.to_string())
    }

    /// Makes the guard's code hot; it costs the first request of a cold process some CPU time.
    async fn warm(&self) {
        let request = Request::get("/").header(TRIGGER, "warm").header("host", "warm").body(Body::empty());
        if let Ok(request) = request
            && let Ok(Err(error)) = tokio::time::timeout(Duration::from_secs(5), self.send(request)).await
        {
            tracing::debug!(target: "candleflare::worker", error, "not warmed");
        }
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// Answers what a process asks by its socket.
async fn accept(listener: UnixListener, inner: Arc<Inner>) {
    let mut connections = tokio::task::JoinSet::new();
    loop {
        let Ok((stream, _)) = listener.accept().await else { return };
        // Those that have ended.
        while connections.try_join_next().is_some() {}
        let inner = Arc::clone(&inner);
        connections.spawn(async move {
            let service = service_fn(|request| {
                let inner = Arc::clone(&inner);
                async move { Ok::<_, std::convert::Infallible>(inner.answer(request).await) }
            });
            // An error is a process that was killed in the middle of a call.
            let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}
