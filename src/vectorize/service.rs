//! The Vectorize service: accounts, and the indexes of each.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use serde_json::Value;
use uuid::Uuid;

use super::config::{self, IndexConfig};
use super::declared::Declared;
use super::index::Index;
use super::limits::Bounds;
use super::mutations::Lag;
use super::wire;
use crate::clock::Clock;
use crate::error::VectorizeError;

/// Where the mutation and cursor ids of an account come from. A seeded source makes a whole run repeatable.
type NextId = dyn Fn(&str) -> Uuid + Send + Sync;

/// What can change while an account lives.
#[derive(Debug, Clone, Copy)]
struct Rules {
    bounds: Bounds,
    lag: Lag,
}

/// What every index of an account leans on.
#[derive(Clone)]
pub(super) struct Shared {
    account: Arc<str>,
    pub clock: Clock,
    ids: Arc<NextId>,
    rules: Arc<Mutex<Rules>>,
}

impl Shared {
    pub fn next_id(&self) -> Uuid {
        (self.ids)(&self.account)
    }

    pub fn lag(&self) -> Lag {
        self.rules().lag
    }

    pub fn bounds(&self) -> Bounds {
        self.rules().bounds
    }

    fn rules(&self) -> MutexGuard<'_, Rules> {
        self.rules.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").field("rules", &self.rules).finish_non_exhaustive()
    }
}

/// All Vectorize state of this process, by account.
#[derive(Debug)]
pub struct Vectorize {
    shared: Shared,
    declared: Vec<Declared>,
    accounts: RwLock<HashMap<String, Arc<Account>>>,
}

/// One account's indexes. A test that takes an account of its own is alone.
#[derive(Debug)]
pub struct Account {
    shared: Shared,
    /// By name; nothing stands for a deleted index whose name was not used again.
    indexes: RwLock<BTreeMap<String, Option<Arc<Index>>>>,
    /// Names of indexes that the first call with vectors makes.
    undecided: BTreeSet<String>,
}

impl Vectorize {
    /// An empty service. Each new account begins with these limits and this lag; `ids` gives the UUIDv4 of each mutation.
    pub fn new(clock: Clock, bounds: Bounds, lag: Lag, ids: impl Fn(&str) -> Uuid + Send + Sync + 'static) -> Self {
        let shared = Shared {
            account: "".into(),
            clock,
            ids: Arc::new(ids),
            rules: Arc::new(Mutex::new(Rules { bounds, lag })),
        };
        Self { shared, declared: Vec::new(), accounts: RwLock::default() }
    }

    /// Every account begins with these indexes.
    pub fn with_indexes(self, declared: Vec<Declared>) -> Self {
        Self { declared, ..self }
    }

    /// The account, which exists as soon as somebody names it.
    pub fn account(&self, id: &str) -> Arc<Account> {
        let known = self.accounts.read().unwrap_or_else(PoisonError::into_inner).get(id).cloned();
        known.unwrap_or_else(|| {
            let mut accounts = self.accounts.write().unwrap_or_else(PoisonError::into_inner);
            accounts
                .entry(id.to_owned())
                .or_insert_with(|| Arc::new(Account::new(&self.shared, id, &self.declared)))
                .clone()
        })
    }

    /// Forgets one account, or all.
    pub fn reset(&self, account: Option<&str>) {
        let mut accounts = self.accounts.write().unwrap_or_else(PoisonError::into_inner);
        match account {
            Some(id) => drop(accounts.remove(id)),
            None => accounts.clear(),
        }
    }
}

impl Account {
    fn new(shared: &Shared, id: &str, declared: &[Declared]) -> Self {
        // Each account has rules, a clock and ids of its own.
        let rules = Arc::new(Mutex::new(*shared.rules()));
        let (account, clock, ids) = (id.into(), shared.clock.of(id), Arc::clone(&shared.ids));
        let shared = Shared { account, clock, ids, rules };
        let undecided =
            declared.iter().filter(|index| index.config.is_none()).map(|index| index.name.clone()).collect();
        let account = Self { shared, indexes: RwLock::default(), undecided };
        if let Err(error) = account.declare(declared) {
            tracing::error!(%error, "a declared index is incomplete");
        }
        account
    }

