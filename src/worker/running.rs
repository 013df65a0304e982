//! One invocation from the moment it has a process: sent in, watched, and settled once its response is out and its
//! `waitUntil` is done.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Request, Response};
use hyper::body::{Body as HttpBody, Frame, Incoming, SizeHint};
use hyper_util::rt::TokioIo;
use tokio::sync::oneshot;

use super::Worker;
use super::bounds::Trigger;
use super::inner::{Call, Tail};
use super::invocation::Invocation;
use super::meter::{Death, Watch};
use super::pages::{self, page};
use super::pool::Lease;
use super::process::Process;
use super::report::{self, Run, outcome};
use crate::clock::{Deadline, Stopwatch};

/// Set by the guard where the Worker threw.
const EXCEPTION: &str = "candleflare-exception";
/// How long a broken connection may wait for the word why.
const VERDICT: Duration = Duration::from_secs(3);

/// What is said of an invocation before it runs.
pub struct Order {
    pub trigger: Trigger,
    pub event: String,
    pub queued: Stopwatch,
    /// The client's headers, for the form of an error.
    pub asked: HeaderMap,
}

/// The way from the front to the referee.
struct Sent {
    /// The status that the client got.
    head: oneshot::Sender<u16>,
    /// Dropped when the response's last byte is out, or the client has gone.
    body: oneshot::Sender<()>,
}

/// How an invocation ended, for the client that waits for its response.
pub type Verdict = oneshot::Receiver<Death>;

/// Runs one invocation in `lease`'s process: its response, and the report that follows when all has ended.
pub async fn run(
    worker: &Arc<Worker>,
    order: Order,
    lease: Lease,
    mut request: Request<Body>,
) -> (Response<Body>, oneshot::Receiver<Invocation>) {
    let asked = order.asked.clone();
    let instance = Arc::clone(&lease.instance);
    let (sent, mut verdict, done) = referee(worker, order, lease);
    let upgrade = hyper::upgrade::on(&mut request);
    let response = tokio::select! {
        biased;
        death = &mut verdict => Err(death.ok()),
        response = instance.send(request) => match response {
            Ok(response) => Ok(response),
            Err(reason) => {
                let death = tokio::time::timeout(VERDICT, &mut verdict).await.ok().and_then(Result::ok);
                if death.is_none() {
                    tracing::warn!(target: "candleflare::worker", reason, "the Worker could not be asked");
                }
                Err(death)
            }
        },
    };
    let response = match response {
        Ok(mut response) if response.status() == 101 => {
            let inside = hyper::upgrade::on(&mut response);
            tokio::spawn(tunnel(upgrade, inside, Some(sent.body)));
            let _ = sent.head.send(101);
            return (response.map(Body::new), done);
        }
        Ok(response) => response,
        Err(death) => {
            let answer = page(if death.is_some_and(exceeded) { pages::EXCEEDED } else { pages::THREW }, &asked);
            let _ = sent.head.send(answer.status().as_u16());
            return (answer, done);
        }
    };
    if response.headers().contains_key(EXCEPTION) {
        let answer = page(pages::THREW, &asked);
        let _ = sent.head.send(answer.status().as_u16());
        return (answer, done);
    }
    if header_bytes(response.headers()) > worker.bounds.response_header_bytes {
        tracing::error!(target: "candleflare::worker", "the response's headers are over `worker.response_header_bytes`");
        let answer = page(pages::THREW, &asked);
        let _ = sent.head.send(answer.status().as_u16());
        return (answer, done);
    }
    let _ = sent.head.send(response.status().as_u16());
    let response = response.map(|body| Body::new(Relayed { body, verdict: Some(verdict), _sent: vec![sent.body] }));
    (response, done)
}

/// Whether a death is one of the limits that production answers with 1102.
pub fn exceeded(death: Death) -> bool {
    match death {
        Death::Cpu | Death::Memory | Death::Wall | Death::WaitUntil => true,
        Death::Crashed(_) => false,
    }
}

/// Headers as they are on the wire.
pub fn header_bytes<'a>(headers: impl IntoIterator<Item = (&'a HeaderName, &'a HeaderValue)>) -> usize {
    headers.into_iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum()
}

