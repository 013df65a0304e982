//! Reads a data folder. Everything is checked, and damage is named: nothing is dropped in silence.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use redb::{Builder, Database, DatabaseError, ReadTransaction, ReadableDatabase, ReadableTable, StorageError};
use roaring::RoaringBitmap;

use super::codec::{self, Damage};
use super::entry::Header;
use super::tables::{self, COVERED, FORMAT, INDEXES, LOG, NUMBERS, PROCESSED, ROWS, STATES, StoredIndex};
use super::tables::{StoredProcessed, StoredState};
use super::{About, CACHE_BYTES, StoreError};
use crate::vectorize::mutations::{Log, Pending};
use crate::vectorize::state::State;
use crate::vectorize::view::{Processed, View};

/// One name of an account: an index, or one that was deleted.
#[derive(Debug)]
pub struct Loaded {
    pub account: String,
    pub name: String,
    pub index: Option<LoadedIndex>,
}

/// An index as it was.
#[derive(Debug)]
pub struct LoadedIndex {
    pub about: About,
    pub view: View,
    /// What still waits.
    pub log: Log,
    /// Rows that the stored ones do not show yet, and the bytes of log that would.
    pub touched: RoaringBitmap,
    pub unfolded: usize,
}

enum Failure {
    Busy,
    Io(std::io::Error),
    Damage(Damage),
}

impl<E: Into<redb::Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        match error.into() {
            redb::Error::DatabaseAlreadyOpen => Self::Busy,
            redb::Error::Io(error) => Self::Io(error),
            error => Self::Damage(error.to_string()),
        }
    }
}

/// Opens the file, and gives what is in it and the next free id. It must hold at least `acknowledged` transactions.
pub fn open(file: &Path, acknowledged: u64) -> Result<(Database, Vec<Loaded>, u64), StoreError> {
    // redb asserts what it believes of its file.
    let opened = catch_unwind(AssertUnwindSafe(|| read(file, acknowledged)))
        .unwrap_or_else(|_| Err(Failure::Damage("its structure makes no sense".to_owned())));
    opened.map_err(|failure| {
        let (reason, hint) = match failure {
            Failure::Busy => {
                ("another process has it open".to_owned(), "stop that process, or give this one another `--data-dir`")
            }
            Failure::Io(error) => (error.to_string(), "`--data-dir` takes a folder that can be read and written"),
            Failure::Damage(damage) => (
                format!("it is damaged ({damage})"),
                "restore the folder from a copy, or move it away to begin with nothing",
            ),
        };
        StoreError { path: file.to_owned(), reason, hint: hint.to_owned() }
    })
}

fn read(file: &Path, acknowledged: u64) -> Result<(Database, Vec<Loaded>, u64), Failure> {
    let mut builder = Builder::new();
    builder.set_cache_size(CACHE_BYTES);
    // Every page is read below anyway; this proves them all, not only after a crash.
    builder.set_check_integrity_on_open(true);
    let database = match builder.create(file) {
        Err(DatabaseError::Storage(StorageError::Io(error))) if error.kind() == std::io::ErrorKind::InvalidData => {
            return Err(Failure::Damage(error.to_string()));
        }
        opened => opened?,
    };
    let transaction = database.begin_write()?;
    tables::create(&transaction)?;
    transaction.commit()?;

    let transaction = database.begin_read()?;
    let numbers = transaction.open_table(NUMBERS)?;
    let number = |name: &str| -> Result<u64, Failure> { Ok(numbers.get(name)?.map_or(0, |number| number.value())) };
    if number("format")? != FORMAT {
        let format = number("format")?;
        return Err(Failure::Damage(format!("format {format} is of another version, this one reads {FORMAT}")));
    }
    let commits = number("commits")?;
    if commits < acknowledged {
        return Err(Failure::Damage(format!(
            "it has {commits} transactions, {acknowledged} were acknowledged: the last ones are lost"
        )));
    }
    let mut loaded = Vec::new();
    for entry in transaction.open_table(INDEXES)?.iter()? {
        let (key, record) = entry?;
        let (account, name) = key.value();
        let stored: StoredIndex = codec::opened_json(record.value()).map_err(Failure::Damage)?;
        let index = match stored.about().map_err(Failure::Damage)? {
            None => None,
            Some(about) => Some(index(&transaction, about)?),
        };
        loaded.push(Loaded { account: account.to_owned(), name: name.to_owned(), index });
    }
    let next_id = number("next_id")?;
    drop((numbers, transaction));
    Ok((database, loaded, next_id))
}

