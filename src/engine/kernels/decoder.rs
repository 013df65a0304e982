//! What a decoder does row by row, besides products and attention.

use super::isa::{Isa, Kernel};
use super::math::{exp, gelu, gelu_tanh, tanh};
use super::simd::{MAX_LANES, Simd};
use super::threads;

/// `output = x / rms(x) * scale`, row by row; rows are as wide as `scale`.
pub fn rms_norm(isa: Isa, x: &[f32], scale: &[f32], eps: f32, output: &mut [f32]) {
    let width = scale.len();
    assert!(x.len() == output.len() && width > 0);
    threads::each_row(output, width, |row, output| {
        isa.run(RmsNorm { x: &x[row * width..][..width], scale, eps, output })
    });
}

/// Replaces each head of `x`, as wide as `scale`, by `head / rms(head) * scale`.
pub fn norm_heads(isa: Isa, x: &mut [f32], scale: &[f32], eps: f32) {
    assert!(!scale.is_empty());
    isa.run(NormHeads { x, scale, eps });
}

/// The function that a gate goes through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GateKind {
    Silu,
    /// GELU by the error function.
    Gelu,
    /// GELU by the hyperbolic tangent.
    GeluTanh,
}

/// `output = f(gate) * up`, where a row of `gate_up` is `width` gates and then `width` ups.
pub fn gate(isa: Isa, kind: GateKind, gate_up: &[f32], width: usize, output: &mut [f32]) {
    assert!(gate_up.len() == 2 * output.len() && width > 0);
    threads::each_row(output, width, |row, output| {
        isa.run(Gated { kind, gate_up: &gate_up[row * 2 * width..][..2 * width], width, output });
    });
}

/// Turns each head of `x`, `size` wide, by its position's angles, one per pair. Of its first `2 * cos.len()` numbers a
/// pair is one of the first half and its like of the second, as in Transformers; the rest stays.
pub fn rotate(isa: Isa, x: &mut [f32], size: usize, cos: &[f32], sin: &[f32]) {
    assert!(cos.len() == sin.len() && !cos.is_empty() && 2 * cos.len() <= size);
    isa.run(Rotate { x, size, cos, sin });
}

/// `x += y * scale`.
pub fn add_scaled(isa: Isa, x: &mut [f32], y: &[f32], scale: f32) {
    isa.run(Add { x, y, scale });
}

/// `x *= scale`, and then `x = cap * tanh(x / cap)`.
pub fn scale_and_cap(isa: Isa, x: &mut [f32], scale: f32, cap: Option<f32>) {
    if scale != 1.0 {
        x.iter_mut().for_each(|x| *x *= scale);
    }
    if let Some(cap) = cap {
        isa.run(Cap { x, cap });
    }
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
            let factor = inverse_rms(simd, x, self.eps);
            for ((output, x), scale) in output.iter_mut().zip(x).zip(self.scale) {
                *output = x * factor * scale;
            }
        }
    }
}

#[inline(always)]
fn inverse_rms<S: Simd>(simd: S, x: &[f32], eps: f32) -> f32 {
    let mut squares = simd.splat(0.0);
    let vectors = x.chunks_exact(S::LANES);
    let rest: f32 = vectors.remainder().iter().map(|x| x * x).sum();
    for vector in vectors {
        let vector = simd.load(vector);
        squares = simd.mul_add(vector, vector, squares);
    }
    1.0 / ((simd.sum(squares) + rest) / x.len() as f32 + eps).sqrt()
}

struct NormHeads<'a> {
    x: &'a mut [f32],
    scale: &'a [f32],
    eps: f32,
}

impl Kernel for NormHeads<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        for head in self.x.chunks_exact_mut(self.scale.len()) {
            let factor = inverse_rms(simd, head, self.eps);
            for (x, scale) in head.iter_mut().zip(self.scale) {
                *x = *x * factor * scale;
            }
        }
    }
}

struct Gated<'a> {
    kind: GateKind,
    gate_up: &'a [f32],
    width: usize,
    output: &'a mut [f32],
}

