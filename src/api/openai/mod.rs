//! The OpenAI-compatible endpoint. Its refusals have Cloudflare's envelope, as recorded live.

pub mod chat;
pub mod embeddings;

use serde_json::Value;

use super::App;
use super::envelope::{self, Reply};
use super::incoming::Incoming;
use crate::ai::service::{Call, Refusal};
use crate::error::{AiError, Error, PlatformError};

/// `GET …/v1/models`: production does not serve it (a recorded answer of 2024); the catalogue is at `…/ai/models/search`.
pub async fn models(_app: App, incoming: Incoming) -> Reply {
    envelope::refused(&PlatformError::MethodNotAllowed { method: incoming.method.to_string() }.into(), None)
}

/// The body's `model`, and the rest of it as input.
fn call(incoming: Incoming, schema: Option<&'static str>) -> Result<Call, AiError> {
    let mut input = incoming.json()?;
    let Some(members) = input.as_object_mut() else {
        return Err(AiError::BadInput { text: "Error: the body must be a JSON object".to_owned() });
    };
    let Some(Value::String(model)) = members.shift_remove("model") else {
        return Err(AiError::BadInput { text: "Error: required properties at '/' are 'model'".to_owned() });
    };
    let mut options = incoming.options();
    options.read(&members.shift_remove("options").unwrap_or_default());
    Ok(Call { trace: incoming.trace, model, input, upload: None, options, schema })
}

fn refused(app: &App, error: AiError) -> Reply {
    envelope::refusal(&Refusal::new(app.entropy.uuid(), Error::Ai(error)))
}
