//! A stored matrix that is read row by row, such as an embedding table: of a vocabulary of thirty thousand a text
//! needs twenty rows, so the table stays where it is (in the binary or in the mapped file), in the form it has there.

use std::ops::Range;

use super::Bytes;
use super::blocks::BlockType;
use crate::engine::kernels::{CodedRow, Part, Storage};

/// See [`super::Tensors::rows`].
#[derive(Debug, Clone)]
pub struct Rows {
    bytes: Bytes,
    range: Range<usize>,
    rows: usize,
    columns: usize,
    codes: Codes,
    /// Width of the heads whose rows are stored in pairs; see [`paired`].
    paired_heads: Option<usize>,
}

/// How the numbers are stored.
#[derive(Debug, Clone)]
pub(super) enum Codes {
    Block(BlockType),
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
    pub(super) fn new(
        bytes: Bytes,
        range: Range<usize>,
        shape: [usize; 2],
        codes: Codes,
        paired_heads: Option<usize>,
    ) -> Self {
        Self { bytes, range, rows: shape[0], columns: shape[1], codes, paired_heads }
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
        let row = self.stored(index);
        match &self.codes {
            Codes::Block(kind) => match kind.format() {
                None => kind.read_plain(row, to),
                Some(format) => {
                    let mut coded = CodedRow::default();
                    kind.take_apart(row, &mut coded);
                    coded.read(&format, to);
                }
            },
            Codes::Q4 { scales, codebook } => {
                for (pair, byte) in to.chunks_exact_mut(2).zip(row) {
                    pair[0] = codebook[usize::from(byte & 15)];
                    pair[1] = codebook[usize::from(byte >> 4)];
                }
                self.scale(index, scales, to);
            }
            Codes::Q8 { scales } => {
                for (to, byte) in to.iter_mut().zip(row) {
                    *to = f32::from(byte.cast_signed());
                }
                self.scale(index, scales, to);
            }
        }
        true
    }

    /// Appends all rows.
    pub fn read_all(&self, to: &mut Vec<f32>) {
        let start = to.len();
        to.resize(start + self.rows * self.columns, 0.0);
        for (row, to) in to[start..].chunks_exact_mut(self.columns.max(1)).enumerate() {
            self.read(row, to);
        }
    }

    /// All rows, one behind the other.
    pub fn values(&self) -> Vec<f32> {
        let mut values = Vec::new();
        self.read_all(&mut values);
        values
    }

    /// The bytes of a row.
    fn stored(&self, index: usize) -> &[u8] {
        let index = self.paired_heads.map_or(index, |size| paired(index, size));
        let all = &self.bytes[self.range.clone()];
        let stride = all.len() / self.rows;
        &all[index * stride..(index + 1) * stride]
    }

    fn scale(&self, index: usize, scales: &[f32], row: &mut [f32]) {
        let groups = scales.len() / self.rows;
        let scales = &scales[index * groups..(index + 1) * groups];
        for (group, scale) in row.chunks_exact_mut(self.columns / groups).zip(scales) {
            group.iter_mut().for_each(|value| *value *= scale);
        }
    }
}

impl Part for Rows {
    fn outputs(&self) -> usize {
        self.rows
    }

    fn storage(&self) -> Storage {
        match &self.codes {
            Codes::Block(BlockType::F16) => Storage::F16,
            Codes::Block(BlockType::Bf16) => Storage::Bf16,
            Codes::Block(kind) => kind.format().map_or(Storage::F32, Storage::Coded),
            Codes::Q4 { .. } | Codes::Q8 { .. } => Storage::F32,
        }
    }

    fn read(&self, output: usize, to: &mut [f32]) {
        Self::read(self, output, to);
    }

    fn take_apart(&self, output: usize, row: &mut CodedRow) {
        if let Codes::Block(kind) = &self.codes {
            kind.take_apart(self.stored(output), row);
        }
    }
}

/// Where Transformers' row `index` of a matrix of heads is, when each head's halves are laid pair by pair.
pub(super) fn paired(index: usize, size: usize) -> usize {
    let (head, within) = (index / size, index % size);
    head * size + within % (size / 2) * 2 + within / (size / 2)
}
