//! Finetunes over REST: create, upload files, list.

use std::convert::Infallible;

use axum::body::Bytes;
use futures_util::{FutureExt, stream};
use serde_json::{Value, json};

use crate::ai::finetunes::Finetunes;
use crate::api::App;
use crate::api::envelope::{self, Reply};
use crate::api::incoming::Incoming;
use crate::error::{AiError, Error, PlatformError};

pub async fn create(app: App, incoming: Incoming) -> Reply {
    let created =
        incoming.json().and_then(|body| app.ai.finetunes().create(&incoming.trace.scope, app.ai.catalog(), &body));
    answer(created)
}

pub async fn list(app: App, incoming: Incoming) -> Reply {
    envelope::enveloped(&app.ai.finetunes().list(&incoming.trace.scope.account))
}

/// `public`, in pages of `limit` from `offset`.
pub async fn below(_app: App, incoming: Incoming) -> Reply {
    if incoming.rest != "public" {
        return envelope::refused(&PlatformError::NoRoute { path: incoming.path }.into(), None);
    }
    let number = |name: &str| incoming.query_value(name).and_then(|text| text.parse::<usize>().ok());
    let all = Finetunes::list_public();
    let page: Vec<_> =
        all.into_iter().skip(number("offset").unwrap_or(0)).take(number("limit").unwrap_or(usize::MAX)).collect();
    envelope::enveloped(&page)
}

/// `{finetune}/finetune-assets`: a form with `file_name` and `file`.
pub async fn upload(app: App, incoming: Incoming) -> Reply {
    let Some(id) = incoming.rest.strip_suffix("/finetune-assets").filter(|id| !id.is_empty() && !id.contains('/'))
    else {
        return envelope::refused(&PlatformError::NoRoute { path: incoming.path }.into(), None);
    };
    let uploaded = form(&incoming).and_then(|form| {
        let name = form.name.ok_or_else(|| AiError::MissingBody { what: "file_name".to_owned() })?;
        let file = form.file.ok_or_else(|| AiError::MissingBody { what: "file".to_owned() })?;
        app.ai.finetunes().upload(&incoming.trace.scope, id, &name, &file)
    });
    answer(uploaded)
}

struct Form {
    name: Option<String>,
    file: Option<Bytes>,
}

fn form(incoming: &Incoming) -> Result<Form, AiError> {
    let unreadable = |reason: String| AiError::BadInput { text: format!("the upload is no readable form: {reason}") };
    let boundary = multer::parse_boundary(incoming.content_type().unwrap_or_default())
        .map_err(|error| unreadable(error.to_string()))?;
    let body = stream::iter([Ok::<_, Infallible>(incoming.body.clone())]);
    let mut parts = multer::Multipart::new(body, boundary);
    let read = async {
        let mut form = Form { name: None, file: None };
        while let Some(field) = parts.next_field().await? {
            match field.name() {
                Some("file_name") => form.name = Some(field.text().await?),
                Some("file") => form.file = Some(field.bytes().await?),
                _ => {}
            }
        }
        Ok::<_, multer::Error>(form)
    };
    // The body is here already, so nothing ever waits.
    match read.now_or_never() {
        Some(read) => read.map_err(|error| unreadable(error.to_string())),
        None => Err(unreadable("it has no end".to_owned())),
    }
}

fn answer(result: Result<Value, AiError>) -> Reply {
    match result {
        Ok(value) => envelope::enveloped(&json!(value)),
        Err(error) => envelope::refused(&Error::Ai(error), None),
    }
}
