//! Reranking: by a cross-encoder, as production's; or by an embedder, the contexts ranked by their vectors' cosine.

use std::sync::Arc;

use serde_json::Value;

use super::embeddings::{TOKENISING, memory, prepare};
use super::ticket::blocking;
use super::{Ai, Made, Output, Running};
use crate::ai::catalog::{Model, Usage};
use crate::ai::resolve::Resolved;
use crate::ai::tasks::reranker as task;
use crate::engine::backend::EncoderOutput;
use crate::engine::embed::EmbeddingModel;
use crate::error::AiError;

impl Ai {
    pub(super) async fn rerank(
        &self,
        model: &'static Model,
        input: &Value,
        resolved: &Resolved,
        running: &Running,
    ) -> Result<Made, AiError> {
        let request = task::Request::parse(input)?;
        let encoder: Arc<EmbeddingModel> = running.model(&self.engine, resolved).await?;
        let top_k = request.top_k;
        let (scores, tokens, times) = match encoder.spec().output {
            EncoderOutput::Vector => self.by_cosine(model, &encoder, request, running).await?,
            EncoderOutput::Logits => self.by_pairs(&encoder, request, running).await?,
        };
        let output = Output::Json(task::render(&scores, top_k));
        Ok(Made { output, usage: Usage::input(tokens), queue_ms: times[0], compute_ms: times[1] })
    }

    /// Scores from each context's vector and the query's.
    async fn by_cosine(
        &self,
        model: &Model,
        encoder: &Arc<EmbeddingModel>,
        request: task::Request,
        running: &Running,
    ) -> Result<Scored, AiError> {
        let task::Request { query, contexts: mut texts, .. } = request;
        texts.push(query);
        running.reserve(memory(&texts, encoder.spec().dimensions))?;
        let prepared = prepare(encoder, texts, model.max_input_tokens).await?;
        let tokens = prepared.tokens;
        let embeddings = self.encode(encoder, prepared, encoder.spec().pooling, running).await?;
        let mut rows: Vec<&[f32]> = embeddings.values.chunks_exact(embeddings.dimensions).collect();
        let query = rows.pop().unwrap_or_default();
        // Rows have length 1, so a product is a cosine.
        let cosine = |row: &&[f32]| row.iter().zip(query).map(|(a, b)| a * b).sum();
        let scores = rows.iter().map(cosine).map(task::score_of_cosine).collect();
        Ok((scores, tokens, [embeddings.queue_ms, embeddings.compute_ms]))
    }

    /// Scores by a cross-encoder, which reads the query with each context.
    async fn by_pairs(
        &self,
        encoder: &Arc<EmbeddingModel>,
        request: task::Request,
        running: &Running,
    ) -> Result<Scored, AiError> {
        let task::Request { query, contexts, .. } = request;
        let classes = encoder.spec().dimensions;
        if classes != 1 {
            let text = format!(
                "checkpoint `{}` tells {classes} classes apart, a reranker has one\nhint: bind a reranker, or leave the binding out for the bundled one",
                encoder.name()
            );
            return Err(AiError::Model { text });
        }
        // The query is tokenised with each context.
        let bytes = contexts.iter().map(|context| context.len().saturating_add(query.len())).sum::<usize>();
        running.reserve(bytes.saturating_mul(TOKENISING))?;
        let tokeniser = Arc::clone(encoder);
        let prepared = blocking(move || tokeniser.prepare_pairs(&query, &contexts)).await?;
        let tokens = prepared.tokens;
        let logits = self.encode(encoder, prepared, encoder.spec().pooling, running).await?;
        let scores = logits.values.iter().copied().map(task::score_of_logit).collect();
        Ok((scores, tokens, [logits.queue_ms, logits.compute_ms]))
    }
}

/// A score for each context, the tokens that were read, and the milliseconds queued and computing.
type Scored = (Vec<f32>, usize, [f64; 2]);
