//! `limits`: the table, and rows of one account's own.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{answer, body, refusal, scope};
use crate::api::App;
use crate::api::envelope::Reply;
use crate::api::incoming::Incoming;
use crate::limits::{Limits, OverlayRow, Plan};

/// `{"limits": [{"name": "…", "value": 3}], "plan": "free"}`; `limits` also as `{"name": 3}`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    plan: Option<Plan>,
    #[serde(default)]
    limits: Rows,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Rows {
    List(Vec<OverlayRow>),
    Map(std::collections::BTreeMap<String, Option<crate::limits::PerPlan>>),
}

impl Default for Rows {
    fn default() -> Self {
        Self::List(Vec::new())
    }
}

impl Rows {
    fn list(self) -> Vec<OverlayRow> {
        match self {
            Self::List(rows) => rows,
            Self::Map(rows) => rows.into_iter().map(|(name, value)| OverlayRow { name, value }).collect(),
        }
    }
}

pub async fn limits(app: App, incoming: Incoming) -> Reply {
    answer(async { Ok(shown(&scope(&app, &incoming)?.limits())) }).await
}

pub async fn change_limits(app: App, incoming: Incoming) -> Reply {
    answer(async {
        let scope = scope(&app, &incoming)?;
        let change: Change = body(&incoming).map_err(|error| {
            refusal(format!("{error}\nhint: {{\"limits\": [{{\"name\": \"ai.neurons_per_day\", \"value\": 100}}]}}"))
        })?;
        let mut limits = Limits::clone(&scope.limits());
        limits.change(change.limits.list()).map_err(refusal)?;
        if let Some(plan) = change.plan {
            limits.set_plan(plan);
        }
        app.set_limits(&scope, limits);
        Ok(shown(&scope.limits()))
    })
    .await
}

/// Back to the instance's own table.
pub async fn forget_limits(app: App, incoming: Incoming) -> Reply {
    answer(async {
        let scope = scope(&app, &incoming)?;
        app.set_limits(&scope, Limits::clone(app.harness.limits()));
        Ok(shown(&scope.limits()))
    })
    .await
}

fn shown(limits: &Limits) -> Value {
    let rows: Vec<Value> = Limits::rows().iter().map(|row| limits.shown(row)).collect();
    json!({"plan": limits.plan(), "limits": rows})
}
