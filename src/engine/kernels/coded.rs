//! Matrices that stay as few bits as they come in: codes in panels, turned into floats in registers, block by block.
//!
//! A weight is `code * scale + offset` in f32, rounded as if it had been unpacked before, and summed in the same order
//! as in [`super::Linear`]'s plain panels. So a result has the same bits whether few rows are multiplied straight from
//! the codes or many rows by a panel that was unpacked for them.

use half::f16;

use super::simd::{MAX_LANES, Simd};

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
    fn group(&self) -> usize {
        if self.is_two_level { SUPER } else { self.block }
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

/// Rows of one format, in panels of two vectors' width. Past the last row all is 0.
#[derive(Debug)]
pub struct CodedPanels {
    format: Format,
    inputs: usize,
    width: usize,
    /// `[panel][input][column]`; of 4 bits, the low ones of a byte are of the first vector's column, the high ones of
    /// the second's.
    codes: Vec<u8>,
    /// `[panel][group][column]`, and `[panel][block][column]`.
    scales: Levels,
    offsets: Levels,
}

#[derive(Debug, Default)]
struct Levels {
    halves: Vec<u16>,
    integers: Vec<i8>,
}

impl Levels {
    fn new(panels: usize, width: usize, groups: usize, blocks: usize) -> Self {
        Self { halves: vec![0; panels * groups * width], integers: vec![0; panels * blocks * width] }
    }

    fn put(&mut self, panel: usize, width: usize, column: usize, halves: &[u16], integers: &[i8]) {
        for (group, half) in halves.iter().enumerate() {
            self.halves[(panel * halves.len() + group) * width + column] = *half;
        }
        for (block, integer) in integers.iter().enumerate() {
            self.integers[(panel * integers.len() + block) * width + column] = *integer;
        }
    }

    fn get(&self, panel: usize, width: usize, column: usize, counts: [usize; 2]) -> (Vec<u16>, Vec<i8>) {
        let half = |group| self.halves[(panel * counts[0] + group) * width + column];
        let integer = |block| self.integers[(panel * counts[1] + block) * width + column];
        let halves = if self.halves.is_empty() { 0 } else { counts[0] };
        let integers = if self.integers.is_empty() { 0 } else { counts[1] };
        ((0..halves).map(half).collect(), (0..integers).map(integer).collect())
    }
}

impl CodedPanels {
    /// Room for `outputs` rows of `inputs` numbers, which are whole groups.
    pub fn new(format: Format, inputs: usize, outputs: usize, width: usize) -> Self {
        assert!(inputs.is_multiple_of(format.group()) && width.is_multiple_of(2) && width <= 2 * MAX_LANES);
        let panels = outputs.div_ceil(width);
        let (groups, blocks) = (inputs / format.group(), inputs / format.block);
        let blocks = if format.is_two_level { blocks } else { 0 };
        Self {
            format,
            inputs,
            width,
            codes: vec![0; panels * inputs * width * format.bits / 8],
            scales: Levels::new(panels, width, groups, blocks),
            offsets: match format.has_offsets {
                true => Levels::new(panels, width, groups, blocks),
                false => Levels::default(),
            },
        }
    }

    /// Sets the weights of one output.
    pub fn put(&mut self, output: usize, row: &CodedRow) {
        let (panel, column, width) = (output / self.width, output % self.width, self.width);
        for (k, code) in row.codes.iter().enumerate() {
            let line = panel * self.inputs + k;
            match self.format.bits {
                4 => {
                    let (lanes, shift) = (width / 2, 4 * (column / (width / 2)));
                    self.codes[line * lanes + column % lanes] |= (code.cast_unsigned() & 15) << shift;
                }
                _ => self.codes[line * width + column] = code.cast_unsigned(),
            }
        }
        self.scales.put(panel, width, column, &row.scales, &row.block_scales);
        if self.format.has_offsets {
            self.offsets.put(panel, width, column, &row.offsets, &row.block_offsets);
        }
    }

    /// The weights of one output, as floats.
    pub fn read(&self, output: usize, to: &mut [f32]) {
        let (panel, column, width) = (output / self.width, output % self.width, self.width);
        let code = |k: usize| -> i8 {
            let line = panel * self.inputs + k;
            match self.format.bits {
                4 => {
                    let (lanes, shift) = (width / 2, 4 * (column / (width / 2)));
                    let byte: u8 = self.codes[line * lanes + column % lanes];
                    (byte >> shift & 15).cast_signed()
                }
                _ => self.codes[line * width + column].cast_signed(),
            }
        };
        let counts = [self.inputs / self.format.group(), self.inputs / self.format.block];
        let (scales, block_scales) = self.scales.get(panel, width, column, counts);
        let (offsets, block_offsets) = self.offsets.get(panel, width, column, counts);
        let codes = (0..self.inputs).map(code).collect();
        CodedRow { codes, scales, block_scales, offsets, block_offsets }.read(&self.format, to);
    }

    /// Takes `step` through a panel's inputs.
    #[inline(always)]
    pub fn each_step<S: Simd>(&self, simd: S, panel: usize, step: &mut impl Step<S>) {
        let width = 2 * S::LANES;
        assert!(self.width == width && (panel + 1) * self.inputs * width * self.format.bits / 8 <= self.codes.len());
        for block in 0..self.inputs / self.format.block {
            let scale = self.level(simd, &self.scales, panel, block);
            let offset = match self.format.has_offsets {
                true => self.level(simd, &self.offsets, panel, block),
                false => {
                    let zero = simd.splat(-f32::from(self.format.zero));
                    [simd.mul(scale[0], zero), simd.mul(scale[1], zero)]
                }
            };
            let start = block * self.format.block;
            if self.format.bits == 4 {
                let mut from = self.codes[(panel * self.inputs + start) * S::LANES..].as_ptr();
                for k in start..start + self.format.block {
                    // SAFETY: the panel has this many bytes for each of its inputs, as was checked above.
                    let codes = unsafe { simd.load_nibbles(from) };
                    from = from.wrapping_add(S::LANES);
                    let first = simd.mul_add(codes[0], scale[0], offset[0]);
                    step.step(simd, k, [first, simd.mul_add(codes[1], scale[1], offset[1])]);
                }
            } else {
                let mut from = self.codes[(panel * self.inputs + start) * width..].as_ptr().cast::<i8>();
                for k in start..start + self.format.block {
                    // SAFETY: likewise.
                    let codes = unsafe { [simd.load_i8(from), simd.load_i8(from.wrapping_add(S::LANES))] };
                    from = from.wrapping_add(width);
                    let first = simd.mul_add(codes[0], scale[0], offset[0]);
                    step.step(simd, k, [first, simd.mul_add(codes[1], scale[1], offset[1])]);
                }
            }
        }
    }

    /// The scales or offsets of a panel's columns in one block.
    #[inline(always)]
    fn level<S: Simd>(&self, simd: S, levels: &Levels, panel: usize, block: usize) -> [S::Vector; 2] {
        let (width, group) = (2 * S::LANES, self.format.group());
        let at = (panel * (self.inputs / group) + block * self.format.block / group) * width;
        let halves = &levels.halves[at..at + width];
        // SAFETY: the slice is two vectors long.
        let mut level = unsafe { [simd.load_f16(halves.as_ptr()), simd.load_f16(halves[S::LANES..].as_ptr())] };
        if self.format.is_two_level {
            let at = (panel * (self.inputs / self.format.block) + block) * width;
            let integers = &levels.integers[at..at + width];
            // SAFETY: likewise.
            let integers = unsafe { [simd.load_i8(integers.as_ptr()), simd.load_i8(integers[S::LANES..].as_ptr())] };
            level = [simd.mul(level[0], integers[0]), simd.mul(level[1], integers[1])];
        }
        level
    }
}

/// Half-precision weights in panels: `[panel][input][column]`.
#[derive(Debug)]
pub struct HalfPanels {
    pub is_bf16: bool,
    inputs: usize,
    width: usize,
    bits: Vec<u16>,
}

impl HalfPanels {
    pub fn new(is_bf16: bool, inputs: usize, outputs: usize, width: usize) -> Self {
        Self { is_bf16, inputs, width, bits: vec![0; outputs.div_ceil(width) * inputs * width] }
    }

    /// Sets the weights of one output, which are exactly what the format can hold.
    pub fn put(&mut self, output: usize, row: &[f32]) {
        let start = output / self.width * self.inputs * self.width + output % self.width;
        for (k, weight) in row.iter().enumerate() {
            self.bits[start + k * self.width] = match self.is_bf16 {
                true => half::bf16::from_f32(*weight).to_bits(),
                false => f16::from_f32(*weight).to_bits(),
            };
        }
    }

    pub fn read(&self, output: usize, to: &mut [f32]) {
        let start = output / self.width * self.inputs * self.width + output % self.width;
        for (k, to) in to.iter_mut().enumerate() {
            let bits = self.bits[start + k * self.width];
            *to = match self.is_bf16 {
                true => half::bf16::from_bits(bits).to_f32(),
                false => f16::from_bits(bits).to_f32(),
            };
        }
    }

    /// As [`CodedPanels::each_step`].
    #[inline(always)]
    pub fn each_step<S: Simd>(&self, simd: S, panel: usize, step: &mut impl Step<S>) {
        let width = 2 * S::LANES;
        assert!(self.width == width && (panel + 1) * self.inputs * width <= self.bits.len());
        let mut from = self.bits[panel * self.inputs * width..].as_ptr();
        for k in 0..self.inputs {
            let behind = from.wrapping_add(S::LANES);
            // SAFETY: the panel has this many numbers for each of its inputs, as was checked above.
            let weights = unsafe {
                match self.is_bf16 {
                    true => [simd.load_bf16(from), simd.load_bf16(behind)],
                    false => [simd.load_f16(from), simd.load_f16(behind)],
                }
            };
            from = from.wrapping_add(width);
            step.step(simd, k, weights);
        }
    }
}
