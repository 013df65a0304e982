//! Vectorize calls, journalled alike whatever their dialect, and kept off the runtime's threads: a scan is computation.

use std::borrow::Cow;

use serde_json::value::RawValue;

use super::envelope::Reply;
use super::incoming::Incoming;
use super::{App, recorded};
use crate::clock::Stopwatch;
use crate::error::{AiError, Error, VectorizeError};
use crate::harness::{Dialect, Entry, Trace};
use crate::vectorize::touched;

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
    trace.take_over(operation.clone(), |entry| entry.index = index.clone());
    if let Err(error) = trace.suffer(&operation, None, index.as_deref()).await.and(check_rate(&trace)) {
        trace.refuse(&error);
        return Err(error);
    }
    let name = index.as_deref().unwrap_or_default();
    let (done, is_ours) = match recorded::vectorize(&app, &incoming, dialect, name, &operation).await {
        Some(done) => (done, false),
        None => {
            let worker = App::clone(&app);
            let done = tokio::task::spawn_blocking(move || touched::during(|| work(&worker, &incoming))).await;
            let (done, touched) = done.unwrap_or_else(|error| {
                (Err(AiError::Internal { reason: error.to_string() }.into()), touched::Touched::new())
            });
            let limits = trace.scope.limits();
            for (row, value) in touched {
                trace.exceeds(&limits, row, value as u64);
            }
            (done, true)
        }
    };
    trace.with(|entry| {
        entry.status = 200;
        entry.ms.compute = watch.ms();
    });
    match done {
        Ok(result) => {
            if let (Some(index), "query", true) = (&index, operation.as_ref(), is_ours) {
                book_query(&app, &trace, index);
            }
            Ok(match dialect {
                Dialect::Binding => super::envelope::json_reply(200, &result),
                Dialect::Rest | Dialect::OpenAi => super::envelope::enveloped(&result),
            })
        }
        Err(error) => {
            trace.refuse(&error);
            Err(error)
        }
    }
}

/// Queries are billed by their dimensions.
fn book_query(app: &App, trace: &Trace, index: &str) {
    let scope = &trace.scope;
    if let Ok(found) = app.vectorize.account(&scope.account).get(index) {
        let dimensions = found.describe().config.dimensions;
        app.ai.ledger().query(&scope.account, scope.clock.now(), index, dimensions);
    }
}

/// Bursts are refused in production, by a rate that nobody has published: a row without a value.
fn check_rate(trace: &Trace) -> Result<(), Error> {
    const ROW: &str = "vectorize.calls_per_minute";
    let scope = &trace.scope;
    let Some(limit) = scope.limits().value(ROW) else { return Ok(()) };
    let (calls, allowed) = scope.meters.rate(ROW, "", scope.clock.now(), 60, limit);
    trace.decided(ROW, calls, limit);
    if allowed { Ok(()) } else { Err(VectorizeError::RateLimited.into()) }
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
