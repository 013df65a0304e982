//! `/__candleflare/export` and `/__candleflare/import`: Vectorize's state as NDJSON, streamed both ways.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, Response, header};
use futures_util::StreamExt;
use serde_json::json;
use tokio::sync::mpsc;

use super::mutations::account;
use super::{refusal, refused};
use crate::api::App;
use crate::api::envelope::{Reply, json_reply};
use crate::api::incoming::Incoming;
use crate::error::AiError;
use crate::vectorize::Import;

/// Pieces on their way between a socket and the index: a slow peer holds the other side back.
const PIECES: usize = 4;

/// An account, or `?index=` of it.
pub async fn export(app: App, incoming: Incoming) -> Reply {
    let account = match account(&app, &incoming, None) {
        Ok(account) => account,
        Err(text) => return refused(&refusal(text)),
    };
    let export = match account.export(incoming.query_value("index").as_deref()) {
        Ok(export) => export,
        Err(error) => return refused(&error.into()),
    };
    let (pieces, mut sent) = mpsc::channel(PIECES);
    tokio::task::spawn_blocking(move || {
        for piece in export {
            // Whoever asked has gone away.
            if pieces.blocking_send(Ok::<_, std::convert::Infallible>(Bytes::from(piece))).is_err() {
                return;
            }
        }
    });
    let stream = futures_util::stream::poll_fn(move |context| sent.poll_recv(context));
    let mut reply = Response::new(Body::from_stream(stream));
    reply.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-ndjson"));
    reply
}

/// Everything or nothing; `?replace=true` replaces indexes that exist.
pub async fn import(app: App, incoming: Incoming) -> Reply {
    let account = match account(&app, &incoming, None) {
        Ok(account) => account,
        Err(text) => return refused(&refusal(text)),
    };
    let replace = match incoming.query_value("replace").as_deref() {
        None | Some("false") => false,
        Some("true" | "") => true,
        Some(_) => return refused(&refusal("`replace` is true or false")),
    };
    let (pieces, mut sent) = mpsc::channel::<Bytes>(PIECES);
    let work = tokio::task::spawn_blocking(move || {
        let mut import = Import::new(account.bounds());
        while let Some(piece) = sent.blocking_recv() {
            import.feed(&piece)?;
        }
        import.finish(&account, replace)
    });
    let mut body = incoming.take_stream().into_data_stream();
    let seconds = app.harness.limits().value("http.request_seconds").unwrap_or(u64::from(u32::MAX));
    // A large import takes its time, but not between two pieces.
    let patience = Duration::from_secs(seconds);
    loop {
        let Ok(piece) = tokio::time::timeout(patience, body.next()).await else {
            return refused(&refusal(format!("the upload did not go on within {seconds} seconds")));
        };
        let Some(piece) = piece else { break };
        match piece {
            Ok(piece) => {
                // A refusal ended the work: it is heard below.
                if pieces.send(piece).await.is_err() {
                    break;
                }
            }
            Err(error) => {
                return refused(&refusal(format!("the upload broke off: {error}")));
            }
        }
    }
    drop(pieces);
    match work.await {
        Ok(Ok(imported)) => json_reply(200, &json!({"indexes": imported.indexes, "vectors": imported.vectors})),
        Ok(Err(error)) => refused(&error),
        Err(error) => refused(&AiError::Internal { reason: error.to_string() }.into()),
    }
}
