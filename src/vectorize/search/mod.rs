//! The exact scan: namespace and filter have selected rows before it; then the metric, then the k best.

pub mod kernels;
mod topk;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use roaring::RoaringBitmap;

use super::blocks::{Block, Blocks, Candidate};
use super::config::Metric;
use kernels::Kernels;
pub use topk::Ranked;
use topk::TopK;

/// Values (rows times dimensions) from which a scan uses more than one thread.
const PARALLEL_VALUES: usize = 1 << 19;
/// Values of one task, of which each thread takes the next: a core that is busy elsewhere, or late, delays nobody.
const TASK_VALUES: usize = 1 << 16;
/// Candidates beyond k that are computed exactly, so that rounding in single precision costs nobody their place.
const SPARE: usize = 16;

/// A query, checked and tied to one state of an index.
#[derive(Debug)]
pub struct Scan<'a> {
    pub metric: Metric,
    /// As many values as the index has dimensions.
    pub vector: &'a [f32],
    pub top_k: usize,
    /// The rows to look at; nothing stands for all.
    pub rows: Option<RoaringBitmap>,
}

impl Scan<'_> {
    /// The best matches, best first.
    pub fn run<'b>(&self, blocks: &'b Blocks) -> Vec<Ranked<'b>> {
        let scorer = Scorer::new(self.metric, self.vector);
        let dimensions = blocks.dimensions();
        let k = self.top_k.saturating_add(SPARE);
        let task = (TASK_VALUES / dimensions.max(1)).max(1);
        let best = match &self.rows {
            None => {
                let per_task = task.div_ceil(blocks.block_rows());
                in_parallel(blocks.len() * dimensions, blocks.as_slice(), per_task, k, |part, first, best| {
                    scorer.blocks(part, first * blocks.block_rows(), dimensions, best);
                })
            }
            Some(rows) => {
                let rows: Vec<u32> = rows.iter().collect();
                in_parallel(rows.len() * dimensions, &rows, task, k, |part, _, best| scorer.rows(part, blocks, best))
            }
        };
        let mut best = best.into_sorted();
        for ranked in &mut best {
            ranked.key = scorer.exact_key(ranked.values);
        }
        best.sort_unstable();
        best.truncate(self.top_k);
        best
    }
}

/// Ranks parts of `all`, given with the place of their first item, into what each thread has found, and merges that.
///
/// The calling thread begins at once, and those that come to help take what it has not taken yet: to wake one takes as long as
/// a small scan.
fn in_parallel<'a, 'b, T: Sync>(
    values: usize,
    all: &'a [T],
    per_task: usize,
    k: usize,
    rank: impl Fn(&'a [T], usize, &mut TopK<'b>) + Sync,
) -> TopK<'b> {
    if values < PARALLEL_VALUES {
        let mut best = TopK::new(k);
        rank(all, 0, &mut best);
        return best;
    }
    let next = AtomicUsize::new(0);
    let work = || {
        let mut best = TopK::new(k);
        loop {
            let begin = next.fetch_add(per_task, Ordering::Relaxed);
            let Some(rest) = all.get(begin..).filter(|rest| !rest.is_empty()) else { return best };
            rank(&rest[..per_task.min(rest.len())], begin, &mut best);
        }
    };
    let found = Mutex::new(Vec::new());
    let own = rayon::in_place_scope(|scope| {
        for _ in 1..rayon::current_num_threads() {
            scope.spawn(|_| {
                let best = work();
                found.lock().unwrap_or_else(PoisonError::into_inner).push(best);
            });
        }
        work()
    });
    found.into_inner().unwrap_or_else(PoisonError::into_inner).into_iter().fold(own, TopK::merge)
}

/// The score that an answer shows for a rank's key.
pub fn score(metric: Metric, key: f32) -> f32 {
    match metric {
        Metric::Cosine => 0.0 - key,
        Metric::Euclidean | Metric::DotProduct => key,
    }
}

/// One query's side of the metric.
#[derive(Debug)]
struct Scorer<'a> {
    metric: Metric,
    vector: &'a [f32],
    norm: f64,
    kernels: Kernels,
}

/// Norm products for which a float32 sum neither overflows (each partial sum is at most the product, by
/// Cauchy and Schwarz) nor loses what matters to underflow.
const SAFE: std::ops::Range<f64> = 1e-20..1e37;

