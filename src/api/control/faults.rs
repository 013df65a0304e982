//! `faults`: failures that a test brings about.

use serde_json::{Value, json};

use super::{answer, body, refusal, scope};
use crate::api::App;
use crate::api::envelope::Reply;
use crate::api::incoming::Incoming;

pub async fn list(app: App, incoming: Incoming) -> Reply {
    answer(async { Ok(json!({"faults": scope(&app, &incoming)?.faults.list()})) }).await
}

/// One fault, or a list of which all are staged or none.
pub async fn add(app: App, incoming: Incoming) -> Reply {
    answer(async {
        let scope = scope(&app, &incoming)?;
        let given: Value = body(&incoming)?;
        let ids = app.stage(&scope, given).map_err(refusal)?;
        Ok(super::added(ids))
    })
    .await
}

pub async fn remove(app: App, incoming: Incoming) -> Reply {
    answer(async {
        let scope = scope(&app, &incoming)?;
        let id = incoming.query_value("id");
        let unknown = || refusal(format!("there is none of the id `{}`", id.as_deref().unwrap_or_default()));
        let removed = app.unstage(&scope, id.as_deref()).ok_or_else(unknown)?;
        Ok(json!({"ok": true, "removed": removed}))
    })
    .await
}
