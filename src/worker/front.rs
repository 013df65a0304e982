//! The front door: the socket that clients see.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Request, Response, header};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::Worker;
use super::bounds::Trigger;
use super::entrance::Refused;
use super::pages::refusal;
use super::pool::Unavailable;
use super::running::{self, Order, header_bytes};
use crate::clock::Stopwatch;

/// How long a drain waits for the requests in flight.
const DRAIN: Duration = Duration::from_secs(10);
/// A client that says nothing more of a request's head is let go.
const HEAD: Duration = Duration::from_secs(30);

/// Serves until `stop` says so, then lets the requests in flight end.
pub async fn serve(listener: TcpListener, worker: Arc<Worker>, mut stop: watch::Receiver<bool>) {
    let mut connections = JoinSet::new();
    loop {
        // Those that have ended.
        while connections.try_join_next().is_some() {}
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stop.wait_for(|stop| *stop) => break,
        };
        let (stream, client) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of descriptors, most likely; others will be freed.
                tracing::warn!(target: "candleflare::worker", %error, "cannot accept");
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        drop(stream.set_nodelay(true));
        connections.spawn(connection(stream, client, Arc::clone(&worker), stop.clone()));
    }
    drop(listener);
    let drained = async {
        while connections.join_next().await.is_some() {}
        worker.settled().await;
    };
    if tokio::time::timeout(DRAIN, drained).await.is_err() {
        tracing::warn!(target: "candleflare::worker", "stopped with requests still in flight");
    }
}

async fn connection(stream: TcpStream, client: SocketAddr, worker: Arc<Worker>, mut stop: watch::Receiver<bool>) {
    let service = service_fn(move |request| {
        let worker = Arc::clone(&worker);
        async move { Ok::<_, Infallible>(answer(&worker, client, request).await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        // Above production's limits, so that these are refused here, in its words.
        .max_buf_size(1 << 20)
        .max_headers(2048)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    let mut connection = std::pin::pin!(connection);
    // An error is a client that went away, or spoke no HTTP.
    tokio::select! {
        _ = connection.as_mut() => return,
        _ = stop.wait_for(|stop| *stop) => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}

async fn answer(worker: &Arc<Worker>, client: SocketAddr, request: Request<Incoming>) -> Response<Body> {
    let asked = request.headers().clone();
    let host = asked.get(header::HOST).map_or(0, HeaderValue::len);
    let url = request.uri().to_string().len() + host + "https://".len();
    let loops = match worker.entrance.admit(&request, url, header_bytes(&asked)) {
        Ok(loops) => loops,
        Err(refused) => return refused.answer(&asked),
    };
    let queued = Stopwatch::new();
    let lease = match worker.pool.lease(loops > 0).await {
        Ok(lease) => lease,
        Err(unavailable) => return turned_away(unavailable, worker.bounds.waiting),
    };
    let path = request.uri().path();
    let event = format!("{} {}", request.method(), path.chars().take(200).collect::<String>());
    let order = Order { trigger: Trigger::Http, event, queued, asked };
    let (mut parts, body) = request.into_parts();
    handed_on(&mut parts.headers, client);
    let (body, too_long) = worker.entrance.measured(body);
    let (response, _) = tokio::select! {
        biased;
        answered = running::run(worker, order, lease, Request::from_parts(parts, Body::new(body))) => answered,
        Ok(()) = too_long => return Refused::Body.answer(&HeaderMap::new()),
    };
    response
}

/// Why a request got no process.
pub fn turned_away(unavailable: Unavailable, waiting: usize) -> Response<Body> {
    let mut response = match unavailable {
        Unavailable::Full => refusal(
            429,
            &format!(
                "{waiting} requests wait for the Worker already\nhint: raise `worker.waiting_requests` with `--limits`, or `--processes`"
            ),
        ),
        Unavailable::Failing => {
            refusal(503, "the Worker does not start any more\nhint: the log of candleflare says why")
        }
    };
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    response
}

/// A client's headers as the Worker gets them: without what concerns the connection, and with the client's address.
fn handed_on(headers: &mut HeaderMap, client: SocketAddr) {
    let own: Vec<_> = headers.keys().filter(|name| name.as_str().starts_with("candleflare-")).cloned().collect();
    for name in own {
        headers.remove(name);
    }
    if !headers.contains_key(header::UPGRADE) {
        headers.remove(header::CONNECTION);
    }
    for name in [header::TRANSFER_ENCODING, header::TE, header::TRAILER] {
        headers.remove(name);
    }
    headers.remove("keep-alive");
    if let Ok(address) = HeaderValue::from_str(&client.ip().to_string()) {
        headers.insert("cf-connecting-ip", address.clone());
        headers.insert("x-real-ip", address);
    }
}
