//! A repository's files at one revision, and their way into the cache.

use std::path::{Path, PathBuf};

use http_body_util::{BodyExt, Limited};
use hyper::Method;
use serde_json::Value;

use super::Hub;
use super::choose::{Choice, choose, is_plain};
use super::client::{About, Follow};
use super::error::{HubError, bytes};

/// The longest list of files, in bytes, that is read.
const MOST_LISTED: usize = 64 << 20;
/// Left free on the disk, so that nothing else on the machine stops.
const MARGIN: u64 = 64 << 20;

/// What a repository has at a revision.
#[derive(Debug, Clone, PartialEq)]
pub struct Revision {
    pub repository: String,
    /// As it was asked for.
    pub name: String,
    pub commit: String,
    /// Chosen files with their sizes in bytes, as far as the hub tells.
    pub files: Vec<(String, Option<u64>)>,
    pub licence: Option<String>,
}

/// Told as a download goes on.
pub trait Progress {
    /// A file of `size` bytes begins, of which `done` are here.
    fn file(&mut self, name: &str, size: u64, done: u64);
    /// More bytes of it arrived.
    fn more(&mut self, bytes: u64);
    /// What arrived of it is of no use, and it begins again.
    fn again(&mut self, why: &str);
    /// It is whole. `was_here`: before anything was asked for.
    fn done(&mut self, was_here: bool);
}

/// Where a download went.
#[derive(Debug, Clone, PartialEq)]
pub struct Pulled {
    pub snapshot: PathBuf,
    /// Bytes that were downloaded.
    pub bytes: u64,
}

impl Hub {
    /// Asks what `repository` has at `revision`, and chooses from it.
    pub async fn revision(&self, repository: &str, revision: &str, choice: &Choice) -> Result<Revision, HubError> {
        if self.settings().is_offline {
            return Err(HubError::Offline);
        }
        check_names(repository, revision)?;
        let about = About { repository, revision, file: "" };
        let path = format!("/api/models/{repository}/revision/{}?blobs=true", escaped(revision));
        let answer = self.ask(Method::GET, &path, None, Follow::All, about).await?;
        let url = format!("{}/api/models/{repository}", self.settings().endpoint);
        let nonsense = |reason: String| HubError::Nonsense { url: url.clone(), reason };
        let body = Limited::new(answer.response.into_body(), MOST_LISTED).collect();
        let body = tokio::time::timeout(self.settings().stall, body).await;
        let body =
            body.map_err(|_| nonsense("it does not end".to_owned()))?.map_err(|error| nonsense(error.to_string()))?;
        let json: Value = serde_json::from_slice(&body.to_bytes()).map_err(|error| nonsense(error.to_string()))?;
        let commit = json["sha"].as_str().unwrap_or_default();
        if commit.is_empty() || !commit.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(nonsense("it names no commit".to_owned()));
        }
        let siblings = json["siblings"].as_array().ok_or_else(|| nonsense("it lists no files".to_owned()))?;
        let names: Vec<String> = siblings
            .iter()
            .filter_map(|file| file["rfilename"].as_str())
            .filter(|name| is_plain(name))
            .map(str::to_owned)
            .collect();
        let unusable = |reason| HubError::Unusable { repository: repository.to_owned(), reason };
        let size = |name: &String| {
            let file = siblings.iter().find(|file| file["rfilename"] == **name)?;
            file["size"].as_u64().or_else(|| file["lfs"]["size"].as_u64())
        };
        let files = choose(&names, choice).map_err(unusable)?;
        let tagged = || json["tags"].as_array()?.iter().find_map(|tag| tag.as_str()?.strip_prefix("license:"));
        let licence = json["cardData"]["license"].as_str().or_else(tagged).map(str::to_owned);
        Ok(Revision {
            repository: repository.to_owned(),
            name: revision.to_owned(),
            commit: commit.to_owned(),
            files: files.into_iter().map(|name| (name.clone(), size(&name))).collect(),
            licence,
        })
    }

    /// Downloads what is not here yet. A file is under its name only once it is whole and its checksum is right; what
    /// was cut off is kept and continued.
    pub async fn pull(&self, revision: &Revision, progress: &mut dyn Progress) -> Result<Pulled, HubError> {
        let cache = &self.settings().cache;
        let folder = cache.repository(&revision.repository);
        let snapshot = folder.join("snapshots").join(&revision.commit);
        self.check_space(revision, &snapshot)?;
        let mut downloaded = 0;
        for (file, _) in &revision.files {
            let (blob, bytes) = self.blob(revision, file, progress).await?;
            downloaded += bytes;
            link(&blob, &snapshot, file)?;
        }
        if revision.name != revision.commit {
            let reference = folder.join("refs").join(&revision.name);
            let parent = reference.parent().unwrap_or(&folder);
            std::fs::create_dir_all(parent).map_err(HubError::file(parent))?;
            replace(&reference, |path| std::fs::write(path, &revision.commit))?;
        }
        Ok(Pulled { snapshot, bytes: downloaded })
    }

    /// Refuses before anything is written what the disk has no room for.
    fn check_space(&self, revision: &Revision, snapshot: &Path) -> Result<(), HubError> {
        let missing = revision.files.iter().filter(|(file, _)| !snapshot.join(file).exists());
        let needed: u64 = missing.filter_map(|(_, size)| *size).sum();
        let root = self.settings().cache.root();
        let there = root.ancestors().find(|folder| folder.exists()).unwrap_or(root);
        let Some(free) = free(there) else { return Ok(()) };
        match needed == 0 || needed.saturating_add(MARGIN) <= free {
            true => Ok(()),
            false => Err(HubError::NoSpace { needed: bytes(needed), available: bytes(free), folder: there.to_owned() }),
        }
    }
}

