//! What an index holds at one moment, and how a mutation changes it. A clone is cheap and stays as it is: readers hold
//! one while the next is made.

use std::sync::Arc;

use roaring::RoaringBitmap;
use serde_json::Value;

use super::blocks::{Blocks, Candidate, Row};
use super::metadata::IndexType;
use super::metadata_index::MetadataIndex;
use super::parse::Vector;
use super::places::Places;
use super::sorted::Sorted;

/// One change to an index, checked before it was accepted: applying it cannot fail.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// Skips ids that exist; the first of two equal ids wins.
    Insert(Vec<Vector>),
    /// Replaces whole vectors; the last of two equal ids wins.
    Upsert(Vec<Vector>),
    /// Ignores ids that do not exist.
    Delete(Vec<String>),
    CreateMetadataIndex {
        property: String,
        kind: IndexType,
        /// Bytes that a string keeps.
        string_bytes: usize,
    },
    DeleteMetadataIndex {
        property: String,
    },
}

/// Vectors, where to find them, and what finds parts of them.
#[derive(Debug, Clone)]
pub struct State {
    pub blocks: Blocks,
    /// Ids are unique per index, not per namespace.
    places: Places,
    /// Namespaces in use, with their rows.
    namespaces: Sorted<Arc<str>, Arc<RoaringBitmap>>,
    pub metadata_indexes: Vec<MetadataIndex>,
    /// Writes of vectors so far.
    written: u64,
}

impl State {
    pub fn new(dimensions: usize) -> Self {
        Self {
            blocks: Blocks::new(dimensions),
            places: Places::default(),
            namespaces: Sorted::default(),
            metadata_indexes: Vec::new(),
            written: 0,
        }
    }

    /// A vector by id.
    pub fn get(&self, id: &str) -> Option<Candidate<'_>> {
        self.blocks.get(self.places.find(id, &self.blocks)?)
    }

    /// A vector's row, by its id.
    pub fn place(&self, id: &str) -> Option<u32> {
        self.places.find(id, &self.blocks)
    }

    /// Writes of vectors so far: no row has a higher number.
    pub fn written(&self) -> u64 {
        self.written
    }

    /// The rows of a namespace that has any.
    pub fn namespace(&self, name: &str) -> Option<&RoaringBitmap> {
        self.namespaces.get(name).map(Arc::as_ref)
    }

    /// Namespaces that have at least one vector.
    pub fn namespaces(&self) -> usize {
        self.namespaces.len()
    }

    /// Rows that a change touched are put into `touched`; a row that is gone may be among them.
    pub fn apply(&mut self, change: &Change, touched: &mut RoaringBitmap) {
        match change {
            Change::Insert(vectors) => {
                for vector in vectors {
                    if self.places.find(&vector.id, &self.blocks).is_none() {
                        touched.insert(self.put(vector));
                    }
                }
            }
            Change::Upsert(vectors) => {
                for vector in vectors {
                    touched.insert(self.put(vector));
                }
            }
            Change::Delete(ids) => {
                for id in ids {
                    touched.extend(self.remove(id).into_iter().flatten());
                }
            }
            Change::CreateMetadataIndex { property, kind, string_bytes } => {
                if !self.metadata_indexes.iter().any(|index| index.property == *property) {
                    self.metadata_indexes.push(MetadataIndex::new(property.clone(), *kind, *string_bytes));
                }
            }
            Change::DeleteMetadataIndex { property } => {
                self.metadata_indexes.retain(|index| index.property != *property);
            }
        }
    }

    /// Appends a vector whose id is new, covered by the metadata indexes for which `covers` says so.
    pub fn restore(&mut self, vector: &Vector, covers: impl Fn(&MetadataIndex, u32) -> bool) -> u32 {
        let place = self.len();
        let row = self.row(vector.id.as_str().into(), vector);
        self.blocks.push(&vector.values, row);
        self.places.add(&vector.id, place, &self.blocks);
        self.take_up(place, covers);
        place
    }

    fn len(&self) -> u32 {
        u32::try_from(self.blocks.len()).unwrap_or(u32::MAX)
    }

    fn put(&mut self, vector: &Vector) -> u32 {
        let Some(place) = self.places.find(&vector.id, &self.blocks) else {
            return self.restore(vector, |_, _| true);
        };
        let Some(old) = self.let_go(place) else { return place };
        let row = self.row(old.id, vector);
        self.blocks.replace(place, &vector.values, row);
        self.take_up(place, |_, _| true);
        place
    }

    /// Moves the last row into the hole, so that rows stay without gaps; gives both.
    fn remove(&mut self, id: &str) -> Option<[u32; 2]> {
        let place = self.places.find(id, &self.blocks)?;
        self.let_go(place)?;
        self.places.remove(id, place);
        let last = self.len().saturating_sub(1);
        if place != last
            && let Some(moved) = self.blocks.get(last)
        {
            let (values, row) = (moved.values.to_vec(), moved.row.clone());
            let covered: Vec<bool> = self.metadata_indexes.iter().map(|index| index.covered().contains(last)).collect();
            self.let_go(last);
            self.places.shift(&row.id, last, place);
            self.blocks.replace(place, &values, row);
            let mut covered = covered.into_iter();
            self.take_up_with(place, |_| covered.next().unwrap_or_default());
        }
        self.blocks.pop();
        Some([place, last])
    }

    fn row(&mut self, id: Arc<str>, vector: &Vector) -> Row {
        self.written += 1;
        let namespace = vector.namespace.as_deref().map(|name| {
            // One text for all vectors of a namespace.
            self.namespaces.get_key(name).cloned().unwrap_or_else(|| name.into())
        });
        Row { id, namespace, metadata: vector.metadata.clone(), written: self.written }
    }

    /// Puts a row that is in place into its namespace and the metadata indexes.
    fn take_up(&mut self, place: u32, covers: impl Fn(&MetadataIndex, u32) -> bool) {
        self.take_up_with(place, |index| covers(index, place));
    }

    fn take_up_with(&mut self, place: u32, mut covers: impl FnMut(&MetadataIndex) -> bool) {
        let Some(row) = self.blocks.get(place).map(|found| found.row) else { return };
        if let Some(name) = &row.namespace {
            let add = |rows: &mut Arc<RoaringBitmap>| {
                Arc::make_mut(rows).insert(place);
                true
            };
            self.namespaces.change(name, Arc::default, add);
        }
        if let Some(metadata) = parsed(row, &self.metadata_indexes) {
            for index in &mut self.metadata_indexes {
                if covers(index) {
                    index.add(place, &metadata);
                }
            }
        }
    }

    /// Takes a row out of its namespace and the metadata indexes; gives what it was.
    fn let_go(&mut self, place: u32) -> Option<Row> {
        let row = self.blocks.get(place)?.row.clone();
        if let Some(name) = &row.namespace {
            let remove = |rows: &mut Arc<RoaringBitmap>| {
                let rows = Arc::make_mut(rows);
                rows.remove(place);
                !rows.is_empty()
            };
            self.namespaces.change(name, Arc::default, remove);
        }
        if let Some(metadata) = parsed(&row, &self.metadata_indexes) {
            for index in &mut self.metadata_indexes {
                index.remove(place, &metadata);
            }
        }
        Some(row)
    }
}

/// A row's metadata, if anybody wants it.
fn parsed(row: &Row, indexes: &[MetadataIndex]) -> Option<Value> {
    row.metadata.as_ref().filter(|_| !indexes.is_empty()).map(|metadata| metadata.to_value())
}

#[cfg(test)]
mod tests;
