//! Attention of one whole sequence, head by head, straight from the rows of the fused QKV product.

use std::ops::Range;

use super::isa::{Isa, Kernel};
use super::math::exp;
use super::shared::Shared;
use super::simd::{MAX_ROWS, Simd};
use super::threads;
use super::tile::{Sums, store, tiles};

/// Less work than this many multiplications is not worth handing to another thread.
const WORTH_SHARING: usize = 1 << 16;

/// The shape of an attention, and which keys a query sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sight {
    /// Query heads; a multiple of `kv_heads`.
    pub heads: usize,
    pub kv_heads: usize,
    /// Width of one head.
    pub size: usize,
    /// Nothing behind the query is seen.
    pub is_causal: bool,
    /// How many tokens to each side are seen; all if none.
    pub reach: Option<usize>,
}

impl Sight {
    /// Every query sees every key, and every head has its own.
    pub fn all(heads: usize, size: usize) -> Self {
        Self { heads, kv_heads: heads, size, is_causal: false, reach: None }
    }

    /// Numbers of one token in the QKV product.
    pub fn stride(&self) -> usize {
        (self.heads + 2 * self.kv_heads) * self.size
    }

    /// The keys that the query of token `at` sees.
    pub fn keys(&self, at: usize, tokens: usize) -> Range<usize> {
        let reach = self.reach.unwrap_or(tokens);
        let end = if self.is_causal { at + 1 } else { tokens.min(at.saturating_add(reach).saturating_add(1)) };
        at.saturating_sub(reach)..end
    }
}

/// `qkv` is `[tokens, sight.stride()]`: all queries, then all keys, then all values of a token, each head by head.
/// The queries are already divided by `sqrt(size)`. `output` is `[tokens, heads * size]`. Inside
/// [`threads::install`] the heads are spread over threads.
pub fn attend(isa: Isa, qkv: &[f32], sight: &Sight, output: &mut [f32]) {
    let width = sight.heads * sight.size;
    let tokens = output.len().checked_div(width).unwrap_or(0);
    assert!(output.len() == tokens * width && qkv.len() == tokens * sight.stride());
    assert!(sight.kv_heads > 0 && sight.heads.is_multiple_of(sight.kv_heads));
    let pieces = match tokens * tokens * width {
        work if work < WORTH_SHARING => 1,
        _ => sight.heads.min(2 * threads::count()),
    };
    let output = Shared::new(output);
    threads::each(pieces, |piece| {
        let heads = piece * sight.heads / pieces..(piece + 1) * sight.heads / pieces;
        isa.run(Heads { qkv, tokens, sight: *sight, heads, output });
    });
}

/// Some heads of one sequence.
struct Heads<'a> {
    qkv: &'a [f32],
    tokens: usize,
    sight: Sight,
    heads: Range<usize>,
    output: Shared<'a, f32>,
}

impl Kernel for Heads<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let Self { qkv, tokens, sight, heads, output } = self;
        let Sight { size, kv_heads, .. } = sight;
        let (width, stride, group) = (sight.heads * size, sight.stride(), sight.heads / kv_heads);
        let panel = 2 * S::LANES;
        let (padded_tokens, padded_size) = (tokens.next_multiple_of(panel), size.next_multiple_of(panel));
        // Keys as panels of tokens, values as panels of the head's dimensions; what is past the last stays 0.
        let mut keys = vec![0.0; padded_tokens * size];
        let mut values = vec![0.0; padded_size * tokens];
        let mut weights = vec![0.0; MAX_ROWS * padded_tokens];
        let mut sums = Sums::default();
        let mut packed = None;
        for head in heads {
            let shared = head / group;
            if packed != Some(shared) {
                packed = Some(shared);
                for token in 0..tokens {
                    let at = token * stride + width + shared * size;
                    let key = &qkv[at..at + size];
                    let start = token / panel * panel * size + token % panel;
                    for (k, value) in key.iter().enumerate() {
                        keys[start + k * panel] = *value;
                    }
                    let value = &qkv[at + kv_heads * size..at + kv_heads * size + size];
                    for (index, part) in value.chunks(panel).enumerate() {
                        let start = (index * tokens + token) * panel;
                        values[start..start + part.len()].copy_from_slice(part);
                    }
                }
            }
            for (row, count) in tiles(0, tokens, S::ROWS) {
                let queries = &qkv[row * stride + head * size..];
                // What any of the tile's rows sees, from the start of a panel.
                let first = sight.keys(row, tokens).start / panel * panel;
                let last = sight.keys(row + count - 1, tokens).end;
                let (seen, padded) = (last - first, (last - first).next_multiple_of(panel));
                for start in (0..padded).step_by(panel) {
                    let b = keys[(first + start) * size..(first + start + panel) * size].as_ptr();
                    // SAFETY: that is `size` steps of a panel.
                    unsafe { sums.multiply(simd, count, queries, stride, b, panel, size) };
                    for (r, sum) in sums.rows::<S>(count).enumerate() {
                        weights[r * padded + start..][..panel].copy_from_slice(sum);
                    }
                }
                let mut factors = [0.0; MAX_ROWS];
                for (r, scores) in weights.chunks_exact_mut(padded).take(count).enumerate() {
                    let own = sight.keys(row + r, tokens);
                    factors[r] = softmax(simd, scores, own.start - first..own.end - first);
                }
                for start in (0..padded_size).step_by(panel) {
                    let valid = panel.min(size - start);
                    let b = values[start * tokens + first * panel..][..seen * panel].as_ptr();
                    // SAFETY: that is `seen` steps of a panel.
                    unsafe { sums.multiply(simd, count, &weights, padded, b, panel, seen) };
                    sums.scale(simd, count, &factors);
                    for (r, sum) in sums.rows::<S>(count).enumerate() {
                        let at = (row + r) * width + head * size + start;
                        // SAFETY: each head has its own columns of the output, each piece of an `attend` its own heads.
                        unsafe { store(simd, sum, output.at(at, valid), valid) };
                    }
                }
            }
        }
    }
}

/// Replaces the scores of the keys that are seen by `e^(score - greatest)`, all others by 0, and gives 1 / their sum.
#[inline(always)]
fn softmax<S: Simd>(simd: S, scores: &mut [f32], seen: Range<usize>) -> f32 {
    scores[..seen.start].fill(f32::NEG_INFINITY);
    scores[seen.end..].fill(f32::NEG_INFINITY);
    let padded = scores.len();
    let mut greatest = simd.load(scores);
    for at in (S::LANES..padded).step_by(S::LANES) {
        greatest = simd.max(greatest, simd.load(&scores[at..]));
    }
    let greatest = simd.splat(simd.greatest(greatest));
    let mut sum = simd.splat(0.0);
    for at in (0..padded).step_by(S::LANES) {
        let e = exp(simd, simd.sub(simd.load(&scores[at..]), greatest));
        simd.store(&mut scores[at..], e);
        // `exp` gives a little more than 0 for what is not seen: below half a unit in the last place of a sum of 1 and more.
        sum = simd.add(sum, e);
    }
    scores[..seen.start].fill(0.0);
    scores[seen.end..].fill(0.0);
    1.0 / simd.sum(sum)
}
