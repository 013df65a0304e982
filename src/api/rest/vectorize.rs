//! Vectorize's v2 REST API: fourteen operations on indexes.

pub mod body;

use axum::body::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::api::incoming::Incoming;
use crate::error::{AiError, Error, Operation, PlatformError, VectorizeError};
use crate::vectorize::limits::LIST_PAGE_DEFAULT;
use crate::vectorize::{Account, Index, IndexType, Query, Vectorize, touched};

/// The parts of a request that Vectorize reads, whatever the dialect.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The account's id.
    pub account: &'a str,
    pub method: &'a str,
    /// Below the dialect's own prefix, with or without a slash in front.
    pub path: &'a str,
    /// Raw query string.
    pub query: &'a str,
    pub content_type: Option<&'a str>,
    pub body: &'a Bytes,
}

impl<'a> Request<'a> {
    /// The request as seen below `prefix`, which its path contains.
    pub fn below(incoming: &'a Incoming, prefix: &str) -> Self {
        let path = incoming.path.split_once(prefix).map_or("", |(_, below)| below);
        Self::at(incoming, path)
    }

    /// The request as seen at another path.
    pub fn at(incoming: &'a Incoming, path: &'a str) -> Self {
        Self {
            account: &incoming.account,
            method: incoming.method.as_str(),
            path,
            query: &incoming.query,
            content_type: incoming.content_type(),
            body: &incoming.body,
        }
    }
}

/// A service's answer as JSON text, so that a float keeps its spelling.
pub type Answer = Result<Box<RawValue>, Error>;

#[derive(Deserialize)]
pub struct Ids {
    pub ids: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct NewMetadataIndex {
    property_name: String,
    index_type: IndexType,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OldMetadataIndex {
    /// Cloudflare's own `langchain-cloudflare` sends `property`.
    #[serde(alias = "property")]
    property_name: String,
}

/// Answers one call: the envelope's `result`.
pub fn rest(service: &Vectorize, request: &Request<'_>) -> Answer {
    let account = service.account(request.account);
    let path = request.path.trim_matches('/');
    let (name, operation) = path.split_once('/').unwrap_or((path, ""));
    if name.is_empty() {
        return match request.method {
            "GET" => answer(&account.list()),
            "POST" => answer(&account.create(&body::json::<Value>(request)?)?),
            _ => Err(not_allowed(request)),
        };
    }
    match (operation, request.method) {
        ("", "GET") => answer(&account.get(name)?.describe()),
        ("", "DELETE") => answer(&account.delete(name)?),
        ("info", "GET") => answer(&account.get(name)?.info()),
        ("insert", "POST") => upload(&account, name, Operation::Insert, request),
        ("upsert", "POST") => upload(&account, name, Operation::Upsert, request),
        ("query", "POST") => query(&*account.get_for(name, || body::dimensions(request))?, request),
        ("get_by_ids", "POST") => get_by_ids(&*account.get(name)?, request),
        ("delete_by_ids", "POST") => delete_by_ids(&*account.get(name)?, request),
        ("list", "GET") => list(&*account.get(name)?, request),
        ("metadata_index/create", "POST") => {
            let index = account.get(name)?;
            let NewMetadataIndex { property_name, index_type } = body::json(request)?;
            answer(&index.create_metadata_index(property_name, index_type)?)
        }
        // POST in the OpenAPI of 2024-08, GET in every client since.
        ("metadata_index/list", "GET" | "POST") => answer(&account.get(name)?.metadata_indexes()),
        ("metadata_index/delete", "POST") => {
            let index = account.get(name)?;
            let OldMetadataIndex { property_name } = body::json(request)?;
            answer(&index.delete_metadata_index(property_name)?)
        }
        (
            ""
            | "info"
            | "insert"
            | "upsert"
            | "query"
            | "get_by_ids"
            | "delete_by_ids"
            | "list"
            | "metadata_index/create"
            | "metadata_index/list"
            | "metadata_index/delete",
            _,
        ) => Err(not_allowed(request)),
        _ => {
            let path = format!("/client/v4/accounts/{}/vectorize/v2/indexes/{path}", request.account);
            Err(PlatformError::NoRoute { path }.into())
        }
    }
}

/// The v1 API: gone, with the way to go.
pub fn legacy() -> Error {
    VectorizeError::LegacyApi.into()
}

/// The nearest vectors; the same in the binding.
pub fn query(index: &Index, request: &Request<'_>) -> Answer {
    answer(&index.query(body::json::<Query>(request)?)?)
}

/// Vectors by id; the same in the binding.
pub fn get_by_ids(index: &Index, request: &Request<'_>) -> Answer {
    answer(&index.get_by_ids(&body::json::<Ids>(request)?.ids)?)
}

/// Deletes vectors; the same in the binding.
pub fn delete_by_ids(index: &Index, request: &Request<'_>) -> Answer {
    answer(&index.delete_by_ids(body::json::<Ids>(request)?.ids)?)
}

fn upload(account: &Account, name: &str, operation: Operation, request: &Request<'_>) -> Answer {
    let index = account.get_for(name, || body::dimensions(request))?;
    let bounds = index.bounds();
    let lines = body::upload(request, operation, &bounds)?;
    touched::note("vectorize.http_batch", lines.len());
    answer(&index.write(operation, lines, bounds.http_batch)?)
}

fn list(index: &Index, request: &Request<'_>) -> Answer {
    #[derive(Deserialize)]
    struct Paging {
        count: Option<u64>,
        cursor: Option<String>,
    }
    let Paging { count, cursor } = body::query(request)?;
    let limit = index.bounds().list_page;
    let count = count.unwrap_or(LIST_PAGE_DEFAULT.min(limit as u64));
    touched::note("vectorize.list_page", usize::try_from(count).unwrap_or(usize::MAX));
    let in_range = usize::try_from(count).ok().filter(|count| (1..=limit).contains(count));
    let count = in_range.ok_or_else(|| VectorizeError::InvalidRequest {
        text: format!("Failed to deserialize query string: count: must be in range: [1, {limit}], got {count}"),
    })?;
    answer(&index.list(count, cursor.as_deref().filter(|cursor| !cursor.is_empty()))?)
}

/// Writes an answer.
pub fn answer(value: &impl Serialize) -> Answer {
    serde_json::value::to_raw_value(value)
        .map_err(|error| AiError::Internal { reason: format!("an answer could not be written: {error}") }.into())
}

/// The path exists, the method does not.
pub fn not_allowed(request: &Request<'_>) -> Error {
    PlatformError::MethodNotAllowed { method: request.method.to_owned() }.into()
}

#[cfg(test)]
pub(in crate::api) mod tests;
