//! The kernels of x86-64: vectors of `LANES` float32, read from rows of float32 or of halves.

use std::arch::x86_64::*;

use super::{Half, Kernels, ROWS, Value};

/// A module of kernels for one set of features.
macro_rules! kernels {
    ($name:ident, $features:literal, $vector:ident, $lanes:literal, $zero:ident, $sub:ident, $fmadd:ident, $load:ident, $half:expr, $sum:expr) => {
        mod $name {
            use super::*;

            const LANES: usize = $lanes;

            /// Two sums for each row: enough to hide the latency of an addition.
            const STEP: usize = 2 * LANES;

            kernels!(@one $features $vector $zero $fmadd, dot: f32 by float, |a, b| (a, b));
            kernels!(@one $features $vector $zero $fmadd, squared_distance: f32 by float, |a, b| ($sub(a, b), $sub(a, b)));
            kernels!(@one $features $vector $zero $fmadd, half_dot: Half by half, |a, b| (a, b));
            kernels!(@one $features $vector $zero $fmadd, half_squared_distance: Half by half, |a, b| ($sub(a, b), $sub(a, b)));

            /// # Safety
            /// Reads `LANES` values.
            #[target_feature(enable = $features)]
            #[inline]
            unsafe fn float(from: *const f32) -> $vector {
                // SAFETY: the caller says that they are there.
                unsafe { $load(from) }
            }

            /// # Safety
            /// Reads `LANES` values.
            #[target_feature(enable = $features)]
            #[inline]
            unsafe fn half(from: *const Half) -> $vector {
                // SAFETY: the caller says that they are there.
                unsafe { $half(from) }
            }

            #[target_feature(enable = $features)]
            #[inline]
            fn total(sums: $vector) -> f32 {
                $sum(sums)
            }

            pub const KERNELS: Kernels = Kernels {
                // SAFETY: `Kernels::detect` gives these out only where it found the features.
                dot: |query, rows| unsafe { dot(query, rows) },
                // SAFETY: as above.
                squared_distance: |query, rows| unsafe { squared_distance(query, rows) },
                // SAFETY: as above.
                half_dot: |query, rows| unsafe { half_dot(query, rows) },
                // SAFETY: as above.
                half_squared_distance: |query, rows| unsafe { half_squared_distance(query, rows) },
            };
        }
    };
    (@one $features:literal $vector:ident $zero:ident $fmadd:ident, $name:ident: $element:ident by $read:ident, |$a:ident, $b:ident| $factors:expr) => {
        #[target_feature(enable = $features)]
        fn $name(query: &[f32], rows: [&[$element]; ROWS]) -> [f32; ROWS] {
            let length = query.len();
            let whole = length - length % STEP;
            let rows = rows.map(|row| &row[..length]);
            let mut sums = [[$zero(); 2]; ROWS];
            let mut at = 0;
            while at < whole {
                let mut values = [$zero(); 2];
                for part in 0..2 {
                    // SAFETY: `at + STEP` is at most `length`, which the query has.
                    values[part] = unsafe { float(query.as_ptr().add(at + part * LANES)) };
                }
                for row in 0..ROWS {
                    for part in 0..2 {
                        // SAFETY: as above; every row was cut to `length`.
                        let ($a, $b) = (values[part], unsafe { $read(rows[row].as_ptr().add(at + part * LANES)) });
                        let (x, y) = $factors;
                        sums[row][part] = $fmadd(x, y, sums[row][part]);
                    }
                }
                at += STEP;
            }
            let mut totals = [0.0; ROWS];
            for row in 0..ROWS {
                for part in 0..2 {
                    totals[row] += total(sums[row][part]);
                }
            }
            if whole < length {
                // What is left, with zeros that add nothing.
                let rest = length - whole;
                let mut last = [0.0f32; STEP];
                last[..rest].copy_from_slice(&query[whole..]);
                for row in 0..ROWS {
                    let mut values = [<$element>::ZERO; STEP];
                    values[..rest].copy_from_slice(&rows[row][whole..]);
                    let mut sum = $zero();
                    for part in 0..2 {
                        // SAFETY: both arrays have `STEP` values.
                        let ($a, $b) = unsafe {
                            (float(last.as_ptr().add(part * LANES)), $read(values.as_ptr().add(part * LANES)))
                        };
                        let (x, y) = $factors;
                        sum = $fmadd(x, y, sum);
                    }
                    totals[row] += total(sum);
                }
            }
            totals
        }
    };
}

kernels!(
    avx512,
    "avx512f",
    __m512,
    16,
    _mm512_setzero_ps,
    _mm512_sub_ps,
    _mm512_fmadd_ps,
    _mm512_loadu_ps,
    |from: *const Half| _mm512_castsi512_ps(_mm512_slli_epi32::<16>(_mm512_cvtepu16_epi32(_mm256_loadu_si256(
        from.cast()
    )))),
    _mm512_reduce_add_ps
);
kernels!(
    avx2,
    "avx2,fma",
    __m256,
    8,
    _mm256_setzero_ps,
    _mm256_sub_ps,
    _mm256_fmadd_ps,
    _mm256_loadu_ps,
    |from: *const Half| _mm256_castsi256_ps(_mm256_slli_epi32::<16>(_mm256_cvtepu16_epi32(_mm_loadu_si128(
        from.cast()
    )))),
    |sums| {
        let half = _mm_add_ps(_mm256_castps256_ps128(sums), _mm256_extractf128_ps::<1>(sums));
        let quarter = _mm_add_ps(half, _mm_movehl_ps(half, half));
        _mm_cvtss_f32(_mm_add_ss(quarter, _mm_shuffle_ps::<1>(quarter, quarter)))
    }
);

pub const AVX512: Kernels = avx512::KERNELS;
pub const AVX2: Kernels = avx2::KERNELS;
