//! Text classification through the engine's encoders.

use std::sync::Arc;

use serde_json::Value;

use super::embeddings::{memory, prepare};
use super::{Ai, Answer, Output, Running};
use crate::ai::catalog::Model;
use crate::ai::resolve::Resolved;
use crate::ai::tasks::text_classification as task;
use crate::engine::backend::EncoderOutput;
use crate::engine::embed::EmbeddingModel;
use crate::error::{AiError, Error};

impl Ai {
    pub(super) async fn classify(
        &self,
        model: &'static Model,
        input: &Value,
        resolved: Resolved,
        running: Running,
    ) -> Result<Answer, Error> {
        let done = self.classify_inner(model, input, &resolved, &running).await;
        running.end(done)
    }

    async fn classify_inner(
        &self,
        model: &'static Model,
        input: &Value,
        resolved: &Resolved,
        running: &Running,
    ) -> Result<(Answer, f64, f64), AiError> {
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
        let neurons = Some(running.settle_input(model, tokens));
        let output = Output::Json(task::render(encoder.labels(), &logits.values));
        Ok((Answer { meta: self.meta(model, resolved, running), output, neurons }, logits.queue_ms, logits.compute_ms))
    }
}
