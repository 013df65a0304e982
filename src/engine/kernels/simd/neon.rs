//! Four floats at a time: 64-bit ARM.

use std::arch::aarch64::*;

use super::Simd;

/// Proof that the machine has NEON.
#[derive(Debug, Clone, Copy)]
pub struct Neon(());

impl Neon {
    /// # Safety
    /// The machine must have NEON.
    pub const unsafe fn new() -> Self {
        Self(())
    }
}

// SAFETY, for every intrinsic below: `self` exists, so the machine has NEON; see `new`.
impl Simd for Neon {
    const LANES: usize = 4;
    const ROWS: usize = 12;
    const INTEGER_ROWS: usize = 4;
    const FEW_INTEGER_ROWS: usize = 8;
    type Vector = float32x4_t;
    type Integers = int32x4_t;
    type Quads = uint8x16_t;

    #[inline(always)]
    fn splat(self, value: f32) -> float32x4_t {
        // SAFETY: as above.
        unsafe { vdupq_n_f32(value) }
    }

    #[inline(always)]
    fn add(self, a: float32x4_t, b: float32x4_t) -> float32x4_t {
        // SAFETY: as above.
        unsafe { vaddq_f32(a, b) }
    }

    #[inline(always)]
    fn sub(self, a: float32x4_t, b: float32x4_t) -> float32x4_t {
        // SAFETY: as above.
        unsafe { vsubq_f32(a, b) }
    }

    #[inline(always)]
    fn mul(self, a: float32x4_t, b: float32x4_t) -> float32x4_t {
        // SAFETY: as above.
        unsafe { vmulq_f32(a, b) }
    }

    #[inline(always)]
    fn div(self, a: float32x4_t, b: float32x4_t) -> float32x4_t {
        // SAFETY: as above.
        unsafe { vdivq_f32(a, b) }
    }

    #[inline(always)]
    fn min(self, a: float32x4_t, b: float32x4_t) -> float32x4_t {
        // SAFETY: as above.
        unsafe { vminq_f32(a, b) }
    }

    #[inline(always)]
    fn max(self, a: float32x4_t, b: float32x4_t) -> float32x4_t {
        // SAFETY: as above.
        unsafe { vmaxq_f32(a, b) }
    }

    #[inline(always)]
    fn mul_add(self, a: float32x4_t, b: float32x4_t, c: float32x4_t) -> float32x4_t {
        // SAFETY: as above.
        unsafe { vfmaq_f32(c, a, b) }
    }

    #[inline(always)]
    fn round(self, a: float32x4_t) -> float32x4_t {
        // SAFETY: as above.
        unsafe { vrndnq_f32(a) }
    }

    #[inline(always)]
    fn exp2(self, n: float32x4_t) -> float32x4_t {
        // SAFETY: as above.
        unsafe {
            let exponent = vaddq_s32(vcvtnq_s32_f32(n), vdupq_n_s32(127));
            vreinterpretq_f32_s32(vshlq_n_s32::<23>(exponent))
        }
    }

    #[inline(always)]
    unsafe fn load_raw(self, from: *const f32) -> float32x4_t {
        // SAFETY: as above, and the caller's promise.
        unsafe { vld1q_f32(from) }
    }

    #[inline(always)]
    unsafe fn store_raw(self, to: *mut f32, vector: float32x4_t) {
        // SAFETY: as above, and the caller's promise.
        unsafe { vst1q_f32(to, vector) }
    }

    #[inline(always)]
    fn splat_integer(self, value: i32) -> int32x4_t {
        // SAFETY: as above.
        unsafe { vdupq_n_s32(value) }
    }

    #[inline(always)]
    fn to_floats(self, integers: int32x4_t) -> float32x4_t {
        // SAFETY: as above.
        unsafe { vcvtq_f32_s32(integers) }
    }

    #[inline(always)]
    fn add_dots(self, sums: int32x4_t, a: uint8x16_t, b: uint8x16_t) -> int32x4_t {
        // In 16 bits, even and odd bytes apart: the dot product of mixed signs is not part of every aarch64.
        // SAFETY: as above.
        unsafe {
            let (a, b) = (vreinterpretq_u16_u8(a), vreinterpretq_s16_u8(b));
            let even_a = vreinterpretq_s16_u16(vandq_u16(a, vdupq_n_u16(255)));
            let odd_a = vreinterpretq_s16_u16(vshrq_n_u16::<8>(a));
            let (even_b, odd_b) = (vshrq_n_s16::<8>(vshlq_n_s16::<8>(b)), vshrq_n_s16::<8>(b));
            let low = vmull_s16(vget_low_s16(even_a), vget_low_s16(even_b));
            let low = vmlal_s16(low, vget_low_s16(odd_a), vget_low_s16(odd_b));
            let high = vmlal_high_s16(vmull_high_s16(even_a, even_b), odd_a, odd_b);
            vaddq_s32(sums, vpaddq_s32(low, high))
        }
    }

    #[inline(always)]
    fn bytes(self, quads: uint8x16_t) -> [float32x4_t; 4] {
        // SAFETY: as above.
        unsafe {
            let quads = vreinterpretq_u32_u8(quads);
            let low = |quads| vcvtq_f32_u32(vandq_u32(quads, vdupq_n_u32(255)));
            let [second, third] = [vshrq_n_u32::<8>(quads), vshrq_n_u32::<16>(quads)];
            [low(quads), low(second), low(third), vcvtq_f32_u32(vshrq_n_u32::<24>(quads))]
        }
    }

    #[inline(always)]
    unsafe fn store_i8(self, to: *mut i8, vector: float32x4_t) {
        // SAFETY: as above, and the caller's promise.
        unsafe {
            let halves = vqmovn_s32(vcvtnq_s32_f32(vector));
            let bytes = vreinterpret_u32_s8(vqmovn_s16(vcombine_s16(halves, halves)));
            to.cast::<u32>().write_unaligned(vget_lane_u32::<0>(bytes));
        }
    }

    #[inline(always)]
    unsafe fn load_quads(self, from: *const u8) -> uint8x16_t {
        // SAFETY: as above, and the caller's promise.
        unsafe { vld1q_u8(from) }
    }

    #[inline(always)]
    unsafe fn splat_quad(self, from: *const i8) -> uint8x16_t {
        // SAFETY: as above, and the caller's promise.
        unsafe { vreinterpretq_u8_s32(vdupq_n_s32(from.cast::<i32>().read_unaligned())) }
    }

    #[inline(always)]
    unsafe fn load_nibbles(self, from: *const u8) -> [uint8x16_t; 2] {
        // SAFETY: as above, and the caller's promise.
        unsafe {
            let bytes = vld1q_u8(from);
            [vandq_u8(bytes, vdupq_n_u8(15)), vshrq_n_u8::<4>(bytes)]
        }
    }
}
