//! `toMarkdown` of REST and of the binding; both answer in the v4 API's envelope.

use serde_json::{Value, json};

use super::App;
use super::envelope::{self, Reply};
use super::incoming::Incoming;
use super::upload;
use crate::ai::markdown::{Document, Options, supported};
use crate::ai::media;
use crate::error::AiError;

/// A form with `files`, as often as there are some, and `conversionOptions`, which is JSON.
pub async fn transform(app: App, incoming: Incoming) -> Reply {
    match of_form(&incoming) {
        Ok((documents, options)) => answer(app, incoming, documents, options).await,
        Err(error) => envelope::refused(&error.into(), Some(&incoming.trace.id().to_string())),
    }
}

/// Which formats there are.
pub async fn formats(_app: App, _incoming: Incoming) -> Reply {
    let all: Vec<Value> =
        supported().map(|(extension, mime_type)| json!({"extension": extension, "mimeType": mime_type})).collect();
    envelope::enveloped(&all)
}

/// The binding's call: `{files: [{name, mimeType, data}], options: {conversionOptions}}`.
pub async fn of_binding(app: App, incoming: Incoming) -> Reply {
    match of_json(&incoming) {
        Ok((documents, options)) => answer(app, incoming, documents, options).await,
        Err(error) => envelope::refused(&error.into(), Some(&incoming.trace.id().to_string())),
    }
}

async fn answer(app: App, incoming: Incoming, documents: Vec<Document>, options: Options) -> Reply {
    incoming.trace.with(|entry| entry.operation = "tomarkdown".into());
    match app.ai.to_markdown(&incoming.trace, documents, options).await {
        Ok(items) => envelope::enveloped(&items),
        Err(error) => envelope::refused(&error, Some(&incoming.trace.id().to_string())),
    }
}

fn of_form(incoming: &Incoming) -> Result<(Vec<Document>, Options), AiError> {
    if incoming.body.is_empty() {
        return Err(AiError::MissingBody { what: "files".to_owned() });
    }
    let form = upload::form(incoming)?;
    let parts = form.parts.unwrap_or_default();
    let said = parts.iter().find(|part| part.name == "conversionOptions").map_or(Ok(Value::Null), |part| {
        let broken = |error| bad(&format!("`conversionOptions` is no JSON: {error}"));
        serde_json::from_slice(&part.bytes).map_err(broken)
    })?;
    let documents: Vec<Document> = parts
        .into_iter()
        // Clients name them `files`, `file` or, as PHP taught them, `files[]`.
        .filter(|part| part.is_file())
        .map(|part| Document {
            name: part.file_name.unwrap_or_default(),
            mime_type: part.content_type.unwrap_or_default(),
            bytes: part.bytes,
        })
        .collect();
    if documents.is_empty() {
        return Err(AiError::MissingBody { what: "files".to_owned() });
    }
    Ok((documents, Options::read(&said).map_err(|text| bad(&text))?))
}

fn of_json(incoming: &Incoming) -> Result<(Vec<Document>, Options), AiError> {
    let body = incoming.json()?;
    let files = body["files"].as_array().ok_or_else(|| AiError::MissingBody { what: "files".to_owned() })?;
    let document = |file: &Value| {
        let text = |name: &str| file[name].as_str().unwrap_or_default().to_owned();
        let bytes = match &file["data"] {
            // An empty file is a file; whether it can be read is said of it alone.
            Value::String(data) if data.is_empty() => axum::body::Bytes::new(),
            data => media::bytes(data, "data")?,
        };
        Ok(Document { name: text("name"), mime_type: text("mimeType"), bytes })
    };
    let documents = files.iter().map(document).collect::<Result<_, AiError>>()?;
    let options = Options::read(&body["options"]["conversionOptions"]).map_err(|text| bad(&text))?;
    Ok((documents, options))
}

fn bad(text: &str) -> AiError {
    AiError::BadInput { text: text.to_owned() }
}
