//! One file's bytes: found, continued, checked, and only then given their name.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use http_body_util::BodyExt;
use hyper::{Method, StatusCode, header};

use super::Hub;
use super::client::{About, Answer, Follow, may_pass};
use super::digest::Digest;
use super::error::HubError;
use super::repository::{Progress, Revision, escaped};
use crate::transport::reason;

/// How often a file that arrives whole but wrong is downloaded again.
const SECOND_TRIES: u32 = 1;

/// What the hub says of a file.
struct Facts {
    /// Its name in the cache, and its checksum.
    etag: String,
    size: u64,
}

/// A download under way.
struct Partial {
    file: File,
    path: PathBuf,
    digest: Digest,
    /// Bytes written, all of them in `digest`.
    done: u64,
}

impl Hub {
    /// The file in `blobs`, and how many bytes were downloaded for it.
    pub(super) async fn blob(
        &self,
        revision: &Revision,
        file: &str,
        progress: &mut dyn Progress,
    ) -> Result<(PathBuf, u64), HubError> {
        let about = About { repository: &revision.repository, revision: &revision.name, file };
        let path = format!("/{}/resolve/{}/{}", revision.repository, escaped(&revision.commit), in_path(file));
        let facts = self.facts(&path, about).await?;
        let cache = &self.settings().cache;
        let blobs = cache.repository(&revision.repository).join("blobs");
        let blob = blobs.join(&facts.etag);
        let _lock = self.lock(&cache.locks(&revision.repository), &facts.etag).await?;
        if blob.metadata().is_ok_and(|there| there.len() == facts.size) {
            progress.file(file, facts.size, facts.size);
            progress.done(true);
            return Ok((blob, 0));
        }
        std::fs::create_dir_all(&blobs).map_err(HubError::file(&blobs))?;
        let mut partial = Partial::open(blobs.join(format!("{}.incomplete", facts.etag)), &facts)?;
        progress.file(file, facts.size, partial.done);
        let mut arrived = 0;
        for try_number in 0..=SECOND_TRIES {
            arrived += self.receive(&mut partial, &path, &facts, about, progress).await?;
            match partial.checked(&facts) {
                Ok(()) => break,
                Err(found) if try_number == SECOND_TRIES => {
                    std::fs::remove_file(&partial.path).map_err(HubError::file(&partial.path))?;
                    return Err(HubError::Damaged {
                        repository: revision.repository.clone(),
                        file: file.to_owned(),
                        found,
                        expected: facts.etag,
                    });
                }
                Err(_) => {
                    progress.again("its checksum is wrong");
                    partial.restart(&facts)?;
                }
            }
        }
        partial.file.sync_all().map_err(HubError::file(&partial.path))?;
        std::fs::rename(&partial.path, &blob).map_err(HubError::file(&blob))?;
        progress.done(false);
        Ok((blob, arrived))
    }

    async fn facts(&self, path: &str, about: About<'_>) -> Result<Facts, HubError> {
        let answer = self.ask(Method::HEAD, path, None, Follow::WithinHub, about).await?;
        let nonsense = |what: &str| HubError::Nonsense {
            url: format!("{}{path}", self.settings().endpoint),
            reason: format!("it tells no {what}"),
        };
        let any = |names: [&str; 2]| names.iter().find_map(|name| answer.header(name));
        let etag = any(["x-linked-etag", "etag"]).ok_or_else(|| nonsense("checksum"))?;
        let etag = etag.trim_start_matches("W/").trim_matches('"').to_owned();
        // It becomes a file's name.
        let is_name =
            etag.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') && (1..=128).contains(&etag.len());
        let size = any(["x-linked-size", "content-length"]).and_then(|size| size.parse().ok());
        match is_name {
            true => Ok(Facts { etag, size: size.ok_or_else(|| nonsense("size"))? }),
            false => Err(nonsense("checksum that can be one")),
        }
    }

    /// Waits until no other process downloads the same file. The lock ends with the process, however it ends.
    async fn lock(&self, locks: &Path, etag: &str) -> Result<File, HubError> {
        std::fs::create_dir_all(locks).map_err(HubError::file(locks))?;
        let path = locks.join(format!("{etag}.lock"));
        let file =
            OpenOptions::new().create(true).truncate(false).write(true).open(&path).map_err(HubError::file(&path))?;
        while let Err(error) = file.try_lock() {
            match error {
                std::fs::TryLockError::WouldBlock => tokio::time::sleep(Duration::from_millis(100)).await,
                // A file system without locks: then there is none.
                std::fs::TryLockError::Error(_) => break,
            }
        }
        Ok(file)
    }

