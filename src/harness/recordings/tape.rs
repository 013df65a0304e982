//! One recorded call, and the file that keeps it.

use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

use super::normal;
use crate::harness::Service;

/// The format's version; another one is refused.
const VERSION: u32 = 1;
/// Requests over this many bytes are kept as their digest.
const REQUEST_BYTES: usize = 64 * 1024;
/// Bytes of one file of a recording.
const FILE_BYTES: u64 = 64 * 1024 * 1024;

/// What makes two calls the same.
pub type Key = [u8; 32];

/// A call, as far as recordings look at it.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    pub service: Service,
    /// The model's id or the index's name; empty where all indexes are meant.
    pub subject: String,
    /// `run`, `v1/chat/completions`, `query` and so on.
    pub operation: String,
    /// The answer is a stream.
    pub stream: bool,
    /// What was sent, as [`normal`] makes it.
    pub request: Value,
}

impl Asked {
    /// Calls of Workers AI are the same whatever endpoint they take and whether they stream: those answers can be turned into each other.
    pub fn key(&self) -> Key {
        digest(self.service, &self.subject, &self.operation, &self.request.to_string())
    }
}

fn digest(service: Service, subject: &str, operation: &str, request: &str) -> Key {
    let operation = match service {
        Service::Ai => "ai",
        Service::Vectorize => operation,
    };
    Sha256::digest(format!("{operation}\n{subject}\n{request}")).into()
}

/// What was answered.
#[derive(Debug, Clone)]
pub enum Said {
    /// As it was spelled, without the REST envelope.
    Json(Arc<RawValue>),
    Events(Arc<[Event]>),
    File {
        bytes: Arc<[u8]>,
        content_type: String,
    },
    Refused {
        status: u16,
        code: u32,
        message: String,
    },
}

/// One event of a stream.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// Milliseconds since the call began.
    pub ms: f64,
    /// The event's lines, without the empty one that ends it.
    pub text: String,
}

/// One recorded call.
#[derive(Debug, Clone)]
pub struct Tape {
    /// Its file, relative to the folder.
    pub name: Arc<str>,
    pub asked: Asked,
    pub key: Key,
    /// Its place among the answers to the same call.
    pub nth: u64,
    pub said: Said,
}

/// The file itself.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: u32,
    service: Service,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    model: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    index: Option<String>,
    operation: String,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    stream: bool,
    #[serde(default)]
    nth: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    request: Option<Value>,
    /// The key, where the request is too long to be kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    request_sha256: Option<String>,
    answer: Answer,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
enum Answer {
    Json(Box<RawValue>),
    Events(Vec<Event>),
    /// A file beside this one.
    File {
        name: String,
        content_type: String,
    },
    Error {
        status: u16,
        code: u32,
        message: String,
    },
}

impl Tape {
    /// Writes it below `folder`: whole or not at all. `scrub` takes out what must not be kept.
    pub fn write(&self, folder: &Path, scrub: impl Fn(String) -> String) -> std::io::Result<()> {
        let path = folder.join(&*self.name);
        let answer = match &self.said {
            Said::Json(json) => Answer::Json((**json).to_owned()),
            Said::Events(events) => Answer::Events(events.to_vec()),
            Said::Refused { status, code, message } => {
                Answer::Error { status: *status, code: *code, message: message.clone() }
            }
            Said::File { bytes, content_type } => {
                let beside = path.with_extension(extension(content_type));
                replace(&beside, bytes)?;
                let name = beside.file_name().unwrap_or_default().to_string_lossy().into_owned();
                Answer::File { name, content_type: content_type.clone() }
            }
        };
        let is_kept = self.asked.request.to_string().len() <= REQUEST_BYTES;
        let subject = Some(self.asked.subject.clone());
        let (model, index) = match self.asked.service {
            Service::Ai => (subject, None),
            Service::Vectorize => (None, subject),
        };
        let file = File {
            version: VERSION,
            service: self.asked.service,
            model,
            index,
            operation: self.asked.operation.clone(),
            stream: self.asked.stream,
            nth: self.nth,
            request: is_kept.then(|| self.asked.request.clone()),
            request_sha256: (!is_kept).then(|| hex(&self.key)),
            answer,
        };
        let text = serde_json::to_string_pretty(&file)?;
        replace(&path, scrub(text + "\n").as_bytes())
    }

    /// Reads the file `name` below `folder`.
    pub fn read(folder: &Path, name: &str) -> Result<Self, String> {
        let path = folder.join(name);
        let wrong = |reason: &dyn std::fmt::Display| format!("`{}`: {reason}", path.display());
        let bytes = limited(&path).map_err(|error| wrong(&error))?;
        let file: File = serde_json::from_slice(&bytes)
            .map_err(|error| format!("`{}`, line {}: {error}", path.display(), error.line()))?;
        if file.version != VERSION {
            return Err(wrong(&format!("version {} is not known\nhint: record it again", file.version)));
        }
        let subject = match file.service {
            Service::Ai => file.model.ok_or_else(|| wrong(&"`model` is missing"))?,
            Service::Vectorize => file.index.ok_or_else(|| wrong(&"`index` is missing"))?,
        };
        // Read as it would be asked, so that a request may be written by hand.
        let request = file.request.as_ref().map(normal::json);
        let key = match (&request, file.request_sha256) {
            (Some(request), _) => digest(file.service, &subject, &file.operation, &request.to_string()),
            (None, Some(text)) => unhex(&text).ok_or_else(|| wrong(&"`request_sha256` is not a SHA-256"))?,
            (None, None) => return Err(wrong(&"`request` is missing")),
        };
        let said = match file.answer {
            Answer::Json(json) => Said::Json(json.into()),
            Answer::Events(events) => match events.iter().find(|event| !(event.ms.is_finite() && event.ms >= 0.0)) {
                None => Said::Events(events.into()),
                Some(event) => return Err(wrong(&format!("`ms` cannot be {}", event.ms))),
            },
            Answer::Error { status, .. } if !(400..=599).contains(&status) => {
                return Err(wrong(&format!("an error's `status` is one from 400 to 599, not {status}")));
            }
            Answer::Error { status, code, message } => Said::Refused { status, code, message },
            Answer::File { name, content_type } => {
                if name.contains(['/', '\\']) || name.starts_with('.') {
                    return Err(wrong(&format!("`{name}` does not lie beside it")));
                }
                let beside = path.with_file_name(&name);
                let bytes = limited(&beside).map_err(|error| format!("`{}`: {error}", beside.display()))?;
                Said::File { bytes: bytes.into(), content_type }
            }
        };
        let request = request.unwrap_or_default();
        let asked = Asked { service: file.service, subject, operation: file.operation, stream: file.stream, request };
        Ok(Self { name: name.into(), asked, key, nth: file.nth, said })
    }

