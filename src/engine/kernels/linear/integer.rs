//! Products in whole numbers: codes of weights, from 0 to 255, by rows of eight bits. The sums of a block are exact; they
//! are scaled and added up block by block, always in the same order, whatever other rows there are.

use super::Target;
use crate::engine::kernels::coded::{CodedPanels, SUPER};
use crate::engine::kernels::isa::Kernel;
use crate::engine::kernels::quantized::{BLOCK, Quantized, SUMMED};
use crate::engine::kernels::simd::Simd;
use crate::engine::kernels::tile::{Sums, tiles};

/// The columns of some panels, for all rows.
pub struct IntegerColumns<'a> {
    pub coded: &'a CodedPanels,
    pub quantized: &'a Quantized,
    pub panels: std::ops::Range<usize>,
    pub target: Target<'a>,
}

impl Kernel for IntegerColumns<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        // Constants to the loops below, which is what makes them fast.
        let format = self.coded.format;
        match (format.bits, format.block, format.is_two_level, format.has_offsets) {
            (4, 32, false, false) => self.panels::<S, 4, 32, false, false>(simd),
            (4, 32, false, true) => self.panels::<S, 4, 32, false, true>(simd),
            (4, 32, true, true) => self.panels::<S, 4, 32, true, true>(simd),
            (8, 32, false, false) => self.panels::<S, 8, 32, false, false>(simd),
            (8, 32, false, true) => self.panels::<S, 8, 32, false, true>(simd),
            (8, 32, true, true) => self.panels::<S, 8, 32, true, true>(simd),
            (8, 16, true, false) => self.panels::<S, 8, 16, true, false>(simd),
            (8, 16, true, true) => self.panels::<S, 8, 16, true, true>(simd),
            _ => unreachable!("{format:?}"),
        }
    }
}

impl IntegerColumns<'_> {
    #[inline(always)]
    fn panels<S: Simd, const BITS: usize, const WEIGHTS: usize, const TWO: bool, const OFFSETS: bool>(&self, simd: S) {
        let mut sums = Sums::default();
        let rows = self.quantized.rows;
        let most = if rows <= S::FEW_INTEGER_ROWS { S::FEW_INTEGER_ROWS } else { S::INTEGER_ROWS };
        for panel in self.panels.clone() {
            for (row, count) in tiles(0, rows, most) {
                macro_rules! heights {
                    ($($rows:literal)+) => {
                        match count {
                            $($rows if $rows <= S::FEW_INTEGER_ROWS => {
                                sums.set(simd, self.tile::<S, $rows, BITS, WEIGHTS, TWO, OFFSETS>(simd, panel, row));
                            })+
                            _ => {}
                        }
                    };
                }
                heights!(1 2 3 4 5 6 7 8);
                self.target.finish(simd, &mut sums, row, count, panel);
            }
        }
    }

    /// `M` rows by a panel. Indices and no iterators: over several arrays these keep the sums in memory.
    #[inline(always)]
    fn tile<S: Simd, const M: usize, const BITS: usize, const WEIGHTS: usize, const TWO: bool, const OFFSETS: bool>(
        &self,
        simd: S,
        panel: usize,
        first: usize,
    ) -> [[S::Vector; 2]; M] {
        let Quantized { inputs, codes, scales, sums, .. } = self.quantized;
        let (format, inputs) = (self.coded.format, *inputs);
        let (blocks, groups) = (inputs / WEIGHTS, inputs / format.group());
        assert!((first + M) * inputs <= codes.len() && inputs.is_multiple_of(BLOCK));
        assert!(codes.len() / BLOCK == scales.len() && codes.len() / SUMMED == sums.len());
        // What the codes are more than the numbers that they stand for; those with offsets are not.
        let zero = -(i32::from(format.shift()) + i32::from(format.zero));
        let mut weights = self.coded.codes::<S>(panel);
        let mut rows: [*const i8; M] = std::array::from_fn(|row| codes[(first + row) * inputs..].as_ptr());
        let (row_scales, row_sums) = (&scales[first * (inputs / BLOCK)..], &sums[first * (inputs / SUMMED)..]);
        // Not a constant to the compiler, which would unroll the loop and run out of registers.
        let quads = std::hint::black_box(WEIGHTS / 4);
        let per_group = if TWO { SUPER / WEIGHTS } else { 1 };
        let mut floats = [[simd.splat(0.0); 2]; M];
        let mut block = 0;
        for group in 0..groups {
            let group_scale = self.coded.scales.of_group(simd, panel * groups + group);
            let group_offset =
                if OFFSETS { self.coded.offsets.of_group(simd, panel * groups + group) } else { group_scale };
            for _ in 0..per_group {
                // SAFETY: `block` is below the rows' number of blocks; sizes were compared above.
                let (scale_of, sum_of) = unsafe {
                    let scales = row_scales.as_ptr().wrapping_add(block * WEIGHTS / BLOCK);
                    let sums = row_sums.as_ptr().wrapping_add(block * WEIGHTS / SUMMED);
                    let sum = |row: usize| -> i32 {
                        let at = sums.wrapping_add(row * (inputs / SUMMED));
                        if WEIGHTS == SUMMED { *at } else { (*at).wrapping_add(*at.wrapping_add(1)) }
                    };
                    let scale = |row: usize| -> f32 { *scales.wrapping_add(row * (inputs / BLOCK)) };
                    (std::array::from_fn::<f32, M, _>(scale), std::array::from_fn::<i32, M, _>(sum))
                };
                let mut integers = [[simd.splat_integer(0); 2]; M];
                if !(OFFSETS && BITS == 4) {
                    for row in 0..M {
                        integers[row] = [simd.splat_integer(zero.wrapping_mul(sum_of[row])); 2];
                    }
                }
                for _ in 0..quads {
                    // SAFETY: the panel has a line for each quad of inputs, the rows have a quad.
                    unsafe {
                        let codes = match BITS {
                            4 => simd.load_nibbles(weights),
                            _ => [simd.load_quads(weights), simd.load_quads(weights.wrapping_add(4 * S::LANES))],
                        };
                        for row in 0..M {
                            let quad = simd.splat_quad(rows[row]);
                            integers[row][0] = simd.add_dots(integers[row][0], codes[0], quad);
                            integers[row][1] = simd.add_dots(integers[row][1], codes[1], quad);
                            rows[row] = rows[row].wrapping_add(4);
                        }
                    }
                    weights = weights.wrapping_add(if BITS == 4 { 4 } else { 8 } * S::LANES);
                }
                let mut scale = group_scale;
                if TWO {
                    let of_block = self.coded.scales.of_block(simd, panel * blocks + block);
                    scale = [simd.mul(scale[0], of_block[0]), simd.mul(scale[1], of_block[1])];
                }
                for row in 0..M {
                    let of_row = simd.splat(scale_of[row]);
                    for part in 0..2 {
                        let factor = simd.mul(scale[part], of_row);
                        let sum = simd.to_floats(integers[row][part]);
                        floats[row][part] = simd.mul_add(sum, factor, floats[row][part]);
                    }
                }
                if OFFSETS {
                    let mut offset = group_offset;
                    if TWO {
                        let of_block = self.coded.offsets.of_block(simd, panel * blocks + block);
                        offset = [simd.mul(offset[0], of_block[0]), simd.mul(offset[1], of_block[1])];
                    }
                    for row in 0..M {
                        let of_row = simd.splat(scale_of[row] * sum_of[row] as f32);
                        for part in 0..2 {
                            floats[row][part] = simd.mul_add(offset[part], of_row, floats[row][part]);
                        }
                    }
                }
                block += 1;
            }
        }
        floats
    }
}
