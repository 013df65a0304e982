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
    const INTEGER_ROWS: usize = 2;
    const FEW_INTEGER_ROWS: usize = 2;
    type Vector = [f32; 4];
    type Integers = [i32; 4];
    type Quads = [[u8; 4]; 4];

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
    #[inline(always)]
    fn splat_integer(self, value: i32) -> [i32; 4] {
        [value; 4]
    }
    #[inline(always)]
    fn to_floats(self, integers: [i32; 4]) -> [f32; 4] {
        integers.map(|integer| integer as f32)
    }
    #[inline(always)]
    fn add_dots(self, sums: [i32; 4], a: [[u8; 4]; 4], b: [[u8; 4]; 4]) -> [i32; 4] {
        std::array::from_fn(|lane| {
            let products = a[lane].iter().zip(b[lane]).map(|(a, b)| i32::from(*a) * i32::from(b.cast_signed()));
            sums[lane] + products.sum::<i32>()
        })
    }
    #[inline(always)]
    fn bytes(self, quads: [[u8; 4]; 4]) -> [[f32; 4]; 4] {
        std::array::from_fn(|byte| quads.map(|quad| f32::from(quad[byte])))
    }
    #[inline(always)]
    unsafe fn store_i8(self, to: *mut i8, vector: [f32; 4]) {
        // SAFETY: the caller's promise.
        unsafe { to.cast::<[i8; 4]>().write(vector.map(|x| x.round_ties_even() as i8)) }
    }
    #[inline(always)]
    unsafe fn load_quads(self, from: *const u8) -> [[u8; 4]; 4] {
        // SAFETY: the caller's promise; bytes have no alignment.
        unsafe { from.cast::<[[u8; 4]; 4]>().read() }
    }
    #[inline(always)]
    unsafe fn splat_quad(self, from: *const i8) -> [[u8; 4]; 4] {
        // SAFETY: likewise.
        unsafe { [from.cast::<[u8; 4]>().read(); 4] }
    }
    #[inline(always)]
    unsafe fn load_nibbles(self, from: *const u8) -> [[[u8; 4]; 4]; 2] {
        // SAFETY: the caller's promise.
        let bytes = unsafe { self.load_quads(from) };
        [bytes.map(|quad| quad.map(|byte| byte & 15)), bytes.map(|quad| quad.map(|byte| byte >> 4))]
    }
}
