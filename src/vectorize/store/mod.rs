//! `--data-dir`: Vectorize's state on disk. A mutation is in the log, synced, before it is acknowledged; what the log
//! did is folded into the rows now and then, in the background.
//!
//! One redb file holds every account. Its transactions survive a kill, or a power cut, at any instant: a torn last one
//! never happened, and nothing of it was acknowledged. Each record carries a checksum of its own, and a second, tiny
//! file counts the acknowledged transactions, so that no loss goes unnoticed.

mod codec;
mod entry;
mod load;
mod mark;
mod tables;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use jiff::Timestamp;
use roaring::RoaringBitmap;
use uuid::Uuid;

pub use entry::{Records, kind_of};
pub use load::{Loaded, LoadedIndex};

use super::config::IndexConfig;
use super::view::{Processed, View};
use mark::Mark;

/// The file of all state, and the one that counts its transactions.
const FILE: &str = "vectorize.redb";
const MARK: &str = "vectorize.mark";
/// Pages that redb keeps in memory.
const CACHE_BYTES: usize = 64 << 20;
/// Log of an index, in bytes, from which it is folded into the rows.
pub const FOLD_BYTES: usize = 32 << 20;

/// Why a data folder cannot be used. Names the file, and says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("cannot use `{}`: {reason}\nhint: {hint}", path.display())]
pub struct StoreError {
    pub path: PathBuf,
    pub reason: String,
    pub hint: String,
}

/// Why a mutation was not stored: the transaction's own words. Nothing is stored after the first.
pub type NotStored = Arc<str>;

/// What the writing thread does, in order.
pub(super) enum Command {
    Create {
        account: String,
        name: String,
        about: About,
        content: Option<Content>,
        done: Done,
    },
    Delete {
        account: String,
        name: String,
        id: u64,
        done: Done,
    },
    /// Forgets one account, or all.
    Reset {
        account: Option<String>,
        done: Done,
    },
    Append {
        index: u64,
        number: u64,
        header: Vec<u8>,
        records: Records,
        done: Done,
    },
    /// Remembers how far the log is processed; nobody waits, unless `done` is there.
    Processed {
        index: u64,
        processed: Processed,
        done: Option<Done>,
    },
    /// Writes the touched rows of a state, and drops the log up to it.
    Fold {
        index: u64,
        content: Content,
    },
    Stop,
}

/// A state to write, and the rows that differ from what is stored.
pub(super) struct Content {
    pub view: Arc<View>,
    pub touched: RoaringBitmap,
}

type Done = SyncSender<Result<(), NotStored>>;

/// What never changes about an index.
#[derive(Debug, Clone, PartialEq)]
pub struct About {
    /// Never used twice in a folder.
    pub id: u64,
    pub description: String,
    pub config: IndexConfig,
    pub created: Timestamp,
}

/// An open data folder.
#[derive(Debug)]
pub struct Store {
    commands: Sender<Command>,
    next_id: Mutex<u64>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// Waits for one transaction.
#[derive(Debug)]
#[must_use]
pub struct Ticket(Receiver<Result<(), NotStored>>);

impl Ticket {
    pub fn wait(self) -> Result<(), NotStored> {
        self.0.recv().unwrap_or_else(|_| Err("the store has stopped".into()))
    }
}

impl Store {
    /// Opens a folder, making it if it is not there, and reads everything in it.
    pub fn open(folder: &Path) -> Result<(Self, Vec<Loaded>), StoreError> {
        let error =
            |path: &Path, reason: String, hint: &str| StoreError { path: path.to_owned(), reason, hint: hint.into() };
        std::fs::create_dir_all(folder)
            .map_err(|cause| error(folder, cause.to_string(), "`--data-dir` takes a folder that can be written to"))?;
        let file = folder.join(FILE);
        let mark_file = folder.join(MARK);
        let mark = Mark::open(&mark_file)?;
        if mark.count() > 0 && !file.exists() {
            let hint = format!("put the file back, or delete `{}` to begin with nothing", mark_file.display());
            return Err(error(&file, "it is missing, and it had content".to_owned(), &hint));
        }
        let (database, loaded, next_id) = load::open(&file, mark.count())?;
        let (commands, orders) = channel();
        let thread = thread::Builder::new()
            .name("vectorize-store".to_owned())
            .spawn(move || writer::run(&database, mark, &orders))
            .map_err(|cause| error(folder, cause.to_string(), "the machine allows no more threads"))?;
        let store = Self { commands, next_id: Mutex::new(next_id), thread: Mutex::new(Some(thread)) };
        Ok((store, loaded))
    }

    /// An id for a new index.
    pub fn next_id(&self) -> u64 {
        let mut next = self.next_id.lock().unwrap_or_else(PoisonError::into_inner);
        *next += 1;
        *next - 1
    }

    /// Stores a new index, with what is in it if it does not begin empty.
    pub fn create(&self, account: &str, name: &str, about: About, view: Option<Arc<View>>) -> Ticket {
        let content = view.map(|view| {
            let mut touched = RoaringBitmap::new();
            touched.insert_range(0..u32::try_from(view.state.blocks.len()).unwrap_or(u32::MAX));
            Content { view, touched }
        });
        let (account, name) = (account.to_owned(), name.to_owned());
        self.ask(|done| Command::Create { account, name, about, content, done })
    }

    /// Deletes an index; its name is remembered as deleted.
    pub fn delete(&self, account: &str, name: &str, id: u64) -> Ticket {
        let (account, name) = (account.to_owned(), name.to_owned());
        self.ask(|done| Command::Delete { account, name, id, done })
    }

    pub fn reset(&self, account: Option<&str>) -> Ticket {
        let account = account.map(str::to_owned);
        self.ask(|done| Command::Reset { account, done })
    }

    /// Stores a mutation. Those of one index must come in the order of their numbers.
    pub fn append(
        &self,
        index: u64,
        number: u64,
        id: Uuid,
        accepted: Timestamp,
        immediate: bool,
        records: Records,
    ) -> Ticket {
        let header = records.header(id, accepted, immediate);
        self.ask(|done| Command::Append { index, number, header, records, done })
    }

    /// Stores how far the log is processed, where the mutations themselves do not say.
    pub fn processed(&self, index: u64, processed: Processed) -> Ticket {
        self.ask(|done| Command::Processed { index, processed, done: Some(done) })
    }

    /// The same in the background.
    pub fn note_processed(&self, index: u64, processed: Processed) {
        self.send(Command::Processed { index, processed, done: None });
    }

    /// Writes the touched rows of a state in the background.
    pub fn fold(&self, index: u64, view: Arc<View>, touched: RoaringBitmap) {
        self.send(Command::Fold { index, content: Content { view, touched } });
    }

    fn ask(&self, command: impl FnOnce(Done) -> Command) -> Ticket {
        let (done, ticket) = sync_channel(1);
        self.send(command(done));
        Ticket(ticket)
    }

    /// If the thread is gone, so is the command, and with it the sender that its ticket waits for.
    fn send(&self, command: Command) {
        let _ = self.commands.send(command);
    }
}

impl Drop for Store {
    /// Lets what was asked for be written, and closes the file cleanly.
    fn drop(&mut self) {
        self.send(Command::Stop);
        if let Some(thread) = self.thread.get_mut().unwrap_or_else(PoisonError::into_inner).take() {
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests;
