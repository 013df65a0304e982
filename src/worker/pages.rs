//! What a client sees where the Worker has no answer of its own.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};

/// One of Cloudflare's error codes, as its edge answers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ErrorPage {
    pub code: u16,
    status: u16,
    title: &'static str,
}

pub const THREW: ErrorPage = ErrorPage { code: 1101, status: 500, title: "Worker threw exception" };
pub const EXCEEDED: ErrorPage = ErrorPage { code: 1102, status: 503, title: "Worker exceeded resource limits" };
pub const LOOP: ErrorPage = ErrorPage { code: 1019, status: 500, title: "Worker called itself too often" };
pub const DAILY: ErrorPage = ErrorPage { code: 1027, status: 429, title: "Worker exceeded its daily requests" };

/// How many Workers a request has come through already, as Cloudflare marks its own subrequests.
pub fn loops(headers: &HeaderMap) -> usize {
    let marks = headers.get_all(CDN_LOOP).iter().filter_map(|value| value.to_str().ok());
    let parts = marks.flat_map(|value| value.split([',', ';'])).map(str::trim);
    parts.filter_map(|part| part.strip_prefix("loops=")?.parse().ok()).max().unwrap_or_default()
}

const CDN_LOOP: &str = "cdn-loop";

/// A page for browsers, one line for everything else.
pub fn page(error: ErrorPage, asked: &HeaderMap) -> Response<Body> {
    let ErrorPage { code, status, title } = error;
    let accepts = asked.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    if accepts.contains("text/html") {
        let html = format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>{title}</title></head>\n<body>\n<h1>Error {code}</h1>\n<p>{title}</p>\n<p>Answered by candleflare; <code>GET /__candleflare/worker/invocations</code> says why.</p>\n</body>\n</html>\n"
        );
        return plain(status, "text/html; charset=UTF-8", html);
    }
    plain(status, "text/plain; charset=UTF-8", format!("error code: {code}"))
}

/// A refusal of the front door that production answers without a code of its own.
pub fn refusal(status: u16, text: &str) -> Response<Body> {
    plain(status, "text/plain; charset=UTF-8", format!("{text}\n"))
}

fn plain(status: u16, content_type: &'static str, text: String) -> Response<Body> {
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    let fresh = "private, max-age=0, no-store, no-cache, must-revalidate, post-check=0, pre-check=0";
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(fresh));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loops_are_counted() {
        let of = |value: &'static str| {
            loops(&[(header::HeaderName::from_static(CDN_LOOP), HeaderValue::from_static(value))].into_iter().collect())
        };
        assert_eq!(
            [of("cloudflare; loops=3; subreqs=1"), of("other, cloudflare; loops=16"), of("cloudflare"), of("loops=x")],
            [3, 16, 0, 0]
        );
    }

    #[test]
    fn browsers_get_a_page() {
        let mut asked = HeaderMap::new();
        let kind =
            |asked: &HeaderMap| page(EXCEEDED, asked).headers()[header::CONTENT_TYPE].to_str().unwrap().to_owned();
        assert!(kind(&asked).starts_with("text/plain"));
        asked.insert(header::ACCEPT, HeaderValue::from_static("text/html,*/*;q=0.8"));
        assert!(kind(&asked).starts_with("text/html"));
        assert_eq!(page(EXCEEDED, &asked).status(), 503);
    }
}
