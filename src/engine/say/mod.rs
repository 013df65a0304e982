//! Text to speech without weights: a formant synthesiser that reads by rules.
//!
//! It is a stand-in, and sounds like one: what it says can be understood, with an effort, and its length, pauses and tune
//! are those of speech. The same text and speaker give the same samples.

mod numbers;
mod phoneme;
mod prosody;
mod rules;
mod synth;
mod voice;
mod words;

use crate::engine::backend::Failure;
use crate::engine::queue::Check;
use prosody::Note;
pub use voice::Voice;

/// What a text is read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    English,
    Spanish,
    French,
}

impl Language {
    /// By a code such as `en` or `ES-mx`; what has no rules is read by English's.
    pub fn of(code: &str) -> Self {
        match code.get(..2).unwrap_or_default().to_ascii_lowercase().as_str() {
            "es" => Self::Spanish,
            "fr" => Self::French,
            _ => Self::English,
        }
    }
}

/// A text as it will be said; how long it takes is known before it is.
#[derive(Debug)]
pub struct Speech {
    score: Vec<Note>,
    voice: Voice,
    seed: u32,
}

impl Speech {
    /// Bytes that reading a text of this length takes at most, about; digits that become words take most.
    pub fn memory(text: usize) -> usize {
        text.saturating_mul(12 * size_of::<Note>())
    }

    pub fn read(text: &str, language: Language, speaker: &str) -> Self {
        let voice = Voice::of(speaker);
        let seed = voice::hash(speaker.bytes().chain(text.bytes())) as u32;
        Self { score: prosody::score(&words::pieces(text, language), &voice), voice, seed }
    }

    /// Samples at `rate`.
    pub fn length(&self, rate: u32) -> usize {
        synth::length(&self.score, rate)
    }

    /// Mono, in -1..=1. `check` is called now and then, and ends the work.
    pub fn samples(&self, rate: u32, check: Check<'_>) -> Result<Vec<f32>, Failure> {
        synth::samples(&self.score, &self.voice, self.seed, rate, check)
    }
}

#[cfg(test)]
mod tests;
