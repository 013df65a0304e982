//! The arithmetic of a search, in one visible place: kernels for AVX-512, for AVX2 with FMA and for any machine, chosen at
//! run time. (On ARM any machine has NEON.)
//!
//! Four rows go side by side: their loads overlap, and the query is read once for all. A row's sum does not
//! depend on its neighbours.

mod half;
#[cfg(target_arch = "x86_64")]
mod simd;

pub use half::Half;

/// Rows that go side by side.
pub const ROWS: usize = 4;

/// One number per row: a sum over the products, or over the squared differences, with the query. A row has at least as many
/// values as the query.
type Rows<T> = fn(&[f32], [&[T]; ROWS]) -> [f32; ROWS];

/// The kernels that this machine runs best.
#[derive(Debug, Clone, Copy)]
pub struct Kernels {
    pub dot: Rows<f32>,
    pub squared_distance: Rows<f32>,
    pub half_dot: Rows<Half>,
    pub half_squared_distance: Rows<Half>,
}

impl Kernels {
    pub fn detect() -> Self {
        #[cfg(target_arch = "x86_64")]
        {
            if std::arch::is_x86_feature_detected!("avx512f") {
                return simd::AVX512;
            }
            if std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("fma") {
                return simd::AVX2;
            }
        }
        PORTABLE
    }
}

/// What a row is made of.
trait Value: Copy {
    const ZERO: Self;
    fn float(self) -> f32;
}

impl Value for f32 {
    const ZERO: Self = 0.0;
    fn float(self) -> f32 {
        self
    }
}

impl Value for Half {
    const ZERO: Self = Self::ZERO;
    fn float(self) -> f32 {
        self.value()
    }
}

const PORTABLE: Kernels = Kernels {
    dot: |query, rows| rows.map(|row| sum(query, row, |a, b| a * b)),
    squared_distance: |query, rows| rows.map(|row| sum(query, row, |a, b| (a - b) * (a - b))),
    half_dot: |query, rows| rows.map(|row| sum(query, row, |a, b| a * b)),
    half_squared_distance: |query, rows| rows.map(|row| sum(query, row, |a, b| (a - b) * (a - b))),
};

/// Over all pairs, in sixteen sums that any compiler can keep in vectors.
fn sum<T: Value>(query: &[f32], row: &[T], term: impl Fn(f32, f32) -> f32) -> f32 {
    let row = &row[..query.len()];
    let (chunks, rest) = query.as_chunks::<16>();
    let (row_chunks, row_rest) = row.as_chunks::<16>();
    let mut sums = [0.0f32; 16];
    for (a, b) in chunks.iter().zip(row_chunks) {
        for ((sum, &a), &b) in sums.iter_mut().zip(a).zip(b) {
            *sum += term(a, b.float());
        }
    }
    let rest: f32 = rest.iter().zip(row_rest).map(|(&a, &b)| term(a, b.float())).sum();
    sums.iter().sum::<f32>() + rest
}

/// Asks for the first lines of a row that comes soon, where rows do not follow one another.
#[inline(always)]
pub fn prefetch<T>(row: &[T]) {
    #[cfg(target_arch = "x86_64")]
    for line in row.chunks(64 / size_of::<T>()).take(8) {
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
                all.push(simd::AVX2);
            }
            if std::arch::is_x86_feature_detected!("avx512f") {
                all.push(simd::AVX512);
            }
        }
        all
    }

    proptest! {
        #[test]
        fn kernels_agree_with_double_precision(values in prop::collection::vec(prop::array::uniform5(-2.0f32..2.0), 1..200)) {
            let column = |at: usize| values.iter().map(|value| value[at]).collect::<Vec<f32>>();
            let (query, rows) = (column(4), [0, 1, 2, 3].map(column));
            let halves = rows.each_ref().map(|row| row.iter().map(|&value| Half::of(value)).collect::<Vec<_>>());
            let rounded = halves.each_ref().map(|row| row.iter().map(|half| half.value()).collect::<Vec<_>>());
            let halves = halves.each_ref().map(Vec::as_slice);
            let rows = rows.each_ref().map(Vec::as_slice);
            // Single precision rounds by the size of what is added up.
            let near = |sum: f32, exact: f64, size: f64| (f64::from(sum) - exact).abs() < 4e-6 * (1.0 + size);
            for kernels in all() {
                let (dots, squares) = ((kernels.dot)(&query, rows), (kernels.squared_distance)(&query, rows));
                let half_dots = (kernels.half_dot)(&query, halves);
                let half_squares = (kernels.half_squared_distance)(&query, halves);
                for (at, row) in rows.into_iter().enumerate() {
                    for (values, dot, square) in
                        [(row, dots[at], squares[at]), (&rounded[at], half_dots[at], half_squares[at])]
                    {
                        prop_assert!(near(dot, dot_exact(&query, values), norm(&query) * norm(values)));
                        let exact = distance_exact(&query, values).powi(2);
                        prop_assert!(near(square, exact, exact));
                    }
                    // Wherever a row stands among others, its sum is the same.
                    prop_assert_eq!((kernels.dot)(&query, [row; 4])[3], dots[at]);
                }
            }
        }
    }
}
