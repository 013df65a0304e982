//! How each dialect wraps a result and spells a refusal.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use serde::Serialize;
use serde_json::{Value, json};

use crate::ai::service::{Refusal, Through};
use crate::error::{AiError, Error, PlatformError};

pub type Reply = Response<Body>;

/// In the extensions of a refusal, for the journal.
#[derive(Debug, Clone, Copy)]
pub struct RefusalCode(pub u32);

fn refused_with(error: &Error, body: &Value) -> Reply {
    let mut reply = json_reply(error.status(), body);
    reply.extensions_mut().insert(RefusalCode(error.code()));
    reply
}

/// JSON with the content type exactly `application/json`: the Worker binding parses nothing else.
pub fn json_reply(status: u16, body: &impl Serialize) -> Reply {
    match serde_json::to_vec(body) {
        Ok(bytes) => raw_json(status, bytes),
        Err(error) => {
            tracing::error!(%error, "an answer could not be written");
            raw_json(500, b"{}".to_vec())
        }
    }
}

fn raw_json(status: u16, body: Vec<u8>) -> Reply {
    let mut reply = Response::new(Body::from(body));
    *reply.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    reply.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    reply
}

#[derive(Serialize)]
struct Envelope<'a, T> {
    result: &'a T,
    success: bool,
    errors: [(); 0],
    messages: [(); 0],
}

/// The v4 API's success envelope.
pub fn enveloped(result: &impl Serialize) -> Reply {
    json_reply(200, &Envelope { result, success: true, errors: [], messages: [] })
}

/// The same with paging.
pub fn enveloped_page(result: &[Value], info: &Value) -> Reply {
    json_reply(200, &json!({"result": result, "success": true, "errors": [], "messages": [], "result_info": info}))
}

/// The v4 API's failure envelope. `request_id` is named where the refusal comes from inference.
pub fn refused(error: &Error, request_id: Option<&str>) -> Reply {
    refused_with(error, &failure(error, request_id))
}

/// As [`refused`], for a service's refusal.
pub fn refusal(refusal: &Refusal) -> Reply {
    let mut reply = refused(&refusal.error, Some(&refusal.request_id));
    if let Some(through) = &refusal.gateway {
        gateway_headers(reply.headers_mut(), through);
    }
    reply
}

/// What an answer or a refusal says of its way through a gateway.
pub fn gateway_headers(headers: &mut HeaderMap, through: &Through) {
    headers.insert("cf-aig-cache-status", HeaderValue::from_static(if through.cache_hit { "HIT" } else { "MISS" }));
    headers.insert("cf-aig-step", HeaderValue::from(through.step));
    if let Some(id) = through.log_id.as_ref().and_then(|id| HeaderValue::from_str(id).ok()) {
        headers.insert("cf-aig-log-id", id);
    }
}

/// The body of a failure envelope; key order and extra keys differ by the layer that refuses, as recorded live.
pub fn failure(error: &Error, request_id: Option<&str>) -> Value {
    let (code, message) = (error.code(), rest_message(error, request_id));
    match error {
        Error::Ai(_) => json!({
            "errors": [{"message": message, "code": code}], "success": false, "result": {}, "messages": [],
        }),
        Error::Vectorize(refusal) if !refusal.is_control_plane() => json!({
            "result": null, "result_info": null, "success": false,
            "errors": [{"code": code, "message": message}], "messages": [],
        }),
        Error::Platform(PlatformError::NoRoute { .. }) => json!({
            "result": null, "success": false,
            "errors": [{"code": code, "message": message}, {"code": 7000, "message": "No route for that URI"}],
            "messages": [],
        }),
        Error::Vectorize(_) | Error::Platform(_) => json!({
            "result": null, "success": false, "errors": [{"code": code, "message": message}], "messages": [],
        }),
    }
}

/// REST prefixes what inference refuses; the other layers speak plainly.
fn rest_message(error: &Error, request_id: Option<&str>) -> String {
    let id = request_id.map(|id| format!(" ({id})")).unwrap_or_default();
    match error {
        Error::Ai(AiError::NoSuchModel { .. }) | Error::Vectorize(_) | Error::Platform(_) => error.to_string(),
        Error::Ai(AiError::BadInput { text }) => format!("AiError: Bad input: {text}{id}"),
        Error::Ai(_) => format!("AiError: AiError: {error}{id}"),
    }
}

/// What the runtime's `Ai` class reads: it throws `"<internalCode>: <description>"` by the given name.
pub fn ai_binding_refusal(error: &Error) -> Reply {
    let text = error.to_string();
    let body = json!({
        "internalCode": error.code(), "name": "AiError", "message": format!("AiError: {text}"), "description": text,
    });
    refused_with(error, &body)
}

/// What the runtime's `Vectorize` class reads.
pub fn vectorize_binding_refusal(error: &Error) -> Reply {
    refused_with(error, &json!({"error": error.to_string(), "code": error.code()}))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::VectorizeError;

    #[test]
    fn each_layer_has_its_own_failure() {
        let ai = failure(&AiError::Capacity.into(), Some("id"));
        assert_eq!(
            ai.to_string(),
            r#"{"errors":[{"message":"AiError: AiError: Capacity temporarily exceeded, please try again. (id)","code":3040}],"success":false,"result":{},"messages":[]}"#
        );
        let bad = failure(&AiError::BadInput { text: "x".to_owned() }.into(), Some("id"));
        assert_eq!(bad["errors"][0]["message"], "AiError: Bad input: x (id)");
        let control = failure(&VectorizeError::UnknownContentType.into(), None);
        assert_eq!(control.get("result_info"), None);
        let route = failure(&PlatformError::NoRoute { path: "/x".to_owned() }.into(), None);
        assert_eq!((&route["errors"][0]["code"], &route["errors"][1]["code"]), (&json!(7003), &json!(7000)));
    }
}
