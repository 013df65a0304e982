//! Vectors of half the size, for what is only looked for and then computed exactly.

/// The upper half of a float32 (bfloat16): its range, and eight bits of precision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(transparent)]
pub struct Half(u16);

impl Half {
    pub const ZERO: Self = Self(0);

    /// The nearest one to a finite value, and finite itself.
    pub fn of(value: f32) -> Self {
        let bits = value.to_bits();
        let rounded = bits.wrapping_add(0x7fff + ((bits >> 16) & 1));
        // Rounding up the largest would make an infinity.
        let bits = if rounded & 0x7f80_0000 == 0x7f80_0000 { bits } else { rounded };
        Self((bits >> 16) as u16)
    }

    pub fn value(self) -> f32 {
        f32::from_bits(u32::from(self.0) << 16)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_half_is_near_and_finite() {
        for (value, half) in
            [(0.0, 0.0), (1.0, 1.0), (-2.5, -2.5), (1.001, 1.0), (f32::MIN_POSITIVE, f32::MIN_POSITIVE)]
        {
            assert_eq!(Half::of(value).value(), half);
        }
        for large in [f32::MAX, f32::MIN] {
            let half = Half::of(large).value();
            assert!(half.is_finite() && (half / large - 1.0).abs() < 0.01, "{half}");
        }
    }
}