/// Bytes that are free where `folder` is.
#[cfg(unix)]
fn free(folder: &Path) -> Option<u64> {
    let found = rustix::fs::statvfs(folder).ok()?;
    found.f_bavail.checked_mul(found.f_frsize)
}

#[cfg(not(unix))]
fn free(_: &Path) -> Option<u64> {
    None
}

fn check_names(repository: &str, revision: &str) -> Result<(), HubError> {
    let is_word = |word: &str| {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        !word.is_empty() && word.bytes().all(fits) && !word.starts_with('.') && !word.contains("--")
    };
    match repository.split_once('/') {
        Some((owner, name)) if is_word(owner) && is_word(name) && repository.len() <= 200 => {}
        _ => return Err(HubError::NotAName(repository.to_owned())),
    }
    match !revision.is_empty() && revision.split('/').all(is_word) {
        true => Ok(()),
        false => Err(HubError::NotARevision(revision.to_owned())),
    }
}

/// A branch's slashes are part of its name, not of the path.
pub(super) fn escaped(revision: &str) -> String {
    revision.replace('/', "%2F")
}

/// Puts `file` into the snapshot as a link to `blob`, where links exist.
fn link(blob: &Path, snapshot: &Path, file: &str) -> Result<(), HubError> {
    let place = snapshot.join(file);
    let parent = place.parent().unwrap_or(snapshot);
    std::fs::create_dir_all(parent).map_err(HubError::file(parent))?;
    // From the file's folder up to the repository's, and down again.
    let depth = file.matches('/').count() + 2;
    let name = blob.file_name().unwrap_or_default();
    let target = Path::new(&"../".repeat(depth)).join("blobs").join(name);
    if std::fs::read_link(&place).is_ok_and(|there| there == target) {
        return Ok(());
    }
    replace(&place, |path| {
        let _ = std::fs::remove_file(path);
        make_link(&target, blob, path)
    })
}

#[cfg(unix)]
fn make_link(target: &Path, _: &Path, path: &Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(target, path)
}

#[cfg(not(unix))]
fn make_link(_: &Path, blob: &Path, path: &Path) -> std::io::Result<()> {
    std::fs::hard_link(blob, path).or_else(|_| std::fs::copy(blob, path).map(drop))
}

/// Makes a file beside its place, and moves it there at once.
fn replace(place: &Path, make: impl FnOnce(&Path) -> std::io::Result<()>) -> Result<(), HubError> {
    let mut beside = place.as_os_str().to_owned();
    beside.push(format!(".{}.new", std::process::id()));
    let beside = PathBuf::from(beside);
    make(&beside).and_then(|()| std::fs::rename(&beside, place)).map_err(HubError::file(place))
}
