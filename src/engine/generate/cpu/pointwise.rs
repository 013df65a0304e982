//! Row by row: norms, activations, rotations, and the exponential that they share.

use super::isa::{Isa, LANES, dispatch};

/// `e^x` to about two units in the last place; 0 below -87. Plain arithmetic, so that loops over it vectorise.
#[inline(always)]
pub fn exp<I: Isa>(x: f32) -> f32 {
    // Adding 1.5 * 2^23 rounds to the nearest integer and leaves it in the low bits.
    const ROUND: f32 = 12_582_912.0;
    let clamped = if x > 88.0 { 88.0 } else { x };
    let clamped = if clamped < -87.0 { -87.0 } else { clamped };
    let shifted = I::mul_add(clamped, std::f32::consts::LOG2_E, ROUND);
    let whole = shifted - ROUND;
    // ln 2 in two parts, so that the remainder keeps its bits.
    let rest = I::mul_add(whole, -0.693_359_4, clamped);
    let rest = I::mul_add(whole, 2.121_944_4e-4, rest);
    let mut series = 1.987_569_1e-4;
    for coefficient in [1.398_2e-3, 8.333_452e-3, 4.166_579_6e-2, 0.166_666_65, 0.5] {
        series = I::mul_add(series, rest, coefficient);
    }
    let series = I::mul_add(series, rest * rest, rest + 1.0);
    let power = f32::from_bits(shifted.to_bits().wrapping_add(127) << 23);
    if x < -87.0 { 0.0 } else { series * power }
}

/// The sum of a vector's lanes, in one fixed order.
#[inline(always)]
pub fn sum(lanes: &[f32; LANES]) -> f32 {
    let mut halves = *lanes;
    let mut width = LANES / 2;
    while width > 0 {
        for lane in 0..width {
            halves[lane] += halves[lane + width];
        }
        width /= 2;
    }
    halves[0]
}

dispatch! {
    /// `out = x / rms(x) * weight`, row by row; all rows as wide as `weight`.
    pub fn rms_norm = rms_norm_body(x: &[f32], weight: &[f32], eps: f32, out: &mut [f32])
}

#[inline(always)]
fn rms_norm_body<I: Isa>(x: &[f32], weight: &[f32], eps: f32, out: &mut [f32]) {
    let width = weight.len();
    for (x, out) in x.chunks_exact(width).zip(out.chunks_exact_mut(width)) {
        let mut squares = [0.0f32; LANES];
        let (vectors, tail) = x.as_chunks::<LANES>();
        for vector in vectors {
            for (square, value) in squares.iter_mut().zip(vector) {
                *square = I::mul_add(*value, *value, *square);
            }
        }
        for (square, value) in squares.iter_mut().zip(tail) {
            *square = I::mul_add(*value, *value, *square);
        }
        let scale = 1.0 / (sum(&squares) / width as f32 + eps).sqrt();
        for ((out, value), weight) in out.iter_mut().zip(x).zip(weight) {
            *out = weight * (value * scale);
        }
    }
}

dispatch! {
    /// `out = silu(gate) * up`; each row of `gate_up` is `width` gates and then `width` ups.
    pub fn silu_gate = silu_gate_body(gate_up: &[f32], width: usize, out: &mut [f32])
}

#[inline(always)]
fn silu_gate_body<I: Isa>(gate_up: &[f32], width: usize, out: &mut [f32]) {
    for (row, out) in gate_up.chunks_exact(2 * width).zip(out.chunks_exact_mut(width)) {
        let (gate, up) = row.split_at(width);
        for ((out, gate), up) in out.iter_mut().zip(gate).zip(up) {
            *out = gate / (1.0 + exp::<I>(-gate)) * up;
        }
    }
}

dispatch! {
    /// `x += delta`.
    pub fn add = add_body(x: &mut [f32], delta: &[f32])
}

#[inline(always)]
fn add_body<I: Isa>(x: &mut [f32], delta: &[f32]) {
    for (x, delta) in x.iter_mut().zip(delta) {
        *x += delta;
    }
}

dispatch! {
    /// Rotates every head of `x` (`2 * cos.len()` wide) by its position's angles, as Transformers pairs them: the
    /// first half of a head with the second.
    pub fn rotate = rotate_body(x: &mut [f32], cos: &[f32], sin: &[f32])
}

#[inline(always)]
fn rotate_body<I: Isa>(x: &mut [f32], cos: &[f32], sin: &[f32]) {
    for head in x.chunks_exact_mut(2 * cos.len()) {
        let (first, second) = head.split_at_mut(cos.len());
        for (((a, b), cos), sin) in first.iter_mut().zip(second).zip(cos).zip(sin) {
            (*a, *b) = (*a * cos - *b * sin, *b * cos + *a * sin);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::isa::{Baseline, Level};
    use super::*;

    #[test]
    fn exp_is_exp() {
        for step in -9000..=8800 {
            let x = step as f32 / 100.0;
            let expected = f64::from(x).exp();
            let actual = exp::<Baseline>(x);
            let error = (f64::from(actual) - expected).abs();
            assert!(error <= 3e-7 * expected || (x < -87.0 && actual == 0.0), "e^{x} = {expected}, not {actual}");
        }
        assert_eq!(exp::<Baseline>(f32::NEG_INFINITY), 0.0);
        assert!(exp::<Baseline>(f32::NAN).is_nan());
    }

    #[test]
    fn rows_of_any_width() {
        for (level, width) in Level::all().into_iter().flat_map(|level| [1, 15, 16, 33].map(|width| (level, width))) {
            let x: Vec<f32> = (0..2 * width).map(|index| (index as f32).sin()).collect();
            let weight = vec![2.0; width];
            let mut out = vec![0.0; x.len()];
            rms_norm(level, &x, &weight, 1e-6, &mut out);
            for (x, out) in x.chunks(width).zip(out.chunks(width)) {
                let rms = (x.iter().map(|x| f64::from(x * x)).sum::<f64>() / width as f64 + 1e-6).sqrt();
                assert!(x.iter().zip(out).all(|(x, out)| (f64::from(2.0 * x) / rms - f64::from(*out)).abs() < 1e-5));
            }
            let gate_up: Vec<f32> = (0..2 * width).map(|index| (index as f32 * 3.0).sin() * 20.0).collect();
            let mut gated = vec![0.0; width];
            silu_gate(level, &gate_up, width, &mut gated);
            for ((gate, up), gated) in gate_up.iter().zip(&gate_up[width..]).zip(gated) {
                let expected = f64::from(*gate) / (1.0 + (-f64::from(*gate)).exp()) * f64::from(*up);
                assert!((expected - f64::from(gated)).abs() < 1e-4, "{gate} {up}: {gated}");
            }
            let mut head = [1.0, 0.0, 0.0, 1.0];
            rotate(level, &mut head, &[0.0, 1.0], &[1.0, 0.0]);
            assert_eq!(head, [0.0, 0.0, 1.0, 1.0]);
        }
    }
}
