//! The ledger: what each account used, by UTC day and model, or index.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;
use serde::Serialize;

use crate::ai::catalog::{Model, Usage};

/// One account's use of one model on one day.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// UTC, `YYYY-MM-DD`.
    #[serde(serialize_with = "crate::harness::as_text")]
    pub date: Date,
    #[serde(serialize_with = "crate::harness::as_text")]
    pub account: Arc<str>,
    pub model: &'static str,
    pub calls: u64,
    pub input_tokens: u64,
    /// Of `input_tokens`, how many came from the prefix cache.
    pub cached_tokens: u64,
    pub output_tokens: u64,
    pub neurons: f64,
    pub usd: f64,
}

/// One account's queries of one index on one day.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct VectorRow {
    /// UTC, `YYYY-MM-DD`.
    #[serde(serialize_with = "crate::harness::as_text")]
    pub date: Date,
    #[serde(serialize_with = "crate::harness::as_text")]
    pub account: Arc<str>,
    pub index: String,
    /// Queries.
    pub calls: u64,
    /// Queries times dimensions; what is stored counts once a month on top, see [`vectors_usd`].
    pub queried_dimensions: u64,
}

/// US dollars of queried and stored dimensions before the plan's allowance (Cloudflare's price page: 0.01 for a million queried,
/// 0.05 for a hundred million stored, a month).
pub fn vectors_usd(queried: u64, stored: u64) -> f64 {
    (queried as f64).mul_add(0.01 / 1e6, stored as f64 * 0.05 / 1e8)
}

/// The UTC day that something at `time` is charged to.
pub fn day(time: Timestamp) -> Date {
    Offset::UTC.to_datetime(time).date()
}

type Rows = BTreeMap<(Date, &'static str), Row>;
/// By account, day and index.
type VectorRows = BTreeMap<(Arc<str>, Date, String), VectorRow>;

#[derive(Debug, Default)]
pub struct Ledger {
    accounts: Mutex<HashMap<Arc<str>, Rows>>,
    vectors: Mutex<VectorRows>,
    /// Neurons and US dollars since the start, which forgetting rows does not change.
    lifetime: Mutex<(f64, f64)>,
}

impl Ledger {
    /// Books one call and gives its charge in neurons.
    pub fn settle(&self, account: &Arc<str>, time: Timestamp, model: &'static Model, usage: &Usage) -> f64 {
        let neurons = model.neurons(usage);
        let date = day(time);
        let mut accounts = self.lock();
        let rows = match accounts.get_mut(account) {
            Some(rows) => rows,
            None => accounts.entry(Arc::clone(account)).or_default(),
        };
        let row = rows.entry((date, model.name.as_str())).or_insert_with(|| Row {
            date,
            account: Arc::clone(account),
            model: &model.name,
            calls: 0,
            input_tokens: 0,
            cached_tokens: 0,
            output_tokens: 0,
            neurons: 0.0,
            usd: 0.0,
        });
        row.calls += 1;
        row.input_tokens += usage.input_tokens;
        row.cached_tokens += usage.cached_tokens;
        row.output_tokens += usage.output_tokens;
        row.neurons += neurons;
        let usd = model.usd(usage);
        row.usd += usd;
        drop(accounts);
        let mut lifetime = self.lifetime.lock().unwrap_or_else(PoisonError::into_inner);
        *lifetime = (lifetime.0 + neurons, lifetime.1 + usd);
        neurons
    }

    /// Books one query of an index.
    pub fn query(&self, account: &Arc<str>, time: Timestamp, index: &str, dimensions: usize) {
        let date = day(time);
        let mut vectors = self.vectors.lock().unwrap_or_else(PoisonError::into_inner);
        let row = vectors.entry((Arc::clone(account), date, index.to_owned())).or_insert_with(|| VectorRow {
            date,
            account: Arc::clone(account),
            index: index.to_owned(),
            calls: 0,
            queried_dimensions: 0,
        });
        row.calls += 1;
        row.queried_dimensions += dimensions as u64;
    }

    /// The queries of `account`, or all, by account, day and index.
    pub fn queries(&self, account: Option<&str>) -> Vec<VectorRow> {
        let vectors = self.vectors.lock().unwrap_or_else(PoisonError::into_inner);
        vectors.values().filter(|row| account.is_none_or(|account| *row.account == *account)).cloned().collect()
    }

    /// Neurons that `account` has spent on the day of `time`.
    pub fn spent(&self, account: &str, time: Timestamp) -> f64 {
        let date = day(time);
        let accounts = self.lock();
        let Some(rows) = accounts.get(account) else { return 0.0 };
        rows.range((date, "")..).take_while(|((day, _), _)| *day == date).map(|(_, row)| row.neurons).sum()
    }

    /// The rows of `account`, or all, by account, day and model.
    pub fn rows(&self, account: Option<&str>) -> Vec<Row> {
        let accounts = self.lock();
        let mut wanted: Vec<_> =
            accounts.iter().filter(|(id, _)| account.is_none_or(|account| ***id == *account)).collect();
        wanted.sort_by_key(|(id, _)| *id);
        wanted.into_iter().flat_map(|(_, rows)| rows.values().cloned()).collect()
    }

    /// Neurons and US dollars since the start, of all accounts.
    pub fn lifetime(&self) -> (f64, f64) {
        *self.lifetime.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets `account`, or all.
    pub fn clear(&self, account: Option<&str>) {
        self.lock().retain(|id, _| account.is_some_and(|account| **id != *account));
        let mut vectors = self.vectors.lock().unwrap_or_else(PoisonError::into_inner);
        vectors.retain(|(id, _, _), _| account.is_some_and(|account| **id != *account));
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Arc<str>, Rows>> {
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner)
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
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let (a, b): (Arc<str>, Arc<str>) = ("a".into(), "b".into());
        let charge = ledger.settle(&a, at("2026-11-23T23:59:59Z"), model, &usage);
        assert!((charge - 2457.0).abs() < 1e-6, "{charge}");
        ledger.settle(&a, at("2026-11-24T00:00:00Z"), model, &usage);
        ledger.settle(&b, at("2026-11-23T00:00:00Z"), model, &usage);
        assert!((ledger.spent("a", at("2026-11-23T12:00:00Z")) - 2457.0).abs() < 1e-6);
        assert_eq!(ledger.rows(Some("a"))[1].date.to_string(), "2026-11-24");
        ledger.clear(Some("a"));
        assert_eq!((ledger.rows(Some("a")).len(), ledger.rows(None).len()), (0, 1));
        assert!((ledger.lifetime().0 - 3.0 * 2457.0).abs() < 1e-6);
    }

    #[test]
    fn queries_are_counted_in_dimensions() {
        let ledger = Ledger::default();
        let account: Arc<str> = "a".into();
        for _ in 0..3 {
            ledger.query(&account, Timestamp::UNIX_EPOCH, "docs", 768);
        }
        let row = &ledger.queries(Some("a"))[0];
        assert_eq!((row.calls, row.queried_dimensions, ledger.queries(Some("b")).len()), (3, 3 * 768, 0));
        ledger.clear(Some("a"));
        assert!(ledger.queries(None).is_empty());
        // The price page's own example: 10,000 vectors of 768 dimensions and 30,000 queries.
        let stored = 10_000 * 768;
        assert!((vectors_usd(30_000 * 768 + stored, stored) - 0.311).abs() < 0.001);
    }
}
