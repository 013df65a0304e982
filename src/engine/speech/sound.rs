//! From a recording's file to samples: mono, 16 kHz, whatever it came as.
//!
//! Symphonia takes containers and codecs apart, Rubato changes the rate. Both work piece by piece, so that nothing of a
//! file is in memory beside the file and what the network hears; more than [`LONGEST`] of it is refused while it is read,
//! whatever the file says of its length.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use axum::body::Bytes;
use rubato::audioadapter_buffers::direct::InterleavedSlice;
use rubato::{Fft, FixedSync, Indexing, Resampler};
use symphonia::core::errors::Error;
use symphonia::core::formats::FormatOptions;
use symphonia::core::formats::probe::Hint;
use symphonia::core::io::MediaSourceStream;
use symphonia::core::meta::MetadataOptions;

use super::RATE;
use super::codec::Codec;
use crate::engine::backend::Failure;
use crate::engine::queue::Check;

/// Seconds that a recording may last.
pub const LONGEST: usize = 2 * 3600;
/// Rates that a recording may have.
const RATES: std::ops::RangeInclusive<u32> = 1_000..=384_000;
const MOST_CHANNELS: usize = 32;
/// Packets in a row that may be broken; a stream of only such ones is none.
const BROKEN: usize = 512;
/// Frames that the resampler takes at once, about.
const CHUNK: usize = 4096;

/// Bytes that the samples of a file take at most: no codec that is read here goes far below a kilobyte a second of speech.
pub fn memory(bytes: usize) -> usize {
    let samples = (LONGEST * RATE as usize).min(bytes.saturating_mul(32));
    samples * size_of::<f32>() + bytes
}

/// The samples of a file. `check` is called now and then, and ends the work.
pub fn decode(bytes: Bytes, check: Check<'_>) -> Result<Vec<f32>, Failure> {
    // Whatever a broken file does to a codec, it is the file that is refused.
    catch_unwind(AssertUnwindSafe(|| decoded(bytes, check))).unwrap_or_else(|_| {
        Err(Failure::Input("the recording breaks its decoder\nhint: write it anew, for example with ffmpeg".to_owned()))
    })
}

fn decoded(bytes: Bytes, check: Check<'_>) -> Result<Vec<f32>, Failure> {
    if bytes.is_empty() {
        return Err(Failure::Input("the recording is empty".to_owned()));
    }
    let stream = MediaSourceStream::new(Box::new(Cursor::new(mended(bytes))), Default::default());
    let (format, metadata) = (FormatOptions::default(), MetadataOptions::default());
    let mut reader = symphonia::default::get_probe()
        .probe(&Hint::new(), stream, format, metadata)
        .map_err(|error| unreadable("is no recording that can be read", &error))?;
    let (track, mut codec) = Codec::open(&*reader)?;
    let mut samples = Samples::default();
    let (mut interleaved, mut broken, mut packets) = (Vec::<f32>::new(), 0_usize, 0_usize);
    loop {
        packets += 1;
        if packets.is_multiple_of(64) {
            check()?;
        }
        let packet = match reader.next_packet() {
            Ok(Some(packet)) => packet,
            // A file that was cut off has what came before.
            Ok(None) | Err(Error::IoError(_) | Error::DecodeError(_) | Error::LimitError(_) | Error::ResetRequired) => {
                break;
            }
            Err(error) => return Err(unreadable("cannot be read on", &error)),
        };
        if packet.track_id != track {
            continue;
        }
        match codec.decode(&packet, &mut interleaved) {
            Ok((channels, rate)) => {
                broken = 0;
                samples.add(&interleaved, channels, rate)?;
            }
            Err(Error::DecodeError(_) | Error::IoError(_)) if broken < BROKEN => broken += 1,
            Err(error) => return Err(unreadable("cannot be decoded", &error)),
        }
    }
    let samples = samples.finish()?;
    if samples.is_empty() {
        return Err(Failure::Input("the recording has no sound in it".to_owned()));
    }
    Ok(samples)
}

/// A WAV file whose lengths are true. Programs that write into a pipe cannot know them, and say the most that fits.
fn mended(bytes: Bytes) -> Bytes {
    if !bytes.starts_with(b"RIFF") || bytes.get(8..12) != Some(b"WAVE") {
        return bytes;
    }
    let word = |at: usize| bytes.get(at..at + 4).and_then(|word| word.try_into().ok()).map(u32::from_le_bytes);
    let mut at = 12;
    while let (Some(name), Some(length)) = (bytes.get(at..at + 4), word(at + 4)) {
        let length = length as usize;
        let left = bytes.len() - at - 8;
        if name == b"data" {
            let whole = word(4).is_some_and(|whole| whole as usize >= at + length);
            let (Ok(data), Ok(all)) = (u32::try_from(left), u32::try_from(bytes.len() - 8)) else { return bytes };
            if length <= left && whole {
                return bytes;
            }
            let mut file = bytes.to_vec();
            file[at + 4..at + 8].copy_from_slice(&data.min(u32::try_from(length).unwrap_or(data)).to_le_bytes());
            file[4..8].copy_from_slice(&all.to_le_bytes());
            return file.into();
        }
        if length > left {
            return bytes;
        }
        at += 8 + length + length % 2;
    }
    bytes
}

