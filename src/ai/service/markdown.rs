//! `toMarkdown`: each document by itself, so that one that cannot be read does not spoil the others.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use serde_json::{Value, json};

use super::Ai;
use super::ticket::blocking;
use crate::ai::markdown::{self, Document, Kind, Options};
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
        if let Err(error) = trace.suffer("tomarkdown", None, None).await {
            return Err(error);
        }
        let mut items = Vec::with_capacity(documents.len());
        for document in documents {
            let id = trace.scope.entropy.id().to_string();
            let (name, mime_type) = (document.name.clone(), mime_type(&document));
            items.push(match self.one_to_markdown(document, options.clone()).await? {
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

    async fn one_to_markdown(&self, document: Document, options: Options) -> Result<Result<String, String>, AiError> {
        let Some((kind, _)) = markdown::kind(&document) else {
            let known: Vec<_> = markdown::supported().map(|(extension, _)| extension).collect();
            return Ok(Err(format!("unsupported file type\nhint: {} are supported", known.join(", "))));
        };
        if matches!(kind, Kind::Picture | Kind::Svg) {
            return Ok(Err("pictures are not described yet".to_owned()));
        }
        blocking(move || read(document, kind, options)).await
    }
}

fn mime_type(document: &Document) -> String {
    if document.mime_type.is_empty() {
        return markdown::kind(document).map_or("application/octet-stream", |(_, mime_type)| mime_type).to_owned();
    }
    document.mime_type.clone()
}

/// A thread of its own, for its stack; a library that panics over a document has not read it.
fn read(document: Document, kind: Kind, options: Options) -> Result<Result<String, String>, Failure> {
    let work = move || {
        let converted = catch_unwind(AssertUnwindSafe(|| markdown::convert(&document, kind, &options)));
        converted.unwrap_or_else(|_| Err("damaged: it cannot be read".to_owned()))
    };
    let thread = std::thread::Builder::new().name("tomarkdown".to_owned()).stack_size(STACK_BYTES).spawn(work);
    let thread = thread.map_err(|error| Failure::Backend(format!("cannot start a thread: {error}")))?;
    thread.join().map_err(|_| Failure::Backend("the thread of a document ended without an answer".to_owned()))
}
