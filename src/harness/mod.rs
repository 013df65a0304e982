//! What a test can see and steer, by account: the journal of calls, the clock, limits of one's own, stubs and faults.

mod fault;
pub mod files;
mod journal;
mod kit;
mod known;
mod matcher;
mod rules;
mod scope;
mod stub;
mod trace;
mod wire;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

pub use fault::{Caller, Distribution, Fault, Kind, LAG_MS, Preset, Subject, What};
pub use journal::{Body, Dialect, Entry, Filter, Journal, Milliseconds, Service, as_text, as_text_or_null, head};
pub use kit::{FaultBuilder, StubBuilder, contains, fault, regex, stub};
pub use known::Known;
pub use rules::{Kept, Rules, When};
pub use scope::{NearMiss, Scope};
pub use stub::{Generation, Respond, STUB, Stub, Timing, ToolCall, estimate_tokens};
pub use trace::{Staged, Trace};
pub use wire::Wire;

use serde_json::Value;

use crate::clock::Clock;
use crate::entropy::Entropy;
use crate::limits::Limits;
use stub::Parsed;

/// The accounts of one instance and the journal over all of them.
#[derive(Debug)]
pub struct Harness {
    limits: Arc<Limits>,
    clock: Clock,
    entropy: Entropy,
    journal: Arc<Journal>,
    scopes: RwLock<HashMap<Arc<str>, Arc<Scope>>>,
    /// What every account begins with.
    stubs: Vec<Parsed>,
    /// Where stubs find their files.
    folder: Option<PathBuf>,
}

impl Harness {
    /// `limits` hold for every account that has no rows of its own.
    pub fn new(limits: Limits, clock: Clock, entropy: Entropy) -> Self {
        let (limits, journal) = (Arc::new(limits), Arc::default());
        Self { limits, clock, entropy, journal, scopes: RwLock::default(), stubs: Vec::new(), folder: None }
    }

    /// Gives every account the stubs of a folder.
    pub fn with_stubs(mut self, folder: PathBuf) -> Result<Self, String> {
        self.stubs = files::read(&folder)?;
        self.folder = Some(folder);
        Ok(self)
    }

    /// Where the files lie that stubs answer with.
    pub fn folder(&self) -> Option<&Path> {
        self.folder.as_deref()
    }

    /// The table that holds where an account says nothing else.
    pub fn limits(&self) -> &Arc<Limits> {
        &self.limits
    }

    pub fn journal(&self) -> &Journal {
        &self.journal
    }

    /// The account's scope, made at its first call.
    pub fn scope(&self, account: &str) -> Arc<Scope> {
        if let Some(scope) = self.scopes.read().unwrap_or_else(PoisonError::into_inner).get(account) {
            return Arc::clone(scope);
        }
        let mut scopes = self.scopes.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(scope) = scopes.get(account) {
            return Arc::clone(scope);
        }
        let account: Arc<str> = account.into();
        let (clock, entropy) = (self.clock.of(&account), self.entropy.branch(&account));
        let scope = Arc::new(Scope::new(Arc::clone(&account), clock, entropy, Arc::clone(&self.limits)));
        for (at, parsed) in self.stubs.iter().enumerate() {
            let id = parsed.id.clone().unwrap_or_else(|| format!("file-{}", at + 1));
            if let Err(error) = scope.stubs.add(id.into(), parsed.when.clone(), parsed.priority, parsed.stub.clone()) {
                tracing::error!(error, "a stub of a file was left out");
            }
        }
        scopes.insert(account, Arc::clone(&scope));
        scope
    }

    /// Adds a stub, or all of a list, or none if one cannot be: their ids.
    pub fn add_stubs(&self, scope: &Scope, given: Value) -> Result<Vec<String>, String> {
        let parsed = each(given, |one| Stub::parse(one, self.folder()))?;
        let add = |one: Parsed| {
            let id = one.id.unwrap_or_else(|| scope.entropy.uuid());
            scope.stubs.add(id.as_str().into(), one.when, one.priority, one.stub).map(|()| id)
        };
        parsed.into_iter().map(add).collect()
    }

    /// Stages a fault, or all of a list, or none if one cannot be: their ids.
    pub fn add_faults(&self, scope: &Scope, given: Value) -> Result<Vec<String>, String> {
        let parsed = each(given, Fault::parse)?;
        let add = |(id, when, priority, fault): (Option<String>, When, i64, Fault)| {
            let id = id.unwrap_or_else(|| scope.entropy.uuid());
            scope.faults.add(id.as_str().into(), when, priority, fault).map(|()| id)
        };
        parsed.into_iter().map(add).collect()
    }

    /// Starts the trace of one call.
    pub fn trace(&self, account: &str, dialect: Dialect, service: Service) -> Arc<Trace> {
        Arc::new(Trace::start(self.scope(account), Arc::clone(&self.journal), dialect, service))
    }

    /// The trace of a call that the journal does not show.
    pub fn unrecorded(&self, account: &str) -> Arc<Trace> {
        let journal = Arc::clone(&self.journal);
        Arc::new(Trace::start(self.scope(account), journal, Dialect::Rest, Service::Ai).unrecorded())
    }

    /// Forgets all that `account`, or everybody, has set up, and the journal with it.
    pub fn reset(&self, account: Option<&str>) {
        self.clock.forget(account);
        let mut scopes = self.scopes.write().unwrap_or_else(PoisonError::into_inner);
        scopes.retain(|id, _| account.is_some_and(|account| **id != *account));
        drop(scopes);
        self.journal.clear(account);
    }
}

/// One rule, or a list of which all can be read or none is taken.
fn each<T>(given: Value, read: impl Fn(Value) -> Result<T, String>) -> Result<Vec<T>, String> {
    match given {
        Value::Array(several) => several
            .into_iter()
            .enumerate()
            .map(|(at, one)| read(one).map_err(|error| format!("item {at}: {error}")))
            .collect(),
        one => Ok(vec![read(one)?]),
    }
}
