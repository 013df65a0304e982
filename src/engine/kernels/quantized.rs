//! Rows of eight bits, for integer products: each [`BLOCK`] numbers share a scale.

use super::isa::{Isa, Kernel};
use super::shared::Shared;
use super::simd::Simd;
use super::threads;

/// Numbers that share a scale.
pub const BLOCK: usize = 32;
/// Numbers whose codes are summed: the smallest block of any coded weights.
pub const SUMMED: usize = 16;
/// Fewer numbers than this are not worth handing to another thread.
const WORTH_SHARING: usize = 1 << 14;

/// A matrix `[rows, inputs]`, where `inputs` are whole blocks. Number `k` of a row is about `codes[k] * scales[k / 32]`.
#[derive(Debug, Default)]
pub struct Quantized {
    pub rows: usize,
    pub inputs: usize,
    /// From -127 to 127.
    pub codes: Vec<i8>,
    pub scales: Vec<f32>,
    /// Of the codes, by sixteens.
    pub sums: Vec<i32>,
}

impl Quantized {
    /// Takes over the rows of `x`.
    pub fn fill(&mut self, isa: Isa, x: &[f32], inputs: usize) {
        assert!(inputs.is_multiple_of(BLOCK) && x.len().is_multiple_of(inputs));
        (self.rows, self.inputs) = (x.len() / inputs, inputs);
        self.codes.resize(x.len(), 0);
        self.scales.resize(x.len() / BLOCK, 0.0);
        self.sums.resize(x.len() / SUMMED, 0);
        let blocks = x.len() / BLOCK;
        let pieces = if x.len() < WORTH_SHARING { 1 } else { blocks.min(2 * threads::count()) };
        let (codes, scales, sums) =
            (Shared::new(&mut self.codes), Shared::new(&mut self.scales), Shared::new(&mut self.sums));
        threads::each(pieces, |piece| {
            let blocks = piece * blocks / pieces..(piece + 1) * blocks / pieces;
            let (start, count) = (blocks.start, blocks.len());
            // SAFETY: each piece has blocks of its own.
            unsafe {
                isa.run(Round {
                    x: &x[start * BLOCK..][..count * BLOCK],
                    codes: codes.slice(start * BLOCK, count * BLOCK),
                    scales: scales.slice(start, count),
                    sums: sums.slice(start * 2, count * 2),
                });
            }
        });
    }
}

struct Round<'a> {
    x: &'a [f32],
    codes: &'a mut [i8],
    scales: &'a mut [f32],
    sums: &'a mut [i32],
}

impl Kernel for Round<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let blocks = self.x.as_chunks::<BLOCK>().0.iter().zip(self.codes.as_chunks_mut::<BLOCK>().0);
        for ((x, codes), (scale, sums)) in blocks.zip(self.scales.iter_mut().zip(self.sums.as_chunks_mut::<2>().0)) {
            let zero = simd.splat(0.0);
            let mut greatest = zero;
            for x in x.chunks_exact(S::LANES) {
                let x = simd.load(x);
                greatest = simd.max(greatest, simd.max(x, simd.sub(zero, x)));
            }
            let greatest = simd.greatest(greatest);
            // What is not finite becomes 0 here, and NaN through the scale.
            *scale = greatest / 127.0;
            let inverse = if greatest > 0.0 && greatest.is_finite() { 127.0 / greatest } else { 0.0 };
            let (inverse, limit) = (simd.splat(inverse), simd.splat(127.0));
            for (x, codes) in x.chunks_exact(S::LANES).zip(codes.chunks_exact_mut(S::LANES)) {
                let code = simd.mul(simd.load(x), inverse);
                let code = simd.max(simd.min(code, limit), simd.sub(zero, limit));
                // SAFETY: the chunk is a vector long.
                unsafe { simd.store_i8(codes.as_mut_ptr(), code) };
            }
            for (sum, codes) in sums.iter_mut().zip(codes.as_chunks::<SUMMED>().0) {
                *sum = codes.iter().map(|code| i32::from(*code)).sum();
            }
        }
    }
}
