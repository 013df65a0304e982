//! The account that recordings are made of, over HTTP.

use std::time::Duration;

use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue, USER_AGENT};
use hyper::{Method, Request, Response, Uri};
use serde::Deserialize;
use serde_json::value::RawValue;
use tokio::time::timeout;

use super::{Event, Said};
use crate::transport::{Transport, is_loopback};

/// Where Cloudflare's own API is.
const CLOUDFLARE: &str = "https://api.cloudflare.com";
const API: &str = "/client/v4";
/// Bytes of an answer that is no stream.
const WHOLE_BYTES: usize = 64 * 1024 * 1024;
/// Bytes of one event.
const EVENT_BYTES: usize = 1024 * 1024;
/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(20);

/// Which account, and by whose token.
#[derive(Clone, Default, PartialEq)]
pub struct Target {
    /// `https://api.cloudflare.com`, or another instance's address; a path to the API or to an account may follow.
    pub url: Option<String>,
    /// Else the caller's own.
    pub account: Option<String>,
    /// Else the caller's own.
    pub token: Option<String>,
}

impl std::fmt::Debug for Target {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let token = self.token.as_ref().map(|_| "…");
        out.debug_struct("Target")
            .field("url", &self.url)
            .field("account", &self.account)
            .field("token", &token)
            .finish()
    }
}

/// A client of one account's API.
pub struct Upstream {
    base: String,
    account: Option<String>,
    token: Option<String>,
    transport: Transport<Full<Bytes>>,
}

impl std::fmt::Debug for Upstream {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Upstream").field("base", &self.base).finish_non_exhaustive()
    }
}

/// A call on its way up.
#[derive(Debug, Clone, Default)]
pub struct Sent {
    pub method: Method,
    /// Behind the account, with its query.
    pub path: String,
    pub content_type: Option<String>,
    pub session: Option<String>,
    pub body: Bytes,
    /// The caller's own account and credentials.
    pub account: String,
    pub authorization: Option<String>,
}

/// What came back.
#[derive(Debug)]
pub enum Reply {
    Whole(Said),
    Stream(Events),
}

/// Why nothing came back.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum UpstreamError {
    #[error(
        "no token for the upstream `{0}`\nhint: give `--upstream-token`, or send the account's own token with the call"
    )]
    NoToken(String),
    #[error("cannot reach the upstream `{base}`: {reason}\nhint: check `--upstream` and the network")]
    Unreachable { base: String, reason: String },
    #[error("the upstream `{base}` gave an answer that cannot be kept: {reason}")]
    Unusable { base: String, reason: String },
    #[error("the upstream `{0}` took too long")]
    Late(String),
}

impl Upstream {
    pub fn new(target: Target) -> Result<Self, String> {
        let url = target.url.as_deref().unwrap_or(CLOUDFLARE).trim_end_matches('/');
        let wrong = |reason: &str| format!("`--upstream {url}`: {reason}\nhint: for example {CLOUDFLARE}");
        let uri: Uri = url.parse().map_err(|error: hyper::http::uri::InvalidUri| wrong(&error.to_string()))?;
        let host = uri.host().unwrap_or_default();
        match uri.scheme_str() {
            Some("https") => {}
            Some("http") if is_loopback(host) => {}
            // A token would travel in the clear.
            Some("http") => return Err(wrong("only this machine's own addresses go without TLS")),
            _ => return Err(wrong("an address begins with https://")),
        }
        if uri.authority().is_some_and(|authority| authority.as_str().contains('@')) {
            return Err(wrong("a name and a password have no place in it"));
        }
        let origin =
            format!("{}://{}", uri.scheme_str().unwrap_or_default(), uri.authority().map_or("", |a| a.as_str()));
        let (path, named) = match uri.path().trim_end_matches('/').split_once("/accounts/") {
            Some((path, account)) => (path, Some(account.to_owned())),
            None => (uri.path().trim_end_matches('/'), None),
        };
        let base = match path {
            "" => format!("{origin}{API}"),
            path => format!("{origin}{path}"),
        };
        // Cloudflare's own variables are Cloudflare's: nobody else gets that token.
        let of_environment = |name: &str| {
            let value = (origin == CLOUDFLARE).then(|| std::env::var(name).ok()).flatten();
            value.filter(|value| !value.is_empty())
        };
        let account = target.account.or(named).or_else(|| of_environment("CLOUDFLARE_ACCOUNT_ID"));
        let token = target.token.or_else(|| of_environment("CLOUDFLARE_API_TOKEN"));
        let transport = Transport::new(CONNECT).map_err(|error| error.to_string())?;
        Ok(Self { base, account, token, transport })
    }

