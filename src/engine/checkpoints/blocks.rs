//! GGUF's quantised formats, each taken apart into the same three things: codes, scales and offsets. A number is
//! `code * scale + offset`, where a scale is one half-precision number for a block, or one for a super-block times a
//! small integer for each of its blocks; offsets likewise.

use half::{bf16, f16};

use crate::engine::kernels::{CodedRow, Format};

/// How a tensor's numbers are stored in a GGUF file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlockType {
    F32,
    F16,
    Bf16,
    Q4_0,
    Q4_1,
    Q5_0,
    Q5_1,
    Q8_0,
    Q2K,
    Q3K,
    Q4K,
    Q5K,
    Q6K,
    Iq4Nl,
}

/// The levels of `IQ4_NL`.
const NL: [i8; 16] = [-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113];

impl BlockType {
    /// By its number in the file.
    pub fn from_number(number: u32) -> Option<Self> {
        Some(match number {
            0 => Self::F32,
            1 => Self::F16,
            2 => Self::Q4_0,
            3 => Self::Q4_1,
            6 => Self::Q5_0,
            7 => Self::Q5_1,
            8 => Self::Q8_0,
            10 => Self::Q2K,
            11 => Self::Q3K,
            12 => Self::Q4K,
            13 => Self::Q5K,
            14 => Self::Q6K,
            20 => Self::Iq4Nl,
            30 => Self::Bf16,
            _ => return None,
        })
    }

    /// Numbers and bytes of a block.
    pub fn size(self) -> (usize, usize) {
        match self {
            Self::F32 => (1, 4),
            Self::F16 | Self::Bf16 => (1, 2),
            Self::Q4_0 | Self::Iq4Nl => (32, 18),
            Self::Q4_1 => (32, 20),
            Self::Q5_0 => (32, 22),
            Self::Q5_1 => (32, 24),
            Self::Q8_0 => (32, 34),
            Self::Q2K => (256, 84),
            Self::Q3K => (256, 110),
            Self::Q4K => (256, 144),
            Self::Q5K => (256, 176),
            Self::Q6K => (256, 210),
        }
    }

    /// The form of its codes; none for plain numbers.
    pub fn format(self) -> Option<Format> {
        let plain = Format { bits: 8, block: 32, is_two_level: false, has_offsets: false, zero: 0 };
        Some(match self {
            Self::F32 | Self::F16 | Self::Bf16 => return None,
            Self::Q4_0 => Format { bits: 4, zero: 8, ..plain },
            Self::Q4_1 => Format { bits: 4, has_offsets: true, ..plain },
            Self::Q5_0 | Self::Q8_0 | Self::Iq4Nl => plain,
            Self::Q5_1 => Format { has_offsets: true, ..plain },
            Self::Q2K => Format { block: 16, is_two_level: true, has_offsets: true, ..plain },
            Self::Q3K | Self::Q6K => Format { block: 16, is_two_level: true, ..plain },
            Self::Q4K => Format { bits: 4, is_two_level: true, has_offsets: true, ..plain },
            Self::Q5K => Format { is_two_level: true, has_offsets: true, ..plain },
        })
    }

    /// Numbers of a row that are stored plainly; nothing for the other formats.
    pub fn read_plain(self, bytes: &[u8], to: &mut [f32]) {
        match self {
            Self::F32 => each(bytes.as_chunks().0, to, |bytes| f32::from_le_bytes(*bytes)),
            Self::F16 => each(bytes.as_chunks().0, to, |bytes| f16::from_le_bytes(*bytes).to_f32()),
            Self::Bf16 => each(bytes.as_chunks().0, to, |bytes| bf16::from_le_bytes(*bytes).to_f32()),
            _ => {}
        }
    }

