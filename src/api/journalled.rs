//! Vectorize calls, journalled alike whatever their dialect, and kept off the runtime's threads: a scan is computation.

use serde_json::value::RawValue;

use super::App;
use super::envelope::Reply;
use super::incoming::Incoming;
use crate::clock::Stopwatch;
use crate::error::{AiError, Error};
use crate::harness::{Dialect, Entry, Milliseconds, Service};

/// Runs `work`, journals it, and envelopes a REST result.
pub async fn vectorize(
    app: App,
    incoming: Incoming,
    dialect: Dialect,
    work: impl FnOnce(&App, &Incoming) -> Result<Box<RawValue>, Error> + Send + 'static,
) -> Result<Reply, Error> {
    let watch = Stopwatch::new();
    let mut entry = entry(&app, &incoming, dialect);
    let worker = App::clone(&app);
    let done = tokio::task::spawn_blocking(move || work(&worker, &incoming)).await;
    let done = done.unwrap_or_else(|error| Err(AiError::Internal { reason: error.to_string() }.into()));
    if let Err(error) = &done {
        entry.status = error.status();
        entry.code = Some(error.code());
    }
    entry.ms = Milliseconds { queue: 0.0, compute: watch.ms(), total: watch.ms() };
    app.journal.record(entry);
    done.map(|result| match dialect {
        Dialect::Binding => super::envelope::json_reply(200, &result),
        Dialect::Rest | Dialect::OpenAi => super::envelope::enveloped(&result),
    })
}

fn entry(app: &App, incoming: &Incoming, dialect: Dialect) -> Entry {
    let (index, operation) = incoming.rest.split_once('/').unwrap_or((&incoming.rest, ""));
    let operation =
        if operation.is_empty() { incoming.method.as_str().to_ascii_lowercase() } else { operation.to_owned() };
    Entry {
        id: app.entropy.uuid(),
        time: app.clock.now().to_string(),
        account: incoming.account.clone(),
        dialect,
        service: Service::Vectorize,
        operation,
        model: None,
        index: (!index.is_empty()).then(|| index.to_owned()),
        status: 200,
        code: None,
        checkpoint: None,
        fidelity: None,
        ms: Milliseconds::default(),
    }
}
