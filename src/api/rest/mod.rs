//! Cloudflare's v4 REST API.

pub mod finetunes;
pub mod gateways;
pub mod models;
pub mod run;
pub mod vectorize;

use super::App;
use super::envelope::{self, Reply};
use super::incoming::Incoming;
use super::journalled;

/// All of Vectorize's v2 API; the service's own handlers know its paths.
pub async fn vectorize_v2(app: App, incoming: Incoming) -> Reply {
    journalled::vectorize(app, incoming, crate::harness::Dialect::Rest, |app, incoming| {
        vectorize::rest(&app.vectorize, &vectorize::Request::below(incoming, "/vectorize/v2/indexes"))
    })
    .await
    .unwrap_or_else(|error| envelope::refused(&error, None))
}

/// The v1 API, which production no longer creates indexes for.
pub async fn vectorize_v1(_app: App, _incoming: Incoming) -> Reply {
    envelope::refused(&vectorize::legacy(), None)
}
