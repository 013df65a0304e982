//! What a stub answers, on the same way out as what a model says: the same events, meters, encoders and streams.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::generation::{from_json, text_bytes};
use super::{Ai, Answer, Call, Meta, Output, Running};
use crate::ai::catalog::{Model, Task, Usage};
use crate::ai::tasks::text_embeddings;
use crate::error::{AiError, Error};
use crate::harness::{Respond, STUB, Staged, estimate_tokens};

impl Ai {
    /// Answers an admitted call with what a stub says.
    pub(super) async fn stubbed(
        &self,
        model: &'static Model,
        input: &Value,
        call: &Call,
        staged: Staged,
        running: Running,
    ) -> Result<Answer, Error> {
        running.trace.with(|entry| {
            entry.checkpoint = Some(STUB.into());
            entry.fidelity = Some(STUB);
        });
        let Staged { respond, timing, .. } = staged;
        let generates = model.task == Task::TextGeneration;
        let said = match &*respond {
            Respond::Error(known, text) => {
                let error = running.trace.refusal(known, text.as_deref(), Some(&model.name), None);
                return Err(running.refuse(error));
            }
            Respond::Generation(said) if generates => said.clone(),
            Respond::Json(value) if generates => from_json(value),
            other => {
                // Even a pause of nothing takes the timer's millisecond.
                if timing.ttft_ms > 0.0 {
                    let (ticket, _guard) = running.ticket();
                    let pause = tokio::time::sleep(Duration::from_secs_f64(timing.ttft_ms / 1e3));
                    if tokio::time::timeout(ticket.deadline.remaining(), pause).await.is_err() {
                        return Err(running.fail(AiError::Timeout));
                    }
                }
                return match self.render(model, input, other) {
                    Ok(output) => Ok(finish(output, self.meta_of(model, STUB, STUB, &running), model, input, running)),
                    Err(error) => Err(running.fail(error)),
                };
            }
        };
        self.say(model, input, call, said, timing, STUB, running).await
    }

    /// The answer of another task.
    fn render(&self, model: &'static Model, input: &Value, respond: &Respond) -> Result<Output, AiError> {
        match respond {
            Respond::Json(value) => Ok(Output::Json(value.clone())),
            Respond::Embeddings(rows) if model.task == Task::TextEmbeddings => {
                let request = text_embeddings::Request::parse(model, input)?;
                let values = rows.iter().cycle().take(request.texts.len()).flatten().copied().collect();
                let tokens = request.texts.iter().map(|text| estimate_tokens(text.len()) as usize).sum();
                let pooling = request.pooling.unwrap_or_default();
                let dimensions = rows[0].len();
                Ok(Output::Embeddings(text_embeddings::Output {
                    values,
                    dimensions,
                    answer: request.answer,
                    pooling,
                    tokens,
                }))
            }
            Respond::File { bytes, content_type } => Ok(match self.base64_field(model) {
                Some(field) => Output::Json(json!({field: STANDARD.encode(bytes)})),
                None => Output::File { bytes: Arc::clone(bytes), content_type: content_type.clone() },
            }),
            Respond::Generation(said) => match text_field(model.task) {
                Some(field) => Ok(Output::Json(json!({field: said.text}))),
                None => Err(wrong("text", model)),
            },
            Respond::Embeddings(_) => Err(wrong("embeddings", model)),
            Respond::Error(..) => Err(AiError::Internal { reason: "a refusal is no answer".to_owned() }),
        }
    }

    /// The field of a model's answer that holds a file in base64; others answer the bytes themselves.
    fn base64_field(&self, model: &Model) -> Option<&'static str> {
        let pair = self.schema(model)?;
        let output = serde_json::to_value(&pair.output).ok()?;
        let holds = |field: &str| output.pointer(&format!("/properties/{field}/type")) == Some(&json!("string"));
        ["image", "audio"].into_iter().find(|field| holds(field))
    }
}

/// A stub that does not fit the model is a mistake of the test, which must not look like production's.
fn wrong(what: &str, model: &Model) -> AiError {
    AiError::NotEmulated {
        what: format!("a stub with {what} for `{}` ({})", model.name, model.task.name()),
        hint: "give the stub `json`, the model's whole answer".to_owned(),
    }
}

/// Where a task's answer has its text.
fn text_field(task: Task) -> Option<&'static str> {
    match task {
        Task::Translation => Some("translated_text"),
        Task::Summarization => Some("summary"),
        Task::ImageToText => Some("description"),
        Task::AutomaticSpeechRecognition => Some("text"),
        _ => None,
    }
}

/// Charges and ends a call that is answered at once.
fn finish(output: Output, meta: Meta, model: &'static Model, input: &Value, running: Running) -> Answer {
    let input_tokens = match &output {
        Output::Embeddings(output) => output.tokens as u64,
        _ => estimate_tokens(text_bytes(input)),
    };
    let neurons = running.settle(model, &Usage { input_tokens, ..Usage::default() });
    running.succeed(0.0, 0.0);
    Answer { meta, output, neurons: Some(neurons) }
}
