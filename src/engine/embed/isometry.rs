//! More dimensions for a vector than its model has, with every length and every cosine kept.
//!
//! A catalogue model of 768 or 1,024 dimensions whose stand-in has 384 answers with the stand-in's vector under a
//! fixed isometry. Zeros at the end would do that too, but half of every answer would then be zeros, which hides
//! mistakes in whatever reads it (quantisation, sparse storage, a cut-off dimension).

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::engine::backend::Failure;

/// Changing this changes every widened vector that anybody has stored.
const SEED: u64 = 0x6b69_6e64_6c69_6e67;
/// After three rounds each number of the input has reached every number of the output.
const ROUNDS: usize = 3;

/// Maps each row of `values`, `[rows, from]`, to `[rows, to]`. `to` may equal `from`, and the rows are then as they
/// were; a smaller `to`, which no isometry can have, is refused.
///
/// Each round flips signs, permutes, and mixes neighbouring blocks by Hadamard matrices of powers of two. All three
/// are orthogonal, and sums and differences in a fixed order give the same bits on every machine.
pub fn widen(values: &[f32], from: usize, to: usize) -> Result<Vec<f32>, Failure> {
    if from == 0 || from > to || !values.len().is_multiple_of(from) {
        let count = values.len();
        return Err(Failure::Backend(format!("{count} numbers in rows of {from} cannot be widened to rows of {to}")));
    }
    if from == to {
        return Ok(values.to_vec());
    }
    let rounds: Vec<Round> = (0..ROUNDS).map(|round| Round::new(round, to)).collect();
    let mut all = Vec::with_capacity(values.len() / from * to);
    let mut mixed = vec![0.0; to];
    for row in values.chunks_exact(from) {
        let start = all.len();
        all.extend_from_slice(row);
        all.resize(start + to, 0.0);
        for round in &rounds {
            round.apply(&mut all[start..], &mut mixed);
        }
    }
    Ok(all)
}

/// The `index`th number of the result is the `sources[index].0`th of the input times `sources[index].1`.
struct Round {
    sources: Vec<(usize, f32)>,
}

impl Round {
    fn new(round: usize, width: usize) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(SEED ^ ((width as u64) << 8) ^ round as u64);
        let mut sources: Vec<(usize, f32)> =
            (0..width).map(|index| (index, if random.next_u32() & 1 == 1 { 1.0 } else { -1.0 })).collect();
        for last in (1..width).rev() {
            // Not `random_range`, whose draws may change with the library's version.
            let below = (u64::from(random.next_u32()) * (last as u64 + 1)) >> 32;
            sources.swap(last, below as usize);
        }
        Self { sources }
    }

    fn apply(&self, row: &mut [f32], mixed: &mut [f32]) {
        for (to, (source, sign)) in mixed.iter_mut().zip(&self.sources) {
            *to = row[*source] * sign;
        }
        row.copy_from_slice(mixed);
        let mut rest = row;
        while !rest.is_empty() {
            // 768 is a block of 512 and one of 256.
            let (block, others) = rest.split_at_mut(1 << rest.len().ilog2());
            hadamard(block);
            rest = others;
        }
    }
}

/// Multiplies by the Hadamard matrix of the block's size, a power of two, scaled to be orthogonal.
fn hadamard(block: &mut [f32]) {
    let mut half = 1;
    while half < block.len() {
        for pair in block.chunks_exact_mut(2 * half) {
            let (left, right) = pair.split_at_mut(half);
            for (a, b) in left.iter_mut().zip(right) {
                (*a, *b) = (*a + *b, *a - *b);
            }
        }
        half *= 2;
    }
    let factor = 1.0 / (block.len() as f32).sqrt();
    block.iter_mut().for_each(|x| *x *= factor);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn dot(a: &[f32], b: &[f32]) -> f64 {
        a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
    }

    fn unit(seed: u64, width: usize) -> Vec<f32> {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut vector: Vec<f32> = (0..width).map(|_| random.next_u32() as f32 / 2e9 - 1.0).collect();
        crate::engine::kernels::l2_normalize(&mut vector);
        vector
    }

    proptest! {
        #[test]
        fn lengths_and_cosines_are_kept(seed: u64, from in 1usize..400, more in 1usize..700) {
            let (a, b) = (unit(seed, from), unit(seed ^ 1, from));
            let both = widen(&[a.clone(), b.clone()].concat(), from, from + more).unwrap();
            let (wide_a, wide_b) = both.split_at(from + more);
            prop_assert!((dot(wide_a, wide_a) - dot(&a, &a)).abs() < 1e-6);
            prop_assert!((dot(wide_a, wide_b) - dot(&a, &b)).abs() < 1e-6);
        }
    }

    #[test]
    fn every_dimension_is_used() {
        for to in [768, 1024] {
            let wide = widen(&unit(7, 384), 384, to).unwrap();
            assert!(wide.iter().all(|x| *x != 0.0), "{to}");
            let greatest = wide.iter().fold(0.0f32, |most, x| most.max(x.abs()));
            assert!(greatest < 5.0 / (to as f32).sqrt(), "{to}: {greatest}");
        }
    }

    #[test]
    fn it_is_the_same_today_as_when_vectors_were_stored() {
        let mut first = vec![0.0; 384];
        first[0] = 1.0;
        let wide = widen(&first, 384, 768).unwrap();
        assert_eq!(wide[..4], GOLDEN, "{:?}", &wide[..4]);
    }

    const GOLDEN: [f32; 4] = [-0.021_873_27, 0.048_279_37, -0.044_969_72, -0.018_222_56];

    #[test]
    fn the_impossible_is_refused() {
        assert_eq!(widen(&[1.0, 2.0], 2, 2).unwrap(), [1.0, 2.0]);
        assert!(widen(&[1.0, 2.0], 2, 1).is_err());
        assert!(widen(&[1.0, 2.0, 3.0], 2, 4).is_err());
        assert!(widen(&[], 0, 4).is_err());
        assert_eq!(widen(&[], 2, 4).unwrap(), Vec::<f32>::new());
    }
}
