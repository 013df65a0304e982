//! Dialects: what clients say and hear, and no rules. REST, OpenAI and the Worker binding over the same services,
//! and the control plane beside them.

mod auth;
mod binding;
mod control;
mod encode;
mod envelope;
mod incoming;
mod journalled;
mod openai;
mod rest;
pub mod router;
mod universal;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::ai::service::Ai;
use crate::clock::Stopwatch;
use crate::engine::Engine;
use crate::entropy::Entropy;
use crate::harness::Harness;
use crate::vectorize::Vectorize;

/// The account that a call without one belongs to.
pub const DEFAULT_ACCOUNT: &str = "00000000000000000000000000000000";

/// Everything that a handler can reach.
pub struct Services {
    pub ai: Arc<Ai>,
    pub vectorize: Vectorize,
    pub engine: Arc<Engine>,
    pub harness: Arc<Harness>,
    pub entropy: Entropy,
    /// `--token`: the only bearer token that is let in; `None` lets everybody in.
    pub token: Option<String>,
    /// Vectorize binding names to index names, from the wrangler configuration.
    pub indexes: BTreeMap<String, String>,
    pub started: Stopwatch,
}

/// Shared by all handlers.
pub type App = Arc<Services>;
