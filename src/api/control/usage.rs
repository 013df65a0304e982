//! `usage`: the ledger.

use serde_json::json;

use super::{answer, asked_account};
use crate::api::App;
use crate::api::envelope::Reply;
use crate::api::incoming::Incoming;

pub async fn usage(app: App, incoming: Incoming) -> Reply {
    answer(async {
        let rows = app.ai.ledger().rows(asked_account(&incoming)?.as_deref());
        let calls: u64 = rows.iter().map(|row| row.calls).sum();
        let neurons: f64 = rows.iter().map(|row| row.neurons).sum();
        let usd: f64 = rows.iter().map(|row| row.usd).sum();
        Ok(json!({"total": {"calls": calls, "neurons": neurons, "usd": usd}, "rows": rows}))
    })
    .await
}
