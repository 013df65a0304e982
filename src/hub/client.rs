//! Requests to the hub: redirects by hand, so that the token stays with the hub, and retries of what may pass.

use std::time::Duration;

use http_body_util::Empty;
use hyper::body::{Bytes, Incoming};
use hyper::header::{self, HeaderMap};
use hyper::{Method, Request, Response, StatusCode, Uri};

use super::error::HubError;
use super::{Hub, Settings};
use crate::transport::Transport;

/// More redirects than that lead nowhere.
const REDIRECTS: usize = 8;
/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(10);
/// The longest wait that a hub's `Retry-After` is taken at its word for.
const MOST_PATIENT: Duration = Duration::from_secs(60);
const AGENT: &str = concat!("candleflare/", env!("CARGO_PKG_VERSION"));

/// What a request is about, for the texts of refusals.
#[derive(Debug, Clone, Copy)]
pub(super) struct About<'a> {
    pub repository: &'a str,
    pub revision: &'a str,
    pub file: &'a str,
}

/// Which redirects are followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Follow {
    /// Within the hub: a repository's new name. One that leads elsewhere is itself the answer.
    WithinHub,
    All,
}

/// An answer, and where it came from in the end.
pub(super) struct Answer {
    pub response: Response<Incoming>,
    /// Without a query, in which content networks put their signatures.
    pub url: String,
}

impl Answer {
    pub fn status(&self) -> StatusCode {
        self.response.status()
    }

    pub fn header(&self, name: &str) -> Option<String> {
        header_of(self.response.headers(), name)
    }
}

impl Hub {
    pub fn new(settings: Settings) -> Result<Self, HubError> {
        Ok(Self { settings, transport: Transport::new(CONNECT)? })
    }

    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// One answer with success (or, for [`Follow::WithinHub`], a redirect elsewhere), after as many tries as it takes.
    pub(super) async fn ask(
        &self,
        method: Method,
        path: &str,
        from: Option<u64>,
        follow: Follow,
        about: About<'_>,
    ) -> Result<Answer, HubError> {
        let mut tries = 0;
        loop {
            let (error, wait) = match self.walk(&method, path, from, follow).await {
                Ok(answer) if answer.status() == StatusCode::RANGE_NOT_SATISFIABLE => return Ok(answer),
                Ok(answer) if answer.status().is_success() || answer.status().is_redirection() => return Ok(answer),
                Ok(answer) => self.refusal(&answer, about),
                Err(error) => (error, None),
            };
            if tries == self.settings.retries || !may_pass(&error) {
                return Err(error);
            }
            self.pause(tries, wait).await;
            tries += 1;
        }
    }

    /// Waits before the retry after `tries` others.
    pub(super) async fn pause(&self, tries: u32, asked: Option<Duration>) {
        let doubled = self.settings.backoff.saturating_mul(1 << tries.min(5));
        tokio::time::sleep(asked.unwrap_or(doubled).min(MOST_PATIENT)).await;
    }

    async fn walk(&self, method: &Method, path: &str, from: Option<u64>, follow: Follow) -> Result<Answer, HubError> {
        let text = format!("{}{path}", self.settings.endpoint);
        let nonsense = |url: String, reason: String| HubError::Nonsense { url, reason };
        let hub: Uri = text.parse().map_err(|error| nonsense(text.clone(), format!("{error}")))?;
        let mut uri = hub.clone();
        for _ in 0..REDIRECTS {
            let url = plain(&uri);
            let mut request = Request::builder().method(method).uri(&uri).header(header::USER_AGENT, AGENT);
            request = request.header(header::ACCEPT_ENCODING, "identity");
            if let Some(token) = self.settings.token.as_ref().filter(|_| is_one_place(&uri, &hub)) {
                request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
            }
            if let Some(from) = from {
                request = request.header(header::RANGE, format!("bytes={from}-"));
            }
            let request = request.body(Empty::<Bytes>::new());
            let request = request.map_err(|error| nonsense(url.clone(), error.to_string()))?;
            let network = |reason: String| HubError::Network { url: url.clone(), reason };
            let sent = tokio::time::timeout(self.settings.stall, self.transport.send(request)).await;
            let response = sent.map_err(|_| network("no answer came".to_owned()))?.map_err(network)?;
            let target = header_of(response.headers(), header::LOCATION.as_str());
            let Some(target) = target.filter(|_| response.status().is_redirection()) else {
                return Ok(Answer { response, url });
            };
            let Some(target) = resolved(&uri, &target) else {
                return Err(nonsense(url, "a redirect that leads nowhere".to_owned()));
            };
            if follow == Follow::WithinHub && !is_one_place(&target, &hub) {
                return Ok(Answer { response, url });
            }
            uri = target;
        }
        Err(nonsense(text, format!("more than {REDIRECTS} redirects")))
    }