    /// The name of a call's n-th recording: readable, and the same for the same call.
    pub fn file_name(asked: &Asked, key: &Key, nth: u64) -> String {
        let stem = stem(asked, key);
        format!("{stem}-{nth:03}.json")
    }
}

/// What the names of all recordings of a call begin with.
pub fn stem(asked: &Asked, key: &Key) -> String {
    let service = match asked.service {
        Service::Ai => "ai",
        Service::Vectorize => "vectorize",
    };
    let subject = if asked.subject.is_empty() { "indexes".to_owned() } else { plain(&asked.subject) };
    let stream = if asked.stream { "-stream" } else { "" };
    format!("{service}/{subject}/{}{stream}-{}", plain(&asked.operation), &hex(key)[..12])
}

/// Letters, digits and little else, so that any file system takes it.
fn plain(text: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '_' | '-');
    let plain: String = text.chars().map(|letter| if is_plain(letter) { letter } else { '-' }).take(80).collect();
    plain.trim_matches(['-', '.']).to_owned()
}

fn extension(content_type: &str) -> &'static str {
    match content_type.split(';').next().unwrap_or_default().trim() {
        "image/png" => "png",
        "image/jpeg" | "image/jpg" => "jpg",
        "image/webp" => "webp",
        "audio/mpeg" => "mp3",
        "audio/wav" | "audio/x-wav" => "wav",
        "audio/ogg" => "ogg",
        _ => "bin",
    }
}

/// In one step, so that no half file is ever found.
fn replace(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let parent = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(parent)?;
    let mut file = tempfile::NamedTempFile::new_in(parent)?;
    std::io::Write::write_all(&mut file, bytes)?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

fn limited(path: &Path) -> Result<Vec<u8>, String> {
    let length = std::fs::metadata(path).map_err(|error| error.to_string())?.len();
    if length > FILE_BYTES {
        return Err(format!("{length} bytes are too many; at most {FILE_BYTES}"));
    }
    std::fs::read(path).map_err(|error| error.to_string())
}

fn hex(key: &Key) -> String {
    key.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Option<Key> {
    let mut key = Key::default();
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (at, byte) in key.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * at..2 * at + 2], 16).ok()?;
    }
    Some(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn tape(said: Said) -> Tape {
        let asked = Asked {
            service: Service::Ai,
            subject: "@cf/a/b".to_owned(),
            operation: "run".to_owned(),
            stream: false,
            request: json!({"prompt": "hello"}),
        };
        let key = asked.key();
        Tape { name: Tape::file_name(&asked, &key, 0).into(), asked, key, nth: 0, said }
    }

    #[test]
    fn what_is_written_is_read() {
        let folder = tempfile::tempdir().unwrap();
        // A float keeps its spelling.
        let json: Box<RawValue> = serde_json::from_str("{\"a\":0.10000000149011612}").unwrap();
        let events = [Event { ms: 1.5, text: "data: {\"response\":\"a\"}".to_owned() }];
        let file = Said::File { bytes: (*b"png").into(), content_type: "image/png".to_owned() };
        let refused = Said::Refused { status: 429, code: 3040, message: "full".to_owned() };
        for said in [Said::Json(json.into()), Said::Events(events.into()), file, refused] {
            let tape = tape(said);
            tape.write(folder.path(), |text| text).unwrap();
            let read = Tape::read(folder.path(), &tape.name).unwrap();
            assert_eq!((&read.asked, read.key), (&tape.asked, tape.key));
            assert_eq!(format!("{:?}", read.said), format!("{:?}", tape.said));
        }
    }

    #[test]
    fn what_cannot_be_read_is_refused_by_file_and_line() {
        let folder = tempfile::tempdir().unwrap();
        let refused = |text: &str| {
            std::fs::write(folder.path().join("a.json"), text).unwrap();
            Tape::read(folder.path(), "a.json").unwrap_err()
        };
        assert!(refused("{\n\"version\": 1,\n\"no\": 1}").contains("a.json`, line 3: "));
        let with = |answer: &str| {
            format!(
                "{{\"version\":1,\"service\":\"ai\",\"model\":\"m\",\"operation\":\"run\",\"request\":{{}},\"answer\":{answer}}}"
            )
        };
        assert!(
            refused(&with("{\"file\":{\"name\":\"../x\",\"content_type\":\"a/b\"}}")).contains("does not lie beside")
        );
        assert!(refused(&with("{\"error\":{\"status\":200,\"code\":1,\"message\":\"\"}}")).contains("400 to 599"));
        assert!(refused(&with("{\"json\":1}").replace(":1,", ":9,")).contains("version 9"));
    }
}
