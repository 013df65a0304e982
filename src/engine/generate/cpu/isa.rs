//! Instruction sets. A loop is written once, generic over [`Isa`], and the compiler vectorises it for each.

/// Floats that the loops treat as one vector; a multiple of every register's width.
pub const LANES: usize = 16;

/// What differs between instruction sets beyond what the compiler knows.
pub trait Isa {
    /// Rows of a matrix product's tile, of which one has `TALL x WIDE` accumulators: as many as registers allow.
    const TALL: usize;
    const WIDE: usize;
    /// Panels at once when there is one row: enough independent chains to hide the latency of an addition.
    const WIDE_FOR_ONE: usize;

    /// `a * b + c`, with one rounding where the hardware can.
    fn mul_add(a: f32, b: f32, c: f32) -> f32;
}

/// 32 registers of 16 floats.
pub enum Avx512 {}
/// 16 registers of 8 floats.
pub enum Avx2 {}
/// What every machine of this architecture has: SSE2 or NEON.
pub enum Baseline {}

impl Isa for Avx512 {
    const TALL: usize = 8;
    const WIDE: usize = 2;
    const WIDE_FOR_ONE: usize = 8;

    #[inline(always)]
    fn mul_add(a: f32, b: f32, c: f32) -> f32 {
        a.mul_add(b, c)
    }
}

impl Isa for Avx2 {
    const TALL: usize = 4;
    const WIDE: usize = 1;
    const WIDE_FOR_ONE: usize = 4;

    #[inline(always)]
    fn mul_add(a: f32, b: f32, c: f32) -> f32 {
        a.mul_add(b, c)
    }
}

impl Isa for Baseline {
    const TALL: usize = if cfg!(target_arch = "aarch64") { 4 } else { 2 };
    const WIDE: usize = 1;
    const WIDE_FOR_ONE: usize = if cfg!(target_arch = "aarch64") { 4 } else { 2 };

    #[inline(always)]
    fn mul_add(a: f32, b: f32, c: f32) -> f32 {
        // Without the instruction, `f32::mul_add` is a call into libm.
        if cfg!(target_arch = "aarch64") { a.mul_add(b, c) } else { a * b + c }
    }
}

/// The best that this machine has; [`is_x86_feature_detected`] caches what it finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    #[cfg(target_arch = "x86_64")]
    Avx512,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    Baseline,
}

impl Level {
    #[inline]
    pub fn detect() -> Self {
        #[cfg(target_arch = "x86_64")]
        {
            if is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("fma") {
                return Self::Avx512;
            }
            if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
                return Self::Avx2;
            }
        }
        Self::Baseline
    }
}

/// Defines `name` as `body::<Isa>` for the best instruction set of the machine. The body must be `#[inline(always)]`.
macro_rules! dispatch {
    ($(#[$meta:meta])* $vis:vis fn $name:ident = $body:ident($($arg:ident: $kind:ty),* $(,)?)) => {
        $(#[$meta])*
        $vis fn $name($($arg: $kind),*) {
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx512f,avx2,fma")]
            fn avx512($($arg: $kind),*) {
                $body::<$crate::engine::generate::cpu::isa::Avx512>($($arg),*)
            }
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2,fma")]
            fn avx2($($arg: $kind),*) {
                $body::<$crate::engine::generate::cpu::isa::Avx2>($($arg),*)
            }
            use $crate::engine::generate::cpu::isa::{Baseline, Level};
            match Level::detect() {
                // SAFETY: `detect` found these features on this machine.
                #[cfg(target_arch = "x86_64")]
                Level::Avx512 => unsafe { avx512($($arg),*) },
                // SAFETY: as above.
                #[cfg(target_arch = "x86_64")]
                Level::Avx2 => unsafe { avx2($($arg),*) },
                Level::Baseline => $body::<Baseline>($($arg),*),
            }
        }
    };
}
pub(super) use dispatch;
