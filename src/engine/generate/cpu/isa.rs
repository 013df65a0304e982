//! Instruction sets. A loop is written once, generic over [`Isa`], and the compiler vectorises it for each.

#[cfg(target_arch = "x86_64")]
use std::arch::x86_64 as x86;

/// Floats that the loops treat as one vector; a multiple of every register's width.
pub const LANES: usize = 16;

/// What differs between instruction sets beyond what the compiler knows.
pub trait Isa {
    /// [`LANES`] floats in registers. Most loops leave vectors to the compiler; a tile of many does not survive that.
    type Vector: Copy;

    /// Rows of a matrix product's tile, of which one has `TALL x WIDE` accumulators: as many as registers allow.
    const TALL: usize;
    const WIDE: usize;
    /// Panels at once when there is one row: enough independent chains to hide the latency of an addition.
    const WIDE_FOR_ONE: usize;

    /// `a * b + c`, with one rounding where the hardware can.
    fn mul_add(a: f32, b: f32, c: f32) -> f32;

    /// The following are for [`dispatch`]ed functions only: elsewhere the instructions may not be there.
    fn zero() -> Self::Vector;
    /// `a * b + c` lane by lane.
    fn mul_add_all(a: f32, b: &[f32; LANES], c: Self::Vector) -> Self::Vector;
    fn store(vector: Self::Vector, to: &mut [f32; LANES]);
}

/// 32 registers of 16 floats.
#[cfg(target_arch = "x86_64")]
pub enum Avx512 {}
/// 16 registers of 8 floats.
#[cfg(target_arch = "x86_64")]
pub enum Avx2 {}
/// What every machine of this architecture has: SSE2 or NEON.
pub enum Baseline {}

#[cfg(target_arch = "x86_64")]
impl Isa for Avx512 {
    const TALL: usize = 8;
    const WIDE: usize = 2;
    const WIDE_FOR_ONE: usize = 8;

    type Vector = x86::__m512;

    #[inline(always)]
    fn mul_add(a: f32, b: f32, c: f32) -> f32 {
        a.mul_add(b, c)
    }

    #[inline(always)]
    fn zero() -> Self::Vector {
        // SAFETY: `dispatch` has found AVX-512.
        unsafe { x86::_mm512_setzero_ps() }
    }

    #[inline(always)]
    fn mul_add_all(a: f32, b: &[f32; LANES], c: Self::Vector) -> Self::Vector {
        // SAFETY: as above, and `b` is a whole vector.
        unsafe { x86::_mm512_fmadd_ps(x86::_mm512_set1_ps(a), x86::_mm512_loadu_ps(b.as_ptr()), c) }
    }

    #[inline(always)]
    fn store(vector: Self::Vector, to: &mut [f32; LANES]) {
        // SAFETY: as above, and `to` is a whole vector.
        unsafe { x86::_mm512_storeu_ps(to.as_mut_ptr(), vector) }
    }
}

#[cfg(target_arch = "x86_64")]
impl Isa for Avx2 {
    const TALL: usize = 4;
    const WIDE: usize = 1;
    const WIDE_FOR_ONE: usize = 4;

    type Vector = [x86::__m256; 2];

    #[inline(always)]
    fn mul_add(a: f32, b: f32, c: f32) -> f32 {
        a.mul_add(b, c)
    }

    #[inline(always)]
    fn zero() -> Self::Vector {
        // SAFETY: `dispatch` has found AVX2 and FMA.
        unsafe { [x86::_mm256_setzero_ps(); 2] }
    }

    #[inline(always)]
    fn mul_add_all(a: f32, b: &[f32; LANES], [low, high]: Self::Vector) -> Self::Vector {
        // SAFETY: as above, and `b` is two whole vectors.
        unsafe {
            let a = x86::_mm256_set1_ps(a);
            let b = [x86::_mm256_loadu_ps(b.as_ptr()), x86::_mm256_loadu_ps(b.as_ptr().add(LANES / 2))];
            [x86::_mm256_fmadd_ps(a, b[0], low), x86::_mm256_fmadd_ps(a, b[1], high)]
        }
    }

    #[inline(always)]
    fn store([low, high]: Self::Vector, to: &mut [f32; LANES]) {
        // SAFETY: as above, and `to` is two whole vectors.
        unsafe {
            x86::_mm256_storeu_ps(to.as_mut_ptr(), low);
            x86::_mm256_storeu_ps(to.as_mut_ptr().add(LANES / 2), high);
        }
    }
}

impl Isa for Baseline {
    const TALL: usize = if cfg!(target_arch = "aarch64") { 4 } else { 2 };
    const WIDE: usize = 1;
    const WIDE_FOR_ONE: usize = if cfg!(target_arch = "aarch64") { 4 } else { 2 };

    type Vector = [f32; LANES];

    #[inline(always)]
    fn mul_add(a: f32, b: f32, c: f32) -> f32 {
        // Without the instruction, `f32::mul_add` is a call into libm.
        if cfg!(target_arch = "aarch64") { a.mul_add(b, c) } else { a * b + c }
    }

    #[inline(always)]
    fn zero() -> Self::Vector {
        [0.0; LANES]
    }

    #[inline(always)]
    fn mul_add_all(a: f32, b: &[f32; LANES], mut c: Self::Vector) -> Self::Vector {
        for (c, b) in c.iter_mut().zip(b) {
            *c = Self::mul_add(a, *b, *c);
        }
        c
    }

    #[inline(always)]
    fn store(vector: Self::Vector, to: &mut [f32; LANES]) {
        *to = vector;
    }
}

/// An instruction set that this machine has. Only [`Level::all`] makes one, so that having one is the proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Level(Set);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Set {
    #[cfg(target_arch = "x86_64")]
    Avx512,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    Baseline,
}

impl Level {
    /// What this machine has, the best first.
    pub fn all() -> Vec<Self> {
        let mut all = Vec::new();
        #[cfg(target_arch = "x86_64")]
        {
            let has_avx2 = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
            if has_avx2 && is_x86_feature_detected!("avx512f") {
                all.push(Self(Set::Avx512));
            }
            if has_avx2 {
                all.push(Self(Set::Avx2));
            }
        }
        all.push(Self(Set::Baseline));
        all
    }

    /// The best that this machine has.
    pub fn best() -> Self {
        Self::all()[0]
    }

    pub(super) fn set(self) -> Set {
        self.0
    }
}

/// Defines `name` as `body::<Isa>` for a [`Level`], its first argument. The body must be `#[inline(always)]`.
macro_rules! dispatch {
    ($(#[$meta:meta])* $vis:vis fn $name:ident = $body:ident($($arg:ident: $kind:ty),* $(,)?)) => {
        $(#[$meta])*
        $vis fn $name(level: $crate::engine::generate::cpu::isa::Level, $($arg: $kind),*) {
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
            use $crate::engine::generate::cpu::isa::{Baseline, Set};
            match level.set() {
                // SAFETY: a `Level` exists only for what this machine has.
                #[cfg(target_arch = "x86_64")]
                Set::Avx512 => unsafe { avx512($($arg),*) },
                // SAFETY: as above.
                #[cfg(target_arch = "x86_64")]
                Set::Avx2 => unsafe { avx2($($arg),*) },
                Set::Baseline => $body::<Baseline>($($arg),*),
            }
        }
    };
}
pub(super) use dispatch;