    /// Goes on from what is there until all bytes are, over as many connections as it takes.
    async fn receive(
        &self,
        partial: &mut Partial,
        path: &str,
        facts: &Facts,
        about: About<'_>,
        progress: &mut dyn Progress,
    ) -> Result<u64, HubError> {
        let (mut tries, mut arrived) = (0, 0);
        while partial.done < facts.size {
            let from = Some(partial.done).filter(|done| *done > 0);
            let answer = self.ask(Method::GET, path, from, Follow::All, about).await?;
            if !continues(&answer, partial.done) && partial.done > 0 {
                progress.again("the server does not continue a file");
                partial.restart(facts)?;
                // It would not have sent this file from its start, so ask anew.
                if answer.status() != StatusCode::OK {
                    continue;
                }
            }
            let before = partial.done;
            let failure = partial.take(answer, facts, self.settings().stall, progress).await?;
            arrived += partial.done - before;
            let Some(error) = failure.filter(|_| partial.done < facts.size) else { continue };
            // Only tries that bring nothing are counted: a bad line may need many.
            tries = if partial.done > before { 0 } else { tries + 1 };
            if tries > self.settings().retries || !may_pass(&error) {
                return Err(error);
            }
            self.pause(tries, None).await;
        }
        Ok(arrived)
    }
}

impl Partial {
    /// What an earlier download left, or nothing.
    fn open(path: PathBuf, facts: &Facts) -> Result<Self, HubError> {
        let options = OpenOptions::new().create(true).truncate(false).read(true).write(true).open(&path);
        let mut partial = Self {
            file: options.map_err(HubError::file(&path))?,
            path,
            digest: Digest::of(&facts.etag, facts.size),
            done: 0,
        };
        let mut buffer = vec![0; 1 << 20];
        loop {
            let count = partial.file.read(&mut buffer).map_err(HubError::file(&partial.path))?;
            if count == 0 {
                break;
            }
            partial.digest.update(&buffer[..count]);
            partial.done += count as u64;
        }
        if partial.done > facts.size {
            partial.restart(facts)?;
        }
        Ok(partial)
    }

    fn restart(&mut self, facts: &Facts) -> Result<(), HubError> {
        let emptied = self.file.set_len(0).and_then(|()| self.file.seek(SeekFrom::Start(0)));
        emptied.map_err(HubError::file(&self.path))?;
        (self.digest, self.done) = (Digest::of(&facts.etag, facts.size), 0);
        Ok(())
    }

    /// Writes what a connection brings, until it ends, breaks or stalls; more than the whole is not taken.
    async fn take(
        &mut self,
        answer: Answer,
        facts: &Facts,
        stall: Duration,
        progress: &mut dyn Progress,
    ) -> Result<Option<HubError>, HubError> {
        let Answer { response, url } = answer;
        let mut body = response.into_body();
        let cut = |reason: String| Some(HubError::Network { url: url.clone(), reason });
        loop {
            let chunk = match tokio::time::timeout(stall, body.frame()).await {
                Err(_) => return Ok(cut("nothing more came".to_owned())),
                Ok(None) if self.done < facts.size => {
                    return Ok(cut("the connection ended before the file did".to_owned()));
                }
                Ok(None) => return Ok(None),
                Ok(Some(Err(error))) => return Ok(cut(reason(&error))),
                Ok(Some(Ok(frame))) => frame.into_data().unwrap_or_default(),
            };
            let room = usize::try_from(facts.size - self.done).unwrap_or(usize::MAX);
            let bytes = &chunk[..chunk.len().min(room)];
            self.file.write_all(bytes).map_err(HubError::file(&self.path))?;
            self.digest.update(bytes);
            self.done += bytes.len() as u64;
            progress.more(bytes.len() as u64);
            if bytes.len() < chunk.len() {
                return Ok(None);
            }
        }
    }

    /// `Err` with the checksum where it is not the right one.
    fn checked(&mut self, facts: &Facts) -> Result<(), String> {
        match std::mem::replace(&mut self.digest, Digest::Unknown).finish() {
            Some(found) if !found.eq_ignore_ascii_case(&facts.etag) => Err(found),
            _ => Ok(()),
        }
    }
}

/// Whether the answer goes on where the file ends.
fn continues(answer: &Answer, done: u64) -> bool {
    let range = answer.header(header::CONTENT_RANGE.as_str()).unwrap_or_default();
    answer.status() == StatusCode::PARTIAL_CONTENT && range.starts_with(&format!("bytes {done}-"))
}

/// A file's name as part of a path.
fn in_path(file: &str) -> String {
    let keep = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte);
    file.bytes().map(|byte| if keep(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
