//! `/__candleflare/mutations`: when Vectorize processes what it accepted.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Value, json};

use super::{App, refusal, refused};
use crate::api::envelope::{Reply, json_reply};
use crate::api::incoming::{Incoming, is_account_id};
use crate::error::AiError;
use crate::vectorize::{Account, Index, Lag};

/// `{"mode": "after_ms", "ms": 500}`, `{"mode": "after_reads", "reads": 3}`, `{"mode": "immediate" | "manual"}`,
/// `{"tick": n}`, or a mode with a tick; `index` narrows the tick to one index, `account` is as in the query.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Order {
    account: Option<String>,
    mode: Option<String>,
    #[serde(alias = "after_ms")]
    ms: Option<u32>,
    #[serde(alias = "after_reads")]
    reads: Option<u32>,
    tick: Option<usize>,
    index: Option<String>,
}

impl Order {
    fn lag(&self) -> Result<Option<Lag>, String> {
        let lag = match (self.mode.as_deref(), self.ms, self.reads) {
            (None, None, None) => return Ok(None),
            (Some("immediate"), None, None) => Lag::Immediate,
            (Some("manual"), None, None) => Lag::Manual,
            (Some("after_ms") | None, Some(ms), None) => Lag::AfterMs(ms),
            (Some("after_reads") | None, None, Some(reads)) => Lag::AfterReads(reads),
            (mode, ..) => {
                let mode = mode.unwrap_or("none");
                return Err(format!(
                    "mode `{mode}` does not fit its keys\nhint: `immediate`, `manual`, `after_ms` with `ms`, or `after_reads` with `reads`"
                ));
            }
        };
        Ok(Some(lag))
    }
}

/// The lag of an account, and what waits in each of its indexes.
pub async fn show(app: App, incoming: Incoming) -> Reply {
    match account(&app, &incoming, None) {
        Ok(account) => json_reply(200, &state(&account)),
        Err(text) => refused(&refusal(text)),
    }
}

/// Sets the lag, then processes what a tick asks for: the next `n` mutations of each index, or of one.
pub async fn steer(app: App, incoming: Incoming) -> Reply {
    let order: Order = match incoming.body.as_ref() {
        [] => Order::default(),
        body => match serde_json::from_slice(body) {
            Ok(order) => order,
            Err(error) => return refused(&refusal(format!("the body does not say what to do: {error}"))),
        },
    };
    let account = match account(&app, &incoming, order.account.as_deref()) {
        Ok(account) => account,
        Err(text) => return refused(&refusal(text)),
    };
    let lag = match order.lag() {
        Ok(None) if order.tick.is_none() => {
            return refused(&refusal("nothing to do\nhint: send `mode`, `tick`, or both"));
        }
        Ok(lag) => lag,
        Err(text) => return refused(&refusal(text)),
    };
    let indexes: Vec<Arc<Index>> = match order.index.as_deref().map(|name| account.get(name)) {
        None => account.indexes(),
        Some(Ok(index)) => vec![index],
        Some(Err(error)) => return refused(&error.into()),
    };
    if let Some(lag) = lag {
        account.set_lag(lag);
    }
    // Processing is computation, and may wait for the disk.
    let tick = order.tick.unwrap_or(0);
    let ticks = move || indexes.iter().map(|index| index.tick(tick)).sum::<Result<usize, _>>();
    let processed = match tokio::task::spawn_blocking(ticks).await {
        Ok(Ok(processed)) => processed,
        Ok(Err(error)) => return refused(&error.into()),
        Err(error) => return refused(&AiError::Internal { reason: error.to_string() }.into()),
    };
    let mut state = state(&account);
    state["processed"] = json!(processed);
    json_reply(200, &state)
}

pub(super) fn account(app: &App, incoming: &Incoming, named: Option<&str>) -> Result<Arc<Account>, String> {
    let id = named.map(str::to_owned).or_else(|| incoming.query_value("account"));
    match id {
        None => Ok(app.vectorize.account(&app.account)),
        Some(id) if is_account_id(&id) => Ok(app.vectorize.account(&id.to_ascii_lowercase())),
        Some(_) => Err("`account` must be 32 hexadecimal digits".to_owned()),
    }
}

fn state(account: &Account) -> Value {
    let lag = account.lag();
    let mut state = json!({"mode": lag.to_string().split(':').next()});
    match lag {
        Lag::Immediate | Lag::Manual => {}
        Lag::AfterMs(ms) => state["ms"] = json!(ms),
        Lag::AfterReads(reads) => state["reads"] = json!(reads),
    }
    let waiting: Vec<Value> =
        account.indexes().iter().map(|index| json!({"index": index.name(), "waiting": index.waiting()})).collect();
    state["indexes"] = json!(waiting);
    state
}
