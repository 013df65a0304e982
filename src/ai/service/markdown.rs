//! `toMarkdown`: each document by itself, so that one that cannot be read does not spoil the others.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use axum::body::Bytes;
use serde_json::{Value, json};

use super::Ai;
use super::ticket::blocking;
use crate::ai::markdown::{self, Document, Kind, Options, svg};
use crate::engine::backend::Failure;
use crate::error::{AiError, Error};
use crate::harness::{Trace, estimate_tokens};

/// Stack of the thread that reads a document: libraries walk through nested elements by calling themselves.
const STACK_BYTES: usize = 64 << 20;

impl Ai {
    /// The items of the answer, in the order of the documents.
    pub async fn to_markdown(
        self: &Arc<Self>,
        trace: &Arc<Trace>,
        documents: Vec<Document>,
        options: Options,
    ) -> Result<Vec<Value>, Error> {
        trace.suffer("tomarkdown", None, None).await?;
        let mut items = Vec::with_capacity(documents.len());
        for document in documents {
            let id = trace.scope.entropy.id().to_string();
            let (name, mime_type) = (document.name.clone(), mime_type(&document));
            items.push(match self.one_to_markdown(trace, document, options.clone()).await? {
                Ok(data) => json!({
                    "id": id, "name": name, "mimeType": mime_type, "format": options.format.name(),
                    "tokens": estimate_tokens(data.len()), "data": data,
                }),
                Err(error) => json!({
                    "id": id, "name": name, "mimeType": mime_type, "format": "error", "error": error,
                }),
            });
        }
        Ok(items)
    }

    async fn one_to_markdown(
        &self,
        trace: &Arc<Trace>,
        document: Document,
        options: Options,
    ) -> Result<Result<String, String>, AiError> {
        let Some((kind, _)) = markdown::kind(&document) else {
            let known: Vec<_> = markdown::supported().map(|(extension, _)| extension).collect();
            return Ok(Err(format!("unsupported file type\nhint: {} are supported", known.join(", "))));
        };
        match kind {
            Kind::Picture => Ok(self.in_words(trace, document.bytes).await),
            Kind::Svg => {
                let drawing = document.clone();
                let rendered = blocking(move || alone(move || svg::render(&drawing.bytes))).await?;
                let image = match rendered {
                    Ok(image) => image,
                    Err(reason) => return Ok(Err(reason)),
                };
                let described = self.in_words(trace, image.into()).await;
                Ok(described.map(|words| {
                    let texts = markdown::texts_of_drawing(&document);
                    std::iter::once(words).chain(texts).collect::<Vec<_>>().join("\n\n")
                }))
            }
            _ => blocking(move || alone(move || markdown::convert(&document, kind, &options))).await,
        }
    }

    /// A picture's description by the models that answer for production's.
    async fn in_words(&self, trace: &Arc<Trace>, image: Bytes) -> Result<String, String> {
        let described = self.describe_for(trace, &image).await.map_err(|error| error.to_string())?;
        Ok(described.caption)
    }
}

fn mime_type(document: &Document) -> String {
    if document.mime_type.is_empty() {
        return markdown::kind(document).map_or("application/octet-stream", |(_, mime_type)| mime_type).to_owned();
    }
    document.mime_type.clone()
}

/// A thread of its own, for its stack; a library that panics over a document has not read it.
fn alone<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, String> + Send + 'static,
) -> Result<Result<T, String>, Failure> {
    let work =
        move || catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err("damaged: it cannot be read".to_owned()));
    let thread = std::thread::Builder::new().name("tomarkdown".to_owned()).stack_size(STACK_BYTES).spawn(work);
    let thread = thread.map_err(|error| Failure::Backend(format!("cannot start a thread: {error}")))?;
    thread.join().map_err(|_| Failure::Backend("the thread of a document ended without an answer".to_owned()))
}
