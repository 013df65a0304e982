//! Translations and summaries through the engine's encoder-decoders.

use std::sync::Arc;

use serde_json::Value;

use super::embeddings::{INLINE_BYTES, TOKENISING};
use super::ticket::blocking;
use super::{Ai, Made, Output, Running, refusal_of};
use crate::ai::catalog::{Model, Usage};
use crate::ai::resolve::Resolved;
use crate::ai::tasks::{summarization, translation};
use crate::engine::seq2seq::{NoWay, Seq2SeqModel, Source, sentences};
use crate::error::AiError;

/// What a call has used so far.
#[derive(Default)]
struct Spent {
    input_tokens: usize,
    output_tokens: usize,
    queue_ms: f64,
    compute_ms: f64,
}

impl Ai {
    pub(super) async fn translate(
        &self,
        model: &'static Model,
        input: &Value,
        resolved: &Resolved,
        running: &Running,
    ) -> Result<Made, AiError> {
        let request = match model.schema.as_str() {
            "translation-indic" => translation::Request::indic(input)?,
            _ => translation::Request::m2m100(input)?,
        };
        let writer: Arc<Seq2SeqModel> = running.model(&self.engine, resolved).await?;
        let way = writer.way(&request.from, &request.to).map_err(|missing| no_way(&writer, model, &missing))?;
        let mut spent = Spent::default();
        let mut texts = Vec::with_capacity(request.texts.len());
        for text in request.texts {
            let mut text = text;
            // From a language to itself there is nothing to do.
            for languages in way.iter().filter(|(from, to)| from != to) {
                text = translated(&writer, &text, *languages, running, &mut spent).await?;
            }
            texts.push(text);
        }
        Ok(spent.made(translation::render(request.answer, texts)))
    }

    pub(super) async fn summarise(
        &self,
        input: &Value,
        resolved: &Resolved,
        running: &Running,
    ) -> Result<Made, AiError> {
        let request = summarization::Request::parse(input)?;
        let writer: Arc<Seq2SeqModel> = running.model(&self.engine, resolved).await?;
        let mut spent = Spent::default();
        // What is longer than the window loses its end.
        let source = source(&writer, &request.text, None, running).await?;
        let summary = written(&writer, source, request.max_tokens, running, &mut spent).await?;
        Ok(spent.made(summarization::render(&summary)))
    }
}

impl Spent {
    fn made(self, result: Value) -> Made {
        let Self { input_tokens, output_tokens, queue_ms, compute_ms } = self;
        let usage =
            Usage { input_tokens: input_tokens as u64, output_tokens: output_tokens as u64, ..Usage::default() };
        Made { output: Output::Json(result), usage, queue_ms, compute_ms }
    }
}

/// A text in another language: whole, or sentence by sentence where the checkpoint was trained on such.
async fn translated(
    writer: &Arc<Seq2SeqModel>,
    text: &str,
    languages: (u32, u32),
    running: &Running,
    spent: &mut Spent,
) -> Result<String, AiError> {
    let parts = if writer.is_by_sentence() { sentences(text) } else { vec![(text, "")] };
    let mut whole = String::with_capacity(text.len() * 2);
    for (part, space) in parts {
        if !part.is_empty() {
            // Each sentence has a deadline of its own, all together have the call's.
            if running.patience.is_some_and(|(_, seconds)| running.trace.elapsed().as_secs() >= seconds) {
                return Err(AiError::Timeout);
            }
            let source = source(writer, part, Some(languages), running).await?;
            if source.cut > 0 {
                let tokens = source.tokens.len() + source.cut;
                return Err(AiError::ContextExceeded { tokens, limit: writer.positions() });
            }
            whole += &written(writer, source, None, running, spent).await?;
        }
        whole += space;
    }
    Ok(whole)
}

async fn source(
    writer: &Arc<Seq2SeqModel>,
    text: &str,
    languages: Option<(u32, u32)>,
    running: &Running,
) -> Result<Source, AiError> {
    let tokens = text.len().min(writer.positions());
    running.reserve(text.len().saturating_mul(TOKENISING).saturating_add(writer.memory(tokens)))?;
    if text.len() <= INLINE_BYTES {
        return writer.source(text, languages).map_err(refusal_of);
    }
    let (writer, text) = (Arc::clone(writer), text.to_owned());
    blocking(move || writer.source(&text, languages)).await
}

async fn written(
    writer: &Seq2SeqModel,
    source: Source,
    max_tokens: Option<usize>,
    running: &Running,
    spent: &mut Spent,
) -> Result<String, AiError> {
    spent.input_tokens += source.tokens.len();
    let done = running.solo(&writer.solo, writer.write(source, max_tokens)).await?;
    // The end token has been computed as well.
    spent.output_tokens += done.value.len() + 1;
    spent.queue_ms += done.queue_ms;
    spent.compute_ms += done.compute_ms;
    writer.text(&done.value).map_err(refusal_of)
}

/// A language that production has and the checkpoint that answers has not.
fn no_way(writer: &Seq2SeqModel, model: &Model, missing: &NoWay) -> AiError {
    let known = missing.known.iter().map(|code| format!("`{code}`")).collect::<Vec<_>>().join(", ");
    AiError::NotEmulated {
        what: format!("the language `{}` by the checkpoint `{}`", missing.code, writer.name()),
        hint: format!("it has {known}; `candleflare pull {}` brings a larger one where there is one", model.name),
    }
}
