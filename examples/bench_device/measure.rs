//! A shape's figures: medians over rounds of the asked time, after one that does not count.

use std::time::{Duration, Instant};

use candle_core::Device;
use candleflare::engine::backend::Decoder;
use candleflare::engine::checkpoints::Checkpoint;
use candleflare::engine::embed::EmbeddingModel;
use candleflare::engine::generate::decoder;
use candleflare::engine::queue::QueueOptions;

use crate::Error;
use crate::decoding::{prefill, streams};
use crate::encoding::encode;
use crate::shapes::{Kind, Shape};

/// Texts at once, and tokens of each.
const TEXTS: (usize, usize) = (32, 128);
/// Tokens of the prompt of `prefill`.
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
                let seconds = median(time, || encode(model, &[TEXTS.1; TEXTS.0]))?;
                Ok(vec![format!("{:.0} embeddings/s ({} x {} tokens)", TEXTS.0 as f64 / seconds, TEXTS.0, TEXTS.1)])
            }
            Self::Decoder(decoder) => {
                let mut figures = Vec::new();
                let seconds = median(time, || Ok(prefill(&mut **decoder, PROMPT, PROMPT)?))?;
                figures.push(format!("prefill {:.0} tokens/s", PROMPT as f64 / seconds));
                let slots = decoder.spec().slots;
                for count in STREAMS.into_iter().filter(|count| *count <= slots) {
                    let seconds = median(time, || Ok(streams(&mut **decoder, count, DECODED)?))? / DECODED as f64;
                    let plural = if count == 1 { "" } else { "s" };
                    let mut figure = format!("{count} stream{plural} {:.0} tokens/s", count as f64 / seconds);
                    if count == 1 {
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
