//! How likely tokens were, by the model alone: before any temperature, penalty, bias or grammar, as vLLM tells it.

use std::cmp::Ordering;

use super::vocabulary::Vocabulary;

/// What stands for a probability of zero, which has no logarithm that JSON can write.
const LEAST: f32 = -9999.0;

/// One token of an output.
#[derive(Debug, Clone, PartialEq)]
pub struct TokenLogprob {
    /// What it stands for; a character may be spread over several tokens.
    pub bytes: Vec<u8>,
    /// Natural logarithm of its probability.
    pub logprob: f32,
    /// The likeliest tokens in its place, likeliest first.
    pub top: Vec<(Vec<u8>, f32)>,
}

/// The logits of one step, kept before they are used up.
#[derive(Debug)]
pub struct Snapshot {
    /// `log(sum(exp(logits)))`.
    normalizer: f64,
    logits: Vec<f32>,
}

impl Snapshot {
    pub fn new(logits: &[f32]) -> Self {
        let finite = |logit: &&f32| !logit.is_nan() && **logit > f32::NEG_INFINITY;
        let most = logits.iter().filter(finite).copied().fold(f32::MIN, f32::max);
        let sum: f64 = logits.iter().filter(finite).map(|logit| f64::from(logit - most).exp()).sum();
        Self { normalizer: f64::from(most) + sum.ln(), logits: logits.to_vec() }
    }

    /// What is told of `token`, with the `top` likeliest.
    pub fn tell(&self, token: u32, top: usize, vocabulary: &Vocabulary) -> TokenLogprob {
        let mut best: Vec<u32> = (0u32..).take(if top == 0 { 0 } else { self.logits.len() }).collect();
        let order = |a: &u32, b: &u32| -> Ordering { self.of(*b).total_cmp(&self.of(*a)).then(a.cmp(b)) };
        if top > 0 && top < best.len() {
            best.select_nth_unstable_by(top - 1, order);
            best.truncate(top);
        }
        best.sort_unstable_by(order);
        let named = |token: u32| vocabulary.name(token);
        TokenLogprob {
            bytes: named(token),
            logprob: self.of(token),
            top: best.into_iter().map(|token| (named(token), self.of(token))).collect(),
        }
    }

    fn of(&self, token: u32) -> f32 {
        let logit = self.logits.get(token as usize).copied().filter(|logit| !logit.is_nan()).unwrap_or(LEAST);
        ((f64::from(logit) - self.normalizer) as f32).max(LEAST)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::engine::scripted::byte_tokenizer;

    #[test]
    fn probabilities_sum_to_one_and_ranks_are_right() {
        let vocabulary = Vocabulary::new(Arc::new(byte_tokenizer().unwrap()), vec![256], 257);
        let mut logits = vec![f32::NEG_INFINITY; 257];
        (logits[65], logits[66], logits[67], logits[68]) = (1.0, 3.0, 2.0, f32::NAN);
        let told = Snapshot::new(&logits).tell(65, 3, &vocabulary);
        assert_eq!(told.bytes, b"A");
        let sum: f32 = told.top.iter().map(|(_, logprob)| logprob.exp()).sum();
        assert!((sum - 1.0).abs() < 1e-6, "{sum}");
        assert_eq!(told.top.iter().map(|(bytes, _)| bytes[0]).collect::<Vec<_>>(), b"BCA");
        assert_eq!(told.top[2].1, told.logprob);
        let least = Snapshot::new(&logits).tell(68, 0, &vocabulary);
        assert_eq!((least.logprob, least.top.len()), (LEAST, 0));
    }
}
