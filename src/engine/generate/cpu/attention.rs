//! Keys and values of one layer, and attention over them.

use super::isa::{Isa, LANES, dispatch};
use super::pointwise::{exp, sum};

/// The heads of one attention.
#[derive(Debug, Clone, Copy)]
pub struct Heads {
    /// Query heads; a multiple of `kv`.
    pub query: usize,
    /// Key-value heads.
    pub kv: usize,
    /// Width of each.
    pub dim: usize,
}

impl Heads {
    /// Width of a value row in the cache: whole vectors.
    fn padded(&self) -> usize {
        self.dim.next_multiple_of(LANES)
    }
}

/// Keys and values of one sequence in one layer, allocated once; pages that are never written cost no memory.
#[derive(Debug)]
pub struct KvCache {
    heads: Heads,
    context: usize,
    /// By head, then by blocks of [`LANES`] positions: `dim` vectors with one lane per position, so that a score for
    /// `LANES` positions is a chain of vector operations without a reduction.
    keys: Vec<f32>,
    /// By head, then by position: `padded` values.
    values: Vec<f32>,
}

impl KvCache {
    /// Room for `context` positions.
    pub fn new(heads: Heads, context: usize) -> Self {
        let context = context.next_multiple_of(LANES);
        Self {
            heads,
            context,
            keys: vec![0.0; heads.kv * context * heads.dim],
            values: vec![0.0; heads.kv * context * heads.padded()],
        }
    }

    /// Keeps the key and value heads (`kv * dim` numbers each) of a position.
    pub fn write(&mut self, position: usize, key: &[f32], value: &[f32]) {
        let Heads { dim, .. } = self.heads;
        let (block, lane) = (position / LANES, position % LANES);
        for (head, (key, value)) in key.chunks_exact(dim).zip(value.chunks_exact(dim)).enumerate() {
            let at = (head * self.context / LANES + block) * dim * LANES;
            for (lanes, key) in self.keys[at..][..dim * LANES].chunks_exact_mut(LANES).zip(key) {
                lanes[lane] = *key;
            }
            let at = (head * self.context + position) * self.heads.padded();
            self.values[at..][..dim].copy_from_slice(value);
        }
    }
}

dispatch! {
    /// Attention of one position's query heads (`query * dim` numbers) over the first `length` positions of `cache`.
    /// `out` is as wide as `query`; `scores` is kept by the caller, so that nothing is allocated.
    pub fn attend = attend_body(query: &[f32], cache: &KvCache, length: usize, scores: &mut Vec<f32>, out: &mut [f32])
}

#[inline(always)]
fn attend_body<I: Isa>(query: &[f32], cache: &KvCache, length: usize, scores: &mut Vec<f32>, out: &mut [f32]) {
    let Heads { query: heads, kv, dim } = cache.heads;
    let padded = cache.heads.padded();
    let scale = 1.0 / (dim as f32).sqrt();
    scores.resize(length.next_multiple_of(LANES), 0.0);
    for (head, (query, out)) in query.chunks_exact(dim).zip(out.chunks_exact_mut(dim)).enumerate() {
        let kv_head = head * kv / heads;
        let keys = &cache.keys[kv_head * cache.context * dim..][..cache.context * dim];
        let values = &cache.values[kv_head * cache.context * padded..][..length * padded];
        score::<I>(query, keys, scale, scores);
        scores[length..].fill(f32::NEG_INFINITY);
        let total = exponentials::<I>(scores);
        weigh::<I>(&scores[..length], values, padded, 1.0 / total, out);
    }
}

/// `scores[t] = scale * query . key[t]`, for whole blocks.
#[inline(always)]
fn score<I: Isa>(query: &[f32], keys: &[f32], scale: f32, scores: &mut [f32]) {
    let (scores, _) = scores.as_chunks_mut::<LANES>();
    let (keys, _) = keys.as_chunks::<LANES>();
    // Four blocks at a time: independent chains hide the latency of an addition.
    let (fours, rest) = scores.as_chunks_mut::<4>();
    let (first, last) = keys.split_at(fours.len() * 4 * query.len());
    for (scores, keys) in fours.iter_mut().zip(first.chunks_exact(4 * query.len())) {
        score_blocks::<I, 4>(query, keys, scale, scores);
    }
    for (scores, keys) in rest.iter_mut().zip(last.chunks_exact(query.len())) {
        score_blocks::<I, 1>(query, keys, scale, std::array::from_mut(scores));
    }
}

