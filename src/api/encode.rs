//! Bodies that are no plain JSON: event streams, and the headers that every AI answer has.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, Response, header};
use futures_util::Stream;
use serde_json::{Value, json};

use super::envelope::Reply;
use crate::ai::service::{GenerationStream, Meta, StreamItem};
use crate::ai::tasks::text_generation::{Frames, Identity, Style};
use crate::entropy::Entropy;

/// The headers of an AI answer.
pub fn ai_headers(headers: &mut HeaderMap, meta: &Meta, neurons: Option<f64>) {
    let mut set = |name: &'static str, value: String| {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(name, value);
        }
    };
    set("cf-ai-req-id", meta.request_id.clone());
    set("candleflare-model", format!("{}; fidelity={}", meta.checkpoint, meta.fidelity));
    if let Some(neurons) = neurons {
        set("cf-ai-neurons", format!("{neurons:.2}"));
    }
}

/// A generation as server-sent events, closed by `[DONE]`.
pub fn event_stream(stream: Box<GenerationStream>, style: Style, identity: Identity, entropy: Entropy) -> Reply {
    let frames = Frames::new(style, stream.form, identity, entropy, stream.include_usage, stream.prompt_tokens);
    let mut reply = Response::new(Body::from_stream(EventStream { stream, frames, state: State::Start }));
    let headers = reply.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    reply
}

struct EventStream {
    stream: Box<GenerationStream>,
    frames: Frames,
    state: State,
}

enum State {
    Start,
    Running,
    Ended,
}

impl Stream for EventStream {
    type Item = Result<Bytes, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        loop {
            let mut wire = String::new();
            match this.state {
                State::Ended => return Poll::Ready(None),
                State::Start => {
                    this.state = State::Running;
                    write_frames(&mut wire, this.frames.start());
                }
                State::Running => match std::task::ready!(Pin::new(&mut this.stream).poll_next(context)) {
                    Some(StreamItem::Text { text, tokens }) => write_frames(&mut wire, this.frames.text(&text, tokens)),
                    Some(StreamItem::End { finish, usage }) => {
                        write_frames(&mut wire, this.frames.end(finish, &usage));
                        wire.push_str("data: [DONE]\n\n");
                        this.state = State::Ended;
                    }
                    Some(StreamItem::Failed(error)) => {
                        // No `[DONE]` follows, so a client takes the stream as cut.
                        let failure = json!({"errors": [{"message": error.to_string(), "code": error.code()}]});
                        write_frames(&mut wire, vec![failure]);
                        this.state = State::Ended;
                    }
                    None => this.state = State::Ended,
                },
            }
            if !wire.is_empty() {
                return Poll::Ready(Some(Ok(Bytes::from(wire))));
            }
        }
    }
}

fn write_frames(wire: &mut String, frames: Vec<Value>) {
    for frame in frames {
        wire.push_str("data: ");
        wire.push_str(&frame.to_string());
        wire.push_str("\n\n");
    }
}
