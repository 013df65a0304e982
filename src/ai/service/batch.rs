//! The batch API: `{"requests": […]}` is queued and computed in the background, `{"request_id": …}` asks for it.

use std::sync::Arc;

use serde_json::Value;

use super::{Ai, Answer, Call, Output, Running};
use crate::ai::batch::Done;
use crate::ai::catalog::{Model, Property};
use crate::ai::schema;
use crate::ai::tasks::TokenUsage;
use crate::ai::tasks::text_generation::Identity;
use crate::error::{AiError, Error};

/// What an input that is no batch has.
const OF_ONE: [&str; 6] = ["prompt", "messages", "text", "input", "contexts", "queries"];

/// What a call wants of the batch API, if anything.
pub(super) enum Wanted {
    Queue(Value),
    Poll(String),
}

impl Wanted {
    pub fn of(call: &Call) -> Result<Option<Self>, AiError> {
        let has = |name: &str| call.input.get(name).filter(|value| !value.is_null());
        if let Some(id) = has("request_id") {
            let id = id.as_str().ok_or_else(|| bad("Error: Type mismatch of '/request_id', it must be a string"))?;
            return Ok(Some(Self::Poll(id.to_owned())));
        }
        // Beside an input of its own, `requests` is one more property that nobody reads, unless a batch is asked for.
        let is_batch = call.options.queue || !OF_ONE.iter().any(|name| has(name).is_some());
        match has("requests") {
            Some(requests) if is_batch => Ok(Some(Self::Queue(requests.clone()))),
            Some(_) => Ok(None),
            None if call.options.queue => Err(bad("Error: required properties at '/' are 'requests'")),
            None => Ok(None),
        }
    }
}

fn bad(text: &str) -> AiError {
    AiError::BadInput { text: text.to_owned() }
}

impl Ai {
    /// Queues or polls. Neither is charged; the requests of a batch are, when they are computed.
    pub(super) fn batch(
        self: &Arc<Self>,
        call: Call,
        wanted: Result<Option<Wanted>, AiError>,
        running: Running,
    ) -> Result<Answer, Error> {
        match wanted.and_then(|wanted| self.batch_inner(call, wanted, &running)) {
            Ok(answer) => {
                running.succeed(0.0, 0.0);
                Ok(answer)
            }
            Err(error) => Err(running.fail(error)),
        }
    }

    fn batch_inner(self: &Arc<Self>, call: Call, wanted: Option<Wanted>, running: &Running) -> Result<Answer, AiError> {
        let scope = running.scope();
        let now = scope.clock.now();
        let model = self.usable(&call.model, running)?;
        let body = match wanted {
            None => return Err(bad("Error: required properties at '/' are 'requests'")),
            Some(Wanted::Poll(id)) => {
                let found = self.shared.batches.poll(&id, &scope.account, &model.name, now);
                found
                    .ok_or_else(|| AiError::InvalidInput { text: format!("there is no batch `{id}` of this model") })?
            }
            Some(Wanted::Queue(requests)) => {
                let requests = self.check_batch(model, &call, requests, running)?;
                let id = scope.entropy.uuid();
                let queued = self.shared.batches.queue(&id, &scope.account, &model.name, now);
                tokio::spawn(work(Arc::clone(self), call, id, requests));
                queued
            }
        };
        let resolved = self.resolver.resolve(model)?;
        Ok(Answer { meta: self.meta(model, &resolved, running), output: Output::Json(body), neurons: None })
    }

    /// Everything that can be refused before a batch is queued: the whole of it is checked by the model's schema.
    fn check_batch(
        &self,
        model: &Model,
        call: &Call,
        requests: Value,
        running: &Running,
    ) -> Result<Vec<Value>, AiError> {
        if let Some(pair) = self.schema(model) {
            schema::check(&pair.input, &mut call.input.clone()).map_err(|text| AiError::BadInput { text })?;
        }
        if !model.has(Property::AsyncQueue) {
            let hint = "send the requests one by one, or take a model with the property `async_queue`";
            let text = format!("model {} does not support batches\nhint: {hint}", model.name);
            return Err(AiError::InvalidInput { text });
        }
        let requests = match requests {
            Value::Array(requests) if !requests.is_empty() => requests,
            _ => return Err(AiError::InvalidInput { text: "requests must be a list, and not empty".to_owned() }),
        };
        let bytes = call.input.to_string().len() as u64;
        if running.trace.exceeds(&running.scope().limits(), "ai.batch_bytes", bytes).is_some() {
            return Err(AiError::TooLarge);
        }
        self.check_budget(running)?;
        Ok(requests)
    }
}

/// A request without its reference, and the reference.
fn split(request: &Value) -> (Value, Option<Value>) {
    let mut request = request.clone();
    let reference = request.as_object_mut().and_then(|members| members.shift_remove("external_reference"));
    (request, reference.filter(|reference| !reference.is_null()))
}

/// Computes a batch. Each request takes the path of any other call, and its refusal is its own.
async fn work(ai: Arc<Ai>, call: Call, id: String, requests: Vec<Value>) {
    ai.shared.batches.begin(&id);
    let mut done = Vec::with_capacity(requests.len());
    for request in &requests {
        let (mut input, external_reference) = split(request);
        if let Some(members) = input.as_object_mut() {
            members.shift_remove("stream");
        }
        let answer = ai.infer(Call { input, trace: call.trace.another(), ..call.clone() }).await;
        let (outcome, usage) = match answer {
            Ok(answer) => (rendered(&answer), used(&answer)),
            Err(refusal) => (Err((refusal.error.code(), refusal.error.to_string())), TokenUsage::default()),
        };
        done.push(Done { external_reference, outcome, usage });
    }
    ai.shared.batches.finish(&id, done);
}

fn rendered(answer: &Answer) -> Result<Value, (u32, String)> {
    let Answer { meta, output, .. } = answer;
    match output {
        Output::Embeddings(output) => output
            .render()
            .and_then(|text| serde_json::from_str(text.get()))
            .map_err(|error| (AiError::Internal { reason: String::new() }.code(), error.to_string())),
        Output::Generation { form, output } => {
            let identity = Identity { id: meta.request_id.clone(), created: meta.created, model: meta.model.clone() };
            Ok(output.render(meta.style, *form, &identity))
        }
        Output::Json(result) => Ok(result.clone()),
        Output::Said(result) => serde_json::from_str(result.get())
            .map_err(|error| (AiError::Internal { reason: String::new() }.code(), error.to_string())),
        // `stream` has been taken off.
        Output::Stream(_) | Output::Recorded(_) | Output::File { .. } => Ok(Value::Null),
    }
}

fn used(answer: &Answer) -> TokenUsage {
    match &answer.output {
        Output::Embeddings(output) => TokenUsage { prompt: output.tokens, ..TokenUsage::default() },
        Output::Generation { output, .. } => output.usage,
        Output::Stream(_) | Output::Recorded(_) | Output::Json(_) | Output::Said(_) | Output::File { .. } => {
            TokenUsage::default()
        }
    }
}
