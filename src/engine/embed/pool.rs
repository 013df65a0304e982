//! From the hidden states of a text's tokens to its vector.

use crate::engine::backend::Pooling;
use crate::engine::kernels::l2_normalize;

/// `states` is `[tokens of all texts, width]`; writes one vector of length 1 per text to `vectors`.
pub fn pool(states: &[f32], texts: &[&[u32]], pooling: &[Pooling], vectors: &mut [f32]) {
    let Some(width) = vectors.len().checked_div(texts.len()) else { return };
    let mut start = 0;
    for ((text, pooling), vector) in texts.iter().zip(pooling).zip(vectors.chunks_exact_mut(width)) {
        let end = start + text.len() * width;
        let states = &states[start..end];
        match pooling {
            Pooling::Cls => vector.copy_from_slice(&states[..width]),
            Pooling::Mean => {
                vector.fill(0.0);
                for state in states.chunks_exact(width) {
                    vector.iter_mut().zip(state).for_each(|(sum, x)| *sum += x);
                }
                let factor = 1.0 / text.len() as f32;
                vector.iter_mut().for_each(|x| *x *= factor);
            }
        }
        l2_normalize(vector);
        start = end;
    }
}
