//! A decoder's attention: one position's queries over the keys and values that its sequence has left in a cache.

use super::isa::{Isa, Kernel};
use super::math::{exp, tanh};
use super::simd::{MAX_LANES, Simd};

/// Vectors that are summed side by side: independent chains hide the latency of an addition.
const CHAINS: usize = 4;

/// Positions that a cache has room for at first; it doubles when they are full. Reserving the whole window instead
/// would make eight slots of the bundled model cost 84 MB resident, for the allocator's pages are huge.
const FIRST_ROOM: usize = 256;

/// The heads of one attention, and what they do with a score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Attention {
    /// Query heads; a multiple of `kv`.
    pub query: usize,
    /// Key-value heads.
    pub kv: usize,
    /// Width of each.
    pub size: usize,
    /// A score is `query . key` times this.
    pub scale: f32,
    /// Then `cap * tanh(score / cap)`.
    pub cap: Option<f32>,
    /// Positions that a query sees, its own included; at least 1.
    pub window: usize,
}

/// Keys and values of one sequence in one layer.
#[derive(Debug)]
pub struct KvCache {
    isa: Isa,
    heads: Attention,
    /// Positions that it may grow to, in whole vectors.
    context: usize,
    /// Positions that it has room for, in whole vectors.
    room: usize,
    /// Width of a row of `values`: whole vectors.
    padded: usize,
    /// By head, then by blocks of as many positions as a vector has lanes: `size` vectors with one lane per position,
    /// so that a block's scores are a chain of vector operations without a reduction.
    keys: Vec<f32>,
    /// By head, then by position: `padded` numbers.
    values: Vec<f32>,
}

impl KvCache {
    /// Empty; holds up to `context` positions.
    pub fn new(isa: Isa, heads: Attention, context: usize) -> Self {
        let context = context.next_multiple_of(isa.lanes());
        let padded = heads.size.next_multiple_of(isa.lanes());
        Self { isa, heads, context, room: 0, padded, keys: Vec::new(), values: Vec::new() }
    }

    fn grow(&mut self, position: usize) {
        let room = (position + 1).next_power_of_two().max(FIRST_ROOM).min(self.context);
        let Attention { kv, size, .. } = self.heads;
        self.keys = with_more_room(&self.keys, kv, self.room * size, room * size);
        self.values = with_more_room(&self.values, kv, self.room * self.padded, room * self.padded);
        self.room = room;
    }

    /// Keeps the key and the value (`kv * size` numbers each) of a position.
    pub fn write(&mut self, position: usize, key: &[f32], value: &[f32]) {
        let (size, lanes) = (self.heads.size, self.isa.lanes());
        assert!(position < self.context);
        if position >= self.room {
            self.grow(position);
        }
        for (head, (key, value)) in key.chunks_exact(size).zip(value.chunks_exact(size)).enumerate() {
            let at = head * self.room * size + position / lanes * lanes * size;
            for (block, key) in self.keys[at..at + lanes * size].chunks_exact_mut(lanes).zip(key) {
                block[position % lanes] = *key;
            }
            let at = (head * self.room + position) * self.padded;
            self.values[at..at + size].copy_from_slice(value);
        }
    }

    /// Attention of one position's queries (`query * size` numbers) over the first `length` positions, as far back as
    /// the window goes.
    /// `output` is as wide; `scores` is kept by the caller, so that nothing is allocated.
    pub fn attend(&self, queries: &[f32], length: usize, scores: &mut Vec<f32>, output: &mut [f32]) {
        assert!(length > 0 && length <= self.room && queries.len() == output.len());
        self.isa.run(Attend { cache: self, queries, length, scores, output });
    }
}

/// The same heads with more room behind each.
fn with_more_room(old: &[f32], heads: usize, had: usize, has: usize) -> Vec<f32> {
    let mut new = vec![0.0; heads * has];
    if had > 0 {
        for (new, old) in new.chunks_exact_mut(has).zip(old.chunks_exact(had)) {
            new[..had].copy_from_slice(old);
        }
    }
    new
}

struct Attend<'a> {
    cache: &'a KvCache,
    queries: &'a [f32],
    length: usize,
    scores: &'a mut Vec<f32>,
    output: &'a mut [f32],
}

