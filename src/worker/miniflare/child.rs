//! One workerd process of Miniflare's, and the invocations that are in it.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, Request, Response, StatusCode, Uri};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioIo;
use tokio::net::UnixListener;
use tokio::sync::oneshot;
use tokio::task::AbortHandle;

use super::Supervisor;
use super::arguments::DEBUG_PORT;
use super::rewrite::{CALIBRATION, SUPERVISOR};
use crate::clock::{Deadline, Stopwatch};
use crate::worker::bounds::{Trigger, cron_trigger};
use crate::worker::inner::{Call, Tail, TailEvent, empty};
use crate::worker::instance::client;
use crate::worker::invocation::ServiceCall;
use crate::worker::meter::{Base, Death, Watch};
use crate::worker::percent::percent_decoded;
use crate::worker::process::{INSPECTOR, Launch, LaunchError, Process, Startup};
use crate::worker::report::{self, Run};

/// A report of the runtime on one invocation, with its logs.
const TAIL_BYTES: usize = 16 << 20;
/// How long a dying process may take to say why.
const FATE: Duration = Duration::from_secs(3);

/// One process. Dropping the last handle ends it.
pub struct Child {
    pub supervisor: Arc<Supervisor>,
    id: u64,
    process: OnceLock<Process>,
    open: Mutex<Vec<Open>>,
    /// Rays of the requests that wait for the end of their invocation, each with the status of its response.
    expected: Mutex<HashMap<String, Expected>>,
    client: Client<HttpConnector, Body>,
    accepting: OnceLock<AbortHandle>,
    socket: PathBuf,
    served: AtomicU64,
}

/// An invocation that runs. The last of the list is charged for what the process does.
struct Open {
    ray: String,
    /// Name of the Worker that it entered.
    worker: String,
    watch: Arc<Watch>,
    call: Arc<Call>,
    /// The Worker threw, which wrangler's wrapper made a response of.
    threw: AtomicBool,
    /// The process's clock when another began above it.
    paused: Option<Duration>,
}

/// What is known of an invocation when it begins.
struct Began {
    ray: String,
    kind: Trigger,
    /// `None` is a measurement.
    trigger: Option<Trigger>,
    event: String,
    time: String,
    stopwatch: Stopwatch,
    /// Memory that is the runtime's own, in bytes.
    idle: u64,
}

#[derive(Default)]
struct Expected {
    /// How many Workers the request has come through.
    loops: usize,
    status: Option<oneshot::Receiver<u16>>,
    /// Told that the invocation has begun, and then dropped when it has ended.
    begun: Option<oneshot::Sender<oneshot::Receiver<()>>>,
    sent: Option<oneshot::Receiver<()>>,
}

/// What a request that was sent into a process waits for.
pub struct Expectation {
    /// The status of its response.
    pub head: oneshot::Sender<u16>,
    /// Dropped once the response is out.
    pub body: oneshot::Sender<()>,
    /// Resolves if it becomes an invocation, with what resolves once that has ended.
    pub begun: oneshot::Receiver<oneshot::Receiver<()>>,
}

/// How to start a process.
#[derive(Clone, Default)]
pub struct Start {
    /// Whether what it says at its start is shown: once is enough.
    pub shown: bool,
    pub startup: Option<Startup>,
    /// Instead of the supervisor's.
    pub config: Option<Arc<Vec<u8>>>,
}

impl Child {
    /// Starts a process that is ready for requests.
    pub async fn start(supervisor: &Arc<Supervisor>, start: Start) -> Result<Arc<Self>, LaunchError> {
        let id = supervisor.next_child();
        let workerd = &supervisor.workerd.path;
        let failed = |error: std::io::Error| LaunchError::Spawn {
            workerd: workerd.display().to_string(),
            reason: error.to_string(),
        };
        let socket = supervisor.folder.path().join(format!("{id}.sock"));
        let listener = UnixListener::bind(&socket).map_err(failed)?;
        let child = Arc::new(Self {
            supervisor: Arc::clone(supervisor),
            id,
            process: OnceLock::new(),
            open: Mutex::default(),
            expected: Mutex::default(),
            client: client(),
            accepting: OnceLock::new(),
            socket,
            served: AtomicU64::new(0),
        });
        let accepting = tokio::spawn(accept(listener, Arc::downgrade(&child))).abort_handle();
        let _ = child.accepting.set(accepting);
        let mut arguments = supervisor.arguments.kept.clone();
        arguments.push(format!("--external-addr={SUPERVISOR}=unix:{}", child.socket.display()).into());
        // Ports of its own for all that is known outside.
        let own = supervisor.arguments.sockets.keys();
        arguments.extend(own.map(|name| match name.as_str() {
            INSPECTOR => "--inspector-addr=127.0.0.1:0".into(),
            DEBUG_PORT => "--debug-port=127.0.0.1:0".into(),
            name => format!("--socket-addr={name}=127.0.0.1:0").into(),
        }));
        let mut sockets = supervisor.socket_names();
        sockets.push(CALIBRATION.to_owned());
        let Start { shown, startup, config } = start;
        let input = Some(config.unwrap_or_else(|| Arc::clone(&supervisor.config)));
        let launch = Launch { workerd: workerd.clone(), arguments, input, sockets, startup, shown };
        let process = Process::start(launch).await?;
        let _ = child.process.set(process);
        Ok(child)
    }

