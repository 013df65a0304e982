//! `usage`: the ledger.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{answer, asked_account};
use crate::ai::neurons::vectors_usd;
use crate::api::App;
use crate::api::envelope::Reply;
use crate::api::incoming::Incoming;

/// Neurons of a day that no plan bills (Cloudflare's price page).
const FREE_NEURONS: f64 = 10_000.0;

pub async fn usage(app: App, incoming: Incoming) -> Reply {
    answer(async {
        let account = asked_account(&incoming)?;
        let rows = app.ai.ledger().rows(account.as_deref());
        let vectors = vectors(&app, account.as_deref());
        let mut calls: u64 = rows.iter().map(|row| row.calls).sum();
        let mut usd: f64 = rows.iter().map(|row| row.usd).sum();
        let neurons: f64 = rows.iter().map(|row| row.neurons).sum();
        let mut days: BTreeMap<_, (f64, f64)> = BTreeMap::new();
        for row in &rows {
            let day = days.entry((row.account.clone(), row.date)).or_default();
            *day = (day.0 + row.neurons, day.1 + row.usd);
        }
        // What is over the allowance, at the day's own price.
        let billed: f64 = days
            .values()
            .filter(|(neurons, _)| *neurons > FREE_NEURONS)
            .map(|(neurons, usd)| usd * (neurons - FREE_NEURONS) / neurons)
            .sum();
        let count = |name: &str| vectors.iter().filter_map(|row| row[name].as_u64()).sum::<u64>();
        calls += count("calls");
        usd += vectors.iter().filter_map(|row| row["usd"].as_f64()).sum::<f64>();
        let total = json!({
            "calls": calls, "neurons": neurons, "usd": usd,
            "input_tokens": rows.iter().map(|row| row.input_tokens).sum::<u64>(),
            "output_tokens": rows.iter().map(|row| row.output_tokens).sum::<u64>(),
            "neurons_usd_after_allowance": billed,
            "queried_dimensions": count("queried_dimensions"),
            "stored_dimensions": count("stored_dimensions"),
        });
        let rows: Vec<Value> = rows.iter().map(|row| json!(row)).chain(vectors).collect();
        Ok(json!({"total": total, "rows": rows}))
    })
    .await
}

/// A row for each index and day on which it was queried; the last of an index has what is stored in it now, which counts
/// once a month, and once more as queried.
fn vectors(app: &App, account: Option<&str>) -> Vec<Value> {
    let rows = app.ai.ledger().queries(account);
    let mut shown = Vec::with_capacity(rows.len());
    for (at, row) in rows.iter().enumerate() {
        let same = |other: &crate::ai::neurons::VectorRow| other.account == row.account && other.index == row.index;
        let is_last = !rows[at + 1..].iter().any(same);
        let stored = if is_last { stored(app, &row.account, &row.index) } else { 0 };
        let queried = row.queried_dimensions + stored;
        let mut value = json!(row);
        value["queried_dimensions"] = queried.into();
        value["stored_dimensions"] = stored.into();
        value["usd"] = vectors_usd(queried, stored).into();
        shown.push(value);
    }
    shown
}

fn stored(app: &App, account: &str, index: &str) -> u64 {
    let Ok(index) = app.vectorize.account(account).get(index) else { return 0 };
    let info = index.info();
    (info.vector_count as u64).saturating_mul(info.dimensions as u64)
}
