//! `POST …/ai/run/{model}` and `POST …/ai/run`.

use serde_json::Value;

use crate::ai::service::{Answer, Call, Output, Refusal};
use crate::ai::tasks::text_generation::Identity;
use crate::api::App;
use crate::api::encode::{ai_headers, event_stream};
use crate::api::envelope::{self, Reply};
use crate::api::incoming::Incoming;
use crate::error::{AiError, Error};

/// The model in the path; it holds slashes and may be percent-encoded.
pub async fn by_path(app: App, incoming: Incoming) -> Reply {
    let model = incoming.rest.clone();
    match incoming.json() {
        Ok(input) => run(app, incoming, model, input).await,
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
    run(app, incoming, model, input).await
}

async fn run(app: App, incoming: Incoming, model: String, mut input: Value) -> Reply {
    // Beside the input, not part of it (`rejectIfBusy` and the like).
    if let Some(members) = input.as_object_mut() {
        members.shift_remove("options");
    }
    let call = Call { trace: incoming.trace, model, input, schema: None };
    match app.ai.run(call).await {
        Ok(answer) => encode(&app, answer),
        Err(refusal) => envelope::refusal(&refusal),
    }
}

fn encode(app: &App, answer: Answer) -> Reply {
    let Answer { meta, output, neurons } = answer;
    let identity = Identity { id: meta.request_id.clone(), created: meta.created, model: meta.model.clone() };
    let mut reply = match output {
        Output::Embeddings(output) => match output.render() {
            Ok(result) => envelope::enveloped(&result),
            Err(error) => return refused(app, AiError::Internal { reason: error.to_string() }),
        },
        Output::Json(result) => envelope::enveloped(&result),
        Output::Generation { form, output } => envelope::enveloped(&output.render(meta.style, form, &identity)),
        Output::Stream(stream) => event_stream(stream, meta.style, identity, app.entropy.clone()),
    };
    ai_headers(reply.headers_mut(), &meta, neurons);
    reply
}

/// A refusal before the service saw the call.
fn refused(app: &App, error: AiError) -> Reply {
    envelope::refusal(&Refusal { request_id: app.entropy.uuid(), error: Error::Ai(error) })
}
