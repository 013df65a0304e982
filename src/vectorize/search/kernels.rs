//! The arithmetic of a scan, in one visible place: plain loops over lanes that the compiler turns into SIMD, compiled
//! once for any machine and once for AVX2 with FMA, chosen at run time.

/// Independent sums, enough to hide an FMA's latency in 256-bit registers.
const LANES: usize = 32;

/// The kernels that this machine runs best.
#[derive(Debug, Clone, Copy)]
pub struct Kernels {
    /// Sum of products.
    pub dot: fn(&[f32], &[f32]) -> f32,
    /// Sum of squared differences.
    pub squared_distance: fn(&[f32], &[f32]) -> f32,
}

impl Kernels {
    pub fn detect() -> Self {
        #[cfg(target_arch = "x86_64")]
        if std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("fma") {
            return Self { dot: avx2::dot, squared_distance: avx2::squared_distance };
        }
        Self { dot: portable::dot, squared_distance: portable::squared_distance }
    }
}

/// Euclidean norm in double precision: neither over- nor underflows for any finite float32 vector.
pub fn norm(values: &[f32]) -> f64 {
    values.iter().map(|&value| f64::from(value) * f64::from(value)).sum::<f64>().sqrt()
}

/// Sum of products in double precision, for vectors whose float32 sum would over- or underflow.
pub fn dot_exact(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(&a, &b)| f64::from(a) * f64::from(b)).sum()
}

/// Euclidean distance in double precision.
pub fn distance_exact(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(&a, &b)| (f64::from(a) - f64::from(b)).powi(2)).sum::<f64>().sqrt()
}

/// `step(sum, a, b)` over all pairs, in [`LANES`] sums that are added pairwise at the end.
#[inline(always)]
fn reduce(a: &[f32], b: &[f32], step: impl Fn(f32, f32, f32) -> f32) -> f32 {
    let mut sums = [0.0f32; LANES];
    let (whole_a, rest_a) = a.as_chunks::<LANES>();
    let (whole_b, rest_b) = b.as_chunks::<LANES>();
    for (a, b) in whole_a.iter().zip(whole_b) {
        for ((sum, &a), &b) in sums.iter_mut().zip(a).zip(b) {
            *sum = step(*sum, a, b);
        }
    }
    for ((sum, &a), &b) in sums.iter_mut().zip(rest_a).zip(rest_b) {
        *sum = step(*sum, a, b);
    }
    let mut width = LANES;
    while width > 1 {
        width /= 2;
        for lane in 0..width {
            sums[lane] += sums[lane + width];
        }
    }
    sums[0]
}

mod portable {
    pub fn dot(a: &[f32], b: &[f32]) -> f32 {
        super::reduce(a, b, |sum, a, b| sum + a * b)
    }

    pub fn squared_distance(a: &[f32], b: &[f32]) -> f32 {
        super::reduce(a, b, |sum, a, b| sum + (a - b) * (a - b))
    }
}

#[cfg(target_arch = "x86_64")]
mod avx2 {
    pub fn dot(a: &[f32], b: &[f32]) -> f32 {
        // SAFETY: `Kernels::detect` gives this function out only where AVX2 and FMA were found.
        unsafe { dot_fma(a, b) }
    }

    pub fn squared_distance(a: &[f32], b: &[f32]) -> f32 {
        // SAFETY: as above.
        unsafe { squared_distance_fma(a, b) }
    }

    #[target_feature(enable = "avx2,fma")]
    fn dot_fma(a: &[f32], b: &[f32]) -> f32 {
        super::reduce(a, b, |sum, a, b| a.mul_add(b, sum))
    }

    #[target_feature(enable = "avx2,fma")]
    fn squared_distance_fma(a: &[f32], b: &[f32]) -> f32 {
        super::reduce(a, b, |sum, a, b| (a - b).mul_add(a - b, sum))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn kernels_agree_with_double_precision(pairs in prop::collection::vec((-2.0f32..2.0, -2.0f32..2.0), 1..200)) {
            let (a, b): (Vec<f32>, Vec<f32>) = pairs.into_iter().unzip();
            let kernels = [Kernels::detect(), Kernels { dot: portable::dot, squared_distance: portable::squared_distance }];
            let tolerance = 1e-4;
            for kernel in kernels {
                prop_assert!((f64::from((kernel.dot)(&a, &b)) - dot_exact(&a, &b)).abs() < tolerance);
                let squared = f64::from((kernel.squared_distance)(&a, &b));
                prop_assert!((squared - distance_exact(&a, &b).powi(2)).abs() < tolerance);
            }
        }
    }
}
