//! The model as its callers see it.

mod loading;
mod queue;

use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use super::*;
use crate::clock::Deadline;
use crate::engine::queue::Cancel;

fn ticket() -> Ticket {
    Ticket { deadline: Deadline::after(Duration::from_secs(60)), cancel: Cancel::default() }
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

fn rows(rows: &[&[u32]]) -> TokenBatch {
    let mut batch = TokenBatch::default();
    rows.iter().for_each(|row| batch.push(row));
    batch
}

type Answer = Receiver<Result<Embeddings, Failure>>;

fn submit(model: &EmbeddingModel, batch: TokenBatch, ticket: Ticket) -> Result<Answer, Failure> {
    let (sender, answer) = channel();
    let reply = Box::new(move |result| drop(sender.send(result)));
    model.submit(EmbedJob { batch, pooling: None, ticket, reply })?;
    Ok(answer)
}

fn embed(model: &EmbeddingModel, batch: TokenBatch) -> Result<Embeddings, Failure> {
    submit(model, batch, ticket())?.recv().unwrap()
}
