//! The Worker that runs under its limits: its other triggers, and what its invocations used.

use std::sync::{Arc, Weak};

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::{answer, body, refusal};
use crate::api::App;
use crate::api::envelope::{Reply, json_reply};
use crate::api::incoming::Incoming;
use crate::error::Error;
use crate::worker::{Invocation, Queue, Scheduled, TriggerError, Wanted, Worker};

/// `?outcome=exceededCpu&trigger=http|cron|queue` choose; without them, all that are kept, the newest last.
pub async fn invocations(app: App, incoming: Incoming) -> Reply {
    let wanted = Wanted { outcome: incoming.query_value("outcome"), trigger: incoming.query_value("trigger") };
    let invocations = match (running(&app), app.enforced.get()) {
        (Some(worker), _) => worker.ledger().find(&wanted),
        (None, Some(ledger)) => ledger.find(&wanted),
        (None, None) => return none(),
    };
    let name = running(&app).map(|worker| worker.name().to_owned());
    json_reply(200, &json!({"worker": name, "total": invocations.len(), "invocations": invocations}))
}

/// An invocation as `GET` gives it.
pub async fn add(app: App, incoming: Incoming) -> Reply {
    let Some(ledger) = app.enforced.get() else { return none() };
    answer(async {
        ledger.add(body::<Invocation>(&incoming)?);
        Ok(json!({"ok": true}))
    })
    .await
}

pub async fn forget(app: App, _incoming: Incoming) -> Reply {
    if running(&app).is_none() && app.enforced.get().is_none() {
        return none();
    }
    clear(&app);
    json_reply(200, &json!({"ok": true}))
}

fn clear(app: &App) {
    if let Some(worker) = running(app) {
        worker.ledger().clear();
    }
    if let Some(ledger) = app.enforced.get() {
        ledger.clear();
    }
}

/// `{"cron": "*/5 * * * *", "scheduledTime": 1795575523096}`, each optional.
pub async fn scheduled(app: App, incoming: Incoming) -> Reply {
    let Some(worker) = running(&app) else { return none() };
    answer(async { report(worker.scheduled(order::<Scheduled>(&incoming)?).await) }).await
}

/// `{"queue": "jobs", "messages": [{"body": …}]}`; a message's `id`, `timestamp`, `attempts` and `base64` are optional.
pub async fn queue(app: App, incoming: Incoming) -> Reply {
    let Some(worker) = running(&app) else { return none() };
    answer(async { report(worker.queue(order::<Queue>(&incoming)?).await) }).await
}

/// The Worker belongs to the default account.
pub(super) fn reset(app: &App, account: Option<&str>) {
    if account.is_none_or(|account| account == app.account) {
        clear(app);
    }
}

fn report(done: Result<(Value, Invocation), TriggerError>) -> Result<Value, Error> {
    let (result, invocation) = done.map_err(|error| refusal(error.to_string()))?;
    Ok(json!({"outcome": invocation.outcome, "result": result, "invocation": invocation}))
}

/// An empty body is `{}`.
fn order<T: DeserializeOwned>(incoming: &Incoming) -> Result<T, Error> {
    if incoming.body.is_empty() {
        return serde_json::from_str("{}").map_err(|error| refusal(format!("the body is missing: {error}")));
    }
    body(incoming)
}

fn running(app: &App) -> Option<Arc<Worker>> {
    app.worker.get().and_then(Weak::upgrade)
}

fn none() -> Reply {
    let hint = "no Worker runs here\nhint: `candleflare worker FILE.js` runs one, and `candleflare exec --enforce` one of wrangler's, with this control plane over it";
    json_reply(404, &json!({ "error": hint }))
}
