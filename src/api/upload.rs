//! Bodies that are no JSON: a file, or a form with files.

use std::convert::Infallible;

use axum::body::Bytes;
use futures_util::{FutureExt, stream};
use serde_json::{Map, Value, json};

use super::App;
use super::incoming::Incoming;
use crate::ai::media::{Part, Upload};
use crate::error::AiError;

/// What the query may say beside an input.
const OPTIONS: [&str; 5] = ["version", "userInputs", "queueRequest", "rejectIfBusy", "gateway"];

/// Input and upload of a call of `model`: a form, a file where the model takes one, else JSON.
pub fn input(app: &App, incoming: &Incoming, model: &str) -> Result<(Value, Option<Upload>), AiError> {
    if is_form(incoming) {
        let upload = form(incoming)?;
        return Ok((upload.texts(), Some(upload)));
    }
    let takes_file = app.ai.catalog().get(model).is_some_and(|model| model.task.takes_file());
    if !takes_file || incoming.body.is_empty() || is_json(incoming) {
        return Ok((incoming.json()?, None));
    }
    let beside = incoming.query_pairs().into_iter().filter(|(name, _)| !OPTIONS.contains(&name.as_str()));
    let beside: Map<_, _> = beside.map(|(name, value)| (name, value.into())).collect();
    Ok((beside.into(), Some(file(incoming))))
}

/// The binding's way: the stream or form is the body, everything else of the input stands in the query.
pub fn streamed(incoming: &Incoming, user_inputs: &str) -> Result<(Value, Option<Upload>), AiError> {
    let broken = |error: serde_json::Error| AiError::BadInput { text: format!("Error: invalid JSON: {error}") };
    let mut input: Value = serde_json::from_str(user_inputs).map_err(broken)?;
    if incoming.body.is_empty() {
        return Err(AiError::MissingBody { what: "body".to_owned() });
    }
    let upload = if is_form(incoming) { form(incoming)? } else { file(incoming) };
    if !input.is_object() {
        input = json!({});
    }
    for (name, value) in upload.texts().as_object().into_iter().flatten() {
        input[name] = value.clone();
    }
    Ok((input, Some(upload)))
}

fn file(incoming: &Incoming) -> Upload {
    let content_type = incoming.content_type().map(str::to_owned);
    Upload { body: incoming.body.clone(), content_type, parts: None }
}

fn is_form(incoming: &Incoming) -> bool {
    let content_type = incoming.content_type().unwrap_or_default();
    content_type.trim_start().to_ascii_lowercase().starts_with("multipart/form-data")
}

/// By its type, or by its first letter: production's documented curl call sends JSON as a form, and no picture or sound begins so.
fn is_json(incoming: &Incoming) -> bool {
    const FILES: [&str; 4] = ["image/", "audio/", "video/", "application/octet-stream"];
    let content_type = incoming.content_type().unwrap_or_default().to_ascii_lowercase();
    let first = || incoming.body.iter().find(|byte| !byte.is_ascii_whitespace());
    let is_file = FILES.iter().any(|kind| content_type.starts_with(kind));
    content_type.contains("json") || !is_file && first() == Some(&b'{')
}

/// The body as a form. A boundary that the header does not name is found in the body: the documented call of FLUX.2 through the
/// binding sends none.
pub fn form(incoming: &Incoming) -> Result<Upload, AiError> {
    let unreadable = |reason: String| AiError::BadInput { text: format!("the upload is no readable form: {reason}") };
    let named = multer::parse_boundary(incoming.content_type().unwrap_or_default());
    let boundary = named.or_else(|error| boundary(&incoming.body).ok_or_else(|| unreadable(error.to_string())))?;
    let body = stream::iter([Ok::<_, Infallible>(incoming.body.clone())]);
    let mut fields = multer::Multipart::new(body, boundary);
    let read = async {
        let mut parts = Vec::new();
        while let Some(field) = fields.next_field().await? {
            let (name, file_name) = (field.name().unwrap_or_default().to_owned(), field.file_name().map(str::to_owned));
            let content_type = field.content_type().map(ToString::to_string);
            parts.push(Part { name, file_name, content_type, bytes: field.bytes().await? });
        }
        Ok::<_, multer::Error>(parts)
    };
    // The body is here already, so nothing ever waits.
    let parts = match read.now_or_never() {
        Some(read) => read.map_err(|error| unreadable(error.to_string()))?,
        None => return Err(unreadable("it has no end".to_owned())),
    };
    Ok(Upload { parts: Some(parts), ..file(incoming) })
}

/// A form's first line is its boundary.
fn boundary(body: &Bytes) -> Option<String> {
    const LONGEST: usize = 70;
    let body = body.strip_prefix(b"\r\n").unwrap_or(body).strip_prefix(b"--")?;
    let end = body.iter().take(LONGEST + 1).position(|byte| matches!(byte, b'\r' | b'\n'))?;
    let boundary = std::str::from_utf8(&body[..end]).ok()?.trim_end();
    (!boundary.is_empty()).then(|| boundary.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_boundary_is_found_in_the_body() {
        let found = |body: &'static str| boundary(&Bytes::from_static(body.as_bytes()));
        assert_eq!(found("--ab\r\nContent-Disposition: …").as_deref(), Some("ab"));
        assert_eq!(found("\r\n--a b \n").as_deref(), Some("a b"));
        assert_eq!(found("--\r\n"), None);
        assert_eq!(found("no form"), None);
        assert_eq!(found("--never ends"), None);
    }
}
