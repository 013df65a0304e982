//! What a test can see and steer, by account: the journal of calls, the clock, limits of one's own, stubs and faults.

mod fault;
pub mod files;
mod journal;
mod kit;
mod known;
mod matcher;
pub mod recordings;
mod rules;
mod scope;
mod stub;
mod trace;
mod wire;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

pub use fault::{Caller, Distribution, Fault, Kind, LAG_MS, Preset, Subject, What};
pub use journal::{Body, Dialect, Entry, Filter, Journal, Milliseconds, Service, Used, as_text, as_text_or_null, head};
pub use kit::{FaultBuilder, StubBuilder, contains, fault, regex, stub};
pub use known::Known;
pub use rules::{Kept, Rules, When};
pub use scope::{NearMiss, Scope};
pub use stub::{Generation, Respond, STUB, Stub, Timing, ToolCall, estimate_tokens};
pub use trace::{Staged, Trace};
pub use wire::Wire;

use serde_json::Value;

use crate::clock::{Clock, Stopwatch};
use crate::entropy::Entropy;
use crate::limits::Limits;
use recordings::Recordings;
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
    recordings: Option<Recordings>,
    began: Stopwatch,
}

impl Harness {
    /// `limits` hold for every account that has no rows of its own.
    pub fn new(limits: Limits, clock: Clock, entropy: Entropy) -> Self {
        let (limits, journal) = (Arc::new(limits), Arc::default());
        Self {
            limits,
            clock,
            entropy,
            journal,
            scopes: RwLock::default(),
            stubs: Vec::new(),
            folder: None,
            recordings: None,
            began: Stopwatch::new(),
        }
    }

    /// Gives every account the stubs of a folder.
    pub fn with_stubs(mut self, folder: PathBuf) -> Result<Self, String> {
        self.stubs = files::read(&folder)?;
        self.folder = Some(folder);
        Ok(self)
    }

    /// Answers from recordings, or makes them.
    pub fn with_recordings(mut self, options: recordings::Options) -> Result<Self, String> {
        self.recordings = Recordings::open(options)?;
        Ok(self)
    }

    pub fn recordings(&self) -> Option<&Recordings> {
        self.recordings.as_ref()
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

    /// Whether there is room for a call of `account`: it is known, or fewer than `most` are.
    pub fn has_room(&self, account: &str, most: usize) -> bool {
        let scopes = self.scopes.read().unwrap_or_else(PoisonError::into_inner);
        scopes.len() < most || scopes.contains_key(account)
    }

    /// The accounts that nobody has called for `idle_ms` milliseconds, the longest idle first.
    pub fn idle(&self, idle_ms: u64) -> Vec<Arc<str>> {
        let before = self.now_ms().saturating_sub(idle_ms);
        let scopes = self.scopes.read().unwrap_or_else(PoisonError::into_inner);
        let mut idle: Vec<(u64, Arc<str>)> = scopes
            .values()
            .map(|scope| (scope.used_ms(), Arc::clone(&scope.account)))
            .filter(|(used, _)| *used < before)
            .collect();
        idle.sort();
        idle.into_iter().map(|(_, account)| account).collect()
    }

    fn now_ms(&self) -> u64 {
        self.began.elapsed().as_millis().try_into().unwrap_or(u64::MAX)
    }

    /// The account's scope, made at its first call.
    pub fn scope(&self, account: &str) -> Arc<Scope> {
        let now = self.now_ms();
        if let Some(scope) = self.scopes.read().unwrap_or_else(PoisonError::into_inner).get(account) {
            scope.touch(now);
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
        scope.touch(now);
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
