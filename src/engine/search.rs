//! Greedy and beam search as `transformers` does them, on anything that gives logits.

use crate::engine::backend::Failure;
use crate::engine::queue::Check;

/// What no token and no text has as a score.
const NEVER: f32 = -1e9;

/// A target that grows by one token a beam.
pub trait Steps {
    /// Number of tokens.
    fn vocabulary(&self) -> usize;

    /// Appends `tokens[i]` to what beam `parents[i]` of the last step has, and gives the logits of what follows, beam by beam.
    fn step(&mut self, tokens: &[u32], parents: &[usize]) -> Result<Vec<f32>, Failure>;
}

/// How the target is searched for. Lengths count the start token.
#[derive(Debug, Clone, PartialEq)]
pub struct Generation {
    pub start: u32,
    pub beams: usize,
    pub max_length: usize,
    pub min_length: usize,
    /// No run of so many tokens occurs twice; 0: may.
    pub no_repeat: usize,
    pub length_penalty: f32,
    pub early_stopping: Stopping,
    pub forced_bos: Option<u32>,
    pub forced_eos: Option<u32>,
}

/// When a beam search ends before its greatest length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopping {
    /// As soon as there are as many finished texts as beams.
    Full,
    /// When the best running one, at its present length, is worse than the worst finished one.
    Heuristic,
    /// When no running one can become better.
    Never,
}

/// One running or finished target.
#[derive(Debug, Clone)]
struct Beam {
    tokens: Vec<u32>,
    score: f32,
}

/// What each search needs to know of its options.
struct Rules<'a> {
    options: &'a Generation,
    eos: u32,
    max_length: usize,
    forced_bos: Option<u32>,
}

/// What the new beams have of the old ones: the last child of a beam takes its parent's over, the others copy it.
pub fn follow<T: Clone>(old: Vec<T>, parents: &[usize]) -> Vec<T> {
    let mut old: Vec<Option<T>> = old.into_iter().map(Some).collect();
    let child = |(index, parent): (usize, &usize)| {
        let is_last = !parents[index + 1..].contains(parent);
        if is_last { old[*parent].take() } else { old[*parent].clone() }
    };
    parents.iter().enumerate().filter_map(child).collect()
}

/// The tokens behind the start token, without the end token. `first` is forced to follow the start, before what the options
/// force; `max_length` counts the start token.
pub fn search(
    target: &mut dyn Steps,
    options: &Generation,
    eos: u32,
    first: Option<u32>,
    max_length: usize,
    check: Check<'_>,
) -> Result<Vec<u32>, Failure> {
    let rules = Rules { options, eos, max_length: max_length.max(2), forced_bos: first.or(options.forced_bos) };
    let mut tokens = match options.beams {
        1 => rules.greedy(target, check)?,
        _ => rules.beams(target, check)?,
    };
    tokens.remove(0);
    tokens.retain(|token| *token != eos);
    Ok(tokens)
}

impl Rules<'_> {
    fn greedy(&self, target: &mut dyn Steps, check: Check<'_>) -> Result<Vec<u32>, Failure> {
        let mut tokens = vec![self.options.start];
        while tokens.len() < self.max_length {
            check()?;
            let last = tokens[tokens.len() - 1];
            let mut logits = target.step(&[last], &[0])?;
            self.restrain(&tokens, &mut logits);
            let mut best = 0;
            for (token, logit) in logits.iter().enumerate() {
                if *logit > logits[best] {
                    best = token;
                }
            }
            tokens.push(best as u32);
            if best as u32 == self.eos {
                break;
            }
        }
        Ok(tokens)
    }

    fn beams(&self, target: &mut dyn Steps, check: Check<'_>) -> Result<Vec<u32>, Failure> {
        let Generation { beams, start, length_penalty: penalty, early_stopping: stopping, .. } = *self.options;
        let vocabulary = target.vocabulary();
        let mut running = vec![Beam { tokens: vec![start], score: 0.0 }];
        let mut finished: Vec<Beam> = Vec::new();
        let mut parents = vec![0];
        let mut is_open = true;
        loop {
            check()?;
            let length = running[0].tokens.len();
            let last: Vec<u32> = running.iter().map(|beam| beam.tokens[length - 1]).collect();
            let mut logits = target.step(&last, &parents)?;
            for (beam, scores) in running.iter().zip(logits.chunks_exact_mut(vocabulary)) {
                log_softmax(scores);
                self.restrain(&beam.tokens, scores);
                scores.iter_mut().for_each(|score| *score += beam.score);
            }
            let best = greatest(&logits, 2 * beams);
            let is_full = finished.len() >= beams && stopping == Stopping::Full;
            let mut next: Vec<(Beam, usize)> = Vec::with_capacity(beams);
            for (rank, (index, score)) in best.iter().enumerate() {
                let (parent, token) = (index / vocabulary, (index % vocabulary) as u32);
                let ends = token == self.eos || length + 1 >= self.max_length;
                if ends && (rank >= beams || is_full || !is_open) {
                    continue;
                }
                let mut tokens = running[parent].tokens.clone();
                tokens.push(token);
                match ends {
                    true => finished.push(Beam { tokens, score: score / (length as f32).powf(penalty) }),
                    false if next.len() < beams => next.push((Beam { tokens, score: *score }, parent)),
                    false => {}
                }
            }
            // Stable: of equal scores the earlier stays before.
            finished.sort_by(|a, b| b.score.total_cmp(&a.score));
            finished.truncate(beams);
            if next.is_empty() {
                break;
            }
            (running, parents) = next.into_iter().unzip();
            let reach = match stopping {
                Stopping::Never if penalty > 0.0 => self.max_length - 1,
                _ => length,
            };
            let hope = running[0].score / (reach as f32).powf(penalty);
            let worst = if finished.len() >= beams { finished[beams - 1].score } else { NEVER };
            is_open &= hope > worst;
            if !is_open || (finished.len() >= beams && stopping == Stopping::Full) {
                break;
            }
        }
        let best = finished.into_iter().next().or_else(|| running.into_iter().next());
        Ok(best.map(|beam| beam.tokens).unwrap_or_default())
    }

    /// Takes from `scores` what must not follow `tokens`.
    fn restrain(&self, tokens: &[u32], scores: &mut [f32]) {
        let size = self.options.no_repeat;
        if size > 0 && tokens.len() + 1 >= size {
            let tail = &tokens[tokens.len() + 1 - size..];
            for run in tokens.windows(size).filter(|run| run[..size - 1] == *tail) {
                scores[run[size - 1] as usize] = f32::NEG_INFINITY;
            }
        }
        if tokens.len() < self.options.min_length {
            scores[self.eos as usize] = f32::NEG_INFINITY;
        }
        let forced = match tokens.len() {
            1 => self.forced_bos,
            length if length + 1 == self.max_length => self.options.forced_eos,
            _ => None,
        };
        if let Some(token) = forced {
            scores.fill(f32::NEG_INFINITY);
            scores[token as usize] = 0.0;
        }
    }
}

