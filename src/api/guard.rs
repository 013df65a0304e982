//! Whose requests are answered at all: none that a web page sends without the knowledge of whoever runs this.
//!
//! A page of another site can post to a port of this machine, and a name that is first the page's own and then this machine's
//! (DNS rebinding) lets it read the answers too. Neither knows a token, so a token that fits is answered whatever else.

use axum::body::Body;
use axum::http::{HeaderMap, Request, header};

use super::auth;
use crate::error::PlatformError;

/// The names by which clients of Cloudflare address what runs here; a browser cannot be made to send them here.
const EMULATED: [&str; 4] = ["api.cloudflare.com", "gateway.ai.cloudflare.com", "workers-binding.ai", "vector-search"];

/// Checks a request by its headers; `token` is the one that `--token` names.
pub fn check(request: &Request<Body>, token: Option<&str>) -> Result<(), PlatformError> {
    let headers = request.headers();
    if token.is_some() && auth::check(token, headers).is_ok() {
        return Ok(());
    }
    let foreign = |what: &str, value: &str| {
        let value: String = value.chars().take(100).collect();
        Err(PlatformError::Foreign {
            reason: format!(
                "requests of {what} `{value}` are not answered\nhint: call 127.0.0.1 or localhost, or start with `--token` and send it"
            ),
        })
    };
    // HTTP/1.0, and an absolute request line, may do without.
    let host = text(headers, header::HOST.as_str()).or_else(|| request.uri().host());
    if let Some(host) = host.filter(|host| !is_own(host)) {
        return foreign("the host", host);
    }
    if let Some(origin) = text(headers, header::ORIGIN.as_str()) {
        let is_local = origin.split_once("://").is_some_and(|(_, host)| is_loopback(host));
        if !is_local {
            return foreign("the origin", origin);
        }
    } else if text(headers, "sec-fetch-site") == Some("cross-site") {
        return foreign("the site", "cross-site");
    }
    Ok(())
}

/// The value of a header; one that is no text is none that this machine would send.
fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).map(|value| value.to_str().unwrap_or("\u{fffd}"))
}

fn is_own(host: &str) -> bool {
    is_loopback(host) || EMULATED.iter().any(|known| name_of(host).eq_ignore_ascii_case(known))
}

/// An address is always right: only names can be rebound.
fn is_loopback(host: &str) -> bool {
    let name = name_of(host);
    let unbracketed = name.trim_start_matches('[').trim_end_matches(']');
    let name = name.to_ascii_lowercase();
    unbracketed.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
        || name == "localhost"
        || name.ends_with(".localhost")
}

/// Without the port.
fn name_of(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(headers: &[(&str, &str)], token: Option<&str>) -> bool {
        let mut request = Request::builder().uri("/x");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        check(&request.body(Body::empty()).unwrap(), token).is_ok()
    }

    #[test]
    fn this_machines_requests_are_answered() {
        for host in [
            "127.0.0.1:8786",
            "localhost",
            "LOCALHOST:1",
            "[::1]:8786",
            "app.localhost:3",
            "api.cloudflare.com",
            "vector-search",
        ] {
            assert!(answered(&[("host", host)], None), "{host}");
        }
        assert!(answered(&[], None));
        assert!(answered(&[("host", "localhost"), ("origin", "http://localhost:3000")], None));
        assert!(answered(&[("host", "localhost"), ("sec-fetch-site", "same-site")], None));
    }

    #[test]
    fn other_sites_requests_are_not() {
        for host in [
            "evil.example",
            "127.0.0.1.evil.example",
            "localhost.evil.example:8786",
            "",
            "192.168.1.2:8786",
            "2130706433",
        ] {
            assert!(!answered(&[("host", host)], None), "{host}");
        }
        for origin in
            ["https://evil.example", "null", "http://localhost.evil.example", "localhost", "http://192.168.1.2"]
        {
            assert!(!answered(&[("host", "localhost"), ("origin", origin)], None), "{origin}");
        }
        assert!(!answered(&[("host", "localhost"), ("sec-fetch-site", "cross-site")], None));
    }

    #[test]
    fn a_token_opens_the_door() {
        let with = |token: &str| answered(&[("host", "emulator:8786"), ("authorization", token)], Some("secret"));
        assert!(with("Bearer secret") && !with("Bearer other"));
    }
}
