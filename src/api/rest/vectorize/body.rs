//! What a Vectorize call carries: JSON, query strings, and uploads as NDJSON, as a form, or as the binding's JSON.

use std::convert::Infallible;

use axum::Json;
use axum::body::Bytes;
use axum::extract::Query;
use axum::http::Uri;
use futures_util::{FutureExt, stream};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::Request;
use crate::error::{Format, Operation, VectorizeError};
use crate::vectorize::limits::Bounds;
use crate::vectorize::{self, Line, Unparsable};

/// The form's part that holds the vectors.
const PART: &str = "vectors";

/// Reads a JSON body. Production's texts are axum's own, so axum writes them here too.
pub fn json<T: DeserializeOwned>(request: &Request<'_>) -> Result<T, VectorizeError> {
    let kind = media_type(request);
    if kind != "application/json" && !(kind.starts_with("application/") && kind.ends_with("+json")) {
        return Err(VectorizeError::MissingJsonContentType);
    }
    match Json::<T>::from_bytes(request.body) {
        Ok(Json(value)) => Ok(value),
        Err(rejection) => Err(VectorizeError::InvalidRequest { text: rejection.body_text() }),
    }
}

/// How long the first vector of a call is, as far as it can be read: NDJSON, `{"vectors": […]}` or `{"vector": […]}`.
pub fn dimensions(request: &Request<'_>) -> Option<usize> {
    #[derive(Deserialize)]
    struct First {
        #[serde(alias = "vector")]
        values: Option<Vec<f32>>,
        #[serde(default)]
        vectors: Vec<First>,
    }
    let first = serde_json::Deserializer::from_slice(request.body).into_iter::<First>().next()?.ok()?;
    let values = first.values.or_else(|| first.vectors.into_iter().next()?.values)?;
    Some(values.len())
}

/// Reads the query string.
pub fn query<T: DeserializeOwned>(request: &Request<'_>) -> Result<T, VectorizeError> {
    let invalid = |text: String| VectorizeError::InvalidRequest { text };
    let uri: Uri = format!("/?{}", request.query)
        .parse()
        .map_err(|error| invalid(format!("Failed to deserialize query string: {error}")))?;
    Query::<T>::try_from_uri(&uri).map(|Query(value)| value).map_err(|rejection| invalid(rejection.body_text()))
}

/// Reads the vectors of a REST write: NDJSON as it is, or as a part of a form.
pub fn upload(request: &Request<'_>, operation: Operation, bounds: &Bounds) -> Result<Vec<Line>, VectorizeError> {
    check_size(request, bounds)?;
    #[derive(Deserialize)]
    struct Behavior {
        #[serde(default, rename = "unparsable-behavior")]
        unparsable: Unparsable,
    }
    let part;
    let body = match media_type(request).as_str() {
        "application/x-ndjson" => request.body,
        "multipart/form-data" => {
            part = form(request, operation)?;
            &part
        }
        _ => return Err(VectorizeError::UnknownContentType),
    };
    let Behavior { unparsable } = query(request)?;
    vectorize::ndjson(body, operation, unparsable)
}

/// Reads the vectors of a binding's write: NDJSON, or `{"vectors":[…]}`.
pub fn binding_upload(
    request: &Request<'_>,
    operation: Operation,
    bounds: &Bounds,
) -> Result<Vec<Line>, VectorizeError> {
    check_size(request, bounds)?;
    match media_type(request).as_str() {
        "application/x-ndjson" => vectorize::ndjson(request.body, operation, Unparsable::Error),
        "application/json" => vectorize::json(request.body, operation),
        _ => Err(VectorizeError::UnknownContentType),
    }
}

/// The vectors of a write as NDJSON, however they came, and not looked into: what a recording keeps and an upstream gets.
pub fn lines(request: &Request<'_>, operation: Operation, is_binding: bool) -> Result<Bytes, VectorizeError> {
    #[derive(Deserialize)]
    struct Vectors<'a> {
        #[serde(borrow)]
        vectors: Vec<&'a RawValue>,
    }
    match (media_type(request).as_str(), is_binding) {
        ("application/x-ndjson", _) => Ok(request.body.clone()),
        ("multipart/form-data", false) => form(request, operation),
        ("application/json", true) => {
            let unparsable = |_| VectorizeError::UnparsableVectors { operation, format: Format::Json, line: None };
            let Vectors { vectors } = serde_json::from_slice(request.body).map_err(unparsable)?;
            // A line's end inside of a vector is only space.
            let lines = vectors.into_iter().map(|vector| vector.get().replace(['\n', '\r'], " ") + "\n");
            Ok(lines.collect::<String>().into())
        }
        _ => Err(VectorizeError::UnknownContentType),
    }
}

/// Not every route in front of this knows Vectorize's own limit.
fn check_size(request: &Request<'_>, bounds: &Bounds) -> Result<(), VectorizeError> {
    if request.body.len() > bounds.body_bytes {
        return Err(VectorizeError::UploadTooLarge { limit: bounds.body_bytes });
    }
    Ok(())
}

/// The content type in lower case, without parameters: wrangler sends `application/json; charset=utf-8;`.
fn media_type(request: &Request<'_>) -> String {
    let kind = request.content_type.unwrap_or_default();
    kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn form(request: &Request<'_>, operation: Operation) -> Result<Bytes, VectorizeError> {
    let boundary = multer::parse_boundary(request.content_type.unwrap_or_default())
        .ok()
        .filter(|boundary| !boundary.is_empty())
        .ok_or(VectorizeError::UnknownContentType)?;
    let body = stream::iter([Ok::<_, Infallible>(request.body.clone())]);
    let mut form = multer::Multipart::new(body, boundary);
    let read = async {
        let mut found = None;
        // To the end, so that a form that was cut is refused even if its part is whole.
        while let Some(field) = form.next_field().await? {
            if found.is_none() && field.name() == Some(PART) {
                found = Some(field.bytes().await?);
            }
        }
        Ok::<_, multer::Error>(found)
    };
    // The body is here already, so nothing ever waits.
    match read.now_or_never() {
        Some(Ok(Some(part))) => Ok(part),
        _ => Err(VectorizeError::UnparsableVectors { operation, format: Format::Ndjson, line: None }),
    }
}
