//! The k best of a scan, in bounded memory.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use crate::vectorize::blocks::Row;

/// A scanned row. The key is lower for a better match, whatever the metric.
#[derive(Debug, Clone, Copy)]
pub struct Ranked<'a> {
    pub key: f32,
    /// The row's number.
    pub number: u32,
    pub values: &'a [f32],
    pub row: &'a Row,
}

/// Ties go to the lower id, so that an answer does not depend on the order of writes or on threads.
impl Ord for Ranked<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key.total_cmp(&other.key).then_with(|| self.row.id.cmp(&other.row.id))
    }
}

impl PartialOrd for Ranked<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Ranked<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Ranked<'_> {}

/// Keeps the best `k`; the worst of them is on top of the heap.
#[derive(Debug)]
pub struct TopK<'a> {
    k: usize,
    heap: BinaryHeap<Ranked<'a>>,
}

impl<'a> TopK<'a> {
    pub fn new(k: usize) -> Self {
        Self { k, heap: BinaryHeap::with_capacity(k.saturating_add(1)) }
    }

    pub fn offer(&mut self, ranked: Ranked<'a>) {
        if self.heap.len() < self.k {
            self.heap.push(ranked);
        } else if let Some(mut worst) = self.heap.peek_mut()
            && ranked < *worst
        {
            *worst = ranked;
        }
    }

    /// Whether a row with this key has a chance: a quick no for most of them.
    pub fn admits(&self, key: f32) -> bool {
        self.heap.len() < self.k || self.heap.peek().is_some_and(|worst| key <= worst.key)
    }

    pub fn merge(mut self, other: Self) -> Self {
        for ranked in other.heap {
            self.offer(ranked);
        }
        self
    }

    /// Best first.
    pub fn into_sorted(self) -> Vec<Ranked<'a>> {
        self.heap.into_sorted_vec()
    }
}
