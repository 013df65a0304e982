//! One line for each call through a gateway.

use std::collections::VecDeque;

use serde::Serialize;
use serde_json::Value;

/// Logs kept per account; the oldest go first.
const KEPT: usize = 1000;

/// What `getLog` gives.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Log {
    pub id: String,
    #[serde(skip)]
    pub gateway: String,
    pub provider: &'static str,
    pub model: String,
    pub path: String,
    /// Milliseconds.
    pub duration: u64,
    pub status_code: u16,
    pub success: bool,
    pub cached: bool,
    pub tokens_in: Option<usize>,
    /// Absent until a stream has ended.
    pub tokens_out: Option<usize>,
    pub metadata: Option<Value>,
    /// US dollars.
    pub cost: f64,
    /// Bytes.
    pub request_size: usize,
    pub response_size: usize,
    pub request_head: String,
    pub request_head_complete: bool,
    pub response_head: String,
    pub response_head_complete: bool,
    /// RFC 3339.
    pub created_at: String,
    pub step: u32,
    pub feedback: Option<i64>,
    pub score: Option<f64>,
}

/// What `patchLog` changes; an absent part stays.
#[derive(Debug, Clone, Default, PartialEq, serde::Deserialize)]
#[serde(default)]
pub struct Patch {
    pub score: Option<f64>,
    pub feedback: Option<i64>,
    pub metadata: Option<Value>,
}

#[derive(Debug, Default)]
pub struct Logs(VecDeque<Log>);

impl Logs {
    pub fn push(&mut self, log: Log) {
        if self.0.len() >= KEPT {
            self.0.pop_front();
        }
        self.0.push_back(log);
    }

    pub fn get(&self, gateway: &str, id: &str) -> Option<&Log> {
        self.0.iter().find(|log| log.id == id && log.gateway == gateway)
    }

    pub fn complete(&mut self, gateway: &str, id: &str, tokens_out: usize, cost: f64) {
        if let Some(log) = self.0.iter_mut().find(|log| log.id == id && log.gateway == gateway) {
            (log.tokens_out, log.cost) = (Some(tokens_out), cost);
        }
    }

    pub fn patch(&mut self, gateway: &str, id: &str, patch: Patch) -> bool {
        let Some(log) = self.0.iter_mut().find(|log| log.id == id && log.gateway == gateway) else { return false };
        log.score = patch.score.or(log.score);
        log.feedback = patch.feedback.or(log.feedback);
        log.metadata = patch.metadata.or(log.metadata.take());
        true
    }
}
