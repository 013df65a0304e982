//! The control plane: `/__candleflare/…`, plain JSON. One file per subject.

mod clock;
pub mod faults;
mod journal;
mod limits;
pub mod mutations;
mod status;
pub mod stubs;
pub mod transfer;
mod usage;
pub mod worker;

use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

pub use clock::{clock, steer_clock};
pub use journal::{forget_requests, requests};
pub use limits::{change_limits, forget_limits, limits};
pub use status::{health, metrics, ready, version};
pub use usage::usage;

use super::App;
use super::envelope::{Reply, json_reply};
use super::incoming::{Incoming, is_account_id};
use super::router::{Dialect, ROUTES};
use crate::error::{Error, PlatformError};
use crate::harness::Scope;

/// `{"account": "…"}` forgets one account; without it, all.
pub async fn reset(app: App, incoming: Incoming) -> Reply {
    answer(async {
        let body: Value = if incoming.body.is_empty() { Value::Null } else { body(&incoming)? };
        let account = match body.get("account") {
            None | Some(Value::Null) => asked_account(&incoming)?,
            Some(Value::String(id)) => Some(account_id(id)?),
            Some(_) => return Err(refusal("`account` must be 32 hexadecimal digits")),
        };
        let (service, whose) = (App::clone(&app), account.clone());
        let reset = move || service.reset(whose.as_deref());
        tokio::task::spawn_blocking(reset).await.map_err(|error| refusal(error.to_string()))??;
        worker::reset(&app, account.as_deref());
        Ok(json!({"ok": true}))
    })
    .await
}

/// Renders what a handler says.
async fn answer(work: impl Future<Output = Result<Value, Error>>) -> Reply {
    match work.await {
        Ok(value) => json_reply(200, &value),
        Err(error) => refused(&error),
    }
}

/// The scope of `?account=`, or of the default account.
fn scope(app: &App, incoming: &Incoming) -> Result<Arc<Scope>, Error> {
    let asked = asked_account(incoming)?;
    let account = asked.as_deref().unwrap_or(&app.account);
    app.make_room(account)?;
    Ok(app.harness.scope(account))
}

/// `?account=`, checked.
fn asked_account(incoming: &Incoming) -> Result<Option<String>, Error> {
    incoming.query_value("account").map(|id| account_id(&id)).transpose()
}

fn account_id(id: &str) -> Result<String, Error> {
    if !is_account_id(id) {
        return Err(refusal("`account` must be 32 hexadecimal digits"));
    }
    Ok(id.to_ascii_lowercase())
}

/// The body as JSON of the expected shape.
fn body<T: DeserializeOwned>(incoming: &Incoming) -> Result<T, Error> {
    serde_json::from_slice(&incoming.body).map_err(|error| refusal(format!("the body cannot be read: {error}")))
}

/// What a POST of rules answers: the id of the first, and all of them.
fn added(ids: Vec<String>) -> Value {
    json!({"id": ids.first(), "ids": ids})
}

/// A query parameter that must parse.
fn parsed<T: std::str::FromStr>(incoming: &Incoming, name: &str) -> Result<Option<T>, Error> {
    let Some(text) = incoming.query_value(name) else { return Ok(None) };
    text.parse().map(Some).map_err(|_| refusal(format!("`{name}` cannot be `{text}`")))
}

/// A control path that knows other methods: says which.
pub fn wrong_method(method: &str, path: &str) -> Reply {
    let known: Vec<&str> = ROUTES.iter().filter(|route| route.path == path).map(|route| route.method).collect();
    let error = format!("`{path}` does not know {method}\nhint: it knows {}", known.join(", "));
    json_reply(405, &json!({"error": error, "known": known}))
}

/// No such control path: says which there are.
pub fn unknown(path: &str) -> Reply {
    let known: Vec<String> = ROUTES
        .iter()
        .filter(|route| route.dialect == Dialect::Control)
        .map(|route| format!("{} {}", route.method, route.path))
        .collect();
    let hint = "hint: one of `known`";
    json_reply(404, &json!({"error": format!("there is no control path `{path}`\n{hint}"), "known": known}))
}

pub fn refused(error: &Error) -> Reply {
    json_reply(error.status(), &json!({"error": error.to_string(), "code": error.code()}))
}

fn refusal(text: impl Into<String>) -> Error {
    PlatformError::Control { text: text.into() }.into()
}
