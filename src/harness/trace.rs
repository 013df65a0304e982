//! One call on its way through the house: what the journal will say of it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;
use uuid::Uuid;

use super::fault::{Blow, Caller};
use super::journal::{Body, Dialect, Entry, Journal, Milliseconds, Service};
use super::known::{self, Known};
use super::scope::Scope;
use super::stub::{Respond, Timing};
use super::wire::Wire;
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
    /// What happens to the answer on its way out.
    wire: Mutex<Option<Wire>>,
}

/// A stub that answers a call.
#[derive(Debug)]
pub struct Staged {
    pub id: Arc<str>,
    pub respond: Arc<Respond>,
    pub timing: Timing,
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
            fault: None,
            stub: None,
            near_miss: None,
            recording: None,
            checkpoint: None,
            fidelity: None,
            // As many as a call of Workers AI is held against.
            limits: Vec::with_capacity(8),
            body: Body::default(),
            used: None,
            ms: Milliseconds::default(),
        });
        let watch = Stopwatch::new();
        Self {
            scope,
            id,
            dialect,
            journal,
            watch,
            entry,
            recorded: true,
            taken_over: AtomicBool::new(false),
            wire: Mutex::default(),
        }
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

    /// Since the call came.
    pub fn elapsed(&self) -> std::time::Duration {
        self.watch.elapsed()
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

    /// Suffers the fault that is staged for this call, if one is: an error to answer with, or whether the generation runs
    /// away. What happens on the way out is kept for [`Trace::wire`].
    pub async fn suffer(&self, operation: &str, model: Option<&str>, index: Option<&str>) -> Result<bool, Error> {
        let scope = &self.scope;
        if scope.faults.is_empty() {
            return Ok(false);
        }
        let service = self.with(|entry| entry.service);
        let caller = Caller { service, operation, model, index };
        let now = scope.clock.now();
        let Some(fired) = scope.faults.next(now, &scope.entropy, |fault| fault.concerns(&caller)) else {
            return Ok(false);
        };
        self.with(|entry| entry.fault = Some(Arc::clone(&fired.id)));
        match fired.rule.blow(service, &scope.entropy) {
            Blow::None => Ok(false),
            Blow::Runaway => Ok(true),
            Blow::Delay(time) => {
                tokio::time::sleep(time).await;
                Ok(false)
            }
            Blow::Spoil(wire) => {
                *self.wire.lock().unwrap_or_else(PoisonError::into_inner) = Some(wire);
                Ok(false)
            }
            Blow::Refuse(known, text) => Err(self.refusal(&known, text.as_deref(), model, index)),
        }
    }

    /// A known refusal with what the call itself says in its text.
    pub fn refusal(&self, known: &Known, text: Option<&str>, model: Option<&str>, index: Option<&str>) -> Error {
        let service = self.with(|entry| entry.service);
        known::staged(service, known, text, |place| match place {
            "model" => model.unwrap_or_default().to_owned(),
            "index" => index.unwrap_or_default().to_owned(),
            "date" => self.scope.clock.today(),
            _ => format!("/client/v4/accounts/{}", self.scope.account),
        })
    }

    /// What happens to the answer on its way out.
    pub fn wire(&self) -> Option<Wire> {
        *self.wire.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The stub that answers this call, if one does.
    pub fn stub(&self, model: &str, input: &Value) -> Option<Staged> {
        let scope = &self.scope;
        if scope.stubs.is_empty() {
            return None;
        }
        let now = scope.clock.now();
        match scope.stubs.next(now, &scope.entropy, |stub| stub.matches(model, self.dialect, input)) {
            Some(fired) => {
                self.with(|entry| entry.stub = Some(Arc::clone(&fired.id)));
                Some(Staged { id: fired.id, respond: fired.rule.answer(fired.nth), timing: fired.rule.timing })
            }
            None => {
                let misses = scope.note_miss(self.id, now, model, self.dialect, input);
                self.with(|entry| entry.near_miss = Some(misses).filter(|misses| !misses.is_empty()));
                None
            }
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
        let (limits, body) = (std::mem::take(&mut entry.limits), std::mem::take(&mut entry.body));
        self.journal.record(Entry { limits, body, ..entry.clone() });
    }
}
