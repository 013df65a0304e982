//! What an index holds at one moment, and how a mutation changes it.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value;

use super::blocks::{Blocks, Candidate, Row};
use super::metadata::{Entry, IndexType, MetadataIndex};
use super::parse::Vector;

/// One change to an index, checked before it was accepted: applying it cannot fail.
#[derive(Debug, Clone)]
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

/// Vectors, where to find them, and the metadata indexes.
#[derive(Debug)]
pub struct State {
    pub blocks: Blocks,
    /// Row numbers. Ids are unique per index, not per namespace.
    places: HashMap<Arc<str>, usize>,
    pub namespaces: Namespaces,
    pub metadata_indexes: Vec<MetadataIndex>,
    serials: u32,
}

impl State {
    pub fn new(dimensions: usize) -> Self {
        Self {
            blocks: Blocks::new(dimensions),
            places: HashMap::new(),
            namespaces: Namespaces::default(),
            metadata_indexes: Vec::new(),
            serials: 0,
        }
    }

    /// A vector by id.
    pub fn get(&self, id: &str) -> Option<Candidate<'_>> {
        self.blocks.get(*self.places.get(id)?)
    }

    pub fn apply(&mut self, change: Change) {
        match change {
            Change::Insert(vectors) => {
                for vector in vectors {
                    if !self.places.contains_key(vector.id.as_str()) {
                        self.put(vector);
                    }
                }
            }
            Change::Upsert(vectors) => {
                for vector in vectors {
                    self.put(vector);
                }
            }
            Change::Delete(ids) => {
                for id in ids {
                    self.remove(&id);
                }
            }
            Change::CreateMetadataIndex { property, kind, string_bytes } => {
                if !self.metadata_indexes.iter().any(|index| index.property == property) {
                    self.serials = self.serials.wrapping_add(1);
                    self.metadata_indexes.push(MetadataIndex { serial: self.serials, property, kind, string_bytes });
                }
            }
            Change::DeleteMetadataIndex { property } => {
                self.metadata_indexes.retain(|index| index.property != property);
            }
        }
    }

    fn put(&mut self, vector: Vector) {
        let Vector { id, namespace, metadata, values } = vector;
        let (number, name) = self.namespaces.take(namespace.as_deref());
        let entries = match &metadata {
            Some(metadata) if !self.metadata_indexes.is_empty() => {
                entries(&metadata.to_value(), &self.metadata_indexes)
            }
            _ => Arc::default(),
        };
        let metadata = metadata.map(Arc::new);
        match self.places.get(id.as_str()) {
            Some(&place) => {
                if let Some(old) = self.blocks.get(place) {
                    let (id, old) = (old.row.id.clone(), old.namespace);
                    self.blocks.replace(place, &values, number, Row { id, namespace: name, metadata, entries });
                    self.namespaces.release(old);
                }
            }
            None => {
                let id: Arc<str> = id.into();
                let row = Row { id: id.clone(), namespace: name, metadata, entries };
                self.places.insert(id, self.blocks.push(&values, number, row));
            }
        }
    }

    /// Moves the last row into the hole, so that rows stay without gaps.
    fn remove(&mut self, id: &str) {
        let Some(place) = self.places.remove(id) else { return };
        if let Some(removed) = self.blocks.get(place) {
            self.namespaces.release(removed.namespace);
        }
        let last = self.blocks.len().saturating_sub(1);
        if place != last
            && let Some(moved) = self.blocks.get(last)
        {
            let (values, namespace, row) = (moved.values.to_vec(), moved.namespace, moved.row.clone());
            self.places.insert(row.id.clone(), place);
            self.blocks.replace(place, &values, namespace, row);
        }
        self.blocks.pop();
    }
}

fn entries(metadata: &Value, indexes: &[MetadataIndex]) -> Arc<[Entry]> {
    indexes
        .iter()
        .filter_map(|index| index.extract(metadata).map(|value| Entry { serial: index.serial, value }))
        .collect()
}

/// Namespaces in use, as numbers that a scan compares at once. A number is never given twice, because a running query
/// may still look for it.
#[derive(Debug, Default)]
pub struct Namespaces {
    names: HashMap<Arc<str>, u32>,
    /// By number: name and vectors.
    uses: HashMap<u32, (Arc<str>, usize)>,
    last: u32,
}

impl Namespaces {
    /// The number of no namespace.
    pub const NONE: u32 = 0;

    /// Namespaces that have at least one vector.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// The number of a namespace that has vectors.
    pub fn find(&self, name: &str) -> Option<u32> {
        self.names.get(name).copied()
    }

    /// Counts one vector more and gives number and shared name.
    fn take(&mut self, name: Option<&str>) -> (u32, Option<Arc<str>>) {
        let Some(name) = name else { return (Self::NONE, None) };
        let number = self.find(name).unwrap_or_else(|| {
            self.last = self.last.wrapping_add(1);
            self.names.insert(name.into(), self.last);
            self.last
        });
        let (shared, uses) = self.uses.entry(number).or_insert_with(|| (name.into(), 0));
        *uses += 1;
        (number, Some(shared.clone()))
    }

    /// Counts one vector less; a namespace without vectors is gone.
    fn release(&mut self, number: u32) {
        if let Some((name, uses)) = self.uses.get_mut(&number) {
            *uses = uses.saturating_sub(1);
            if *uses == 0 {
                self.names.remove(name.as_ref());
                self.uses.remove(&number);
            }
        }
    }
}

#[cfg(test)]
mod tests;
