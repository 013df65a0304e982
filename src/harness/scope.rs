//! One account's world. A test that takes an account of its own is alone in it.

use std::sync::{Arc, PoisonError, RwLock};

use crate::clock::Clock;
use crate::entropy::Entropy;
use crate::limits::{Limits, Meters};

/// What hangs on an account.
#[derive(Debug)]
pub struct Scope {
    pub account: Arc<str>,
    pub clock: Clock,
    /// Ids, padding, jitter: with `--seed` the account's own stream repeats, whatever other accounts do.
    pub entropy: Entropy,
    /// What rates and concurrency have counted.
    pub meters: Meters,
    limits: RwLock<Arc<Limits>>,
}

impl Scope {
    pub(super) fn new(account: Arc<str>, clock: Clock, entropy: Entropy, limits: Arc<Limits>) -> Self {
        Self { account, clock, entropy, meters: Meters::default(), limits: RwLock::new(limits) }
    }

    /// The limits that hold for this account.
    pub fn limits(&self) -> Arc<Limits> {
        Arc::clone(&self.limits.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Other limits from now on.
    pub fn set_limits(&self, limits: Limits) {
        *self.limits.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(limits);
    }
}
