//! Spoils an answer on its way out, as a fault asks: whatever dialect wrote it, and whether a model, a stub or a recording
//! said it.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, BodyDataStream, Bytes};
use axum::http::{HeaderValue, Response, StatusCode, header};
use futures_util::{Stream, StreamExt};
use http_body_util::BodyExt;
use tokio::time::{Sleep, sleep};

use super::connection::Connection;
use super::envelope::Reply;
use crate::harness::Wire;

/// Between the last bytes and the end of a connection that is cut: else the server throws away what it has not written.
const FLUSH: Duration = Duration::from_millis(5);

const DONE: &[u8] = b"data: [DONE]\n\n";

/// Does `wire` to `reply`.
pub async fn spoil(reply: Reply, wire: Wire, connection: Option<&Connection>) -> Reply {
    match wire {
        Wire::Bare { status } => {
            let mut bare = Response::new(Body::empty());
            *bare.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            bare
        }
        Wire::Reset => {
            if let Some(connection) = connection {
                connection.reset();
            }
            // Where there is no connection to reset, its end must do.
            Response::new(Body::from_stream(futures_util::stream::once(async { Err::<Bytes, _>(ended()) })))
        }
        _ if is_stream(&reply) => reply.map(|body| Body::from_stream(Spoilt::new(body.into_data_stream(), wire))),
        _ => spoil_whole(reply, wire).await,
    }
}

fn is_stream(reply: &Reply) -> bool {
    reply.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"))
}

/// An answer that is one piece.
async fn spoil_whole(reply: Reply, wire: Wire) -> Reply {
    let (mut parts, body) = reply.into_parts();
    let Ok(body) = body.collect().await.map(http_body_util::Collected::to_bytes) else {
        return Response::from_parts(parts, Body::empty());
    };
    let half = body.slice(..body.len() / 2);
    // The length stays that of the whole answer, so that a client knows that something is missing.
    let promise = HeaderValue::from(body.len());
    match wire {
        Wire::Truncate { .. } => Response::from_parts(parts, Body::from(half)),
        Wire::Cut { .. } => {
            parts.headers.insert(header::CONTENT_LENGTH, promise);
            let end = futures_util::stream::once(async {
                sleep(FLUSH).await;
                Err(ended())
            });
            let pieces = futures_util::stream::iter([Ok(half)]).chain(end);
            Response::from_parts(parts, Body::from_stream(pieces))
        }
        Wire::Stall { .. } => {
            parts.headers.insert(header::CONTENT_LENGTH, promise);
            Response::from_parts(parts, Body::from_stream(futures_util::stream::pending::<Result<Bytes, io::Error>>()))
        }
        _ => Response::from_parts(parts, Body::from(body)),
    }
}

fn ended() -> io::Error {
    io::Error::new(io::ErrorKind::ConnectionAborted, "a fault was staged")
}

/// A stream of events with something wrong.
struct Spoilt {
    body: BodyDataStream,
    wire: Wire,
    /// Came, and is no whole event yet.
    partial: Vec<u8>,
    /// Whole events that wait to go out.
    events: VecDeque<Vec<u8>>,
    /// Events that went out.
    sent: u64,
    pause: Option<Pin<Box<Sleep>>>,
    /// What was sent has gone out; then the connection is cut.
    cut: Option<Pin<Box<Sleep>>>,
    is_stalled: bool,
    is_over: bool,
}

impl Spoilt {
    fn new(body: BodyDataStream, wire: Wire) -> Self {
        Self {
            body,
            wire,
            partial: Vec::new(),
            events: VecDeque::new(),
            sent: 0,
            pause: None,
            cut: None,
            is_stalled: false,
            is_over: false,
        }
    }

    fn take(&mut self, bytes: &[u8]) {
        self.partial.extend_from_slice(bytes);
        while let Some(at) = self.partial.windows(2).position(|pair| pair == b"\n\n") {
            let rest = self.partial.split_off(at + 2);
            self.events.push_back(std::mem::replace(&mut self.partial, rest));
        }
    }

    /// What goes out for the next event, or how the stream ends.
    fn next(&mut self, event: Vec<u8>) -> Step {
        let is_done = event == DONE;
        let sent = self.sent;
        self.sent += 1;
        match self.wire {
            Wire::Stall { after } if sent >= after => Step::Stall,
            Wire::Cut { after } if sent >= after => Step::Cut,
            Wire::Truncate { after } if sent >= after => {
                self.is_over = true;
                Step::Send(event[..event.len() / 2].to_vec())
            }
            Wire::MissingDone if is_done => Step::Skip,
            Wire::DuplicateDone if is_done => Step::Send([DONE, DONE].concat()),
            _ => Step::Send(event),
        }
    }
}

enum Step {
    Send(Vec<u8>),
    Skip,
    Stall,
    Cut,
}

