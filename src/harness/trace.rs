//! One call on its way through the house: what the journal will say of it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use uuid::Uuid;

use super::journal::{Body, Dialect, Entry, Journal, Milliseconds, Service};
use super::scope::Scope;
use crate::clock::Stopwatch;
use crate::error::Error;
use crate::limits::{Decision, Limits};

/// Written into the journal when the last who holds it lets go: the handler, or the stream that it answered with.
#[derive(Debug)]
pub struct Trace {
    pub scope: Arc<Scope>,
    id: Uuid,
    dialect: Dialect,
    journal: Arc<Journal>,
    watch: Stopwatch,
    entry: Mutex<Entry>,
    /// Calls of the control plane are not journalled.
    recorded: bool,
    /// A service says how the call ended, not the router.
    taken_over: AtomicBool,
}

impl Trace {
    pub(super) fn start(scope: Arc<Scope>, journal: Arc<Journal>, dialect: Dialect, service: Service) -> Self {
        let id = scope.entropy.id();
        let entry = Mutex::new(Entry {
            id,
            time: scope.clock.now(),
            account: Arc::clone(&scope.account),
            dialect,
            service,
            operation: "".into(),
            model: None,
            index: None,
            // What stands if nobody says otherwise: the client went away.
            status: 499,
            code: None,
            checkpoint: None,
            fidelity: None,
            limits: Vec::new(),
            body: Body::default(),
            ms: Milliseconds::default(),
        });
        let watch = Stopwatch::new();
        Self { scope, id, dialect, journal, watch, entry, recorded: true, taken_over: AtomicBool::new(false) }
    }

    pub(super) fn unrecorded(mut self) -> Self {
        self.recorded = false;
        self
    }

    /// Another call of the same account and dialect, such as one of a batch.
    pub fn another(&self) -> Arc<Self> {
        let service = self.with(|entry| entry.service);
        Arc::new(Self::start(Arc::clone(&self.scope), Arc::clone(&self.journal), self.dialect, service))
    }

    pub fn id(&self) -> Uuid {
        self.id
    }

    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    pub fn account(&self) -> &str {
        &self.scope.account
    }

    /// Reads or writes the entry. Short: others may wait.
    pub fn with<T>(&self, change: impl FnOnce(&mut Entry) -> T) -> T {
        change(&mut self.entry.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A service takes the call over: from here on it says how the call ends.
    pub fn take_over(&self, operation: impl Into<std::borrow::Cow<'static, str>>, change: impl FnOnce(&mut Entry)) {
        self.taken_over.store(true, Ordering::Relaxed);
        self.with(|entry| {
            entry.operation = operation.into();
            change(entry);
        });
    }

    /// Notes what was answered, unless a service has taken over.
    pub fn answered(&self, status: u16, code: Option<u32>) {
        if !self.taken_over.load(Ordering::Relaxed) {
            self.with(|entry| (entry.status, entry.code) = (status, code));
        }
    }

    /// Notes a refusal.
    pub fn refuse(&self, error: &Error) {
        self.with(|entry| {
            entry.status = error.status();
            entry.code = Some(error.code());
        });
    }

    /// Notes that `value` was held against the limit `name`, and gives the limit if `value` is over it.
    pub fn exceeds(&self, limits: &Limits, name: &str, value: u64) -> Option<u64> {
        let limit = limits.value(name)?;
        self.decided(name, value, limit);
        (value > limit).then_some(limit)
    }

    /// Notes that `value` was held against `limit` of the row `name`.
    pub fn decided(&self, name: &str, value: u64, limit: u64) {
        if let Some(row) = Limits::row(name) {
            self.with(|entry| entry.limits.push(Decision { row, value, limit }));
        }
    }
}

impl Drop for Trace {
    fn drop(&mut self) {
        if !self.recorded {
            return;
        }
        let total = self.watch.ms();
        let entry = self.entry.get_mut().unwrap_or_else(PoisonError::into_inner);
        entry.ms.total = total;
        self.journal.record(entry.clone());
    }
}
