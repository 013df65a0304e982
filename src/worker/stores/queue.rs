//! A queue: what producers send waits for its consumer, in batches, and comes again when that fails.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, Response, request::Parts};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::Notify;
use tokio::time::Instant;

use super::{Consumer, Producer, Refused};
use crate::clock::Clock;
use crate::entropy::Entropy;
use crate::worker::Worker;
use crate::worker::triggers::{self, QueueMessage, TriggerError};

/// Limits of <https://developers.cloudflare.com/queues/platform/limits/>.
const MOST_MESSAGE_BYTES: usize = 128_000;
const MOST_BATCH: usize = 100;
const MOST_BATCH_BYTES: usize = 256_000;
const MOST_DELAY_SECONDS: u64 = 86_400;
/// Bytes of messages that a queue holds, those included that are delayed or in a batch: memory is all that there is here.
const MOST_HELD: usize = 256 << 20;
/// Larger than any batch is, in Base64 and with what is around it.
pub const MOST_REQUEST_BYTES: usize = 1 << 20;

/// How long a queue waits for a Worker that is too busy.
const BUSY: Duration = Duration::from_millis(250);

pub struct Queue {
    name: String,
    consumer: Option<Consumer>,
    clock: Clock,
    entropy: Entropy,
    waiting: Mutex<VecDeque<Message>>,
    /// Bytes of all messages that nobody has taken for good.
    held: AtomicUsize,
    arrived: Notify,
    /// Where messages go that have failed too often.
    dead: OnceLock<Weak<Queue>>,
}

#[derive(Debug, Clone)]
struct Message {
    id: String,
    /// Milliseconds since 1970.
    timestamp: i64,
    content: Content,
    failed: u32,
}

/// `json`, `text`, `bytes`, or `v8`: the runtime's own serialisation.
#[derive(Debug, Clone)]
struct Content {
    format: String,
    bytes: Vec<u8>,
}

#[derive(Debug, Deserialize)]
struct Batch {
    messages: Vec<Sent>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Sent {
    content_type: Option<String>,
    delay_secs: Option<u64>,
    /// Base64.
    body: String,
}

/// What the runtime says of a batch that was handled.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Handled {
    outcome: String,
    retry_batch: Retry,
    retry_messages: Vec<Retry>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Retry {
    retry: bool,
    msg_id: String,
    delay_seconds: Option<u64>,
}

impl Queue {
    pub fn new(name: String, consumer: Option<Consumer>, clock: Clock, entropy: Entropy) -> Self {
        let (waiting, held) = (Mutex::default(), AtomicUsize::new(0));
        Self { name, consumer, clock, entropy, waiting, held, arrived: Notify::new(), dead: OnceLock::new() }
    }

    pub fn consumer(&self) -> Option<&Consumer> {
        self.consumer.as_ref()
    }

    pub fn bury_in(&self, dead: &Arc<Self>) {
        // Set once.
        let _ = self.dead.set(Arc::downgrade(dead));
    }

    pub fn answer(
        self: &Arc<Self>,
        producer: &Producer,
        parts: &Parts,
        body: &[u8],
    ) -> Result<Response<Body>, Refused> {
        let default = delay(&parts.headers)?.or(producer.delivery_delay);
        let sent = match parts.uri.path() {
            "/metrics" => return Ok(super::json(&self.metrics())),
            "/message" => {
                let format = parts.headers.get("x-msg-fmt").and_then(|format| format.to_str().ok());
                vec![(content(format, body.to_vec())?, default)]
            }
            "/batch" => batch(body, default)?,
            _ => return Err(Refused(404, "Not Found".to_owned())),
        };
        let bytes: usize = sent.iter().map(|(content, _)| content.bytes.len()).sum();
        if self.held.load(Ordering::Relaxed).saturating_add(bytes) > MOST_HELD {
            return Err(Refused(429, format!("the queue holds {MOST_HELD} bytes that nobody has taken")));
        }
        let metrics = self.metrics();
        let timestamp = self.clock.now().as_millisecond();
        for (content, delay) in sent {
            let id = self.entropy.uuid().replace('-', "");
            self.accept(Message { id, timestamp, content, failed: 0 }, delay.unwrap_or_default());
        }
        Ok(super::json(&json!({"metadata": {"metrics": metrics}})))
    }

