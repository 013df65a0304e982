//! Flat storage of an index's vectors: blocks of rows, shared with running queries and copied only when one of them
//! still reads what a write changes.

use std::sync::Arc;

use super::metadata::{Entry, Metadata};
use super::search::kernels;

/// Rows of a block. Large enough that a scan streams, small enough that copying one under a running query is cheap.
pub const ROWS: usize = 512;

/// What a row has besides its values.
#[derive(Debug, Clone)]
pub struct Row {
    pub id: Arc<str>,
    pub namespace: Option<Arc<str>>,
    pub metadata: Option<Arc<Metadata>>,
    /// Entries of the metadata indexes that existed when the vector was written.
    pub entries: Arc<[Entry]>,
}

/// Up to [`ROWS`] rows; only an index's last block has fewer.
#[derive(Debug, Clone, Default)]
pub struct Block {
    /// Row-major, float32.
    values: Vec<f32>,
    /// Euclidean norms, in double precision so that no finite vector overflows.
    norms: Vec<f64>,
    /// [`Namespaces`](super::state::Namespaces) numbers, 0 for none.
    namespaces: Vec<u32>,
    rows: Vec<Row>,
}

/// A row to scan.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    pub values: &'a [f32],
    pub norm: f64,
    pub namespace: u32,
    pub row: &'a Row,
}

/// All rows, numbered from 0 without gaps.
#[derive(Debug, Clone)]
pub struct Blocks {
    dimensions: usize,
    blocks: Arc<Vec<Arc<Block>>>,
    len: usize,
}

impl Block {
    /// The rows in order. `dimensions` is the index's, never 0.
    pub fn candidates(&self, dimensions: usize) -> impl Iterator<Item = Candidate<'_>> {
        self.values
            .chunks_exact(dimensions)
            .zip(&self.norms)
            .zip(&self.namespaces)
            .zip(&self.rows)
            .map(|(((values, &norm), &namespace), row)| Candidate { values, norm, namespace, row })
    }
}

impl Blocks {
    pub fn new(dimensions: usize) -> Self {
        Self { dimensions, blocks: Arc::default(), len: 0 }
    }

    /// Rows stored.
    pub fn len(&self) -> usize {
        self.len
    }

    pub fn dimensions(&self) -> usize {
        self.dimensions
    }

    pub fn as_slice(&self) -> &[Arc<Block>] {
        &self.blocks
    }

    /// A row by number.
    pub fn get(&self, number: usize) -> Option<Candidate<'_>> {
        let (block, at) = (self.blocks.get(number / ROWS)?, number % ROWS);
        let values = block.values.get(at * self.dimensions..(at + 1) * self.dimensions)?;
        Some(Candidate {
            values,
            norm: *block.norms.get(at)?,
            namespace: *block.namespaces.get(at)?,
            row: block.rows.get(at)?,
        })
    }

    /// Every row in order.
    pub fn iter(&self) -> impl Iterator<Item = Candidate<'_>> {
        self.blocks.iter().flat_map(|block| block.candidates(self.dimensions))
    }

    /// Appends a row and gives its number. `values` must have as many values as the index has dimensions.
    pub fn push(&mut self, values: &[f32], namespace: u32, row: Row) -> usize {
        debug_assert_eq!(values.len(), self.dimensions);
        let blocks = Arc::make_mut(&mut self.blocks);
        if self.len.is_multiple_of(ROWS) {
            blocks.push(Arc::default());
        }
        if let Some(block) = blocks.last_mut().map(Arc::make_mut) {
            block.values.extend_from_slice(values);
            block.norms.push(kernels::norm(values));
            block.namespaces.push(namespace);
            block.rows.push(row);
        }
        self.len += 1;
        self.len - 1
    }

    /// Replaces a row in place.
    pub fn replace(&mut self, number: usize, values: &[f32], namespace: u32, row: Row) {
        debug_assert_eq!(values.len(), self.dimensions);
        let at = number % ROWS;
        let range = at * self.dimensions..(at + 1) * self.dimensions;
        if let Some(block) = Arc::make_mut(&mut self.blocks).get_mut(number / ROWS).map(Arc::make_mut)
            && at < block.rows.len()
        {
            block.values[range].copy_from_slice(values);
            block.norms[at] = kernels::norm(values);
            block.namespaces[at] = namespace;
            block.rows[at] = row;
        }
    }

    /// Removes the last row.
    pub fn pop(&mut self) {
        let Some(last) = self.len.checked_sub(1) else { return };
        let blocks = Arc::make_mut(&mut self.blocks);
        let at = last % ROWS;
        if at == 0 {
            blocks.pop();
        } else if let Some(block) = blocks.last_mut().map(Arc::make_mut) {
            block.values.truncate(at * self.dimensions);
            block.norms.truncate(at);
            block.namespaces.truncate(at);
            block.rows.truncate(at);
        }
        self.len = last;
    }
}
