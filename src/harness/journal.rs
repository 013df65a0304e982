//! Every call that a service answered or refused, the newest last, in bounded memory.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use serde::Serialize;

/// Entries kept; the oldest go first. About 400 bytes each.
const KEPT: usize = 10_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Dialect {
    Rest,
    OpenAi,
    Binding,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Service {
    Ai,
    Vectorize,
}

/// What was asked of a service: `run`, `query`, `upsert` and so on.
pub type Operation = String;

/// One call.
#[derive(Debug, Clone, Serialize)]
pub struct Entry {
    pub id: String,
    /// RFC 3339, on the steered clock.
    pub time: String,
    pub account: String,
    pub dialect: Dialect,
    pub service: Service,
    pub operation: Operation,
    /// The model's id, or the index's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub index: Option<String>,
    /// HTTP status of the answer; 499 where the client went away first.
    pub status: u16,
    pub code: Option<u32>,
    pub checkpoint: Option<String>,
    pub fidelity: Option<&'static str>,
    pub ms: Milliseconds,
}

/// Where a call's time went.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct Milliseconds {
    pub queue: f64,
    pub compute: f64,
    pub total: f64,
}

/// Which entries are wanted; an absent field matches all.
#[derive(Debug, Clone, Default, serde::Deserialize)]
pub struct Filter {
    pub account: Option<String>,
    pub service: Option<String>,
    pub model: Option<String>,
    pub index: Option<String>,
    pub status: Option<u16>,
}

#[derive(Debug, Default)]
pub struct Journal {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    entries: VecDeque<Entry>,
    /// Calls by service and status since the start, which forgetting entries does not change.
    counts: BTreeMap<(Service, u16), u64>,
}

impl Journal {
    pub fn record(&self, entry: Entry) {
        tracing::info!(
            target: "candleflare::calls",
            id = entry.id,
            operation = entry.operation,
            model = entry.model,
            index = entry.index,
            status = entry.status,
            code = entry.code,
            ms = entry.ms.total,
            "answered"
        );
        let mut state = self.lock();
        *state.counts.entry((entry.service, entry.status)).or_default() += 1;
        if state.entries.len() == KEPT {
            state.entries.pop_front();
        }
        state.entries.push_back(entry);
    }

    pub fn find(&self, filter: &Filter) -> Vec<Entry> {
        self.lock().entries.iter().filter(|entry| filter.matches(entry)).cloned().collect()
    }

    /// Forgets the entries of `account`, or all.
    pub fn clear(&self, account: Option<&str>) {
        self.lock().entries.retain(|entry| account.is_some_and(|account| entry.account != account));
    }

    /// Calls by service and status since the start.
    pub fn counts(&self) -> BTreeMap<(Service, u16), u64> {
        self.lock().counts.clone()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Filter {
    fn matches(&self, entry: &Entry) -> bool {
        let service = match entry.service {
            Service::Ai => "ai",
            Service::Vectorize => "vectorize",
        };
        self.account.as_ref().is_none_or(|account| *account == entry.account)
            && self.service.as_ref().is_none_or(|wanted| wanted == service)
            && self.model.as_ref().is_none_or(|model| Some(model) == entry.model.as_ref())
            && self.index.as_ref().is_none_or(|index| Some(index) == entry.index.as_ref())
            && self.status.is_none_or(|status| status == entry.status)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(account: &str, status: u16) -> Entry {
        Entry {
            id: "id".to_owned(),
            time: String::new(),
            account: account.to_owned(),
            dialect: Dialect::Rest,
            service: Service::Ai,
            operation: "run".to_owned(),
            model: Some("@cf/a/b".to_owned()),
            index: None,
            status,
            code: None,
            checkpoint: None,
            fidelity: None,
            ms: Milliseconds::default(),
        }
    }

    #[test]
    fn entries_are_found_and_forgotten_by_account() {
        let journal = Journal::default();
        journal.record(entry("a", 200));
        journal.record(entry("b", 400));
        let of = |account: &str| Filter { account: Some(account.to_owned()), ..Filter::default() };
        assert_eq!(journal.find(&of("a")).len(), 1);
        journal.clear(Some("a"));
        assert_eq!((journal.find(&of("a")).len(), journal.find(&of("b")).len()), (0, 1));
        assert_eq!(journal.counts()[&(Service::Ai, 200)], 1);
    }

    #[test]
    fn memory_is_bounded() {
        let journal = Journal::default();
        (0..KEPT + 5).for_each(|_| journal.record(entry("a", 200)));
        assert_eq!(journal.find(&Filter::default()).len(), KEPT);
    }
}
