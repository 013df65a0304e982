//! From logits to the next token.

use std::cmp::Ordering;
use std::collections::hash_map::RandomState;
use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, Hasher};

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::engine::backend::Failure;

/// Below this a temperature means "take the likeliest token", as in vLLM.
const GREEDY_BELOW: f32 = 1e-5;

/// Candidates this far below the best one (after the temperature) are dropped: together they weigh less than 1e-7
/// even in a vocabulary of a million.
const NEGLIGIBLE: f32 = -30.0;

/// Logits that are looked at together.
const BLOCK: usize = 64;

/// How the next token is chosen. The order is vLLM's: penalties, temperature, `top_k`, `top_p`, draw.
///
/// The default is greedy and without penalties.
#[derive(Debug, Clone, PartialEq)]
pub struct Sampling {
    /// 0 takes the likeliest token; otherwise logits are divided by it. Default 0.
    pub temperature: f32,
    /// The smallest set of likeliest tokens whose probabilities reach this sum; 1 and more: all, 0: the likeliest.
    /// Default 1.
    pub top_p: f32,
    /// The `k` likeliest tokens; `None` and 0: all. Default `None`.
    pub top_k: Option<usize>,
    /// The same seed, prompt and settings give the same tokens, alone or in a batch. `None` draws a seed.
    pub seed: Option<u64>,
    /// Over prompt and output, as in Transformers: the logit of a token that occurred is divided by this if positive
    /// and multiplied if negative. 1 (the default) is neutral, and so are 0 and less, which would mean infinity.
    pub repetition_penalty: f32,
    /// Over the output, as in OpenAI's API: subtracted once per occurrence. Default 0.
    pub frequency_penalty: f32,
    /// Over the output, as in OpenAI's API: subtracted once if the token occurred. Default 0.
    pub presence_penalty: f32,
    /// Added to the logits of these tokens; those of other vocabularies are ignored. Default none.
    pub logit_bias: Vec<(u32, f32)>,
}

impl Default for Sampling {
    fn default() -> Self {
        Self {
            temperature: 0.0,
            top_p: 1.0,
            top_k: None,
            seed: None,
            repetition_penalty: 1.0,
            frequency_penalty: 0.0,
            presence_penalty: 0.0,
            logit_bias: Vec::new(),
        }
    }
}

impl Sampling {
    fn repeats(&self) -> bool {
        self.repetition_penalty.is_finite() && self.repetition_penalty > 0.0 && self.repetition_penalty != 1.0
    }

    fn counts(&self) -> bool {
        self.frequency_penalty != 0.0 || self.presence_penalty != 0.0
    }
}

/// One request's choices: its settings, its random stream and what it has said so far.
#[derive(Debug)]
pub struct Sampler {
    sampling: Sampling,
    random: ChaCha8Rng,
    /// Tokens of prompt and output, kept only if the repetition penalty needs them.
    seen: HashSet<u32>,
    /// Output tokens and how often, kept only if a penalty needs them.
    said: HashMap<u32, u32>,
    candidates: Vec<(u32, f32)>,
}

impl Sampler {
    pub fn new(sampling: Sampling, prompt: &[u32]) -> Self {
        let seed = sampling.seed.unwrap_or_else(|| RandomState::new().build_hasher().finish());
        let seen = if sampling.repeats() { prompt.iter().copied().collect() } else { HashSet::new() };
        Self { random: ChaCha8Rng::seed_from_u64(seed), seen, said: HashMap::new(), candidates: Vec::new(), sampling }
    }

    /// The next token. `logits` has one entry per token of the vocabulary and is used up. A NaN is never chosen.
    pub fn next(&mut self, logits: &mut [f32]) -> Result<u32, Failure> {
        self.penalize(logits);
        let (best, top) = likeliest(logits)
            .ok_or_else(|| Failure::Backend("the decoder gave no finite logit: are its weights damaged?".to_owned()))?;
        let token =
            if self.sampling.temperature > GREEDY_BELOW { self.draw(logits, top).unwrap_or(best) } else { best };
        if self.sampling.repeats() {
            self.seen.insert(token);
        }
        if self.sampling.counts() {
            *self.said.entry(token).or_default() += 1;
        }
        Ok(token)
    }

    fn penalize(&self, logits: &mut [f32]) {
        for (token, bias) in &self.sampling.logit_bias {
            if let Some(logit) = logits.get_mut(*token as usize) {
                *logit += bias;
            }
        }
        let Sampling { repetition_penalty, frequency_penalty, presence_penalty, .. } = self.sampling;
        for token in &self.seen {
            if let Some(logit) = logits.get_mut(*token as usize) {
                *logit = if *logit > 0.0 { *logit / repetition_penalty } else { *logit * repetition_penalty };
            }
        }
        for (token, count) in &self.said {
            if let Some(logit) = logits.get_mut(*token as usize) {
                *logit -= frequency_penalty * *count as f32 + presence_penalty;
            }
        }
    }

