//! `env.AI.gateway(id)`: logs, addresses, and the universal call.

use axum::http::Method;
use serde_json::{Value, json};

use crate::ai::gateway::Patch;
use crate::api::App;
use crate::api::envelope::{self, Reply};
use crate::api::incoming::Incoming;
use crate::api::universal;
use crate::error::{AiError, PlatformError};

/// Whom the runtime's `Ai` class takes its fetcher's other end to be.
const INNER_HOST: &str = "workers-binding.ai";

/// `rest` is the path behind `ai-gateway/`.
pub async fn call(app: App, incoming: Incoming) -> Reply {
    let path = incoming.rest.trim_start_matches("ai-gateway/").to_owned();
    let parts: Vec<&str> = path.split('/').collect();
    match (&incoming.method, &parts[..]) {
        (&Method::POST, ["universal", "run", id]) => universal::universal(app, incoming, id).await,
        (&Method::GET, ["gateways", id, "url", provider @ ..]) => url(&app, &incoming, id, provider),
        (&Method::GET, ["gateways", id, "logs", log]) => match app.ai.gateways().find_log(&incoming.account, id, log) {
            Some(log) => envelope::enveloped(&log),
            None => no_log(log),
        },
        (&Method::PATCH, ["gateways", id, "logs", log]) => patch(&app, &incoming, id, log),
        _ => envelope::refused(&PlatformError::NoRoute { path: incoming.path.clone() }.into(), None),
    }
}

/// Where production has `https://gateway.ai.cloudflare.com`, this has the emulator's own address.
fn url(app: &App, incoming: &Incoming, id: &str, provider: &[&str]) -> Reply {
    // The runtime's inner fetcher says a name that leads nowhere.
    let said = |header| incoming.header(header).filter(|host| *host != INNER_HOST).map(str::to_owned);
    let own = || app.address.get().map(ToString::to_string);
    let host = said("mf-host").or_else(|| said("host")).or_else(own).unwrap_or_else(|| "127.0.0.1:8786".to_owned());
    let base = format!("http://{host}/v1/{}/{id}", incoming.account);
    let url = match provider.join("/").as_str() {
        "" | "universal" => base,
        provider => format!("{base}/{provider}"),
    };
    envelope::enveloped(&json!({"url": url}))
}

fn patch(app: &App, incoming: &Incoming, id: &str, log: &str) -> Reply {
    let patch: Patch = match incoming.json().map(serde_json::from_value) {
        Ok(Ok(patch)) => patch,
        Ok(Err(error)) => return refused(&AiError::InvalidInput { text: error.to_string() }),
        Err(error) => return refused(&error),
    };
    match app.ai.gateways().patch_log(&incoming.account, id, log, patch) {
        true => envelope::enveloped(&Value::Object(serde_json::Map::new())),
        false => no_log(log),
    }
}

/// The runtime's class throws its `AiGatewayLogNotFound` at 404.
fn no_log(id: &str) -> Reply {
    envelope::refused(&PlatformError::NoLog { id: id.to_owned() }.into(), None)
}

fn refused(error: &AiError) -> Reply {
    envelope::refused(&error.clone().into(), None)
}
