//! The ready file: `{"url", "pid", "version"}` once the server listens, gone when it stops.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

/// Removed when it is dropped.
#[derive(Debug)]
pub struct ReadyFile(PathBuf);

impl ReadyFile {
    pub fn write(path: PathBuf, url: &str) -> Result<Self, String> {
        Self::with(path, &json!({"url": url, "pid": std::process::id(), "version": env!("CARGO_PKG_VERSION")}))
    }

    /// Of a Worker at `url`, with the emulator at `api`.
    pub fn write_both(path: PathBuf, url: &str, api: &str) -> Result<Self, String> {
        let pid = std::process::id();
        Self::with(path, &json!({"url": url, "api": api, "pid": pid, "version": env!("CARGO_PKG_VERSION")}))
    }

    fn with(path: PathBuf, ready: &Value) -> Result<Self, String> {
        match write(&path, ready) {
            Ok(()) => Ok(Self(path)),
            Err(error) => Err(format!("cannot write the ready file `{}`: {error}", path.display())),
        }
    }
}

impl Drop for ReadyFile {
    fn drop(&mut self) {
        // Another process may have taken it away.
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Written beside and renamed, so that a reader never sees half of it.
fn write(path: &Path, ready: &Value) -> std::io::Result<()> {
    let beside = path.with_extension(format!("{}.tmp", std::process::id()));
    std::fs::write(&beside, ready.to_string())?;
    std::fs::rename(&beside, path)
}
