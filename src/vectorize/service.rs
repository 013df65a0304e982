//! The Vectorize service: accounts, and the indexes of each.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use serde_json::Value;
use uuid::Uuid;

use super::config::{self, IndexConfig};
use super::declared::Declared;
use super::index::Index;
use super::limits::Bounds;
use super::mutations::Lag;
use super::state::State;
use super::store::{About, Loaded, NotStored, Store, StoreError, Ticket};
use super::touched;
use super::transfer::Export;
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
    store: Option<Arc<Store>>,
    /// Vectors from which a search is approximate; nothing for never.
    hnsw_above: Option<usize>,
    ids: Arc<NextId>,
    rules: Arc<Mutex<Rules>>,
}

impl Shared {
    pub fn next_id(&self) -> Uuid {
        (self.ids)(&self.account)
    }

    /// Where mutations are kept; nothing without `--data-dir`.
    pub fn store(&self) -> Option<&Store> {
        self.store.as_deref()
    }

    pub fn hnsw_above(&self) -> Option<usize> {
        self.hnsw_above
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
    /// An empty service in memory. Each new account begins with these limits and this lag; `ids` gives the UUIDv4 of each mutation.
    pub fn new(clock: Clock, bounds: Bounds, lag: Lag, ids: impl Fn(&str) -> Uuid + Send + Sync + 'static) -> Self {
        let shared = Shared {
            account: "".into(),
            clock,
            store: None,
            hnsw_above: None,
            ids: Arc::new(ids),
            rules: Arc::new(Mutex::new(Rules { bounds, lag })),
        };
        Self { shared, declared: Vec::new(), accounts: RwLock::default() }
    }

    /// Every account begins with these indexes.
    pub fn with_indexes(self, declared: Vec<Declared>) -> Self {
        Self { declared, ..self }
    }

    /// Searches indexes of so many vectors and more approximately, by an HNSW graph that a thread makes; `None` searches
    /// exactly, whatever the size.
    pub fn with_hnsw_above(mut self, vectors: Option<usize>) -> Self {
        self.shared.hnsw_above = vectors;
        self
    }

    /// Keeps everything in a folder from here on, and begins with what is in it.
    pub fn kept_in(mut self, folder: &Path) -> Result<Self, StoreError> {
        let (store, loaded) = Store::open(folder)?;
        self.shared.store = Some(Arc::new(store));
        let mut accounts: HashMap<String, Arc<Account>> = HashMap::new();
        for Loaded { account, name, index } in loaded {
            let account = accounts
                .entry(account)
                .or_insert_with_key(|id| Arc::new(Account::new(&self.shared, id, &self.declared)));
            let index = index.map(|index| Arc::new(Index::loaded(name.clone(), index, account.shared.clone())));
            account.write().insert(name, index);
        }
        // After all that is there: what is declared is made only where it is missing.
        accounts.values().for_each(|account| account.begin(&self.declared));
        self.accounts = RwLock::new(accounts);
        Ok(self)
    }

    /// Whether an account has indexes that somebody made or filled.
    pub fn has_indexes(&self, account: &str) -> bool {
        let known = self.accounts.read().unwrap_or_else(PoisonError::into_inner).get(account).cloned();
        known.is_some_and(|account| {
            let is_declared = |name: &String| self.declared.iter().any(|declared| declared.name == *name);
            let is_empty = |index: &Index| index.info().vector_count == 0;
            account
                .read()
                .iter()
                .any(|(name, index)| index.as_ref().is_some_and(|index| !(is_declared(name) && is_empty(index))))
        })
    }

    /// Forgets an account that has nothing of its own; what is kept in a folder stays.
    pub fn forget(&self, account: &str) {
        if self.shared.store.is_none() {
            self.accounts.write().unwrap_or_else(PoisonError::into_inner).remove(account);
        }
    }

    /// The account, which exists as soon as somebody names it.
    pub fn account(&self, id: &str) -> Arc<Account> {
        let known = self.accounts.read().unwrap_or_else(PoisonError::into_inner).get(id).cloned();
        known.unwrap_or_else(|| {
            let mut accounts = self.accounts.write().unwrap_or_else(PoisonError::into_inner);
            let begin = || {
                let account = Arc::new(Account::new(&self.shared, id, &self.declared));
                account.begin(&self.declared);
                account
            };
            accounts.entry(id.to_owned()).or_insert_with(begin).clone()
        })
    }

    /// Forgets one account, or all.
    pub fn reset(&self, account: Option<&str>) -> Result<(), VectorizeError> {
        let mut accounts = self.accounts.write().unwrap_or_else(PoisonError::into_inner);
        let gone: Vec<_> = match account {
            Some(id) => accounts.remove(id).into_iter().collect(),
            None => accounts.drain().map(|(_, account)| account).collect(),
        };
        gone.iter().for_each(|account| account.close());
        // Under the lock, so that a new account of the same name comes after.
        let ticket = self.shared.store().map(|store| store.reset(account));
        drop(accounts);
        ticket.map_or(Ok(()), Ticket::wait).map_err(not_stored)
    }
}

impl Account {
    fn new(shared: &Shared, id: &str, declared: &[Declared]) -> Self {
        // Each account has rules, a clock and ids of its own.
        let rules = Arc::new(Mutex::new(*shared.rules()));
        let shared = Shared { account: id.into(), clock: shared.clock.of(id), rules, ..shared.clone() };
        let undecided =
            declared.iter().filter(|index| index.config.is_none()).map(|index| index.name.clone()).collect();
        Self { shared, indexes: RwLock::default(), undecided }
    }

