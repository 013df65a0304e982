//! Reranking with an embedder: the query and the contexts as vectors, ranked by cosine.

use serde_json::Value;

use super::embeddings::{memory, prepare};
use super::{Ai, Answer, Output, Running, refusal_of};
use crate::ai::catalog::Model;
use crate::ai::resolve::Resolved;
use crate::ai::tasks::reranker as task;
use crate::error::{AiError, Error};

impl Ai {
    pub(super) async fn rerank(
        &self,
        model: &'static Model,
        input: &Value,
        resolved: Resolved,
        running: Running,
    ) -> Result<Answer, Error> {
        let done = self.rerank_inner(model, input, &resolved, &running).await;
        running.end(done)
    }

    async fn rerank_inner(
        &self,
        model: &'static Model,
        input: &Value,
        resolved: &Resolved,
        running: &Running,
    ) -> Result<(Answer, f64, f64), AiError> {
        let task::Request { query, contexts: mut texts, top_k } = task::Request::parse(input)?;
        refuse_cross_encoder(resolved)?;
        let encoder = self.encoder(resolved).await?;
        texts.push(query);
        running.reserve(memory(&texts, encoder.spec().dimensions))?;
        let prepared = prepare(&encoder, texts, model.max_input_tokens).await?;
        let tokens = prepared.tokens;
        let embeddings = self.encode(&encoder, prepared, encoder.spec().pooling, running).await?;
        let mut rows: Vec<&[f32]> = embeddings.values.chunks_exact(embeddings.dimensions).collect();
        let query = rows.pop().unwrap_or_default();
        // Rows have length 1, so a product is a cosine.
        let cosines: Vec<f32> = rows.iter().map(|row| row.iter().zip(query).map(|(a, b)| a * b).sum()).collect();
        let neurons = Some(running.settle_input(model, tokens));
        let output = Output::Json(task::render(&cosines, top_k));
        let answer = Answer { meta: self.meta(model, resolved, running), output, neurons };
        Ok((answer, embeddings.queue_ms, embeddings.compute_ms))
    }
}

/// A cross-encoder's weights read as an embedder would give nonsense that looks like scores.
fn refuse_cross_encoder(resolved: &Resolved) -> Result<(), AiError> {
    let config: Value = resolved.checkpoint.json_or_none("config.json").map_err(refusal_of)?.unwrap_or_default();
    let architecture = config["architectures"][0].as_str().unwrap_or_default();
    if architecture.ends_with("ForSequenceClassification") {
        return Err(AiError::NotEmulated {
            what: format!("a cross-encoder (`{architecture}`, checkpoint `{}`)", resolved.checkpoint.name()),
            hint: "bind a sentence embedder, or leave the binding out for the bundled one".to_owned(),
        });
    }
    Ok(())
}
