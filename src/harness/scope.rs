//! One account's world. A test that takes an account of its own is alone in it.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use super::fault::Fault;
use super::journal::{Dialect, as_text};
use super::rules::Rules;
use super::stub::Stub;
use crate::clock::Clock;
use crate::entropy::Entropy;
use crate::limits::{Limits, Meters};

/// Calls without a stub that are remembered.
const NEAR_MISSES: usize = 20;

/// A call that no stub matched, and why the nearest did not.
#[derive(Debug, Clone, Serialize)]
pub struct NearMiss {
    #[serde(serialize_with = "as_text")]
    pub request: Uuid,
    #[serde(serialize_with = "as_text")]
    pub time: Timestamp,
    /// The nearest stub.
    #[serde(serialize_with = "as_text")]
    pub stub: Arc<str>,
    #[serde(serialize_with = "texts")]
    pub mismatches: Arc<[String]>,
}

fn texts<S: serde::Serializer>(texts: &Arc<[String]>, serializer: S) -> Result<S::Ok, S::Error> {
    texts.as_ref().serialize(serializer)
}

/// A call as its recordings know it: key, operation, and whether it streams.
type Turn = ([u8; 32], String, bool);

/// What hangs on an account.
#[derive(Debug)]
pub struct Scope {
    pub account: Arc<str>,
    pub clock: Clock,
    /// Ids, padding, jitter: with `--seed` the account's own stream repeats, whatever other accounts do.
    pub entropy: Entropy,
    pub stubs: Rules<Stub>,
    pub faults: Rules<Fault>,
    /// Calls that no stub matched although there are some, the newest last.
    unmatched: Mutex<VecDeque<NearMiss>>,
    /// When it was last called, in milliseconds since the process began to serve.
    used_ms: AtomicU64,
    /// How many recordings of each call this account was given.
    turns: Mutex<HashMap<Turn, usize>>,
    /// What rates and concurrency have counted.
    pub meters: Meters,
    limits: RwLock<Arc<Limits>>,
}

impl Scope {
    pub(super) fn new(account: Arc<str>, clock: Clock, entropy: Entropy, limits: Arc<Limits>) -> Self {
        Self {
            account,
            clock,
            entropy,
            stubs: Rules::default(),
            faults: Rules::default(),
            unmatched: Mutex::default(),
            used_ms: AtomicU64::default(),
            turns: Mutex::default(),
            meters: Meters::default(),
            limits: RwLock::new(limits),
        }
    }

    /// Somebody calls it, so many milliseconds after the beginning.
    pub(super) fn touch(&self, now_ms: u64) {
        self.used_ms.store(now_ms, Ordering::Relaxed);
    }

    pub(super) fn used_ms(&self) -> u64 {
        self.used_ms.load(Ordering::Relaxed)
    }

    /// Which of its recordings a call gets now, from 0. Only calls that have recordings come here, so it stays small.
    pub(super) fn turn(&self, key: [u8; 32], operation: &str, stream: bool) -> usize {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        let turn = turns.entry((key, operation.to_owned(), stream)).or_default();
        *turn += 1;
        *turn - 1
    }

    /// Notes a call that none of the stubs matched, and how the nearest of them missed it.
    pub(super) fn note_miss(
        &self,
        request: Uuid,
        time: Timestamp,
        model: &str,
        dialect: Dialect,
        input: &Value,
    ) -> Arc<[String]> {
        let nearest = self
            .stubs
            .list()
            .into_iter()
            .map(|kept| (kept.rule.mismatches(model, dialect, input), kept.id))
            // One that matches has been used up, or was not due.
            .filter(|(mismatches, _)| !mismatches.is_empty())
            .min_by_key(|(mismatches, _)| mismatches.len());
        let Some((mismatches, stub)) = nearest else { return Arc::default() };
        let mismatches: Arc<[String]> = mismatches.into();
        let miss = NearMiss { request, time, stub, mismatches: Arc::clone(&mismatches) };
        let mut unmatched = self.unmatched.lock().unwrap_or_else(PoisonError::into_inner);
        if unmatched.len() == NEAR_MISSES {
            unmatched.pop_front();
        }
        unmatched.push_back(miss);
        mismatches
    }

    /// The last calls that no stub matched.
    pub fn unmatched(&self) -> Vec<NearMiss> {
        self.unmatched.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
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
