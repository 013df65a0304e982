//! When each word was said: the cross-attention follows the speech, and the cheapest way through it, from the first word and
//! the first moment to the last of both, gives every token its time (dynamic time warping, as OpenAI's Whisper does it).

use tokenizers::Tokenizer;

use super::decoder::{Decoder, Saying};
use crate::engine::backend::Failure;

/// Seconds of a state of the encoder.
pub const STATE: f32 = 0.02;
/// States over which the median is taken.
const SMOOTH: usize = 7;

/// A word and its seconds, from the window's start.
#[derive(Debug, Clone, PartialEq)]
pub struct Word {
    /// With the blank before it.
    pub text: String,
    pub start: f32,
    pub end: f32,
    /// Geometric mean of its tokens'.
    pub probability: f32,
}

/// A text token that was chosen, and how likely it was.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Chosen {
    pub id: u32,
    pub log_probability: f32,
}

/// The words of `chosen` with their times. `first` is the place of the first of them among what was said, `states` how many
/// states hold sound.
pub fn timed(
    decoder: &Decoder,
    saying: &Saying,
    heads: &[[usize; 2]],
    (first, states): (usize, usize),
    chosen: &[Chosen],
    tokenizer: &Tokenizer,
    by_letter: bool,
) -> Result<Vec<Word>, Failure> {
    let words = split(chosen, tokenizer, by_letter);
    let rows = (chosen.len() + 1).min(saying.length + 1 - first);
    if words.is_empty() || rows < chosen.len() || states == 0 {
        return Ok(Vec::new());
    }
    // A token is chosen while the one before it is looked at.
    let mut costs = vec![0.0; rows * states];
    for head in heads {
        let weights = decoder.attention(saying, *head, states)?;
        add_costs(&weights, states, &mut costs, first - 1, 1.0 / heads.len() as f32);
    }
    let starts = warp(&costs, states);
    let at = |token: usize| match starts.get(token) {
        Some(state) => *state as f32 * STATE,
        None => states as f32 * STATE,
    };
    let mut token = 0;
    let timed = words.into_iter().map(|(text, count, log_probability)| {
        let (start, end) = (at(token), at(token + count));
        token += count;
        Word { text, start, end, probability: (log_probability / count as f32).exp() }
    });
    Ok(timed.collect())
}

/// Subtracts, for the rows from `first` on, what each token's weights stand out from those of all tokens, smoothed over time.
fn add_costs(weights: &[f32], states: usize, costs: &mut [f32], first: usize, part: f32) {
    let tokens = weights.len() / states;
    let rows = costs.len() / states;
    let mut means = vec![(0.0_f32, 0.0_f32); states];
    for (state, (mean, deviation)) in means.iter_mut().enumerate() {
        let column = || (0..tokens).map(|token| weights[token * states + state]);
        *mean = column().sum::<f32>() / tokens as f32;
        *deviation = (column().map(|x| (x - *mean).powi(2)).sum::<f32>() / tokens as f32).sqrt().max(1e-8);
    }
    let mut row = vec![0.0; states];
    let mut window = [0.0; SMOOTH];
    for index in 0..rows.min(tokens - first) {
        let weights = &weights[(first + index) * states..][..states];
        for ((x, weight), (mean, deviation)) in row.iter_mut().zip(weights).zip(&means) {
            *x = (weight - mean) / deviation;
        }
        for (state, cost) in costs[index * states..][..states].iter_mut().enumerate() {
            for (tap, place) in window.iter_mut().enumerate() {
                // Mirrored at both ends.
                let at = (state + tap).abs_diff(SMOOTH / 2);
                *place = row[if at < states { at } else { (2 * states - 2).saturating_sub(at) }];
            }
            window.sort_unstable_by(f32::total_cmp);
            *cost -= window[SMOOTH / 2] * part;
        }
    }
}