    fn draw(&mut self, logits: &[f32], top: f32) -> Option<u32> {
        let temperature = self.sampling.temperature;
        let candidates = &mut self.candidates;
        candidates.clear();
        // Nearly all are out at first sight, and so is NaN; the few at the edge are looked at again below.
        let floor = top + NEGLIGIBLE * temperature * 1.001 - top.abs() * 1e-6;
        candidates.extend(
            (0u32..)
                .zip(logits)
                .filter(|(_, logit)| **logit >= floor)
                .map(|(token, logit)| (token, (logit.min(f32::MAX) - top) / temperature))
                .filter(|(_, scaled)| *scaled >= NEGLIGIBLE),
        );
        if let Some(k) = self.sampling.top_k.filter(|k| *k > 0 && *k < candidates.len()) {
            candidates.select_nth_unstable_by(k - 1, by_rank);
            candidates.truncate(k);
            // In the vocabulary's order again: the draw below must not depend on how the selection shuffles.
            candidates.sort_unstable_by_key(|(token, _)| *token);
        }
        let mut total = 0.0;
        for (_, weight) in candidates.iter_mut() {
            *weight = weight.exp();
            total += f64::from(*weight);
        }
        if self.sampling.top_p < 1.0 {
            total = nucleus(candidates, total, f64::from(self.sampling.top_p.max(0.0)));
        }
        let mut left = uniform(&mut self.random) * total;
        for (token, weight) in candidates.iter() {
            left -= f64::from(*weight);
            if left < 0.0 {
                return Some(*token);
            }
        }
        candidates.last().map(|(token, _)| *token)
    }
}

/// Keeps the smallest set of the heaviest candidates that reaches `top_p` of `total`; its weight.
fn nucleus(candidates: &mut Vec<(u32, f32)>, total: f64, top_p: f64) -> f64 {
    // What weighs less than an even share of the remainder cannot belong to the set: this leaves little to sort.
    let share = (1.0 - top_p) * total / candidates.len().max(1) as f64;
    let heaviest = candidates.iter().copied().min_by(by_rank);
    candidates.retain(|(_, weight)| f64::from(*weight) >= share);
    candidates.sort_unstable_by(by_rank);
    let (mut sum, mut kept) = (0.0, 0);
    for (_, weight) in candidates.iter() {
        if kept > 0 && sum >= top_p * total {
            break;
        }
        sum += f64::from(*weight);
        kept += 1;
    }
    candidates.truncate(kept);
    if candidates.is_empty() {
        // All candidates equal and rounding against them.
        candidates.extend(heaviest);
        sum = heaviest.map_or(0.0, |(_, weight)| f64::from(weight));
    }
    sum
}

/// Heavier first; of equals the lower token, so that the order is the same everywhere.
fn by_rank(a: &(u32, f32), b: &(u32, f32)) -> Ordering {
    b.1.total_cmp(&a.1).then(a.0.cmp(&b.0))
}

/// The first of the largest logits, never a NaN; infinity counts as the largest number.
fn likeliest(logits: &[f32]) -> Option<(u32, f32)> {
    let mut best: Option<(u32, f32)> = None;
    // Most blocks hold nothing better, which vectors see at once; a comparison with NaN is false.
    for (block, logits) in (0u32..).zip(logits.chunks(BLOCK)) {
        let top = best.map_or(f32::NEG_INFINITY, |(_, top)| top);
        if logits.iter().fold(f32::NEG_INFINITY, |most, logit| if *logit > most { *logit } else { most }) <= top {
            continue;
        }
        for (token, logit) in (block * BLOCK as u32..).zip(logits) {
            // `f32::min` would turn a NaN into the largest number.
            let logit = if *logit > f32::MAX { f32::MAX } else { *logit };
            if logit > best.map_or(f32::NEG_INFINITY, |(_, top)| top) {
                best = Some((token, logit));
            }
        }
    }
    best
}