    /// Takes a row of whole blocks apart. `row` keeps its room from call to call.
    pub fn take_apart(self, bytes: &[u8], row: &mut CodedRow) {
        row.clear();
        for block in bytes.chunks_exact(self.size().1) {
            match self {
                Self::F32 | Self::F16 | Self::Bf16 => {}
                Self::Q4_0 => {
                    row.scales.push(half_at(block, 0));
                    nibbles(&block[2..18], |code| code, &mut row.codes);
                }
                Self::Iq4Nl => {
                    row.scales.push(half_at(block, 0));
                    nibbles(&block[2..18], |code| NL[code as usize & 15], &mut row.codes);
                }
                Self::Q4_1 => {
                    row.scales.push(half_at(block, 0));
                    row.offsets.push(half_at(block, 2));
                    nibbles(&block[4..20], |code| code, &mut row.codes);
                }
                Self::Q5_0 => {
                    row.scales.push(half_at(block, 0));
                    fives(&block[2..6], &block[6..22], 16, &mut row.codes);
                }
                Self::Q5_1 => {
                    row.scales.push(half_at(block, 0));
                    row.offsets.push(half_at(block, 2));
                    fives(&block[4..8], &block[8..24], 0, &mut row.codes);
                }
                Self::Q8_0 => {
                    row.scales.push(half_at(block, 0));
                    row.codes.extend(block[2..34].iter().map(|byte| byte.cast_signed()));
                }
                Self::Q2K => q2k(block, row),
                Self::Q3K => q3k(block, row),
                Self::Q4K => q4k(block, row),
                Self::Q5K => q5k(block, row),
                Self::Q6K => q6k(block, row),
            }
        }
    }
}

fn each<T>(from: &[T], to: &mut [f32], read: impl Fn(&T) -> f32) {
    for (to, from) in to.iter_mut().zip(from) {
        *to = read(from);
    }
}

fn half_at(block: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([block[at], block[at + 1]])
}

/// The same half-precision number with the other sign: the K formats subtract their offsets.
fn negative_half_at(block: &[u8], at: usize) -> u16 {
    half_at(block, at) ^ 0x8000
}

/// The low four bits of all bytes, then the high ones.
fn nibbles(bytes: &[u8], code: impl Fn(i8) -> i8, codes: &mut Vec<i8>) {
    codes.extend(bytes.iter().map(|byte| code((byte & 15).cast_signed())));
    codes.extend(bytes.iter().map(|byte| code((byte >> 4).cast_signed())));
}

/// Nibbles with a fifth bit from `high`, less `zero`.
fn fives(high: &[u8], bytes: &[u8], zero: i8, codes: &mut Vec<i8>) {
    let start = codes.len();
    nibbles(bytes, |code| code, codes);
    for (index, code) in codes[start..].iter_mut().enumerate() {
        *code += ((high[index / 8] >> (index % 8) & 1) << 4).cast_signed() - zero;
    }
}

fn q2k(block: &[u8], row: &mut CodedRow) {
    let (scales, quants) = (&block[..16], &block[16..80]);
    row.scales.push(half_at(block, 80));
    row.offsets.push(negative_half_at(block, 82));
    row.block_scales.extend(scales.iter().map(|scale| (scale & 15).cast_signed()));
    row.block_offsets.extend(scales.iter().map(|scale| (scale >> 4).cast_signed()));
    for half in quants.chunks_exact(32) {
        for shift in [0, 2, 4, 6] {
            row.codes.extend(half.iter().map(|byte| (byte >> shift & 3).cast_signed()));
        }
    }
}

fn q3k(block: &[u8], row: &mut CodedRow) {
    let (high, quants, packed) = (&block[..32], &block[32..96], &block[96..108]);
    row.scales.push(half_at(block, 108));
    // Sixteen scales of six bits: four low ones in a nibble of the first eight bytes, two high ones in the last four.
    for index in 0..16 {
        let low = if index < 8 { packed[index] & 15 } else { packed[index - 8] >> 4 };
        let high = packed[8 + index % 4] >> (2 * (index / 4)) & 3;
        row.block_scales.push((low | high << 4).cast_signed() - 32);
    }
    for (part, half) in quants.chunks_exact(32).enumerate() {
        for pass in 0..4 {
            let bit = 1 << (4 * part + pass);
            let code =
                |(byte, high): (&u8, &u8)| (byte >> (2 * pass) & 3).cast_signed() - if high & bit == 0 { 4 } else { 0 };
            row.codes.extend(half.iter().zip(high).map(code));
        }
    }
}

