//! What is queued with `queueRequest`, by account and request id.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use crate::ai::tasks::TokenUsage;

/// How long a finished batch can be asked for, on the steered clock. Not known of production.
const KEPT: SignedDuration = SignedDuration::from_hours(24);

/// One request of a batch, done.
#[derive(Debug, Clone, PartialEq)]
pub struct Done {
    pub external_reference: Option<Value>,
    /// The result, or code and text of a refusal.
    pub outcome: Result<Value, (u32, String)>,
    pub usage: TokenUsage,
}

/// One batch.
#[derive(Debug, Clone)]
struct Batch {
    account: String,
    model: String,
    queued: Timestamp,
    has_begun: bool,
    done: Option<Vec<Done>>,
}

#[derive(Debug, Default)]
pub struct Batches(Mutex<HashMap<String, Batch>>);

impl Batches {
    /// Queues a batch and says so.
    pub fn queue(&self, id: &str, account: &str, model: &str, now: Timestamp) -> Value {
        let batch =
            Batch { account: account.to_owned(), model: model.to_owned(), queued: now, has_begun: false, done: None };
        let mut batches = self.lock();
        batches.retain(|_, batch| batch.done.is_none() || now.duration_since(batch.queued) < KEPT);
        batches.insert(id.to_owned(), batch);
        json!({"status": "queued", "request_id": id, "model": model})
    }

    pub fn begin(&self, id: &str) {
        if let Some(batch) = self.lock().get_mut(id) {
            batch.has_begun = true;
        }
    }

    /// Keeps what came of a batch, unless it was forgotten meanwhile.
    pub fn finish(&self, id: &str, done: Vec<Done>) {
        if let Some(batch) = self.lock().get_mut(id) {
            batch.done = Some(done);
        }
    }

    /// What is known of a batch of this account and model; `None` for an id that nobody was given, or long ago.
    pub fn poll(&self, id: &str, account: &str, model: &str, now: Timestamp) -> Option<Value> {
        let batches = self.lock();
        let batch = batches.get(id).filter(|batch| batch.account == account && batch.model == model)?;
        match &batch.done {
            None => {
                let status = if batch.has_begun { "running" } else { "queued" };
                Some(json!({"status": status, "request_id": id, "model": model}))
            }
            Some(_) if now.duration_since(batch.queued) >= KEPT => None,
            Some(done) => Some(rendered(done)),
        }
    }

    /// Forgets `account`, or all.
    pub fn clear(&self, account: Option<&str>) {
        self.lock().retain(|_, batch| account.is_some_and(|account| batch.account != account));
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Batch>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn rendered(done: &[Done]) -> Value {
    let mut total = TokenUsage::default();
    let responses: Vec<Value> = done
        .iter()
        .enumerate()
        .map(|(id, done)| {
            total.prompt += done.usage.prompt;
            total.completion += done.usage.completion;
            let mut item = Map::new();
            item.insert("id".to_owned(), json!(id));
            match &done.outcome {
                Ok(result) => item.insert("result".to_owned(), result.clone()),
                Err((code, text)) => item.insert("error".to_owned(), json!({"code": code, "message": text})),
            };
            item.insert("success".to_owned(), json!(done.outcome.is_ok()));
            item.insert("external_reference".to_owned(), json!(done.external_reference));
            Value::Object(item)
        })
        .collect();
    json!({
        "responses": responses,
        "usage": {
            "prompt_tokens": total.prompt,
            "completion_tokens": total.completion,
            "total_tokens": total.prompt + total.completion,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;

    #[test]
    fn a_batch_is_queued_runs_and_is_done_for_a_day() {
        let (batches, now) = (Batches::default(), Clock::default().now());
        let poll = |now| batches.poll("1", "a", "m", now);
        assert_eq!(batches.queue("1", "a", "m", now)["status"], "queued");
        assert_eq!(poll(now).unwrap()["status"], "queued");
        batches.begin("1");
        assert_eq!(poll(now).unwrap()["status"], "running");
        let usage = TokenUsage { prompt: 3, completion: 2, ..TokenUsage::default() };
        let good = Done { external_reference: Some(json!("x")), outcome: Ok(json!({"response": "a"})), usage };
        let bad =
            Done { external_reference: None, outcome: Err((5006, "no".to_owned())), usage: TokenUsage::default() };
        batches.finish("1", vec![good, bad]);
        let done = poll(now).unwrap();
        assert_eq!(
            done["responses"][0],
            json!({"id": 0, "result": {"response": "a"}, "success": true, "external_reference": "x"})
        );
        assert_eq!(
            (&done["responses"][1]["success"], &done["responses"][1]["external_reference"]),
            (&json!(false), &Value::Null)
        );
        assert_eq!(done["usage"]["total_tokens"], 5);
        assert!(batches.poll("1", "b", "m", now).is_none() && batches.poll("1", "a", "other", now).is_none());
        assert!(poll(now + SignedDuration::from_hours(25)).is_none());
        batches.clear(Some("a"));
        assert!(poll(now).is_none());
    }
}
