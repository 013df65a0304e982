//! The tokens of one window: the likeliest text, and one by lot where that goes wrong.

use rand::RngExt as _;
use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;

use super::beams;
use super::config::Tokens;
use super::decoder::{Decoder, Saying};
use super::words::Chosen;
use crate::engine::backend::Failure;
use crate::engine::queue::Check;

/// Temperatures that are tried in turn.
const TEMPERATURES: [f32; 3] = [0.0, 0.4, 0.8];

/// When a window counts as gone wrong.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Thresholds {
    /// A window whose odds of silence are greater, and whose text is unlikely, has no text.
    pub no_speech: f32,
    /// Text that compresses better repeats itself.
    pub compression: f32,
    /// Mean logarithm of the tokens' probabilities.
    pub log_probability: f32,
}

impl Default for Thresholds {
    /// Those of OpenAI's Whisper.
    fn default() -> Self {
        Self { no_speech: 0.6, compression: 2.4, log_probability: -1.0 }
    }
}

/// What a window said.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Text tokens, without the end.
    pub chosen: Vec<Chosen>,
    pub no_speech: f32,
    /// Over all tokens, the end included.
    pub mean_log_probability: f32,
    pub compression: f32,
    pub temperature: f32,
    /// Place of the first of `chosen` among what was said.
    pub first: usize,
}

/// What stands before a window's text, and how that is searched for.
pub struct Beginning<'a> {
    /// Text before the window, none or with its own token in front.
    pub prompt: &'a [u32],
    /// From the start token on.
    pub start: &'a [u32],
    /// Text that the window's begins with; counts as its own.
    pub prefix: &'a [u32],
    pub thresholds: &'a Thresholds,
    /// Texts that are followed at once; 1: the likeliest token, one after the other.
    pub beams: usize,
}

/// Odds of the languages and of silence, from the state after the start token alone.
pub fn odds(decoder: &mut Decoder, saying: &mut Saying, start: u32) -> Result<Vec<f32>, Failure> {
    decoder.rewind(saying, 0);
    let mut logits = decoder.say(saying, &[start], false)?;
    softmax(&mut logits, 1.0);
    decoder.rewind(saying, 0);
    Ok(logits)
}

/// Searches a window's text. `text` decodes tokens; `check` ends the work.
pub fn search(
    decoder: &mut Decoder,
    saying: &mut Saying,
    tokens: &Tokens,
    beginning: &Beginning<'_>,
    text: &dyn Fn(&[u32]) -> String,
    check: Check<'_>,
) -> Result<Found, Failure> {
    let thresholds = beginning.thresholds;
    decoder.rewind(saying, 0);
    let (start, rest) = beginning.start.split_first().ok_or_else(|| Failure::Backend("no start token".to_owned()))?;
    let first = [beginning.prompt, &[*start]].concat();
    let mut odds = decoder.say(saying, &first, false)?;
    softmax(&mut odds, 1.0);
    let no_speech = tokens.no_speech.and_then(|id| odds.get(id as usize)).copied().unwrap_or(0.0);
    let rest = [rest, beginning.prefix].concat();
    let logits = if rest.is_empty() { None } else { Some(decoder.say(saying, &rest, false)?) };
    let logits = match logits {
        Some(logits) => logits,
        None => {
            decoder.rewind(saying, first.len() - 1);
            decoder.say(saying, &first[first.len() - 1..], false)?
        }
    };
    let length = saying.length;
    let mut best: Option<Found> = None;
    for (attempt, temperature) in TEMPERATURES.into_iter().enumerate() {
        decoder.rewind(saying, length);
        let random = (attempt > 0).then(|| ChaCha8Rng::seed_from_u64(length as u64 * 31 + attempt as u64));
        let chosen = match random {
            None if beginning.beams > 1 => {
                let last = rest.last().copied().unwrap_or(*start);
                let most = (beginning.beams, most(decoder, saying));
                let ids = beams::likeliest(decoder, saying, tokens, last, most, check)?;
                beams::weighed(decoder, saying, tokens, logits.clone(), &ids)?
            }
            random => say_on(decoder, saying, tokens, logits.clone(), (temperature, random), check)?,
        };
        let prefix = beginning.prefix.iter().map(|id| Chosen { id: *id, log_probability: 0.0 });
        let all: Vec<Chosen> = prefix.chain(chosen.0).collect();
        let ids: Vec<u32> = all.iter().map(|token| token.id).collect();
        let compression = compression(&text(&ids));
        let found = Found {
            mean_log_probability: chosen.1 / (all.len() - beginning.prefix.len() + 1) as f32,
            chosen: all,
            no_speech,
            compression,
            temperature,
            first: length - beginning.prefix.len(),
        };
        let repeats = found.compression > thresholds.compression;
        let is_unlikely = found.mean_log_probability < thresholds.log_probability;
        let is_silent = no_speech > thresholds.no_speech && is_unlikely;
        let is_better = best.as_ref().is_none_or(|best| {
            best.compression > thresholds.compression && !repeats
                || (best.compression > thresholds.compression) == repeats
                    && found.mean_log_probability > best.mean_log_probability
        });
        if is_silent || !repeats && !is_unlikely {
            return Ok(found);
        }
        if is_better {
            best = Some(found);
        }
    }
    // What is in the decoder's cache is the last attempt's; the words' times want the best one's.
    let best = best.ok_or_else(|| Failure::Backend("no attempt".to_owned()))?;
    decoder.rewind(saying, length);
    let again: Vec<u32> = best.chosen.iter().skip(beginning.prefix.len()).map(|token| token.id).collect();
    if !again.is_empty() {
        decoder.say(saying, &again, false)?;
    }
    Ok(best)
}