    fn waiting(&self) -> std::sync::MutexGuard<'_, VecDeque<Message>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn metrics(&self) -> Value {
        let waiting = self.waiting();
        let bytes: usize = waiting.iter().map(|message| message.content.bytes.len()).sum();
        let oldest = waiting.front().map_or(0, |message| message.timestamp);
        json!({"backlogCount": waiting.len(), "backlogBytes": bytes, "oldestMessageTimestamp": oldest})
    }

    fn accept(self: &Arc<Self>, message: Message, seconds: u64) {
        // Without a consumer here nobody ever takes them, as where it is another Worker's.
        if self.consumer.is_some() {
            self.held.fetch_add(message.content.bytes.len(), Ordering::Relaxed);
            self.push_after(message, seconds);
        }
    }

    fn push_after(self: &Arc<Self>, message: Message, seconds: u64) {
        if seconds == 0 {
            return self.push(message);
        }
        let queue = Arc::downgrade(self);
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_secs(seconds)).await;
            if let Some(queue) = queue.upgrade() {
                queue.push(message);
            }
        });
    }

    fn push(&self, message: Message) {
        self.waiting().push_back(message);
        self.arrived.notify_one();
    }

    /// Takes batches to the Worker until that is gone.
    pub async fn deliver(self: Arc<Self>, worker: Weak<Worker>) {
        let Some(consumer) = self.consumer.clone() else { return };
        loop {
            self.gather(&consumer).await;
            let count = consumer.max_batch_size.min(self.waiting().len());
            let batch: Vec<Message> = self.waiting().drain(..count).collect();
            let order = triggers::Queue {
                queue: self.name.clone(),
                messages: batch.iter().map(Message::for_consumer).collect(),
            };
            let Some(worker) = worker.upgrade() else { return };
            match worker.queue(order).await {
                Ok((said, _)) => self.settle(batch, &consumer, said),
                Err(TriggerError::Full(_)) => {
                    self.put_back(batch);
                    tokio::time::sleep(BUSY).await;
                }
                Err(error) => {
                    tracing::warn!(target: "candleflare::worker", queue = self.name, %error, "a batch was not handled");
                    self.settle(batch, &consumer, Value::Null);
                }
            }
        }
    }

    /// As if they had not been taken: it counts as no attempt.
    fn put_back(&self, batch: Vec<Message>) {
        let mut waiting = self.waiting();
        batch.into_iter().rev().for_each(|message| waiting.push_front(message));
    }

    /// Waits for a full batch, or for the time that its first message may wait.
    async fn gather(&self, consumer: &Consumer) {
        let mut deadline = None;
        loop {
            let arrived = self.arrived.notified();
            match self.waiting().len() {
                0 => {}
                count if count >= consumer.max_batch_size => return,
                _ => {
                    deadline.get_or_insert_with(|| Instant::now() + Duration::from_secs(consumer.max_batch_timeout));
                }
            }
            match deadline {
                None => arrived.await,
                Some(deadline) => {
                    if tokio::time::timeout_at(deadline, arrived).await.is_err() {
                        return;
                    }
                }
            }
        }
    }

    /// What was not handled comes again, or is buried. Nothing said means that the handler failed.
    fn settle(self: &Arc<Self>, batch: Vec<Message>, consumer: &Consumer, said: Value) {
        let handled: Handled = serde_json::from_value(said).unwrap_or_default();
        let all = handled.outcome != "ok" || handled.retry_batch.retry;
        for mut message in batch {
            let own = handled.retry_messages.iter().find(|retry| retry.msg_id == message.id);
            let again = all || own.is_some();
            message.failed += u32::from(again);
            if again && message.failed <= consumer.max_retries {
                let delay = own.and_then(|retry| retry.delay_seconds).or(handled.retry_batch.delay_seconds);
                self.push_after(message, delay.or(consumer.retry_delay).unwrap_or_default().min(MOST_DELAY_SECONDS));
                continue;
            }
            self.held.fetch_sub(message.content.bytes.len(), Ordering::Relaxed);
            if !again {
                continue;
            }
            let dead = self.dead.get().and_then(Weak::upgrade);
            let to = dead.as_ref().map_or("dropped", |dead| dead.name.as_str());
            tracing::warn!(target: "candleflare::worker", queue = self.name, id = message.id, attempts = message.failed, to, "a message failed too often");
            if let Some(dead) = dead {
                message.failed = 0;
                dead.accept(message, 0);
            }
        }
    }
}

