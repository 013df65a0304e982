//! The thread that writes. Whatever waits when a transaction ends goes into the next one together, so that many
//! writers share the cost of one sync.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::Receiver;

use redb::{Database, ReadableTable, WriteTransaction};

use super::mark::Mark;
use super::tables::{
    COVERED, INDEXES, LOG, NUMBERS, PROCESSED, ROWS, STATES, StoredIndex, StoredProcessed, StoredState,
};
use super::{Command, Content, Done, NotStored, codec};
use crate::vectorize::view::Processed;

/// Records of one transaction, at most; one mutation may have more.
const BATCH_BYTES: usize = 64 << 20;

/// Works until it is told to stop, or until nobody can ask any more.
pub fn run(database: &Database, mut mark: Mark, orders: &Receiver<Command>) {
    let mut broken: Option<NotStored> = None;
    while let Ok(first) = orders.recv() {
        let mut batch = vec![first];
        let mut bytes = batch[0].bytes();
        while bytes < BATCH_BYTES
            && let Ok(next) = orders.try_recv()
        {
            bytes += next.bytes();
            batch.push(next);
        }
        let stop = batch.iter().any(|command| matches!(command, Command::Stop));
        let outcome = match &broken {
            Some(reason) => Err(reason.clone()),
            None => commit(database, &mut mark, &batch),
        };
        if let (Err(reason), None) = (&outcome, &broken) {
            tracing::error!(%reason, "the data folder cannot be written to; mutations are refused from here on");
            broken = Some(reason.clone());
        }
        for done in batch.iter().filter_map(Command::done) {
            // Whoever asked may have gone away.
            let _ = done.send(outcome.clone());
        }
        if stop {
            return;
        }
    }
}

/// One synced transaction, counted before anybody hears of it.
fn commit(database: &Database, mark: &mut Mark, batch: &[Command]) -> Result<(), NotStored> {
    let transaction = || -> Result<u64, redb::Error> {
        let transaction = database.begin_write()?;
        for command in batch {
            command.write(&transaction)?;
        }
        let commits = {
            let mut numbers = transaction.open_table(NUMBERS)?;
            let commits = numbers.get("commits")?.map_or(0, |commits| commits.value()) + 1;
            numbers.insert("commits", commits)?;
            commits
        };
        transaction.commit()?;
        Ok(commits)
    };
    // redb asserts what it believes of its file.
    let commits = catch_unwind(AssertUnwindSafe(transaction))
        .map_err(|_| NotStored::from("the store found itself damaged"))?
        .map_err(|error| NotStored::from(error.to_string()))?;
    mark.set(commits).map_err(NotStored::from)
}

impl Command {
    fn bytes(&self) -> usize {
        match self {
            Self::Append { records, .. } => records.bytes,
            _ => 0,
        }
    }

    fn done(&self) -> Option<&Done> {
        match self {
            Self::Create { done, .. }
            | Self::Delete { done, .. }
            | Self::Reset { done, .. }
            | Self::Append { done, .. } => Some(done),
            Self::Processed { done, .. } => done.as_ref(),
            Self::Fold { .. } | Self::Stop => None,
        }
    }

    fn write(&self, transaction: &WriteTransaction) -> Result<(), redb::Error> {
        match self {
            Self::Create { account, name, about, content, .. } => {
                let record = codec::sealed_json(&StoredIndex::of(about));
                transaction.open_table(INDEXES)?.insert((account.as_str(), name.as_str()), record.as_slice())?;
                let mut numbers = transaction.open_table(NUMBERS)?;
                let next = numbers.get("next_id")?.map_or(0, |next| next.value()).max(about.id + 1);
                numbers.insert("next_id", next)?;
                drop(numbers);
                content.as_ref().map_or(Ok(()), |content| fold(transaction, about.id, content))
            }
            Self::Delete { account, name, id, .. } => {
                let record = codec::sealed_json(&StoredIndex::Deleted);
                transaction.open_table(INDEXES)?.insert((account.as_str(), name.as_str()), record.as_slice())?;
                clear(transaction, *id)
            }
            Self::Reset { account, .. } => reset(transaction, account.as_deref()),
            Self::Append { index, number, header, records, .. } => {
                let mut log = transaction.open_table(LOG)?;
                log.insert((*index, *number, 0), header.as_slice())?;
                for (at, vector) in (1..).zip(&records.vectors) {
                    log.insert((*index, *number, at), vector.as_slice())?;
                }
                Ok(())
            }
            Self::Processed { index, processed, .. } => note(transaction, *index, *processed),
            Self::Fold { index, content } => fold(transaction, *index, content),
            Self::Stop => Ok(()),
        }
    }
}

