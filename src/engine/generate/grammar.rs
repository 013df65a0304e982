//! Output that keeps to a grammar: each step masks the tokens that would leave it.
//!
//! `llguidance` computes the masks; this is how it sees a checkpoint's tokens, and where compiled grammars are kept.

mod lark;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use llguidance::api::TopLevelGrammar;
use llguidance::toktrie::{InferenceCapabilities, TokEnv, TokRxInfo, TokTrie, TokenId, TokenizerEnv};
use llguidance::{Matcher, ParserFactory};
use serde_json::Value as Json;

use super::speech::Speech;
use super::vocabulary::Vocabulary;
use crate::engine::backend::Failure;
pub use lark::{Choice, Tool};

/// Compiled grammars that are kept; one takes some hundred kilobytes, a big schema some megabytes.
const KEPT: usize = 32;

/// A grammar's text may be this long: what is longer takes seconds to compile.
const LONGEST: usize = 512 * 1024;

/// What an output must look like.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    /// One JSON value that fits a schema; reasoning may stand before it.
    Json(Json),
    /// Calls of these tools, by `choice` as well as or instead of text. A text must fit the schema `answer`, if given.
    Calls { tools: Vec<Tool>, choice: Choice, parallel: bool, answer: Option<Json> },
}

/// One output's way through its grammar.
#[derive(Clone)]
pub struct Constraint {
    matcher: Matcher,
    vocabulary: Arc<Vocabulary>,
}

impl Constraint {
    /// Makes every token but those that may follow impossible.
    pub fn mask(&mut self, logits: &mut [f32]) -> Result<(), Failure> {
        let allowed = self.matcher.compute_mask_or_eos().map_err(|error| failed(&error))?;
        // By words of the mask: of a large vocabulary nearly all tokens are possible, or nearly none.
        let mut is_certain = true;
        for (word, logits) in allowed.as_slice().iter().zip(logits.chunks_mut(u32::BITS as usize)) {
            match *word {
                0 => logits.fill(f32::NEG_INFINITY),
                u32::MAX => is_certain &= logits.iter().all(|logit| *logit == f32::NEG_INFINITY),
                word => {
                    for (bit, logit) in logits.iter_mut().enumerate() {
                        match word >> bit & 1 {
                            0 => *logit = f32::NEG_INFINITY,
                            _ => is_certain &= *logit == f32::NEG_INFINITY,
                        }
                    }
                }
            }
        }
        if let Some(beyond) = logits.get_mut(allowed.len()..) {
            beyond.fill(f32::NEG_INFINITY);
        }
        // A decoder can be sure that a token is impossible where the grammar leaves no other.
        if is_certain {
            for (token, logit) in logits.iter_mut().enumerate().take(allowed.len()) {
                if allowed.get(token) {
                    *logit = f32::MIN;
                }
            }
        }
        Ok(())
    }

    /// Goes on by the token that was chosen. `true` once nothing can follow.
    pub fn accept(&mut self, token: u32) -> Result<bool, Failure> {
        if self.vocabulary.stop_tokens.contains(&token) {
            return Ok(true);
        }
        self.matcher.consume_token(token).map_err(|error| failed(&error))?;
        Ok(self.matcher.is_stopped())
    }
}

impl std::fmt::Debug for Constraint {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Constraint").finish_non_exhaustive()
    }
}

/// A grammar that is too much to follow, or an error of the library's: the first line says what.
fn failed(error: &impl std::fmt::Display) -> Failure {
    let text = error.to_string();
    Failure::Grammar(text.lines().next().unwrap_or_default().to_owned())
}

/// The grammars of one checkpoint.
pub struct Grammars {
    vocabulary: Arc<Vocabulary>,
    /// Takes a tenth of a second for a large vocabulary, so it is made when the first grammar is asked for.
    factory: OnceLock<Result<ParserFactory, Failure>>,
    compiled: Mutex<VecDeque<(String, Matcher)>>,
}

