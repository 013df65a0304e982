//! Answers of Workers AI on the wire: whole ones, event streams, and the headers that every one has.

mod stream;

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderValue, Response, header};
use futures_util::Stream;
use serde_json::value::{RawValue, to_raw_value};

use super::envelope::{self, Reply};
use crate::ai::service::{Answer, Meta, Output};
use crate::ai::tasks::text_generation::{Form, Identity, Style};
use crate::error::AiError;
use stream::EventStream;

/// How a dialect wraps whole answers.
pub type Wrap = fn(&RawValue) -> Reply;

/// An answer in `style`; whole ones are wrapped.
pub fn answer(answer: Answer, style: Style, wrap: Wrap) -> Result<Reply, AiError> {
    let Answer { meta, output, neurons } = answer;
    let whole = |rendered: Result<Box<RawValue>, serde_json::Error>| match rendered {
        Ok(body) => Ok(wrap(&body)),
        Err(error) => Err(AiError::Internal { reason: error.to_string() }),
    };
    let mut reply = match output {
        Output::Embeddings(output) => whole(output.render())?,
        Output::Generation { form, output } => {
            whole(to_raw_value(&output.render(style, form, &identity(&meta, style, form))))?
        }
        Output::Json(body) => whole(to_raw_value(&body))?,
        Output::Said(body) => wrap(&body),
        Output::Recorded(events) => event_stream(events),
        Output::Stream(stream) => {
            let identity = identity(&meta, style, stream.form);
            let padding = stream.entropy.clone();
            event_stream(EventStream::new(stream, style, identity, padding))
        }
        Output::File { bytes, content_type } => file(&bytes, &content_type)?,
    };
    ai_headers(reply.headers_mut(), &meta, neurons);
    Ok(reply)
}

/// Ids have OpenAI's prefixes where OpenAI's clients read them.
fn identity(meta: &Meta, style: Style, form: Form) -> Identity {
    let id = match (style, form) {
        (_, Form::Response) => format!("resp_{}", meta.request_id.replace('-', "")),
        (Style::Compatible, Form::Chat) => format!("chatcmpl-{}", meta.request_id),
        (Style::Compatible, Form::Completion) => format!("cmpl-{}", meta.request_id),
        (Style::Native(_) | Style::OpenAi, _) => meta.request_id.clone(),
    };
    Identity { id, created: meta.created, model: meta.model.clone() }
}

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
    if let Some(through) = &meta.gateway {
        envelope::gateway_headers(headers, through);
    }
}

/// Bytes as they are, in every dialect.
fn file(bytes: &[u8], content_type: &str) -> Result<Reply, AiError> {
    let content_type = HeaderValue::from_str(content_type);
    let content_type = content_type.map_err(|error| AiError::Internal { reason: error.to_string() })?;
    let mut reply = Response::new(axum::body::Body::from(bytes.to_vec()));
    reply.headers_mut().insert(header::CONTENT_TYPE, content_type);
    Ok(reply)
}

fn event_stream<E>(stream: impl Stream<Item = Result<Bytes, E>> + Send + 'static) -> Reply
where
    E: Into<axum::BoxError> + 'static,
{
    let mut reply = Response::new(axum::body::Body::from_stream(stream));
    let headers = reply.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    reply
}
