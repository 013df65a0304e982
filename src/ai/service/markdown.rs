//! `toMarkdown`: each document by itself, so that one that cannot be read does not spoil the others.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use axum::body::Bytes;
use serde_json::{Value, json};

use super::{Ai, Running, ticket};
use crate::ai::markdown::{self, Document, Kind, Options, TOO_LONG, svg};
use crate::engine::backend::Failure;
use crate::engine::queue::Ticket;
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
        let mut running = Running::beside(&self.shared, trace);
        running.patience = ticket::patience_of_all(&trace.scope.limits());
        let mut items = Vec::with_capacity(documents.len());
        for document in documents {
            let id = trace.scope.entropy.id().to_string();
            let (name, mime_type) = (document.name.clone(), mime_type(&document));
            items.push(match self.one_to_markdown(document, options.clone(), &running).await {
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

    async fn one_to_markdown(&self, document: Document, options: Options, running: &Running) -> Result<String, String> {
        let Some((kind, _)) = markdown::kind(&document) else {
            let known: Vec<_> = markdown::supported().map(|(extension, _)| extension).collect();
            return Err(format!("unsupported file type\nhint: {} are supported", known.join(", ")));
        };
        match kind {
            Kind::Picture => self.in_words(document.bytes, running).await,
            Kind::Svg => {
                let drawing = document.clone();
                let image = running.read(move |_| svg::render(&drawing.bytes)).await?;
                let words = self.in_words(image.into(), running).await?;
                let texts = markdown::texts_of_drawing(&document);
                Ok(std::iter::once(words).chain(texts).collect::<Vec<_>>().join("\n\n"))
            }
            _ => {
                let format = options.format;
                let read = running
                    .read(move |ticket| markdown::convert(&document, kind, &options, &|| ticket.check().is_ok()))
                    .await?;
                let mut words = Vec::with_capacity(read.pictures.len());
                for picture in &read.pictures {
                    // One that cannot be read is left out, like a page that cannot.
                    words.push(self.in_words(picture.bytes.clone(), running).await.ok());
                }
                Ok(read.told(&words, format))
            }
        }
    }

    /// A picture's description by the models that answer for production's.
    async fn in_words(&self, image: Bytes, running: &Running) -> Result<String, String> {
        self.describe(&image, running).await.map_err(|error| error.to_string())
    }
}

impl Running {
    /// What is read of a document within the call's time, on a thread of its own, for its stack; a library that panics over
    /// it has not read it.
    async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Ticket) -> Result<T, String> + Send + 'static,
    ) -> Result<T, String> {
        let read = self.work(move |ticket| {
            let ticket = ticket.clone();
            let work = move || {
                let read = catch_unwind(AssertUnwindSafe(|| work(&ticket)));
                read.unwrap_or_else(|_| Err("damaged: it cannot be read".to_owned()))
            };
            let thread = std::thread::Builder::new().name("tomarkdown".to_owned()).stack_size(STACK_BYTES).spawn(work);
            let thread = thread.map_err(|error| Failure::Backend(format!("cannot start a thread: {error}")))?;
            thread.join().map_err(|_| Failure::Backend("the thread of a document ended without an answer".to_owned()))
        });
        match read.await {
            Ok(read) => read,
            Err(AiError::Timeout) => Err(TOO_LONG.to_owned()),
            Err(error) => Err(error.to_string()),
        }
    }
}

fn mime_type(document: &Document) -> String {
    if document.mime_type.is_empty() {
        return markdown::kind(document).map_or("application/octet-stream", |(_, mime_type)| mime_type).to_owned();
    }
    document.mime_type.clone()
}