pub(super) fn unreadable(what: &str, error: &Error) -> Failure {
    Failure::Input(format!("the recording {what}: {error}\nhint: WAV, MP3, FLAC, Vorbis, Opus, AAC and ALAC are read"))
}

/// What has been heard so far.
#[derive(Default)]
struct Samples {
    heard: Vec<f32>,
    /// At the file's own rate, not yet resampled.
    waiting: Vec<f32>,
    rate: u32,
    /// None where the rate is right.
    resampler: Option<Resampling>,
}

impl Samples {
    /// Adds frames of `channels` numbers each, as their mean.
    fn add(&mut self, interleaved: &[f32], channels: usize, rate: u32) -> Result<(), Failure> {
        if !RATES.contains(&rate) || !(1..=MOST_CHANNELS).contains(&channels) {
            let text = format!("the recording has {channels} channels at {rate} Hz\nhint: mono at 16000 Hz is enough");
            return Err(Failure::Input(text));
        }
        if rate != self.rate {
            // A stream may change its rate on the way.
            self.flush()?;
            self.rate = rate;
            self.resampler = if rate == RATE { None } else { Some(Resampling::new(rate)?) };
        }
        let part = 1.0 / channels as f32;
        let mono = interleaved.chunks_exact(channels).map(|frame| frame.iter().sum::<f32>() * part);
        // A float may be anything in a file.
        self.waiting.extend(mono.map(|sample| if sample.is_finite() { sample.clamp(-8.0, 8.0) } else { 0.0 }));
        match &mut self.resampler {
            None => self.heard.append(&mut self.waiting),
            Some(resampler) => resampler.take(&mut self.waiting, &mut self.heard)?,
        }
        if self.heard.len() > LONGEST * RATE as usize {
            let text = format!("the recording is longer than {} hours\nhint: send it in parts", LONGEST / 3600);
            return Err(Failure::Input(text));
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), Failure> {
        match self.resampler.take() {
            Some(mut resampler) => resampler.end(&mut self.waiting, &mut self.heard),
            None => Ok(()),
        }
    }

    fn finish(mut self) -> Result<Vec<f32>, Failure> {
        self.flush()?;
        Ok(self.heard)
    }
}

/// A resampler to [`RATE`] in the midst of a stream.
struct Resampling {
    fft: Fft<f32>,
    output: Vec<f32>,
    /// Of what comes out, how much at the start is the filter's own delay.
    skip: usize,
    /// Samples that went in and came out.
    taken: usize,
    given: usize,
}

impl Resampling {
    fn new(rate: u32) -> Result<Self, Failure> {
        let fft = Fft::new(rate as usize, RATE as usize, CHUNK, 1, FixedSync::Input);
        let fft = fft.map_err(|error| Failure::Backend(error.to_string()))?;
        let (output, skip) = (vec![0.0; fft.output_frames_max()], fft.output_delay());
        Ok(Self { fft, output, skip, taken: 0, given: 0 })
    }

    /// Whole chunks of what waits.
    fn take(&mut self, waiting: &mut Vec<f32>, heard: &mut Vec<f32>) -> Result<(), Failure> {
        let mut start = 0;
        while waiting.len() - start >= self.fft.input_frames_next() {
            let chunk = self.fft.input_frames_next();
            self.chunk(&waiting[start..start + chunk], None, heard)?;
            start += chunk;
        }
        waiting.drain(..start);
        Ok(())
    }

    /// What is left, and what the filter still holds.
    fn end(&mut self, waiting: &mut Vec<f32>, heard: &mut Vec<f32>) -> Result<(), Failure> {
        let wanted = |taken: usize, ratio: f64| (taken as f64 * ratio).ceil() as usize;
        let left = std::mem::take(waiting);
        self.chunk(&left, Some(left.len()), heard)?;
        let wanted = wanted(self.taken, self.fft.resample_ratio());
        for _ in 0..64 {
            if self.given >= wanted {
                break;
            }
            self.chunk(&[], Some(0), heard)?;
        }
        heard.truncate(heard.len() - self.given.saturating_sub(wanted));
        Ok(())
    }

