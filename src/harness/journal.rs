//! Every call that was answered or refused, the newest last, in bounded memory.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use serde::{Serialize, Serializer};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::limits::Decision;

/// Entries kept of one account; the oldest go first.
const PER_ACCOUNT: usize = 10_000;
/// Bytes kept of all accounts together. Over it the account with the most entries loses its oldest.
const TOTAL_BYTES: usize = 64 * 1024 * 1024;
/// Bodies up to this many bytes are kept; of longer ones the digest and the length.
const BODY_BYTES: usize = 4096;
/// A model's or index's name is client input; more of it tells nobody anything.
const NAME_BYTES: usize = 256;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Dialect {
    Rest,
    OpenAi,
    Binding,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Service {
    Ai,
    Vectorize,
}

/// One call.
#[derive(Debug, Clone, Serialize)]
pub struct Entry {
    #[serde(serialize_with = "as_text")]
    pub id: Uuid,
    /// RFC 3339, on the account's clock.
    #[serde(serialize_with = "as_text")]
    pub time: Timestamp,
    #[serde(serialize_with = "as_text")]
    pub account: Arc<str>,
    pub dialect: Dialect,
    pub service: Service,
    /// What was asked of the service: `run`, `query`, `upsert` and so on.
    pub operation: Cow<'static, str>,
    /// The model's id, or the index's name.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "as_text_or_null")]
    pub model: Option<Arc<str>>,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "as_text_or_null")]
    pub index: Option<Arc<str>>,
    /// HTTP status of the answer; 499 where the client went away first.
    pub status: u16,
    pub code: Option<u32>,
    /// The fault that struck, and the stub that answered.
    #[serde(serialize_with = "as_text_or_null")]
    pub fault: Option<Arc<str>>,
    #[serde(serialize_with = "as_text_or_null")]
    pub stub: Option<Arc<str>>,
    /// Why the nearest stub did not match, where there are stubs and none did.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "misses")]
    pub near_miss: Option<Arc<[String]>>,
    /// The file of the recording that answered, or that was made.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "as_text_or_null")]
    pub recording: Option<Arc<str>>,
    #[serde(serialize_with = "as_text_or_null")]
    pub checkpoint: Option<Arc<str>>,
    pub fidelity: Option<&'static str>,
    /// Every limit that the call was held against.
    pub limits: Vec<Decision>,
    pub body: Body,
    /// What a call of Workers AI was charged for; of a stream, once it has ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub used: Option<Used>,
    pub ms: Milliseconds,
}

/// Tokens and neurons of one call.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Used {
    pub input_tokens: u64,
    /// Of `input_tokens`, how many came from the prefix cache.
    pub cached_tokens: u64,
    pub output_tokens: u64,
    pub neurons: f64,
}

impl Entry {
    /// The name of a model or an index, as far as it is worth keeping.
    pub fn name(text: &str) -> Arc<str> {
        head(text, NAME_BYTES).into()
    }

    /// About how many bytes it takes.
    fn bytes(&self) -> usize {
        size_of::<Self>()
            + 128
            + self.limits.len() * size_of::<Decision>()
            + self.body.text.as_ref().map_or(0, |text| text.len())
            + self.body.content_type.as_ref().map_or(0, |name| name.len())
    }
}

/// What a request carried.
#[derive(Debug, Clone, Default)]
pub struct Body {
    bytes: usize,
    /// As the request names it; of a binding's stream or form, as the Worker names it.
    content_type: Option<Box<str>>,
    /// Kept where it is short.
    text: Option<Box<[u8]>>,
    /// Taken at once where it is long.
    digest: Option<[u8; 32]>,
}

impl Body {
    pub fn of(bytes: &[u8]) -> Self {
        let short = bytes.len() <= BODY_BYTES;
        Self {
            bytes: bytes.len(),
            content_type: None,
            text: (short && !bytes.is_empty()).then(|| bytes.into()),
            digest: (!short).then(|| Sha256::digest(bytes).into()),
        }
    }

    /// The same under the type that the request gives it.
    pub fn of_type(self, content_type: Option<&str>) -> Self {
        Self { content_type: content_type.map(|name| head(name, NAME_BYTES).into()), ..self }
    }

    /// SHA-256 in hexadecimal.
    pub fn sha256(&self) -> String {
        let digest = self.digest.unwrap_or_else(|| Sha256::digest(self.text.as_deref().unwrap_or_default()).into());
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The body itself, if it was short enough to be kept.
    pub fn text(&self) -> Option<Cow<'_, str>> {
        self.text.as_deref().map(String::from_utf8_lossy)
    }
}

impl Serialize for Body {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Shown<'a> {
            bytes: usize,
            content_type: Option<&'a str>,
            sha256: String,
        }
        let content_type = self.content_type.as_deref();
        Shown { bytes: self.bytes, content_type, sha256: self.sha256() }.serialize(serializer)
    }
}

