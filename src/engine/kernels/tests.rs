//! Every kernel on every instruction set of this machine, against the plainest loops in f64.

use proptest::prelude::*;

use super::attention::{Sight, attend};
use super::{Activation, Isa, LayerNorm, Linear, threads};

/// Numbers between -1 and 1 that depend on `seed` alone.
fn numbers(seed: u64, count: usize) -> Vec<f32> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let next = |_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 40) as f32) / (1u64 << 23) as f32 - 1.0
    };
    (0..count).map(next).collect()
}

fn assert_close(found: &[f32], expected: &[f64], what: &str) {
    assert_eq!(found.len(), expected.len());
    for (index, (found, expected)) in found.iter().zip(expected).enumerate() {
        let error = (f64::from(*found) - expected).abs();
        assert!(error < 2e-5 * expected.abs().max(1.0), "{what} at {index}: {found} for {expected}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn linear_is_a_matrix_product(seed: u64, rows in 0usize..120, inputs in 1usize..80, outputs in 1usize..100) {
        let (x, w, b) = (numbers(seed, rows * inputs), numbers(seed ^ 1, inputs * outputs), numbers(seed ^ 2, outputs));
        let expected: Vec<f64> = (0..rows * outputs).map(|at| {
            let (row, output) = (at / outputs, at % outputs);
            let products = (0..inputs).map(|k| f64::from(x[row * inputs + k]) * f64::from(w[output * inputs + k]));
            f64::from(b[output]) + products.sum::<f64>()
        }).collect();
        for isa in Isa::all() {
            let linear = Linear::new(isa, &w, &b, inputs);
            let mut y = vec![f32::NAN; rows * outputs];
            threads::install(|| linear.forward(&x, Activation::None, &mut y));
            assert_close(&y, &expected, isa.name());
            // A row is the same, bit for bit, alone and on one thread.
            for row in (0..rows).step_by(17) {
                let mut alone = vec![f32::NAN; outputs];
                linear.forward(&x[row * inputs..(row + 1) * inputs], Activation::None, &mut alone);
                prop_assert_eq!(&alone, &y[row * outputs..(row + 1) * outputs]);
            }
        }
    }

    #[test]
    fn attention_is_softmax_of_products(
        seed: u64,
        tokens in 0usize..70,
        kv_heads in 1usize..4,
        group in 1usize..3,
        size in 1usize..70,
        is_causal: bool,
        reach in proptest::option::of(0usize..40),
    ) {
        let heads = kv_heads * group;
        let sight = Sight { heads, kv_heads, size, is_causal, reach };
        let (width, stride) = (heads * size, sight.stride());
        let qkv: Vec<f32> = numbers(seed, tokens * stride).iter().map(|x| x * 2.0).collect();
        let part = |token: usize, start: usize, head: usize, k: usize| {
            f64::from(qkv[token * stride + start + head * size + k])
        };
        let mut expected = vec![0.0; tokens * width];
        for head in 0..heads {
            for query in 0..tokens {
                let is_seen = |key: &usize| {
                    (!is_causal || *key <= query) && reach.is_none_or(|reach| key.abs_diff(query) <= reach)
                };
                let scores: Vec<(usize, f64)> = (0..tokens).filter(is_seen).map(|key| {
                    (key, (0..size).map(|k| part(query, 0, head, k) * part(key, width, head / group, k)).sum::<f64>())
                }).collect();
                let greatest = scores.iter().map(|(_, score)| *score).fold(f64::NEG_INFINITY, f64::max);
                let total: f64 = scores.iter().map(|(_, score)| (score - greatest).exp()).sum();
                for (key, score) in &scores {
                    for k in 0..size {
                        let weight = (score - greatest).exp() / total;
                        let value = part(*key, width + kv_heads * size, head / group, k);
                        expected[query * width + head * size + k] += weight * value;
                    }
                }
            }
        }
        for isa in Isa::all() {
            let mut output = vec![f32::NAN; tokens * width];
            threads::install(|| attend(isa, &qkv, &sight, &mut output));
            assert_close(&output, &expected, isa.name());
        }
    }

    #[test]
    fn layer_norm_normalizes_the_sum(seed: u64, rows in 0usize..5, width in 1usize..90) {
        let (x, add) = (numbers(seed, rows * width), numbers(seed ^ 1, rows * width));
        let (scale, shift) = (numbers(seed ^ 2, width), numbers(seed ^ 3, width));
        let mut expected = Vec::new();
        for row in 0..rows {
            let sums: Vec<f64> = (0..width).map(|k| f64::from(x[row * width + k]) + f64::from(add[row * width + k])).collect();
            let mean = sums.iter().sum::<f64>() / width as f64;
            let variance = sums.iter().map(|sum| (sum - mean).powi(2)).sum::<f64>() / width as f64;
            for (k, sum) in sums.iter().enumerate() {
                expected.push((sum - mean) / (variance + 1e-3).sqrt() * f64::from(scale[k]) + f64::from(shift[k]));
            }
        }
        for isa in Isa::all() {
            let norm = LayerNorm { isa, scale: scale.clone(), shift: shift.clone(), eps: 1e-3 };
            let mut rows = x.clone();
            norm.add_and_normalize(&mut rows, &add);
            assert_close(&rows, &expected, isa.name());
        }
    }
}

#[test]
fn gelu_is_applied_in_the_store() {
    for isa in Isa::all() {
        let linear = Linear::new(isa, &[1.0, -2.0, 0.5], &[0.0, 0.0, 0.5], 1);
        let mut y = [0.0; 3];
        linear.forward(&[1.0], Activation::Gelu, &mut y);
        assert_close(&y, &[0.841_344_746, -0.045_500_264, 0.841_344_746], isa.name());
    }
}

#[test]
fn attention_stands_scores_that_are_far_apart() {
    for isa in Isa::all() {
        let qkv = [1e4, 1.0, 5.0, 1e4, -1.0, 7.0];
        let mut output = [0.0; 2];
        attend(isa, &qkv, &Sight::all(1, 1), &mut output);
        assert_eq!(output, [5.0, 5.0], "{}", isa.name());
    }
}
