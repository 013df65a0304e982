//! A shape's figures: medians over rounds of the asked time, after one that does not count.

use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use candle_core::Device;
use candleflare::clock::Deadline;
use candleflare::engine::Loadable;
use candleflare::engine::backend::Decoder;
use candleflare::engine::checkpoints::Checkpoint;
use candleflare::engine::embed::EmbeddingModel;
use candleflare::engine::generate::decoder;
use candleflare::engine::queue::{Cancel, QueueOptions, Ticket};
use candleflare::engine::speech::{Options, RATE, SpeechModel, Thresholds, Whisper};
use candleflare::engine::vision::Classifier;

use crate::Error;
use crate::decoding::{prefill, streams};
use crate::encoding::encode;
use crate::pictures::{classify, pixels};
use crate::shapes::{Kind, Shape};

/// Texts at once, and tokens of each.
const TEXTS: (usize, usize) = (32, 128);
/// Tokens of the prompt of `prefill`.
const PROMPT: usize = 512;
const STREAMS: [usize; 3] = [1, 8, 64];
/// Tokens that a round decodes.
const DECODED: usize = 32;

/// Seconds of sound, and tokens that are said of it: random weights never say the end, and half of the context is the most.
const SOUND: (usize, usize) = (30, 224);

pub enum Model {
    Encoder(Box<EmbeddingModel>),
    Decoder(Box<dyn Decoder>),
    Pictures(Classifier),
    Speech(SpeechModel),
}

pub fn load(shape: &Shape, checkpoint: &Checkpoint, device: &Device) -> Result<Model, Error> {
    let options = QueueOptions { slots: STREAMS[2], batch_tokens: TEXTS.0 * TEXTS.1, ..QueueOptions::default() };
    Ok(match shape.kind {
        Kind::Encoder => Model::Encoder(Box::new(EmbeddingModel::load(checkpoint, device, &options)?)),
        Kind::Decoder => Model::Decoder(decoder::load(checkpoint, device, &options)?.0),
        Kind::Pictures => Model::Pictures(Classifier::load(checkpoint, device, &options)?),
        Kind::Speech => Model::Speech(SpeechModel::load(checkpoint, device, &options)?),
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
            Self::Pictures(model) => {
                let seconds = median(time, || classify(model, pixels()))?;
                Ok(vec![format!("{:.1} pictures/s", 1.0 / seconds)])
            }
            Self::Speech(model) => {
                let seconds = median(time, || write_down(model))?;
                let (sound, tokens) = SOUND;
                Ok(vec![format!("real-time factor {:.4} ({sound} s, {tokens} tokens)", seconds / sound as f64)])
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

/// Seconds for a recording of noise with the rhythm of speech; nothing counts as gone wrong, or it would be tried again.
fn write_down(model: &SpeechModel) -> Result<f64, Error> {
    let mut state = 1_u32;
    let sample = |at: usize| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let rhythm = 1.0 + (at as f32 / RATE as f32 * std::f32::consts::TAU * 3.0).sin();
        ((state >> 16) as f32 / 65_536.0 - 0.5) * 0.1 * rhythm
    };
    let sound: Vec<f32> = (0..SOUND.0 * RATE as usize).map(sample).collect();
    let thresholds = Thresholds { no_speech: 2.0, compression: f32::MAX, log_probability: f32::MIN };
    let options = Options { language: Some("en".to_owned()), beams: 1, thresholds, ..Options::default() };
    let ticket = Ticket { deadline: Deadline::after(Duration::from_secs(600)), cancel: Cancel::default() };
    let (reply, answer) = channel();
    let start = Instant::now();
    let work = move |whisper: &mut Whisper, ticket: &Ticket| whisper.transcribe(&sound, &options, &|| ticket.check());
    model.solo.submit(ticket, work, move |done| drop(reply.send(done)))?;
    answer.recv()??;
    Ok(start.elapsed().as_secs_f64())
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