impl Kernel for Attend<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let Self { cache, queries, length, scores, output } = self;
        let KvCache { heads: Attention { query, kv, size, scale, cap, window }, room, padded, .. } = *cache;
        let start = length - length.min(window);
        // Scores are computed in whole vectors, from the one that the first position is in.
        let first = start / S::LANES * S::LANES;
        scores.resize((length - first).next_multiple_of(S::LANES), 0.0);
        let heads = queries.chunks_exact(size).zip(output.chunks_exact_mut(size));
        for (head, (query_head, output)) in heads.enumerate() {
            let kv_head = head * kv / query;
            let keys = &cache.keys[kv_head * room * size + first * size..(kv_head + 1) * room * size];
            let values = &cache.values[kv_head * room * padded..][start * padded..length * padded];
            score(simd, query_head, keys, scale, scores);
            if let Some(cap) = cap {
                soften(simd, scores, cap);
            }
            let seen = start - first..length - first;
            let factor = exponentials(simd, scores, seen.clone());
            weigh(simd, &scores[seen], values, padded, factor, output);
        }
    }
}

/// `query . key * scale` for whole blocks of positions.
#[inline(always)]
fn score<S: Simd>(simd: S, query: &[f32], keys: &[f32], scale: f32, scores: &mut [f32]) {
    let scale = simd.splat(scale);
    let block = query.len() * S::LANES;
    let mut keys = keys;
    let mut rest = scores;
    while !rest.is_empty() {
        let chains = if rest.len() >= CHAINS * S::LANES { CHAINS } else { 1 };
        let mut sums = [simd.splat(0.0); CHAINS];
        for (k, q) in query.iter().enumerate() {
            let q = simd.splat(*q);
            for (chain, sum) in sums.iter_mut().enumerate().take(chains) {
                *sum = simd.mul_add(q, simd.load(&keys[chain * block + k * S::LANES..]), *sum);
            }
        }
        let (scores, behind) = rest.split_at_mut(chains * S::LANES);
        for (scores, sum) in scores.chunks_exact_mut(S::LANES).zip(sums) {
            simd.store(scores, simd.mul(sum, scale));
        }
        rest = behind;
        keys = &keys[chains * block..];
    }
}

/// Replaces each score by `cap * tanh(score / cap)`.
#[inline(always)]
fn soften<S: Simd>(simd: S, scores: &mut [f32], cap: f32) {
    let (cap, inverse) = (simd.splat(cap), simd.splat(1.0 / cap));
    for vector in scores.chunks_exact_mut(S::LANES) {
        let softened = simd.mul(cap, tanh(simd, simd.mul(simd.load(vector), inverse)));
        simd.store(vector, softened);
    }
}

/// Replaces the `seen` scores by `e^(score - greatest)`, the others by 0, and gives 1 / their sum.
#[inline(always)]
fn exponentials<S: Simd>(simd: S, scores: &mut [f32], seen: std::ops::Range<usize>) -> f32 {
    // What is around the seen ones is from other sequences, or out of the window.
    scores[..seen.start].fill(f32::NEG_INFINITY);
    scores[seen.end..].fill(f32::NEG_INFINITY);
    let mut greatest = simd.splat(f32::NEG_INFINITY);
    for vector in scores.chunks_exact(S::LANES) {
        greatest = simd.max(greatest, simd.load(vector));
    }
    let greatest = simd.splat(simd.greatest(greatest));
    let mut sum = simd.splat(0.0);
    for vector in scores.chunks_exact_mut(S::LANES) {
        let e = exp(simd, simd.sub(simd.load(vector), greatest));
        simd.store(vector, e);
    }
    // `exp` gives a little more than 0 for what is not there.
    scores[..seen.start].fill(0.0);
    scores[seen.end..].fill(0.0);
    for vector in scores.chunks_exact(S::LANES) {
        sum = simd.add(sum, simd.load(vector));
    }
    1.0 / simd.sum(sum)
}

/// `factor` times the sum of the values, each by its weight.
#[inline(always)]
fn weigh<S: Simd>(simd: S, weights: &[f32], values: &[f32], padded: usize, factor: f32, output: &mut [f32]) {
    for (part, output) in output.chunks_mut(S::LANES).enumerate() {
        let mut sums = [simd.splat(0.0); CHAINS];
        let (fours, rest) = weights.as_chunks::<CHAINS>();
        let mut rows = values.chunks_exact(padded);
        let mut add = |sums: &mut [S::Vector; CHAINS], weights: &[f32]| {
            for ((sum, weight), row) in sums.iter_mut().zip(weights).zip(&mut rows) {
                *sum = simd.mul_add(simd.splat(*weight), simd.load(&row[part * S::LANES..]), *sum);
            }
        };
        for weights in fours {
            add(&mut sums, weights);
        }
        add(&mut sums, rest);
        let [a, b, c, d] = sums;
        let sum = simd.add(simd.add(a, b), simd.add(c, d));
        let mut lanes = [0.0; MAX_LANES];
        simd.store(&mut lanes, simd.mul(sum, simd.splat(factor)));
        output.copy_from_slice(&lanes[..output.len()]);
    }
}
