//! The ledger: what each account used, by UTC day and model.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use serde::Serialize;

use crate::ai::catalog::{Model, Usage};

/// One account's use of one model on one day.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// UTC, `YYYY-MM-DD`.
    pub date: String,
    pub account: String,
    pub model: String,
    pub calls: u64,
    pub input_tokens: u64,
    pub output_tokens: u64,
    pub neurons: f64,
    pub usd: f64,
}

#[derive(Debug, Default)]
pub struct Ledger {
    rows: Mutex<BTreeMap<(String, String, String), Row>>,
}

impl Ledger {
    /// Books one call and gives its charge in neurons.
    pub fn settle(&self, account: &str, date: &str, model: &Model, usage: &Usage) -> f64 {
        let neurons = model.neurons(usage);
        let key = (account.to_owned(), date.to_owned(), model.name.clone());
        let mut rows = self.lock();
        let row = rows.entry(key).or_insert_with(|| Row {
            date: date.to_owned(),
            account: account.to_owned(),
            model: model.name.clone(),
            calls: 0,
            input_tokens: 0,
            output_tokens: 0,
            neurons: 0.0,
            usd: 0.0,
        });
        row.calls += 1;
        row.input_tokens += usage.input_tokens;
        row.output_tokens += usage.output_tokens;
        row.neurons += neurons;
        row.usd += model.usd(usage);
        neurons
    }

    /// Neurons that `account` has spent on `date`.
    pub fn spent(&self, account: &str, date: &str) -> f64 {
        let from = (account.to_owned(), date.to_owned(), String::new());
        let rows = self.lock();
        let mine = rows.range(from..).take_while(|((owner, day, _), _)| owner == account && day == date);
        mine.map(|(_, row)| row.neurons).sum()
    }

    /// The rows of `account`, or all.
    pub fn rows(&self, account: Option<&str>) -> Vec<Row> {
        self.lock().values().filter(|row| account.is_none_or(|account| row.account == account)).cloned().collect()
    }

    /// Forgets `account`, or all.
    pub fn clear(&self, account: Option<&str>) {
        self.lock().retain(|(owner, _, _), _| account.is_some_and(|account| owner != account));
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<(String, String, String), Row>> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ai::catalog::Catalog;

    #[test]
    fn accounts_and_days_are_kept_apart() {
        let ledger = Ledger::default();
        let model = Catalog::builtin().get("@cf/meta/llama-3.2-1b-instruct").unwrap();
        let usage = Usage { input_tokens: 1_000_000, ..Usage::default() };
        let charge = ledger.settle("a", "2026-11-23", model, &usage);
        assert!((charge - 2457.0).abs() < 1e-6, "{charge}");
        ledger.settle("a", "2026-11-24", model, &usage);
        ledger.settle("b", "2026-11-23", model, &usage);
        assert!((ledger.spent("a", "2026-11-23") - 2457.0).abs() < 1e-6);
        ledger.clear(Some("a"));
        assert_eq!((ledger.rows(Some("a")).len(), ledger.rows(None).len()), (0, 1));
    }
}
