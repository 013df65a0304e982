//! The Hugging Face hub over HTTP, for `candleflare pull` alone: nothing else in the house leaves the machine. What is
//! downloaded goes into the cache that all tools of the hub share; [`crate::engine::checkpoints::HubCache`] reads it.

mod blob;
mod choose;
mod client;
mod digest;
mod error;
mod repository;

use std::time::Duration;

use http_body_util::Empty;
use hyper::body::Bytes;

use crate::engine::checkpoints::HubCache;
use crate::transport::Transport;

pub use choose::Choice;
pub use error::{HubError, bytes};
pub use repository::{Progress, Pulled, Revision};

/// Where the hub is and how it is asked. The fields are what the environment says for all of the hub's tools.
#[derive(Debug, Clone)]
pub struct Settings {
    /// `HF_ENDPOINT`, without a slash at its end.
    pub endpoint: String,
    pub cache: HubCache,
    /// `HF_TOKEN`, or the file that `hf auth login` wrote.
    pub token: Option<String>,
    /// `HF_HUB_OFFLINE`.
    pub is_offline: bool,
    /// How often a request is made again after a failure that may pass, as long as nothing more arrives.
    pub retries: u32,
    /// Before the first retry; doubled with each.
    pub backoff: Duration,
    /// Without a byte for this long, a connection is given up.
    pub stall: Duration,
}

const PUBLIC: &str = "https://huggingface.co";

impl Settings {
    pub fn from_environment() -> Result<Self, HubError> {
        let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let is_on = |name: &str| {
            set(name).is_some_and(|value| ["1", "on", "yes", "true"].contains(&value.to_lowercase().as_str()))
        };
        let cache = HubCache::from_environment().ok_or(HubError::NoCache)?;
        let file = || {
            let path = set("HF_TOKEN_PATH").map(std::path::PathBuf::from);
            std::fs::read_to_string(path.or_else(|| Some(HubCache::home()?.join("token")))?).ok()
        };
        let token = set("HF_TOKEN").or_else(|| if is_on("HF_HUB_DISABLE_IMPLICIT_TOKEN") { None } else { file() });
        Ok(Self {
            endpoint: set("HF_ENDPOINT").unwrap_or_else(|| PUBLIC.to_owned()).trim_end_matches('/').to_owned(),
            token: token.map(|token| token.trim().to_owned()).filter(|token| !token.is_empty()),
            is_offline: is_on("HF_HUB_OFFLINE"),
            cache,
            retries: 4,
            backoff: Duration::from_millis(500),
            stall: Duration::from_secs(30),
        })
    }
}

/// A client of one hub.
#[derive(Debug, Clone)]
pub struct Hub {
    settings: Settings,
    transport: Transport<Empty<Bytes>>,
}

#[cfg(test)]
mod tests;