    /// Whether the first call with vectors makes this index.
    pub(super) fn is_undecided(&self, name: &str) -> bool {
        self.undecided.contains(name)
    }

    /// Makes an index unless one of this name is there or was deleted.
    pub(super) fn create_missing(&self, name: &str, config: IndexConfig) -> Option<Arc<Index>> {
        let mut indexes = self.write();
        if indexes.contains_key(name) {
            return None;
        }
        let index = Arc::new(Index::new(name.to_owned(), String::new(), config, self.shared.clone()));
        indexes.insert(name.to_owned(), Some(index.clone()));
        Some(index)
    }

    /// Creates an index from `{name, config, description?}`. The name of a deleted one can be used again.
    pub fn create(&self, body: &Value) -> Result<wire::Index, VectorizeError> {
        let invalid = |reason: &str| VectorizeError::InvalidName { reason: reason.to_owned() };
        let name = match body.get("name") {
            None | Some(Value::Null) => return Err(invalid("Index name must be provided")),
            Some(name) => name.as_str().ok_or_else(|| invalid("Index name must be a string"))?,
        };
        let bounds = self.shared.bounds();
        config::check_name(name, &bounds)?;
        let config = IndexConfig::from_json(body.get("config"), &bounds)?;
        let description = match body.get("description") {
            None | Some(Value::Null) => String::new(),
            Some(Value::String(text)) => text.clone(),
            Some(_) => {
                return Err(VectorizeError::InvalidConfig { reason: "Description must be a string".into() });
            }
        };
        let mut indexes = self.write();
        if matches!(indexes.get(name), Some(Some(_))) {
            return Err(VectorizeError::DuplicateName { name: name.to_owned() });
        }
        let limit = bounds.indexes;
        if indexes.values().flatten().count() >= limit {
            return Err(VectorizeError::TooManyIndexes { limit });
        }
        let index = Index::new(name.to_owned(), description, config, self.shared.clone());
        let answer = index.describe();
        indexes.insert(name.to_owned(), Some(Arc::new(index)));
        Ok(answer)
    }

    /// Every index, by name.
    pub fn list(&self) -> Vec<wire::Index> {
        self.read().values().flatten().map(|index| index.describe()).collect()
    }

    /// An index by name. One that was deleted is told from one that never was.
    pub fn get(&self, name: &str) -> Result<Arc<Index>, VectorizeError> {
        match self.read().get(name) {
            Some(Some(index)) => Ok(index.clone()),
            Some(None) => Err(VectorizeError::IndexDeleted { name: name.to_owned() }),
            None => Err(VectorizeError::IndexNotFound { name: name.to_owned() }),
        }
    }

    /// Deletes an index and all that is in it.
    pub fn delete(&self, name: &str) -> Result<(), VectorizeError> {
        match self.write().get_mut(name) {
            Some(slot @ Some(_)) => {
                *slot = None;
                Ok(())
            }
            Some(None) => Err(VectorizeError::IndexDeleted { name: name.to_owned() }),
            None => Err(VectorizeError::IndexNotFound { name: name.to_owned() }),
        }
    }

    /// Sets when mutations of this account are processed, those that wait already included.
    pub fn set_lag(&self, lag: Lag) {
        self.shared.rules().lag = lag;
    }

    /// When mutations of this account are processed.
    pub fn lag(&self) -> Lag {
        self.shared.lag()
    }

    /// The indexes themselves, by name.
    pub fn indexes(&self) -> Vec<Arc<Index>> {
        self.read().values().flatten().cloned().collect()
    }

    /// The limits of this account.
    pub fn bounds(&self) -> Bounds {
        self.shared.bounds()
    }

    /// Replaces the limits of this account, from the next call on.
    pub fn set_bounds(&self, bounds: Bounds) {
        self.shared.rules().bounds = bounds;
    }

    fn read(&self) -> RwLockReadGuard<'_, BTreeMap<String, Option<Arc<Index>>>> {
        self.indexes.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, BTreeMap<String, Option<Arc<Index>>>> {
        self.indexes.write().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
