//! What is written here, read by others.

use std::io::Cursor;

use symphonia::core::codecs::audio::AudioDecoderOptions;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, TrackType};
use symphonia::core::io::MediaSourceStream;
use symphonia::core::meta::MetadataOptions;

use super::*;

/// Samples and rate, as Symphonia reads a file; every packet must decode.
fn decode(file: Vec<u8>) -> (Vec<f32>, u32) {
    let stream = MediaSourceStream::new(Box::new(Cursor::new(file)), Default::default());
    let mut reader = symphonia::default::get_probe()
        .probe(&Hint::new(), stream, FormatOptions::default(), MetadataOptions::default())
        .unwrap();
    let track = reader.default_track(TrackType::Audio).unwrap();
    let parameters = track.codec_params.as_ref().unwrap().audio().unwrap();
    let options = AudioDecoderOptions::default();
    let mut decoder = symphonia::default::get_codecs().make_audio_decoder(parameters, &options).unwrap();
    let (mut all, mut rate, mut part) = (Vec::new(), 0, Vec::new());
    while let Some(packet) = reader.next_packet().unwrap() {
        let sound = decoder.decode(&packet).unwrap();
        assert_eq!(sound.spec().channels().count(), 1);
        rate = sound.spec().rate();
        sound.copy_to_vec_interleaved(&mut part);
        all.extend_from_slice(&part);
    }
    (all, rate)
}

/// Vowel-like: a buzz with falling overtones whose pitch wanders, with pauses.
fn voice(rate: u32, seconds: f32) -> Vec<f32> {
    let mut phase = 0.0_f32;
    let sample = |at: usize| {
        let time = at as f32 / rate as f32;
        phase = (phase + (120.0 + 30.0 * (time * 3.0).sin()) / rate as f32).fract();
        let loud = (time * 2.5 * std::f32::consts::PI).sin().max(0.0);
        let overtones =
            (1..25).map(|n| (phase * n as f32 * std::f32::consts::TAU).sin() / (1.0 + (n * n) as f32 / 20.0));
        0.15 * loud * overtones.sum::<f32>()
    };
    (0..(rate as f32 * seconds) as usize).map(sample).collect()
}

fn signal_to_noise(signal: &[f32], heard: &[f32]) -> f32 {
    let power = |values: &mut dyn Iterator<Item = f32>| values.map(|value| value * value).sum::<f32>();
    let noise = power(&mut signal.iter().zip(heard).map(|(one, other)| one - other));
    10.0 * (power(&mut signal.iter().copied()) / noise).log10()
}

#[test]
fn mp3_is_decoded_without_an_error_and_sounds_alike() {
    let samples = voice(MP3_RATE, 3.0);
    for (bit_rate, wanted) in [(32_000, 15.0), (48_000, 20.0)] {
        let file = encode(&samples, MP3_RATE, Format::Mp3 { bit_rate }, &|| Ok(())).unwrap();
        let seconds = file.len() as f32 * 8.0 / bit_rate as f32;
        assert!((3.0..3.1).contains(&seconds), "{seconds}");
        let (heard, rate) = decode(file);
        assert_eq!(rate, MP3_RATE);
        // The decoder may take the delay away, or not.
        let (best, at) = (0..2200.min(heard.len() - samples.len() + 1))
            .map(|at| (signal_to_noise(&samples, &heard[at..]), at))
            .max_by(|one, other| one.0.total_cmp(&other.0))
            .unwrap();
        assert!(best > wanted, "{bit_rate}: {best} dB at {at}");
        eprintln!("{bit_rate}: {best:.1} dB, {at} samples late, of {}", heard.len());
    }
}

#[test]
fn any_mp3_stays_within_its_bits() {
    let mut state = 1_u32;
    let mut noise = move |_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / 8_388_608.0 - 1.0
    };
    let wild: Vec<f32> = (0..20_000).map(&mut noise).collect();
    let square: Vec<f32> = (0..20_000).map(|at| if at / 300 % 2 == 0 { 1.0 } else { -1.0 }).collect();
    for samples in [wild, square, vec![0.0; 5000], vec![1.0; 5000], vec![0.5], Vec::new()] {
        let file = encode(&samples, MP3_RATE, Format::Mp3 { bit_rate: 32_000 }, &|| Ok(())).unwrap();
        assert!(decode(file).0.len() >= samples.len());
    }
}

#[test]
fn flac_loses_nothing() {
    for rate in [8_000, 22_050, 48_000] {
        let samples = voice(rate, 1.3);
        let file = encode(&samples, rate, Format::Flac, &|| Ok(())).unwrap();
        assert!(file.len() < samples.len() * 2 * 3 / 4, "{} of {}", file.len(), samples.len() * 2);
        let (heard, heard_rate) = decode(file);
        assert_eq!((heard.len(), heard_rate), (samples.len(), rate));
        assert!(samples.iter().zip(&heard).all(|(one, other)| (one * 32_767.0).round() == (other * 32_768.0).round()));
    }
    for short in [vec![0.5], vec![0.0; 4097], vec![1.0, -1.0, 1.0, -1.0, 1.0], vec![-1.0; 3]] {
        let file = encode(&short, 16_000, Format::Flac, &|| Ok(())).unwrap();
        let (heard, _) = decode(file);
        assert!(heard.len() == short.len() && short.iter().zip(&heard).all(|(one, other)| (one - other).abs() < 1e-4));
    }
}

#[test]
fn wav_is_read_in_every_law() {
    let samples = voice(16_000, 0.5);
    for (law, wanted) in [(Law::Linear, 60.0), (Law::Mu, 30.0), (Law::A, 30.0)] {
        let file = encode(&samples, 16_000, Format::Wav { law, is_bare: false }, &|| Ok(())).unwrap();
        let (heard, rate) = decode(file);
        assert_eq!((heard.len(), rate), (samples.len(), 16_000));
        let ratio = signal_to_noise(&samples, &heard);
        assert!(ratio > wanted, "{law:?}: {ratio}");
    }
}

/// By the crate that wrote it; `tests/emulator/speech_out.rs` has the container, and ffmpeg hears it in the client's test.
#[test]
fn opus_of_any_rate_is_decoded() {
    let samples = voice(OPUS_RATE, 1.0);
    let wild: Vec<f32> =
        samples.iter().enumerate().map(|(at, sample)| if at % 7 == 0 { -1.0 } else { *sample }).collect();
    for bit_rate in [4_000, 12_000, 24_000, 64_000, 650_000] {
        for samples in [&samples, &wild, &vec![0.0; 3000], &vec![1.0; 3000], &Vec::new()] {
            let file = encode(samples, OPUS_RATE, Format::Opus { bit_rate }, &|| Ok(())).unwrap();
            let (mut decoder, mut heard, mut at) = (opus_rs::OpusDecoder::new(48_000, 1).unwrap(), 0, 0);
            while at < file.len() {
                let segments = usize::from(file[at + 26]);
                let sizes = &file[at + 27..at + 27 + segments];
                let mut from = at + 27 + segments;
                for packet in sizes.split_inclusive(|size| *size < 255) {
                    let length = packet.iter().map(|size| usize::from(*size)).sum::<usize>();
                    if !file[from..].starts_with(b"Opus") {
                        heard += decoder.decode(&file[from..from + length], 960, &mut [0.0; 960]).unwrap();
                    }
                    from += length;
                }
                at = from;
            }
            assert!(heard >= samples.len(), "{bit_rate}: {heard}");
        }
    }
}