/// In `[0, 1)`, from 53 bits of the stream.
fn uniform(random: &mut ChaCha8Rng) -> f64 {
    (random.next_u64() >> 11) as f64 / (1u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOGITS: [f32; 5] = [0.0, 2.0, 1.0, -1.0, f32::NEG_INFINITY];

    fn shares(sampling: Sampling, draws: usize) -> [f64; 5] {
        let mut sampler = Sampler::new(Sampling { seed: Some(7), ..sampling }, &[]);
        let mut counts = [0.0; 5];
        for _ in 0..draws {
            counts[sampler.next(&mut LOGITS.clone()).unwrap() as usize] += 1.0 / draws as f64;
        }
        counts
    }

    fn softmax(temperature: f64, keep: &[usize]) -> [f64; 5] {
        let mut shares = [0.0; 5];
        for token in keep {
            shares[*token] = (f64::from(LOGITS[*token]) / temperature).exp();
        }
        let total: f64 = shares.iter().sum();
        shares.map(|share| share / total)
    }

    fn assert_close(actual: [f64; 5], expected: [f64; 5]) {
        // Five standard errors of 20,000 draws.
        assert!(actual.iter().zip(expected).all(|(a, b)| (a - b).abs() < 0.018), "{actual:?} is not {expected:?}");
    }

    #[test]
    fn draws_follow_the_distribution() {
        let hot = |temperature| Sampling { temperature, ..Sampling::default() };
        assert_close(shares(hot(1.0), 20_000), softmax(1.0, &[0, 1, 2, 3]));
        assert_close(shares(hot(5.0), 20_000), softmax(5.0, &[0, 1, 2, 3]));
        let top_k = Sampling { top_k: Some(2), ..hot(1.0) };
        assert_close(shares(top_k, 20_000), softmax(1.0, &[1, 2]));
        // Probabilities 0.64, 0.24, 0.09, 0.03: 0.7 needs two, 0.63 one.
        let top_p = |top_p| Sampling { top_p, ..hot(1.0) };
        assert_close(shares(top_p(0.7), 20_000), softmax(1.0, &[1, 2]));
        assert_close(shares(top_p(0.63), 1000), [0.0, 1.0, 0.0, 0.0, 0.0]);
        assert_close(shares(top_p(0.0), 1000), [0.0, 1.0, 0.0, 0.0, 0.0]);
    }

    #[test]
    fn equal_tokens_survive_top_p() {
        let mut sampler = Sampler::new(Sampling { temperature: 1.0, top_p: 1e-9, ..Sampling::default() }, &[]);
        assert_eq!(sampler.next(&mut [1.0; 7]).unwrap(), 0);
    }

    #[test]
    fn a_seed_repeats() {
        let run = |seed| {
            let sampling = Sampling { temperature: 2.0, seed: Some(seed), ..Sampling::default() };
            let mut sampler = Sampler::new(sampling, &[]);
            (0..50).map(|_| sampler.next(&mut LOGITS.clone()).unwrap()).collect::<Vec<_>>()
        };
        assert_eq!(run(1), run(1));
        assert_ne!(run(1), run(2));
    }

    #[test]
    fn greedy_takes_the_first_best_and_never_a_nan() {
        let mut sampler = Sampler::new(Sampling::default(), &[]);
        assert_eq!(sampler.next(&mut [f32::NAN, 1.0, 3.0, 3.0]).unwrap(), 2);
        assert_eq!(sampler.next(&mut [0.0, f32::INFINITY]).unwrap(), 1);
        assert!(sampler.next(&mut [f32::NAN, f32::NEG_INFINITY]).is_err());
        assert!(sampler.next(&mut []).is_err());
        let mut hot = Sampler::new(Sampling { temperature: 1.0, ..Sampling::default() }, &[]);
        for _ in 0..100 {
            assert_ne!(hot.next(&mut [0.0, f32::NAN, 0.5]).unwrap(), 1);
        }
        assert_eq!(hot.next(&mut [0.0, f32::INFINITY]).unwrap(), 1);
    }

    #[test]
    fn odd_settings_are_survived() {
        for odd in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, -1.0] {
            let sampling = Sampling {
                temperature: odd,
                top_p: odd,
                top_k: Some(usize::MAX),
                seed: None,
                repetition_penalty: odd,
                frequency_penalty: 0.0,
                presence_penalty: 0.0,
                logit_bias: vec![(u32::MAX, odd)],
            };
            let mut sampler = Sampler::new(sampling, &[1]);
            for _ in 0..3 {
                assert!(sampler.next(&mut LOGITS.clone()).unwrap() < 4);
            }
        }
    }

    #[test]
    fn penalties_count_what_they_should() {
        // Repetition: prompt and output, division and multiplication.
        let mut logits = [2.0, -1.0, 1.0];
        let sampling = Sampling { repetition_penalty: 2.0, ..Sampling::default() };
        Sampler::new(sampling, &[0, 1]).penalize(&mut logits);
        assert_eq!(logits, [1.0, -2.0, 1.0]);
        // Frequency and presence: output only.
        let sampling = Sampling { frequency_penalty: 0.5, presence_penalty: 0.25, ..Sampling::default() };
        let mut sampler = Sampler::new(sampling, &[0, 1]);
        let mut picked = Vec::new();
        for _ in 0..3 {
            picked.push(sampler.next(&mut [1.0, 0.9, 0.0]).unwrap());
        }
        assert_eq!(picked, [0, 1, 0]);
        let mut logits = [0.0; 3];
        sampler.penalize(&mut logits);
        assert_eq!(logits, [-1.25, -0.75, 0.0]);
        // A bias comes before them, and its token need not exist.
        let sampling = Sampling { logit_bias: vec![(1, 100.0), (9, 1.0)], ..Sampling::default() };
        assert_eq!(Sampler::new(sampling, &[]).next(&mut [0.0, -50.0, 3.0]).unwrap(), 1);
    }
}
