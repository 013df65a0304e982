//! A vector of f32 as each instruction set has it.
//!
//! A value of a [`Simd`] type is the proof that the machine has the instruction set: it is made only by
//! [`super::Isa`], after detection. That is why the arithmetic below can be safe functions.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
#[cfg(target_arch = "aarch64")]
mod neon;
mod plain;

#[cfg(target_arch = "x86_64")]
pub use avx2::Avx2;
#[cfg(target_arch = "x86_64")]
pub use avx512::Avx512;
#[cfg(target_arch = "aarch64")]
pub use neon::Neon;
pub use plain::Plain;

/// The widest vector of any instruction set, in lanes.
pub const MAX_LANES: usize = 16;
/// The most rows that any register tile has.
pub const MAX_ROWS: usize = 12;

/// Arithmetic on vectors of `LANES` floats.
pub trait Simd: Copy + Send + Sync {
    /// Floats in one vector.
    const LANES: usize;
    /// Rows of the matrix tile that fits the register file, when a tile is two vectors wide.
    const ROWS: usize;
    /// Rows of the tile of [`super::linear`]'s integer products, which holds twice as many sums.
    const INTEGER_ROWS: usize;
    /// Up to so many rows are better taken at once, as those of several streams: the weights are unpacked once, which is
    /// worth more than the registers that do not suffice between two blocks.
    const FEW_INTEGER_ROWS: usize;
    type Vector: Copy;
    /// `LANES` whole numbers of 32 bits.
    type Integers: Copy;
    /// `LANES` times four bytes.
    type Quads: Copy;

    fn splat(self, value: f32) -> Self::Vector;
    fn add(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;
    fn sub(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;
    fn mul(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;
    fn div(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;
    fn min(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;
    fn max(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;
    /// `a * b + c`, in one rounding where the instruction set has it.
    fn mul_add(self, a: Self::Vector, b: Self::Vector, c: Self::Vector) -> Self::Vector;
    /// To the nearest whole number.
    fn round(self, a: Self::Vector) -> Self::Vector;
    /// `2^n` for whole `n` from -126 to 127.
    fn exp2(self, n: Self::Vector) -> Self::Vector;

    /// # Safety
    /// `from` must be valid for reading `LANES` floats.
    unsafe fn load_raw(self, from: *const f32) -> Self::Vector;
    /// # Safety
    /// `to` must be valid for writing `LANES` floats.
    unsafe fn store_raw(self, to: *mut f32, vector: Self::Vector);

    fn splat_integer(self, value: i32) -> Self::Integers;
    /// To floats, exactly below 2^24.
    fn to_floats(self, integers: Self::Integers) -> Self::Vector;
    /// Adds to each lane of `sums` the products of its four bytes of `a`, from 0 to 255, with those of `b`, from -128
    /// to 127: the dot product of four. Exact.
    fn add_dots(self, sums: Self::Integers, a: Self::Quads, b: Self::Quads) -> Self::Integers;
    /// The first byte of each four as floats, then the second ones and so on; bytes are from 0 to 255.
    fn bytes(self, quads: Self::Quads) -> [Self::Vector; 4];
    /// Numbers from -127 to 127 as bytes, rounded to the nearest.
    ///
    /// # Safety
    /// `to` must be valid for writing `LANES` bytes.
    unsafe fn store_i8(self, to: *mut i8, vector: Self::Vector);

    /// # Safety
    /// `from` must be valid for reading `4 * LANES` bytes.
    unsafe fn load_quads(self, from: *const u8) -> Self::Quads;
    /// The same four bytes in every lane.
    ///
    /// # Safety
    /// `from` must be valid for reading four bytes.
    unsafe fn splat_quad(self, from: *const i8) -> Self::Quads;
    /// The low four bits of `4 * LANES` bytes, and the high ones.
    ///
    /// # Safety
    /// `from` must be valid for reading them.
    unsafe fn load_nibbles(self, from: *const u8) -> [Self::Quads; 2];

    /// `LANES` signed bytes as floats.
    ///
    /// # Safety
    /// `from` must be valid for reading `LANES` bytes.
    #[inline(always)]
    unsafe fn load_i8(self, from: *const i8) -> Self::Vector {
        // SAFETY: the caller's promise.
        unsafe { self.gather(|lane| f32::from(*from.add(lane))) }
    }

    /// `LANES` half-precision numbers.
    ///
    /// # Safety
    /// `from` must be valid for reading `LANES` of them.
    #[inline(always)]
    unsafe fn load_f16(self, from: *const u16) -> Self::Vector {
        // SAFETY: the caller's promise.
        unsafe { self.gather(|lane| half::f16::from_bits(*from.add(lane)).to_f32()) }
    }

    /// `LANES` numbers that are the upper halves of floats.
    ///
    /// # Safety
    /// `from` must be valid for reading `LANES` of them.
    #[inline(always)]
    unsafe fn load_bf16(self, from: *const u16) -> Self::Vector {
        // SAFETY: the caller's promise.
        unsafe { self.gather(|lane| f32::from_bits(u32::from(*from.add(lane)) << 16)) }
    }

    /// A vector of what `lane` gives for each lane; for loads that an instruction set has no way of its own for.
    #[inline(always)]
    fn gather(self, lane: impl Fn(usize) -> f32) -> Self::Vector {
        let mut lanes = [0.0; MAX_LANES];
        for (index, to) in lanes.iter_mut().enumerate().take(Self::LANES) {
            *to = lane(index);
        }
        self.load(&lanes)
    }

    #[inline(always)]
    fn load(self, from: &[f32]) -> Self::Vector {
        assert!(from.len() >= Self::LANES);
        // SAFETY: the slice is long enough.
        unsafe { self.load_raw(from.as_ptr()) }
    }

    #[inline(always)]
    fn store(self, to: &mut [f32], vector: Self::Vector) {
        assert!(to.len() >= Self::LANES);
        // SAFETY: the slice is long enough.
        unsafe { self.store_raw(to.as_mut_ptr(), vector) }
    }

    /// The lanes as an array; those past `LANES` are 0.
    #[inline(always)]
    fn lanes(self, vector: Self::Vector) -> [f32; MAX_LANES] {
        let mut lanes = [0.0; MAX_LANES];
        self.store(&mut lanes, vector);
        lanes
    }

    /// The sum of all lanes, in lane order.
    #[inline(always)]
    fn sum(self, vector: Self::Vector) -> f32 {
        self.lanes(vector)[..Self::LANES].iter().sum()
    }

    /// The greatest lane.
    #[inline(always)]
    fn greatest(self, vector: Self::Vector) -> f32 {
        self.lanes(vector)[..Self::LANES].iter().copied().fold(f32::NEG_INFINITY, f32::max)
    }
}
