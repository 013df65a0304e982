//! AI Gateway's own addresses: `/v1/{account}/{gateway}/…`, as production has them on gateway.ai.cloudflare.com, and
//! the universal call, whose legs are tried in their order. Only Workers AI is a provider here: nothing leaves the host.

use axum::http::HeaderValue;
use serde_json::Value;

use super::App;
use super::encode;
use super::envelope::{self, Reply};
use super::incoming::Incoming;
use super::openai;
use super::rest::run::{call, refused, run};
use super::upload;
use crate::ai::gateway::GatewayOptions;
use crate::ai::service::{Call, Output};
use crate::ai::tasks::text_generation::{OPENAI_SCHEMA, Style};
use crate::error::AiError;

const PROVIDER: &str = "workers-ai";

/// `POST /v1/{account}/{gateway}` and what is below it.
pub async fn direct(app: App, mut incoming: Incoming) -> Reply {
    // The route's wildcard begins with the gateway's id.
    let (gateway, rest) = incoming.rest.split_once('/').unwrap_or((&incoming.rest, ""));
    let (gateway, rest) = (gateway.to_owned(), rest.trim_matches('/').to_owned());
    if let Ok(id) = HeaderValue::from_str(&gateway) {
        incoming.headers.insert("cf-aig-gateway-id", id);
    }
    if rest.is_empty() {
        return universal(app, incoming, &gateway).await;
    }
    let Some((provider, endpoint)) = rest.split_once('/') else { return refused(&app, foreign(&rest)) };
    match (provider, endpoint) {
        (PROVIDER, "v1/chat/completions") => openai::chat::completions(app, incoming).await,
        (PROVIDER, "v1/embeddings") => openai::embeddings::create(app, incoming).await,
        (PROVIDER, model) => {
            let model = model.trim_start_matches("run/").to_owned();
            match upload::input(&app, &incoming, &model) {
                Ok((input, upload)) => run(app, &incoming, model, input, upload).await,
                Err(error) => refused(&app, error),
            }
        }
        ("compat", "chat/completions") => match unprefixed(&incoming) {
            Ok(body) => openai::chat::completions(app, Incoming { body, ..incoming }).await,
            Err(error) => refused(&app, error),
        },
        (provider, _) => refused(&app, foreign(provider)),
    }
}

/// `model: "workers-ai/@cf/…"`, as the compatible endpoint of all providers wants it.
fn unprefixed(incoming: &Incoming) -> Result<axum::body::Bytes, AiError> {
    let mut body = incoming.json()?;
    if let Some(model) = body.get("model").and_then(Value::as_str) {
        let Some(model) = model.strip_prefix("workers-ai/") else { return Err(foreign(model)) };
        body["model"] = model.into();
    }
    Ok(body.to_string().into())
}

/// `[{provider, endpoint, headers, query}, …]`: the first leg that answers is the answer.
pub async fn universal(app: App, incoming: Incoming, gateway: &str) -> Reply {
    let legs = match incoming.json() {
        Ok(Value::Array(legs)) if !legs.is_empty() => legs,
        Ok(leg @ Value::Object(_)) => vec![leg],
        Ok(_) => return refused(&app, bad("a universal call is a list of {provider, endpoint, headers, query}")),
        Err(error) => return refused(&app, error),
    };
    let mut last = None;
    for (step, leg) in (0u32..).zip(&legs) {
        let reply = run_leg(&app, &incoming, gateway, leg, step).await;
        if reply.status().is_success() {
            return reply;
        }
        last = Some(reply);
    }
    last.unwrap_or_else(|| refused(&app, bad("a universal call needs a leg")))
}

async fn run_leg(app: &App, incoming: &Incoming, gateway: &str, leg: &Value, step: u32) -> Reply {
    if leg["provider"] != PROVIDER {
        return refused(app, foreign(leg["provider"].as_str().unwrap_or_default()));
    }
    let endpoint = leg["endpoint"].as_str().unwrap_or_default().trim_matches('/').trim_start_matches("run/");
    let query = leg.get("query").cloned().unwrap_or_default();
    // A leg's own headers count more than those of the call.
    let header = |name: &str| leg["headers"][name].as_str().or_else(|| incoming.header(name));
    let mut options = GatewayOptions::of_headers(gateway, header);
    options.id = gateway.to_owned();
    let is_chat = endpoint == "v1/chat/completions";
    let mut call = call(incoming, endpoint.to_owned(), query);
    if step > 0 {
        call.trace = call.trace.another();
    }
    if is_chat {
        let Some(Value::String(model)) = call.input.as_object_mut().and_then(|query| query.shift_remove("model"))
        else {
            return refused(app, bad("`query` needs a `model`"));
        };
        call = Call { model, schema: Some(OPENAI_SCHEMA), ..call };
    }
    (call.options.gateway, call.options.step) = (Some(options), step);
    let answer = match app.ai.run(call).await {
        Ok(answer) => answer,
        Err(refusal) => return envelope::refusal(&refusal),
    };
    let encoded = match (&answer.output, is_chat) {
        (Output::Generation { .. } | Output::Stream(_) | Output::Said(_) | Output::Recorded(_), true) => {
            encode::answer(answer, Style::Compatible, |body| envelope::json_reply(200, &body))
        }
        _ => {
            let style = answer.meta.style;
            encode::answer(answer, style, |body| envelope::enveloped(&body))
        }
    };
    encoded.unwrap_or_else(|error| refused(app, error))
}

fn foreign(provider: &str) -> AiError {
    let hint = "nothing leaves this host; `workers-ai` is the one provider".to_owned();
    AiError::NotEmulated { what: format!("the provider `{provider}`"), hint }
}

fn bad(text: &str) -> AiError {
    AiError::InvalidInput { text: text.to_owned() }
}
