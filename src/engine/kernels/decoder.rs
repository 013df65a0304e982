//! What a decoder of the Llama family does row by row, besides products and attention.

use super::isa::{Isa, Kernel};
use super::math::exp;
use super::simd::{MAX_LANES, Simd};

/// `output = x / rms(x) * scale`, row by row; rows are as wide as `scale`.
pub fn rms_norm(isa: Isa, x: &[f32], scale: &[f32], eps: f32, output: &mut [f32]) {
    assert!(x.len() == output.len() && !scale.is_empty());
    isa.run(RmsNorm { x, scale, eps, output });
}

/// `output = silu(gate) * up`, where a row of `gate_up` is `width` gates and then `width` ups.
pub fn silu_gate(isa: Isa, gate_up: &[f32], width: usize, output: &mut [f32]) {
    assert!(gate_up.len() == 2 * output.len() && width > 0);
    isa.run(SiluGate { gate_up, width, output });
}

/// Turns each head of `x` by its position's angles, one per pair; a pair is a number of the head's first half and
/// its like of the second, as in Transformers.
pub fn rotate(isa: Isa, x: &mut [f32], cos: &[f32], sin: &[f32]) {
    assert!(cos.len() == sin.len() && !cos.is_empty());
    isa.run(Rotate { x, cos, sin });
}

/// `x += y`.
pub fn add(isa: Isa, x: &mut [f32], y: &[f32]) {
    isa.run(Add { x, y });
}

struct RmsNorm<'a> {
    x: &'a [f32],
    scale: &'a [f32],
    eps: f32,
    output: &'a mut [f32],
}

impl Kernel for RmsNorm<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let width = self.scale.len();
        for (x, output) in self.x.chunks_exact(width).zip(self.output.chunks_exact_mut(width)) {
            let mut squares = simd.splat(0.0);
            let vectors = x.chunks_exact(S::LANES);
            let rest: f32 = vectors.remainder().iter().map(|x| x * x).sum();
            for vector in vectors {
                let vector = simd.load(vector);
                squares = simd.mul_add(vector, vector, squares);
            }
            let factor = 1.0 / ((simd.sum(squares) + rest) / width as f32 + self.eps).sqrt();
            for ((output, x), scale) in output.iter_mut().zip(x).zip(self.scale) {
                *output = x * factor * scale;
            }
        }
    }
}

struct SiluGate<'a> {
    gate_up: &'a [f32],
    width: usize,
    output: &'a mut [f32],
}

impl Kernel for SiluGate<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let silu = |gate: S::Vector, up: S::Vector| {
            let denominator = simd.add(simd.splat(1.0), exp(simd, simd.sub(simd.splat(0.0), gate)));
            simd.mul(simd.div(gate, denominator), up)
        };
        let rows = self.gate_up.chunks_exact(2 * self.width).zip(self.output.chunks_exact_mut(self.width));
        for (row, output) in rows {
            let (gate, up) = row.split_at(self.width);
            let vectors = gate.chunks(S::LANES).zip(up.chunks(S::LANES)).zip(output.chunks_mut(S::LANES));
            for ((gate, up), output) in vectors {
                if output.len() == S::LANES {
                    simd.store(output, silu(simd.load(gate), simd.load(up)));
                    continue;
                }
                let [mut gates, mut ups] = [[0.0; MAX_LANES]; 2];
                gates[..gate.len()].copy_from_slice(gate);
                ups[..up.len()].copy_from_slice(up);
                let lanes = simd.lanes(silu(simd.load(&gates), simd.load(&ups)));
                output.copy_from_slice(&lanes[..output.len()]);
            }
        }
    }
}

struct Rotate<'a> {
    x: &'a mut [f32],
    cos: &'a [f32],
    sin: &'a [f32],
}

impl Kernel for Rotate<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, _: S) {
        for head in self.x.chunks_exact_mut(2 * self.cos.len()) {
            let (first, second) = head.split_at_mut(self.cos.len());
            for (((a, b), cos), sin) in first.iter_mut().zip(second).zip(self.cos).zip(self.sin) {
                (*a, *b) = (*a * cos - *b * sin, *b * cos + *a * sin);
            }
        }
    }
}

