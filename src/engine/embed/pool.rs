//! From the hidden states of a text's tokens to its vector.

use super::head::Head;
use crate::engine::backend::{Pooling, TokenRow};

/// `states` is `[tokens of all texts, width]` with its width; writes one row per text to `vectors`.
pub fn pool(
    (states, width): (&[f32], usize),
    texts: &[TokenRow<'_>],
    pooling: &[Pooling],
    head: &Head,
    vectors: &mut [f32],
) {
    let Some(dimensions) = vectors.len().checked_div(texts.len()) else { return };
    let mut pooled = vec![0.0; width];
    let mut start = 0;
    for ((text, pooling), vector) in texts.iter().zip(pooling).zip(vectors.chunks_exact_mut(dimensions.max(1))) {
        let end = start + text.ids.len() * width;
        let states = &states[start..end];
        match pooling {
            Pooling::Cls => pooled.copy_from_slice(&states[..width]),
            Pooling::Last => pooled.copy_from_slice(&states[states.len() - width..]),
            Pooling::Mean => {
                pooled.fill(0.0);
                for state in states.chunks_exact(width) {
                    pooled.iter_mut().zip(state).for_each(|(sum, x)| *sum += x);
                }
                let factor = 1.0 / text.ids.len() as f32;
                pooled.iter_mut().for_each(|x| *x *= factor);
            }
        }
        head.apply(&pooled, vector);
        start = end;
    }
}
