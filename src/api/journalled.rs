//! Vectorize calls, journalled alike whatever their dialect, and kept off the runtime's threads: a scan is computation.

use std::borrow::Cow;

use serde_json::value::RawValue;

use super::App;
use super::envelope::Reply;
use super::incoming::Incoming;
use crate::clock::Stopwatch;
use crate::error::{AiError, Error};
use crate::harness::{Dialect, Entry};

/// Runs `work`, journals it, and envelopes a REST result.
pub async fn vectorize(
    app: App,
    incoming: Incoming,
    dialect: Dialect,
    work: impl FnOnce(&App, &Incoming) -> Result<Box<RawValue>, Error> + Send + 'static,
) -> Result<Reply, Error> {
    let watch = Stopwatch::new();
    let trace = incoming.trace.clone();
    let (index, operation) = subject(&incoming);
    let index = (!index.is_empty()).then(|| Entry::name(index));
    trace.take_over(operation, |entry| entry.index = index);
    let done = tokio::task::spawn_blocking(move || work(&app, &incoming)).await;
    let done = done.unwrap_or_else(|error| Err(AiError::Internal { reason: error.to_string() }.into()));
    trace.with(|entry| {
        entry.status = 200;
        entry.ms.compute = watch.ms();
    });
    match done {
        Ok(result) => Ok(match dialect {
            Dialect::Binding => super::envelope::json_reply(200, &result),
            Dialect::Rest | Dialect::OpenAi => super::envelope::enveloped(&result),
        }),
        Err(error) => {
            trace.refuse(&error);
            Err(error)
        }
    }
}

/// The index's name, and the operation: what stands behind it, or what the method does to it.
fn subject(incoming: &Incoming) -> (&str, Cow<'static, str>) {
    let (index, operation) = incoming.rest.split_once('/').unwrap_or((&incoming.rest, ""));
    let operation = match (index, operation, incoming.method.as_str()) {
        ("", "", "GET") => "list_indexes".into(),
        ("", "", "POST") => "create".into(),
        (_, "", method) => method.to_ascii_lowercase().into(),
        (_, operation, _) => operation.to_owned().into(),
    };
    (index, operation)
}
