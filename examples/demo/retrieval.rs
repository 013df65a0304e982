//! Retrieval-augmented generation in four calls: embed, upsert, query, chat.

use std::time::Instant;

use serde_json::json;

use crate::{
    client::{Answer, Client, Match, Metadata},
    documents::{Document, text_to_embed},
    problem::Result,
    render,
};

const INDEX: &str = "candleflare-demo";
/// Texts per embedding call; a model takes up to 100, but smaller calls move the progress bar.
const TEXTS_PER_CALL: usize = 32;
/// Vectors per upsert; Vectorize takes up to 5,000 over HTTP.
const VECTORS_PER_CALL: usize = 1_000;

pub struct Retrieval {
    pub client: Client,
    pub embedding_model: String,
    pub model: String,
    /// How many of the passages found an answer reads.
    pub context: usize,
}

impl Retrieval {
    /// Embeds the documents and stores them in a new index.
    pub async fn load(&self, documents: &[Document]) -> Result<()> {
        // The first call loads the checkpoint, and its answer tells how many dimensions the index needs.
        let dimensions = self.embed_one("how many dimensions?").await?.len();
        self.client.create_index(INDEX, dimensions).await?;

        let start = Instant::now();
        let passages: Vec<Metadata> = documents.iter().flat_map(Document::metadata).collect();
        // `ends[n]` passages are done when n + 1 documents are.
        let ends: Vec<usize> = documents
            .iter()
            .scan(0, |end, document| {
                *end += document.passages.len();
                Some(*end)
            })
            .collect();

        let bar = render::progress(documents.len(), "embedding documents");
        let mut lines = Vec::with_capacity(passages.len());
        for batch in passages.chunks(TEXTS_PER_CALL) {
            let texts: Vec<String> = batch.iter().map(text_to_embed).collect();
            let vectors = self.client.embed(&self.embedding_model, &texts).await?;
            for (passage, vector) in batch.iter().zip(vectors) {
                let id = format!("passage-{}", lines.len());
                lines.push(json!({ "id": id, "values": vector, "metadata": passage }).to_string());
            }
            bar.set_position(ends.partition_point(|&end| end <= lines.len()) as u64);
        }

        bar.set_message("(waiting for the index)");
        let mut mutation = None;
        for batch in lines.chunks(VECTORS_PER_CALL) {
            mutation = Some(self.client.upsert(INDEX, batch.join("\n")).await?);
        }
        if let Some(mutation) = mutation {
            self.client.wait_for_mutation(INDEX, &mutation).await?;
        }
        bar.finish_and_clear();
        let seconds = start.elapsed().as_secs_f64();
        eprintln!("{} documents, {} passages embedded and stored in {seconds:.1} s", documents.len(), passages.len());
        Ok(())
    }

    /// The passages nearest to a question, best first.
    pub async fn find(&self, question: &str, top_k: usize) -> Result<Vec<Match>> {
        let vector = self.embed_one(question).await?;
        self.client.query(INDEX, &vector, top_k).await
    }

    /// An answer from these passages, streamed.
    pub async fn answer(&self, question: &str, passages: &[Match], on_text: impl FnMut(&str)) -> Result<Answer> {
        let read = &passages[..passages.len().min(self.context)];
        self.client.chat(&self.model, &system_prompt(read), question, on_text).await
    }

    async fn embed_one(&self, text: &str) -> Result<Vec<f32>> {
        let mut vectors = self.client.embed(&self.embedding_model, &[text.to_owned()]).await?;
        Ok(vectors.swap_remove(0))
    }
}

/// The bundled chat model has been trained on this very form.
fn system_prompt(passages: &[Match]) -> String {
    let mut prompt = "Answer the question from the documents below. If they do not tell, say so.".to_owned();
    for (place, Match { metadata, .. }) in passages.iter().enumerate() {
        prompt += &format!("\n\n[{}] {}\n{}", place + 1, metadata.title, metadata.text);
    }
    prompt
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_prompt_numbers_its_documents() {
        let hit = |title: &str, text: &str| Match {
            score: 0.0,
            metadata: Metadata { title: title.into(), path: String::new(), text: text.into() },
        };
        assert_eq!(
            system_prompt(&[hit("Tides", "High water is at noon."), hit("Boats", "The boat is red.")]),
            "Answer the question from the documents below. If they do not tell, say so.\n\n\
             [1] Tides\nHigh water is at noon.\n\n[2] Boats\nThe boat is red."
        );
    }
}