impl Kernel for Gated<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        match self.kind {
            GateKind::Silu => self.each(simd, |gate, up| {
                let denominator = simd.add(simd.splat(1.0), exp(simd, simd.sub(simd.splat(0.0), gate)));
                simd.mul(simd.div(gate, denominator), up)
            }),
            GateKind::Gelu => self.each(simd, |gate, up| simd.mul(gelu(simd, gate), up)),
            GateKind::GeluTanh => self.each(simd, |gate, up| simd.mul(gelu_tanh(simd, gate), up)),
        }
    }
}

impl Gated<'_> {
    #[inline(always)]
    fn each<S: Simd>(self, simd: S, value: impl Fn(S::Vector, S::Vector) -> S::Vector) {
        let rows = self.gate_up.chunks_exact(2 * self.width).zip(self.output.chunks_exact_mut(self.width));
        for (row, output) in rows {
            let (gate, up) = row.split_at(self.width);
            let vectors = gate.chunks(S::LANES).zip(up.chunks(S::LANES)).zip(output.chunks_mut(S::LANES));
            for ((gate, up), output) in vectors {
                // Called in one place only, so that it is inlined and takes on the instruction set.
                let gated = value(padded(simd, gate), padded(simd, up));
                match output.len() == S::LANES {
                    true => simd.store(output, gated),
                    false => output.copy_from_slice(&simd.lanes(gated)[..output.len()]),
                }
            }
        }
    }
}

/// The numbers, and zeros to the vector's end.
#[inline(always)]
fn padded<S: Simd>(simd: S, numbers: &[f32]) -> S::Vector {
    if numbers.len() == S::LANES {
        return simd.load(numbers);
    }
    let mut lanes = [0.0; MAX_LANES];
    lanes[..numbers.len()].copy_from_slice(numbers);
    simd.load(&lanes)
}

struct Cap<'a> {
    x: &'a mut [f32],
    cap: f32,
}

impl Kernel for Cap<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let (cap, inverse) = (simd.splat(self.cap), simd.splat(1.0 / self.cap));
        for part in self.x.chunks_mut(S::LANES) {
            let capped = simd.mul(cap, tanh(simd, simd.mul(padded(simd, part), inverse)));
            part.copy_from_slice(&simd.lanes(capped)[..part.len()]);
        }
    }
}

struct Rotate<'a> {
    x: &'a mut [f32],
    size: usize,
    cos: &'a [f32],
    sin: &'a [f32],
}

