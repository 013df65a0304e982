//! The stores that a wrangler configuration names.

use serde::Deserialize;

/// What a binding sends to.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Producer {
    #[serde(default)]
    pub binding: String,
    pub queue: String,
    /// Seconds that a message waits at least, unless it says otherwise.
    pub delivery_delay: Option<u64>,
}

/// How the Worker takes what a queue has.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Consumer {
    pub queue: String,
    #[serde(default = "ten")]
    pub max_batch_size: usize,
    /// Seconds that a batch waits until it is full.
    #[serde(default = "five")]
    pub max_batch_timeout: u64,
    #[serde(default = "three")]
    pub max_retries: u32,
    pub dead_letter_queue: Option<String>,
    /// In seconds.
    pub retry_delay: Option<u64>,
}

fn ten() -> usize {
    10
}

fn five() -> u64 {
    5
}

fn three() -> u32 {
    3
}

/// A setting of a consumer that no deployment takes.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`queues.consumers`: `{name}` is {value}, and may be {least} to {most}\nhint: change it in the wrangler configuration"
)]
pub struct ConsumerError {
    name: &'static str,
    value: u64,
    least: u64,
    most: u64,
}

/// A KV namespace.
#[derive(Debug, Deserialize)]
pub struct Kv {
    binding: String,
    /// wrangler lets it out before the namespace is made.
    id: Option<String>,
}

impl Kv {
    /// The binding, and the id.
    pub fn named(self) -> (String, String) {
        let id = self.id.unwrap_or_else(|| self.binding.clone());
        (self.binding, id)
    }
}

/// `queues` of the configuration.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Queues {
    pub producers: Vec<Producer>,
    pub consumers: Vec<Consumer>,
}

impl Consumer {
    /// Refuses what a deployment refuses.
    pub fn check(&self) -> Result<(), ConsumerError> {
        let rows = [
            ("max_batch_size", self.max_batch_size as u64, 1, 100),
            ("max_batch_timeout", self.max_batch_timeout, 0, 60),
            ("max_retries", self.max_retries.into(), 0, 100),
        ];
        match rows.into_iter().find(|(_, value, least, most)| !(least..=most).contains(&value)) {
            Some((name, value, least, most)) => Err(ConsumerError { name, value, least, most }),
            None => Ok(()),
        }
    }
}
