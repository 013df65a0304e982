//! A decoder's attention: queries over the keys and values that their sequence has left in a cache. All queries that
//! share a key-value head, of several heads and positions, are multiplied with it together.

use std::cell::RefCell;
use std::ops::Range;

use super::isa::{Isa, Kernel};
use super::math::{exp, tanh};
use super::shared::Shared;
use super::simd::{MAX_ROWS, Simd};
use super::threads;
use super::tile::{Sums, store, tiles};

/// Positions whose queries are one piece of work: enough that keys and values, once in the cache, serve many.
const TILE: usize = 16;

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
#[derive(Debug, Clone)]
pub struct KvCache {
    isa: Isa,
    heads: Attention,
    /// Positions that it may grow to, in whole vectors.
    context: usize,
    /// Positions that it has room for, in whole vectors.
    room: usize,
    /// Width of a row of `values`: whole panels.
    padded: usize,
    /// By head, then by panels of as many positions as two vectors have lanes: `size` times two vectors with one lane
    /// per position.
    keys: Vec<f32>,
    /// By head, then by position: `padded` numbers.
    values: Vec<f32>,
}

/// The queries of positions that follow each other.
#[derive(Debug, Clone, Copy)]
pub struct Queries<'a> {
    /// Row by row, the queries first: `query * size` numbers.
    pub rows: &'a [f32],
    /// Width of a row.
    pub stride: usize,
    /// Position of the first row.
    pub position: usize,
    /// How many rows.
    pub count: usize,
}

impl KvCache {
    /// Empty; holds up to `context` positions.
    pub fn new(isa: Isa, heads: Attention, context: usize) -> Self {
        let panel = 2 * isa.lanes();
        let (context, padded) = (context.next_multiple_of(panel), heads.size.next_multiple_of(panel));
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
        let (size, panel) = (self.heads.size, 2 * self.isa.lanes());
        assert!(position < self.context);
        if position >= self.room {
            self.grow(position);
        }
        for (head, (key, value)) in key.chunks_exact(size).zip(value.chunks_exact(size)).enumerate() {
            let at = head * self.room * size + position / panel * panel * size + position % panel;
            for (place, key) in self.keys[at..].iter_mut().step_by(panel).zip(key) {
                *place = *key;
            }
            let at = (head * self.room + position) * self.padded;
            self.values[at..at + size].copy_from_slice(value);
        }
    }
}

