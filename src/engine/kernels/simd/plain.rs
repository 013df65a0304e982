//! What every machine has: four floats at a time, as the compiler sees fit.

use super::Simd;

/// The fallback, and the reference that the others are tested against.
#[derive(Debug, Clone, Copy)]
pub struct Plain;

#[inline(always)]
fn zip(a: [f32; 4], b: [f32; 4], with: impl Fn(f32, f32) -> f32) -> [f32; 4] {
    std::array::from_fn(|lane| with(a[lane], b[lane]))
}

impl Simd for Plain {
    const LANES: usize = 4;
    const ROWS: usize = 4;
    type Vector = [f32; 4];

    #[inline(always)]
    fn splat(self, value: f32) -> [f32; 4] {
        [value; 4]
    }
    #[inline(always)]
    fn add(self, a: [f32; 4], b: [f32; 4]) -> [f32; 4] {
        zip(a, b, |a, b| a + b)
    }
    #[inline(always)]
    fn sub(self, a: [f32; 4], b: [f32; 4]) -> [f32; 4] {
        zip(a, b, |a, b| a - b)
    }
    #[inline(always)]
    fn mul(self, a: [f32; 4], b: [f32; 4]) -> [f32; 4] {
        zip(a, b, |a, b| a * b)
    }
    #[inline(always)]
    fn div(self, a: [f32; 4], b: [f32; 4]) -> [f32; 4] {
        zip(a, b, |a, b| a / b)
    }
    #[inline(always)]
    fn min(self, a: [f32; 4], b: [f32; 4]) -> [f32; 4] {
        zip(a, b, f32::min)
    }
    #[inline(always)]
    fn max(self, a: [f32; 4], b: [f32; 4]) -> [f32; 4] {
        zip(a, b, f32::max)
    }
    #[inline(always)]
    fn mul_add(self, a: [f32; 4], b: [f32; 4], c: [f32; 4]) -> [f32; 4] {
        // Not `f32::mul_add`: without the instruction that is a library call.
        std::array::from_fn(|lane| a[lane] * b[lane] + c[lane])
    }
    #[inline(always)]
    fn round(self, a: [f32; 4]) -> [f32; 4] {
        a.map(f32::round_ties_even)
    }
    #[inline(always)]
    fn exp2(self, n: [f32; 4]) -> [f32; 4] {
        n.map(|n| f32::from_bits(((n as i32 + 127) as u32) << 23))
    }
    #[inline(always)]
    unsafe fn load_raw(self, from: *const f32) -> [f32; 4] {
        // SAFETY: the caller's promise; an array of floats has their alignment.
        unsafe { from.cast::<[f32; 4]>().read() }
    }
    #[inline(always)]
    unsafe fn store_raw(self, to: *mut f32, vector: [f32; 4]) {
        // SAFETY: the caller's promise; an array of floats has their alignment.
        unsafe { to.cast::<[f32; 4]>().write(vector) }
    }
}