/// The first `bytes` bytes of `text`, less a character that would be cut.
pub fn head(text: &str, bytes: usize) -> &str {
    let mut end = bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// Serialises what prints itself.
pub fn as_text<S: Serializer>(value: &impl std::fmt::Display, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

/// As [`as_text`], or null.
pub fn as_text_or_null<S: Serializer>(value: &Option<Arc<str>>, serializer: S) -> Result<S::Ok, S::Error> {
    value.as_deref().serialize(serializer)
}

fn misses<S: Serializer>(value: &Option<Arc<[String]>>, serializer: S) -> Result<S::Ok, S::Error> {
    value.as_deref().serialize(serializer)
}

/// Where a call's time went.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct Milliseconds {
    pub queue: f64,
    pub compute: f64,
    pub total: f64,
}

/// Which entries are wanted; an absent field matches all.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub account: Option<String>,
    pub dialect: Option<String>,
    pub service: Option<String>,
    pub operation: Option<String>,
    pub model: Option<String>,
    pub index: Option<String>,
    pub status: Option<u16>,
    pub code: Option<u32>,
    pub fault: Option<String>,
    pub stub: Option<String>,
}

#[derive(Debug, Default)]
pub struct Journal {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    accounts: HashMap<Arc<str>, VecDeque<Numbered>>,
    bytes: usize,
    recorded: u64,
    /// Calls by service and status since the start, which forgetting entries does not change.
    counts: BTreeMap<(Service, u16), u64>,
}

#[derive(Debug)]
struct Numbered {
    /// Its place among all entries of all accounts.
    number: u64,
    bytes: usize,
    entry: Entry,
}

impl State {
    fn forget_oldest(&mut self, account: &str) {
        if let Some(entries) = self.accounts.get_mut(account) {
            if let Some(oldest) = entries.pop_front() {
                self.bytes -= oldest.bytes;
            }
            if entries.is_empty() {
                self.accounts.remove(account);
            }
        }
    }
}

impl Journal {
    pub fn record(&self, entry: Entry) {
        tracing::info!(
            target: "candleflare::calls",
            id = %entry.id,
            operation = %entry.operation,
            model = entry.model.as_deref(),
            index = entry.index.as_deref(),
            status = entry.status,
            code = entry.code,
            ms = entry.ms.total,
            "answered"
        );
        let bytes = entry.bytes();
        let mut state = self.lock();
        *state.counts.entry((entry.service, entry.status)).or_default() += 1;
        state.recorded += 1;
        state.bytes += bytes;
        let (number, account) = (state.recorded, Arc::clone(&entry.account));
        let entries = state.accounts.entry(Arc::clone(&account)).or_default();
        entries.push_back(Numbered { number, bytes, entry });
        if entries.len() > PER_ACCOUNT {
            state.forget_oldest(&account);
        }
        while state.bytes > TOTAL_BYTES {
            let Some((longest, length)) = state
                .accounts
                .iter()
                .map(|(id, entries)| (Arc::clone(id), entries.len()))
                .max_by_key(|(_, length)| *length)
            else {
                break;
            };
            // Many at once, so that the longest is not looked for at every call.
            for _ in 0..length.div_ceil(8) {
                state.forget_oldest(&longest);
            }
        }
    }

    /// The entries that `filter` matches, in the order in which they ended.
    pub fn find(&self, filter: &Filter) -> Vec<Entry> {
        let state = self.lock();
        let matching = |numbered: &&Numbered| filter.matches(&numbered.entry);
        if let Some(account) = &filter.account {
            let entries = state.accounts.get(account.as_str());
            return entries.into_iter().flatten().filter(matching).map(|numbered| numbered.entry.clone()).collect();
        }
        let mut found: Vec<&Numbered> = state.accounts.values().flatten().filter(matching).collect();
        found.sort_unstable_by_key(|numbered| numbered.number);
        found.into_iter().map(|numbered| numbered.entry.clone()).collect()
    }

    /// Forgets the entries of `account`, or all.
    pub fn clear(&self, account: Option<&str>) {
        let mut state = self.lock();
        let gone: Vec<_> = match account {
            Some(account) => state.accounts.remove(account).into_iter().collect(),
            None => state.accounts.drain().map(|(_, entries)| entries).collect(),
        };
        state.bytes -= gone.iter().flatten().map(|numbered| numbered.bytes).sum::<usize>();
    }

