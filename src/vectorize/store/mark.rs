//! The number of the last transaction that was acknowledged, in a file of its own: should the other file ever hold
//! fewer, acknowledged mutations are gone, whatever the reason, and that must be said.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use super::StoreError;

const MAGIC: &[u8; 4] = b"cfvm";

#[derive(Debug)]
pub struct Mark {
    file: File,
    path: PathBuf,
    count: u64,
}

impl Mark {
    /// A file that is not there, or empty, stands for nothing acknowledged.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let error = |reason: String, hint: &str| StoreError { path: path.to_owned(), reason, hint: hint.to_owned() };
        let writable = "`--data-dir` takes a folder that can be written to";
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)
            .map_err(|cause| error(cause.to_string(), writable))?;
        let bytes = std::fs::read(path).map_err(|cause| error(cause.to_string(), writable))?;
        let count = if bytes.is_empty() {
            0
        } else {
            decode(&bytes).ok_or_else(|| {
                let hint = "it only counts transactions: delete it to trust the other file as it is";
                error("it is damaged (its checksum is wrong)".to_owned(), hint)
            })?
        };
        Ok(Self { file, path: path.to_owned(), count })
    }

    pub fn count(&self) -> u64 {
        self.count
    }

    /// Not synced: that a kill cannot lose it is enough, and after a power cut it may only be too low.
    pub fn set(&mut self, count: u64) -> Result<(), String> {
        self.file
            .write_all_at(&encode(count), 0)
            .map_err(|error| format!("cannot write `{}`: {error}", self.path.display()))?;
        self.count = count;
        Ok(())
    }
}

fn encode(count: u64) -> [u8; 16] {
    let mut bytes = [0; 16];
    bytes[..4].copy_from_slice(MAGIC);
    bytes[4..12].copy_from_slice(&count.to_le_bytes());
    let sum = crc32fast::hash(&bytes[..12]);
    bytes[12..].copy_from_slice(&sum.to_le_bytes());
    bytes
}

fn decode(bytes: &[u8]) -> Option<u64> {
    let bytes: &[u8; 16] = bytes.try_into().ok()?;
    let count = u64::from_le_bytes(bytes[4..12].try_into().ok()?);
    (encode(count) == *bytes).then_some(count)
}
