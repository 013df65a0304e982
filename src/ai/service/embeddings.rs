//! Text embeddings through the engine.

use std::sync::Arc;

use serde_json::Value;
use tokio::sync::oneshot;

use super::ticket::{blocking, reply};
use super::{Ai, Made, Output, Running, refusal_of};
use crate::ai::catalog::{Model, Usage};
use crate::ai::resolve::Resolved;
use crate::ai::tasks::text_embeddings as task;
use crate::engine::backend::{EncoderOutput, Pooling};
use crate::engine::embed::{EmbedJob, EmbeddingModel, Embeddings, Prepared, isometry};
use crate::error::AiError;

/// Texts up to this many bytes in all are tokenised where they are; more would hold up the runtime's thread.
pub(super) const INLINE_BYTES: usize = 16 * 1024;

impl Ai {
    pub(super) async fn embed(
        &self,
        model: &'static Model,
        input: &Value,
        resolved: &Resolved,
        running: &Running,
    ) -> Result<Made, AiError> {
        let request = task::Request::parse(model, input)?;
        let encoder: Arc<EmbeddingModel> = running.model(&self.engine, resolved).await?;
        if encoder.spec().output != EncoderOutput::Vector {
            let text = format!(
                "checkpoint `{}` is a classifier, which makes no embeddings\nhint: bind a sentence embedder, or leave the binding out",
                encoder.name()
            );
            return Err(AiError::Model { text });
        }
        running.reserve(memory(&request.texts, model.dimensions.unwrap_or_default()))?;
        let prepared = prepare(&encoder, request.texts, model.max_input_tokens).await?;
        refuse_long(&request.refuse_over, model, &prepared)?;
        let tokens = prepared.tokens;
        let pooling = request.pooling.unwrap_or(encoder.spec().pooling);
        let embeddings = self.encode(&encoder, prepared, pooling, running).await?;

        let (values, dimensions) = fit(embeddings.values, embeddings.dimensions, model, resolved)?;
        let output = task::Output { values, dimensions, answer: request.answer, pooling, tokens };
        let usage = Usage::input(tokens);
        let Embeddings { queue_ms, compute_ms, .. } = embeddings;
        Ok(Made { output: Output::Embeddings(output), usage, queue_ms, compute_ms })
    }

    /// The vectors of texts, in their order.
    pub(super) async fn encode(
        &self,
        encoder: &EmbeddingModel,
        prepared: Prepared,
        pooling: Pooling,
        running: &Running,
    ) -> Result<Embeddings, AiError> {
        let (ticket, _guard) = running.ticket();
        let deadline = ticket.deadline;
        let (sender, receiver) = oneshot::channel();
        encoder
            .submit(EmbedJob {
                batch: prepared.batch,
                pooling: Some(pooling),
                ticket,
                // A receiver that is gone wants no answer.
                reply: Box::new(move |result| drop(sender.send(result))),
            })
            .map_err(refusal_of)?;
        reply(receiver, deadline).await
    }
}

/// Bytes that tokenising takes for each byte of text, about: an id, offsets and masks for each token.
pub(super) const TOKENISING: usize = 40;

/// Bytes that tokenising texts and making their vectors takes at most, about: tokens with their offsets, and a vector for each
/// text, as numbers and as JSON.
pub(super) fn memory(texts: &[String], dimensions: usize) -> usize {
    const PER_NUMBER: usize = 24;
    let bytes: usize = texts.iter().map(String::len).sum();
    bytes.saturating_mul(TOKENISING).saturating_add(texts.len().saturating_mul(dimensions).saturating_mul(PER_NUMBER))
}

pub(super) async fn prepare(
    encoder: &Arc<EmbeddingModel>,
    texts: Vec<String>,
    max_tokens: Option<usize>,
) -> Result<Prepared, AiError> {
    if texts.iter().map(String::len).sum::<usize>() <= INLINE_BYTES {
        return encoder.prepare(&texts, max_tokens).map_err(refusal_of);
    }
    let encoder = Arc::clone(encoder);
    blocking(move || encoder.prepare(&texts, max_tokens)).await
}

/// The refusals of models that do not cut (recorded live for bge-m3).
fn refuse_long(limit: &Option<usize>, model: &Model, prepared: &Prepared) -> Result<(), AiError> {
    let Some(limit) = *limit else { return Ok(()) };
    if prepared.longest > limit {
        return Err(AiError::Model { text: format!("Sequence too long: {} > {limit}", prepared.longest) });
    }
    if let Some(window) = model.context_window.filter(|window| prepared.tokens > *window) {
        let text = format!("Max context reached {} tokens but model supports only {window}", prepared.tokens);
        return Err(AiError::Model { text });
    }
    Ok(())
}

/// A stand-in's vectors in the width that the model has in production.
fn fit(values: Vec<f32>, dimensions: usize, model: &Model, resolved: &Resolved) -> Result<(Vec<f32>, usize), AiError> {
    match model.dimensions {
        Some(wanted) if wanted > dimensions => {
            Ok((isometry::widen(&values, dimensions, wanted).map_err(refusal_of)?, wanted))
        }
        Some(wanted) if wanted < dimensions => Err(AiError::Model {
            text: format!(
                "checkpoint `{}` makes {dimensions} dimensions, `{}` has {wanted}\nhint: bind a checkpoint of at most {wanted} dimensions",
                resolved.checkpoint.name(),
                model.name
            ),
        }),
        _ => Ok((values, dimensions)),
    }
}
