//! What a workerd process asks its supervisor: leave for each subrequest, AI and Vectorize, and what it says of
//! invocations that have ended. One invocation at a time runs in a process, so all of it belongs to that one.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, Method, Request, Response, StatusCode, Uri, header};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::service::Service;
use hyper_util::service::TowerToHyperService;
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use super::bounds::{Bounds, Trigger};
use super::invocation::ServiceCall;
use super::meter::Watch;
use super::stores::{self, Stores};
use crate::clock::Stopwatch;

/// Said when there are too many external subrequests, as production does.
const TOO_MANY_FETCHES: &str = "Too many subrequests by single Worker invocation. To configure this limit, refer to https://developers.cloudflare.com/workers/wrangler/configuration/#limits";
/// Said when there are too many calls of bindings.
const TOO_MANY_CALLS: &str = "Too many API requests by single Worker invocation.";

/// Calls of bindings that are kept one by one.
const CALLS_KEPT: usize = 200;
/// A report of the runtime on one invocation, with its logs.
const TAIL_BYTES: usize = 16 << 20;

/// What the runtime reports of an invocation that has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tail {
    pub outcome: String,
    pub exceptions: Vec<String>,
    pub logs: Vec<String>,
    /// Of the response, where there was one.
    pub status: Option<u16>,
}

/// The invocation that runs in a process.
#[derive(Debug)]
pub struct Call {
    pub trigger: Trigger,
    pub watch: Arc<Watch>,
    /// How many Workers the request has come through.
    loops: usize,
    /// One for each subrequest that may wait for its response's headers.
    connections: Arc<Semaphore>,
    targets: Mutex<BTreeMap<String, u64>>,
    calls: Mutex<Vec<ServiceCall>>,
    tail: Mutex<Option<oneshot::Sender<Tail>>>,
}

impl Call {
    pub fn new(trigger: Trigger, loops: usize, watch: Arc<Watch>, bounds: &Bounds) -> (Self, oneshot::Receiver<Tail>) {
        let (tail, ended) = oneshot::channel();
        let call = Self {
            trigger,
            watch,
            loops,
            connections: Arc::new(Semaphore::new(bounds.connections)),
            targets: Mutex::default(),
            calls: Mutex::default(),
            tail: Mutex::new(Some(tail)),
        };
        (call, ended)
    }

    /// Subrequests by host or binding.
    pub fn targets(&self) -> BTreeMap<String, u64> {
        lock(&self.targets).clone()
    }

    pub fn calls(&self) -> Vec<ServiceCall> {
        lock(&self.calls).clone()
    }

