//! The control plane: `/__candleflare/…`, plain JSON.

pub mod mutations;

use axum::body::Body;
use axum::http::{HeaderValue, Response, header};
use serde_json::{Value, json};

use super::App;
use super::envelope::{Reply, json_reply};
use super::incoming::{Incoming, is_account_id};
use super::router::{Dialect, ROUTES};
use crate::error::{Error, PlatformError};
use crate::harness::Filter;

pub async fn health(_app: App, _incoming: Incoming) -> Reply {
    json_reply(200, &json!({"status": "ok"}))
}

pub async fn ready(app: App, _incoming: Incoming) -> Reply {
    json_reply(200, &json!({"status": "ready", "loaded": app.engine.loaded()}))
}

pub async fn version(_app: App, _incoming: Incoming) -> Reply {
    let features: Vec<&str> = [
        ("bundled-models", cfg!(feature = "bundled-models")),
        ("cuda", cfg!(feature = "cuda")),
        ("metal", cfg!(feature = "metal")),
        ("mkl", cfg!(feature = "mkl")),
        ("accelerate", cfg!(feature = "accelerate")),
    ]
    .into_iter()
    .filter_map(|(name, on)| on.then_some(name))
    .collect();
    json_reply(200, &json!({"name": "candleflare", "version": env!("CARGO_PKG_VERSION"), "features": features}))
}

/// Prometheus text.
pub async fn metrics(app: App, _incoming: Incoming) -> Reply {
    let mut text = String::from("# HELP candleflare_requests_total Calls answered, by service and HTTP status.\n");
    text.push_str("# TYPE candleflare_requests_total counter\n");
    for ((service, status), count) in app.journal.counts() {
        let service = json!(service);
        text.push_str(&format!("candleflare_requests_total{{service={service},status=\"{status}\"}} {count}\n"));
    }
    let (mut input, mut output, mut neurons) = (0, 0, 0.0);
    for row in app.ai.ledger().rows(None) {
        input += row.input_tokens;
        output += row.output_tokens;
        neurons += row.neurons;
    }
    let gauges = [
        ("candleflare_tokens_total{kind=\"input\"}", "counter", input.to_string()),
        ("candleflare_tokens_total{kind=\"output\"}", "counter", output.to_string()),
        ("candleflare_neurons_total", "counter", neurons.to_string()),
        ("candleflare_loaded_checkpoints", "gauge", app.engine.loaded().len().to_string()),
        ("candleflare_uptime_seconds", "gauge", app.started.elapsed().as_secs().to_string()),
    ];
    let mut described = "";
    for (series, kind, value) in gauges {
        let name = series.split('{').next().unwrap_or(series);
        if name != described {
            text.push_str(&format!("# TYPE {name} {kind}\n"));
            described = name;
        }
        text.push_str(&format!("{series} {value}\n"));
    }
    let mut reply = Response::new(Body::from(text));
    reply.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; version=0.0.4"));
    reply
}

pub async fn limits(app: App, _incoming: Incoming) -> Reply {
    let limits = app.ai.limits();
    let rows: Vec<Value> = limits
        .rows()
        .iter()
        .map(|row| {
            let mut value = json!(row);
            value["effective"] = json!(limits.value(&row.name));
            value
        })
        .collect();
    json_reply(200, &json!({"plan": limits.plan(), "limits": rows}))
}

pub async fn usage(app: App, incoming: Incoming) -> Reply {
    let rows = app.ai.ledger().rows(incoming.query_value("account").as_deref());
    let calls: u64 = rows.iter().map(|row| row.calls).sum();
    let neurons: f64 = rows.iter().map(|row| row.neurons).sum();
    let usd: f64 = rows.iter().map(|row| row.usd).sum();
    json_reply(200, &json!({"total": {"calls": calls, "neurons": neurons, "usd": usd}, "rows": rows}))
}

pub async fn requests(app: App, incoming: Incoming) -> Reply {
    let get = |name: &str| incoming.query_value(name);
    let status = match get("status").map(|status| status.parse()).transpose() {
        Ok(status) => status,
        Err(_) => return refused_with("`status` must be an HTTP status"),
    };
    let filter =
        Filter { account: get("account"), service: get("service"), model: get("model"), index: get("index"), status };
    let requests = app.journal.find(&filter);
    json_reply(200, &json!({"total": requests.len(), "requests": requests}))
}

pub async fn forget_requests(app: App, incoming: Incoming) -> Reply {
    app.journal.clear(incoming.query_value("account").as_deref());
    json_reply(200, &json!({"ok": true}))
}

/// `{"account": "…"}` forgets one account; without it, all.
pub async fn reset(app: App, incoming: Incoming) -> Reply {
    let body: Value = match incoming.body.as_ref() {
        [] => Value::Null,
        bytes => match serde_json::from_slice(bytes) {
            Ok(body) => body,
            Err(error) => return refused_with(&format!("the body is not JSON: {error}")),
        },
    };
    let account = match body.get("account").cloned().or_else(|| incoming.query_value("account").map(Value::from)) {
        None | Some(Value::Null) => None,
        Some(Value::String(id)) if is_account_id(&id) => Some(id.to_ascii_lowercase()),
        Some(_) => return refused_with("`account` must be 32 hexadecimal digits"),
    };
    app.vectorize.reset(account.as_deref());
    app.ai.ledger().clear(account.as_deref());
    app.journal.clear(account.as_deref());
    json_reply(200, &json!({"ok": true}))
}

/// No such control path: says which there are.
pub fn unknown(path: &str) -> Reply {
    let known: Vec<String> = ROUTES
        .iter()
        .filter(|route| route.dialect == Dialect::Control)
        .map(|route| format!("{} {}", route.method, route.path))
        .collect();
    json_reply(404, &json!({"error": format!("there is no control path `{path}`"), "known": known}))
}

pub fn refused(error: &Error) -> Reply {
    json_reply(error.status(), &json!({"error": error.to_string(), "code": error.code()}))
}

fn refused_with(text: &str) -> Reply {
    refused(&PlatformError::Control { text: text.to_owned() }.into())
}
