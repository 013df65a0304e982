//! Where weights come from: the binary itself, a folder in Hugging Face layout or a GGUF file. All are read through
//! [`Checkpoint`], so a bundled model loads through the same code as any other.

mod blocks;
mod bundled;
mod gguf;
mod hub_cache;
mod packed;
mod rows;
mod tensors;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use memmap2::Mmap;
use serde::de::DeserializeOwned;

use crate::engine::backend::Failure;
pub use bundled::{PROCEDURAL, bundled};
use gguf::Gguf;
pub use hub_cache::HubCache;
pub use rows::Rows;
pub use tensors::Tensors;

/// A named set of files: `config.json`, `tokenizer.json`, `model.safetensors` and so on.
#[derive(Debug, Clone)]
pub struct Checkpoint {
    name: String,
    files: Files,
}

#[derive(Debug, Clone)]
enum Files {
    Embedded(&'static [(&'static str, &'static [u8])]),
    Folder(PathBuf),
    /// One file, parsed when it is first asked for.
    Gguf(PathBuf, Arc<OnceLock<Result<Gguf, String>>>),
    /// Sent by a client.
    Memory(Arc<BTreeMap<String, Arc<[u8]>>>),
}

/// A file's bytes: inside the binary, or memory-mapped.
#[derive(Debug, Clone)]
pub enum Bytes {
    Embedded(&'static [u8]),
    Mapped(Arc<Mmap>),
    /// Made from what a GGUF file says.
    Made(Arc<[u8]>),
}

impl std::ops::Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Embedded(bytes) => bytes,
            Self::Mapped(map) => map,
            Self::Made(bytes) => bytes,
        }
    }
}

impl Checkpoint {
    /// A checkpoint whose files are part of the binary.
    pub fn embedded(name: &str, files: &'static [(&'static str, &'static [u8])]) -> Self {
        Self { name: name.to_owned(), files: Files::Embedded(files) }
    }

    /// A folder in Hugging Face layout. Nothing is read before it is asked for.
    pub fn folder(name: &str, path: impl Into<PathBuf>) -> Self {
        Self { name: name.to_owned(), files: Files::Folder(path.into()) }
    }