impl Kernel for Rotate<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, _: S) {
        for head in self.x.chunks_exact_mut(self.size) {
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
    scale: f32,
}

impl Kernel for Add<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, _: S) {
        for (x, y) in self.x.iter_mut().zip(self.y) {
            *x += y * self.scale;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Attention, KvCache, Queries, attend_cached};
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
            gate(isa, GateKind::Silu, &gate_up, width, &mut gated);
            for ((gate, up), gated) in gate_up.iter().zip(&gate_up[width..]).zip(&gated) {
                let expected = f64::from(*gate) / (1.0 + (-f64::from(*gate)).exp()) * f64::from(*up);
                assert!((expected - f64::from(*gated)).abs() < 1e-4, "{gate} {up}: {gated}");
            }
            gate(isa, GateKind::GeluTanh, &gate_up, width, &mut gated);
            for ((gate, up), gated) in gate_up.iter().zip(&gate_up[width..]).zip(&gated) {
                let x = f64::from(*gate);
                let inner = (x + 0.044715 * x * x * x) * (2.0 / std::f64::consts::PI).sqrt();
                let expected = 0.5 * x * (1.0 + inner.tanh()) * f64::from(*up);
                assert!((expected - f64::from(*gated)).abs() < 1e-4, "{gate} {up}: {gated}");
            }
            let mut capped = x.clone();
            scale_and_cap(isa, &mut capped, 40.0, Some(30.0));
            for (x, capped) in x.iter().zip(capped) {
                let expected = (f64::from(*x) * 40.0 / 30.0).tanh() * 30.0;
                assert!((expected - f64::from(capped)).abs() < 1e-4, "{x}: {capped}");
            }
            let mut heads = x.clone();
            norm_heads(isa, &mut heads, &vec![2.0; width], 1e-6);
            assert_eq!(heads, output);
            let mut head = [1.0, 0.0, 0.0, 1.0, 7.0];
            rotate(isa, &mut head, 5, &[0.0, 1.0], &[1.0, 0.0]);
            assert_eq!(head, [0.0, 0.0, 1.0, 1.0, 7.0]);
        }
    }

    #[test]
    fn cached_attention_is_softmax_over_the_positions() {
        // The last of these outgrows its first room twice.
        let shapes = [(1, 1, 2, 1), (4, 2, 8, 17), (6, 3, 32, 100), (2, 1, 24, 64), (4, 2, 8, 600)];
        let rules = [(usize::MAX, None), (1, None), (20, Some(0.5))];
        for (query, kv, size, length) in shapes {
            for (window, cap) in rules {
                for isa in Isa::all() {
                    let scale = 1.5 / (size as f32).sqrt();
                    let attention = Attention { query, kv, size, scale, cap, window };
                    attends_rightly(isa, attention, length);
                }
            }
        }
    }

    /// Positions together, in any company, have the same bits as one at a time.
    #[test]
    fn attention_is_the_same_alone_and_together() {
        let (query, kv, size) = (6, 2, 20);
        for (isa, window) in Isa::all().into_iter().flat_map(|isa| [(isa, usize::MAX), (isa, 7)]) {
            let attention = Attention { query, kv, size, scale: 0.3, cap: None, window };
            let (context, stride) = (90, (query + 2 * kv) * size);
            let rows: Vec<f32> = (0..context * stride).map(|at| (at as f32 * 0.37).sin()).collect();
            let mut cache = KvCache::new(isa, attention, context);
            for (position, row) in rows.chunks_exact(stride).enumerate() {
                let (keys, values) = row[query * size..].split_at(kv * size);
                cache.write(position, keys, values);
            }
            let asked = |position: usize, count| {
                let rows = &rows[position * stride..];
                (&cache, Queries { rows, stride, position, count })
            };
            let mut together = vec![f32::NAN; 107 * query * size];
            threads::install(|| attend_cached(&[asked(30, 17), asked(0, context)], &mut together));
            for (at, position) in (30..47).chain(0..context).enumerate() {
                let mut alone = vec![f32::NAN; query * size];
                attend_cached(&[asked(position, 1)], &mut alone);
                assert_eq!(alone, together[at * query * size..][..query * size], "{} {position}", isa.name());
            }
        }
    }

    fn attends_rightly(isa: Isa, attention: Attention, length: usize) {
        let Attention { query, kv, size, scale, cap, window } = attention;
        let context = length.max(128);
        let mut cache = KvCache::new(isa, attention, context);
        let number = |a: usize, b: usize| f64::from(((a * 31 + b * 17) as f32 * 0.37).sin());
        let row = |seed, position, width| (0..width).map(|i| number(position + seed, i) as f32).collect::<Vec<_>>();
        let seen = length.saturating_sub(window)..length;
        for position in 0..context {
            // What is not seen must not matter.
            let fill = |row: Vec<f32>| if seen.contains(&position) { row } else { vec![f32::NAN; row.len()] };
            cache.write(position, &fill(row(1, position, kv * size)), &fill(row(2, position, kv * size)));
        }
        let queries = row(3, 0, query * size);
        let mut output = vec![0.0; queries.len()];
        let asked = Queries { rows: &queries, stride: queries.len(), position: length - 1, count: 1 };
        attend_cached(&[(&cache, asked)], &mut output);
        for head in 0..query {
            let at = head * kv / query * size;
            let weight = |t: usize| {
                let dot: f64 = (0..size).map(|k| number(3, head * size + k) * number(t + 1, at + k)).sum();
                let score = dot * f64::from(scale);
                cap.map_or(score, |cap| f64::from(cap) * (score / f64::from(cap)).tanh()).exp()
            };
            let total: f64 = seen.clone().map(weight).sum();
            for k in 0..size {
                let mean: f64 = seen.clone().map(|t| weight(t) * number(t + 2, at + k)).sum();
                let error = (mean / total - f64::from(output[head * size + k])).abs();
                assert!(error < 1e-5, "{} {attention:?} over {length}: {error}", isa.name());
            }
        }
    }
}
