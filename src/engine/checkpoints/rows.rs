//! A stored matrix that is read row by row, such as an embedding table: of a vocabulary of thirty thousand a text
//! needs twenty rows, so the table stays where it is (in the binary or in the mapped file), in the form it has there.

use std::ops::Range;

use half::{bf16, f16};

use super::Bytes;

/// See [`super::Tensors::rows`].
#[derive(Debug, Clone)]
pub struct Rows {
    bytes: Bytes,
    range: Range<usize>,
    rows: usize,
    columns: usize,
    codes: Codes,
}

/// How the numbers are stored.
#[derive(Debug, Clone)]
pub(super) enum Codes {
    F32,
    F16,
    Bf16,
    /// Two to a byte; as in `packed.rs`, one scale for each group of neighbouring columns.
    Q4 {
        scales: Vec<f32>,
        codebook: [f32; 16],
    },
    Q8 {
        scales: Vec<f32>,
    },
}

impl Rows {
    /// `range` holds `shape[0] * shape[1]` numbers, and `scales` a whole number of groups for each row.
    pub(super) fn new(bytes: Bytes, range: Range<usize>, shape: [usize; 2], codes: Codes) -> Self {
        Self { bytes, range, rows: shape[0], columns: shape[1], codes }
    }

    pub fn len(&self) -> usize {
        self.rows
    }

    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// Width of a row.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Writes row `index` to `to`; `false`, with nothing written, if there is no such row or `to` has another width.
    pub fn read(&self, index: usize, to: &mut [f32]) -> bool {
        if index >= self.rows || to.len() != self.columns {
            return false;
        }
        let all = &self.bytes[self.range.clone()];
        let stride = all.len() / self.rows;
        let row = &all[index * stride..(index + 1) * stride];
        match &self.codes {
            Codes::F32 => each(row.as_chunks().0, to, |bytes| f32::from_le_bytes(*bytes)),
            Codes::F16 => each(row.as_chunks().0, to, |bytes| f16::from_le_bytes(*bytes).to_f32()),
            Codes::Bf16 => each(row.as_chunks().0, to, |bytes| bf16::from_le_bytes(*bytes).to_f32()),
            Codes::Q4 { scales, codebook } => {
                for (pair, byte) in to.chunks_exact_mut(2).zip(row) {
                    pair[0] = codebook[usize::from(byte & 15)];
                    pair[1] = codebook[usize::from(byte >> 4)];
                }
                self.scale(index, scales, to);
            }
            Codes::Q8 { scales } => {
                each(row, to, |byte| f32::from(byte.cast_signed()));
                self.scale(index, scales, to);
            }
        }
        true
    }

    fn scale(&self, index: usize, scales: &[f32], row: &mut [f32]) {
        let groups = scales.len() / self.rows;
        let scales = &scales[index * groups..(index + 1) * groups];
        for (group, scale) in row.chunks_exact_mut(self.columns / groups).zip(scales) {
            group.iter_mut().for_each(|value| *value *= scale);
        }
    }
}

fn each<T>(from: &[T], to: &mut [f32], read: impl Fn(&T) -> f32) {
    for (to, from) in to.iter_mut().zip(from) {
        *to = read(from);
    }
}