impl Stream for Spoilt {
    type Item = Result<Bytes, io::Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        loop {
            if this.is_over {
                return Poll::Ready(None);
            }
            if this.is_stalled {
                // The body is held, so that whoever computes for it goes on until the client leaves.
                return Poll::Pending;
            }
            if let Some(cut) = &mut this.cut {
                std::task::ready!(cut.as_mut().poll(context));
                this.is_over = true;
                return Poll::Ready(Some(Err(ended())));
            }
            if let Some(pause) = &mut this.pause {
                std::task::ready!(pause.as_mut().poll(context));
                this.pause = None;
                if let Some(event) = this.events.pop_front() {
                    return Poll::Ready(Some(Ok(event.into())));
                }
            }
            if let (Wire::Slow { gap }, false) = (this.wire, this.events.is_empty()) {
                this.pause = Some(Box::pin(sleep(gap.max(Duration::from_micros(1)))));
                continue;
            }
            if let Some(event) = this.events.pop_front() {
                match this.next(event) {
                    Step::Send(bytes) => return Poll::Ready(Some(Ok(bytes.into()))),
                    Step::Skip => {}
                    Step::Stall => this.is_stalled = true,
                    Step::Cut => this.cut = Some(Box::pin(sleep(FLUSH))),
                }
                continue;
            }
            match std::task::ready!(Pin::new(&mut this.body).poll_next(context)) {
                Some(Ok(bytes)) => this.take(&bytes),
                Some(Err(error)) => return Poll::Ready(Some(Err(io::Error::other(error)))),
                None if this.partial.is_empty() => this.is_over = true,
                None => {
                    let rest = std::mem::take(&mut this.partial);
                    this.events.push_back(rest);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stream(events: &[&'static str]) -> Reply {
        let pieces: Vec<Result<Bytes, io::Error>> = events.iter().map(|event| Ok(Bytes::from(*event))).collect();
        let mut reply = Response::new(Body::from_stream(futures_util::stream::iter(pieces)));
        reply.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
        reply
    }

    /// What a client reads, and whether it ends well.
    async fn read(reply: Reply, wire: Wire) -> (String, bool) {
        let mut body = spoil(reply, wire, None).await.into_body().into_data_stream();
        let mut text = String::new();
        while let Some(piece) = body.next().await {
            match piece {
                Ok(bytes) => text.push_str(std::str::from_utf8(&bytes).unwrap()),
                Err(_) => return (text, false),
            }
        }
        (text, true)
    }

    #[tokio::test]
    async fn streams_are_spoilt_event_by_event() {
        // One event over two pieces, and two in one.
        let events = ["data: {\"a\"", ":1}\n\ndata: {\"b\":2}\n\n", "data: [DONE]\n\n"];
        let whole = events.concat();
        let says = async |wire| read(stream(&events), wire).await;
        assert_eq!(says(Wire::Slow { gap: Duration::from_millis(1) }).await, (whole.clone(), true));
        assert_eq!(says(Wire::Cut { after: 1 }).await, ("data: {\"a\":1}\n\n".to_owned(), false));
        assert_eq!(says(Wire::Cut { after: 9 }).await, (whole.clone(), true));
        assert_eq!(says(Wire::Truncate { after: 1 }).await, ("data: {\"a\":1}\n\ndata: {".to_owned(), true));
        assert_eq!(says(Wire::DuplicateDone).await, (format!("{whole}data: [DONE]\n\n"), true));
        assert_eq!(says(Wire::MissingDone).await, (whole.replace("data: [DONE]\n\n", ""), true));
        assert_eq!(says(Wire::Reset).await, (String::new(), false));
    }

    #[tokio::test]
    async fn a_stall_says_no_more() {
        let reply = spoil(stream(&["data: 1\n\n", "data: 2\n\n"]), Wire::Stall { after: 1 }, None).await;
        let mut body = reply.into_body().into_data_stream();
        assert_eq!(body.next().await.unwrap().unwrap(), "data: 1\n\n");
        assert!(tokio::time::timeout(Duration::from_millis(30), body.next()).await.is_err());
    }

    #[tokio::test]
    async fn whole_answers_are_spoilt_too() {
        let json = || Response::new(Body::from("{\"a\":1}"));
        assert_eq!(read(json(), Wire::Truncate { after: 0 }).await, ("{\"a".to_owned(), true));
        assert_eq!(read(json(), Wire::Cut { after: 3 }).await, ("{\"a".to_owned(), false));
        assert_eq!(read(json(), Wire::MissingDone).await, ("{\"a\":1}".to_owned(), true));
        let bare = spoil(json(), Wire::Bare { status: 502 }, None).await;
        assert_eq!(bare.status(), 502);
        assert_eq!(read(bare, Wire::MissingDone).await, (String::new(), true));
    }
}
