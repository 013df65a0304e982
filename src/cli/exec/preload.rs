//! The files of `npm/candleflare` that a Node process preloads. They are in the binary, so that no package is needed.

use std::path::PathBuf;

use tempfile::TempDir;

macro_rules! files {
    ($($path:literal),+ $(,)?) => {
        &[$(($path, include_str!(concat!("../../../npm/candleflare/", $path)))),+]
    };
}

/// `register.cjs` and everything that it requires.
const FILES: &[(&str, &str)] = files![
    "register.cjs",
    "lib/bundles.cjs",
    "lib/enforced.cjs",
    "lib/fetch.cjs",
    "lib/hooks.mjs",
    "lib/miniflare.cjs",
    "lib/remote.cjs",
    "lib/warnings.cjs",
    "lib/wire.cjs",
];

/// The files in a folder of this run's own, which goes with it.
#[derive(Debug)]
pub struct Preload(TempDir);

impl Preload {
    pub fn write() -> Result<Self, String> {
        let wrong = |error: std::io::Error| {
            format!(
                "cannot write Node's preload into the folder for temporary files: {error}\nhint: set TMPDIR to a folder that can be written"
            )
        };
        let folder = tempfile::Builder::new().prefix("candleflare-").tempdir().map_err(wrong)?;
        for (path, text) in FILES {
            let path = folder.path().join(path);
            if let Some(parent) = path.parent() {
                std::fs::create_dir_all(parent).map_err(wrong)?;
            }
            std::fs::write(path, text).map_err(wrong)?;
        }
        Ok(Self(folder))
    }

    pub fn path(&self) -> PathBuf {
        self.0.path().join("register.cjs")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_is_required_is_written() {
        let preload = Preload::write().unwrap();
        for (path, text) in FILES {
            let file = preload.0.path().join(path);
            let quoted = text.split(['"', '\'']).filter(|part| part.starts_with("./") && !part.contains(' '));
            for required in quoted {
                let required = file.parent().unwrap().join(required);
                assert!(required.is_file(), "{path} requires {}", required.display());
            }
        }
    }
}