    /// What is at `path`: a GGUF file by its ending, else a folder.
    pub fn open(name: &str, path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        let is_gguf = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("gguf"));
        match is_gguf && !path.is_dir() {
            true => Self { name: name.to_owned(), files: Files::Gguf(path, Arc::default()) },
            false => Self::folder(name, path),
        }
    }

    /// Files that are held in memory.
    pub fn memory(name: &str, files: BTreeMap<String, Arc<[u8]>>) -> Self {
        Self { name: name.to_owned(), files: Files::Memory(Arc::new(files)) }
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// The bytes of `file`, or `None` if there is no such file.
    pub fn read(&self, file: &str) -> Result<Option<Bytes>, Failure> {
        match &self.files {
            Files::Embedded(files) => {
                Ok(files.iter().find(|(name, _)| *name == file).map(|(_, bytes)| Bytes::Embedded(bytes)))
            }
            Files::Memory(files) => Ok(files.get(file).map(|bytes| Bytes::Made(Arc::clone(bytes)))),
            Files::Folder(folder) => map(&folder.join(file)).map_err(|error| self.failure(file, error.to_string())),
            Files::Gguf(path, parsed) => {
                let made = self.gguf(path, parsed)?.file(file).map_err(|reason| self.failure(file, reason))?;
                Ok(made.map(|json| Bytes::Made(json.to_string().into_bytes().into())))
            }
        }
    }

    fn gguf<'a>(&self, path: &Path, parsed: &'a OnceLock<Result<Gguf, String>>) -> Result<&'a Gguf, Failure> {
        let parse = || match map(path) {
            Ok(Some(bytes)) => Gguf::parse(bytes),
            Ok(None) => Err("the file is missing".to_owned()),
            Err(error) => Err(error.to_string()),
        };
        parsed.get_or_init(parse).as_ref().map_err(|reason| self.failure("", reason.clone()))
    }

    /// Bytes of the weights' files.
    pub fn weight_bytes(&self) -> u64 {
        let is_weights = |name: &str| name.ends_with(".safetensors") || name.ends_with(".gguf");
        match &self.files {
            Files::Embedded(files) => {
                files.iter().filter(|(name, _)| is_weights(name)).map(|(_, bytes)| bytes.len() as u64).sum()
            }
            Files::Memory(files) => {
                files.iter().filter(|(name, _)| is_weights(name)).map(|(_, bytes)| bytes.len() as u64).sum()
            }
            Files::Gguf(path, _) => path.metadata().map_or(0, |file| file.len()),
            Files::Folder(folder) => {
                let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
                let weights = entries.flatten().filter(|entry| entry.file_name().to_str().is_some_and(is_weights));
                // Through the links of the hub's cache.
                weights.filter_map(|entry| std::fs::metadata(entry.path()).ok()).map(|file| file.len()).sum()
            }
        }
    }

    /// The bytes of a file that must be there.
    pub fn require(&self, file: &str) -> Result<Bytes, Failure> {
        self.read(file)?.ok_or_else(|| self.failure(file, "the file is missing".to_owned()))
    }

    /// A JSON file that must be there, as `T`.
    pub fn json<T: DeserializeOwned>(&self, file: &str) -> Result<T, Failure> {
        serde_json::from_slice(&self.require(file)?).map_err(|error| self.failure(file, error.to_string()))
    }

    /// A JSON file that may be missing.
    pub fn json_or_none<T: DeserializeOwned>(&self, file: &str) -> Result<Option<T>, Failure> {
        self.read(file)?
            .map(|bytes| serde_json::from_slice(&bytes).map_err(|error| self.failure(file, error.to_string())))
            .transpose()
    }

    /// The weights: `model.safetensors`, or the shards that `model.safetensors.index.json` names.
    pub fn tensors(&self) -> Result<Tensors, Failure> {
        Tensors::open(self)
    }

    /// The tensors of safetensors files of other names.
    pub fn tensors_of(&self, files: &[&str]) -> Result<Tensors, Failure> {
        Tensors::of_files(self, &files.iter().map(|file| (*file).to_owned()).collect::<Vec<_>>())
    }

    /// The tokenizer of `tokenizer.json`, with padding and truncation off: both are the engine's business.
    pub fn tokenizer(&self) -> Result<tokenizers::Tokenizer, Failure> {
        let file = "tokenizer.json";
        let mut tokenizer = tokenizers::Tokenizer::from_bytes(&*self.require(file)?)
            .map_err(|error| self.failure(file, error.to_string()))?;
        tokenizer.with_padding(None);
        tokenizer.with_truncation(None).map_err(|error| self.failure(file, error.to_string()))?;
        Ok(tokenizer)
    }

    /// A [`Failure::Checkpoint`] that names this checkpoint and one of its files.
    pub fn failure(&self, file: &str, reason: String) -> Failure {
        let (file, reason) = match &self.files {
            Files::Embedded(_) | Files::Memory(_) => (Cow::Borrowed(Path::new(file)), reason),
            Files::Folder(folder) => (Cow::Owned(folder.join(file)), reason),
            // Which of the files that it stands for says nothing to whoever has the one.
            Files::Gguf(path, _) => (Cow::Borrowed(path.as_path()), reason),
        };
        Failure::Checkpoint { checkpoint: self.name.clone(), file: file.into_owned(), reason }
    }
}

fn map(path: &Path) -> std::io::Result<Option<Bytes>> {
    let file = match std::fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    if file.metadata()?.len() == 0 {
        return Ok(Some(Bytes::Embedded(&[])));
    }
    // SAFETY: a checkpoint's files are not written while they are read; one that is truncated under us ends the
    // process with SIGBUS, as in every program that maps weights.
    let mapped = unsafe { Mmap::map(&file)? };
    Ok(Some(Bytes::Mapped(Arc::new(mapped))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_file_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let checkpoint = Checkpoint::folder("mine", folder.path());
        let error = checkpoint.require("config.json").unwrap_err().to_string();
        assert!(error.contains("mine") && error.contains("config.json") && error.contains("missing"), "{error}");
    }

    #[test]
    fn broken_json_is_named() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("config.json"), "{").unwrap();
        let error = Checkpoint::folder("mine", folder.path()).json::<serde_json::Value>("config.json").unwrap_err();
        assert!(error.to_string().contains("EOF"), "{error}");
    }
}
