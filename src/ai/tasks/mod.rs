//! One file per task: what an input may hold, its defaults, and the shape of the answer. No HTTP, no tensors.

pub mod reranker;
pub mod text_embeddings;
pub mod text_generation;
mod usage;

pub use usage::TokenUsage;

use serde_json::Value;

use crate::error::AiError;

/// The task's own view of an input that has passed the model's schema.
fn field<'a>(input: &'a Value, name: &str) -> Option<&'a Value> {
    input.get(name).filter(|value| !value.is_null())
}

/// A field that the schema leaves open but the task cannot take.
fn refused(text: impl Into<String>) -> AiError {
    AiError::InvalidInput { text: text.into() }
}

/// `{"requests": […]}` and `{"request_id": …}` pass the schemas, but nothing queues them yet.
fn refuse_batch(input: &Value) -> Result<(), AiError> {
    if field(input, "requests").or_else(|| field(input, "request_id")).is_none() {
        return Ok(());
    }
    Err(AiError::NotEmulated { what: "a batch of requests".to_owned(), hint: "send them one by one".to_owned() })
}