    pub fn process(&self) -> Option<&Process> {
        self.process.get()
    }

    pub fn dead(&self) -> bool {
        self.process().is_none_or(Process::dead)
    }

    pub fn port(&self, name: &str) -> Option<u16> {
        self.process()?.ports.get(name).copied()
    }

    /// CPU time of the process so far.
    pub fn clock(&self) -> Option<Duration> {
        self.process()?.cpu()
    }

    /// Resolves once the process has ended, with why.
    pub async fn fate(&self) -> Death {
        let lost = || Death::Crashed("the process is gone".to_owned());
        let Some(mut fate) = self.process().map(Process::fate) else { return lost() };
        let Ok(death) = fate.wait_for(Option::is_some).await else { return lost() };
        death.clone().unwrap_or_else(lost)
    }

    /// Why the process ended, if it is about to.
    pub async fn fate_soon(&self) -> Option<Death> {
        tokio::time::timeout(FATE, self.fate()).await.ok()
    }

    pub fn expect(&self, ray: String, loops: usize) -> Expectation {
        let ((head, status), (body, sent), (tell, begun)) =
            (oneshot::channel(), oneshot::channel(), oneshot::channel());
        let expected = Expected { loops, status: Some(status), begun: Some(tell), sent: Some(sent) };
        lock(&self.expected).insert(ray, expected);
        Expectation { head, body, begun }
    }

    pub fn forget(&self, ray: &str) {
        lock(&self.expected).remove(ray);
    }

    /// Sends a request to the socket `name`. Its URI has a path and a query only.
    pub async fn send(&self, name: &str, mut request: Request<Body>) -> Result<Response<Incoming>, String> {
        let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
        let port = self.port(name).ok_or("the process is gone")?;
        *request.uri_mut() =
            format!("http://127.0.0.1:{port}{path}").parse::<Uri>().map_err(|error| error.to_string())?;
        self.client.request(request).await.map_err(|error| error.to_string())
    }

    /// CPU time of an invocation that makes `calls` calls, and does nothing else.
    pub async fn measure(&self, ray: String, calls: u32) -> Option<Duration> {
        let (used, measured) = oneshot::channel();
        lock(&self.supervisor.measured).insert(ray.clone(), used);
        let request =
            Request::get(format!("/?n={calls}")).header("host", "null").header("cf-ray", &ray).body(Body::empty());
        let response = self.send(CALIBRATION, request.ok()?).await.ok()?;
        response.into_body().collect().await.ok()?;
        tokio::time::timeout(Duration::from_secs(5), measured).await.ok()?.ok()
    }

    /// An invocation begins: from here on the process's clock is its own.
    fn begin(self: &Arc<Self>, ray: String, worker: String, trigger: Option<Trigger>, event: String) {
        let Some(process) = self.process() else { return };
        let expected = lock(&self.expected).remove(&ray).unwrap_or_default();
        let supervisor = &self.supervisor;
        let bounds = &supervisor.bounds;
        let base = if trigger.is_some() { supervisor.calibration().base } else { Base::default() };
        let kind = trigger.unwrap_or(Trigger::Http);
        let cpu = trigger.and_then(|trigger| bounds.cpu_at_most(trigger)).unwrap_or(Duration::MAX);
        let idle = supervisor.calibration().memory.max(process.memory);
        let slack = if supervisor.tests { bounds.memory_slack_mb << 20 } else { 0 };
        let memory = bounds.memory_bytes().map(|bytes| idle.saturating_add(bytes).saturating_add(slack));
        let deadline = bounds.wall(kind).map(Deadline::after);
        let clock = process.cpu().unwrap_or_default();
        let (watch, _) = Watch::new(clock, base, cpu, memory, deadline);
        let watch = Arc::new(watch);
        let (call, tail) = Call::new(kind, expected.loops, Arc::clone(&watch), bounds);
        {
            let call = Arc::new(call);
            let mut open = lock(&self.open);
            if let Some(below) = open.last_mut() {
                below.paused = Some(clock);
            }
            let threw = AtomicBool::new(false);
            open.push(Open { ray: ray.clone(), worker, watch: Arc::clone(&watch), call, threw, paused: None });
        }
        process.begin(Arc::clone(&watch));
        let (ended, end) = oneshot::channel();
        if let Some(begun) = expected.begun {
            // Nobody waits for a request whose client has gone.
            let _ = begun.send(end);
        }
        let time = supervisor.clock.now().to_string();
        let began = Began { ray, kind, trigger, event, time, stopwatch: Stopwatch::new(), idle };
        let child = Arc::clone(self);
        tokio::spawn(async move {
            let word = child.until_end(tail, expected.sent).await;
            child.settle(began, word, expected.status).await;
            drop(ended);
        });
    }

