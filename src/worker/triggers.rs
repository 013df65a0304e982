//! Invocations that are not requests: a cron's run, a batch of a queue.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderMap, Request};
use http_body_util::BodyExt;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Worker;
use super::bounds::{Trigger, cron_trigger};
use super::instance::TRIGGER;
use super::invocation::Invocation;
use super::pool::Unavailable;
use super::running::{self, Order};
use crate::clock::Stopwatch;

/// One run of a cron.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Scheduled {
    /// Five fields; from it comes which limit of CPU time holds.
    #[serde(default = "every_minute")]
    pub cron: String,
    /// Milliseconds since 1970; now, if it is not said.
    pub scheduled_time: Option<i64>,
}

fn every_minute() -> String {
    "* * * * *".to_owned()
}

/// One batch for a queue's consumer.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Queue {
    #[serde(default = "queue_name")]
    pub queue: String,
    pub messages: Vec<QueueMessage>,
}

fn queue_name() -> String {
    "queue".to_owned()
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QueueMessage {
    /// Random, if it is not said.
    pub id: Option<String>,
    /// Milliseconds since 1970; now, if it is not said.
    pub timestamp: Option<i64>,
    pub attempts: Option<u32>,
    /// JSON, or bytes in `base64`.
    #[serde(default)]
    pub body: Value,
    pub base64: Option<String>,
}

/// Most messages of a batch, as a queue's consumer may ask for.
const BATCH: usize = 100;

#[derive(Debug, thiserror::Error)]
pub enum TriggerError {
    #[error("a batch has 1 to {BATCH} messages, not {0}")]
    Batch(usize),
    #[error("{0} requests wait for the Worker already\nhint: raise `worker.waiting_requests` with `--limits`")]
    Full(usize),
    #[error("the Worker does not start any more\nhint: the log says why")]
    Failing,
    #[error("the invocation was lost; this is a bug of candleflare")]
    Lost,
}

impl Worker {
    /// Runs the `scheduled` handler: what it answered, and the report.
    pub async fn scheduled(self: &Arc<Self>, run: Scheduled) -> Result<(Value, Invocation), TriggerError> {
        let now = self.clock.now().as_millisecond();
        let body = json!({"cron": run.cron, "scheduledTime": run.scheduled_time.unwrap_or(now)});
        self.trigger("scheduled", cron_trigger(&run.cron), run.cron, body).await
    }

    /// Runs the `queue` handler: which messages it took, and the report.
    pub async fn queue(self: &Arc<Self>, batch: Queue) -> Result<(Value, Invocation), TriggerError> {
        if batch.messages.is_empty() || batch.messages.len() > BATCH {
            return Err(TriggerError::Batch(batch.messages.len()));
        }
        let now = self.clock.now().as_millisecond();
        let message = |message: &QueueMessage| {
            let mut sent = json!({
                "id": message.id.clone().unwrap_or_else(|| self.entropy.uuid().replace('-', "")),
                "timestamp": message.timestamp.unwrap_or(now),
                "attempts": message.attempts.unwrap_or(1),
                "body": message.body,
            });
            if let Some(base64) = &message.base64 {
                sent["base64"] = json!(base64);
            }
            sent
        };
        let messages: Vec<Value> = batch.messages.iter().map(message).collect();
        let body = json!({"queue": batch.queue, "messages": messages});
        self.trigger("queue", Trigger::Queue, batch.queue, body).await
    }

    async fn trigger(
        self: &Arc<Self>,
        handler: &'static str,
        trigger: Trigger,
        event: String,
        body: Value,
    ) -> Result<(Value, Invocation), TriggerError> {
        let queued = Stopwatch::new();
        let lease = self.pool.lease().await.map_err(|unavailable| match unavailable {
            Unavailable::Full => TriggerError::Full(self.bounds.waiting),
            Unavailable::Failing => TriggerError::Failing,
        })?;
        let order = Order { trigger, event, queued, asked: HeaderMap::new() };
        let request = Request::post("/").header(TRIGGER, handler).header("host", "trigger");
        let request = request.body(Body::from(body.to_string())).map_err(|_| TriggerError::Lost)?;
        let (response, done) = running::run(self, order, lease, request).await;
        let answered = response.status().is_success();
        let body = response.into_body().collect().await.ok().map(|body| body.to_bytes()).filter(|_| answered);
        let said = body.and_then(|body| serde_json::from_slice(&body).ok()).unwrap_or(Value::Null);
        Ok((said, done.await.map_err(|_| TriggerError::Lost)?))
    }
}
