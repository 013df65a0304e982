//! A batch of texts through a loaded encoder, timed.

use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use candleflare::clock::Deadline;
use candleflare::engine::backend::TokenBatch;
use candleflare::engine::embed::{EmbedJob, EmbeddingModel};
use candleflare::engine::queue::{Cancel, Ticket};

/// Seconds for one batch of texts of so many tokens each.
pub fn encode(model: &EmbeddingModel, lengths: &[usize]) -> Result<f64, Box<dyn std::error::Error>> {
    // Ordinary words, wherever the vocabulary has them.
    let row: Vec<u32> = (0..512).map(|position| 2000 + position * 37 % 5000).collect();
    let mut batch = TokenBatch::default();
    lengths.iter().for_each(|tokens| batch.push(&row[..*tokens]));
    let ticket = Ticket { deadline: Deadline::after(Duration::from_secs(60)), cancel: Cancel::default() };
    let (reply, answer) = channel();
    let start = Instant::now();
    let reply = Box::new(move |result| drop(reply.send(result)));
    model.submit(EmbedJob { batch, pooling: None, ticket, reply })?;
    answer.recv()??;
    Ok(start.elapsed().as_secs_f64())
}
