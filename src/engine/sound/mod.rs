//! Sound as files: what each format that speech is answered in looks like. All but Opus are written here; mono throughout.

mod bits;
mod flac;
mod mp3;
mod ogg;
mod opus;
mod wav;

use crate::engine::backend::Failure;
use crate::engine::queue::Check;

/// A format, with what it leaves to choose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Samples of 16 bits, or of the telephone's 8, in a WAV file or bare.
    Wav { law: Law, is_bare: bool },
    /// Without loss, at 16 bits.
    Flac,
    /// MPEG-2 Layer III at a constant rate; the samples are at [`MP3_RATE`].
    Mp3 { bit_rate: u32 },
    /// In Ogg; the samples are at [`OPUS_RATE`].
    Opus { bit_rate: u32 },
}

/// How a sample is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Law {
    /// 16 bits, little endian.
    Linear,
    /// ITU-T G.711.
    Mu,
    A,
}

/// The one rate at which Opus is written.
pub const OPUS_RATE: u32 = opus::RATE;
/// The one rate at which MP3 is written.
pub const MP3_RATE: u32 = 22_050;
/// Bits a second at which MP3 is written.
pub const MP3_BIT_RATES: [u32; 2] = [32_000, 48_000];

/// The file of `samples` (in -1..=1) at `rate`. `check` is called now and then, and ends the work.
pub fn encode(samples: &[f32], rate: u32, format: Format, check: Check<'_>) -> Result<Vec<u8>, Failure> {
    match format {
        Format::Wav { law, is_bare } => Ok(wav::encode(samples, rate, law, is_bare)),
        Format::Flac => flac::encode(samples, rate, check),
        Format::Mp3 { bit_rate } => mp3::encode(samples, bit_rate, check),
        Format::Opus { bit_rate } => opus::encode(samples, bit_rate, check),
    }
}

/// A sample as 16 bits.
fn whole(sample: f32) -> i16 {
    (sample.clamp(-1.0, 1.0) * 32_767.0).round() as i16
}

#[cfg(test)]
mod tests;