struct Add<'a> {
    x: &'a mut [f32],
    y: &'a [f32],
}

impl Kernel for Add<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, _: S) {
        for (x, y) in self.x.iter_mut().zip(self.y) {
            *x += y;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{HeadShape, KvCache};
    use super::*;

    #[test]
    fn rows_of_any_width() {
        for (isa, width) in Isa::all().into_iter().flat_map(|isa| [1, 15, 16, 33].map(|width| (isa, width))) {
            let x: Vec<f32> = (0..2 * width).map(|index| (index as f32).sin()).collect();
            let mut output = vec![0.0; x.len()];
            rms_norm(isa, &x, &vec![2.0; width], 1e-6, &mut output);
            for (x, output) in x.chunks(width).zip(output.chunks(width)) {
                let rms = (x.iter().map(|x| f64::from(x * x)).sum::<f64>() / width as f64 + 1e-6).sqrt();
                assert!(x.iter().zip(output).all(|(x, y)| (f64::from(2.0 * x) / rms - f64::from(*y)).abs() < 1e-5));
            }
            let gate_up: Vec<f32> = (0..2 * width).map(|index| (index as f32 * 3.0).sin() * 20.0).collect();
            let mut gated = vec![0.0; width];
            silu_gate(isa, &gate_up, width, &mut gated);
            for ((gate, up), gated) in gate_up.iter().zip(&gate_up[width..]).zip(gated) {
                let expected = f64::from(*gate) / (1.0 + (-f64::from(*gate)).exp()) * f64::from(*up);
                assert!((expected - f64::from(gated)).abs() < 1e-4, "{gate} {up}: {gated}");
            }
            let mut head = [1.0, 0.0, 0.0, 1.0];
            rotate(isa, &mut head, &[0.0, 1.0], &[1.0, 0.0]);
            assert_eq!(head, [0.0, 0.0, 1.0, 1.0]);
        }
    }

    #[test]
    fn cached_attention_is_softmax_over_the_positions() {
        // The last of these outgrows its first room twice.
        let shapes = [(1, 1, 2, 1), (4, 2, 8, 17), (6, 3, 32, 100), (2, 1, 24, 64), (4, 2, 8, 600)];
        for (isa, (query, kv, size, length)) in Isa::all().into_iter().flat_map(|isa| shapes.map(|shape| (isa, shape)))
        {
            let context = length.max(128);
            let mut cache = KvCache::new(isa, HeadShape { query, kv, size }, context);
            let number = |a: usize, b: usize| f64::from(((a * 31 + b * 17) as f32 * 0.37).sin());
            let row = |seed, position, width| (0..width).map(|i| number(position + seed, i) as f32).collect::<Vec<_>>();
            for position in 0..context {
                // What lies behind `length` must not matter.
                let fill = |row: Vec<f32>| if position < length { row } else { vec![f32::NAN; row.len()] };
                cache.write(position, &fill(row(1, position, kv * size)), &fill(row(2, position, kv * size)));
            }
            let queries = row(3, 0, query * size);
            let mut output = vec![0.0; queries.len()];
            cache.attend(&queries, length, &mut Vec::new(), &mut output);
            for head in 0..query {
                let at = head * kv / query * size;
                let dot = |t: usize| (0..size).map(|k| number(3, head * size + k) * number(t + 1, at + k)).sum::<f64>();
                let weights: Vec<f64> = (0..length).map(|t| (dot(t) / (size as f64).sqrt()).exp()).collect();
                let total: f64 = weights.iter().sum();
                for k in 0..size {
                    let mean: f64 = (0..length).map(|t| weights[t] * number(t + 2, at + k)).sum();
                    let error = (mean / total - f64::from(output[head * size + k])).abs();
                    assert!(error < 1e-5, "{} {query}/{kv} x {size} over {length}: {error}", isa.name());
                }
            }
        }
    }
}