    /// What a refusal means, and how long the hub asks to wait.
    fn refusal(&self, answer: &Answer, about: About<'_>) -> (HubError, Option<Duration>) {
        let About { repository, revision, file } = about;
        let (endpoint, repository) = (self.settings.endpoint.clone(), repository.to_owned());
        let wait = answer.header(header::RETRY_AFTER.as_str()).and_then(|text| text.parse().ok());
        let code = answer.header("x-error-code").unwrap_or_default();
        let has_token = self.settings.token.is_some();
        let error = match (answer.status().as_u16(), code.as_str()) {
            (_, "GatedRepo") | (403, _) => HubError::Gated { repository, endpoint, has_token },
            (_, "RevisionNotFound") => HubError::NoSuchRevision { repository, revision: revision.to_owned() },
            (_, "EntryNotFound") => {
                HubError::NoSuchFile { repository, revision: revision.to_owned(), file: file.to_owned() }
            }
            (_, "RepoNotFound") => HubError::NoSuchRepository { repository, endpoint },
            (401, _) if has_token => HubError::BadToken { endpoint },
            (401 | 404, _) => HubError::NoSuchRepository { repository, endpoint },
            (status, _) => {
                let detail = answer.header("x-error-message").map(|text| format!(": {text}")).unwrap_or_default();
                HubError::Status { url: answer.url.clone(), status, detail }
            }
        };
        (error, wait.map(Duration::from_secs))
    }
}

/// Whether the same request may succeed later.
pub(super) fn may_pass(error: &HubError) -> bool {
    match error {
        HubError::Status { status, .. } => matches!(status, 408 | 425 | 429 | 500..),
        HubError::Network { .. } => true,
        _ => false,
    }
}

fn header_of(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

/// Whether both are on one host, by one scheme: who may see the token.
fn is_one_place(one: &Uri, other: &Uri) -> bool {
    one.scheme() == other.scheme() && one.authority() == other.authority()
}

/// Where a `Location` leads from `uri`.
fn resolved(uri: &Uri, target: &str) -> Option<Uri> {
    if target.starts_with("http://") || target.starts_with("https://") {
        return target.parse().ok();
    }
    let (scheme, authority) = (uri.scheme_str()?, uri.authority()?);
    let folder = uri.path().rsplit_once('/').map_or("", |(folder, _)| folder);
    let path = if target.starts_with('/') { target.to_owned() } else { format!("{folder}/{target}") };
    format!("{scheme}://{authority}{path}").parse().ok()
}

fn plain(uri: &Uri) -> String {
    format!("{}://{}{}", uri.scheme_str().unwrap_or("http"), uri.host().unwrap_or_default(), uri.path())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redirects_lead_where_they_say() {
        let from: Uri = "https://hub.example:8443/a/b?x".parse().unwrap();
        for (target, expected) in [
            ("https://cdn.example/z?signed", Some("https://cdn.example/z?signed")),
            ("/new/b", Some("https://hub.example:8443/new/b")),
            ("c", Some("https://hub.example:8443/a/c")),
            ("http://", None),
        ] {
            assert_eq!(resolved(&from, target).map(|uri| uri.to_string()).as_deref(), expected, "{target}");
        }
        assert_eq!(plain(&from), "https://hub.example/a/b");
        assert!(!is_one_place(&from, &"https://hub.example/a".parse().unwrap()));
    }
}
