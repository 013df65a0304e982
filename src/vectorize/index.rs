//! One index: what it accepts, and what it answers.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use roaring::RoaringBitmap;

use super::blocks::Candidate;
use super::limits::Bounds;
use super::lists::Lists;
use super::metadata::IndexType;
use super::metadata_index::MetadataIndex;
use super::mutations::{Lag, Log, Pending};
use super::near::{Near, Published};
use super::parse::{self, Line, Vector};
use super::query::{Origin, Query};
use super::search::Scan;
use super::service::Shared;
use super::state::{Change, State};
use super::store::{About, FOLD_BYTES, LoadedIndex, Records};
use super::touched;
use super::view::{Processed, View};
use super::wire;
use crate::error::{Operation, VectorizeError};

type Result<T> = std::result::Result<T, VectorizeError>;

/// An index and everything in it. Every method may be called from any thread. Readers look at what was published last
/// and wait for no writer; writers take turns.
#[derive(Debug)]
pub struct Index {
    name: String,
    about: About,
    shared: Shared,
    published: Published,
    /// What makes searches of a large index approximate, where that is asked for.
    near: Option<Arc<Near>>,
    writer: Mutex<Writer>,
    /// Whether mutations wait: only then does a read look after them.
    waiting: AtomicBool,
    /// Reads that found mutations waiting.
    reads: AtomicU64,
    lists: Mutex<Lists>,
}

/// What only one writer at a time may touch.
#[derive(Debug)]
struct Writer {
    log: Log,
    /// Rows that differ from the stored ones, and the bytes of log that say how.
    touched: RoaringBitmap,
    unfolded: usize,
    deleted: bool,
}

impl Index {
    /// An index that begins with `state`.
    pub(super) fn new(name: String, about: About, state: State, shared: Shared) -> Self {
        let (view, log, touched) = (View { state, processed: None }, Log::default(), RoaringBitmap::new());
        Self::loaded(name, LoadedIndex { about, view, log, touched, unfolded: 0 }, shared)
    }

    /// An index as the store had it.
    pub(super) fn loaded(name: String, loaded: LoadedIndex, shared: Shared) -> Self {
        let LoadedIndex { about, view, log, touched, unfolded } = loaded;
        let near = shared.hnsw_above().map(|above| Arc::new(Near::new(above, about.config.metric)));
        let index = Self {
            name,
            about,
            shared,
            published: Arc::new(RwLock::new(Arc::new(view))),
            near,
            waiting: AtomicBool::new(!log.is_idle()),
            writer: Mutex::new(Writer { log, touched, unfolded, deleted: false }),
            reads: AtomicU64::new(0),
            lists: Mutex::default(),
        };
        index.wake();
        index
    }

    fn wake(&self) {
        if let Some(near) = &self.near {
            near.wake(&self.published);
        }
    }

