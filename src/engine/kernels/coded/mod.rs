//! Matrices that stay as few bits as they come in: a weight is `code * scale + offset`.

mod halves;
mod panels;

use half::f16;

pub use halves::HalfPanels;
pub use panels::CodedPanels;

use super::simd::Simd;

/// How numbers are coded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Format {
    /// 4 (codes from 0 to 15) or 8 (signed).
    pub bits: usize,
    /// Neighbouring numbers of a row that share a scale.
    pub block: usize,
    /// A block's scale is a small integer times that of its super-block of [`SUPER`] numbers.
    pub is_two_level: bool,
    /// Blocks have offsets, in as many levels as scales.
    pub has_offsets: bool,
    /// The code that means 0, where blocks have no offsets.
    pub zero: i8,
}

/// What is done with the weights of a panel, input by input. A trait and no closure: each instruction set needs it
/// inlined.
pub trait Step<S: Simd> {
    /// `weights` are those of input `k` for a panel's columns.
    fn step(&mut self, simd: S, k: usize, weights: [S::Vector; 2]);
}

/// Numbers of a super-block.
pub const SUPER: usize = 256;

impl Format {
    /// Numbers that share a half-precision scale.
    pub fn group(&self) -> usize {
        if self.is_two_level { SUPER } else { self.block }
    }

    /// What a code is kept more than it is, so that all are from 0 to 255.
    pub fn shift(&self) -> u8 {
        if self.bits == 4 { 0 } else { 128 }
    }
}

/// One row, taken apart. Scales and offsets are half-precision bits, one per group; the integers one per block.
#[derive(Debug, Clone, Default)]
pub struct CodedRow {
    pub codes: Vec<i8>,
    pub scales: Vec<u16>,
    pub block_scales: Vec<i8>,
    pub offsets: Vec<u16>,
    pub block_offsets: Vec<i8>,
}

impl CodedRow {
    pub fn clear(&mut self) {
        self.codes.clear();
        self.scales.clear();
        self.block_scales.clear();
        self.offsets.clear();
        self.block_offsets.clear();
    }

    /// The numbers.
    pub fn read(&self, format: &Format, to: &mut [f32]) {
        for (index, (to, codes)) in to.chunks_mut(format.block).zip(self.codes.chunks(format.block)).enumerate() {
            let group = index * format.block / format.group();
            let level = |halves: &[u16], integers: &[i8]| {
                let half = f16::from_bits(halves[group]).to_f32();
                if format.is_two_level { half * f32::from(integers[index]) } else { half }
            };
            let scale = level(&self.scales, &self.block_scales);
            let offset = match format.has_offsets {
                true => level(&self.offsets, &self.block_offsets),
                false => scale * -f32::from(format.zero),
            };
            for (to, code) in to.iter_mut().zip(codes) {
                *to = f32::from(*code).mul_add(scale, offset);
            }
        }
    }
}
