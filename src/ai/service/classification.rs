//! Text classification through the engine's encoders.

use std::sync::Arc;

use serde_json::Value;

use super::embeddings::{memory, prepare};
use super::{Ai, Made, Output, Running};
use crate::ai::catalog::{Model, Usage};
use crate::ai::resolve::Resolved;
use crate::ai::tasks::text_classification as task;
use crate::engine::backend::EncoderOutput;
use crate::engine::embed::EmbeddingModel;
use crate::error::AiError;

impl Ai {
    pub(super) async fn classify(
        &self,
        model: &'static Model,
        input: &Value,
        resolved: &Resolved,
        running: &Running,
    ) -> Result<Made, AiError> {
        let texts = vec![task::parse(input)?];
        let encoder: Arc<EmbeddingModel> = running.model(&self.engine, resolved).await?;
        let (spec, labels) = (encoder.spec(), encoder.labels());
        if spec.output != EncoderOutput::Logits || labels.len() != spec.dimensions {
            let text = format!(
                "checkpoint `{}` does not name {} classes (`id2label`)\nhint: bind a text classifier, or leave the binding out for the bundled one",
                encoder.name(),
                spec.dimensions
            );
            return Err(AiError::Model { text });
        }
        running.reserve(memory(&texts, spec.dimensions))?;
        let prepared = prepare(&encoder, texts, model.max_input_tokens).await?;
        let tokens = prepared.tokens;
        let logits = self.encode(&encoder, prepared, encoder.spec().pooling, running).await?;
        let output = Output::Json(task::render(encoder.labels(), &logits.values));
        Ok(Made { output, usage: Usage::input(tokens), queue_ms: logits.queue_ms, compute_ms: logits.compute_ms })
    }
}
