//! Functions of one variable, a vector at a time.

use super::simd::Simd;

/// `e^x` to within 2 units in the last place; 0 below -87.3, where floats turn subnormal, and finite above 88.
#[inline(always)]
pub fn exp<S: Simd>(simd: S, x: S::Vector) -> S::Vector {
    let x = simd.max(simd.min(x, simd.splat(88.0)), simd.splat(-87.3));
    // e^x = 2^n e^r with |r| <= ln(2) / 2; ln(2) in two parts, so that n * ln(2) loses nothing.
    let n = simd.round(simd.mul(x, simd.splat(std::f32::consts::LOG2_E)));
    let r = simd.mul_add(n, simd.splat(-355.0 / 512.0), x);
    let r = simd.mul_add(n, simd.splat(2.121_944_4e-4), r);
    // Taylor's terms to r^7: the last is below 2e-7 * r^0 at |r| = 0.347.
    const TERMS: [f32; 8] = [1.0 / 5040.0, 1.0 / 720.0, 1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 1.0 / 2.0, 1.0, 1.0];
    let mut sum = simd.splat(TERMS[0]);
    for term in &TERMS[1..] {
        sum = simd.mul_add(sum, r, simd.splat(*term));
    }
    simd.mul(sum, simd.exp2(n))
}

/// The error function to within 3e-7: `x P(x^2) / Q(x^2)`, fitted for the least relative error on [0, 3.925]
/// (2e-8 before rounding); beyond that it is 1 in f32.
#[inline(always)]
fn erf<S: Simd>(simd: S, x: S::Vector) -> S::Vector {
    const P: [f32; 6] = [
        2.046_020_4e-6,
        2.848_486_5e-4,
        3.772_703_2e-3,
        5.276_976e-2,
        1.905_970_9e-1,
        std::f32::consts::FRAC_2_SQRT_PI,
    ];
    const Q: [f32; 6] = [3.804_798e-5, 1.163_898_4e-3, 1.498_349_7e-2, 1.141_841_2e-1, 5.022_45e-1, 1.0];
    let x = simd.max(simd.min(x, simd.splat(3.925)), simd.splat(-3.925));
    let square = simd.mul(x, x);
    let (mut p, mut q) = (simd.splat(P[0]), simd.splat(Q[0]));
    for (a, b) in P[1..].iter().zip(&Q[1..]) {
        p = simd.mul_add(p, square, simd.splat(*a));
        q = simd.mul_add(q, square, simd.splat(*b));
    }
    simd.div(simd.mul(x, p), q)
}

/// `x Phi(x)`: the GELU of BERT, with the error function and not its tanh imitation.
#[inline(always)]
pub fn gelu<S: Simd>(simd: S, x: S::Vector) -> S::Vector {
    let half = simd.mul(x, simd.splat(0.5));
    simd.mul_add(half, erf(simd, simd.mul(x, simd.splat(std::f32::consts::FRAC_1_SQRT_2))), half)
}

/// The hyperbolic tangent to within 3e-7.
#[inline(always)]
pub fn tanh<S: Simd>(simd: S, x: S::Vector) -> S::Vector {
    let e = exp(simd, simd.add(x, x));
    simd.sub(simd.splat(1.0), simd.div(simd.splat(2.0), simd.add(e, simd.splat(1.0))))
}

/// `x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3)))`: the GELU of Gemma. As `1 + tanh(y) = 2 / (1 + e^-2y)`.
#[inline(always)]
pub fn gelu_tanh<S: Simd>(simd: S, x: S::Vector) -> S::Vector {
    // -2 sqrt(2 / pi)
    const FACTOR: f32 = -1.595_769;
    let cubic = simd.mul_add(simd.mul(x, simd.splat(0.044_715)), simd.mul(x, x), x);
    let denominator = simd.add(simd.splat(1.0), exp(simd, simd.mul(cubic, simd.splat(FACTOR))));
    simd.div(x, denominator)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::kernels::Isa;
    use crate::engine::kernels::isa::Kernel;

    /// Applies `exp` and `gelu` to 16 numbers.
    struct Both([f32; 16]);

    impl Kernel for Both {
        type Output = ([f32; 16], [f32; 16]);
        #[inline(always)]
        fn run<S: Simd>(self, simd: S) -> Self::Output {
            let (mut exps, mut gelus) = ([0.0; 16], [0.0; 16]);
            for start in (0..16).step_by(S::LANES) {
                let x = simd.load(&self.0[start..]);
                simd.store(&mut exps[start..], exp(simd, x));
                simd.store(&mut gelus[start..], gelu(simd, x));
            }
            (exps, gelus)
        }
    }

    /// The error function by its series and, where that cancels, by 1 (off by 2e-8).
    fn erf_f64(x: f64) -> f64 {
        if x.abs() > 4.0 {
            return x.signum();
        }
        let (mut term, mut sum) = (x, x);
        for n in 1..200 {
            term *= -x * x / f64::from(n);
            sum += term / f64::from(2 * n + 1);
        }
        sum * std::f64::consts::FRAC_2_SQRT_PI
    }

    #[test]
    fn exp_and_gelu_are_exact_enough_on_every_instruction_set() {
        for isa in Isa::all() {
            for block in -400..400 {
                let x: [f32; 16] = std::array::from_fn(|lane| (block as f32) / 5.0 + (lane as f32) / 80.0);
                let (exps, gelus) = isa.run(Both(x));
                for lane in 0..16 {
                    let wide = f64::from(x[lane]);
                    let exact = wide.exp();
                    assert!((f64::from(exps[lane]) / exact - 1.0).abs() < 3e-7, "{} exp {wide}", isa.name());
                    let exact = 0.5 * wide * (1.0 + erf_f64(wide * std::f64::consts::FRAC_1_SQRT_2));
                    let error = (f64::from(gelus[lane]) - exact).abs();
                    assert!(error < 3e-7 * wide.abs().max(1.0), "{} gelu {wide}: {error}", isa.name());
                }
            }
        }
    }

    #[test]
    fn extremes_stay_finite() {
        for isa in Isa::all() {
            let (exps, gelus) = isa.run(Both([
                f32::MIN,
                f32::MAX,
                -1e4,
                1e4,
                -88.0,
                89.0,
                0.0,
                -0.0,
                1e-30,
                -1e-30,
                40.0,
                -40.0,
                1.0,
                -1.0,
                3.9,
                -3.9,
            ]));
            assert!(exps.iter().chain(&gelus[2..]).all(|value| value.is_finite()), "{}", isa.name());
            assert!(exps[0] < 1e-37 && exps[2] < 1e-37);
        }
    }
}
