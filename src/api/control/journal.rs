//! `requests`: the journal.

use serde_json::{Value, json};

use super::{answer, asked_account, parsed};
use crate::api::App;
use crate::api::envelope::Reply;
use crate::api::incoming::Incoming;
use crate::error::Error;
use crate::harness::{Entry, Filter};

/// The entries that the query matches, the oldest first; with `?body=true` and what was sent, with `?limit=n` the last n.
pub async fn requests(app: App, incoming: Incoming) -> Reply {
    answer(async {
        let mut found = app.harness.journal().find(&filter(&incoming)?);
        let total = found.len();
        if let Some(limit) = parsed::<usize>(&incoming, "limit")? {
            found.drain(..total.saturating_sub(limit));
        }
        let with_body = parsed(&incoming, "body")?.unwrap_or(false);
        let requests: Vec<Value> = found.iter().map(|entry| shown(entry, with_body)).collect();
        Ok(json!({"total": total, "requests": requests}))
    })
    .await
}

pub async fn forget_requests(app: App, incoming: Incoming) -> Reply {
    answer(async {
        app.harness.journal().clear(asked_account(&incoming)?.as_deref());
        Ok(json!({"ok": true}))
    })
    .await
}

fn filter(incoming: &Incoming) -> Result<Filter, Error> {
    let get = |name: &str| incoming.query_value(name);
    Ok(Filter {
        account: asked_account(incoming)?,
        dialect: get("dialect"),
        service: get("service"),
        operation: get("operation"),
        model: get("model"),
        index: get("index"),
        status: parsed(incoming, "status")?,
        code: parsed(incoming, "code")?,
        fault: get("fault"),
        stub: get("stub"),
    })
}

fn shown(entry: &Entry, with_body: bool) -> Value {
    let mut shown = json!(entry);
    if with_body {
        shown["body"]["text"] = json!(entry.body.text());
    }
    shown
}