    /// Whether searches are as quick as they will be: nothing waits to be taken up into an approximate index.
    pub fn is_settled(&self) -> bool {
        self.near.as_ref().is_none_or(|near| near.is_current(&self.current().state))
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn about(&self) -> &About {
        &self.about
    }

    /// The limits that hold here.
    pub fn bounds(&self) -> Bounds {
        self.shared.bounds()
    }

    /// Name, description and configuration.
    pub fn describe(&self) -> wire::Index {
        let created_on = wire::created(self.about.created);
        wire::Index {
            modified_on: created_on.clone(),
            created_on,
            name: self.name.clone(),
            description: self.about.description.clone(),
            config: self.about.config,
        }
    }

    /// Dimensions, number of vectors, and how far mutations are processed.
    pub fn info(&self) -> wire::Info {
        let view = self.view();
        wire::Info {
            dimensions: self.about.config.dimensions,
            vector_count: view.state.blocks.len(),
            processed_up_to_datetime: view.processed.map(|processed| wire::processed(processed.time)),
            processed_up_to_mutation: view.processed.map(|processed| processed.id.to_string()),
        }
    }

    /// Inserts or upserts. One bad vector refuses all. `batch` is the dialect's limit of vectors per call.
    pub fn write(&self, operation: Operation, lines: Vec<Line>, batch: usize) -> Result<wire::Accepted> {
        if lines.len() > batch {
            return Err(VectorizeError::TooManyVectors { limit: batch, got: lines.len() });
        }
        let bounds = self.bounds();
        let dimensions = self.about.config.dimensions;
        let vectors: Vec<Vector> =
            lines.into_iter().map(|line| line.check(dimensions, &bounds)).collect::<Result<_>>()?;
        let change = match operation {
            Operation::Insert => Change::Insert(vectors),
            Operation::Upsert => Change::Upsert(vectors),
        };
        self.accept(change, |change, state, _| match change {
            Change::Insert(vectors) | Change::Upsert(vectors) => {
                check_room(state, vectors, bounds.vectors, bounds.namespaces)
            }
            _ => Ok(()),
        })
    }

    /// Deletes vectors; unknown ids are ignored.
    pub fn delete_by_ids(&self, ids: Vec<String>) -> Result<wire::Accepted> {
        let bounds = self.bounds();
        check_ids(&ids, "vectorize.delete_ids", bounds.delete_ids, &bounds)?;
        self.accept(Change::Delete(ids), |_, _, _| Ok(()))
    }

    /// Indexes a property of the metadata of vectors written from now on. Doing it again changes nothing.
    pub fn create_metadata_index(&self, property: String, kind: IndexType) -> Result<wire::Accepted> {
        let bounds = self.bounds();
        MetadataIndex::check_property(&property, &bounds)?;
        let string_bytes = bounds.indexed_string_bytes;
        let change = Change::CreateMetadataIndex { property: property.clone(), kind, string_bytes };
        self.accept(change, |_, state, log| {
            let declared = declared(state, log);
            match declared.iter().find(|(known, _)| *known == property) {
                Some((_, known)) if *known == kind => Ok(()),
                Some((_, known)) => {
                    let (property, kind) = (property.clone(), known.name().to_owned());
                    Err(VectorizeError::MetadataIndexExists { property, kind })
                }
                None if is_full(declared.len(), bounds.metadata_indexes) => {
                    Err(VectorizeError::TooManyMetadataIndexes { limit: bounds.metadata_indexes })
                }
                None => Ok(()),
            }
        })
    }

    pub fn delete_metadata_index(&self, property: String) -> Result<wire::Accepted> {
        self.accept(Change::DeleteMetadataIndex { property: property.clone() }, |_, state, log| {
            if declared(state, log).iter().any(|(known, _)| *known == property) {
                return Ok(());
            }
            Err(VectorizeError::MetadataIndexNotFound { property: property.clone() })
        })
    }

    pub fn metadata_indexes(&self) -> wire::MetadataIndexes {
        wire::MetadataIndexes { metadata_indexes: self.view().state.metadata_indexes.iter().map(Into::into).collect() }
    }

    /// The nearest vectors, best first. A `vectorId` that is not there matches nothing.
    pub fn query(&self, query: Query) -> Result<wire::Matches> {
        let config = self.about.config;
        let query = query.check(config, &self.bounds())?;
        let view = self.view();
        let state = &view.state;
        let vector = match &query.origin {
            Origin::Vector(vector) => Some(vector.as_slice()),
            Origin::Id(id) => state.get(id).map(|found| found.values),
        };
        let Some(vector) = vector else { return Ok(wire::Matches { count: 0, matches: Vec::new() }) };
        let mut rows = query.select(state);
        if let Some(near) = &self.near {
            rows = near.narrow(state, vector, rows.as_ref(), query.top_k).or(rows);
        }
        let scan = Scan { metric: config.metric, vector, top_k: query.top_k, rows };
        let ranked = scan.run(&state.blocks);
        let show = |hit| query.show(config.metric, hit, &state.metadata_indexes);
        let matches: Vec<_> = ranked.iter().map(show).collect();
        Ok(wire::Matches { count: matches.len(), matches })
    }

    /// Vectors by id, in the order asked for; unknown ids are left out.
    pub fn get_by_ids(&self, ids: &[String]) -> Result<Vec<wire::Vector>> {
        let bounds = self.bounds();
        check_ids(ids, "vectorize.get_ids", bounds.get_ids, &bounds)?;
        let view = self.view();
        Ok(ids.iter().filter_map(|id| view.state.get(id)).map(|found| show(&found)).collect())
    }

    /// One page of ids: the first of a new list, or the one that `cursor` names. `count` is checked by the caller.
    pub fn list(&self, count: usize, cursor: Option<&str>) -> Result<wire::Page> {
        let now = self.shared.clock.now();
        if let Some(cursor) = cursor {
            return self.lists().next(cursor, count, now, &self.bounds());
        }
        let view = self.view();
        let mut lists = self.lists();
        let version = view.number();
        let all = || view.state.blocks.iter().map(|found| found.row.id.clone()).collect();
        let ids = lists.snapshot(version).unwrap_or_else(all);
        Ok(lists.first(ids, version, count, now, self.shared.next_id(), &self.bounds()))
    }

    /// Processes the next `mutations` that wait, whatever the lag; gives how many there were.
    pub fn tick(&self, mutations: usize) -> Result<usize> {
        let mut writer = self.lock();
        let due: Vec<Pending> = std::iter::from_fn(|| writer.log.next()).take(mutations).collect();
        let processed = due.len();
        self.process(&mut writer, due);
        let noted = self.shared.store().zip(self.current().processed).filter(|_| processed > 0);
        let noted = noted.map(|(store, last)| store.processed(self.about.id, last));
        drop(writer);
        // A tick is a promise like a mutation.
        noted.map_or(Ok(()), |ticket| ticket.wait()).map_err(|reason| not_stored(&reason))?;
        Ok(processed)
    }

    /// Mutations that wait.
    pub fn waiting(&self) -> usize {
        self.lock().log.waiting()
    }

    /// The visible state, after everything that became due.
    pub(super) fn view(&self) -> Arc<View> {
        if self.waiting.load(Ordering::Acquire) {
            // Whoever holds the writers' lock looks after them just now: a read waits for nobody.
            if let Ok(mut writer) = self.writer.try_lock() {
                self.settle(&mut writer);
            }
            self.reads.fetch_add(1, Ordering::Relaxed);
        }
        self.current()
    }

    /// From here on nothing is accepted, nor written to the store.
    pub(super) fn close(&self) {
        self.lock().deleted = true;
    }

    /// Checks and queues a mutation in one step, so that two of them cannot both take the last place. With a store,
    /// it is there before this returns, and before anybody sees what it changes.
    fn accept(
        &self,
        change: Change,
        check: impl FnOnce(&Change, &State, &Log) -> Result<()>,
    ) -> Result<wire::Accepted> {
        let records = self.shared.store().map(|store| (store, Records::of(&change)));
        let mut writer = self.lock();
        if writer.deleted {
            return Err(VectorizeError::IndexDeleted { name: self.name.clone() });
        }
        check(&change, &self.current().state, &writer.log)?;
        let (id, accepted, lag) = (self.shared.next_id(), self.shared.clock.now(), self.shared.lag());
        let number = writer.log.next_number();
        let bytes = records.as_ref().map_or(0, |(_, records)| records.bytes);
        let reads = self.reads.load(Ordering::Relaxed);
        let (immediate, stored) = (lag == Lag::Immediate, records.is_none());
        writer.log.push(Pending { number, id, accepted, immediate, reads, change, bytes, stored });
        if let Some((store, records)) = records {
            let ticket = store.append(self.about.id, number, id, accepted, immediate, records);
            drop(writer);
            let stored = ticket.wait();
            writer = self.lock();
            match stored {
                Ok(()) => writer.log.stored(number),
                Err(reason) => {
                    writer.log.forget(number);
                    return Err(not_stored(&reason));
                }
            }
        }
        self.waiting.store(true, Ordering::Release);
        self.settle(&mut writer);
        Ok(wire::Accepted { mutation_id: id.to_string() })
    }

    /// Processes what is due.
    fn settle(&self, writer: &mut Writer) {
        let (lag, now, reads) = (self.shared.lag(), self.shared.clock.now(), self.reads.load(Ordering::Relaxed));
        let due: Vec<Pending> = std::iter::from_fn(|| writer.log.next_due(lag, now, reads)).collect();
        let untold = due.last().is_some_and(|last| !last.immediate);
        self.process(writer, due);
        if untold
            && let Some((store, last)) = self.shared.store().zip(self.current().processed)
            && !writer.deleted
        {
            store.note_processed(self.about.id, last);
        }
    }

    /// Makes the next state beside the one that readers see, and publishes it whole.
    fn process(&self, writer: &mut Writer, due: Vec<Pending>) {
        self.waiting.store(!writer.log.is_idle(), Ordering::Release);
        let Some(last) = due.last() else { return };
        // The same time as after a restart, which knows no other.
        let time = if last.immediate { last.accepted } else { self.shared.clock.now() };
        let processed = Processed { number: last.number, id: last.id, time };
        let mut state = self.current().state.clone();
        for pending in &due {
            state.apply(&pending.change, &mut writer.touched);
            writer.unfolded += pending.bytes;
        }
        let view = Arc::new(View { state, processed: Some(processed) });
        *self.published.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&view);
        self.wake();
        if writer.unfolded >= FOLD_BYTES {
            self.fold(writer, view);
        } else if self.shared.store().is_none() {
            writer.touched.clear();
        }
    }