    async fn connection(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.connections).acquire_owned().await.ok()
    }

    /// Counts an external subrequest and waits for one of the connections, which the answer holds until it is dropped;
    /// or the answer has what the guard throws.
    pub async fn leave_to_fetch(&self, bounds: &Bounds, url: &str) -> Response<Body> {
        let host = url.parse::<Uri>().ok().and_then(|uri| uri.host().map(str::to_owned));
        self.count(host.as_deref().unwrap_or("unknown"));
        let count = self.watch.count_fetch();
        if bounds.fetches.is_some_and(|limit| count > limit) {
            return thrown(TOO_MANY_FETCHES);
        }
        let mut leave = held(self.connection().await);
        leave.headers_mut().insert("candleflare-loops", HeaderValue::from(self.loops + 1));
        leave
    }

    /// The same for a call of a binding.
    pub async fn leave_to_call(&self, bounds: &Bounds, binding: &str) -> Response<Body> {
        self.count(binding);
        let count = self.watch.count_service();
        if bounds.services.is_some_and(|limit| count > limit) {
            return thrown(TOO_MANY_CALLS);
        }
        held(self.connection().await)
    }

    /// Keeps what a call of AI or Vectorize was answered.
    pub fn called(&self, call: ServiceCall) {
        let mut calls = lock(&self.calls);
        if calls.len() < CALLS_KEPT {
            calls.push(call);
        }
    }

    fn count(&self, target: &str) {
        *lock(&self.targets).entry(target.to_owned()).or_default() += 1;
    }

    fn ended(&self, events: Vec<TailEvent>) {
        if let Some(event) = events.into_iter().find(|event| event.is_of(self.trigger)) {
            self.end(event.into());
        }
    }

    /// Tells whoever waits for the runtime's word.
    pub fn end(&self, word: Tail) {
        if let Some(tail) = lock(&self.tail).take() {
            // Nobody waits where the process has been killed meanwhile.
            let _ = tail.send(word);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The supervisor's side of one process.
pub struct Inner {
    pub bounds: Arc<Bounds>,
    /// The emulator.
    pub upstream: Router,
    stores: Arc<Stores>,
    current: Mutex<Option<Arc<Call>>>,
}

impl Inner {
    pub fn new(bounds: Arc<Bounds>, upstream: Router, stores: Arc<Stores>) -> Self {
        Self { bounds, upstream, stores, current: Mutex::new(None) }
    }

    pub fn begin(&self, call: Arc<Call>) {
        *lock(&self.current) = Some(call);
    }

    pub fn end(&self) {
        *lock(&self.current) = None;
    }

    pub async fn answer(self: Arc<Self>, request: Request<Incoming>) -> Response<Body> {
        let call = lock(&self.current).clone();
        let binding =
            request.headers().get("candleflare-binding").and_then(|name| name.to_str().ok()).map(str::to_owned);
        match (binding.as_deref(), request.uri().path()) {
            (Some("warm"), _) => empty(StatusCode::NO_CONTENT),
            (Some(binding), _) => self.service(call, binding, request).await,
            (None, "/leave") => self.leave(call, &request).await,
            (None, "/tail") => {
                let body = Limited::new(request.into_body(), TAIL_BYTES).collect().await;
                match (call, body) {
                    (Some(call), Ok(body)) => match serde_json::from_slice(&body.to_bytes()) {
                        Ok(events) => call.ended(events),
                        Err(error) => tracing::warn!(%error, "workerd reports an invocation in a way not known here"),
                    },
                    (Some(call), Err(_)) => call.ended(vec![TailEvent::too_long(call.trigger)]),
                    (None, _) => {}
                }
                empty(StatusCode::NO_CONTENT)
            }
            _ => empty(StatusCode::NOT_FOUND),
        }
    }

    /// Leave for an external subrequest. The answer's body stays open, and holds one of the connections until the guard
    /// or the end of the invocation closes it.
    async fn leave(&self, call: Option<Arc<Call>>, request: &Request<Incoming>) -> Response<Body> {
        let Some(call) = call else { return empty(StatusCode::NO_CONTENT) };
        let url = request.headers().get("candleflare-url").and_then(|url| url.to_str().ok()).unwrap_or_default();
        call.leave_to_fetch(&self.bounds, url).await
    }

    /// A call of a binding: of a store, or of a wrapped one, which is handed on to the emulator.
    async fn service(&self, call: Option<Arc<Call>>, binding: &str, request: Request<Incoming>) -> Response<Body> {
        let mut connection = None;
        let store = stores::named(binding);
        if let Some(call) = &call {
            call.count(store.map_or(binding, |(_, name)| name));
            let count = call.watch.count_service();
            if self.bounds.services.is_some_and(|limit| count > limit) {
                return thrown(TOO_MANY_CALLS);
            }
            connection = call.connection().await;
        }
        if binding == "cache" {
            return cache(request.method());
        }
        if let Some((kind, name)) = store {
            return self.stores.answer(kind, name, request).await;
        }
        let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
        let Ok(uri) = format!("/binding/{binding}{path}").parse::<Uri>() else {
            return empty(StatusCode::BAD_REQUEST);
        };
        let target = match request.headers().get("cf-consn-model-id").and_then(|id| id.to_str().ok()) {
            Some(model) => model.to_owned(),
            None => format!("{binding}{}", uri.path().trim_start_matches("/binding/").trim_start_matches(binding)),
        };
        let (mut parts, body) = request.into_parts();
        parts.uri = uri;
        let watch = Stopwatch::new();
        let Ok(response) =
            TowerToHyperService::new(self.upstream.clone()).call(Request::from_parts(parts, Body::new(body))).await;
        drop(connection);
        if let Some(call) = call {
            let neurons = response.headers().get("cf-ai-neurons");
            let neurons = neurons.and_then(|value| value.to_str().ok()).and_then(|value| value.parse().ok());
            call.called(ServiceCall { target, status: response.status().as_u16(), neurons, ms: watch.ms() });
        }
        response
    }
}

/// A cache in which nothing is ever found, as on a `workers.dev` address.
fn cache(method: &Method) -> Response<Body> {
    match method.as_str() {
        "PUT" => empty(StatusCode::NO_CONTENT),
        "PURGE" => empty(StatusCode::NOT_FOUND),
        _ => {
            let mut miss = empty(StatusCode::GATEWAY_TIMEOUT);
            miss.headers_mut().insert("cf-cache-status", HeaderValue::from_static("MISS"));
            miss
        }
    }
}

pub fn empty(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

/// An answer that holds a connection as long as it is open.
fn held(connection: Option<OwnedSemaphorePermit>) -> Response<Body> {
    let held = futures_util::stream::poll_fn(move |_| {
        let _ = &connection;
        Poll::<Option<Result<Bytes, Infallible>>>::Pending
    });
    Response::new(Body::from_stream(held))
}

/// The guard throws this text where the Worker waits.
fn thrown(text: &'static str) -> Response<Body> {
    let mut response = empty(StatusCode::TOO_MANY_REQUESTS);
    let encoded: String = form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20");
    if let Ok(value) = HeaderValue::from_str(&encoded) {
        response.headers_mut().insert("candleflare-throw", value);
    }
    response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from_static("0"));
    response
}

/// One invocation, as the runtime reports it to a tail.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TailEvent {
    outcome: String,
    #[serde(default)]
    exceptions: Vec<TailException>,
    #[serde(default)]
    logs: Vec<TailLog>,
    #[serde(default)]
    event: Value,
}

#[derive(Debug, Deserialize)]
struct TailException {
    #[serde(default)]
    name: String,
    #[serde(default)]
    message: String,
    #[serde(default)]
    stack: String,
}

#[derive(Debug, Deserialize)]
struct TailLog {
    #[serde(default)]
    level: String,
    #[serde(default)]
    message: Value,
}

impl TailEvent {
    /// A header of the request, in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.event.get("request")?.get("headers")?.get(name)?.as_str()
    }

    /// The status of the response, where there was one.
    pub fn status(&self) -> Option<u16> {
        self.event.get("response")?.get("status")?.as_u64()?.try_into().ok()
    }

    /// Calls that the Worker makes of itself are reported too, and are not the invocation.
    pub fn is_of(&self, trigger: Trigger) -> bool {
        let has = |key: &str| self.event.get(key).is_some();
        match trigger {
            Trigger::Http => has("request"),
            Trigger::Cron | Trigger::HourlyCron => has("cron"),
            Trigger::Queue => has("queue"),
        }
    }

    /// Stands for a report too long to read.
    fn too_long(trigger: Trigger) -> Self {
        let key = match trigger {
            Trigger::Http => "request",
            Trigger::Cron | Trigger::HourlyCron => "cron",
            Trigger::Queue => "queue",
        };
        let event = serde_json::json!({ key: null });
        Self { outcome: "ok".to_owned(), exceptions: Vec::new(), logs: Vec::new(), event }
    }
}

impl From<TailEvent> for Tail {
    fn from(event: TailEvent) -> Self {
        let exception = |exception: TailException| {
            let TailException { name, message, stack } = exception;
            if stack.is_empty() { format!("{name}: {message}") } else { format!("{name}: {message}\n{stack}") }
        };
        let log = |log: TailLog| {
            let text = |part: &Value| part.as_str().map_or_else(|| part.to_string(), str::to_owned);
            let parts = match &log.message {
                Value::Array(parts) => parts.iter().map(text).collect::<Vec<_>>().join(" "),
                other => text(other),
            };
            format!("{}: {parts}", log.level)
        };
        Self {
            status: event.status(),
            outcome: event.outcome,
            exceptions: event.exceptions.into_iter().map(exception).collect(),
            logs: event.logs.into_iter().map(log).collect(),
        }
    }
}
