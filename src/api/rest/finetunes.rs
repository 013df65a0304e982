//! Finetunes over REST: create, upload files, list.

use serde_json::{Value, json};

use crate::ai::finetunes::Finetunes;
use crate::api::App;
use crate::api::envelope::{self, Reply};
use crate::api::incoming::Incoming;
use crate::api::upload;
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
    let uploaded = upload::form(&incoming).and_then(|form| {
        let part = |name: &str| {
            let found = form.parts.iter().flatten().rfind(|part| part.name == name);
            found.map(|part| &part.bytes).ok_or_else(|| AiError::MissingBody { what: name.to_owned() })
        };
        let name = String::from_utf8_lossy(part("file_name")?).into_owned();
        app.ai.finetunes().upload(&incoming.trace.scope, id, &name, part("file")?)
    });
    answer(uploaded)
}

fn answer(result: Result<Value, AiError>) -> Reply {
    match result {
        Ok(value) => envelope::enveloped(&json!(value)),
        Err(error) => envelope::refused(&Error::Ai(error), None),
    }
}
