//! A mutation as the log keeps it: a header, then one record per vector.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::codec::{self, Damage};
use crate::vectorize::metadata::IndexType;
use crate::vectorize::state::Change;

/// The header. Vectors follow as records of their own.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Header {
    id: String,
    accepted: String,
    /// Processed with its acceptance, and so is everything before it.
    pub immediate: bool,
    change: Head,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
enum Head {
    Insert { vectors: u32 },
    Upsert { vectors: u32 },
    Delete { ids: Vec<String> },
    CreateMetadataIndex { property: String, kind: String, string_bytes: usize },
    DeleteMetadataIndex { property: String },
}

/// The records of one mutation, ready to be stored.
#[derive(Debug)]
pub struct Records {
    change: Head,
    pub vectors: Vec<Vec<u8>>,
    /// Of all records together.
    pub bytes: usize,
}

impl Records {
    /// Most of the work of storing a mutation, done before anybody waits for a lock.
    pub fn of(change: &Change) -> Self {
        let all = |vectors: &[crate::vectorize::parse::Vector]| vectors.iter().map(codec::vector).collect::<Vec<_>>();
        let count = |vectors: &[Vec<u8>]| u32::try_from(vectors.len()).unwrap_or(u32::MAX);
        let (change, vectors) = match change {
            Change::Insert(vectors) => {
                let vectors = all(vectors);
                (Head::Insert { vectors: count(&vectors) }, vectors)
            }
            Change::Upsert(vectors) => {
                let vectors = all(vectors);
                (Head::Upsert { vectors: count(&vectors) }, vectors)
            }
            Change::Delete(ids) => (Head::Delete { ids: ids.clone() }, Vec::new()),
            Change::CreateMetadataIndex { property, kind, string_bytes } => {
                let (property, kind) = (property.clone(), kind.name().to_owned());
                (Head::CreateMetadataIndex { property, kind, string_bytes: *string_bytes }, Vec::new())
            }
            Change::DeleteMetadataIndex { property } => {
                (Head::DeleteMetadataIndex { property: property.clone() }, Vec::new())
            }
        };
        let bytes = vectors.iter().map(Vec::len).sum::<usize>() + 256;
        Self { change, vectors, bytes }
    }

    pub fn header(&self, id: Uuid, accepted: Timestamp, immediate: bool) -> Vec<u8> {
        let (id, accepted) = (id.to_string(), accepted.to_string());
        codec::sealed_json(&Header { id, accepted, immediate, change: self.change.clone() })
    }
}

impl Header {
    pub fn read(record: &[u8]) -> Result<Self, Damage> {
        codec::opened_json(record)
    }

    pub fn id(&self) -> Result<Uuid, Damage> {
        self.id.parse().map_err(|error| format!("a mutation's id does not parse: {error}"))
    }

    pub fn accepted(&self) -> Result<Timestamp, Damage> {
        self.accepted.parse().map_err(|error| format!("a mutation's time does not parse: {error}"))
    }

    /// The change again. `vector` gives the next of its vectors.
    pub fn change(
        self,
        mut vector: impl FnMut() -> Result<crate::vectorize::parse::Vector, Damage>,
    ) -> Result<Change, Damage> {
        let mut all = |count: u32| (0..count).map(|_| vector()).collect::<Result<Vec<_>, _>>();
        Ok(match self.change {
            Head::Insert { vectors } => Change::Insert(all(vectors)?),
            Head::Upsert { vectors } => Change::Upsert(all(vectors)?),
            Head::Delete { ids } => Change::Delete(ids),
            Head::CreateMetadataIndex { property, kind, string_bytes } => {
                Change::CreateMetadataIndex { property, kind: kind_of(&kind)?, string_bytes }
            }
            Head::DeleteMetadataIndex { property } => Change::DeleteMetadataIndex { property },
        })
    }
}

/// The type of a metadata index, as [`IndexType::name`] spells it.
pub fn kind_of(name: &str) -> Result<IndexType, Damage> {
    [IndexType::String, IndexType::Number, IndexType::Boolean]
        .into_iter()
        .find(|kind| kind.name() == name)
        .ok_or_else(|| format!("`{name}` is no type of a metadata index"))
}
