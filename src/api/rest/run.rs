//! `POST …/ai/run/{model}` and `POST …/ai/run`.

use std::sync::Arc;

use serde_json::Value;

use crate::ai::media::Upload;
use crate::ai::service::{Call, Refusal};
use crate::api::App;
use crate::api::encode;
use crate::api::envelope::{self, Reply};
use crate::api::incoming::Incoming;
use crate::api::upload;
use crate::error::{AiError, Error};

/// The model in the path; it holds slashes and may be percent-encoded.
pub async fn by_path(app: App, incoming: Incoming) -> Reply {
    let model = incoming.rest.clone();
    match upload::input(&app, &incoming, &model) {
        Ok((input, upload)) => run(app, &incoming, model, input, upload).await,
        Err(error) => refused(&app, error),
    }
}

/// The model in the body: `{"model": "…", "input": {…}}`.
pub async fn by_body(app: App, incoming: Incoming) -> Reply {
    let mut body = match incoming.json() {
        Ok(body) => body,
        Err(error) => return refused(&app, error),
    };
    let Some(model) = body.get("model").and_then(Value::as_str).map(str::to_owned) else {
        return refused(&app, AiError::MissingBody { what: "model".to_owned() });
    };
    let input = body.get_mut("input").map_or(Value::Null, Value::take);
    run(app, &incoming, model, input, None).await
}

/// Also for what comes through a gateway's own address.
pub async fn run(app: App, incoming: &Incoming, model: String, input: Value, upload: Option<Upload>) -> Reply {
    let call = Call { upload, ..call(incoming, model, input) };
    match app.ai.run(call).await {
        Ok(answer) => {
            let style = answer.meta.style;
            encode::answer(answer, style, |body| envelope::enveloped(&body))
                .unwrap_or_else(|error| refused(&app, error))
        }
        Err(refusal) => envelope::refusal(&refusal),
    }
}

pub fn call(incoming: &Incoming, model: String, mut input: Value) -> Call {
    let mut options = incoming.options();
    // Beside the input, not part of it.
    let beside = input.as_object_mut().and_then(|members| members.shift_remove("options")).unwrap_or_default();
    options.read(&beside);
    Call { trace: Arc::clone(&incoming.trace), model, input, upload: None, options, schema: None }
}

/// A refusal before the service saw the call.
pub fn refused(app: &App, error: AiError) -> Reply {
    envelope::refusal(&Refusal::new(app.entropy.uuid(), Error::Ai(error)))
}
