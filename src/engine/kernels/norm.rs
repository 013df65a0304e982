//! Layer norm with the residual sum in front of it, and the L2 norm of a finished vector.

use super::isa::{Isa, Kernel};
use super::simd::Simd;

/// `(x - mean) / sqrt(variance + eps) * scale + shift`, row by row.
#[derive(Debug)]
pub struct LayerNorm {
    pub isa: Isa,
    pub scale: Vec<f32>,
    pub shift: Vec<f32>,
    pub eps: f32,
}

impl LayerNorm {
    /// Replaces each row of `rows` by the norm of itself plus the row of `add`. Both are `[n, scale.len()]`.
    pub fn add_and_normalize(&self, rows: &mut [f32], add: &[f32]) {
        assert_eq!(rows.len(), add.len());
        self.isa.run(AddAndNormalize { norm: self, rows, add: Some(add) });
    }

    /// Replaces each row of `rows` by its norm.
    pub fn normalize(&self, rows: &mut [f32]) {
        self.isa.run(AddAndNormalize { norm: self, rows, add: None });
    }
}

struct AddAndNormalize<'a> {
    norm: &'a LayerNorm,
    rows: &'a mut [f32],
    add: Option<&'a [f32]>,
}

impl Kernel for AddAndNormalize<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let Self { norm, rows, add } = self;
        let width = norm.scale.len();
        assert_eq!(norm.shift.len(), width);
        for (index, row) in rows.chunks_exact_mut(width.max(1)).enumerate() {
            if let Some(add) = add {
                add_row(simd, row, &add[index * width..(index + 1) * width]);
            }
            let mean = sum_of::<S, false>(simd, row, 0.0) / width as f32;
            let squares = sum_of::<S, true>(simd, row, mean);
            let factor = 1.0 / (squares / width as f32 + norm.eps).sqrt();
            let (m, f) = (simd.splat(mean), simd.splat(factor));
            let whole = width - width % S::LANES;
            for at in (0..whole).step_by(S::LANES) {
                let x = simd.mul(simd.sub(simd.load(&row[at..]), m), f);
                let y = simd.mul_add(x, simd.load(&norm.scale[at..]), simd.load(&norm.shift[at..]));
                simd.store(&mut row[at..], y);
            }
            for (at, x) in row.iter_mut().enumerate().skip(whole) {
                *x = (*x - mean) * factor * norm.scale[at] + norm.shift[at];
            }
        }
    }
}

#[inline(always)]
fn add_row<S: Simd>(simd: S, row: &mut [f32], add: &[f32]) {
    let whole = row.len() - row.len() % S::LANES;
    for at in (0..whole).step_by(S::LANES) {
        let sum = simd.add(simd.load(&row[at..]), simd.load(&add[at..]));
        simd.store(&mut row[at..], sum);
    }
    for (x, y) in row[whole..].iter_mut().zip(&add[whole..]) {
        *x += y;
    }
}

/// The sum over a row of `x - less`, or of its square, in as many partial sums as a vector has lanes.
#[inline(always)]
fn sum_of<S: Simd, const SQUARED: bool>(simd: S, row: &[f32], less: f32) -> f32 {
    let m = simd.splat(less);
    let mut sum = simd.splat(0.0);
    let whole = row.len() - row.len() % S::LANES;
    for at in (0..whole).step_by(S::LANES) {
        let x = simd.sub(simd.load(&row[at..]), m);
        sum = if SQUARED { simd.mul_add(x, x, sum) } else { simd.add(sum, x) };
    }
    let mut rest = 0.0;
    for x in &row[whole..] {
        let x = x - less;
        rest += if SQUARED { x * x } else { x };
    }
    simd.sum(sum) + rest
}

/// Scales `vector` to length 1; leaves a vector of zeros as it is.
pub fn l2_normalize(vector: &mut [f32]) {
    let length = vector.iter().map(|x| f64::from(*x) * f64::from(*x)).sum::<f64>().sqrt();
    if length > 1e-12 {
        let factor = (1.0 / length) as f32;
        vector.iter_mut().for_each(|x| *x *= factor);
    }
}
