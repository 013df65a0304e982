//! The exact scan: namespace and filter first, then the metric, then the k best.

pub mod kernels;
mod topk;

use std::num::NonZero;
use std::sync::Arc;
use std::thread;

use super::blocks::{Block, Blocks, Candidate};
use super::config::Metric;
use super::filter::Compiled;
use kernels::Kernels;
pub use topk::Ranked;
use topk::TopK;

/// Values (rows times dimensions) from which a scan uses more than one thread: 8 MB take longer than a thread's start.
const PARALLEL_VALUES: usize = 2 << 20;

/// A query, checked and tied to one state of an index.
#[derive(Debug)]
pub struct Scan<'a> {
    pub metric: Metric,
    /// As many values as the index has dimensions.
    pub vector: &'a [f32],
    pub top_k: usize,
    /// Number of the namespace; nothing for all vectors.
    pub namespace: Option<u32>,
    pub filter: Option<Compiled<'a>>,
}

impl Scan<'_> {
    /// The best matches, best first.
    pub fn run<'b>(&self, blocks: &'b Blocks) -> Vec<Ranked<'b>> {
        let scorer = Scorer::new(self.metric, self.vector);
        let scan = |part: &'b [Arc<Block>]| self.part(&scorer, part, blocks.dimensions());
        let all = blocks.as_slice();
        let threads = match blocks.len().saturating_mul(blocks.dimensions()) {
            0..PARALLEL_VALUES => 1,
            _ => thread::available_parallelism().map_or(1, NonZero::get),
        };
        let size = all.len().div_ceil(threads).max(1);
        let mut parts = all.chunks(size);
        let own = parts.next().unwrap_or_default();
        thread::scope(|scope| {
            // A thread that the machine refuses is no reason to fail: its part is scanned here.
            let helpers: Vec<_> =
                parts.map(|part| (part, thread::Builder::new().spawn_scoped(scope, move || scan(part)))).collect();
            let mut best = scan(own);
            for (part, helper) in helpers {
                best.merge(helper.ok().and_then(|helper| helper.join().ok()).unwrap_or_else(|| scan(part)));
            }
            let mut best = best.into_sorted();
            // What is answered is computed once more: so few rows cost nothing.
            for ranked in &mut best {
                ranked.key = scorer.exact_key(ranked.values);
            }
            best.sort_unstable();
            best
        })
    }

    fn part<'b>(&self, scorer: &Scorer<'_>, blocks: &'b [Arc<Block>], dimensions: usize) -> TopK<'b> {
        let mut best = TopK::new(self.top_k);
        for candidate in blocks.iter().flat_map(|block| block.candidates(dimensions)) {
            let in_namespace = self.namespace.is_none_or(|namespace| namespace == candidate.namespace);
            if in_namespace && self.filter.as_ref().is_none_or(|filter| filter.matches(&candidate.row.entries)) {
                best.offer(Ranked { key: scorer.key(&candidate), values: candidate.values, row: candidate.row });
            }
        }
        best
    }
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

    /// Lower is better. Always finite, and never -0. In single precision where that is safe.
    fn key(&self, candidate: &Candidate<'_>) -> f32 {
        let norms = self.norm * candidate.norm;
        match self.metric {
            Metric::Cosine if SAFE.contains(&norms) => {
                let dot = f64::from((self.kernels.dot)(self.vector, candidate.values));
                cosine_key(dot, norms)
            }
            Metric::DotProduct if SAFE.contains(&norms) => 0.0 - (self.kernels.dot)(self.vector, candidate.values),
            Metric::Euclidean => {
                let squared = (self.kernels.squared_distance)(self.vector, candidate.values);
                if SAFE.contains(&f64::from(squared)) { squared.sqrt() } else { self.exact_key(candidate.values) }
            }
            Metric::Cosine | Metric::DotProduct => self.exact_key(candidate.values),
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
