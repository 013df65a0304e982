//! Invocations that are not requests: a cron's run, a batch of a queue.

use std::str::FromStr;
use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderMap, Request, Response};
use http_body_util::BodyExt;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::oneshot;

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

#[derive(Debug, Clone, Default, Deserialize)]
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
    /// In Base64, as the runtime serialised it.
    #[serde(skip)]
    pub serialized: Option<String>,
}

/// One invocation, as `--trigger` says it: `http`, `cron` or `queue`, each with more after a `=`.
#[derive(Debug, Clone)]
pub enum Once {
    /// A path.
    Http(String),
    Cron(Scheduled),
    Queue(Queue),
}

impl FromStr for Once {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (kind, more) = text.split_once('=').map_or((text, None), |(kind, more)| (kind, Some(more)));
        match kind {
            "http" => {
                let path = more.unwrap_or("/");
                if path.starts_with('/') {
                    Ok(Self::Http(path.to_owned()))
                } else {
                    Err(TriggerError::Path(path.to_owned()).to_string())
                }
            }
            "cron" => {
                Ok(Self::Cron(Scheduled { cron: more.map_or_else(every_minute, str::to_owned), scheduled_time: None }))
            }
            "queue" => {
                let body = more.map(serde_json::from_str).transpose();
                let body = body.map_err(|error| {
                    format!("`{text}`: {error}\nhint: what is after `queue=` is one message's body as JSON")
                })?;
                let message = QueueMessage { body: body.unwrap_or_default(), ..QueueMessage::default() };
                Ok(Self::Queue(Queue { queue: queue_name(), messages: vec![message] }))
            }
            other => Err(format!(
                "`{other}` is not a trigger\nhint: `http`, `cron` or `queue`; or `http=/path`, `cron=0 3 * * *`, `queue={{\"id\": 1}}`"
            )),
        }
    }
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
    #[error("`{0}` is not a path\nhint: it begins with a slash, and has no blanks")]
    Path(String),
    #[error("the invocation was lost; this is a bug of candleflare")]
    Lost,
}

impl Worker {
    /// Runs one invocation: the report.
    pub async fn once(self: &Arc<Self>, once: Once) -> Result<Invocation, TriggerError> {
        match once {
            Once::Http(path) => self.get(&path).await,
            Once::Cron(run) => self.scheduled(run).await.map(|(_, invocation)| invocation),
            Once::Queue(batch) => self.queue(batch).await.map(|(_, invocation)| invocation),
        }
    }

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
            for (key, base64) in [("base64", &message.base64), ("serialized", &message.serialized)] {
                if let Some(base64) = base64 {
                    sent[key] = json!(base64);
                }
            }
            sent
        };
        let messages: Vec<Value> = batch.messages.iter().map(message).collect();
        let body = json!({"queue": batch.queue, "messages": messages});
        self.trigger("queue", Trigger::Queue, batch.queue, body).await
    }

    /// Sends a GET for `path`, which begins with a slash: the report.
    pub async fn get(self: &Arc<Self>, path: &str) -> Result<Invocation, TriggerError> {
        let request = Request::get(path).header("host", "localhost").body(Body::empty());
        let request = request.map_err(|_| TriggerError::Path(path.to_owned()))?;
        let (response, done) = self.invoke(Trigger::Http, format!("GET {path}"), request).await?;
        // The invocation ends once its response is out.
        let _ = response.into_body().collect().await;
        done.await.map_err(|_| TriggerError::Lost)
    }

    async fn invoke(
        self: &Arc<Self>,
        trigger: Trigger,
        event: String,
        request: Request<Body>,
    ) -> Result<(Response<Body>, oneshot::Receiver<Invocation>), TriggerError> {
        let queued = Stopwatch::new();
        let lease = self.pool.lease(false).await.map_err(|unavailable| match unavailable {
            Unavailable::Full => TriggerError::Full(self.bounds.waiting),
            Unavailable::Failing => TriggerError::Failing,
        })?;
        let order = Order { trigger, event, queued, asked: HeaderMap::new() };
        Ok(running::run(self, order, lease, request).await)
    }

    async fn trigger(
        self: &Arc<Self>,
        handler: &'static str,
        trigger: Trigger,
        event: String,
        body: Value,
    ) -> Result<(Value, Invocation), TriggerError> {
        let request = Request::post("/").header(TRIGGER, handler).header("host", "trigger");
        let request = request.body(Body::from(body.to_string())).map_err(|_| TriggerError::Lost)?;
        let (response, done) = self.invoke(trigger, event, request).await?;
        let answered = response.status().is_success();
        let body = response.into_body().collect().await.ok().map(|body| body.to_bytes()).filter(|_| answered);
        let said = body.and_then(|body| serde_json::from_slice(&body).ok()).unwrap_or(Value::Null);
        Ok((said, done.await.map_err(|_| TriggerError::Lost)?))
    }
}
