//! The cache of the Hugging Face hub, as all its tools keep it:
//!
//! ```text
//! models--owner--name/refs/main                 the commit that `main` was last seen at
//! models--owner--name/blobs/<etag>              each file once, under its checksum
//! models--owner--name/snapshots/<commit>/<file> links into `blobs`
//! ```

use std::path::{Path, PathBuf};

use super::Checkpoint;

const SHARDS: &str = "model.safetensors.index.json";

/// A folder in that layout; it need not exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HubCache {
    root: PathBuf,
}

impl HubCache {
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// Where the hub's own tools look: `HF_HUB_CACHE`, `HUGGINGFACE_HUB_CACHE`, and then the folder `hub` of their home.
    pub fn from_environment() -> Option<Self> {
        let root = set("HF_HUB_CACHE").or_else(|| set("HUGGINGFACE_HUB_CACHE"));
        root.or_else(|| Some(Self::home()?.join("hub"))).map(Self::new)
    }

    /// The home of the hub's tools: `HF_HOME`, or their folder in the user's cache.
    pub fn home() -> Option<PathBuf> {
        let cache = || set("XDG_CACHE_HOME").or_else(|| Some(set("HOME")?.join(".cache")));
        set("HF_HOME").or_else(|| Some(cache()?.join("huggingface")))
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Everything of `owner/name`.
    pub fn repository(&self, repository: &str) -> PathBuf {
        self.root.join(folder_name(repository))
    }

    /// Where a file's download is locked, so that two processes do not write it at once.
    pub fn locks(&self, repository: &str) -> PathBuf {
        self.root.join(".locks").join(folder_name(repository))
    }

    /// The files of a revision: a commit, or a branch or tag whose commit is known here.
    pub fn snapshot(&self, repository: &str, revision: &str) -> Option<PathBuf> {
        let folder = self.repository(repository);
        let reference = std::fs::read_to_string(folder.join("refs").join(revision)).ok();
        let commit = reference.as_deref().map_or(revision, str::trim);
        let is_name = !commit.is_empty() && commit.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let snapshot = folder.join("snapshots").join(commit);
        (is_name && snapshot.is_dir()).then_some(snapshot)
    }

    /// A revision's checkpoint, if all of it is here that a model loads from.
    pub fn checkpoint(&self, repository: &str, revision: &str) -> Option<Checkpoint> {
        let snapshot = self.snapshot(repository, revision)?;
        let has = |file: &str| snapshot.join(file).is_file();
        if let Some(file) = gguf_in(&snapshot) {
            return Some(Checkpoint::open(repository, file));
        }
        let has_weights = has("model.safetensors")
            || has(SHARDS) && shards(&snapshot).is_some_and(|all| all.iter().all(|shard| has(shard)));
        let is_whole = has("config.json") && has("tokenizer.json") && has_weights;
        is_whole.then(|| Checkpoint::folder(repository, snapshot))
    }

    /// Bytes of all files of `owner/name`, each counted once; `None`: it is not here.
    pub fn size(&self, repository: &str) -> Option<u64> {
        let folder = self.repository(repository);
        folder.is_dir().then(|| bytes_in(&folder))
    }

    /// The repositories that something is here of, in alphabetical order.
    pub fn repositories(&self) -> Vec<String> {
        let Ok(entries) = std::fs::read_dir(&self.root) else { return Vec::new() };
        let name =
            |entry: std::fs::DirEntry| Some(entry.file_name().to_str()?.strip_prefix("models--")?.replace("--", "/"));
        let mut names: Vec<String> = entries.flatten().filter_map(name).collect();
        names.sort();
        names
    }
}

fn set(variable: &str) -> Option<PathBuf> {
    std::env::var_os(variable).filter(|value| !value.is_empty()).map(PathBuf::from)
}

fn folder_name(repository: &str) -> String {
    format!("models--{}", repository.replace('/', "--"))
}

fn shards(snapshot: &Path) -> Option<Vec<String>> {
    let index: serde_json::Value = serde_json::from_slice(&std::fs::read(snapshot.join(SHARDS)).ok()?).ok()?;
    Some(index["weight_map"].as_object()?.values().filter_map(|shard| shard.as_str().map(str::to_owned)).collect())
}

/// The GGUF file of a snapshot without safetensors; the first in the alphabet where there are several, which is the
/// first part of one that is split.
fn gguf_in(snapshot: &Path) -> Option<PathBuf> {
    if snapshot.join("model.safetensors").exists() || snapshot.join(SHARDS).exists() {
        return None;
    }
    let files = std::fs::read_dir(snapshot).ok()?.flatten().map(|entry| entry.path());
    files.filter(|path| path.is_file() && path.extension().is_some_and(|ending| ending == "gguf")).min()
}

fn bytes_in(folder: &Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    let size = |entry: std::fs::DirEntry| match entry.metadata() {
        // Not through links, which lead to files that are counted where they are.
        Ok(metadata) if metadata.is_dir() => bytes_in(&entry.path()),
        Ok(metadata) if metadata.is_file() => metadata.len(),
        _ => 0,
    };
    entries.flatten().map(size).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(cache: &HubCache, commit: &str, files: &[&str]) {
        let snapshot = cache.repository("a/b").join("snapshots").join(commit);
        std::fs::create_dir_all(&snapshot).unwrap();
        for file in files {
            let text = if *file == SHARDS {
                r#"{"weight_map": {"x": "one.safetensors", "y": "two.safetensors"}}"#
            } else {
                "{}"
            };
            std::fs::write(snapshot.join(file), text).unwrap();
        }
    }

    #[test]
    fn only_a_whole_checkpoint_is_one() {
        let folder = tempfile::tempdir().unwrap();
        let cache = HubCache::new(folder.path());
        assert!(cache.checkpoint("a/b", "main").is_none() && cache.size("a/b").is_none());
        write(&cache, "c0ffee", &["config.json", "tokenizer.json"]);
        assert!(cache.checkpoint("a/b", "c0ffee").is_none());
        write(&cache, "c0ffee", &[SHARDS, "one.safetensors"]);
        assert!(cache.checkpoint("a/b", "c0ffee").is_none());
        write(&cache, "c0ffee", &["two.safetensors"]);
        assert_eq!(cache.checkpoint("a/b", "c0ffee").unwrap().name(), "a/b");
        assert!(cache.checkpoint("a/b", "main").is_none());
        std::fs::create_dir_all(cache.repository("a/b").join("refs")).unwrap();
        std::fs::write(cache.repository("a/b").join("refs/main"), "c0ffee\n").unwrap();
        assert!(cache.checkpoint("a/b", "main").is_some());
        assert_eq!(cache.repositories(), ["a/b"]);
        assert!(cache.size("a/b").unwrap() > 0);
    }

    #[test]
    fn a_gguf_file_alone_is_a_checkpoint() {
        let folder = tempfile::tempdir().unwrap();
        let cache = HubCache::new(folder.path());
        write(&cache, "c0ffee", &["model-Q8_0.gguf", "README.md"]);
        assert!(cache.checkpoint("a/b", "c0ffee").is_some());
    }

    #[test]
    fn a_reference_leads_nowhere_else() {
        let folder = tempfile::tempdir().unwrap();
        let cache = HubCache::new(folder.path().join("cache"));
        std::fs::create_dir_all(cache.repository("a/b").join("refs")).unwrap();
        std::fs::write(cache.repository("a/b").join("refs/main"), "../../../..").unwrap();
        assert!(cache.snapshot("a/b", "main").is_none());
    }
}
