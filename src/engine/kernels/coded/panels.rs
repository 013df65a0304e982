//! Codes in panels, for integer products or turned into floats in registers, block by block.

use super::{CodedRow, Format, Step};
use crate::engine::kernels::simd::{MAX_LANES, Simd};

/// Rows of one format, in panels of two vectors' width. Past the last row all is 0.
#[derive(Debug)]
pub struct CodedPanels {
    pub format: Format,
    inputs: usize,
    width: usize,
    /// `[panel][quad][column][input of the quad]`, shifted as [`Format::shift`] says. Of 4 bits, the low ones of a byte
    /// are of the first vector's column, the high ones of the second's.
    codes: Vec<Line>,
    pub scales: Levels,
    pub offsets: Levels,
}

/// A cache line: keeps vector loads from straddling two.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(64))]
struct Line([u8; 64]);

/// Scales or offsets: `[panel][group][column]`, and where there are two levels `[panel][block][column]`.
#[derive(Debug, Default)]
pub struct Levels {
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

    /// Of a panel's columns, the half-precision level of group `group` (counted over all panels).
    #[inline(always)]
    pub fn of_group<S: Simd>(&self, simd: S, group: usize) -> [S::Vector; 2] {
        let halves = &self.halves[group * 2 * S::LANES..][..2 * S::LANES];
        // SAFETY: the slice is two vectors long.
        unsafe { [simd.load_f16(halves.as_ptr()), simd.load_f16(halves[S::LANES..].as_ptr())] }
    }

    /// Of a panel's columns, the integer of block `block` (counted over all panels).
    #[inline(always)]
    pub fn of_block<S: Simd>(&self, simd: S, block: usize) -> [S::Vector; 2] {
        let integers = &self.integers[block * 2 * S::LANES..][..2 * S::LANES];
        // SAFETY: the slice is two vectors long.
        unsafe { [simd.load_i8(integers.as_ptr()), simd.load_i8(integers[S::LANES..].as_ptr())] }
    }
}

impl CodedPanels {
    /// Room for `outputs` rows of `inputs` numbers, which are whole groups.
    pub fn new(format: Format, inputs: usize, outputs: usize, width: usize) -> Self {
        assert!(inputs.is_multiple_of(format.group()) && format.block.is_multiple_of(4));
        assert!(width.is_multiple_of(2) && width <= 2 * MAX_LANES);
        let panels = outputs.div_ceil(width);
        let (groups, blocks) = (inputs / format.group(), inputs / format.block);
        let blocks = if format.is_two_level { blocks } else { 0 };
        Self {
            format,
            inputs,
            width,
            codes: vec![Line([0; 64]); (panels * inputs * width * format.bits / 8).div_ceil(64)],
            scales: Levels::new(panels, width, groups, blocks),
            offsets: match format.has_offsets {
                true => Levels::new(panels, width, groups, blocks),
                false => Levels::default(),
            },
        }
    }

    /// Where the code of a panel's column and input is: the byte, and how far its bits are shifted.
    fn place(&self, panel: usize, column: usize, input: usize) -> (usize, usize) {
        let (line, byte) = (panel * self.inputs / 4 + input / 4, input % 4);
        match self.format.bits {
            4 => {
                let lanes = self.width / 2;
                ((line * lanes + column % lanes) * 4 + byte, 4 * (column / lanes))
            }
            _ => ((line * self.width + column) * 4 + byte, 0),
        }
    }

    /// Sets the weights of one output.
    pub fn put(&mut self, output: usize, row: &CodedRow) {
        let (panel, column, width) = (output / self.width, output % self.width, self.width);
        for (input, code) in row.codes.iter().enumerate() {
            let (at, shift) = self.place(panel, column, input);
            let byte = &mut self.codes[at / 64].0[at % 64];
            match self.format.bits {
                4 => *byte |= (code.cast_unsigned() & 15) << shift,
                _ => *byte = code.cast_unsigned().wrapping_add(self.format.shift()),
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
        let code = |input: usize| -> i8 {
            let (at, shift) = self.place(panel, column, input);
            let byte = self.codes[at / 64].0[at % 64];
            match self.format.bits {
                4 => (byte >> shift & 15).cast_signed(),
                _ => byte.wrapping_sub(self.format.shift()).cast_signed(),
            }
        };
        let counts = [self.inputs / self.format.group(), self.inputs / self.format.block];
        let (scales, block_scales) = self.scales.get(panel, width, column, counts);
        let (offsets, block_offsets) = self.offsets.get(panel, width, column, counts);
        let codes = (0..self.inputs).map(code).collect();
        CodedRow { codes, scales, block_scales, offsets, block_offsets }.read(&self.format, to);
    }

    /// The codes of a panel, checked to be there: `inputs / 4` lines of [`CodedPanels::line`] bytes.
    #[inline(always)]
    pub fn codes<S: Simd>(&self, panel: usize) -> *const u8 {
        let bytes = self.inputs / 4 * self.line::<S>();
        assert!(self.width == 2 * S::LANES && (panel + 1) * bytes <= self.codes.len() * 64);
        self.codes.as_ptr().cast::<u8>().wrapping_add(panel * bytes)
    }

    /// Bytes of the four inputs' codes of a panel's columns.
    #[inline(always)]
    pub fn line<S: Simd>(&self) -> usize {
        if self.format.bits == 4 { 4 * S::LANES } else { 8 * S::LANES }
    }

    /// Takes `step` through a panel's inputs. A weight is rounded once, as if it had been unpacked before.
    #[inline(always)]
    pub fn each_step<S: Simd>(&self, simd: S, panel: usize, step: &mut impl Step<S>) {
        let mut from = self.codes::<S>(panel);
        let shift = simd.splat(f32::from(self.format.shift()));
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
            for quad in (start..start + self.format.block).step_by(4) {
                // SAFETY: the panel has a line for each of its quads.
                let codes = unsafe {
                    match self.format.bits {
                        4 => simd.load_nibbles(from),
                        _ => [simd.load_quads(from), simd.load_quads(from.wrapping_add(4 * S::LANES))],
                    }
                };
                from = from.wrapping_add(self.line::<S>());
                let [first, second] = [simd.bytes(codes[0]), simd.bytes(codes[1])];
                for (k, (first, second)) in (quad..).zip(first.into_iter().zip(second)) {
                    let codes = [simd.sub(first, shift), simd.sub(second, shift)];
                    let first = simd.mul_add(codes[0], scale[0], offset[0]);
                    step.step(simd, k, [first, simd.mul_add(codes[1], scale[1], offset[1])]);
                }
            }
        }
    }

    /// The scales or offsets of a panel's columns in one block.
    #[inline(always)]
    fn level<S: Simd>(&self, simd: S, levels: &Levels, panel: usize, block: usize) -> [S::Vector; 2] {
        let group = self.format.group();
        let halves = levels.of_group(simd, panel * (self.inputs / group) + block * self.format.block / group);
        match self.format.is_two_level {
            false => halves,
            true => {
                let integers = levels.of_block(simd, panel * (self.inputs / self.format.block) + block);
                [simd.mul(halves[0], integers[0]), simd.mul(halves[1], integers[1])]
            }
        }
    }
}
