//! What `env.AI` and `env.VECTORIZE` say: the requests of the runtime's own classes, either as they are (the emulator
//! is the upstream of their inner fetcher) or wrapped by Miniflare's remote proxy into `MF-*` headers.

pub mod ai;
mod gateway;
pub mod vectorize;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, Request, Uri};

use super::App;
use super::envelope::{self, Reply};
use super::incoming::Incoming;
use crate::error::PlatformError;

/// The prefix that Miniflare gives to every header of the wrapped request.
const WRAPPED: &str = "mf-header-";

/// A call of workerd's inner fetcher has the runtime's own path (`/run`, `/query`), and no place for an account or an
/// index: the external service that it goes through adds a header with the path of the binding, which goes in front.
pub async fn addressed(mut request: Request<Body>) -> Request<Body> {
    let Some(binding) = request.headers_mut().remove("candleflare-binding") else { return request };
    let rest = request.uri().path_and_query().map_or("/", |path| path.as_str());
    let path = binding.to_str().ok().filter(|path| path.starts_with("/binding/")).map(|path| format!("{path}{rest}"));
    if let Some(uri) = path.and_then(|path| path.parse::<Uri>().ok()) {
        *request.uri_mut() = uri;
    }
    request
}

/// `/binding` alone: the wrapped URL's host tells the service.
pub async fn either(app: App, incoming: Incoming) -> Reply {
    let upgrade = incoming.header("upgrade").is_some();
    match wrapped_url(&incoming).map(|(host, _, _)| host) {
        // Miniflare v4 tries a WebSocket first; refused, it falls back.
        _ if upgrade => not_found(),
        Some(host) if host.starts_with("vector-search") => vectorize::proxied(app, incoming).await,
        Some(_) => ai::proxied(app, incoming).await,
        None => not_found(),
    }
}

/// Miniflare's question, before a call of its proxy, whether that may come over a WebSocket. It is none itself.
pub fn is_probe(request: &Request<Body>) -> bool {
    let query = request.uri().query().unwrap_or_default();
    request.headers().contains_key("upgrade") && query.split('&').any(|pair| pair.starts_with("MF-Binding="))
}

fn not_found() -> Reply {
    envelope::json_reply(
        404,
        &serde_json::json!({"error": "send the call with `MF-URL`, or to /binding/ai/… or /binding/vectorize/{index}/…", "code": 404}),
    )
}

/// Host, path without the leading slash, and query of `MF-URL`.
fn wrapped_url(incoming: &Incoming) -> Option<(String, String, String)> {
    let url = incoming.header("mf-url")?;
    let (_, after_scheme) = url.split_once("://")?;
    let (address, query) = after_scheme.split_once('?').unwrap_or((after_scheme, ""));
    let (host, path) = address.split_once('/').unwrap_or((address, ""));
    Some((host.to_owned(), path.to_owned(), query.to_owned()))
}

/// The request inside the `MF-*` headers with the outer query, or the request as it is where there are none.
fn unwrapped(mut incoming: Incoming) -> (Option<String>, Incoming) {
    let Some((host, path, query)) = wrapped_url(&incoming) else { return (None, incoming) };
    let wrapped: HeaderMap = incoming
        .headers
        .iter()
        .filter_map(|(name, value)| {
            let name = name.as_str().strip_prefix(WRAPPED)?;
            Some((HeaderName::from_bytes(name.as_bytes()).ok()?, value.clone()))
        })
        .collect();
    let binding = incoming.headers.get("mf-binding").cloned();
    let own_host = incoming.headers.get("host").cloned();
    incoming.headers = wrapped;
    if let Some(host) = own_host {
        // The emulator's own, for addresses that it gives out.
        incoming.headers.insert(HeaderName::from_static("mf-host"), host);
    }
    if let Some(binding) = binding {
        incoming.headers.insert(HeaderName::from_static("mf-binding"), binding);
    }
    incoming.rest = path;
    // The outer query (`?VECTORIZE=docs`) maps a binding to an index; the inner one belongs to the call.
    let outer = std::mem::replace(&mut incoming.query, query);
    (Some(outer), Incoming { path: format!("//{host}/{}", incoming.rest), ..incoming })
}

fn no_route(incoming: &Incoming) -> PlatformError {
    PlatformError::NoRoute { path: incoming.path.clone() }
}