impl<'a> Scorer<'a> {
    fn new(metric: Metric, vector: &'a [f32]) -> Self {
        Self { metric, vector, norm: kernels::norm(vector), kernels: Kernels::detect() }
    }

    /// Offers the rows of these blocks, of which the first row is number `first`.
    fn blocks<'b>(&self, blocks: &'b [Arc<Block>], first: usize, dimensions: usize, best: &mut TopK<'b>) {
        let mut begin = first;
        let mut group = Vec::with_capacity(kernels::ROWS);
        for block in blocks {
            // Each of the rows that go side by side comes from a quarter of the block of its own, so that every one of them is read
            // on from where the last ended: what memory a machine fetches unasked is what follows what was read.
            let quarter = block.len().div_ceil(kernels::ROWS);
            for row in 0..quarter {
                let places = (row..block.len()).step_by(quarter);
                let found = |at: usize| Some((u32::try_from(begin + at).ok()?, block.get(at, dimensions)?));
                group.extend(places.filter_map(found));
                self.offer(&group, best);
                group.clear();
            }
            begin += block.len();
        }
    }

    /// Offers these rows, side by side as those of a block: from quarters, of which each is read on from where it ended.
    fn rows<'b>(&self, rows: &[u32], blocks: &'b Blocks, best: &mut TopK<'b>) {
        let found = |number: &u32| Some((*number, blocks.get(*number)?));
        let quarter = rows.len().div_ceil(kernels::ROWS);
        let (mut group, mut next) = (Vec::with_capacity(kernels::ROWS), Vec::with_capacity(kernels::ROWS));
        for row in 0..quarter {
            next.extend(rows[row..].iter().step_by(quarter).filter_map(found));
            next.iter().for_each(|(_, row)| kernels::prefetch(row.values));
            self.offer(&group, best);
            group.clear();
            std::mem::swap(&mut group, &mut next);
        }
        self.offer(&group, best);
    }

    /// Up to four rows at once.
    fn offer<'b>(&self, group: &[(u32, Candidate<'b>)], best: &mut TopK<'b>) {
        let Some((_, first)) = group.first() else { return };
        let values = std::array::from_fn(|at| group.get(at).map_or(first.values, |(_, row)| row.values));
        let sums = match self.metric {
            Metric::Cosine | Metric::DotProduct => (self.kernels.dot)(self.vector, values),
            Metric::Euclidean => (self.kernels.squared_distance)(self.vector, values),
        };
        for (&(number, row), sum) in group.iter().zip(sums) {
            let key = self.key(&row, sum);
            if best.admits(key) {
                best.offer(Ranked { key, number, values: row.values, row: row.row });
            }
        }
    }

    /// Lower is better. Always finite, and never -0. From the kernel's sum where single precision is safe.
    fn key(&self, candidate: &Candidate<'_>, sum: f32) -> f32 {
        let norms = self.norm * candidate.norm;
        match self.metric {
            Metric::Cosine if SAFE.contains(&norms) => cosine_key(f64::from(sum), norms),
            Metric::DotProduct if SAFE.contains(&norms) => 0.0 - sum,
            Metric::Euclidean if SAFE.contains(&f64::from(sum)) => sum.sqrt(),
            Metric::Cosine | Metric::DotProduct | Metric::Euclidean => self.exact_key(candidate.values),
        }
    }

    /// The same in double precision: equal on every machine, and 1 for a vector's cosine with itself.
    fn exact_key(&self, values: &[f32]) -> f32 {
        match self.metric {
            Metric::Cosine => cosine_key(kernels::dot_exact(self.vector, values), self.norm * kernels::norm(values)),
            Metric::DotProduct => 0.0 - float(kernels::dot_exact(self.vector, values)),
            Metric::Euclidean => float(kernels::distance_exact(self.vector, values)),
        }
    }
}

fn cosine_key(dot: f64, norms: f64) -> f32 {
    // A vector without a direction is like no other, nor unlike.
    let cosine = if norms > 0.0 { dot / norms } else { 0.0 };
    0.0 - float(cosine.clamp(-1.0, 1.0))
}

/// The nearest finite float32.
fn float(value: f64) -> f32 {
    value.clamp(f64::from(f32::MIN), f64::from(f32::MAX)) as f32
}

#[cfg(test)]
mod tests;
