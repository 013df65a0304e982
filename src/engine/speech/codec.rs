//! The decoder of a recording's track: Symphonia's own, and for Opus, which it only takes out of its container, `opus-rs`.

use opus_rs::OpusDecoder;
use symphonia::core::codecs::audio::well_known::CODEC_ID_OPUS;
use symphonia::core::codecs::audio::{AudioCodecParameters, AudioDecoder, AudioDecoderOptions};
use symphonia::core::errors::Error;
use symphonia::core::formats::{FormatReader, TrackType};
use symphonia::core::packet::Packet;

use super::sound::unreadable;
use crate::engine::backend::Failure;

/// The rate at which Opus is decoded; it has none of its own.
const OPUS_RATE: u32 = 48_000;
/// Frames of the longest packet of Opus, 120 ms.
const OPUS_FRAMES: usize = 5_760;

/// See the module.
pub enum Codec {
    Symphonia(Box<dyn AudioDecoder>),
    Opus { decoder: Box<OpusDecoder>, channels: usize },
}

impl Codec {
    /// The track of a file that is heard, and its decoder.
    pub fn open(reader: &dyn FormatReader) -> Result<(u32, Self), Failure> {
        let track = reader.default_track(TrackType::Audio);
        let parameters = track.and_then(|track| Some((track.id, track.codec_params.as_ref()?.audio()?)));
        let Some((id, parameters)) = parameters else {
            return Err(Failure::Input("the file has no track of sound".to_owned()));
        };
        if parameters.codec == CODEC_ID_OPUS {
            return Ok((id, Self::opus(parameters)?));
        }
        match symphonia::default::get_codecs().make_audio_decoder(parameters, &AudioDecoderOptions::default()) {
            Ok(decoder) => Ok((id, Self::Symphonia(decoder))),
            Err(error) => Err(unreadable("is in a codec that is not decoded here", &error)),
        }
    }

    fn opus(parameters: &AudioCodecParameters) -> Result<Self, Failure> {
        let channels = parameters.channels.as_ref().map_or(1, |channels| channels.count());
        match OpusDecoder::new(OPUS_RATE as i32, channels) {
            Ok(decoder) if (1..=2).contains(&channels) => Ok(Self::Opus { decoder: Box::new(decoder), channels }),
            _ => {
                let hint = "hint: mono is enough, for example by `ffmpeg -i in.webm -ac 1 out.webm`";
                Err(Failure::Input(format!("Opus of {channels} channels is not decoded here\n{hint}")))
            }
        }
    }

    /// Puts the frames of a packet into `interleaved`, which is emptied first; gives their channels and rate.
    pub fn decode(&mut self, packet: &Packet, interleaved: &mut Vec<f32>) -> Result<(usize, u32), Error> {
        match self {
            Self::Symphonia(decoder) => {
                let audio = decoder.decode(packet)?;
                audio.copy_to_vec_interleaved(interleaved);
                Ok((audio.spec().channels().count(), audio.spec().rate()))
            }
            Self::Opus { decoder, channels } => {
                interleaved.resize(OPUS_FRAMES * *channels, 0.0);
                let frames = decoder.decode(&packet.data, OPUS_FRAMES, interleaved).map_err(Error::DecodeError)?;
                interleaved.truncate(frames * *channels);
                Ok((*channels, OPUS_RATE))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::sound::decode;

    fn heard(file: &str) -> Vec<f32> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/speech").join(file);
        decode(std::fs::read(path).unwrap().into(), &|| Ok(())).unwrap()
    }

    /// How alike two recordings are, at the shift by some samples at which they are most.
    fn likeness(one: &[f32], other: &[f32]) -> f32 {
        let product = |one: &[f32], other: &[f32]| one.iter().zip(other).map(|(a, b)| a * b).sum::<f32>();
        let at = |shift: usize| {
            let one = &one[shift..];
            product(one, other) / (product(one, one) * product(other, other)).sqrt()
        };
        (0..200).map(at).fold(-1.0, f32::max)
    }

    #[test]
    fn opus_sounds_as_what_went_into_it() {
        let original = heard("garden.wav");
        // Music's coder in WebM, and speech's at 12 kbit/s and two channels in Ogg.
        for (file, least) in [("garden.opus.webm", 0.95), ("garden.opus.ogg", 0.8)] {
            let found = heard(file);
            assert!(found.len().abs_diff(original.len()) < 1_600, "{file}: {} of {}", found.len(), original.len());
            let alike = likeness(&found, &original).max(likeness(&original, &found));
            assert!(alike > least, "{file}: {alike}");
        }
    }

    #[test]
    fn broken_opus_is_heard_or_refused() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/speech/garden.opus.webm");
        let file = std::fs::read(path).unwrap();
        for step in 1..60 {
            let mut broken = file.clone();
            for at in (300 + step..broken.len()).step_by(37 * step) {
                broken[at] ^= 0x55;
            }
            if let Err(error) = decode(broken.into(), &|| Ok(())) {
                assert!(matches!(error, crate::engine::backend::Failure::Input(_)), "{error}");
            }
        }
    }
}
