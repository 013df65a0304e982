//! Flat storage of an index's vectors: blocks of rows, shared with every state that readers still see, and copied when
//! a write changes one.

use std::sync::Arc;

use super::metadata::Metadata;
use super::search::kernels;

/// Bytes of a block's values. Large enough that a scan streams, small enough that copying one is cheap.
const BLOCK_BYTES: usize = 256 << 10;
/// Rows of a block of few dimensions: their ids and metadata are copied too.
const MAX_ROWS: usize = 1024;

/// What a row has besides its values.
#[derive(Debug, Clone)]
pub struct Row {
    pub id: Arc<str>,
    pub namespace: Option<Arc<str>>,
    pub metadata: Option<Arc<Metadata>>,
    /// Number of the write that made it, over all writes of its state.
    pub written: u64,
}

/// A run of rows; only an index's last block is not full.
#[derive(Debug)]
pub struct Block {
    /// Row-major, float32. Its capacity is a full block's from the start.
    values: Vec<f32>,
    /// Euclidean norms, in double precision so that no finite vector overflows.
    norms: Vec<f64>,
    rows: Vec<Row>,
    /// No row was written later.
    newest: u64,
}

/// A row to look at.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    pub values: &'a [f32],
    pub norm: f64,
    pub row: &'a Row,
}

/// All rows, numbered from 0 without gaps.
#[derive(Debug, Clone)]
pub struct Blocks {
    dimensions: usize,
    /// Rows of a full block.
    rows: usize,
    blocks: Arc<Vec<Arc<Block>>>,
    len: usize,
}

impl Clone for Block {
    /// Keeps the capacity: a copy is made to be written to.
    fn clone(&self) -> Self {
        let mut values = Vec::with_capacity(self.values.capacity());
        values.extend_from_slice(&self.values);
        Self { values, norms: self.norms.clone(), rows: self.rows.clone(), newest: self.newest }
    }
}

impl Block {
    /// The rows in order. `dimensions` is the index's, never 0.
    pub fn candidates(&self, dimensions: usize) -> impl Iterator<Item = Candidate<'_>> {
        let rows = self.norms.iter().zip(&self.rows);
        self.values.chunks_exact(dimensions).zip(rows).map(|(values, (&norm, row))| Candidate { values, norm, row })
    }

    /// Rows in it.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// A row by its place in the block. `dimensions` is the index's.
    pub fn get(&self, at: usize, dimensions: usize) -> Option<Candidate<'_>> {
        let values = self.values.get(at * dimensions..(at + 1) * dimensions)?;
        Some(Candidate { values, norm: *self.norms.get(at)?, row: self.rows.get(at)? })
    }

    pub fn values(&self) -> &[f32] {
        &self.values
    }

    pub fn norms(&self) -> &[f64] {
        &self.norms
    }

    pub fn row(&self, at: usize) -> &Row {
        &self.rows[at]
    }
}

impl Blocks {
    pub fn new(dimensions: usize) -> Self {
        let rows = (BLOCK_BYTES / (dimensions.max(1) * size_of::<f32>())).clamp(1, MAX_ROWS);
        Self { dimensions, rows, blocks: Arc::default(), len: 0 }
    }

    /// Rows stored.
    pub fn len(&self) -> usize {
        self.len
    }

    pub fn dimensions(&self) -> usize {
        self.dimensions
    }

    /// Rows of every block but the last.
    pub fn block_rows(&self) -> usize {
        self.rows
    }

    pub fn as_slice(&self) -> &[Arc<Block>] {
        &self.blocks
    }

    /// A row by number.
    pub fn get(&self, number: u32) -> Option<Candidate<'_>> {
        let number = number as usize;
        self.blocks.get(number / self.rows)?.get(number % self.rows, self.dimensions)
    }

    /// A row's id.
    pub fn id(&self, number: u32) -> Option<&str> {
        let number = number as usize;
        Some(&self.blocks.get(number / self.rows)?.rows.get(number % self.rows)?.id)
    }

    /// Every row in order.
    pub fn iter(&self) -> impl Iterator<Item = Candidate<'_>> {
        self.blocks.iter().flat_map(|block| block.candidates(self.dimensions))
    }

    /// Numbers of the rows that were written after a moment, in order.
    pub fn written_after(&self, moment: u64) -> impl Iterator<Item = u32> {
        let blocks = self.blocks.iter().enumerate().filter(move |(_, block)| block.newest > moment);
        let rows = blocks.flat_map(move |(number, block)| {
            let rows = block.rows.iter().enumerate().filter(move |(_, row)| row.written > moment);
            rows.map(move |(at, _)| number * self.rows + at)
        });
        rows.filter_map(|number| u32::try_from(number).ok())
    }

    /// Appends a row. `values` must have as many values as the index has dimensions.
    pub fn push(&mut self, values: &[f32], row: Row) {
        debug_assert_eq!(values.len(), self.dimensions);
        let blocks = Arc::make_mut(&mut self.blocks);
        if self.len.is_multiple_of(self.rows) {
            let values = Vec::with_capacity(self.rows * self.dimensions);
            blocks.push(Arc::new(Block { values, norms: Vec::new(), rows: Vec::new(), newest: 0 }));
        }
        if let Some(block) = blocks.last_mut().map(Arc::make_mut) {
            block.values.extend_from_slice(values);
            block.norms.push(kernels::norm(values));
            block.newest = block.newest.max(row.written);
            block.rows.push(row);
        }
        self.len += 1;
    }

    /// Replaces a row in place.
    pub fn replace(&mut self, number: u32, values: &[f32], row: Row) {
        debug_assert_eq!(values.len(), self.dimensions);
        let at = number as usize % self.rows;
        let range = at * self.dimensions..(at + 1) * self.dimensions;
        if let Some(block) = Arc::make_mut(&mut self.blocks).get_mut(number as usize / self.rows).map(Arc::make_mut)
            && at < block.rows.len()
        {
            block.values[range].copy_from_slice(values);
            block.norms[at] = kernels::norm(values);
            block.newest = block.newest.max(row.written);
            block.rows[at] = row;
        }
    }

    /// Removes the last row.
    pub fn pop(&mut self) {
        let Some(last) = self.len.checked_sub(1) else { return };
        let blocks = Arc::make_mut(&mut self.blocks);
        let at = last % self.rows;
        if at == 0 {
            blocks.pop();
        } else if let Some(block) = blocks.last_mut().map(Arc::make_mut) {
            block.values.truncate(at * self.dimensions);
            block.norms.truncate(at);
            block.rows.truncate(at);
        }
        self.len = last;
    }
}
