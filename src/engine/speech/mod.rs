//! Speech to text: Whisper, written on our own kernels.
//!
//! [`SpeechModel`] is a checkpoint with its thread. A recording is decoded and resampled on the caller's thread
//! ([`sound::decode`]), then submitted; windows are heard one after the other.

mod beams;
mod codec;
mod config;
mod decoder;
mod ears;
mod encoder;
#[cfg(test)]
mod golden;
mod layers;
mod mel;
#[cfg(test)]
mod parity;
mod search;
pub mod sound;
mod transcribe;
mod transcript;
mod turn;
mod voice;
mod weights;
mod windows;
mod words;

use candle_core::Device;
use tokenizers::Tokenizer;

use self::config::{Tokens, WhisperConfig};
use self::decoder::Decoder;
use self::ears::Ears;
use self::mel::Mel;
use self::weights::Weights;
use super::Loadable;
use super::backend::Failure;
use super::checkpoints::Checkpoint;
use super::device::place::Place;
use super::kernels::Isa;
use super::queue::QueueOptions;
use super::solo::Solo;

pub use config::runs;
pub use search::Thresholds;
pub use transcribe::{BEAMS, Options};
pub use transcript::{Segment, Transcript};
pub use turn::{Turn, turn};
pub use words::Word;

/// Samples a second that the network hears.
pub const RATE: u32 = 16_000;

/// A checkpoint of Whisper with its thread.
pub struct SpeechModel {
    pub solo: Solo<Whisper>,
}

impl Loadable for SpeechModel {
    fn load(checkpoint: &Checkpoint, device: &Device, options: &QueueOptions) -> Result<Self, Failure> {
        let whisper = Whisper::load(checkpoint, Isa::best(), (!device.is_cpu()).then_some(device))?;
        let name = format!("speech {}", checkpoint.name());
        Ok(Self { solo: Solo::spawn(&name, options.capacity, whisper)? })
    }
}

/// The network with its tokenizer; one recording at a time.
pub struct Whisper {
    tokens: Tokens,
    tokenizer: Tokenizer,
    mel: Mel,
    encoder: Ears,
    decoder: Decoder,
}

impl Whisper {
    /// On `device`, or on the CPU where there is none.
    fn load(checkpoint: &Checkpoint, isa: Isa, device: Option<&Device>) -> Result<Self, Failure> {
        let config = WhisperConfig::read(checkpoint)?;
        let tokenizer = checkpoint.tokenizer()?;
        let tokens = Tokens::read(checkpoint, &config, &tokenizer)?;
        let tensors = checkpoint.tensors()?;
        let weights = Weights::new(&config, &tensors);
        let place = device.map(|device| Place::new(device, &tensors));
        Ok(Self {
            tokens,
            tokenizer,
            mel: Mel::new(isa, config.num_mel_bins),
            encoder: Ears::load(&weights, isa, place.clone())?,
            decoder: Decoder::load(&weights, isa, place)?,
        })
    }
}
