//! One index: what it accepts, and what it answers.

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use jiff::Timestamp;

use super::blocks::Candidate;
use super::config::IndexConfig;
use super::limits::Bounds;
use super::lists::Lists;
use super::metadata::{IndexType, MetadataIndex};
use super::mutations::{Lag, Log};
use super::parse::{self, Line, Vector};
use super::query::{Origin, Query};
use super::search::Scan;
use super::service::Shared;
use super::state::{Change, State};
use super::wire;
use crate::error::{Operation, VectorizeError};

type Result<T> = std::result::Result<T, VectorizeError>;

/// An index and everything in it. Every method may be called from any thread; a query scans a snapshot and holds no
/// lock while it does.
#[derive(Debug)]
pub struct Index {
    name: String,
    description: String,
    config: IndexConfig,
    created: Timestamp,
    shared: Shared,
    inner: RwLock<Inner>,
    lists: Mutex<Lists>,
}

#[derive(Debug)]
struct Inner {
    /// What is processed, and so visible.
    state: State,
    log: Log,
    /// The metadata indexes as they will be once the log is processed: what a new mutation is checked against.
    declared: Vec<(String, IndexType)>,
    /// Processed mutations.
    version: u64,
}

impl Inner {
    fn apply(&mut self, change: Change) {
        self.state.apply(change);
        self.version = self.version.wrapping_add(1);
    }

    fn settle(&mut self, lag: Lag, now: Timestamp) {
        while let Some(change) = self.log.next_due(lag, now) {
            self.apply(change);
        }
    }
}