    fn chunk(&mut self, input: &[f32], partial: Option<usize>, heard: &mut Vec<f32>) -> Result<(), Failure> {
        let broken = |error: String| Failure::Backend(format!("resampling: {error}"));
        let frames = self.output.len();
        let mut padded = Vec::new();
        let whole = match partial {
            None => input,
            Some(_) => {
                padded.extend_from_slice(input);
                padded.resize(self.fft.input_frames_next(), 0.0);
                &padded
            }
        };
        let from = InterleavedSlice::new(whole, 1, whole.len()).map_err(|error| broken(error.to_string()))?;
        let mut to =
            InterleavedSlice::new_mut(&mut self.output, 1, frames).map_err(|error| broken(error.to_string()))?;
        let indexing = partial.map(|length| Indexing::new().partial_len(length));
        let (_, made) = self
            .fft
            .process_into_buffer(&from, &mut to, indexing.as_ref())
            .map_err(|error| broken(error.to_string()))?;
        self.taken += input.len();
        let skipped = self.skip.min(made);
        self.skip -= skipped;
        heard.extend_from_slice(&self.output[skipped..made]);
        self.given += made - skipped;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode_all(bytes: Vec<u8>) -> Result<Vec<f32>, Failure> {
        decode(bytes.into(), &|| Ok(()))
    }

    /// A WAV file of 16-bit samples; `said` is what its header says of its data's length.
    fn wav(rate: u32, channels: u16, samples: &[i16], said: u32) -> Vec<u8> {
        let mut file = b"RIFF".to_vec();
        file.extend(said.wrapping_add(36).to_le_bytes());
        file.extend(b"WAVEfmt \x10\0\0\0\x01\0");
        file.extend(channels.to_le_bytes());
        file.extend(rate.to_le_bytes());
        file.extend((rate * u32::from(channels) * 2).to_le_bytes());
        file.extend((channels * 2).to_le_bytes());
        file.extend(b"\x10\0data");
        file.extend(said.to_le_bytes());
        file.extend(samples.iter().flat_map(|sample| sample.to_le_bytes()));
        file
    }

    fn tone(rate: u32, seconds: f32) -> Vec<i16> {
        let count = (rate as f32 * seconds) as usize;
        let at = |index: usize| (index as f32 * 440.0 * std::f32::consts::TAU / rate as f32).sin();
        (0..count).map(|index| (at(index) * 16_000.0) as i16).collect()
    }

    #[test]
    fn every_rate_gives_the_same_tone() {
        for rate in [8_000, 11_025, 16_000, 22_050, 44_100, 48_000, 96_000] {
            let samples = tone(rate, 1.0);
            let heard = decode_all(wav(rate, 1, &samples, samples.len() as u32 * 2)).unwrap();
            assert!((15_990..=16_010).contains(&heard.len()), "{rate}: {}", heard.len());
            let rms = (heard[2000..14_000].iter().map(|x| x * x).sum::<f32>() / 12_000.0).sqrt();
            assert!((rms - 0.345).abs() < 0.01, "{rate}: {rms}");
            // In phase with what went in, to less than a sample.
            let expected = |at: usize| (at as f32 * 440.0 * std::f32::consts::TAU / 16_000.0).sin() * 0.488;
            let worst = (4000..12_000).map(|at| (heard[at] - expected(at)).abs()).fold(0.0, f32::max);
            assert!(worst < 0.08, "{rate}: {worst}");
        }
    }

    #[test]
    fn channels_are_mixed_and_lengths_not_believed() {
        let left: Vec<i16> = tone(16_000, 0.5).into_iter().flat_map(|sample| [sample, -sample]).collect();
        let heard = decode_all(wav(16_000, 2, &left, left.len() as u32 * 2)).unwrap();
        assert!(heard.len() == 8000 && heard.iter().all(|x| x.abs() < 1e-3));
        let short = tone(16_000, 0.5);
        for said in [0xffff_fff0, 0x7fff_ff00, 100_000] {
            let heard = decode_all(wav(16_000, 1, &short, said)).unwrap();
            assert!((7000..=8000).contains(&heard.len()), "{said}: {}", heard.len());
        }
    }

    #[test]
    fn what_is_no_recording_is_refused_with_a_hint() {
        let pictures = [b"\x89PNG\r\n\x1a\n".to_vec(), vec![0; 5000], b"hello".to_vec(), b"RIFF".to_vec()];
        for file in pictures {
            let error = decode_all(file).unwrap_err();
            assert!(matches!(&error, Failure::Input(text) if text.contains("hint:")), "{error}");
        }
        assert!(decode_all(Vec::new()).unwrap_err().to_string().contains("empty"));
        let none = decode_all(wav(16_000, 1, &[], 0)).unwrap_err().to_string();
        assert!(none.contains("no sound") || none.contains("hint:"), "{none}");
        let strange = decode_all(wav(999, 1, &[1; 100], 200)).unwrap_err().to_string();
        assert!(strange.contains("999 Hz") || strange.contains("hint:"), "{strange}");
    }
}
