//! Opus in Ogg (RFC 6716, 7845), by the `opus-rs` crate: mono at 48,000 samples a second.

use opus_rs::{Application, OpusEncoder};

use super::ogg::Ogg;
use crate::engine::backend::Failure;
use crate::engine::queue::Check;

/// The one rate at which it is written.
pub const RATE: u32 = 48_000;
/// Samples of a packet: 20 ms.
const FRAME: usize = 960;
/// Samples by which a decoder's output is late, as it is told to skip them.
const DELAY: usize = 312;
/// No packet is longer.
const LONGEST: usize = 1275;

/// The file of `samples` at [`RATE`].
pub fn encode(samples: &[f32], bit_rate: u32, check: Check<'_>) -> Result<Vec<u8>, Failure> {
    let broken = |error: &str| Failure::Backend(format!("Opus: {error}"));
    let mut encoder = OpusEncoder::new(RATE as i32, 1, Application::Audio).map_err(broken)?;
    encoder.bitrate_bps = bit_rate as i32;
    let mut ogg = Ogg::new(0x6b73_6179);
    ogg.packet(&head(), 0);
    ogg.page(false);
    ogg.packet(&tags(), 0);
    ogg.page(false);
    let frames = (samples.len() + DELAY).div_ceil(FRAME);
    let mut packet = [0; LONGEST];
    for number in 0..frames {
        if number.is_multiple_of(64) {
            check()?;
        }
        let mut frame = [0.0; FRAME];
        let part = samples.get(number * FRAME..).unwrap_or_default();
        let part = &part[..part.len().min(FRAME)];
        frame[..part.len()].copy_from_slice(part);
        let length = encoder.encode(&frame, FRAME, &mut packet).map_err(broken)?;
        let granule = ((number + 1) * FRAME).min(samples.len() + DELAY);
        ogg.packet(&packet[..length.min(LONGEST)], granule as u64);
        // A page a second, so that players can seek.
        if number % 50 == 49 && number + 1 < frames {
            ogg.page(false);
        }
    }
    ogg.page(true);
    Ok(ogg.file)
}

fn head() -> Vec<u8> {
    let mut head = b"OpusHead\x01\x01".to_vec();
    head.extend((DELAY as u16).to_le_bytes());
    head.extend(RATE.to_le_bytes());
    head.extend([0, 0, 0]);
    head
}

fn tags() -> Vec<u8> {
    let vendor = b"kindling-say";
    let mut tags = b"OpusTags".to_vec();
    tags.extend((vendor.len() as u32).to_le_bytes());
    tags.extend(vendor);
    tags.extend([0; 4]);
    tags
}
