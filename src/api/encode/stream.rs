//! A generation as server-sent events.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::Bytes;
use futures_util::Stream;
use serde_json::{Value, json};

use crate::ai::service::{GenerationStream, StreamItem};
use crate::ai::tasks::text_generation::{Frames, Identity, Opening, ResponseEvents, Style};
use crate::entropy::Entropy;

/// Chats and completions are closed by `[DONE]`; the Responses API by its own last event.
pub struct EventStream {
    stream: Box<GenerationStream>,
    writer: Writer,
    state: State,
}

enum Writer {
    Frames(Frames),
    Responses(ResponseEvents),
}

enum State {
    Start,
    Running,
    Ended,
}

impl EventStream {
    pub fn new(mut stream: Box<GenerationStream>, style: Style, identity: Identity, padding: Entropy) -> Self {
        let writer = match stream.echo.take() {
            Some(echo) => Writer::Responses(ResponseEvents::new(identity, echo)),
            None => Writer::Frames(Frames::new(Opening {
                style,
                form: stream.form,
                identity,
                padding,
                include_usage: stream.include_usage,
                prompt_tokens: stream.prompt_tokens,
                choices: stream.choices,
                logprobs: stream.logprobs,
            })),
        };
        Self { stream, writer, state: State::Start }
    }

    fn write(&mut self, item: StreamItem) -> String {
        let mut wire = String::new();
        match (&mut self.writer, item) {
            (Writer::Frames(frames), StreamItem::Delta { choice, delta, tokens, logprobs }) => {
                write_frames(&mut wire, frames.delta(choice, &delta, tokens, &logprobs));
            }
            (Writer::Frames(frames), StreamItem::ChoiceEnd { choice, finish }) => {
                write_frames(&mut wire, frames.choice_end(choice, finish));
            }
            (Writer::Frames(frames), StreamItem::End { finish, usage }) => {
                write_frames(&mut wire, frames.end(finish, &usage));
                wire.push_str("data: [DONE]\n\n");
                self.state = State::Ended;
            }
            (Writer::Responses(events), StreamItem::Delta { delta, .. }) => {
                write_events(&mut wire, events.delta(&delta))
            }
            (Writer::Responses(_), StreamItem::ChoiceEnd { .. }) => {}
            (Writer::Responses(events), StreamItem::End { finish, usage }) => {
                write_events(&mut wire, events.end(finish, &usage));
                self.state = State::Ended;
            }
            (Writer::Frames(_), StreamItem::Failed(error)) => {
                // No `[DONE]` follows, so a client takes the stream as cut.
                let failure = json!({"errors": [{"message": error.to_string(), "code": error.code()}]});
                write_frames(&mut wire, vec![failure]);
                self.state = State::Ended;
            }
            (Writer::Responses(_), StreamItem::Failed(error)) => {
                let failure = json!({"type": "error", "code": error.code().to_string(), "message": error.to_string(), "param": null});
                write_events(&mut wire, vec![failure]);
                self.state = State::Ended;
            }
        }
        wire
    }
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
                    match &mut this.writer {
                        Writer::Frames(frames) => write_frames(&mut wire, frames.start()),
                        Writer::Responses(events) => write_events(&mut wire, events.start()),
                    }
                }
                State::Running => match std::task::ready!(Pin::new(&mut this.stream).poll_next(context)) {
                    Some(item) => wire = this.write(item),
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

/// As [`write_frames`], each with its type as the event's name.
fn write_events(wire: &mut String, events: Vec<Value>) {
    for event in events {
        wire.push_str("event: ");
        wire.push_str(event["type"].as_str().unwrap_or_default());
        wire.push('\n');
        write_frames(wire, vec![event]);
    }
}
