//! What a test can see and steer, by account: the journal of calls, the clock, limits of one's own, stubs and faults.

mod journal;
mod scope;
mod trace;

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

pub use journal::{Body, Dialect, Entry, Filter, Journal, Milliseconds, Service, as_text, head};
pub use scope::Scope;
pub use trace::Trace;

use crate::clock::Clock;
use crate::entropy::Entropy;
use crate::limits::Limits;

/// The accounts of one instance and the journal over all of them.
#[derive(Debug)]
pub struct Harness {
    limits: Arc<Limits>,
    clock: Clock,
    entropy: Entropy,
    journal: Arc<Journal>,
    scopes: RwLock<HashMap<Arc<str>, Arc<Scope>>>,
}

impl Harness {
    /// `limits` hold for every account that has no rows of its own.
    pub fn new(limits: Limits, clock: Clock, entropy: Entropy) -> Self {
        let (limits, journal) = (Arc::new(limits), Arc::default());
        Self { limits, clock, entropy, journal, scopes: RwLock::default() }
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
        scopes.insert(account, Arc::clone(&scope));
        scope
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
