//! `POST …/v1/chat/completions` and `POST …/v1/completions`, for both families of models.

use super::{call, refused};
use crate::ai::service::{Answer, Output};
use crate::ai::tasks::text_generation::{Identity, Style};
use crate::api::App;
use crate::api::encode::{ai_headers, event_stream};
use crate::api::envelope::{self, Reply};
use crate::api::incoming::Incoming;
use crate::error::AiError;

/// Whatever the model's own schema on `run`, here it takes OpenAI's fields.
const SCHEMA: &str = "text-generation-openai";

pub async fn completions(app: App, incoming: Incoming) -> Reply {
    complete(app, incoming, "messages", "chatcmpl").await
}

pub async fn prompt_completions(app: App, incoming: Incoming) -> Reply {
    complete(app, incoming, "prompt", "cmpl").await
}

async fn complete(app: App, incoming: Incoming, required: &str, id: &str) -> Reply {
    let call = match call(incoming, Some(SCHEMA)) {
        Ok(call) => call,
        Err(error) => return refused(&app, error),
    };
    if call.input.get(required).is_none() {
        let text = format!("Error: required properties at '/' are '{required}'");
        return refused(&app, AiError::BadInput { text });
    }
    let Answer { meta, output, neurons } = match app.ai.run(call).await {
        Ok(answer) => answer,
        Err(refusal) => return envelope::refusal(&refusal),
    };
    let identity =
        Identity { id: format!("{id}-{}", meta.request_id), created: meta.created, model: meta.model.clone() };
    let mut reply = match output {
        Output::Generation { form, output } => {
            envelope::json_reply(200, &output.render(Style::Compatible, form, &identity))
        }
        Output::Stream(stream) => event_stream(stream, Style::Compatible, identity, app.entropy.clone()),
        Output::Embeddings(_) | Output::Json(_) => return refused(&app, wrong_task(&meta.model)),
    };
    ai_headers(reply.headers_mut(), &meta, neurons);
    reply
}

fn wrong_task(model: &str) -> AiError {
    AiError::InvalidInput { text: format!("model {model} does not generate text") }
}