    /// What must not be found in a recording of `sent`: the token and the account.
    pub fn secrets(&self, sent: &Sent) -> Vec<String> {
        let own = [self.account.clone(), self.token.clone()];
        let caller = sent.authorization.as_deref().and_then(|text| text.split_whitespace().last()).map(str::to_owned);
        let is_secret = |text: &String| text.len() >= 16 && text.bytes().any(|byte| byte != b'0');
        own.into_iter().flatten().chain([sent.account.clone()]).chain(caller).filter(is_secret).collect()
    }

    /// Sends a call; whole answers are read, streams begin. `patience` is for the head of the answer, and for a whole one.
    pub async fn send(&self, sent: &Sent, patience: Duration) -> Result<Reply, UpstreamError> {
        let request = self.request(sent)?;
        let began = crate::clock::Stopwatch::new();
        let late = |_| UpstreamError::Late(self.base.clone());
        let response = timeout(patience, self.transport.send(request)).await.map_err(late)?;
        let response = response.map_err(|reason| UpstreamError::Unreachable { base: self.base.clone(), reason })?;
        let is_stream =
            response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"));
        if is_stream && response.status().is_success() {
            return Ok(Reply::Stream(Events {
                body: response.into_body(),
                partial: Vec::new(),
                began,
                is_over: false,
            }));
        }
        let whole = timeout(patience, self.whole(response)).await.map_err(late)?;
        whole.map(Reply::Whole)
    }

    fn request(&self, sent: &Sent) -> Result<Request<Full<Bytes>>, UpstreamError> {
        let account = self.account.as_deref().unwrap_or(&sent.account);
        let own = self.token.as_ref().map(|token| format!("Bearer {token}"));
        let authorization = own.or_else(|| sent.authorization.clone());
        let unusable = |reason: String| UpstreamError::Unusable { base: self.base.clone(), reason };
        if authorization.is_none() && self.base.starts_with("https:") {
            return Err(UpstreamError::NoToken(self.base.clone()));
        }
        let mut request = Request::builder()
            .method(sent.method.clone())
            .uri(format!("{}/accounts/{account}{}", self.base, sent.path))
            .header(USER_AGENT, concat!("candleflare/", env!("CARGO_PKG_VERSION")));
        if let Some(authorization) = authorization {
            let mut secret = HeaderValue::from_str(&authorization).map_err(|error| unusable(error.to_string()))?;
            secret.set_sensitive(true);
            request = request.header(AUTHORIZATION, secret);
        }
        if let Some(kind) = &sent.content_type {
            request = request.header(CONTENT_TYPE, kind);
        }
        if let Some(session) = &sent.session {
            request = request.header("x-session-affinity", session);
        }
        request.body(Full::new(sent.body.clone())).map_err(|error| unusable(error.to_string()))
    }

    async fn whole(&self, response: Response<Incoming>) -> Result<Said, UpstreamError> {
        let unusable = |reason: String| UpstreamError::Unusable { base: self.base.clone(), reason };
        let (head, body) = response.into_parts();
        let kind = head.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default().to_owned();
        let bytes = match Limited::new(body, WHOLE_BYTES).collect().await {
            Ok(collected) => collected.to_bytes(),
            Err(error) if error.is::<LengthLimitError>() => {
                return Err(unusable(format!("it is over {WHOLE_BYTES} bytes")));
            }
            Err(error) => return Err(unusable(error.to_string())),
        };
        let status = head.status.as_u16();
        if !head.status.is_success() {
            return Ok(refused(status, &bytes));
        }
        if !kind.starts_with("application/json") {
            return Ok(Said::File { bytes: bytes.to_vec().into(), content_type: kind });
        }
        match unwrapped(&bytes) {
            Ok(json) => Ok(Said::Json(json.into())),
            Err(error) => Err(unusable(error.to_string())),
        }
    }
}

/// The result of the v4 API's envelope, or an answer that has none.
fn unwrapped(bytes: &[u8]) -> Result<Box<RawValue>, serde_json::Error> {
    #[derive(Deserialize)]
    struct Envelope {
        result: Box<RawValue>,
        #[expect(dead_code, reason = "tells an envelope from an answer that has a result")]
        success: bool,
    }
    match serde_json::from_slice(bytes) {
        Ok(Envelope { result, .. }) => Ok(result),
        Err(_) => serde_json::from_slice(bytes),
    }
}

/// A refusal without what REST puts around its text.
fn refused(status: u16, bytes: &[u8]) -> Said {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Failure {
        errors: Vec<One>,
    }
    #[derive(Deserialize)]
    struct One {
        #[serde(default)]
        code: u32,
        #[serde(default)]
        message: String,
    }
    let failure: Failure = serde_json::from_slice(bytes).unwrap_or_default();
    // What a status under 400 is not is a refusal that a client would understand.
    let status = if (400..=599).contains(&status) { status } else { 502 };
    match failure.errors.into_iter().next() {
        Some(One { code, message }) => Said::Refused { status, code, message: bare(&message) },
        None => {
            let text = String::from_utf8_lossy(&bytes[..bytes.len().min(500)]).into_owned();
            let message = if text.is_empty() { format!("the upstream answered {status}") } else { text };
            Said::Refused { status, code: 0, message }
        }
    }
}