/// For each row the first column on the cheapest way through `costs`, one step right, down or both at a time.
fn warp(costs: &[f32], columns: usize) -> Vec<usize> {
    let rows = costs.len() / columns;
    let mut sums = vec![f32::INFINITY; columns];
    // 0: from both, 1: from above, 2: from the left.
    let mut came = vec![0_u8; costs.len()];
    for row in 0..rows {
        let mut diagonal = if row == 0 { 0.0 } else { f32::INFINITY };
        let mut left = f32::INFINITY;
        for column in 0..columns {
            let above = sums[column];
            let (best, from) = match () {
                () if diagonal <= above && diagonal <= left => (diagonal, 0),
                () if above <= left => (above, 1),
                () => (left, 2),
            };
            left = best + costs[row * columns + column];
            came[row * columns + column] = from;
            (diagonal, sums[column]) = (above, left);
        }
    }
    let mut starts = vec![0; rows];
    let (mut row, mut column) = (rows - 1, columns - 1);
    loop {
        starts[row] = column;
        match came[row * columns + column] {
            0 if row > 0 && column > 0 => (row, column) = (row - 1, column - 1),
            1 if row > 0 => row -= 1,
            2 if column > 0 => column -= 1,
            _ => return starts,
        }
    }
}

/// Words with the number of their tokens and the sum of their logarithms. A word begins with a blank, or, in languages without
/// blanks, with every letter; punctuation belongs to the word before it.
fn split(chosen: &[Chosen], tokenizer: &Tokenizer, by_letter: bool) -> Vec<(String, usize, f32)> {
    let mut words: Vec<(String, usize, f32)> = Vec::new();
    let mut ids = Vec::new();
    let mut sum = 0.0;
    for token in chosen {
        ids.push(token.id);
        sum += token.log_probability;
        let piece = tokenizer.decode(&ids, false).unwrap_or_default();
        // A letter may be of several tokens, and a blank may stand alone before its word.
        if (piece.ends_with('\u{fffd}') || piece.trim().is_empty()) && ids.len() < 8 {
            continue;
        }
        let is_mark =
            piece.trim().chars().all(|letter| letter.is_ascii_punctuation() || "、。，！？：”’）」".contains(letter));
        let begins = by_letter || piece.starts_with(' ');
        match words.last_mut() {
            Some(word) if is_mark || !begins => {
                word.0.push_str(&piece);
                word.1 += ids.len();
                word.2 += sum;
            }
            _ => words.push((piece, ids.len(), sum)),
        }
        ids.clear();
        sum = 0.0;
    }
    if let (Some(word), false) = (words.last_mut(), ids.is_empty()) {
        word.1 += ids.len();
        word.2 += sum;
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::checkpoints::bundled;

    #[test]
    fn a_blank_of_its_own_belongs_to_the_word_behind_it() {
        let tokenizer = bundled("kindling-whisper").unwrap().tokenizer().unwrap();
        let id = |token: &str| tokenizer.token_to_id(token).unwrap();
        let chosen: Vec<Chosen> = ["Ġthe", "Ġf", "ast", "Ġ", "est", "."]
            .map(|token| Chosen { id: id(token), log_probability: -1.0 })
            .to_vec();
        let words = split(&chosen, &tokenizer, false);
        let expected = [(" the", 1, -1.0), (" fast", 2, -2.0), (" est.", 3, -3.0)];
        assert_eq!(words, expected.map(|(text, count, sum)| (text.to_owned(), count, sum)));
    }

    #[test]
    fn the_way_follows_the_cheap_cells() {
        // Three tokens over six states: two states each.
        let costs =
            [[-1.0, -1.0, 0.0, 0.0, 0.0, 0.0], [0.0, 0.0, -1.0, -1.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0, -1.0, -1.0]];
        assert_eq!(warp(&costs.concat(), 6), [0, 2, 4]);
        assert_eq!(warp(&[0.0], 1), [0]);
        // More tokens than states.
        assert_eq!(warp(&[0.0; 5], 1), [0; 5]);
    }
}
