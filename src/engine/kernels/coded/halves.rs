//! Half-precision weights in panels, widened in registers.

use half::f16;

use super::Step;
use crate::engine::kernels::simd::Simd;

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