    /// Waits for the end of an invocation: the runtime's word, or the death of the process.
    async fn until_end(
        &self,
        tail: oneshot::Receiver<Tail>,
        sent: Option<oneshot::Receiver<()>>,
    ) -> Result<Tail, Death> {
        let overdue = async {
            match sent {
                // Resolves when the response is out, or given up.
                Some(sent) => drop(sent.await),
                None => std::future::pending().await,
            }
            tokio::time::sleep(self.supervisor.bounds.wait_until).await;
        };
        tokio::select! {
            biased;
            tail = tail => match tail {
                Ok(tail) => Ok(tail),
                Err(_) => Err(self.fate().await),
            },
            death = self.fate() => Err(death),
            () = overdue => {
                if let Some(process) = self.process() {
                    process.kill(Death::WaitUntil);
                }
                Err(self.fate().await)
            }
        }
    }

    async fn settle(&self, began: Began, ended: Result<Tail, Death>, status: Option<oneshot::Receiver<u16>>) {
        let Began { ray, kind, trigger, event, time, stopwatch, idle } = began;
        let clock = self.clock();
        let Some((own, last)) = self.close(&ray, clock) else { return };
        let used = own.paused.or(clock).map(|clock| own.watch.used(clock));
        if trigger.is_none() {
            if let (Some(used), Some(measured)) = (used, lock(&self.supervisor.measured).remove(&ray)) {
                // Nobody waits for a measurement that took too long.
                let _ = measured.send(used);
            }
            return;
        }
        let canceled = |exception: String| Tail {
            outcome: "canceled".to_owned(),
            exceptions: vec![exception],
            logs: Vec::new(),
            status: None,
        };
        let ended = match ended {
            // What ran beside the one that was cut ends with it.
            Err(Death::Cpu | Death::Memory | Death::Wall) if !last => {
                Ok(canceled("the process ended at a limit of another invocation".to_owned()))
            }
            Ok(mut tail) if own.threw.load(Ordering::Relaxed) && tail.outcome == "ok" => {
                tail.outcome = "exception".to_owned();
                Ok(tail)
            }
            ended => ended,
        };
        let used = report::charged(&self.supervisor.bounds, kind, &ended, used);
        let said = ended.as_ref().ok().and_then(|tail| tail.status);
        let status = match status {
            Some(status) => tokio::time::timeout(FATE, status).await.ok().and_then(Result::ok).or(said),
            None => said,
        };
        let run = Run {
            id: self.supervisor.entropy.uuid(),
            time,
            trigger: kind,
            event,
            queue_ms: 0.0,
            wall_ms: stopwatch.ms(),
            used,
            peak: own.watch.peak().saturating_sub(idle),
            process: self.id,
            cold: self.served.fetch_add(1, Ordering::Relaxed) == 0,
        };
        let report = run.report(&self.supervisor.bounds, &own.call, ended, status.unwrap_or(499));
        self.supervisor.report(&report).await;
    }

    /// Takes an invocation off the list; whether the process was its own at the end.
    fn close(&self, ray: &str, clock: Option<Duration>) -> Option<(Open, bool)> {
        let mut open = lock(&self.open);
        let at = open.iter().position(|open| open.ray == ray)?;
        let own = open.remove(at);
        let last = at == open.len();
        let Some(process) = self.process() else { return Some((own, last)) };
        if last {
            match open.last_mut() {
                Some(below) => {
                    if let (Some(paused), Some(clock)) = (below.paused.take(), clock) {
                        below.watch.exclude(clock.saturating_sub(paused));
                    }
                    process.begin(Arc::clone(&below.watch));
                }
                None => process.ended(),
            }
        }
        Some((own, last))
    }