impl Index {
    pub(super) fn new(name: String, description: String, config: IndexConfig, shared: Shared) -> Self {
        let (log, declared) = (Log::default(), Vec::new());
        let inner = RwLock::new(Inner { state: State::new(config.dimensions), log, declared, version: 0 });
        let created = shared.clock.now();
        Self { name, description, config, created, shared, inner, lists: Mutex::default() }
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// The limits that hold here.
    pub fn bounds(&self) -> Bounds {
        self.shared.bounds()
    }

    /// Name, description and configuration.
    pub fn describe(&self) -> wire::Index {
        let created_on = wire::created(self.created);
        wire::Index {
            modified_on: created_on.clone(),
            created_on,
            name: self.name.clone(),
            description: self.description.clone(),
            config: self.config,
        }
    }

    /// Dimensions, number of vectors, and how far mutations are processed.
    pub fn info(&self) -> wire::Info {
        let inner = self.read();
        let processed = inner.log.processed();
        wire::Info {
            dimensions: self.config.dimensions,
            vector_count: inner.state.blocks.len(),
            processed_up_to_datetime: processed.map(|(_, time)| wire::processed(time)),
            processed_up_to_mutation: processed.map(|(id, _)| id.to_string()),
        }
    }

    /// Inserts or upserts. One bad vector refuses all. `batch` is the dialect's limit of vectors per call.
    pub fn write(&self, operation: Operation, lines: Vec<Line>, batch: usize) -> Result<wire::Accepted> {
        if lines.len() > batch {
            return Err(VectorizeError::TooManyVectors { limit: batch, got: lines.len() });
        }
        let bounds = self.bounds();
        let vectors: Vec<Vector> =
            lines.into_iter().map(|line| line.check(self.config.dimensions, &bounds)).collect::<Result<_>>()?;
        self.accept(|inner| {
            check_room(&inner.state, &vectors, bounds.vectors, bounds.namespaces)?;
            Ok(match operation {
                Operation::Insert => Change::Insert(vectors),
                Operation::Upsert => Change::Upsert(vectors),
            })
        })
    }

    /// Deletes vectors; unknown ids are ignored.
    pub fn delete_by_ids(&self, ids: Vec<String>) -> Result<wire::Accepted> {
        let bounds = self.bounds();
        check_ids(&ids, bounds.delete_ids, &bounds)?;
        self.accept(|_| Ok(Change::Delete(ids)))
    }

    /// Indexes a property of the metadata of vectors written from now on. Doing it again changes nothing.
    pub fn create_metadata_index(&self, property: String, kind: IndexType) -> Result<wire::Accepted> {
        let bounds = self.bounds();
        MetadataIndex::check_property(&property, &bounds)?;
        self.accept(|inner| {
            match inner.declared.iter().find(|(known, _)| *known == property) {
                Some((_, known)) if *known == kind => {}
                Some((_, known)) => {
                    let kind = known.name().to_owned();
                    return Err(VectorizeError::MetadataIndexExists { property, kind });
                }
                None if inner.declared.len() >= bounds.metadata_indexes => {
                    return Err(VectorizeError::TooManyMetadataIndexes { limit: bounds.metadata_indexes });
                }
                None => inner.declared.push((property.clone(), kind)),
            }
            Ok(Change::CreateMetadataIndex { property, kind, string_bytes: bounds.indexed_string_bytes })
        })
    }

    pub fn delete_metadata_index(&self, property: String) -> Result<wire::Accepted> {
        self.accept(|inner| {
            let Some(at) = inner.declared.iter().position(|(known, _)| *known == property) else {
                return Err(VectorizeError::MetadataIndexNotFound { property });
            };
            inner.declared.remove(at);
            Ok(Change::DeleteMetadataIndex { property })
        })
    }

    pub fn metadata_indexes(&self) -> wire::MetadataIndexes {
        wire::MetadataIndexes { metadata_indexes: self.read().state.metadata_indexes.iter().map(Into::into).collect() }
    }

    /// The nearest vectors, best first. A `vectorId` that is not there matches nothing.
    pub fn query(&self, query: Query) -> Result<wire::Matches> {
        let query = query.check(self.config, &self.bounds())?;
        let inner = self.read();
        let stored = match &query.origin {
            Origin::Vector(_) => None,
            Origin::Id(id) => inner.state.get(id).map(|found| found.values.to_vec()),
        };
        let vector = match &query.origin {
            Origin::Vector(vector) => Some(vector.as_slice()),
            Origin::Id(_) => stored.as_deref(),
        };
        let namespace = query.namespace.as_deref().map(|name| inner.state.namespaces.find(name));
        let (Some(vector), false) = (vector, namespace == Some(None)) else {
            return Ok(wire::Matches { count: 0, matches: Vec::new() });
        };
        let indexes = inner.state.metadata_indexes.clone();
        let blocks = inner.state.blocks.clone();
        drop(inner);

        let filter = query.filter.as_ref().map(|filter| filter.compile(&indexes));
        let scan =
            Scan { metric: self.config.metric, vector, top_k: query.top_k, namespace: namespace.flatten(), filter };
        let ranked = scan.run(&blocks);
        let matches: Vec<_> = ranked.iter().map(|hit| query.show(self.config.metric, hit, &indexes)).collect();
        Ok(wire::Matches { count: matches.len(), matches })
    }

    /// Vectors by id, in the order asked for; unknown ids are left out.
    pub fn get_by_ids(&self, ids: &[String]) -> Result<Vec<wire::Vector>> {
        let bounds = self.bounds();
        check_ids(ids, bounds.get_ids, &bounds)?;
        let inner = self.read();
        Ok(ids.iter().filter_map(|id| inner.state.get(id)).map(|found| show(&found)).collect())
    }

    /// One page of ids: the first of a new list, or the one that `cursor` names. `count` is checked by the caller.
    pub fn list(&self, count: usize, cursor: Option<&str>) -> Result<wire::Page> {
        let now = self.shared.clock.now();
        if let Some(cursor) = cursor {
            return self.lists().next(cursor, count, now, &self.bounds());
        }
        let inner = self.read();
        let mut lists = self.lists();
        let version = inner.version;
        let ids = lists
            .snapshot(version)
            .unwrap_or_else(|| inner.state.blocks.iter().map(|found| found.row.id.clone()).collect());
        drop(inner);
        Ok(lists.first(ids, version, count, now, self.shared.next_id(), &self.bounds()))
    }

    /// Processes the next `mutations` that wait, whatever the lag; gives how many there were.
    pub fn tick(&self, mutations: usize) -> usize {
        let mut inner = self.lock();
        let now = self.shared.clock.now();
        let mut processed = 0;
        while processed < mutations
            && let Some(change) = inner.log.next(now)
        {
            inner.apply(change);
            processed += 1;
        }
        processed
    }

    /// Mutations that wait.
    pub fn waiting(&self) -> usize {
        self.inner.read().unwrap_or_else(PoisonError::into_inner).log.waiting()
    }

    /// Checks and queues a mutation in one step, so that two of them cannot both take the last place.
    fn accept(&self, check: impl FnOnce(&mut Inner) -> Result<Change>) -> Result<wire::Accepted> {
        let mut inner = self.lock();
        let change = check(&mut inner)?;
        let (mutation_id, now) = (self.shared.next_id(), self.shared.clock.now());
        inner.log.push(mutation_id, now, change);
        inner.settle(self.shared.lag(), now);
        Ok(wire::Accepted { mutation_id: mutation_id.to_string() })
    }

    /// The visible state, after everything that became due.
    fn read(&self) -> RwLockReadGuard<'_, Inner> {
        let inner = self.inner.read().unwrap_or_else(PoisonError::into_inner);
        if inner.log.is_idle() {
            return inner;
        }
        drop(inner);
        let mut inner = self.lock();
        inner.settle(self.shared.lag(), self.shared.clock.now());
        inner.log.count_read();
        drop(inner);
        self.inner.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock(&self) -> RwLockWriteGuard<'_, Inner> {
        self.inner.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn lists(&self) -> MutexGuard<'_, Lists> {
        self.lists.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn show(found: &Candidate<'_>) -> wire::Vector {
    wire::Vector {
        id: found.row.id.to_string(),
        namespace: found.row.namespace.as_deref().map(str::to_owned),
        metadata: found.row.metadata.as_ref().map(|metadata| metadata.to_value()),
        values: wire::Floats(found.values.to_vec()),
    }
}

fn check_ids(ids: &[String], limit: usize, bounds: &Bounds) -> Result<()> {
    if ids.len() > limit {
        return Err(VectorizeError::TooManyIds { limit, got: ids.len() });
    }
    ids.iter().try_for_each(|id| parse::check_id(id, bounds))
}

/// Whether the new vectors and their namespaces have room beside what is processed.
fn check_room(state: &State, vectors: &[Vector], max_vectors: usize, max_namespaces: usize) -> Result<()> {
    // The exact count costs a set, so it is taken only near the limit.
    if state.blocks.len().saturating_add(vectors.len()) > max_vectors {
        let new: HashSet<&str> =
            vectors.iter().map(|vector| vector.id.as_str()).filter(|id| state.get(id).is_none()).collect();
        if state.blocks.len().saturating_add(new.len()) > max_vectors {
            return Err(VectorizeError::IndexFull { limit: max_vectors });
        }
    }
    let new: HashSet<&str> = vectors
        .iter()
        .filter_map(|vector| vector.namespace.as_deref())
        .filter(|name| state.namespaces.find(name).is_none())
        .collect();
    if state.namespaces.len().saturating_add(new.len()) > max_namespaces {
        return Err(VectorizeError::TooManyNamespaces { limit: max_namespaces });
    }
    Ok(())
}

#[cfg(test)]
mod tests;
