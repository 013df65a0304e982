//! One file per task: what an input may hold, its defaults, and the shape of the answer. No HTTP, no tensors.

pub mod moondream;
pub mod pictures;
pub mod reranker;
pub mod speech;
pub mod summarization;
pub mod text_classification;
pub mod text_embeddings;
pub mod text_generation;
pub mod text_to_image;
pub mod text_to_speech;
pub mod translation;
mod usage;
pub mod voice_activity;

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