fn note(transaction: &WriteTransaction, index: u64, processed: Processed) -> Result<(), redb::Error> {
    let record = codec::sealed_json(&StoredProcessed::from(processed));
    transaction.open_table(PROCESSED)?.insert(index, record.as_slice())?;
    Ok(())
}

/// Brings the stored rows to a state, and drops the log up to it.
fn fold(transaction: &WriteTransaction, index: u64, content: &Content) -> Result<(), redb::Error> {
    let view = &content.view;
    let state = codec::sealed_json(&StoredState::of(view));
    transaction.open_table(STATES)?.insert(index, state.as_slice())?;
    if let Some(processed) = view.processed {
        note(transaction, index, processed)?;
    }
    let mut covered = transaction.open_table(COVERED)?;
    covered.retain_in((index, 0)..=(index, u32::MAX), |_, _| false)?;
    for (number, metadata_index) in (0..).zip(&view.state.metadata_indexes) {
        let bitmap = codec::sealed(|record| {
            // Into memory: cannot fail.
            let written = metadata_index.covered().serialize_into(record);
            debug_assert!(written.is_ok());
        });
        covered.insert((index, number), bitmap.as_slice())?;
    }
    let mut rows = transaction.open_table(ROWS)?;
    let len = u32::try_from(view.state.blocks.len()).unwrap_or(u32::MAX);
    rows.retain_in((index, len)..=(index, u32::MAX), |_, _| false)?;
    for number in &content.touched {
        if let Some(row) = view.state.blocks.get(number) {
            rows.insert((index, number), codec::row(&row).as_slice())?;
        }
    }
    let mut log = transaction.open_table(LOG)?;
    log.retain_in((index, 0, 0)..=(index, view.number(), u32::MAX), |_, _| false)?;
    Ok(())
}

/// Removes everything of an index but its entry.
fn clear(transaction: &WriteTransaction, index: u64) -> Result<(), redb::Error> {
    transaction.open_table(STATES)?.remove(index)?;
    transaction.open_table(PROCESSED)?.remove(index)?;
    transaction.open_table(COVERED)?.retain_in((index, 0)..=(index, u32::MAX), |_, _| false)?;
    transaction.open_table(ROWS)?.retain_in((index, 0)..=(index, u32::MAX), |_, _| false)?;
    transaction.open_table(LOG)?.retain_in((index, 0, 0)..=(index, u64::MAX, u32::MAX), |_, _| false)?;
    Ok(())
}

fn reset(transaction: &WriteTransaction, account: Option<&str>) -> Result<(), redb::Error> {
    let Some(account) = account else {
        transaction.delete_table(INDEXES)?;
        transaction.delete_table(STATES)?;
        transaction.delete_table(PROCESSED)?;
        transaction.delete_table(COVERED)?;
        transaction.delete_table(ROWS)?;
        transaction.delete_table(LOG)?;
        return super::tables::create(transaction);
    };
    let mut gone = HashSet::new();
    transaction.open_table(INDEXES)?.retain(|(owner, _), record| {
        if owner != account {
            return true;
        }
        if let Ok(StoredIndex::Live { id, .. }) = codec::opened_json(record) {
            gone.insert(id);
        }
        false
    })?;
    gone.into_iter().try_for_each(|id| clear(transaction, id))
}