impl Message {
    fn for_consumer(&self) -> QueueMessage {
        let Content { format, bytes } = &self.content;
        let mut message = QueueMessage {
            id: Some(self.id.clone()),
            timestamp: Some(self.timestamp),
            attempts: Some(self.failed + 1),
            ..QueueMessage::default()
        };
        match format.as_str() {
            "text" => message.body = String::from_utf8_lossy(bytes).into(),
            "json" => message.body = serde_json::from_slice(bytes).unwrap_or_default(),
            "bytes" => message.base64 = Some(STANDARD.encode(bytes)),
            _ => message.serialized = Some(STANDARD.encode(bytes)),
        }
        message
    }
}

fn delay(headers: &HeaderMap) -> Result<Option<u64>, Refused> {
    let Some(text) = headers.get("x-msg-delay-secs").and_then(|delay| delay.to_str().ok()) else { return Ok(None) };
    let delay = text.parse().ok().filter(|delay| *delay <= MOST_DELAY_SECONDS);
    delay.map(Some).ok_or_else(|| Refused(400, format!("message delay {text} is invalid")))
}

fn content(format: Option<&str>, bytes: Vec<u8>) -> Result<Content, Refused> {
    let format = format.unwrap_or("v8");
    if !matches!(format, "text" | "json" | "bytes" | "v8") {
        let text = format!(
            "message content type {format} is invalid; if specified, must be one of 'text', 'json', 'bytes', or 'v8'"
        );
        return Err(Refused(400, text));
    }
    let size = bytes.len();
    if size > MOST_MESSAGE_BYTES {
        return Err(Refused(413, format!("message length of {size} bytes exceeds limit of {MOST_MESSAGE_BYTES}")));
    }
    Ok(Content { format: format.to_owned(), bytes })
}

fn batch(body: &[u8], default: Option<u64>) -> Result<Vec<(Content, Option<u64>)>, Refused> {
    let wrong = |error: String| Refused(400, format!("the batch cannot be read: {error}"));
    let batch: Batch = serde_json::from_slice(body).map_err(|error| wrong(error.to_string()))?;
    let count = batch.messages.len();
    if count > MOST_BATCH {
        return Err(Refused(413, format!("batch message count of {count} exceeds limit of {MOST_BATCH}")));
    }
    let mut sent = Vec::with_capacity(count);
    for message in batch.messages {
        let bytes = STANDARD.decode(&message.body).map_err(|error| wrong(error.to_string()))?;
        sent.push((content(message.content_type.as_deref(), bytes)?, message.delay_secs.or(default)));
    }
    let size: usize = sent.iter().map(|(content, _)| content.bytes.len()).sum();
    if size > MOST_BATCH_BYTES {
        return Err(Refused(413, format!("batch size of {size} bytes exceeds limit of {MOST_BATCH_BYTES}")));
    }
    Ok(sent)
}
