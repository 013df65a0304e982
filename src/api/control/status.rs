//! Alive, ready, which build, and figures for Prometheus.

use axum::body::Body;
use axum::http::{HeaderValue, Response, header};
use serde_json::json;

use crate::api::App;
use crate::api::envelope::{Reply, json_reply};
use crate::api::incoming::Incoming;

pub async fn health(_app: App, _incoming: Incoming) -> Reply {
    json_reply(200, &json!({"status": "ok"}))
}

pub async fn ready(app: App, _incoming: Incoming) -> Reply {
    let loaded = app.engine.loaded();
    let names: Vec<&str> = loaded.iter().map(|one| one.name.as_str()).collect();
    let weights: Vec<_> = loaded.iter().map(|one| json!({"checkpoint": one.name, "bytes": one.bytes})).collect();
    json_reply(200, &json!({"status": "ready", "loaded": names, "weights": weights}))
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
    for ((service, status), count) in app.harness.journal().counts() {
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
    text.push_str("# TYPE candleflare_checkpoint_bytes gauge\n");
    for one in app.engine.loaded() {
        let name = json!(one.name);
        text.push_str(&format!("candleflare_checkpoint_bytes{{checkpoint={name}}} {}\n", one.bytes));
    }
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