fn index(transaction: &ReadTransaction, about: About) -> Result<LoadedIndex, Failure> {
    let id = about.id;
    let stored: StoredState = match transaction.open_table(STATES)?.get(id)? {
        None => StoredState::default(),
        Some(record) => codec::opened_json(record.value()).map_err(Failure::Damage)?,
    };
    let state = rows(transaction, &about, &stored)?;
    let processed = match transaction.open_table(PROCESSED)?.get(id)? {
        None => None,
        Some(record) => {
            let stored: StoredProcessed = codec::opened_json(record.value()).map_err(Failure::Damage)?;
            Some(stored.read().map_err(Failure::Damage)?)
        }
    };
    let mut loaded = LoadedIndex {
        view: View { state, processed },
        log: Log::after(stored.number),
        touched: RoaringBitmap::new(),
        unfolded: 0,
        about,
    };
    replay(transaction, &mut loaded, stored.number)?;
    Ok(loaded)
}

fn rows(transaction: &ReadTransaction, about: &About, stored: &StoredState) -> Result<State, Failure> {
    let mut state = State::new(about.config.dimensions);
    state.metadata_indexes = stored.metadata_indexes().map_err(Failure::Damage)?;
    let table = transaction.open_table(COVERED)?;
    let mut covered = BTreeMap::new();
    for (number, index) in (0..).zip(&state.metadata_indexes) {
        let missing = || Failure::Damage(format!("the rows of metadata index `{}` are missing", index.property));
        let record = table.get((about.id, number))?.ok_or_else(missing)?;
        let bitmap = codec::opened(record.value()).map_err(Failure::Damage)?;
        let bitmap = RoaringBitmap::deserialize_from(bitmap).map_err(|error| Failure::Damage(error.to_string()))?;
        covered.insert(index.property.clone(), bitmap);
    }
    for (expected, entry) in (0..).zip(transaction.open_table(ROWS)?.range((about.id, 0)..=(about.id, u32::MAX))?) {
        let (key, record) = entry?;
        let (_, number) = key.value();
        if number != expected {
            return Err(Failure::Damage(format!("row {expected} is missing")));
        }
        let vector = codec::read_vector(record.value(), about.config.dimensions).map_err(Failure::Damage)?;
        state.restore(&vector, |index, row| covered.get(&index.property).is_some_and(|covered| covered.contains(row)));
    }
    if state.blocks.len() != stored.rows {
        let have = state.blocks.len();
        return Err(Failure::Damage(format!("it has {have} rows of {}", stored.rows)));
    }
    Ok(state)
}

/// Applies the log that the rows do not show yet; what was not processed waits again.
fn replay(transaction: &ReadTransaction, loaded: &mut LoadedIndex, folded: u64) -> Result<(), Failure> {
    let id = loaded.about.id;
    let dimensions = loaded.about.config.dimensions;
    let table = transaction.open_table(LOG)?;
    let mut records = table.range((id, folded + 1, 0)..=(id, u64::MAX, u32::MAX))?;
    let mut waiting = Vec::new();
    let mut number = folded + 1;
    while let Some(entry) = records.next() {
        let (key, record) = entry?;
        if key.value() != (id, number, 0) {
            return Err(Failure::Damage(format!("mutation {number} is missing")));
        }
        let mut bytes = record.value().len();
        let header = Header::read(record.value()).map_err(Failure::Damage)?;
        let (mutation, accepted) = (header.id().map_err(Failure::Damage)?, header.accepted().map_err(Failure::Damage)?);
        let immediate = header.immediate;
        let mut at = 0;
        let change = header.change(|| {
            at += 1;
            let (key, record) = records.next().ok_or("a mutation is cut")?.map_err(|error| error.to_string())?;
            if key.value() != (id, number, at) {
                return Err(format!("record {at} of mutation {number} is missing"));
            }
            bytes += record.value().len();
            codec::read_vector(record.value(), dimensions)
        });
        let change = change.map_err(Failure::Damage)?;
        waiting.push(Pending { number, id: mutation, accepted, immediate, reads: 0, change, bytes, stored: true });
        if immediate && loaded.view.number() < number {
            loaded.view.processed = Some(Processed { number, id: mutation, time: accepted });
        }
        number += 1;
    }
    let processed = loaded.view.number();
    for pending in waiting {
        if pending.number <= processed {
            loaded.view.state.apply(&pending.change, &mut loaded.touched);
            loaded.unfolded += pending.bytes;
            loaded.log.skip();
        } else {
            loaded.log.push(pending);
        }
    }
    Ok(())
}