impl Grammars {
    pub fn new(vocabulary: Arc<Vocabulary>) -> Self {
        Self { vocabulary, factory: OnceLock::new(), compiled: Mutex::default() }
    }

    /// The constraint of `shape`, compiled or from the cache. `thinking`: the prompt has opened a block of reasoning.
    /// [`Failure::Grammar`] for a schema that cannot be followed: unsatisfiable, malformed or too large.
    pub fn constraint(&self, speech: &Speech, shape: &Shape, thinking: bool) -> Result<Constraint, Failure> {
        let grammar = lark::grammar(speech, shape, thinking)?;
        if grammar.len() > LONGEST {
            return Err(Failure::Grammar(format!("the schema is larger than {LONGEST} bytes")));
        }
        let matcher = match self.cached(&grammar) {
            Some(matcher) => matcher,
            None => self.compile(grammar)?,
        };
        Ok(Constraint { matcher, vocabulary: Arc::clone(&self.vocabulary) })
    }

    fn cached(&self, grammar: &str) -> Option<Matcher> {
        let mut compiled = self.lock();
        let place = compiled.iter().position(|(known, _)| known == grammar)?;
        let entry = compiled.remove(place)?;
        let matcher = entry.1.deep_clone();
        compiled.push_back(entry);
        Some(matcher)
    }

    fn compile(&self, grammar: String) -> Result<Matcher, Failure> {
        let factory = self.factory.get_or_init(|| factory(&self.vocabulary)).as_ref().map_err(Clone::clone)?;
        let parser = factory.create_parser(TopLevelGrammar::from_lark(grammar.clone()));
        let matcher = Matcher::new(Ok(parser.map_err(|error| failed(&format!("{error:#}")))?));
        if let Some(error) = matcher.get_error() {
            return Err(failed(&error));
        }
        let mut compiled = self.lock();
        if compiled.len() >= KEPT {
            compiled.pop_front();
        }
        compiled.push_back((grammar, matcher.deep_clone()));
        Ok(matcher)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, VecDeque<(String, Matcher)>> {
        self.compiled.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn factory(vocabulary: &Vocabulary) -> Result<ParserFactory, Failure> {
    let mut words = vocabulary.all_bytes().to_vec();
    let mut ends: Vec<u32> =
        vocabulary.stop_tokens.iter().copied().filter(|token| (*token as usize) < words.len()).collect();
    if ends.is_empty() {
        // The library wants one; this one the decoder cannot say.
        ends.push(u32::try_from(words.len()).unwrap_or(u32::MAX));
        words.push(Vec::new());
    }
    for (token, word) in words.iter_mut().enumerate().filter(|(_, word)| word.is_empty()) {
        // Special tokens have no bytes; a mark that no text contains keeps them apart.
        *word = format!("\u{0}<[{token}]>").into_bytes();
        word[0] = TokTrie::SPECIAL_TOKEN_MARKER;
    }
    let info = TokRxInfo::new(u32::try_from(words.len()).unwrap_or(u32::MAX), ends[0]);
    let trie = TokTrie::from(&info, &words).with_eos_tokens(&ends);
    let environment: TokEnv = Arc::new(Tokens { trie });
    let slices = llguidance::earley::SlicedBiasComputer::general_slices();
    let mut factory = ParserFactory::new(&environment, InferenceCapabilities::default(), &slices)
        .map_err(|error| Failure::Backend(format!("constrained output: {error}")))?;
    factory.quiet();
    factory.limits_mut().verbose_errors = false;
    Ok(factory)
}

/// A checkpoint's tokens as the library wants them.
struct Tokens {
    trie: TokTrie,
}

impl TokenizerEnv for Tokens {
    fn tok_trie(&self) -> &TokTrie {
        &self.trie
    }

    fn tokenize_bytes(&self, text: &[u8]) -> Vec<TokenId> {
        self.trie.greedy_tokenize(text)
    }

    fn tokenize_is_canonical(&self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests;
