//! The likeliest text of a window, several beams at once: the likeliest token one after the other is often not where it leads.

use super::config::Tokens;
use super::decoder::{Decoder, Said, Saying};
use super::search::{forbid, softmax};
use super::words::Chosen;
use crate::engine::backend::Failure;
use crate::engine::queue::Check;
use crate::engine::search::{self, Generation, Steps, Stopping};

/// Beams over what a window's encoder heard.
struct Beams<'a> {
    decoder: &'a mut Decoder,
    saying: &'a Saying,
    tokens: &'a Tokens,
    said: Vec<Said>,
    position: usize,
}

impl Steps for Beams<'_> {
    fn vocabulary(&self) -> usize {
        self.decoder.vocabulary
    }

    fn step(&mut self, tokens: &[u32], parents: &[usize]) -> Result<Vec<f32>, Failure> {
        let is_first = self.said.is_empty();
        self.said = match is_first {
            true => vec![self.decoder.fork(self.saying)],
            false => search::follow(std::mem::take(&mut self.said), parents),
        };
        let mut logits = self.decoder.say_each(self.saying, &mut self.said, self.position, tokens)?;
        self.position += 1;
        for logits in logits.chunks_exact_mut(self.decoder.vocabulary) {
            forbid(logits, self.tokens, is_first);
        }
        Ok(logits)
    }
}

/// What follows `last`, the latest token of `saying`, by so many `beams`: at most `most` tokens, the end counted. Texts of
/// different lengths are compared by their mean logarithm, as OpenAI's Whisper and `transformers` do.
pub fn likeliest(
    decoder: &mut Decoder,
    saying: &Saying,
    tokens: &Tokens,
    last: u32,
    (beams, most): (usize, usize),
    check: Check<'_>,
) -> Result<Vec<u32>, Failure> {
    let options = Generation {
        start: last,
        beams,
        max_length: most,
        min_length: 0,
        no_repeat: 0,
        length_penalty: 1.0,
        early_stopping: Stopping::Heuristic,
        forced_bos: None,
        forced_eos: None,
    };
    let position = saying.length - 1;
    let mut target = Beams { decoder, saying, tokens, said: Vec::new(), position };
    search::search(&mut target, &options, tokens.end, None, most, check)
}

/// Puts `ids` behind what `saying` has, whose next token has `logits`: each with its logarithm, and the sum of all, that of
/// the end included.
pub fn weighed(
    decoder: &mut Decoder,
    saying: &mut Saying,
    tokens: &Tokens,
    logits: Vec<f32>,
    ids: &[u32],
) -> Result<(Vec<Chosen>, f32), Failure> {
    let mut rows = logits;
    if !ids.is_empty() {
        rows.extend(decoder.say(saying, ids, true)?);
    }
    let odds = rows.chunks_exact_mut(decoder.vocabulary).zip(ids.iter().chain([&tokens.end])).enumerate();
    let mut all: Vec<Chosen> = odds
        .map(|(place, (row, id))| {
            forbid(row, tokens, place == 0);
            softmax(row, 1.0);
            Chosen { id: *id, log_probability: row[*id as usize].max(f32::MIN_POSITIVE).ln() }
        })
        .collect();
    let sum = all.iter().map(|token| token.log_probability).sum();
    all.pop();
    Ok((all, sum))
}