/// Watches over the invocation and settles it, whatever becomes of the client.
fn referee(worker: &Arc<Worker>, order: Order, lease: Lease) -> (Sent, Verdict, oneshot::Receiver<Invocation>) {
    let (head, status) = oneshot::channel();
    let (body, sent) = oneshot::channel();
    let (tell, verdict) = oneshot::channel();
    let (settle, done) = oneshot::channel();
    let queue_ms = order.queued.ms();
    let began = Stopwatch::new();
    let bounds = &worker.bounds;
    let process = &lease.instance.process;
    let cpu = bounds.cpu_at_most(order.trigger).unwrap_or(Duration::MAX);
    let memory = bounds.memory_bytes().map(|bytes| worker.calibration.memory.saturating_add(bytes));
    let deadline = bounds.wall(order.trigger).map(Deadline::after);
    let clock = process.cpu().unwrap_or_default();
    let (watch, death) = Watch::new(clock, worker.calibration.base, cpu, memory, deadline);
    let watch = Arc::new(watch);
    let (call, tail) = Call::new(order.trigger, pages::loops(&order.asked), Arc::clone(&watch), bounds);
    let call = Arc::new(call);
    lease.instance.inner.begin(Arc::clone(&call));
    process.begin(Arc::clone(&watch));
    let time = worker.clock.now().to_string();
    let cold = lease.instance.serve();
    let open = worker.open();
    let worker = Arc::clone(worker);
    tokio::spawn(async move {
        let ended = ended(&lease, death, tail, sent, worker.bounds.wait_until).await;
        let process = &lease.instance.process;
        let used = process.cpu().map(|clock| watch.used(clock));
        let ended = ended.map(|tail| soft(&worker, process, tail));
        process.ended();
        lease.instance.inner.end();
        let used = report::charged(&worker.bounds, order.trigger, &ended, used);
        if let Err(death) = &ended {
            let _ = tell.send(death.clone());
        }
        let run = Run {
            id: worker.entropy.uuid(),
            time,
            trigger: order.trigger,
            event: order.event,
            queue_ms,
            wall_ms: began.ms(),
            used,
            peak: watch.peak().saturating_sub(worker.calibration.memory),
            process: lease.instance.id,
            cold,
        };
        // The next one need not wait for the report.
        drop(lease);
        let status = tokio::time::timeout(VERDICT, status).await.ok().and_then(Result::ok).unwrap_or(499);
        let invocation = run.report(&worker.bounds, &call, ended, status);
        worker.ledger.add(invocation.clone());
        drop(open);
        // Only a trigger of the control plane waits for it.
        let _ = settle.send(invocation);
    });
    (Sent { head, body }, verdict, done)
}

/// An isolate over its memory limit answers what it has begun, and takes nothing more: what is kept after an invocation
/// is lost with the process. Strictly it does not come so far, but leniently for buffers.
fn soft(worker: &Worker, process: &Process, tail: Tail) -> Tail {
    let limit = worker.bounds.kept_bytes().map(|bytes| worker.calibration.memory.saturating_add(bytes));
    if process.anonymous().zip(limit).is_none_or(|(kept, limit)| kept <= limit) {
        return tail;
    }
    process.kill(Death::Memory);
    let outcome = outcome(&Death::Memory).as_str().to_owned();
    let mut exceptions = vec![report::text(&Death::Memory)];
    exceptions.extend(tail.exceptions);
    Tail { outcome, exceptions, ..tail }
}

/// Waits for the end of the invocation: the runtime's word, or the death of the process.
async fn ended(
    lease: &Lease,
    mut death: oneshot::Receiver<Death>,
    mut tail: oneshot::Receiver<Tail>,
    sent: oneshot::Receiver<()>,
    wait_until: Duration,
) -> Result<Tail, Death> {
    let lost = || Death::Crashed("the process is gone".to_owned());
    let overdue = async {
        // Resolves when the response is out, or given up.
        let _ = sent.await;
        tokio::time::sleep(wait_until).await;
    };
    tokio::select! {
        biased;
        said = &mut death => Err(said.unwrap_or_else(|_| lost())),
        tail = &mut tail => tail.map_err(|_| lost()),
        () = overdue => {
            lease.instance.process.kill(Death::WaitUntil);
            Err(death.await.unwrap_or_else(|_| lost()))
        }
    }
}

/// Carries bytes between two upgraded connections; `_sent` is dropped at the end.
pub async fn tunnel(
    outside: hyper::upgrade::OnUpgrade,
    inside: hyper::upgrade::OnUpgrade,
    _sent: Option<oneshot::Sender<()>>,
) {
    if let (Ok(outside), Ok(inside)) = (outside.await, inside.await) {
        // Either side may go away at any time.
        let _ = tokio::io::copy_bidirectional(&mut TokioIo::new(outside), &mut TokioIo::new(inside)).await;
    }
}

/// A response's body on its way to the client. A process that dies cuts it, so that nobody takes half of it for all.
pub struct Relayed {
    pub body: Incoming,
    pub verdict: Option<Verdict>,
    /// Dropped with the body.
    pub _sent: Vec<oneshot::Sender<()>>,
}

impl HttpBody for Relayed {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if let Some(verdict) = &mut self.verdict
            && let Poll::Ready(said) = Pin::new(verdict).poll(context)
        {
            self.verdict = None;
            if said.is_ok_and(|death| death != Death::WaitUntil) {
                return Poll::Ready(Some(Err(axum::Error::new("the Worker was ended at a limit"))));
            }
        }
        Pin::new(&mut self.body).poll_frame(context).map_err(axum::Error::new)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
