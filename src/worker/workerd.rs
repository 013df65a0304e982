//! Where workerd is, and whether it is one that is known here.

use std::path::{Path, PathBuf};
use std::process::Command;

/// workerd on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workerd {
    pub path: PathBuf,
    /// `YYYY-MM-DD`: also the newest compatibility date that it knows.
    pub version: String,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WorkerdError {
    #[error(
        "there is no workerd here\nhint: `npm install workerd` in the project, or name the binary with `--workerd` or CANDLEFLARE_WORKERD"
    )]
    Missing,
    #[error("cannot run `{path}`: {reason}\nhint: `npm install workerd`, or name the binary with `--workerd`")]
    Unusable { path: String, reason: String },
    #[error(
        "`{path}` is not a workerd that is known here: it says `{said}` to `--version`\nhint: name the binary itself, `node_modules/@cloudflare/workerd-…/bin/workerd`"
    )]
    Unknown { path: String, said: String },
}

/// Builds before this one lack parts of the configuration that is written here.
const OLDEST: &str = "2025-09-01";

impl Workerd {
    /// The binary that is named, or else that of the npm package in one of `folders` or above, or else on the PATH.
    pub fn find(named: Option<&Path>, folders: &[&Path]) -> Result<Self, WorkerdError> {
        let path = match named {
            Some(path) => path.to_owned(),
            None => installed(folders).or_else(on_path).ok_or(WorkerdError::Missing)?,
        };
        Self::at(path)
    }

    fn at(path: PathBuf) -> Result<Self, WorkerdError> {
        let name = path.display().to_string();
        let unusable = |reason: String| WorkerdError::Unusable { path: name.clone(), reason };
        let output = Command::new(&path).arg("--version").output().map_err(|error| unusable(error.to_string()))?;
        let said = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        match said.strip_prefix("workerd ").filter(|version| is_date(version) && *version >= OLDEST) {
            Some(version) => Ok(Self { path, version: version.to_owned() }),
            None => Err(WorkerdError::Unknown { path: name, said: said.chars().take(80).collect() }),
        }
    }
}

pub fn is_date(text: &str) -> bool {
    text.len() == 10
        && text
            .bytes()
            .enumerate()
            .all(|(at, byte)| if at == 4 || at == 7 { byte == b'-' } else { byte.is_ascii_digit() })
}

fn installed(folders: &[&Path]) -> Option<PathBuf> {
    let platform = match (std::env::consts::OS, std::env::consts::ARCH) {
        ("linux", "x86_64") => "linux-64",
        ("linux", "aarch64") => "linux-arm64",
        ("macos", "x86_64") => "darwin-64",
        ("macos", "aarch64") => "darwin-arm64",
        _ => return None,
    };
    let binary = format!("node_modules/@cloudflare/workerd-{platform}/bin/workerd");
    let roots = folders.iter().filter_map(|folder| folder.canonicalize().ok());
    roots
        .flat_map(|root| root.ancestors().map(|folder| folder.join(&binary)).collect::<Vec<_>>())
        .find(|path| path.is_file())
}

fn on_path() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join("workerd")).find(|path| path.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_binary_that_is_not_workerd_is_refused() {
        let missing = Workerd::find(Some(Path::new("/nowhere/workerd")), &[]).unwrap_err();
        assert!(matches!(missing, WorkerdError::Unusable { .. }), "{missing}");
        let other = Workerd::find(Some(Path::new("/bin/echo")), &[]).unwrap_err();
        assert!(matches!(other, WorkerdError::Unknown { .. }) && other.to_string().contains("hint:"), "{other}");
    }

    #[test]
    fn the_npm_package_is_found_from_a_folder_below() {
        let project = tempfile::tempdir().unwrap();
        let below = project.path().join("src/deep");
        std::fs::create_dir_all(&below).unwrap();
        assert_eq!(installed(&[&below]), None);
        for platform in ["linux-64", "linux-arm64", "darwin-64", "darwin-arm64"] {
            let folder = project.path().join(format!("node_modules/@cloudflare/workerd-{platform}/bin"));
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(folder.join("workerd"), "").unwrap();
        }
        assert!(installed(&[&below]).is_some());
    }

    #[test]
    fn versions_are_dates() {
        assert!(is_date("2026-07-30") && !is_date("2026-7-30") && !is_date("1.20260730"));
    }
}
