//! What an invocation did, and the ledger of them.

use std::borrow::Cow;
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::bounds::Trigger;

/// How an invocation ended, in the runtime's words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", from = "String")]
pub enum Outcome {
    Ok,
    Exception,
    ExceededCpu,
    ExceededMemory,
    ExceededWallTime,
    Canceled,
    InternalError,
    /// Any other that the runtime reports.
    Other(String),
}

impl Outcome {
    pub fn of(text: &str) -> Self {
        match text {
            "ok" => Self::Ok,
            "exception" => Self::Exception,
            "canceled" => Self::Canceled,
            "exceededCpu" => Self::ExceededCpu,
            "exceededMemory" => Self::ExceededMemory,
            "exceededWallTime" => Self::ExceededWallTime,
            "internalError" => Self::InternalError,
            other => Self::Other(other.to_owned()),
        }
    }

    pub fn as_str(&self) -> &str {
        match self {
            Self::Ok => "ok",
            Self::Exception => "exception",
            Self::ExceededCpu => "exceededCpu",
            Self::ExceededMemory => "exceededMemory",
            Self::ExceededWallTime => "exceededWallTime",
            Self::Canceled => "canceled",
            Self::InternalError => "internalError",
            Self::Other(text) => text,
        }
    }
}

impl From<String> for Outcome {
    fn from(text: String) -> Self {
        Self::of(&text)
    }
}

impl From<Outcome> for String {
    fn from(outcome: Outcome) -> Self {
        outcome.as_str().to_owned()
    }
}

/// One inference or search that an invocation asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ServiceCall {
    /// Model id, or `index/operation`.
    pub target: String,
    pub status: u16,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub neurons: Option<f64>,
    pub ms: f64,
}

/// How much of one limit an invocation used.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Share {
    /// Row of the table of limits.
    pub name: Cow<'static, str>,
    pub value: f64,
    pub limit: f64,
    /// `value / limit`.
    pub share: f64,
}

impl Share {
    pub fn of(name: &'static str, value: f64, limit: Option<f64>) -> Option<Self> {
        let limit = limit.filter(|limit| *limit > 0.0)?;
        Some(Self { name: Cow::Borrowed(name), value, limit, share: value / limit })
    }
}

/// One invocation, once it has ended: its response sent and its `waitUntil` done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Invocation {
    pub id: String,
    /// RFC 3339, on the steered clock.
    pub time: String,
    pub trigger: Trigger,
    /// `GET /path`, the cron's expression, or the queue's name.
    pub event: String,
    pub outcome: Outcome,
    /// What the client was answered; 499 where it went away first.
    pub status: Option<u16>,
    /// CPU time of the Worker's own code.
    pub cpu_ms: f64,
    /// From the arrival at the Worker to the end of `waitUntil`.
    pub wall_ms: f64,
    /// Time in the queue for a process.
    pub queue_ms: f64,
    /// Most memory that the process held over an idle one's, in MB of 2^20 bytes.
    pub memory_mb: f64,
    /// Counts by host, or by binding.
    pub subrequests: BTreeMap<String, u64>,
    /// The first calls of AI and Vectorize, in order.
    pub calls: Vec<ServiceCall>,
    pub neurons: f64,
    pub limits: Vec<Share>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exceptions: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub logs: Vec<String>,
    /// Which process ran it, and whether it was that one's first.
    pub process: u64,
    pub cold: bool,
}

impl Invocation {
    /// The limit that it used most of.
    pub fn tightest(&self) -> Option<&Share> {
        self.limits.iter().max_by(|one, other| one.share.total_cmp(&other.share))
    }
}

/// Invocations kept; the oldest go first.
const KEPT: usize = 10_000;

#[derive(Debug, Default)]
pub struct Ledger {
    kept: Mutex<VecDeque<Invocation>>,
}

/// Which invocations are wanted; an absent field matches all.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    pub outcome: Option<String>,
    pub trigger: Option<String>,
}

impl Ledger {
    pub fn add(&self, invocation: Invocation) {
        let mut kept = self.lock();
        if kept.len() == KEPT {
            kept.pop_front();
        }
        kept.push_back(invocation);
    }

    pub fn find(&self, wanted: &Wanted) -> Vec<Invocation> {
        let name = |trigger| match trigger {
            Trigger::Http => "http",
            Trigger::Cron | Trigger::HourlyCron => "cron",
            Trigger::Queue => "queue",
        };
        let matches = |invocation: &&Invocation| {
            wanted.outcome.as_ref().is_none_or(|outcome| outcome == invocation.outcome.as_str())
                && wanted.trigger.as_ref().is_none_or(|trigger| trigger == name(invocation.trigger))
        };
        self.lock().iter().filter(matches).cloned().collect()
    }

    pub fn clear(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, VecDeque<Invocation>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
