//! A shape's figures: medians over rounds of the asked time, after one that does not count.

use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use candle_core::Device;
use candleflare::clock::Deadline;
use candleflare::engine::backend::{Decoder, Step, TokenBatch};
use candleflare::engine::checkpoints::Checkpoint;
use candleflare::engine::embed::{EmbedJob, EmbeddingModel};
use candleflare::engine::generate::decoder;
use candleflare::engine::queue::{Cancel, QueueOptions, Ticket};

use crate::Error;
use crate::shapes::{Kind, Shape};

/// Texts at once, and tokens of each.
const TEXTS: (usize, usize) = (32, 128);
/// Tokens of a prompt; what is decoded comes behind it.
const PROMPT: usize = 512;
const STREAMS: [usize; 3] = [1, 8, 64];
/// Tokens that a round decodes.
const DECODED: usize = 32;

pub enum Model {
    Encoder(Box<EmbeddingModel>),
    Decoder(Box<dyn Decoder>),
}

pub fn load(shape: &Shape, checkpoint: &Checkpoint, device: &Device) -> Result<Model, Error> {
    let options = QueueOptions { slots: STREAMS[2], batch_tokens: TEXTS.0 * TEXTS.1, ..QueueOptions::default() };
    Ok(match shape.kind {
        Kind::Encoder => Model::Encoder(Box::new(EmbeddingModel::load(checkpoint, device, &options)?)),
        Kind::Decoder => Model::Decoder(decoder::load(checkpoint, device, &options)?.0),
    })
}

impl Model {
    /// Each with its unit; `bytes` are those of the weights.
    pub fn figures(&mut self, bytes: u64, time: Duration) -> Result<Vec<String>, Error> {
        match self {
            Self::Encoder(model) => {
                let seconds = median(time, || encode(model))?;
                Ok(vec![format!("{:.0} embeddings/s ({} x {} tokens)", TEXTS.0 as f64 / seconds, TEXTS.0, TEXTS.1)])
            }
            Self::Decoder(decoder) => {
                let mut figures = Vec::new();
                let seconds = median(time, || prefill(&mut **decoder))?;
                figures.push(format!("prefill {:.0} tokens/s", PROMPT as f64 / seconds));
                let slots = decoder.spec().slots;
                for streams in STREAMS.into_iter().filter(|streams| *streams <= slots) {
                    let seconds = median(time, || decode(&mut **decoder, streams))? / DECODED as f64;
                    let plural = if streams == 1 { "" } else { "s" };
                    let mut figure = format!("{streams} stream{plural} {:.0} tokens/s", streams as f64 / seconds);
                    if streams == 1 {
                        figure += &format!(" ({:.0} GB/s of weights)", bytes as f64 / seconds / 1e9);
                    }
                    figures.push(figure);
                }
                Ok(figures)
            }
        }
    }
}

/// The median of `round`'s seconds.
fn median(time: Duration, mut round: impl FnMut() -> Result<f64, Error>) -> Result<f64, Error> {
    round()?;
    let (begin, mut seconds) = (Instant::now(), Vec::new());
    while seconds.is_empty() || begin.elapsed() < time {
        seconds.push(round()?);
    }
    seconds.sort_by(f64::total_cmp);
    Ok(seconds[seconds.len() / 2])
}

fn encode(model: &EmbeddingModel) -> Result<f64, Error> {
    let mut batch = TokenBatch::default();
    (0..TEXTS.0).for_each(|text| batch.push(&tokens(text, TEXTS.1, 30_000)));
    let ticket = Ticket { deadline: Deadline::after(Duration::from_secs(600)), cancel: Cancel::default() };
    let (reply, answer) = channel();
    let start = Instant::now();
    let reply = Box::new(move |result| drop(reply.send(result)));
    model.submit(EmbedJob { batch, pooling: None, ticket, reply })?;
    answer.recv()??;
    Ok(start.elapsed().as_secs_f64())
}

fn tokens(seed: usize, count: usize, vocabulary: usize) -> Vec<u32> {
    (0..count).map(|at| ((at * 7919 + seed * 104_729 + 11) % vocabulary) as u32).collect()
}

fn prefill(decoder: &mut dyn Decoder) -> Result<f64, Error> {
    let tokens = tokens(0, PROMPT, decoder.spec().vocab_size);
    let start = Instant::now();
    decoder.forward(&[Step { slot: 0, position: 0, tokens: &tokens, adapter: None }])?;
    Ok(start.elapsed().as_secs_f64())
}

/// Seconds of [`DECODED`] steps behind prompts, which do not count.
fn decode(decoder: &mut dyn Decoder, streams: usize) -> Result<f64, Error> {
    let vocabulary = decoder.spec().vocab_size;
    let rows: Vec<_> = (0..streams).map(|slot| tokens(slot, PROMPT / 4 + DECODED, vocabulary)).collect();
    for (slot, row) in rows.iter().enumerate() {
        decoder.forward(&[Step { slot, position: 0, tokens: &row[..PROMPT / 4], adapter: None }])?;
    }
    let start = Instant::now();
    for position in PROMPT / 4..PROMPT / 4 + DECODED {
        let step = |slot: usize| Step { slot, position, tokens: &rows[slot][position..=position], adapter: None };
        decoder.forward(&(0..streams).map(step).collect::<Vec<_>>())?;
    }
    Ok(start.elapsed().as_secs_f64())
}
