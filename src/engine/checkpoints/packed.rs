//! The packed matrices of the bundled checkpoints (docs/kindling-format.md): codes beside scales, unpacked to f32
//! once at load, so that no forward pass knows about them.

/// Sixteen equally spaced levels, for a matrix that brings no codebook of its own.
pub const LINEAR: [f32; 16] = [-8.0, -7.0, -6.0, -5.0, -4.0, -3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0];

/// Two codes a byte, the even column in the low nibble; `scales` has one entry per group of `columns / groups`.
pub fn unpack_q4(codes: &[u8], scales: &[f32], codebook: &[f32; 16], columns: usize) -> Vec<f32> {
    let mut values = Vec::with_capacity(codes.len() * 2);
    for byte in codes {
        values.push(codebook[usize::from(byte & 15)]);
        values.push(codebook[usize::from(byte >> 4)]);
    }
    scale(&mut values, scales, columns);
    values
}

/// One signed byte a value.
pub fn unpack_q8(codes: &[u8], scales: &[f32], columns: usize) -> Vec<f32> {
    let mut values: Vec<f32> = codes.iter().map(|byte| f32::from(byte.cast_signed())).collect();
    scale(&mut values, scales, columns);
    values
}

fn scale(values: &mut [f32], scales: &[f32], columns: usize) {
    let rows = values.len() / columns;
    let group = columns * rows / scales.len();
    for (values, scale) in values.chunks_exact_mut(group).zip(scales) {
        for value in values {
            *value *= scale;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_bits_unpack_low_nibble_first() {
        let values = unpack_q4(&[0x9f, 0x08], &[1.0, 0.5], &LINEAR, 2);
        assert_eq!(values, [7.0, 1.0, 0.0, -4.0]);
    }

    #[test]
    fn eight_bits_are_signed() {
        assert_eq!(unpack_q8(&[255, 2, 127, 128], &[2.0, 1.0], 2), [-2.0, 4.0, 127.0, -128.0]);
    }
}
