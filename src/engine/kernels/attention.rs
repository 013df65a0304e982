//! Bidirectional attention of one sequence, head by head, straight from the rows of the fused QKV product.

use super::isa::{Isa, Kernel};
use super::math::exp;
use super::shared::Shared;
use super::simd::{MAX_ROWS, Simd};
use super::threads;
use super::tile::{Sums, store, tiles};

/// Less work than this many multiplications is not worth handing to another thread.
const WORTH_SHARING: usize = 1 << 16;

/// `qkv` is `[tokens, 3 * heads * size]`: all queries, then all keys, then all values of a token, each head by head.
/// The queries are already divided by `sqrt(size)`. `output` is `[tokens, heads * size]`. Inside
/// [`threads::install`] the heads are spread over threads.
pub fn attend(isa: Isa, qkv: &[f32], heads: usize, size: usize, output: &mut [f32]) {
    let width = heads * size;
    let tokens = output.len().checked_div(width).unwrap_or(0);
    assert!(output.len() == tokens * width && qkv.len() == 3 * output.len());
    let pieces = match tokens * tokens * width {
        work if work < WORTH_SHARING => 1,
        _ => heads.min(2 * threads::count()),
    };
    let output = Shared::new(output);
    threads::each(pieces, |piece| {
        let heads = piece * heads / pieces..(piece + 1) * heads / pieces;
        isa.run(Heads { qkv, tokens, width, size, heads, output });
    });
}

/// Some heads of one sequence.
struct Heads<'a> {
    qkv: &'a [f32],
    tokens: usize,
    width: usize,
    size: usize,
    heads: std::ops::Range<usize>,
    output: Shared<'a>,
}

impl Kernel for Heads<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let Self { qkv, tokens, width, size, heads, output } = self;
        let panel = 2 * S::LANES;
        let (padded_tokens, padded_size) = (tokens.next_multiple_of(panel), size.next_multiple_of(panel));
        // Keys as panels of tokens, values as panels of the head's dimensions; what is past the last stays 0.
        let mut keys = vec![0.0; padded_tokens * size];
        let mut values = vec![0.0; padded_size * tokens];
        let mut weights = vec![0.0; MAX_ROWS * padded_tokens];
        let mut sums = Sums::default();
        for head in heads {
            for token in 0..tokens {
                let at = token * 3 * width + width + head * size;
                let key = &qkv[at..at + size];
                let start = token / panel * panel * size + token % panel;
                for (k, value) in key.iter().enumerate() {
                    keys[start + k * panel] = *value;
                }
                let value = &qkv[at + width..at + width + size];
                for (index, part) in value.chunks(panel).enumerate() {
                    let start = (index * tokens + token) * panel;
                    values[start..start + part.len()].copy_from_slice(part);
                }
            }
            for (row, count) in tiles(0, tokens, S::ROWS) {
                let queries = &qkv[row * 3 * width + head * size..];
                for start in (0..padded_tokens).step_by(panel) {
                    let b = keys[start * size..(start + panel) * size].as_ptr();
                    // SAFETY: that is `size` steps of a panel.
                    unsafe { sums.multiply(simd, count, queries, 3 * width, b, panel, size) };
                    for (r, sum) in sums.rows::<S>(count).enumerate() {
                        weights[r * padded_tokens + start..][..panel].copy_from_slice(sum);
                    }
                }
                let mut factors = [0.0; MAX_ROWS];
                for (factor, scores) in factors.iter_mut().zip(weights.chunks_exact_mut(padded_tokens)).take(count) {
                    *factor = softmax(simd, scores, tokens);
                }
                for start in (0..padded_size).step_by(panel) {
                    let valid = panel.min(size - start);
                    let b = values[start * tokens..(start + panel) * tokens].as_ptr();
                    // SAFETY: that is `tokens` steps of a panel.
                    unsafe { sums.multiply(simd, count, &weights, padded_tokens, b, panel, tokens) };
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

/// Replaces the first `tokens` scores by `e^(score - greatest)` and gives 1 / their sum. The scores past `tokens`
/// are neither seen nor used.
#[inline(always)]
fn softmax<S: Simd>(simd: S, scores: &mut [f32], tokens: usize) -> f32 {
    scores[tokens..].fill(f32::NEG_INFINITY);
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
        // `exp` gives a little more than 0 for the padding, which must not count.
        let counted = if at + S::LANES <= tokens { e } else { without_tail(simd, e, tokens.saturating_sub(at)) };
        sum = simd.add(sum, counted);
    }
    1.0 / simd.sum(sum)
}

#[inline(always)]
fn without_tail<S: Simd>(simd: S, vector: S::Vector, keep: usize) -> S::Vector {
    let mut lanes = simd.lanes(vector);
    lanes[keep..].fill(0.0);
    simd.load(&lanes)
}
