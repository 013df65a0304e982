//! The ready file: `{"url", "pid", "version"}` once the server listens, gone when it stops.

use std::path::{Path, PathBuf};

use serde_json::json;

/// Removed when it is dropped.
#[derive(Debug)]
pub struct ReadyFile(PathBuf);

impl ReadyFile {
    pub fn write(path: PathBuf, url: &str) -> Result<Self, String> {
        match write(&path, url) {
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
fn write(path: &Path, url: &str) -> std::io::Result<()> {
    let beside = path.with_extension(format!("{}.tmp", std::process::id()));
    let text = json!({"url": url, "pid": std::process::id(), "version": env!("CARGO_PKG_VERSION")}).to_string();
    std::fs::write(&beside, text)?;
    std::fs::rename(&beside, path)
}
