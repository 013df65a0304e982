//! Dialects: what clients say and hear, and no rules. REST, OpenAI and the Worker binding over the same services,
//! and the control plane beside them.

mod auth;
mod binding;
pub mod connection;
mod control;
mod encode;
mod envelope;
mod guard;
mod incoming;
mod journalled;
mod markdown;
mod openai;
mod recorded;
mod rest;
pub mod router;
mod universal;
mod upload;
mod wire;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock, Weak};

use crate::ai::service::Ai;
use crate::clock::Stopwatch;
use crate::engine::Engine;
use crate::entropy::Entropy;
use crate::error::{PlatformError, VectorizeError};
use crate::harness::{Harness, LAG_MS, Scope};
use crate::limits::Limits;
use crate::vectorize::limits::Bounds;
use crate::vectorize::{Lag, Vectorize};
use crate::worker::{Ledger, Worker};

pub use crate::account::DEFAULT as DEFAULT_ACCOUNT;

/// Everything that a handler can reach.
pub struct Services {
    pub ai: Arc<Ai>,
    pub vectorize: Vectorize,
    pub engine: Arc<Engine>,
    pub harness: Arc<Harness>,
    pub entropy: Entropy,
    /// `--token`: the only bearer token that is let in; `None` lets everybody in.
    pub token: Option<String>,
    /// Others than this machine can reach it, so everything needs the token.
    pub is_exposed: bool,
    /// Where this listens, once it does.
    pub address: OnceLock<SocketAddr>,
    /// The account that a call without one belongs to.
    pub account: String,
    /// Vectorize binding names to index names, from the wrangler configuration.
    pub indexes: BTreeMap<String, String>,
    /// The Worker that runs under its limits here, if one does.
    pub worker: OnceLock<Weak<Worker>>,
    /// What supervisors under Miniflare report, where `exec --enforce` has started them.
    pub enforced: OnceLock<Arc<Ledger>>,
    pub started: Stopwatch,
}

/// Shared by all handlers.
pub type App = Arc<Services>;

impl Services {
    /// Stages faults. A lagging index lags from now on.
    pub fn stage(&self, scope: &Scope, given: serde_json::Value) -> Result<Vec<String>, String> {
        let ids = self.harness.add_faults(scope, given)?;
        if lags(scope) {
            self.vectorize.account(&scope.account).set_lag(Lag::AfterMs(LAG_MS));
        }
        Ok(ids)
    }

    /// Takes out a fault, or all: how many there were; nothing if `id` is not one.
    pub fn unstage(&self, scope: &Scope, id: Option<&str>) -> Option<usize> {
        let lagged = lags(scope);
        let removed = match id {
            None => scope.faults.clear().len(),
            Some(id) => scope.faults.remove(id).map(|_| 1)?,
        };
        if lagged && !lags(scope) {
            self.vectorize.account(&scope.account).set_lag(Lag::Immediate);
        }
        Some(removed)
    }

    /// Other limits for an account. Vectorize reads its rows once, not at every call.
    pub fn set_limits(&self, scope: &Scope, limits: Limits) {
        self.vectorize.account(&scope.account).set_bounds(Bounds::of(&limits));
        scope.set_limits(limits);
    }

    /// Makes room for a call of an account that is new, where as many are known as may be.
    pub fn make_room(&self, account: &str) -> Result<(), PlatformError> {
        let limits = self.harness.limits();
        let most = limits.bytes("control.accounts");
        if self.harness.has_room(account, most) {
            return Ok(());
        }
        // Many at once, so that not every new account looks for the oldest.
        let idle_ms = limits.value("control.idle_seconds").unwrap_or(u64::MAX).saturating_mul(1000);
        let forgettable = self.harness.idle(idle_ms).into_iter().filter(|id| !self.has_lasting(id));
        let mut forgotten = 0;
        for id in forgettable.take(most.div_ceil(8)) {
            self.ai.reset(Some(&id));
            self.harness.reset(Some(&id));
            self.vectorize.forget(&id);
            forgotten += 1;
        }
        match forgotten {
            0 => Err(PlatformError::TooManyAccounts { limit: most }),
            _ => Ok(()),
        }
    }

    /// Whether an account has what a client would miss: indexes and finetunes.
    fn has_lasting(&self, account: &str) -> bool {
        self.vectorize.has_indexes(account) || self.ai.finetunes().has_any(account)
    }

    /// Forgets an account, or all.
    pub fn reset(&self, account: Option<&str>) -> Result<(), VectorizeError> {
        self.vectorize.reset(account)?;
        self.ai.reset(account);
        self.harness.reset(account);
        Ok(())
    }
}

fn lags(scope: &Scope) -> bool {
    scope.faults.list().iter().any(|kept| kept.rule.is_lag())
}
