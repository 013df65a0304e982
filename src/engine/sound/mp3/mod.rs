//! MP3: MPEG-2 Layer III (ISO 13818-3 over 11172-3), mono, 22,050 samples a second, constant bit rate.
//!
//! As plain as the format allows: long blocks, one scale for all bands, no reservoir. So every frame decodes by itself. What
//! a psychoacoustic model would hide, the codes' optimal division into regions partly makes up for.

mod filter;
mod huffman;
mod tables;

use super::MP3_RATE;
use super::bits::Bits;
use crate::engine::backend::Failure;
use crate::engine::queue::Check;
use filter::Filter;

/// Samples of a frame, and lines of its spectrum.
const FRAME: usize = 576;
/// Kilobits a second by their place in the header.
const BIT_RATES: [u32; 15] = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
/// Bytes of a frame before its codes: the header and the side information.
const HEAD: usize = 4 + 9;

/// The file of `samples`; they come [`filter::DELAY`] samples later out of a decoder that does not know of it.
pub fn encode(samples: &[f32], bit_rate: u32, check: Check<'_>) -> Result<Vec<u8>, Failure> {
    let index = BIT_RATES.iter().position(|rate| rate * 1000 == bit_rate).filter(|index| *index > 0);
    let index = index.ok_or_else(|| Failure::Input(format!("MP3 has no rate of {bit_rate} bits a second")))?;
    let mut filter = Filter::default();
    let mut file = Vec::new();
    // So that a decoder has everything out by the last frame.
    let frames = (samples.len() + filter::DELAY).div_ceil(FRAME);
    let exact = |frame: usize| frame as u64 * 72 * u64::from(bit_rate) / u64::from(MP3_RATE);
    for frame in 0..frames {
        if frame.is_multiple_of(64) {
            check()?;
        }
        let mut block = [0.0; FRAME];
        let part = samples.get(frame * FRAME..).unwrap_or_default();
        let part = &part[..part.len().min(FRAME)];
        block[..part.len()].copy_from_slice(part);
        let bytes = (exact(frame + 1) - exact(frame)) as usize;
        let is_padded = bytes as u64 > 72 * u64::from(bit_rate) / u64::from(MP3_RATE);
        let lines = filter.lines(&block);
        let granule = huffman::Granule::fit(&lines, ((bytes - HEAD) * 8) as u32);
        let start = file.len();
        let mut bits = Bits::after(std::mem::take(&mut file));
        // Eleven bits of sync, MPEG-2, Layer III, no checksum; the rates; mono, an original.
        bits.put(0xfff3, 16);
        bits.put((index as u32) << 4 | u32::from(is_padded) << 1, 8);
        bits.put(0xc4, 8);
        granule.side(&mut bits);
        granule.codes(&mut bits);
        bits.fill();
        bits.bytes.resize(start + bytes, 0);
        file = bits.bytes;
    }
    Ok(file)
}
