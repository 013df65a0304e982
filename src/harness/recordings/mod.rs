//! Answers of a real account: kept by `--record`, and given again by `--replay`.

mod normal;
mod tape;
mod upstream;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;

use super::matcher::shown;
use super::scope::Scope;
pub use normal::{input, json, vectors};
pub use tape::{Asked, Event, Said};
use tape::{Key, Tape};
pub use upstream::{Events, Reply, Sent, Target, Upstream, UpstreamError, is_by_guard};

/// How many differences a near miss names.
const DIFFERENCES: usize = 3;
/// What is written instead of the upstream's account.
const NOBODY: &str = "00000000000000000000000000000000";

/// What happens to a call that was not recorded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Missing {
    /// It is refused.
    #[default]
    Fail,
    /// It is computed here.
    Infer,
}

impl std::str::FromStr for Missing {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "fail" => Ok(Self::Fail),
            "infer" => Ok(Self::Infer),
            _ => Err(format!("`{text}` is not known; fail or infer")),
        }
    }
}

/// What was asked for on the command line.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Options {
    /// Where answers of the upstream are written.
    pub record: Option<PathBuf>,
    pub upstream: Target,
    /// Where recorded answers are read.
    pub replay: Option<PathBuf>,
    pub missing: Missing,
    /// Streams come at the pace at which they were recorded.
    pub paced: bool,
}

/// The recordings of one instance.
#[derive(Debug)]
pub struct Recordings {
    replayed: Option<Replayed>,
    recorder: Option<Recorder>,
    missing: Missing,
    pub paced: bool,
}

/// A recorded answer.
#[derive(Debug, Clone)]
pub struct Found {
    pub name: Arc<str>,
    pub said: Said,
    /// Recorded at the endpoint that asks now, and as the stream, or not, that is wanted.
    pub is_exact: bool,
}

/// What is to be done with a call.
#[derive(Debug)]
pub enum Plan<'a> {
    /// Answered as recorded.
    Replay(Found),
    /// Sent to the upstream, and what it says is kept.
    Record(&'a Recorder),
    /// Refused: the reason, and a hint.
    Refuse(String),
    /// Computed here.
    Infer,
}

impl Recordings {
    /// Reads what is to be replayed, and gets ready to record; nothing where neither is asked for.
    pub fn open(options: Options) -> Result<Option<Self>, String> {
        let Options { record, upstream, replay, missing, paced } = options;
        if record.is_none() && upstream != Target::default() {
            return Err("`--upstream` says where to record from\nhint: add `--record DIR`".to_owned());
        }
        if replay.is_none() && missing != Missing::default() {
            return Err("`--replay-missing` is said of recordings\nhint: add `--replay DIR`".to_owned());
        }
        if record.is_some() && missing == Missing::Infer {
            return Err(
                "what is not recorded yet is recorded, not computed\nhint: leave out `--record` or `--replay-missing`"
                    .to_owned(),
            );
        }
        let replayed = replay.map(|folder| Replayed::read(&folder)).transpose()?;
        let recorder = record.map(|folder| Recorder::open(folder, upstream)).transpose()?;
        let is_used = replayed.is_some() || recorder.is_some();
        Ok(is_used.then_some(Self { replayed, recorder, missing, paced }))
    }

    /// What is to be done with a call of `scope`. Calls that are the same get the recorded answers in their order, each account by
    /// itself; the last one goes on.
    pub fn plan(&self, scope: &Scope, asked: &Asked) -> Plan<'_> {
        let key = asked.key();
        if let Some(replayed) = &self.replayed
            && let Some(found) = replayed.find(scope, asked, &key)
        {
            return Plan::Replay(found);
        }
        match (&self.recorder, self.missing, &self.replayed) {
            (Some(recorder), _, _) => Plan::Record(recorder),
            (None, Missing::Fail, Some(replayed)) => Plan::Refuse(replayed.near_miss(asked)),
            (None, _, _) => Plan::Infer,
        }
    }
}

/// What a folder holds.
#[derive(Debug, Default)]
struct Replayed {
    tapes: HashMap<Key, Vec<Tape>>,
}

/// Tells the recordings of one key apart that do not answer each other's calls.
type Variety<'a> = (&'a str, bool);

impl Replayed {
    fn read(folder: &Path) -> Result<Self, String> {
        let mut names = Vec::new();
        list(folder, "", &mut names).map_err(|error| {
            format!("`{}`: {error}\nhint: `--record {}` fills it", folder.display(), folder.display())
        })?;
        let mut tapes: HashMap<Key, Vec<Tape>> = HashMap::new();
        for name in names {
            let tape = Tape::read(folder, &name)?;
            tapes.entry(tape.key).or_default().push(tape);
        }
        tapes.values_mut().for_each(|tapes| tapes.sort_by(|a, b| (a.nth, &a.name).cmp(&(b.nth, &b.name))));
        Ok(Self { tapes })
    }

