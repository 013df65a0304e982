//! The tables of the file. Records are sealed (`codec`); numbers of indexes are never used twice.

use redb::TableDefinition;
use serde::{Deserialize, Serialize};

use super::About;
use super::codec::Damage;
use super::entry::kind_of;
use crate::vectorize::config::{IndexConfig, Metric};
use crate::vectorize::metadata_index::MetadataIndex;
use crate::vectorize::view::{Processed, View};

/// `format`, `commits` and `next_id`.
pub const NUMBERS: TableDefinition<'_, &str, u64> = TableDefinition::new("numbers");
/// By account and name: [`StoredIndex`].
pub const INDEXES: TableDefinition<'_, (&str, &str), &[u8]> = TableDefinition::new("indexes");
/// By index: [`StoredProcessed`].
pub const PROCESSED: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("processed");
/// By index: [`StoredState`], what the rows show.
pub const STATES: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("states");
/// By index and metadata index, in order: the rows that it covers, as a bitmap.
pub const COVERED: TableDefinition<'_, (u64, u32), &[u8]> = TableDefinition::new("covered");
/// By index and row: a vector.
pub const ROWS: TableDefinition<'_, (u64, u32), &[u8]> = TableDefinition::new("rows");
/// By index, mutation, and record: a header at 0, vectors from 1.
pub const LOG: TableDefinition<'_, (u64, u64, u32), &[u8]> = TableDefinition::new("log");

/// Of what a reader of another version could not make sense.
pub const FORMAT: u64 = 1;

/// An index, or what remains of a deleted one.
#[derive(Debug, Serialize, Deserialize)]
pub enum StoredIndex {
    Deleted,
    Live { id: u64, description: String, dimensions: usize, metric: String, created: String },
}

impl StoredIndex {
    pub fn of(about: &About) -> Self {
        Self::Live {
            id: about.id,
            description: about.description.clone(),
            dimensions: about.config.dimensions,
            metric: about.config.metric.name().to_owned(),
            created: about.created.to_string(),
        }
    }

    pub fn about(self) -> Result<Option<About>, Damage> {
        let Self::Live { id, description, dimensions, metric, created } = self else { return Ok(None) };
        let metric = Metric::from_name(&metric).ok_or_else(|| format!("`{metric}` is no metric"))?;
        let created = created.parse().map_err(|error| format!("a time does not parse: {error}"))?;
        Ok(Some(About { id, description, config: IndexConfig { dimensions, metric }, created }))
    }
}

#[derive(Debug, Serialize, Deserialize)]
pub struct StoredProcessed {
    number: u64,
    id: String,
    time: String,
}

impl From<Processed> for StoredProcessed {
    fn from(processed: Processed) -> Self {
        let Processed { number, id, time } = processed;
        Self { number, id: id.to_string(), time: time.to_string() }
    }
}

impl StoredProcessed {
    pub fn read(self) -> Result<Processed, Damage> {
        let id = self.id.parse().map_err(|error| format!("a mutation's id does not parse: {error}"))?;
        let time = self.time.parse().map_err(|error| format!("a time does not parse: {error}"))?;
        Ok(Processed { number: self.number, id, time })
    }
}

#[derive(Debug, Default, Serialize, Deserialize)]
pub struct StoredState {
    /// The last mutation that the rows show.
    pub number: u64,
    pub rows: usize,
    metadata_indexes: Vec<StoredMetadataIndex>,
}

#[derive(Debug, Serialize, Deserialize)]
struct StoredMetadataIndex {
    property: String,
    kind: String,
    string_bytes: usize,
}

impl StoredState {
    pub fn of(view: &View) -> Self {
        let stored = |index: &MetadataIndex| StoredMetadataIndex {
            property: index.property.clone(),
            kind: index.kind.name().to_owned(),
            string_bytes: index.string_bytes,
        };
        let metadata_indexes = view.state.metadata_indexes.iter().map(stored).collect();
        Self { number: view.number(), rows: view.state.blocks.len(), metadata_indexes }
    }

    /// The metadata indexes, still without rows.
    pub fn metadata_indexes(&self) -> Result<Vec<MetadataIndex>, Damage> {
        let empty = |stored: &StoredMetadataIndex| {
            Ok(MetadataIndex::new(stored.property.clone(), kind_of(&stored.kind)?, stored.string_bytes))
        };
        self.metadata_indexes.iter().map(empty).collect()
    }
}

/// Makes the tables that are not there yet.
pub fn create(transaction: &redb::WriteTransaction) -> Result<(), redb::Error> {
    transaction.open_table(INDEXES)?;
    transaction.open_table(PROCESSED)?;
    transaction.open_table(STATES)?;
    transaction.open_table(COVERED)?;
    transaction.open_table(ROWS)?;
    transaction.open_table(LOG)?;
    let mut numbers = transaction.open_table(NUMBERS)?;
    if redb::ReadableTable::get(&numbers, "format")?.is_none() {
        numbers.insert("format", FORMAT)?;
    }
    Ok(())
}