    /// The invocation to which what happens now belongs.
    fn current(&self) -> Option<Arc<Call>> {
        lock(&self.open).last().map(|open| Arc::clone(&open.call))
    }

    fn end(&self, ray: &str, word: Tail) {
        let call = lock(&self.open).iter().find(|open| open.ray == ray).map(|open| Arc::clone(&open.call));
        if let Some(call) = call {
            call.end(word);
        }
    }

    /// What the runtime says of invocations that have ended.
    fn tail(&self, worker: &str, events: Vec<TailEvent>) {
        for event in events {
            let call = {
                let all = lock(&self.open);
                let mut open = all.iter().filter(|open| open.worker == worker);
                let own = match event.header("cf-ray") {
                    Some(ray) => open.find(|open| open.ray == ray),
                    None => open.find(|open| open.call.trigger != Trigger::Http && event.is_of(open.call.trigger)),
                };
                own.map(|open| Arc::clone(&open.call))
            };
            if let Some(call) = call {
                call.end(event.into());
            }
        }
    }

    /// Answers the guard.
    async fn answer(self: Arc<Self>, request: Request<Incoming>) -> Response<Body> {
        let headers = request.headers();
        let said = |name: &str| said(headers, name);
        match request.uri().path() {
            "/begin" => {
                let event = said("candleflare-event");
                let trigger = match said("candleflare-trigger").as_str() {
                    "http" => Some(Trigger::Http),
                    "cron" => Some(cron_trigger(&event)),
                    "queue" => Some(Trigger::Queue),
                    _ => None,
                };
                self.begin(said("candleflare-ray"), said("candleflare-worker"), trigger, event);
                empty(StatusCode::NO_CONTENT)
            }
            "/end" => {
                let exception = Some(said("candleflare-exception")).filter(|text| !text.is_empty());
                let word = Tail {
                    outcome: said("candleflare-outcome"),
                    exceptions: exception.into_iter().collect(),
                    logs: Vec::new(),
                    status: said("candleflare-status").parse().ok(),
                };
                self.end(&said("candleflare-ray"), word);
                empty(StatusCode::NO_CONTENT)
            }
            "/threw" => {
                let ray = said("candleflare-ray");
                if let Some(open) = lock(&self.open).iter().find(|open| open.ray == ray) {
                    open.threw.store(true, Ordering::Relaxed);
                }
                empty(StatusCode::NO_CONTENT)
            }
            "/leave" => {
                let Some(call) = self.current() else { return empty(StatusCode::NO_CONTENT) };
                let bounds = &self.supervisor.bounds;
                match said("candleflare-binding") {
                    binding if binding.is_empty() => call.leave_to_fetch(bounds, &said("candleflare-url")).await,
                    binding => call.leave_to_call(bounds, &binding).await,
                }
            }
            "/called" => {
                if let Some(call) = self.current() {
                    call.called(ServiceCall {
                        target: said("candleflare-target"),
                        status: said("candleflare-status").parse().unwrap_or_default(),
                        neurons: said("candleflare-neurons").parse().ok(),
                        ms: said("candleflare-ms").parse().unwrap_or_default(),
                    });
                }
                empty(StatusCode::NO_CONTENT)
            }
            "/tail" => {
                let worker = said("candleflare-worker");
                let body = Limited::new(request.into_body(), TAIL_BYTES).collect().await;
                match body.map(|body| serde_json::from_slice(&body.to_bytes())) {
                    Ok(Ok(events)) => self.tail(&worker, events),
                    Ok(Err(error)) => {
                        tracing::warn!(target: "candleflare::worker", %error, "workerd reports an invocation in a way not known here")
                    }
                    Err(error) => {
                        tracing::warn!(target: "candleflare::worker", %error, "a report of workerd's is too long")
                    }
                }
                empty(StatusCode::NO_CONTENT)
            }
            _ => empty(StatusCode::NOT_FOUND),
        }
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        if let Some(accepting) = self.accepting.get() {
            accepting.abort();
        }
        // Goes with the folder otherwise.
        let _ = std::fs::remove_file(&self.socket);
    }
}

/// A header of the guard's, which sends them encoded.
fn said(headers: &HeaderMap, name: &str) -> String {
    let value = headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    percent_decoded(value)
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn accept(listener: UnixListener, child: Weak<Child>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else { return };
        let child = Weak::clone(&child);
        tokio::spawn(async move {
            let service = service_fn(|request| {
                let child = child.upgrade();
                async move {
                    Ok::<_, std::convert::Infallible>(match child {
                        Some(child) => child.answer(request).await,
                        None => empty(StatusCode::NOT_FOUND),
                    })
                }
            });
            // An error is a process that was killed in the middle of a call.
            let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}
