//! `stubs`: answers that a test gives instead of a model.

use serde_json::{Value, json};

use super::{answer, body, refusal, scope};
use crate::api::App;
use crate::api::envelope::Reply;
use crate::api::incoming::Incoming;

pub async fn list(app: App, incoming: Incoming) -> Reply {
    answer(async {
        let scope = scope(&app, &incoming)?;
        Ok(json!({"stubs": scope.stubs.list(), "unmatched": scope.unmatched()}))
    })
    .await
}

/// One stub, or a list of which all are taken or none.
pub async fn add(app: App, incoming: Incoming) -> Reply {
    answer(async {
        let scope = scope(&app, &incoming)?;
        let given: Value = body(&incoming)?;
        let ids = app.harness.add_stubs(&scope, given).map_err(refusal)?;
        Ok(super::added(ids))
    })
    .await
}

pub async fn remove(app: App, incoming: Incoming) -> Reply {
    answer(async {
        let scope = scope(&app, &incoming)?;
        let removed = match incoming.query_value("id") {
            None => scope.stubs.clear().len(),
            Some(id) => match scope.stubs.remove(&id) {
                Some(_) => 1,
                None => return Err(refusal(format!("there is none of the id `{id}`"))),
            },
        };
        Ok(json!({"ok": true, "removed": removed}))
    })
    .await
}