    fn begin(&self, declared: &[Declared]) {
        if let Err(error) = self.declare(declared) {
            tracing::error!(%error, "a declared index is incomplete");
        }
    }

    /// Whether the first call with vectors makes this index.
    pub(super) fn is_undecided(&self, name: &str) -> bool {
        self.undecided.contains(name)
    }

    /// Makes an index unless one of this name is there or was deleted.
    pub(super) fn create_missing(&self, name: &str, config: IndexConfig) -> Result<Option<Arc<Index>>, VectorizeError> {
        if self.read().contains_key(name) {
            return Ok(None);
        }
        match self.add(self.empty(name, String::new(), config)) {
            Err(VectorizeError::DuplicateName { .. }) => Ok(None),
            made => made.map(Some),
        }
    }

    fn empty(&self, name: &str, description: String, config: IndexConfig) -> Index {
        let about = About { id: self.next_id(), description, config, created: self.shared.clock.now() };
        Index::new(name.to_owned(), about, State::new(config.dimensions), self.shared.clone())
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
        Ok(self.add(self.empty(name, description, config))?.describe())
    }

    /// Takes up an index, with whatever is in it.
    pub(super) fn add(&self, index: Index) -> Result<Arc<Index>, VectorizeError> {
        let name = index.name().to_owned();
        let mut indexes = self.write();
        if matches!(indexes.get(&name), Some(Some(_))) {
            return Err(VectorizeError::DuplicateName { name });
        }
        let limit = self.shared.bounds().indexes;
        let count = indexes.values().flatten().count();
        touched::note("vectorize.indexes_per_account", count + 1);
        if count >= limit {
            return Err(VectorizeError::TooManyIndexes { limit });
        }
        let index = Arc::new(index);
        if let Some(store) = self.shared.store() {
            let view = index.view();
            let content = (view.state.blocks.len() > 0 || view.processed.is_some()).then_some(view);
            // Under the lock: two calls cannot both create it, and nobody writes to it before it is there.
            store.create(self.id(), &name, index.about().clone(), content).wait().map_err(not_stored)?;
        }
        indexes.insert(name, Some(Arc::clone(&index)));
        Ok(index)
    }

    /// A number for a new index; without a store nobody asks for it.
    pub(super) fn next_id(&self) -> u64 {
        self.shared.store().map_or(0, Store::next_id)
    }

    fn close(&self) {
        self.indexes().iter().for_each(|index| index.close());
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
        let mut indexes = self.write();
        match indexes.get_mut(name) {
            Some(slot @ Some(_)) => {
                let index = slot.take();
                if let (Some(index), Some(store)) = (&index, self.shared.store()) {
                    index.close();
                    store.delete(self.id(), name, index.about().id).wait().map_err(not_stored)?;
                }
                drop(indexes);
                // Freeing much memory takes its time; nobody has to wait for it.
                drop(index);
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

    pub fn id(&self) -> &str {
        &self.shared.account
    }

    pub(super) fn shared(&self) -> Shared {
        self.shared.clone()
    }

    /// Exports this account, or one index of it.
    pub fn export(&self, only: Option<&str>) -> Result<Export, VectorizeError> {
        let created = self.shared.clock.now().to_string();
        let Some(name) = only else {
            let gone = |(name, index): (&String, &Option<_>)| index.is_none().then(|| name.clone());
            let deleted = self.read().iter().filter_map(gone).collect();
            return Ok(Export::new(self, self.indexes(), deleted, created));
        };
        Ok(Export::new(self, vec![self.get(name)?], Vec::new(), created))
    }

    /// Remembers the name of an index that was deleted elsewhere, unless there is one here.
    pub(super) fn remember_deleted(&self, name: &str) -> Result<(), VectorizeError> {
        let mut indexes = self.write();
        if indexes.contains_key(name) {
            return Ok(());
        }
        if let Some(store) = self.shared.store() {
            store.delete(self.id(), name, store.next_id()).wait().map_err(not_stored)?;
        }
        indexes.insert(name.to_owned(), None);
        Ok(())
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

fn not_stored(reason: NotStored) -> VectorizeError {
    VectorizeError::NotStored { reason: reason.to_string() }
}

#[cfg(test)]
mod tests;
