//! `POST …/v1/chat/completions`, `…/v1/completions` and `…/v1/responses`, for both families of models.

use super::{call, refused};
use crate::ai::service::Output;
use crate::ai::tasks::text_generation::{OPENAI_SCHEMA, Style};
use crate::api::App;
use crate::api::encode;
use crate::api::envelope::{self, Reply};
use crate::api::incoming::Incoming;
use crate::error::AiError;

/// Whatever the model's own schema on `run`, here it takes OpenAI's fields; those of the Responses API are gpt-oss's.
const RESPONSES_SCHEMA: &str = "text-generation-gpt-oss";

pub async fn completions(app: App, incoming: Incoming) -> Reply {
    complete(app, incoming, "messages", OPENAI_SCHEMA).await
}

pub async fn prompt_completions(app: App, incoming: Incoming) -> Reply {
    complete(app, incoming, "prompt", OPENAI_SCHEMA).await
}

pub async fn responses(app: App, incoming: Incoming) -> Reply {
    complete(app, incoming, "input", RESPONSES_SCHEMA).await
}

async fn complete(app: App, incoming: Incoming, required: &str, schema: &'static str) -> Reply {
    let call = match call(incoming, Some(schema)) {
        Ok(call) => call,
        Err(error) => return refused(&app, error),
    };
    if call.input.get(required).is_none() {
        let text = format!("Error: required properties at '/' are '{required}'");
        return refused(&app, AiError::BadInput { text });
    }
    let answer = match app.ai.run(call).await {
        Ok(answer) => answer,
        Err(refusal) => return envelope::refusal(&refusal),
    };
    let is_text =
        matches!(answer.output, Output::Generation { .. } | Output::Stream(_) | Output::Said(_) | Output::Recorded(_));
    if !is_text {
        let text = format!("model {} does not generate text here", answer.meta.model);
        return refused(&app, AiError::InvalidInput { text });
    }
    encode::answer(answer, Style::Compatible, |body| envelope::json_reply(200, &body))
        .unwrap_or_else(|error| refused(&app, error))
}