/// Eight scales and eight offsets of six bits each in twelve bytes.
fn sixes(packed: &[u8], row: &mut CodedRow) {
    for index in 0..8 {
        let (scale, offset) = match index {
            0..4 => (packed[index] & 63, packed[index + 4] & 63),
            _ => {
                (packed[index + 4] & 15 | packed[index - 4] >> 6 << 4, packed[index + 4] >> 4 | packed[index] >> 6 << 4)
            }
        };
        row.block_scales.push(scale.cast_signed());
        row.block_offsets.push(offset.cast_signed());
    }
}

fn q4k(block: &[u8], row: &mut CodedRow) {
    row.scales.push(half_at(block, 0));
    row.offsets.push(negative_half_at(block, 2));
    sixes(&block[4..16], row);
    for bytes in block[16..144].chunks_exact(32) {
        nibbles(bytes, |code| code, &mut row.codes);
    }
}

fn q5k(block: &[u8], row: &mut CodedRow) {
    row.scales.push(half_at(block, 0));
    row.offsets.push(negative_half_at(block, 2));
    sixes(&block[4..16], row);
    let high = &block[16..48];
    for (part, bytes) in block[48..176].chunks_exact(32).enumerate() {
        let start = row.codes.len();
        nibbles(bytes, |code| code, &mut row.codes);
        for (index, code) in row.codes[start..].iter_mut().enumerate() {
            *code += ((high[index % 32] >> (2 * part + index / 32) & 1) << 4).cast_signed();
        }
    }
}

fn q6k(block: &[u8], row: &mut CodedRow) {
    row.scales.push(half_at(block, 208));
    row.block_scales.extend(block[192..208].iter().map(|byte| byte.cast_signed()));
    for (low, high) in block[..128].chunks_exact(64).zip(block[128..192].chunks_exact(32)) {
        for quarter in 0..4 {
            let bytes = &low[quarter % 2 * 32..][..32];
            let code = |(byte, high): (&u8, &u8)| {
                let low = if quarter < 2 { byte & 15 } else { byte >> 4 };
                (low | (high >> (2 * quarter) & 3) << 4).cast_signed() - 32
            };
            row.codes.extend(bytes.iter().zip(high).map(code));
        }
    }
}

#[cfg(test)]
mod tests {
    use candle_core::Device;
    use candle_core::quantized::{GgmlDType, QStorage, QTensor};
    use rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::*;

    #[test]
    fn every_format_says_what_candle_reads_in_it() {
        let mut random = ChaCha8Rng::seed_from_u64(5);
        for (number, theirs) in [
            (2, GgmlDType::Q4_0),
            (3, GgmlDType::Q4_1),
            (6, GgmlDType::Q5_0),
            (7, GgmlDType::Q5_1),
            (8, GgmlDType::Q8_0),
            (10, GgmlDType::Q2K),
            (11, GgmlDType::Q3K),
            (12, GgmlDType::Q4K),
            (13, GgmlDType::Q5K),
            (14, GgmlDType::Q6K),
        ] {
            let kind = BlockType::from_number(number).unwrap();
            let (numbers, size) = kind.size();
            let mut bytes = vec![0; 3 * size];
            random.fill_bytes(&mut bytes);
            // Scales that are neither infinite nor without end.
            for block in bytes.chunks_exact_mut(size) {
                let halves: &[usize] = match kind {
                    BlockType::Q4_1 | BlockType::Q5_1 | BlockType::Q4K | BlockType::Q5K => &[0, 2],
                    BlockType::Q2K => &[80, 82],
                    BlockType::Q3K => &[108],
                    BlockType::Q6K => &[208],
                    _ => &[0],
                };
                for at in halves {
                    block[*at + 1] = 0x2a | block[*at + 1] & 0x81;
                }
            }
            let storage = QStorage::from_data(bytes.clone().into(), &Device::Cpu, theirs).unwrap();
            let tensor = QTensor::new(storage, 3 * numbers).unwrap().dequantize(&Device::Cpu).unwrap();
            let expected = tensor.to_vec1::<f32>().unwrap();
            let mut row = CodedRow::default();
            kind.take_apart(&bytes, &mut row);
            let mut actual = vec![0.0; 3 * numbers];
            row.read(&kind.format().unwrap(), &mut actual);
            for (index, (actual, expected)) in actual.iter().zip(&expected).enumerate() {
                assert!((actual - expected).abs() <= 1e-5, "{kind:?} {index}: {actual} {expected}");
            }
        }
    }
}
