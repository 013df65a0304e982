//! The arithmetic of a scan, in one visible place: plain loops over lanes that the compiler turns into SIMD, compiled
//! for any machine, for AVX2 with FMA, and for AVX-512, chosen at run time. (On ARM any machine has NEON.)
//!
//! Four rows go side by side: their loads overlap, and the query is read once for all. A row's sum does not depend on
//! its neighbours.

/// Rows that go side by side.
pub const ROWS: usize = 4;

/// One number per row: a sum over the products, or over the squared differences, with the query.
type Rows = fn(&[f32], [&[f32]; ROWS]) -> [f32; ROWS];

/// The kernels that this machine runs best.
#[derive(Debug, Clone, Copy)]
pub struct Kernels {
    pub dot: Rows,
    pub squared_distance: Rows,
}

impl Kernels {
    pub fn detect() -> Self {
        #[cfg(target_arch = "x86_64")]
        {
            if std::arch::is_x86_feature_detected!("avx512f") {
                return AVX512;
            }
            if std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("fma") {
                return AVX2;
            }
        }
        PORTABLE
    }
}

const PORTABLE: Kernels = Kernels {
    dot: |query, rows| reduce::<16>(query, rows, |sum, a, b| sum + a * b),
    squared_distance: |query, rows| reduce::<16>(query, rows, |sum, a, b| sum + (a - b) * (a - b)),
};

#[cfg(target_arch = "x86_64")]
macro_rules! kernels {
    ($name:ident, $features:literal, $lanes:literal) => {
        const $name: Kernels = {
            #[target_feature(enable = $features)]
            fn dot(query: &[f32], rows: [&[f32]; ROWS]) -> [f32; ROWS] {
                reduce::<$lanes>(query, rows, |sum, a, b| a.mul_add(b, sum))
            }
            #[target_feature(enable = $features)]
            fn squared_distance(query: &[f32], rows: [&[f32]; ROWS]) -> [f32; ROWS] {
                reduce::<$lanes>(query, rows, |sum, a, b| (a - b).mul_add(a - b, sum))
            }
            Kernels {
                // SAFETY: `Kernels::detect` gives these out only where it found the features.
                dot: |query, rows| unsafe { dot(query, rows) },
                // SAFETY: as above.
                squared_distance: |query, rows| unsafe { squared_distance(query, rows) },
            }
        };
    };
}

#[cfg(target_arch = "x86_64")]
kernels!(AVX2, "avx2,fma", 16);
#[cfg(target_arch = "x86_64")]
kernels!(AVX512, "avx512f", 32);

/// `step(sum, a, b)` over all pairs of each row, in `LANES` sums that are added pairwise at the end.
#[inline(always)]
fn reduce<const LANES: usize>(query: &[f32], rows: [&[f32]; ROWS], step: impl Fn(f32, f32, f32) -> f32) -> [f32; ROWS] {
    let mut sums = [[0.0f32; LANES]; ROWS];
    let whole = query.len() / LANES;
    let (chunks, rest) = query.as_chunks::<LANES>();
    // All of the query's length, so that no access below can be out of bounds.
    let rows = rows.map(|row| &row[..query.len()]);
    let row_chunks = rows.map(|row| &row.as_chunks::<LANES>().0[..whole]);
    for (at, a) in chunks.iter().enumerate() {
        for (sums, row) in sums.iter_mut().zip(row_chunks) {
            for ((sum, &a), &b) in sums.iter_mut().zip(a).zip(&row[at]) {
                *sum = step(*sum, a, b);
            }
        }
    }
    for (sums, row) in sums.iter_mut().zip(rows) {
        for ((sum, &a), &b) in sums.iter_mut().zip(rest).zip(&row[whole * LANES..]) {
            *sum = step(*sum, a, b);
        }
    }
    sums.map(|mut sums| {
        let mut width = LANES;
        while width > 1 {
            width /= 2;
            for lane in 0..width {
                sums[lane] += sums[lane + width];
            }
        }
        sums[0]
    })
}

/// Asks for the first lines of a row that comes soon, where rows do not follow one another.
#[inline(always)]
pub fn prefetch(row: &[f32]) {
    #[cfg(target_arch = "x86_64")]
    for line in row.chunks(16).take(8) {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: a hint about memory that a reference proves to be there.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(line.as_ptr().cast()) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = row;
}

/// Euclidean norm in double precision: neither over- nor underflows for any finite float32 vector.
pub fn norm(values: &[f32]) -> f64 {
    dot_exact(values, values).sqrt()
}

/// Sum of products in double precision, for vectors whose float32 sum would over- or underflow.
pub fn dot_exact(a: &[f32], b: &[f32]) -> f64 {
    sum_exact(a, b, |a, b| a * b)
}

/// Euclidean distance in double precision.
pub fn distance_exact(a: &[f32], b: &[f32]) -> f64 {
    sum_exact(a, b, |a, b| (a - b) * (a - b)).sqrt()
}

/// In eight sums, which any machine adds alike, so that the compiler may use its vectors.
#[inline(always)]
fn sum_exact(a: &[f32], b: &[f32], term: impl Fn(f64, f64) -> f64) -> f64 {
    let mut sums = [0.0f64; 8];
    let (chunks_a, rest_a) = a.as_chunks::<8>();
    let (chunks_b, rest_b) = b.as_chunks::<8>();
    for (a, b) in chunks_a.iter().zip(chunks_b) {
        for ((sum, &a), &b) in sums.iter_mut().zip(a).zip(b) {
            *sum += term(f64::from(a), f64::from(b));
        }
    }
    for ((sum, &a), &b) in sums.iter_mut().zip(rest_a).zip(rest_b) {
        *sum += term(f64::from(a), f64::from(b));
    }
    sums.iter().sum()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn all() -> Vec<Kernels> {
        let mut all = vec![PORTABLE];
        #[cfg(target_arch = "x86_64")]
        {
            if std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("fma") {
                all.push(AVX2);
            }
            if std::arch::is_x86_feature_detected!("avx512f") {
                all.push(AVX512);
            }
        }
        all
    }

    proptest! {
        #[test]
        fn kernels_agree_with_double_precision(values in prop::collection::vec(prop::array::uniform5(-2.0f32..2.0), 1..200)) {
            let column = |at: usize| values.iter().map(|value| value[at]).collect::<Vec<f32>>();
            let (query, rows) = (column(4), [0, 1, 2, 3].map(column));
            let rows = [0, 1, 2, 3].map(|at| rows[at].as_slice());
            let tolerance = 1e-4;
            for kernels in all() {
                let (dots, squares) = ((kernels.dot)(&query, rows), (kernels.squared_distance)(&query, rows));
                for (at, row) in rows.into_iter().enumerate() {
                    prop_assert!((f64::from(dots[at]) - dot_exact(&query, row)).abs() < tolerance);
                    prop_assert!((f64::from(squares[at]) - distance_exact(&query, row).powi(2)).abs() < tolerance);
                    // Wherever a row stands among others, its sum is the same.
                    prop_assert_eq!((kernels.dot)(&query, [row; 4])[3], dots[at]);
                }
            }
        }
    }
}