/// Whether the upstream did not let the caller in: that says nothing about the call, so it is not kept.
pub fn is_by_guard(code: u32) -> bool {
    matches!(code, 9106 | 9109 | 10000)
}

/// The text of a refusal alone.
fn bare(message: &str) -> String {
    let rest = message.strip_prefix("AiError: ").unwrap_or(message);
    let rest = rest.strip_prefix("AiError: ").or_else(|| rest.strip_prefix("Bad input: ")).unwrap_or(rest);
    let is_id = |text: &str| text.len() == 36 && text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    match rest.strip_suffix(')').and_then(|inner| inner.rsplit_once(" (")) {
        Some((text, id)) if is_id(id) => text.to_owned(),
        _ => rest.to_owned(),
    }
}

/// The events of a stream, as they come.
pub struct Events {
    body: Incoming,
    partial: Vec<u8>,
    began: crate::clock::Stopwatch,
    is_over: bool,
}

impl std::fmt::Debug for Events {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Events").finish_non_exhaustive()
    }
}

impl Events {
    /// The next event; nothing at the end, and an error where the stream broke off.
    pub async fn next(&mut self) -> Option<Result<Event, String>> {
        loop {
            if let Some(at) = self.partial.windows(2).position(|pair| pair == b"\n\n") {
                let rest = self.partial.split_off(at + 2);
                let mut event = std::mem::replace(&mut self.partial, rest);
                event.truncate(at);
                return Some(self.event(event));
            }
            if self.partial.len() > EVENT_BYTES {
                return Some(Err(format!("an event is over {EVENT_BYTES} bytes")));
            }
            if self.is_over {
                let rest = std::mem::take(&mut self.partial);
                return (!rest.iter().all(u8::is_ascii_whitespace)).then(|| self.event(rest));
            }
            match self.body.frame().await {
                // Some servers end their lines with both.
                Some(Ok(frame)) => {
                    let data = frame.into_data().unwrap_or_default();
                    self.partial.extend(data.iter().filter(|byte| **byte != b'\r'));
                }
                Some(Err(error)) => return Some(Err(error.to_string())),
                None => self.is_over = true,
            }
        }
    }

    fn event(&self, bytes: Vec<u8>) -> Result<Event, String> {
        let text = String::from_utf8(bytes).map_err(|_| "an event is not UTF-8".to_owned())?;
        // A microsecond is more than a clock is worth.
        Ok(Event { ms: (self.began.ms() * 1e3).round() / 1e3, text })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(url: &str) -> Target {
        Target { url: Some(url.to_owned()), ..Target::default() }
    }

    #[test]
    fn addresses_are_read_or_refused() {
        let base = |url: &str| Upstream::new(target(url)).map(|upstream| (upstream.base, upstream.account));
        assert_eq!(base("http://127.0.0.1:8786/").unwrap().0, "http://127.0.0.1:8786/client/v4");
        let named = base("https://example.com/client/v4/accounts/abc").unwrap();
        assert_eq!(named, ("https://example.com/client/v4".to_owned(), Some("abc".to_owned())));
        for wrong in ["http://example.com", "ftp://a", "example.com", "https://me:secret@example.com", "\n"] {
            assert!(base(wrong).unwrap_err().contains("hint:"), "{wrong}");
        }
    }

    #[test]
    fn refusals_lose_what_rest_puts_around_them() {
        let id = "0af3e2f6-4a9c-4f0b-9d0a-2f7a8b0c1d2e";
        assert_eq!(bare(&format!("AiError: AiError: Request timeout ({id})")), "Request timeout");
        assert_eq!(bare(&format!("AiError: Bad input: Error: x (y) ({id})")), "Error: x (y)");
        assert_eq!(bare("No such model @cf/a/b or task"), "No such model @cf/a/b or task");
        assert!(matches!(refused(302, b"moved"), Said::Refused { status: 502, code: 0, .. }));
    }

    #[test]
    fn envelopes_come_off_and_floats_keep_their_spelling() {
        let result = unwrapped(br#"{"result":{"a":0.10},"success":true,"errors":[],"messages":[]}"#).unwrap();
        assert_eq!(result.get(), r#"{"a":0.10}"#);
        assert_eq!(unwrapped(br#"{"object":"list"}"#).unwrap().get(), r#"{"object":"list"}"#);
        assert!(unwrapped(b"<html>").is_err());
    }
}