type Lot = (f32, Option<ChaCha8Rng>);

/// The tokens until the end, and the sum of their logarithms, the end's included.
fn say_on(
    decoder: &mut Decoder,
    saying: &mut Saying,
    tokens: &Tokens,
    mut logits: Vec<f32>,
    (temperature, mut random): Lot,
    check: Check<'_>,
) -> Result<(Vec<Chosen>, f32), Failure> {
    let most = most(decoder, saying);
    let (mut chosen, mut sum) = (Vec::new(), 0.0);
    loop {
        check()?;
        forbid(&mut logits, tokens, chosen.is_empty());
        let id = match &mut random {
            None => greatest(&logits),
            Some(random) => by_lot(&logits, temperature, random.random()),
        };
        softmax(&mut logits, 1.0);
        let log_probability = logits[id].max(f32::MIN_POSITIVE).ln();
        sum += log_probability;
        let id = id as u32;
        if id == tokens.end || chosen.len() + 1 >= most {
            return Ok((chosen, sum));
        }
        chosen.push(Chosen { id, log_probability });
        logits = decoder.say(saying, &[id], false)?;
    }
}

/// Tokens that a window's text may have, its end counted.
fn most(decoder: &Decoder, saying: &Saying) -> usize {
    (decoder.context / 2).min(decoder.context - saying.length)
}

/// What is no text is not chosen, nor a blank first.
pub fn forbid(logits: &mut [f32], tokens: &Tokens, is_first: bool) {
    let first = if is_first { tokens.suppressed_first.as_slice() } else { &[] };
    for id in tokens.suppressed.iter().chain(first) {
        logits[*id as usize] = f32::NEG_INFINITY;
    }
}

fn greatest(logits: &[f32]) -> usize {
    let mut best = 0;
    for (id, logit) in logits.iter().enumerate() {
        // The first of equals.
        if *logit > logits[best] || logits[best].is_nan() {
            best = id;
        }
    }
    best
}

fn by_lot(logits: &[f32], temperature: f32, lot: f32) -> usize {
    let mut odds = logits.to_vec();
    softmax(&mut odds, temperature);
    let mut left = lot;
    let drawn = odds.iter().position(|odds| {
        left -= odds;
        left < 0.0
    });
    drawn.unwrap_or_else(|| greatest(logits))
}

pub fn softmax(logits: &mut [f32], temperature: f32) {
    let greatest = logits.iter().copied().fold(f32::MIN, f32::max);
    let mut sum = 0.0;
    for logit in &mut *logits {
        *logit = ((*logit - greatest) / temperature).exp();
        sum += *logit;
    }
    logits.iter_mut().for_each(|odds| *odds /= sum);
}

/// How much shorter a text gets without what it repeats, by zlib as OpenAI's Whisper has it.
fn compression(text: &str) -> f32 {
    let packed = miniz_oxide::deflate::compress_to_vec_zlib(text.as_bytes(), 6);
    text.len() as f32 / packed.len().max(1) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repetition_compresses_and_talk_does_not() {
        assert!(compression(&"and then he said ".repeat(20)) > 2.4);
        assert!(compression("The train to London was more than an hour late, so we walked.") < 1.2);
        assert_eq!(compression(""), 0.0);
    }

    #[test]
    fn lots_fall_by_their_odds() {
        let logits = [0.0, 2.0, f32::NEG_INFINITY, 1.0];
        assert_eq!(greatest(&logits), 1);
        let count =
            |temperature| (0..1000).filter(|lot| by_lot(&logits, temperature, *lot as f32 / 1000.0) == 1).count();
        assert!(count(0.1) > 990 && (600..720).contains(&count(1.0)));
        assert!((0..1000).all(|lot| by_lot(&logits, 5.0, lot as f32 / 1000.0) != 2));
    }
}