    fn find(&self, scope: &Scope, asked: &Asked, key: &Key) -> Option<Found> {
        let tapes = self.tapes.get(key)?;
        let own: Variety<'_> = (&asked.operation, asked.stream);
        let of = |tape: &Tape, (operation, stream): Variety<'_>| {
            tape.asked.operation == operation && tape.asked.stream == stream
        };
        // Else the first there is: what a model said can be said in another form.
        let variety = match tapes.iter().any(|tape| of(tape, own)) {
            true => own,
            false => tapes.first().map(|tape| (tape.asked.operation.as_str(), tape.asked.stream))?,
        };
        let fitting: Vec<&Tape> = tapes.iter().filter(|tape| of(tape, variety)).collect();
        let turn = scope.turn(*key, variety.0, variety.1);
        let tape = fitting.get(turn).or(fitting.last())?;
        Some(Found { name: Arc::clone(&tape.name), said: tape.said.clone(), is_exact: variety == own })
    }

    /// Why a call has no answer, by the recording that is nearest to it.
    fn near_miss(&self, asked: &Asked) -> String {
        let what = match asked.subject.as_str() {
            "" => format!("`{}`", asked.operation),
            subject => format!("`{}` of `{subject}`", asked.operation),
        };
        const HINT: &str = "hint: record it (`--record DIR`), or let it be computed here (`--replay-missing infer`)";
        let near = self.tapes.values().flatten().filter(|tape| {
            tape.asked.service == asked.service && tape.asked.operation == asked.operation
                || asked.subject == tape.asked.subject
        });
        let scored = near.map(|tape| {
            let mut differences = normal::differences(&tape.asked.request, &asked.request, DIFFERENCES);
            let subject = (tape.asked.subject != asked.subject || tape.asked.service != asked.service)
                .then(|| ("subject".to_owned(), tape.asked.subject.clone().into(), asked.subject.clone().into()));
            let distance = differences.len() + 4 * usize::from(subject.is_some());
            differences.extend(subject);
            (distance, tape, differences)
        });
        match scored.min_by(|a, b| (a.0, &a.1.name).cmp(&(b.0, &b.1.name))) {
            None => format!("no recording answers this call: {what} was never recorded\n{HINT}"),
            Some((_, tape, differences)) => {
                let spelled =
                    |(path, was, is): &(String, Value, Value)| format!("{path} was {}, is {}", shown(was), shown(is));
                let differences: Vec<String> = differences.iter().map(spelled).collect();
                let differences =
                    if differences.is_empty() { "only its digest is known".to_owned() } else { differences.join("; ") };
                format!("no recording answers this call: {what}; the nearest is `{}`: {differences}\n{HINT}", tape.name)
            }
        }
    }
}

/// The `.json` files below `folder`, as names relative to it, in order.
fn list(folder: &Path, below: &str, names: &mut Vec<String>) -> std::io::Result<()> {
    let mut entries: Vec<_> = std::fs::read_dir(folder.join(below))?.collect::<Result<_, _>>()?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let Ok(own) = entry.file_name().into_string() else { continue };
        let name = if below.is_empty() { own } else { format!("{below}/{own}") };
        if entry.file_type()?.is_dir() {
            list(folder, &name, names)?;
        } else if name.ends_with(".json") {
            names.push(name);
        }
    }
    Ok(())
}

/// Writes what the upstream answers.
#[derive(Debug, Clone)]
pub struct Recorder {
    folder: PathBuf,
    pub upstream: Arc<Upstream>,
    /// How often each kind of call was recorded by this instance.
    counts: Arc<Mutex<HashMap<String, u64>>>,
}

impl Recorder {
    fn open(folder: PathBuf, target: Target) -> Result<Self, String> {
        std::fs::create_dir_all(&folder).map_err(|error| format!("`{}`: {error}", folder.display()))?;
        let upstream = Arc::new(Upstream::new(target)?);
        Ok(Self { folder, upstream, counts: Arc::default() })
    }

    /// Keeps an answer: the file's name. A call that is recorded anew takes the place of what was recorded of it before this
    /// instance ran. Blocks.
    pub fn keep(&self, asked: Asked, said: Said, secrets: &[String]) -> Result<Arc<str>, String> {
        let key = asked.key();
        let stem = tape::stem(&asked, &key);
        // One at a time, so that the n-th of a call has no gap before it.
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let nth = counts.get(&stem).copied().unwrap_or(0);
        let name: Arc<str> = Tape::file_name(&asked, &key, nth).into();
        let failed = |error: std::io::Error| format!("`{}`: {error}", self.folder.join(&*name).display());
        if nth == 0 {
            self.forget(&stem).map_err(failed)?;
        }
        let scrub = |text: String| secrets.iter().fold(text, |text, secret| text.replace(secret, NOBODY));
        let tape = Tape { name: Arc::clone(&name), asked, key, nth, said };
        tape.write(&self.folder, scrub).map_err(failed)?;
        counts.insert(stem, nth + 1);
        Ok(name)
    }

    fn forget(&self, stem: &str) -> std::io::Result<()> {
        let (below, prefix) = stem.rsplit_once('/').unwrap_or(("", stem));
        let prefix = format!("{prefix}-");
        let Ok(entries) = std::fs::read_dir(self.folder.join(below)) else { return Ok(()) };
        for entry in entries {
            let entry = entry?;
            if entry.file_name().to_string_lossy().starts_with(&prefix) {
                std::fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }
}
