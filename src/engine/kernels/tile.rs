//! The inner product of everything: a few rows by one panel of two vectors, summed in registers.

use super::math;
use super::simd::{MAX_LANES, MAX_ROWS, Simd};

/// `start..end` in tiles of nearly equal height, at most `most`: (first row, rows).
pub fn tiles(start: usize, end: usize, most: usize) -> impl Iterator<Item = (usize, usize)> {
    let rows = end - start;
    let count = rows.div_ceil(most);
    (0..count).map(move |tile| {
        let first = tile * rows / count;
        (start + first, (tile + 1) * rows / count - first)
    })
}

/// A tile's sums on their way from the registers to the output: row `r` is at `r * width`, where `width` is two vectors.
#[repr(C, align(64))]
pub struct Sums([f32; MAX_ROWS * 2 * MAX_LANES]);

impl Default for Sums {
    fn default() -> Self {
        Self([0.0; MAX_ROWS * 2 * MAX_LANES])
    }
}

impl Sums {
    /// `a b`: `a` is `[count, depth]` with `a_stride` between rows, `b` is `[depth, two vectors]` with `b_stride`
    /// between steps; `count` is at most `S::ROWS`.
    ///
    /// # Safety
    /// `b` must be valid for reading `depth` steps of two vectors.
    #[inline(always)]
    #[expect(clippy::too_many_arguments, reason = "the shape of a matrix product")]
    pub unsafe fn multiply<S: Simd>(
        &mut self,
        simd: S,
        count: usize,
        a: &[f32],
        a_stride: usize,
        b: *const f32,
        b_stride: usize,
        depth: usize,
    ) {
        assert!(count <= S::ROWS && (count == 0 || a.len() >= (count - 1) * a_stride + depth));
        macro_rules! heights {
            ($($rows:literal)+) => {
                match count {
                    $($rows if $rows <= S::ROWS => {
                        // SAFETY: the rows of `a` were checked, `b` is the caller's promise.
                        unsafe { self.in_registers::<S, $rows>(simd, a.as_ptr(), a_stride, b, b_stride, depth) }
                    })+
                    _ => {}
                }
            };
        }
        heights!(1 2 3 4 5 6 7 8 9 10 11 12);
    }

    /// # Safety
    /// `a` must be valid for `M` rows, `b` for `depth` steps.
    #[inline(always)]
    unsafe fn in_registers<S: Simd, const M: usize>(
        &mut self,
        simd: S,
        mut a: *const f32,
        a_stride: usize,
        mut b: *const f32,
        b_stride: usize,
        depth: usize,
    ) {
        let mut sums = [[simd.splat(0.0); 2]; M];
        for _ in 0..depth {
            // SAFETY: step k reads `a[row * a_stride + k]` and two vectors from `b[k * b_stride]`, which the caller
            // promises. Wrapping arithmetic: the last step moves past the end, where nothing is read.
            unsafe {
                let (b0, b1) = (simd.load_raw(b), simd.load_raw(b.wrapping_add(S::LANES)));
                for (row, sum) in sums.iter_mut().enumerate() {
                    let x = simd.splat(*a.wrapping_add(row.wrapping_mul(a_stride)));
                    sum[0] = simd.mul_add(x, b0, sum[0]);
                    sum[1] = simd.mul_add(x, b1, sum[1]);
                }
            }
            (a, b) = (a.wrapping_add(1), b.wrapping_add(b_stride));
        }
        for (sum, to) in sums.into_iter().zip(self.0.chunks_exact_mut(2 * S::LANES)) {
            simd.store(to, sum[0]);
            simd.store(&mut to[S::LANES..], sum[1]);
        }
    }

    /// Takes over what was summed elsewhere, `M` rows.
    #[inline(always)]
    pub fn set<S: Simd, const M: usize>(&mut self, simd: S, sums: [[S::Vector; 2]; M]) {
        for (sum, to) in sums.into_iter().zip(self.0.chunks_exact_mut(2 * S::LANES)) {
            simd.store(to, sum[0]);
            simd.store(&mut to[S::LANES..], sum[1]);
        }
    }

    /// Adds `bias`, two vectors, to each row.
    #[inline(always)]
    pub fn add<S: Simd>(&mut self, simd: S, count: usize, bias: &[f32]) {
        let bias = [simd.load(bias), simd.load(&bias[S::LANES..])];
        for row in self.0.chunks_exact_mut(2 * S::LANES).take(count) {
            let sums = [simd.load(row), simd.load(&row[S::LANES..])];
            simd.store(row, simd.add(sums[0], bias[0]));
            simd.store(&mut row[S::LANES..], simd.add(sums[1], bias[1]));
        }
    }

    /// GELU of each sum.
    #[inline(always)]
    pub fn gelu<S: Simd>(&mut self, simd: S, count: usize) {
        for vector in self.0.chunks_exact_mut(S::LANES).take(2 * count) {
            let sum = simd.load(vector);
            simd.store(vector, math::gelu(simd, sum));
        }
    }

    /// Each row times its factor.
    #[inline(always)]
    pub fn scale<S: Simd>(&mut self, simd: S, count: usize, factors: &[f32]) {
        for (row, factor) in self.0.chunks_exact_mut(2 * S::LANES).zip(factors).take(count) {
            for vector in row.chunks_exact_mut(S::LANES) {
                let sum = simd.load(vector);
                simd.store(vector, simd.mul(sum, simd.splat(*factor)));
            }
        }
    }

    /// The rows, each of two vectors.
    #[inline(always)]
    pub fn rows<S: Simd>(&self, count: usize) -> impl Iterator<Item = &[f32]> {
        self.0.chunks_exact(2 * S::LANES).take(count)
    }
}

/// Stores the first `valid` floats of a row of sums.
///
/// # Safety
/// `to` must be valid for writing `valid` floats.
#[inline(always)]
pub unsafe fn store<S: Simd>(simd: S, sums: &[f32], to: *mut f32, valid: usize) {
    if valid == 2 * S::LANES {
        // SAFETY: the caller's promise.
        unsafe {
            simd.store_raw(to, simd.load(sums));
            simd.store_raw(to.add(S::LANES), simd.load(&sums[S::LANES..]));
        }
    } else {
        assert!(valid <= sums.len());
        // SAFETY: the caller's promise, and the sums are long enough.
        unsafe { std::ptr::copy_nonoverlapping(sums.as_ptr(), to, valid) };
    }
}