/// Attention of each position's queries over the positions up to its own in its cache, as far back as the window goes.
/// The caches are of one layer; `output` has `query * size` numbers for each position of each of `asked`. Spread over the
/// threads.
pub fn attend_cached(asked: &[(&KvCache, Queries<'_>)], output: &mut [f32]) {
    let Some((KvCache { isa, heads, .. }, _)) = asked.first() else { return };
    let Attention { query, kv, size, .. } = *heads;
    let positions: usize = asked.iter().map(|(_, queries)| queries.count).sum();
    assert_eq!(output.len(), positions * query * size);
    let output = Shared::new(output);
    let blocks = |queries: &Queries<'_>| queries.count.div_ceil(TILE);
    let pieces = asked.iter().map(|(_, queries)| kv * blocks(queries)).sum();
    threads::each(pieces, |mut piece| {
        let mut first = 0;
        for (cache, queries) in asked {
            let blocks = blocks(queries);
            if piece < kv * blocks {
                let (head, block) = (piece % kv, piece / kv);
                let positions = block * TILE..queries.count.min((block + 1) * TILE);
                return SCORES.with_borrow_mut(|room| {
                    isa.run(Attend { cache, queries: *queries, head, positions, room, first, output });
                });
            }
            piece -= kv * blocks;
            first += queries.count;
        }
    });
}

thread_local! {
    /// The queries of a tile, and their scores.
    static SCORES: RefCell<[Vec<f32>; 2]> = const { RefCell::new([Vec::new(), Vec::new()]) };
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

/// The queries of some positions over one key-value head.
struct Attend<'a> {
    cache: &'a KvCache,
    queries: Queries<'a>,
    head: usize,
    /// Less the first row's.
    positions: Range<usize>,
    room: &'a mut [Vec<f32>; 2],
    /// Row of the output that belongs to the first row.
    first: usize,
    output: Shared<'a, f32>,
}

impl Kernel for Attend<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let Self { cache, queries, head, positions, room: [asked, scores], first: first_row, output } = self;
        let KvCache { heads: Attention { query, kv, size, scale, cap, window }, room, padded, .. } = *cache;
        let (panel, sharing) = (2 * S::LANES, query / kv);
        assert!(positions.end <= queries.count && queries.position + queries.count <= room);
        let keys = &cache.keys[head * room * size..(head + 1) * room * size];
        let values = &cache.values[head * room * padded..(head + 1) * room * padded];
        let mut sums = Sums::default();
        for (start, count) in tiles(positions.start * sharing, positions.end * sharing, S::ROWS) {
            // A row is a position and one of the heads that share the keys.
            let place = |row: usize| ((start + row) / sharing, head * sharing + (start + row) % sharing);
            let seen = |row: usize| {
                let length = queries.position + place(row).0 + 1;
                length - length.min(window)..length
            };
            let begin = seen(0).start;
            let first = begin / panel * panel;
            let end = seen(count - 1).end;
            let stride = end.next_multiple_of(panel) - first;
            asked.resize(S::ROWS * size, 0.0);
            scores.resize(S::ROWS * stride, 0.0);
            for (row, to) in asked.chunks_exact_mut(size).enumerate().take(count) {
                let (position, head) = place(row);
                to.copy_from_slice(&queries.rows[position * queries.stride + head * size..][..size]);
            }
            for at in (0..stride).step_by(panel) {
                let keys = &keys[(first + at) * size..][..panel * size];
                // SAFETY: a panel has `size` steps.
                unsafe { sums.multiply(simd, count, asked, size, keys.as_ptr(), panel, size) };
                sums.scale(simd, count, &[scale; MAX_ROWS]);
                for (row, sums) in sums.rows::<S>(count).enumerate() {
                    scores[row * stride + at..][..panel].copy_from_slice(sums);
                }
            }
            let mut factors = [0.0; MAX_ROWS];
            for (row, scores) in scores.chunks_exact_mut(stride).enumerate().take(count) {
                if let Some(cap) = cap {
                    soften(simd, scores, cap);
                }
                let seen = seen(row).start - first..seen(row).end - first;
                factors[row] = exponentials(simd, scores, seen);
            }
            for column in (0..padded).step_by(panel) {
                let values = &values[begin * padded..end * padded];
                // SAFETY: the slice has a row of `padded` numbers for each of the steps, two vectors of them from
                // `column` on.
                unsafe {
                    let from = values.as_ptr().add(column);
                    sums.multiply(simd, count, &scores[begin - first..], stride, from, padded, end - begin);
                }
                sums.scale(simd, count, &factors);
                let valid = panel.min(size - column);
                for (row, sums) in sums.rows::<S>(count).enumerate() {
                    let (position, head) = place(row);
                    // SAFETY: no other piece has this position and head.
                    unsafe {
                        store(
                            simd,
                            sums,
                            output.at(((first_row + position) * query + head) * size + column, valid),
                            valid,
                        )
                    };
                }
            }
        }
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

/// Replaces the `seen` scores by `e^(score - greatest)`, the others by 0, and gives 1 / their sum. Where a row begins
/// and ends within `scores` changes no bit: vectors without a seen score are not looked at.
#[inline(always)]
fn exponentials<S: Simd>(simd: S, scores: &mut [f32], seen: Range<usize>) -> f32 {
    let whole = seen.start / S::LANES * S::LANES..seen.end.next_multiple_of(S::LANES);
    // What is around the seen ones is from other sequences, out of the window, or yet to come.
    scores[..seen.start].fill(f32::NEG_INFINITY);
    scores[seen.end..].fill(f32::NEG_INFINITY);
    let mut greatest = simd.splat(f32::NEG_INFINITY);
    for vector in scores[whole.clone()].chunks_exact(S::LANES) {
        greatest = simd.max(greatest, simd.load(vector));
    }
    let greatest = simd.splat(simd.greatest(greatest));
    let mut sum = simd.splat(0.0);
    for vector in scores[whole.clone()].chunks_exact_mut(S::LANES) {
        let e = exp(simd, simd.sub(simd.load(vector), greatest));
        simd.store(vector, e);
    }
    // `exp` gives a little more than 0 for what is not there.
    scores[..seen.start].fill(0.0);
    scores[seen.end..].fill(0.0);
    for vector in scores[whole].chunks_exact(S::LANES) {
        sum = simd.add(sum, simd.load(vector));
    }
    1.0 / simd.sum(sum)
}
