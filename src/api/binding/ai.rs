//! `env.AI`. Answers are bare: no envelope, and exactly `application/json`.

use serde_json::Value;

use super::{gateway, no_route, not_found, unwrapped};
use crate::ai::catalog::search::{SearchQuery, search};
use crate::ai::gateway::GatewayOptions;
use crate::ai::service::Call;
use crate::api::App;
use crate::api::encode;
use crate::api::envelope::{self, Reply};
use crate::api::incoming::Incoming;
use crate::api::markdown;
use crate::api::upload;
use crate::error::{AiError, Error};

/// Through Miniflare's remote proxy.
pub async fn proxied(app: App, incoming: Incoming) -> Reply {
    if incoming.header("upgrade").is_some() {
        return not_found();
    }
    match unwrapped(incoming) {
        (Some(_), inner) => upstream(app, inner).await,
        (None, _) => not_found(),
    }
}

/// As the upstream of the runtime's inner fetcher: `rest` is the path behind `https://workers-binding.ai/`.
pub async fn upstream(app: App, incoming: Incoming) -> Reply {
    match incoming.rest.as_str() {
        "run" | "ai-gateway/run" => run(app, incoming).await,
        "ai-api/models/search" => {
            let query = SearchQuery::from_pairs(incoming.query_pairs());
            let page = search(app.ai.catalog(), &query, &incoming.trace.scope.clock.today());
            envelope::enveloped_page(&page.items, &page.result_info())
        }
        path if path.starts_with("ai-gateway/") => gateway::call(app, incoming).await,
        "to-everything/markdown/transformer" => markdown::of_binding(app, incoming).await,
        "to-everything/markdown/supported" => markdown::formats(app, incoming).await,
        _ => envelope::ai_binding_refusal(&no_route(&incoming).into()),
    }
}

async fn run(app: App, incoming: Incoming) -> Reply {
    let call = match decode(incoming) {
        Ok(call) => call,
        Err(error) => return refused(error),
    };
    match app.ai.run(call).await {
        Ok(answer) => {
            let style = answer.meta.style;
            encode::answer(answer, style, |body| envelope::json_reply(200, &body)).unwrap_or_else(refused)
        }
        Err(refusal) => {
            let mut reply = envelope::ai_binding_refusal(&refusal.error);
            if let Ok(id) = refusal.request_id.parse() {
                reply.headers_mut().insert("cf-ai-req-id", id);
            }
            if let Some(through) = &refusal.gateway {
                envelope::gateway_headers(reply.headers_mut(), through);
            }
            reply
        }
    }
}

fn decode(incoming: Incoming) -> Result<Call, AiError> {
    let model = incoming.header("cf-consn-model-id").map(str::to_owned);
    let mut options = incoming.options();
    if let Some(beside) = incoming.query_value("userInputs") {
        let model = model.ok_or_else(|| AiError::MissingBody { what: "cf-consn-model-id".to_owned() })?;
        let (input, upload) = upload::streamed(&incoming, &beside)?;
        return Ok(Call { trace: incoming.trace, model: unprefixed(model), input, upload, options, schema: None });
    }
    let mut body = incoming.json()?;
    let beside = &body["options"];
    options.read(beside);
    options.gateway = GatewayOptions::of_binding(&beside["gateway"]).or(options.gateway);
    // The legacy client names the model in the body.
    let model = model
        .or_else(|| body.get("model").and_then(Value::as_str).map(str::to_owned))
        .ok_or_else(|| AiError::MissingBody { what: "cf-consn-model-id".to_owned() })?;
    let input =
        body.get_mut("inputs").map(Value::take).ok_or_else(|| AiError::MissingBody { what: "inputs".to_owned() })?;
    Ok(Call { trace: incoming.trace, model: unprefixed(model), input, upload: None, options, schema: None })
}

/// `options.prefix` arrives as `prefix:model`.
fn unprefixed(model: String) -> String {
    match model.split_once(':') {
        Some((_, rest)) if rest.starts_with('@') => rest.to_owned(),
        _ => model,
    }
}

fn refused(error: AiError) -> Reply {
    envelope::ai_binding_refusal(&Error::Ai(error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_is_taken_off() {
        assert_eq!(unprefixed("tenant:@cf/a/b".to_owned()), "@cf/a/b");
        assert_eq!(unprefixed("@cf/a/b:c".to_owned()), "@cf/a/b:c");
    }
}
