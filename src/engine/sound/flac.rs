//! FLAC (RFC 9639): mono, 16 bits, the fixed predictors and Rice's codes.

use super::bits::Bits;
use super::whole;
use crate::engine::backend::Failure;
use crate::engine::queue::Check;

/// Samples of a frame.
const BLOCK: usize = 4096;
/// Rice parameters below the one that escapes.
const MOST_RICE: u32 = 14;

/// The file of `samples` at `rate`; its checksum of the samples is left out, as the format allows.
pub fn encode(samples: &[f32], rate: u32, check: Check<'_>) -> Result<Vec<u8>, Failure> {
    let mut bits = Bits::default();
    bits.bytes.extend(b"fLaC");
    // The one block of metadata: the stream's own.
    bits.put(0x80, 8);
    bits.put(34, 24);
    bits.put(BLOCK as u32, 16);
    bits.put(BLOCK as u32, 16);
    bits.put(0, 24);
    bits.put(0, 24);
    bits.put(rate, 20);
    bits.put(0, 3);
    bits.put(15, 5);
    bits.put(0, 4);
    bits.put(samples.len() as u32, 32);
    for _ in 0..4 {
        bits.put(0, 32);
    }
    let mut file = bits.bytes;
    for (number, block) in samples.chunks(BLOCK).enumerate() {
        if number.is_multiple_of(32) {
            check()?;
        }
        let block: Vec<i32> = block.iter().map(|sample| whole(*sample).into()).collect();
        file.extend(frame(&block, number as u32));
    }
    Ok(file)
}

fn frame(block: &[i32], number: u32) -> Vec<u8> {
    let mut bits = Bits::default();
    // A fixed size of blocks; the size stands behind, the rate is the stream's; mono; 16 bits.
    bits.put(0xfff8, 16);
    bits.put(0x70, 8);
    bits.put(0x08, 8);
    numbered(&mut bits, number);
    bits.put(block.len() as u32 - 1, 16);
    let checksum = checksum(&bits.bytes, 8, 0x07);
    bits.put(checksum, 8);
    let order = (0..=4.min(block.len() - 1)).min_by_key(|order| residual(block, *order).map(magnitude).sum::<u64>());
    match order {
        // One value throughout.
        Some(_) if block.iter().all(|sample| *sample == block[0]) => {
            bits.put(0, 8);
            bits.put(block[0] as u32, 16);
        }
        Some(order) => {
            bits.put((8 | order as u32) << 1, 8);
            for sample in &block[..order] {
                bits.put(*sample as u32, 16);
            }
            rice(&mut bits, block, order);
        }
        None => {}
    }
    bits.fill();
    let checksum = self::checksum(&bits.bytes, 16, 0x8005);
    bits.put(checksum, 16);
    bits.bytes
}

/// What predictor `order` leaves of each sample: its differences.
fn residual(block: &[i32], order: usize) -> impl Iterator<Item = i32> + '_ {
    const FIXED: [[i32; 5]; 5] =
        [[1, 0, 0, 0, 0], [1, -1, 0, 0, 0], [1, -2, 1, 0, 0], [1, -3, 3, -1, 0], [1, -4, 6, -4, 1]];
    let weights = FIXED[order];
    (order..block.len()).map(move |at| (0..=order).map(|back| weights[back] * block[at - back]).sum())
}

fn magnitude(value: i32) -> u64 {
    value.unsigned_abs().into()
}

/// The residual in partitions of their own parameters.
fn rice(bits: &mut Bits, block: &[i32], order: usize) {
    let residual: Vec<u32> = residual(block, order).map(|value| ((value << 1) ^ (value >> 31)) as u32).collect();
    // Sixteen partitions where they come out even.
    let partitions = if block.len() == BLOCK { 4 } else { 0 };
    bits.put(0, 2);
    bits.put(partitions, 4);
    let size = block.len() >> partitions;
    let mut start = 0;
    for partition in 0..1 << partitions {
        let end = size * (partition + 1) - order;
        let part = &residual[start..end];
        let length =
            |parameter: &u32| part.iter().map(|value| u64::from((value >> parameter) + 1 + parameter)).sum::<u64>();
        let parameter = (0..=MOST_RICE).min_by_key(length).unwrap_or_default();
        bits.put(parameter, 4);
        for value in part {
            bits.unary(value >> parameter);
            bits.put(*value, parameter);
        }
        start = end;
    }
}

/// A frame's number as UTF-8 writes a letter's.
fn numbered(bits: &mut Bits, number: u32) {
    if number < 0x80 {
        return bits.put(number, 8);
    }
    let more = (2..=6_u32).find(|bytes| number < 1 << (bytes * 5 + 1)).unwrap_or(6);
    bits.put((0xff00_u32 >> more) & 0xff | number >> ((more - 1) * 6), 8);
    for byte in (0..more - 1).rev() {
        bits.put(0x80 | number >> (byte * 6) & 0x3f, 8);
    }
}

/// A cyclic checksum of `width` bits, the highest first.
fn checksum(bytes: &[u8], width: u32, polynomial: u32) -> u32 {
    let top = 1 << (width - 1);
    let mut sum = 0_u32;
    for byte in bytes {
        sum ^= u32::from(*byte) << (width - 8);
        for _ in 0..8 {
            sum = if sum & top == 0 { sum << 1 } else { sum << 1 ^ polynomial };
        }
    }
    sum & (top << 1).wrapping_sub(1)
}
