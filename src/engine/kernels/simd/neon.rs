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
    type Vector = float32x4_t;

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
}