    /// Has the store's rows brought to this view.
    fn fold(&self, writer: &mut Writer, view: Arc<View>) {
        if let Some(store) = self.shared.store().filter(|_| !writer.deleted) {
            writer.unfolded = 0;
            store.fold(self.about.id, view, std::mem::take(&mut writer.touched));
        }
    }

    #[cfg(test)]
    pub(super) fn fold_now(&self) {
        self.fold(&mut self.lock(), self.current());
    }

    fn current(&self) -> Arc<View> {
        Arc::clone(&self.published.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn lock(&self) -> MutexGuard<'_, Writer> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lists(&self) -> MutexGuard<'_, Lists> {
        self.lists.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Index {
    fn drop(&mut self) {
        if let Some(near) = &self.near {
            near.end();
        }
    }
}

fn not_stored(reason: &str) -> VectorizeError {
    VectorizeError::NotStored { reason: reason.to_owned() }
}

/// The metadata indexes as they will be once the log is processed: what a new mutation is checked against.
fn declared(state: &State, log: &Log) -> Vec<(String, IndexType)> {
    let mut declared: Vec<_> =
        state.metadata_indexes.iter().map(|index| (index.property.clone(), index.kind)).collect();
    for change in log.changes() {
        match change {
            Change::CreateMetadataIndex { property, kind, .. } => {
                if !declared.iter().any(|(known, _)| known == property) {
                    declared.push((property.clone(), *kind));
                }
            }
            Change::DeleteMetadataIndex { property } => declared.retain(|(known, _)| known != property),
            Change::Insert(_) | Change::Upsert(_) | Change::Delete(_) => {}
        }
    }
    declared
}

fn show(found: &Candidate<'_>) -> wire::Vector {
    wire::Vector {
        id: found.row.id.to_string(),
        namespace: found.row.namespace.as_deref().map(str::to_owned),
        metadata: found.row.metadata.as_ref().map(|metadata| metadata.to_value()),
        values: wire::Floats(found.values.to_vec()),
    }
}

/// Whether there is no room for one metadata index more.
fn is_full(count: usize, limit: usize) -> bool {
    touched::note("vectorize.metadata_indexes", count + 1);
    count >= limit
}

fn check_ids(ids: &[String], row: &'static str, limit: usize, bounds: &Bounds) -> Result<()> {
    touched::note(row, ids.len());
    if ids.len() > limit {
        return Err(VectorizeError::TooManyIds { limit, got: ids.len() });
    }
    ids.iter().try_for_each(|id| parse::check_id(id, bounds))
}

/// Whether the new vectors and their namespaces have room beside what is processed.
fn check_room(state: &State, vectors: &[Vector], max_vectors: usize, max_namespaces: usize) -> Result<()> {
    touched::note("vectorize.vectors_per_index", state.blocks.len().saturating_add(vectors.len()));
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
        .filter(|name| state.namespace(name).is_none())
        .collect();
    let namespaces = state.namespaces().saturating_add(new.len());
    touched::note("vectorize.namespaces_per_index", namespaces);
    if namespaces > max_namespaces {
        return Err(VectorizeError::TooManyNamespaces { limit: max_namespaces });
    }
    Ok(())
}

#[cfg(test)]
mod oracle;
#[cfg(test)]
mod tests;
