//! What production's edge refuses before a Worker sees the request: sizes, the day's requests, and a Worker that calls
//! itself. Both front doors ask here, that of `candleflare worker` and that under Miniflare.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Request, Response};
use http_body_util::BodyExt;
use hyper::body::{Body as HttpBody, Frame, Incoming, SizeHint};
use tokio::sync::oneshot;

use super::bounds::Bounds;
use super::pages::{self, page, refusal};
use crate::clock::Clock;

/// The limits that need no runtime.
pub struct Entrance {
    bounds: Arc<Bounds>,
    clock: Clock,
    /// The UTC day, and how many requests it has had.
    today: Mutex<(String, u64)>,
}

/// What is over its limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    Url,
    Headers,
    Body,
    Daily,
    Loop,
}

impl Entrance {
    pub fn new(bounds: Arc<Bounds>, clock: Clock) -> Self {
        Self { bounds, clock, today: Mutex::default() }
    }

    /// How many Workers the request has come through already, or why it is turned away. The sizes, in bytes, are those of what the
    /// client sent.
    pub fn admit<B: HttpBody>(&self, request: &Request<B>, url: usize, headers: usize) -> Result<usize, Refused> {
        let bounds = &self.bounds;
        let loops = pages::loops(request.headers());
        match request.body().size_hint().lower() {
            _ if url > bounds.url_bytes => Err(Refused::Url),
            _ if headers > bounds.request_header_bytes => Err(Refused::Headers),
            body if body > bounds.body_bytes as u64 => Err(Refused::Body),
            _ if !self.count() => Err(Refused::Daily),
            _ if loops > bounds.loops => Err(Refused::Loop),
            _ => Ok(loops),
        }
    }

    /// A request's body that ends with an error once it is over its limit, and what resolves then.
    pub fn measured(&self, body: Incoming) -> (Measured, oneshot::Receiver<()>) {
        let (over, too_long) = oneshot::channel();
        (Measured { body: Some(body), left: self.bounds.body_bytes, over: Some(over) }, too_long)
    }

    /// Whether the day's requests are not used up; counts one more.
    fn count(&self) -> bool {
        let Some(limit) = self.bounds.requests_per_day else { return true };
        let day = self.clock.today();
        let mut today = self.today.lock().unwrap_or_else(PoisonError::into_inner);
        if today.0 != day {
            *today = (day, 0);
        }
        today.1 += 1;
        today.1 <= limit
    }
}

impl Refused {
    /// In the form that a client with these headers gets.
    pub fn answer(self, asked: &HeaderMap) -> Response<Body> {
        match self {
            Self::Url => refusal(414, "URI Too Long"),
            Self::Headers => refusal(431, "Request Header Fields Too Large"),
            Self::Body => refusal(413, "Payload Too Large"),
            Self::Daily => page(pages::DAILY, asked),
            Self::Loop => page(pages::LOOP, asked),
        }
    }
}

/// A request's body that ends with an error once it is over its limit.
pub struct Measured {
    body: Option<Incoming>,
    left: usize,
    over: Option<oneshot::Sender<()>>,
}

/// How long a client that still sends is listened to after its refusal, so that it comes to read that.
const LINGER: Duration = Duration::from_secs(2);

impl HttpBody for Measured {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let Some(body) = &mut self.body else { return Poll::Ready(None) };
        let polled = Pin::new(body).poll_frame(context).map_err(axum::Error::new);
        let Poll::Ready(Some(Ok(frame))) = &polled else { return polled };
        let bytes = frame.data_ref().map_or(0, Bytes::len);
        if let Some(left) = self.left.checked_sub(bytes) {
            self.left = left;
            return polled;
        }
        if let Some(over) = self.over.take() {
            // The answer may be out already; then the body is cut only.
            let _ = over.send(());
        }
        if let Some(body) = self.body.take() {
            tokio::spawn(tokio::time::timeout(LINGER, swallow(body)));
        }
        Poll::Ready(Some(Err(axum::Error::new("the request's body is too large"))))
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(HttpBody::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map(HttpBody::size_hint).unwrap_or_default()
    }
}

async fn swallow(mut body: Incoming) {
    while body.frame().await.is_some_and(|frame| frame.is_ok()) {}
}