    /// Calls by service and status since the start.
    pub fn counts(&self) -> BTreeMap<(Service, u16), u64> {
        self.lock().counts.clone()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Filter {
    fn matches(&self, entry: &Entry) -> bool {
        fn is(wanted: &Option<String>, found: Option<&str>) -> bool {
            wanted.as_deref().is_none_or(|wanted| Some(wanted) == found)
        }
        let service = match entry.service {
            Service::Ai => "ai",
            Service::Vectorize => "vectorize",
        };
        let dialect = match entry.dialect {
            Dialect::Rest => "rest",
            Dialect::OpenAi => "openai",
            Dialect::Binding => "binding",
        };
        is(&self.account, Some(&entry.account))
            && is(&self.dialect, Some(dialect))
            && is(&self.service, Some(service))
            && is(&self.operation, Some(&entry.operation))
            && is(&self.model, entry.model.as_deref())
            && is(&self.index, entry.index.as_deref())
            && is(&self.fault, entry.fault.as_deref())
            && is(&self.stub, entry.stub.as_deref())
            && self.status.is_none_or(|status| status == entry.status)
            && self.code.is_none_or(|code| Some(code) == entry.code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(account: &str, status: u16) -> Entry {
        Entry {
            id: Uuid::nil(),
            time: Timestamp::UNIX_EPOCH,
            account: account.into(),
            dialect: Dialect::Rest,
            service: Service::Ai,
            operation: "run".into(),
            model: Some("@cf/a/b".into()),
            index: None,
            status,
            code: None,
            fault: None,
            stub: None,
            near_miss: None,
            recording: None,
            checkpoint: None,
            fidelity: None,
            limits: Vec::new(),
            body: Body::default(),
            used: None,
            ms: Milliseconds::default(),
        }
    }

    fn of(account: &str) -> Filter {
        Filter { account: Some(account.to_owned()), ..Filter::default() }
    }

    #[test]
    fn entries_are_found_and_forgotten_by_account() {
        let journal = Journal::default();
        journal.record(entry("a", 200));
        journal.record(entry("b", 400));
        assert_eq!(journal.find(&of("a")).len(), 1);
        let statuses: Vec<u16> = journal.find(&Filter::default()).iter().map(|entry| entry.status).collect();
        assert_eq!(statuses, [200, 400]);
        journal.clear(Some("a"));
        assert_eq!((journal.find(&of("a")).len(), journal.find(&of("b")).len()), (0, 1));
        assert_eq!(journal.counts()[&(Service::Ai, 200)], 1);
        journal.clear(None);
        assert_eq!(journal.lock().bytes, 0);
    }

    #[test]
    fn an_accounts_memory_is_bounded() {
        let journal = Journal::default();
        (0..PER_ACCOUNT + 5).for_each(|_| journal.record(entry("a", 200)));
        assert_eq!(journal.find(&Filter::default()).len(), PER_ACCOUNT);
    }

    #[test]
    fn all_memory_is_bounded_and_the_longest_pays() {
        let journal = Journal::default();
        journal.record(entry("quiet", 200));
        for account in 0..40 {
            let account = format!("loud-{account}");
            for _ in 0..2000 {
                journal.record(Entry { body: Body::of(&[b'x'; 2048]), ..entry(&account, 200) });
            }
        }
        assert!(journal.lock().bytes <= TOTAL_BYTES);
        assert_eq!(journal.find(&of("quiet")).len(), 1);
    }

    /// What is counted is what is held: `JOURNAL_CALLS=1000000` makes it a million (`make bench-http` journals a million over HTTP).
    #[test]
    fn very_many_calls_stay_under_the_bound() {
        let calls: usize = std::env::var("JOURNAL_CALLS").ok().and_then(|text| text.parse().ok()).unwrap_or(150_000);
        let journal = Journal::default();
        let row = crate::limits::Limits::row("ai.body_bytes").unwrap();
        let limits = vec![Decision { row, value: 1, limit: 2 }; 6];
        let mut most = 0;
        for call in 0..calls {
            let account = format!("{:032x}", call % 100);
            let body = Body::of(&vec![b'x'; call % 700]);
            journal.record(Entry { body, limits: limits.clone(), ..entry(&account, 200) });
            if call % 1000 == 0 {
                let state = journal.lock();
                let held: usize = state.accounts.values().flatten().map(|numbered| numbered.entry.bytes()).sum();
                assert_eq!(held, state.bytes);
                most = most.max(held);
            }
        }
        assert!(most <= TOTAL_BYTES, "{most}");
        assert_eq!(journal.counts()[&(Service::Ai, 200)], calls as u64);
        println!("{calls} calls: at most {:.1} MB held", most as f64 / 1e6);
    }

    #[test]
    fn bodies_are_kept_or_digested() {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!((Body::default().sha256(), Body::default().text()), (empty.to_owned(), None));
        assert_eq!(Body::of(b"abc").text().as_deref(), Some("abc"));
        let long = Body::of(&[b'a'; BODY_BYTES + 1]);
        assert_eq!((long.text(), long.sha256().len()), (None, 64));
        let typed = serde_json::to_value(long.of_type(Some("audio/wav"))).unwrap();
        assert_eq!((&typed["bytes"], &typed["content_type"]), (&4097.into(), &"audio/wav".into()));
        assert!(serde_json::to_value(Body::of(b"abc")).unwrap()["content_type"].is_null());
    }
}