#[inline(always)]
fn score_blocks<I: Isa, const B: usize>(
    query: &[f32],
    keys: &[[f32; LANES]],
    scale: f32,
    scores: &mut [[f32; LANES]; B],
) {
    let mut sums = [[0.0f32; LANES]; B];
    assert!(keys.len() >= B * query.len());
    for (d, q) in query.iter().enumerate() {
        for (b, sums) in sums.iter_mut().enumerate() {
            let keys = &keys[b * query.len() + d];
            for (sum, key) in sums.iter_mut().zip(keys) {
                *sum = I::mul_add(*q, *key, *sum);
            }
        }
    }
    for (scores, sums) in scores.iter_mut().zip(&sums) {
        for (score, sum) in scores.iter_mut().zip(sums) {
            *score = sum * scale;
        }
    }
}

/// `scores = e^(scores - max)`; their sum.
#[inline(always)]
fn exponentials<I: Isa>(scores: &mut [f32]) -> f32 {
    let (scores, _) = scores.as_chunks_mut::<LANES>();
    let mut tops = [f32::NEG_INFINITY; LANES];
    for scores in scores.iter() {
        for (top, score) in tops.iter_mut().zip(scores) {
            *top = if *score > *top { *score } else { *top };
        }
    }
    let top = tops.into_iter().fold(f32::NEG_INFINITY, f32::max);
    let mut sums = [0.0; LANES];
    for scores in scores.iter_mut() {
        for (sum, score) in sums.iter_mut().zip(scores) {
            *score = exp::<I>(*score - top);
            *sum += *score;
        }
    }
    sum(&sums)
}

/// `out = scale * sum over t of weights[t] * values[t]`.
#[inline(always)]
fn weigh<I: Isa>(weights: &[f32], values: &[f32], padded: usize, scale: f32, out: &mut [f32]) {
    /// Chains over the positions, interleaved to hide the latency of an addition.
    const CHAINS: usize = 4;
    for (part, out) in out.chunks_mut(LANES).enumerate() {
        let mut sums = [[0.0f32; LANES]; CHAINS];
        let (fours, rest) = weights.as_chunks::<CHAINS>();
        let mut rows = values.chunks_exact(padded);
        for weights in fours {
            for (sums, weight) in sums.iter_mut().zip(weights) {
                accumulate::<I>(sums, *weight, rows.next(), part);
            }
        }
        for (sums, weight) in sums.iter_mut().zip(rest) {
            accumulate::<I>(sums, *weight, rows.next(), part);
        }
        let [a, b, c, d] = sums;
        for (lane, out) in out.iter_mut().enumerate() {
            *out = ((a[lane] + b[lane]) + (c[lane] + d[lane])) * scale;
        }
    }
}

#[inline(always)]
fn accumulate<I: Isa>(sums: &mut [f32; LANES], weight: f32, row: Option<&[f32]>, part: usize) {
    if let Some(values) = row.and_then(|row| row[part * LANES..].first_chunk::<LANES>()) {
        for (sum, value) in sums.iter_mut().zip(values) {
            *sum = I::mul_add(weight, *value, *sum);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attention_is_softmax_over_the_positions() {
        let shapes = [(1, 1, 2, 1), (4, 2, 8, 17), (6, 3, 32, 100), (2, 1, 24, 64)];
        let levels = super::super::Level::all().into_iter();
        for (level, (query, kv, dim, length)) in levels.flat_map(|level| shapes.map(|shape| (level, shape))) {
            let heads = Heads { query, kv, dim };
            let mut cache = KvCache::new(heads, 128);
            let number = |a: usize, b: usize| ((a * 31 + b * 17) as f32 * 0.37).sin();
            let row = |seed, position, width| (0..width).map(|i| number(position + seed, i)).collect::<Vec<_>>();
            // What lies behind `length` must not matter.
            for position in 0..128 {
                let fill = |row: Vec<f32>| if position < length { row } else { vec![f32::NAN; row.len()] };
                cache.write(position, &fill(row(1, position, kv * dim)), &fill(row(2, position, kv * dim)));
            }
            let q = row(3, 0, query * dim);
            let mut out = vec![0.0; q.len()];
            attend(level, &q, &cache, length, &mut Vec::new(), &mut out);
            for head in 0..query {
                let at = head * kv / query * dim;
                let weights: Vec<f64> = (0..length)
                    .map(|t| {
                        let key = row(1, t, kv * dim);
                        let dot: f64 = (0..dim).map(|d| f64::from(q[head * dim + d] * key[at + d])).sum();
                        (dot / (dim as f64).sqrt()).exp()
                    })
                    .collect();
                let total: f64 = weights.iter().sum();
                for d in 0..dim {
                    let mean: f64 = (0..length).map(|t| weights[t] * f64::from(row(2, t, kv * dim)[at + d])).sum();
                    assert!((mean / total - f64::from(out[head * dim + d])).abs() < 1e-5, "{heads:?} {length}");
                }
            }
        }
    }
}