fn log_softmax(scores: &mut [f32]) {
    let greatest = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let sum: f32 = scores.iter().map(|score| (score - greatest).exp()).sum();
    let shift = greatest + sum.ln();
    scores.iter_mut().for_each(|score| *score -= shift);
}

/// The `count` greatest with their places, the first of equals first.
fn greatest(scores: &[f32], count: usize) -> Vec<(usize, f32)> {
    let mut best: Vec<(usize, f32)> = Vec::with_capacity(count + 1);
    for (index, score) in scores.iter().enumerate() {
        if best.len() == count && *score <= best[count - 1].1 {
            continue;
        }
        let at = best.partition_point(|(_, other)| other >= score);
        best.insert(at, (index, *score));
        best.truncate(count);
    }
    best.retain(|(_, score)| score.is_finite());
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    /// After each token the same logits, whatever came before it.
    struct Table(Vec<Vec<f32>>);

    impl Steps for Table {
        fn vocabulary(&self) -> usize {
            self.0.len()
        }

        fn step(&mut self, tokens: &[u32], _: &[usize]) -> Result<Vec<f32>, Failure> {
            Ok(tokens.iter().flat_map(|token| self.0[*token as usize].clone()).collect())
        }
    }

    fn options(beams: usize) -> Generation {
        Generation {
            start: 0,
            beams,
            max_length: 8,
            min_length: 0,
            no_repeat: 0,
            length_penalty: 1.0,
            early_stopping: Stopping::Full,
            forced_bos: None,
            forced_eos: None,
        }
    }

    /// Token 1 looks best after the start but leads nowhere good; 2 then 3 is the likeliest whole.
    fn table() -> Table {
        let row = |shares: [f32; 5]| shares.iter().map(|share: &f32| share.ln()).collect();
        Table(vec![
            row([0.001, 0.5, 0.4, 0.098, 0.001]),
            row([0.2, 0.2, 0.2, 0.2, 0.2]),
            row([0.01, 0.01, 0.01, 0.96, 0.01]),
            row([0.01, 0.01, 0.01, 0.01, 0.96]),
            row([0.2, 0.2, 0.2, 0.2, 0.2]),
        ])
    }

    #[test]
    fn beams_find_what_greed_misses() {
        let run = |beams| search(&mut table(), &options(beams), 4, None, 8, &|| Ok(())).unwrap();
        assert_eq!(run(1)[0], 1);
        assert_eq!(run(3), [2, 3]);
    }

    #[test]
    fn what_is_forced_comes_and_what_is_forbidden_does_not() {
        for beams in [1, 3] {
            let forced = search(&mut table(), &options(beams), 4, Some(3), 8, &|| Ok(())).unwrap();
            assert_eq!(forced, [3]);
            let mut long = options(beams);
            (long.min_length, long.no_repeat) = (4, 1);
            let mut said = search(&mut table(), &long, 4, None, 8, &|| Ok(())).unwrap();
            said.sort_unstable();
            // Each token once, the start among them.
            assert_eq!(said, [1, 2, 3]);
        }
    }

    #[test]
    fn a_search_ends_with_its_length_and_its_check() {
        for beams in [1, 4] {
            let mut endless = options(beams);
            endless.min_length = 8;
            assert!(search(&mut table(), &endless, 4, None, 5, &|| Ok(())).unwrap().len() <= 4);
            let ended = search(&mut table(), &endless, 4, None, 5, &|| Err(Failure::Cancelled));
            assert_eq!(ended, Err(Failure::Cancelled));
        }
    }
}
