//! `env.VECTORIZE`. Answers are bare, and the index's name is not in the call but in the binding.

use super::{not_found, unwrapped};
use crate::api::envelope::{self, Reply};
use crate::api::incoming::Incoming;
use crate::api::rest::vectorize::{self as rest, Answer, Request, body};
use crate::api::{App, journalled};
use crate::error::{Operation, PlatformError};
use crate::harness::Dialect;
use crate::vectorize::{Index, Vectorize, touched};

/// Answers one call on `index`: JSON without an envelope. The request's path is the operation.
pub fn binding(service: &Vectorize, index: &str, request: &Request<'_>) -> Answer {
    let operation = request.path.trim_matches('/');
    // A Worker of before v2, whose runtime names the index in the path.
    if operation.starts_with("binding/indexes") {
        return Err(rest::legacy());
    }
    let account = service.account(request.account);
    let with_vectors = || account.get_for(index, || body::dimensions(request));
    let index = account.get(index);
    match (operation, request.method) {
        ("info", "GET") => rest::answer(&index?.info()),
        ("query", "POST") => rest::query(&*with_vectors()?, request),
        ("insert", "POST") => upload(&*with_vectors()?, Operation::Insert, request),
        ("upsert", "POST") => upload(&*with_vectors()?, Operation::Upsert, request),
        ("getByIds", "POST") => rest::get_by_ids(&*index?, request),
        ("deleteByIds", "POST") => rest::delete_by_ids(&*index?, request),
        ("info" | "query" | "insert" | "upsert" | "getByIds" | "deleteByIds", _) => Err(rest::not_allowed(request)),
        _ => Err(PlatformError::NoRoute { path: format!("/{operation}") }.into()),
    }
}

fn upload(index: &Index, operation: Operation, request: &Request<'_>) -> Answer {
    let bounds = index.bounds();
    let lines = body::binding_upload(request, operation, &bounds)?;
    touched::note("vectorize.binding_batch", lines.len());
    rest::answer(&index.write(operation, lines, bounds.binding_batch)?)
}

/// With the index in the path: as the upstream of the runtime's inner fetcher, or through Miniflare's remote proxy.
pub async fn call(app: App, incoming: Incoming) -> Reply {
    if incoming.header("upgrade").is_some() {
        return not_found();
    }
    let (index, operation) = incoming.rest.split_once('/').unwrap_or((&incoming.rest, ""));
    let (index, operation) = (index.to_owned(), operation.to_owned());
    match unwrapped(incoming) {
        (Some(_), inner) => answer(app, &index, inner).await,
        (None, plain) => answer(app, &index, Incoming { rest: operation, ..plain }).await,
    }
}

/// Through Miniflare's remote proxy at an address that serves every binding: the query may map the binding to an index
/// (`/binding?VECTORIZE=docs`), or else the wrangler configuration; or else the binding is called like its index.
pub async fn proxied(app: App, incoming: Incoming) -> Reply {
    let (Some(outer), inner) = unwrapped(incoming) else { return not_found() };
    let binding = inner.header("mf-binding").unwrap_or_default().to_owned();
    let named = form_urlencoded::parse(outer.as_bytes()).find(|(key, _)| *key == binding);
    let index = named.map(|(_, index)| index.into_owned()).or_else(|| app.indexes.get(&binding).cloned());
    answer(app, &index.unwrap_or(binding), inner).await
}

/// `incoming.rest` is the operation.
async fn answer(app: App, index: &str, incoming: Incoming) -> Reply {
    // The journal reads index and operation from here.
    let rest = format!("{index}/{}", incoming.rest);
    let incoming = Incoming { rest, ..incoming };
    journalled::vectorize(app, incoming, Dialect::Binding, |app, incoming| {
        let (index, operation) = incoming.rest.split_once('/').unwrap_or((&incoming.rest, ""));
        binding(&app.vectorize, index, &Request::at(incoming, operation))
    })
    .await
    .unwrap_or_else(|error| envelope::vectorize_binding_refusal(&error))
}

#[cfg(test)]
mod tests;
