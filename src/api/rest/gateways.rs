//! `…/ai-gateway/gateways`: which gateways there are. A gateway but for `default` must be created before it is used.

use axum::http::Method;
use serde_json::{Value, json};

use crate::ai::gateway::Unusable;
use crate::api::App;
use crate::api::envelope::{self, Reply};
use crate::api::incoming::Incoming;
use crate::error::{AiError, PlatformError};

/// `rest` is what follows `gateways`: nothing, an id, or an id and `logs/{log}`.
pub async fn call(app: App, incoming: Incoming) -> Reply {
    let rest = incoming.rest.clone();
    let parts: Vec<&str> = rest.split('/').filter(|part| !part.is_empty()).collect();
    let gateways = app.ai.gateways();
    let is_known = |id: &str| gateways.list(&incoming.account).iter().any(|known| known == id);
    match (&incoming.method, &parts[..]) {
        (&Method::GET, []) => {
            let list: Vec<Value> = gateways.list(&incoming.account).iter().map(|id| described(id)).collect();
            let count = list.len();
            let info =
                json!({"page": 1, "per_page": count.max(20), "count": count, "total_count": count, "total_pages": 1});
            envelope::enveloped_page(&list, &info)
        }
        (&Method::POST, []) => create(&app, &incoming),
        (&Method::GET, [id]) if is_known(id) => envelope::enveloped(&described(id)),
        (&Method::DELETE, [id]) if gateways.delete(&incoming.account, id) => envelope::enveloped(&described(id)),
        (&Method::GET, [id, "logs", log]) => match gateways.find_log(&incoming.account, id, log) {
            Some(log) => envelope::enveloped(&log),
            None => refused(PlatformError::NoLog { id: (*log).to_owned() }),
        },
        (&Method::GET | &Method::DELETE, [_]) => envelope::refused(&AiError::GatewayUnknown.into(), None),
        (_, [] | [_]) => refused(PlatformError::MethodNotAllowed { method: incoming.method.to_string() }),
        _ => refused(PlatformError::NoRoute { path: incoming.path.clone() }),
    }
}

fn create(app: &App, incoming: &Incoming) -> Reply {
    let body = match incoming.json() {
        Ok(body) => body,
        Err(error) => return envelope::refused(&error.into(), None),
    };
    let id = body["id"].as_str().unwrap_or_default();
    match app.ai.gateways().create(&incoming.account, id) {
        Ok(true) => envelope::enveloped(&described(id)),
        Ok(false) => {
            let text = format!("gateway `{id}` is there already");
            envelope::refused(&AiError::InvalidInput { text }.into(), None)
        }
        Err(Unusable::BadId | Unusable::Unknown) => {
            let text = "id must be lower-case letters, digits, `-` and `_`, at most 64".to_owned();
            envelope::refused(&AiError::InvalidInput { text }.into(), None)
        }
    }
}

/// Settings of a gateway's own are not emulated: what a call says holds.
fn described(id: &str) -> Value {
    json!({
        "id": id, "cache_invalidate_on_update": false, "cache_ttl": 0, "collect_logs": true, "rate_limiting_interval": 0,
        "rate_limiting_limit": 0, "rate_limiting_technique": "fixed",
    })
}

fn refused(error: PlatformError) -> Reply {
    envelope::refused(&error.into(), None)
}
