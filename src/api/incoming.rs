//! A request as every handler sees it: the account checked, the body read within its limit.

use std::sync::{Arc, Mutex, PoisonError};

use axum::body::{Body, Bytes};
use axum::extract::RawPathParams;
use axum::http::{HeaderMap, Method, Request, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde_json::Value;

pub use crate::account::is_id as is_account_id;
use crate::ai::gateway::GatewayOptions;
use crate::ai::service::{Options, Secret};
use crate::error::{AiError, Error, PlatformError};
use crate::harness::Trace;
use crate::limits::memory;

/// One request.
#[derive(Debug)]
pub struct Incoming {
    pub method: Method,
    pub path: String,
    /// Raw, without the question mark.
    pub query: String,
    pub headers: HeaderMap,
    pub account: String,
    /// What the journal will say of it; the account's scope is in it.
    pub trace: Arc<Trace>,
    /// What the route's wildcard matched, percent-decoded.
    pub rest: String,
    pub body: Bytes,
    /// What was not read: there where the route has no limit.
    pub stream: Mutex<Body>,
}

/// Why a request did not become an [`Incoming`].
pub enum Unreadable {
    Refused(Error),
    /// The body is over the limit of its route.
    TooLarge,
}

impl Incoming {
    /// The account that the path names, or the default one.
    pub fn account(request: &Request<Body>, params: &RawPathParams, default: &str) -> Result<String, PlatformError> {
        match param(params, "account") {
            None => Ok(default.to_owned()),
            Some(id) if is_account_id(id) => Ok(id.to_ascii_lowercase()),
            Some(_) => Err(PlatformError::InvalidAccount { path: request.uri().path().to_owned() }),
        }
    }

    /// Reads the body up to `limit` bytes; without a limit it is left unread.
    pub async fn read(
        request: Request<Body>,
        params: &RawPathParams,
        limit: Option<usize>,
        trace: Arc<Trace>,
    ) -> Result<Self, Unreadable> {
        let (parts, body) = request.into_parts();
        let path = parts.uri.path().to_owned();
        let (body, stream) = match limit {
            None => (Bytes::new(), body),
            Some(limit) => (whole(body, limit).await?, Body::empty()),
        };
        Ok(Self {
            method: parts.method,
            query: parts.uri.query().unwrap_or_default().to_owned(),
            path,
            headers: parts.headers,
            account: trace.account().to_owned(),
            trace,
            rest: param(params, "rest").unwrap_or_default().to_owned(),
            body,
            stream: Mutex::new(stream),
        })
    }

    /// The body of a route without a limit; once.
    pub fn take_stream(&self) -> Body {
        std::mem::take(&mut self.stream.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    pub fn content_type(&self) -> Option<&str> {
        self.header(header::CONTENT_TYPE.as_str())
    }

    /// What headers and query say beside the input.
    pub fn options(&self) -> Options {
        let gateway = self.header("cf-aig-gateway-id");
        Options {
            session: self.header("x-session-affinity").map(str::to_owned),
            gateway: gateway.map(|id| GatewayOptions::of_headers(id, |name| self.header(name))),
            queue: self.query_flag("queueRequest"),
            reject_if_busy: self.query_flag("rejectIfBusy"),
            authorization: self.header(header::AUTHORIZATION.as_str()).map(|text| Secret(text.to_owned())),
            ..Options::default()
        }
    }

    /// The decoded pairs of the query string, in order.
    pub fn query_pairs(&self) -> Vec<(String, String)> {
        form_urlencoded::parse(self.query.as_bytes()).into_owned().collect()
    }

    pub fn query_value(&self, name: &str) -> Option<String> {
        self.query_pairs().into_iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// Whether the query says `name=true`.
    pub fn query_flag(&self, name: &str) -> bool {
        self.query_value(name).is_some_and(|value| value == "true")
    }

    /// The body as JSON, whatever content type it came with: production's own documented curl call sends JSON as a form.
    pub fn json(&self) -> Result<Value, AiError> {
        if self.body.is_empty() {
            return Err(AiError::MissingBody { what: "body".to_owned() });
        }
        self.check_memory()?;
        serde_json::from_slice(&self.body)
            .map_err(|error| AiError::BadInput { text: format!("Error: invalid JSON: {error}") })
    }
}

impl Incoming {
    /// A body that would take too much memory as values is not parsed: many small ones take far more than their text.
    fn check_memory(&self) -> Result<(), AiError> {
        const ROW: &str = "ai.request_memory_bytes";
        let limits = self.trace.scope.limits();
        // Most bodies are so small that nothing in them can matter.
        if self.body.len().saturating_mul(memory::MOST_PER_BYTE) <= limits.bytes(ROW) {
            return Ok(());
        }
        match self.trace.exceeds(&limits, ROW, memory::json(&self.body) as u64) {
            Some(_) => Err(AiError::TooLarge),
            None => Ok(()),
        }
    }
}

fn param<'a>(params: &'a RawPathParams, name: &str) -> Option<&'a str> {
    params.iter().find(|(key, _)| *key == name).map(|(_, value)| value)
}

async fn whole(body: Body, limit: usize) -> Result<Bytes, Unreadable> {
    match Limited::new(body, limit).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(Unreadable::TooLarge),
        // The client stopped sending; whatever is said now, nobody hears it.
        Err(_) => Err(Unreadable::Refused(AiError::Aborted.into())),
    }
}
