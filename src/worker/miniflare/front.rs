//! The socket that Miniflare knows as the entry. Requests are let into the process one invocation after another, and
//! those that a dying process lost get production's page.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Request, Response, header};
use hyper::body::{Body as HttpBody, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

use super::Supervisor;
use super::child::Child;
use crate::worker::entrance::Refused;
use crate::worker::pages::{self, page, refusal};
use crate::worker::process::ENTRY;
use crate::worker::running::{Relayed, exceeded, header_bytes, tunnel};

const RAY: HeaderName = HeaderName::from_static("cf-ray");
const ORIGINAL_URL: HeaderName = HeaderName::from_static("mf-original-url");
/// Miniflare's own calls into the process, which are no invocations.
const OPERATION: HeaderName = HeaderName::from_static("mf-op");
/// How long a request waits for a process; on a busy machine one takes its time to start.
const PATIENCE: Duration = Duration::from_secs(60);

pub async fn serve(listener: TcpListener, supervisor: Arc<Supervisor>) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => drop(tokio::spawn(connection(stream, Arc::clone(&supervisor)))),
            Err(error) => {
                // Out of descriptors, most likely; others will be freed.
                tracing::warn!(target: "candleflare::worker", %error, "cannot accept");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

async fn connection(stream: TcpStream, supervisor: Arc<Supervisor>) {
    drop(stream.set_nodelay(true));
    let service = service_fn(move |request| {
        let supervisor = Arc::clone(&supervisor);
        async move { Ok::<_, Infallible>(answer(&supervisor, request).await) }
    });
    // An error is a client that went away.
    let _ = http1::Builder::new()
        .preserve_header_case(true)
        .max_buf_size(1 << 20)
        .max_headers(2048)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades()
        .await;
}

async fn answer(supervisor: &Arc<Supervisor>, mut request: Request<Incoming>) -> Response<Body> {
    let asked = request.headers().clone();
    let upgrade = request.headers().contains_key(header::UPGRADE);
    if supervisor.tests || upgrade || request.headers().contains_key(OPERATION) {
        let Some(child) = supervisor.serving(PATIENCE).await else { return unavailable() };
        let outside = hyper::upgrade::on(&mut request);
        return match child.send(ENTRY, request.map(Body::new)).await {
            Ok(mut response) if response.status() == 101 => {
                tokio::spawn(tunnel(outside, hyper::upgrade::on(&mut response), None));
                response.map(Body::new)
            }
            Ok(response) => response.map(Body::new),
            Err(reason) => lost(&child, &reason, &asked).await,
        };
    }
    let loops = match supervisor.entrance.admit(&request, url_bytes(&request), client_header_bytes(&asked)) {
        Ok(loops) => loops,
        Err(refused) => return refused.answer(&asked),
    };
    let ray = supervisor.entropy.uuid().replace('-', "").chars().take(16).collect::<String>();
    if let Ok(value) = HeaderValue::from_str(&ray) {
        request.headers_mut().insert(RAY, value);
    }
    let Some(turn) = supervisor.turn().await else {
        return refusal(
            429,
            &format!(
                "{} requests wait for the Worker already\nhint: raise `worker.waiting_requests` with `--limits`",
                supervisor.bounds.waiting
            ),
        );
    };
    // What was in a process that died before it began is sent again, if it can be.
    let (parts, body) = request.into_parts();
    // What Miniflare makes a cron's run of begins without the request's mark, and is not sent twice.
    let repeatable = body.is_end_stream() && !parts.uri.path().starts_with("/cdn-cgi/");
    let (body, mut too_long) = supervisor.entrance.measured(body);
    let mut body = Some(Body::new(body));
    for again in [true, false] {
        let Some(child) = supervisor.serving(PATIENCE).await else { return unavailable() };
        let request = Request::from_parts(parts.clone(), body.take().unwrap_or_default());
        let expectation = child.expect(ray.clone(), loops);
        let mut begun = expectation.begun;
        let sent = tokio::select! {
            biased;
            sent = child.send(ENTRY, request) => sent,
            Ok(()) = &mut too_long => return Refused::Body.answer(&asked),
        };
        match sent {
            Ok(response) if header_bytes(response.headers()) > supervisor.bounds.response_header_bytes => {
                tracing::error!(target: "candleflare::worker", "the response's headers are over `worker.response_header_bytes`");
                let answer = page(pages::THREW, &asked);
                let _ = expectation.head.send(answer.status().as_u16());
                return answer;
            }
            Ok(response) => {
                let _ = expectation.head.send(response.status().as_u16());
                let invocation = begun.try_recv().ok();
                if invocation.is_none() {
                    child.forget(&ray);
                }
                let (ours, out) = oneshot::channel();
                tokio::spawn(async move {
                    // Each resolves when its sender is dropped: the response is out, the invocation has ended.
                    let _ = out.await;
                    if let Some(invocation) = invocation {
                        let _ = invocation.await;
                    }
                    drop(turn);
                });
                let sent = vec![expectation.body, ours];
                return response.map(|body| Body::new(Relayed { body, verdict: None, _sent: sent }));
            }
            Err(_) if too_long.try_recv().is_ok() => return Refused::Body.answer(&asked),
            Err(reason) => {
                let began = begun.try_recv().is_ok();
                if again && repeatable && !began && child.fate_soon().await.is_some() {
                    child.forget(&ray);
                    continue;
                }
                let answer = lost(&child, &reason, &asked).await;
                let _ = expectation.head.send(answer.status().as_u16());
                drop(turn);
                return answer;
            }
        }
    }
    unavailable()
}

/// Of the URL that the client asked for, which wrangler's process in front hands on in a header.
fn url_bytes(request: &Request<Incoming>) -> usize {
    let length = |name: HeaderName| request.headers().get(name).map(HeaderValue::len);
    length(ORIGINAL_URL).unwrap_or_else(|| {
        request.uri().to_string().len() + length(header::HOST).unwrap_or_default() + "https://".len()
    })
}

/// Of the headers that are not Miniflare's own.
fn client_header_bytes(headers: &HeaderMap) -> usize {
    let own = |name: &HeaderName| name.as_str().starts_with("mf-");
    header_bytes(headers.iter().filter(|(name, _)| !own(name)))
}

/// The answer to a request whose process has gone.
async fn lost(child: &Child, reason: &str, asked: &HeaderMap) -> Response<Body> {
    match child.fate_soon().await {
        Some(death) if exceeded(death.clone()) => page(pages::EXCEEDED, asked),
        Some(_) => page(pages::THREW, asked),
        None => refusal(502, &format!("the Worker could not be asked: {reason}")),
    }
}

fn unavailable() -> Response<Body> {
    refusal(503, "the Worker does not start any more\nhint: the log of candleflare says why")
}
