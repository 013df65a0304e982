//! From tokens back to text, piece by piece: no half characters, no special tokens, no stop strings.

use tokenizers::Tokenizer;

use crate::engine::backend::Failure;

const REPLACEMENT: char = char::REPLACEMENT_CHARACTER;

/// Tokens without whole characters that are waited for at most: a character has four bytes, a byte at least one token.
const PATIENCE: usize = 8;

/// Decodes a growing sequence. What a token says can depend on the one before it (a leading space, a split
/// character), so each piece is the difference between two decodings that begin at the same earlier token.
#[derive(Debug, Default)]
pub struct Detokenizer {
    ids: Vec<u32>,
    /// Where both decodings begin.
    context: usize,
    /// How far text has been given out.
    given: usize,
}

impl Detokenizer {
    /// Begins afresh: the next token does not continue what came before.
    pub fn restart(&mut self) {
        *self = Self::default();
    }

    /// The text that `token` completes; empty while a character is incomplete and for special tokens.
    pub fn push(&mut self, tokenizer: &Tokenizer, token: u32) -> Result<String, Failure> {
        self.ids.push(token);
        let decode = |ids: &[u32]| tokenizer.decode(ids, true).map_err(|error| Failure::Backend(error.to_string()));
        let before = decode(&self.ids[self.context..self.given])?;
        let after = decode(&self.ids[self.context..])?;
        let complete = after.trim_end_matches(REPLACEMENT);
        let is_split = complete.len() < after.len();
        if is_split && self.ids.len() - self.given < PATIENCE {
            return Ok(String::new());
        }
        // Not `after[before.len()..]`: a decoder may rewrite what came before, and a slice could cut a character.
        let text = complete.strip_prefix(before.as_str()).unwrap_or_default().to_owned();
        if !text.is_empty() || is_split {
            self.context = self.given;
            self.given = self.ids.len();
            // Nothing before the context is ever read again.
            self.ids.drain(..self.context);
            self.given -= self.context;
            self.context = 0;
        }
        Ok(text)
    }
}

/// Finds stop strings in text that arrives in pieces, and holds back what may still become one.
#[derive(Debug)]
pub struct StopStrings {
    stops: Vec<String>,
    held: String,
}

impl StopStrings {
    /// Empty strings are ignored: they would stop everything.
    pub fn new(stops: &[String]) -> Self {
        Self { stops: stops.iter().filter(|stop| !stop.is_empty()).cloned().collect(), held: String::new() }
    }

    /// What may be given out now, and whether a stop string has been found. It and all behind it are dropped.
    pub fn push(&mut self, text: &str) -> (String, bool) {
        if self.stops.is_empty() {
            return (text.to_owned(), false);
        }
        self.held.push_str(text);
        if let Some(start) = self.stops.iter().filter_map(|stop| self.held.find(stop.as_str())).min() {
            self.held.truncate(start);
            return (std::mem::take(&mut self.held), true);
        }
        let rest = self.held.split_off(self.safe());
        (std::mem::replace(&mut self.held, rest), false)
    }

    /// What was held back, once it is known that nothing follows.
    pub fn finish(&mut self) -> String {
        std::mem::take(&mut self.held)
    }

    /// Where the first suffix begins that some stop string begins with.
    fn safe(&self) -> usize {
        let longest = self.stops.iter().map(String::len).max().unwrap_or(0);
        let from = self.held.len().saturating_sub(longest - 1);
        (from..self.held.len())
            .filter(|start| self.held.is_char_boundary(*start))
            .find(|start| self.stops.iter().any(|stop| stop.starts_with(&self.held[*start..])))
            .unwrap_or(self.held.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::scripted::{ScriptedDecoder, byte_tokenizer};

    fn pieces(tokens: impl IntoIterator<Item = u32>) -> Vec<String> {
        let (tokenizer, mut detokenizer) = (byte_tokenizer().unwrap(), Detokenizer::default());
        tokens.into_iter().map(|token| detokenizer.push(&tokenizer, token).unwrap()).collect()
    }

    #[test]
    fn characters_come_whole() {
        let text = "aé\u{1f600}日b";
        let pieces = pieces(text.bytes().map(u32::from));
        assert_eq!(pieces.concat(), text);
        assert_eq!(pieces.len(), text.len());
        assert!(pieces.iter().all(|piece| !piece.contains(REPLACEMENT)), "{pieces:?}");
    }

    #[test]
    fn special_tokens_and_broken_characters_say_nothing() {
        assert_eq!(pieces([104, ScriptedDecoder::END, 105]).concat(), "hi");
        // An emoji's first half at the end, and continuation bytes without end.
        assert_eq!(pieces([104, 0xf0, 0x9f]).concat(), "h");
        let endless = pieces(std::iter::repeat_n(0x9f, 100).chain([104]));
        assert!(endless.concat().ends_with('h'), "{endless:?}");
    }

    #[test]
    fn a_word_piece_decoder_keeps_its_spaces() {
        let description = serde_json::json!({
            "version": "1.0", "added_tokens": [], "normalizer": null, "post_processor": null, "truncation": null,
            "padding": null, "pre_tokenizer": null,
            "decoder": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": true},
            "model": {"type": "WordLevel", "vocab": {"▁one": 0, "▁two": 1, "s": 2}, "unk_token": "s"},
        });
        let tokenizer = Tokenizer::from_bytes(description.to_string()).unwrap();
        let mut detokenizer = Detokenizer::default();
        let pieces: Vec<_> = [0, 1, 2, 0].iter().map(|id| detokenizer.push(&tokenizer, *id).unwrap()).collect();
        assert_eq!(pieces, ["one", " two", "s", " one"]);
    }

    fn through(stops: &[&str], pieces: &[&str]) -> (Vec<String>, bool) {
        let mut strings = StopStrings::new(&stops.iter().map(|stop| (*stop).to_owned()).collect::<Vec<_>>());
        let mut given = Vec::new();
        for piece in pieces {
            let (text, hit) = strings.push(piece);
            given.push(text);
            if hit {
                return (given, true);
            }
        }
        given.push(strings.finish());
        (given, false)
    }

    #[test]
    fn stop_strings_are_found_across_pieces() {
        assert_eq!(through(&["END"], &["aE", "N", "Db"]), (vec!["a".into(), "".into(), "".into()], true));
        assert_eq!(through(&["END"], &["aE", "Nx"]), (vec!["a".into(), "ENx".into(), "".into()], false));
        assert_eq!(through(&["END"], &["xEEN", "D"]).0.concat(), "xE");
        assert_eq!(through(&["b", "ab"], &["xa", "b"]), (vec!["x".into(), "".into()], true));
        assert_eq!(through(&["日本"], &["a日", "月"]).0.concat(), "a日月");
        assert_eq!(through(&[""], &["a", "b"]), (vec!["a".into(), "b".into(), "".into()], false));
        assert_eq!(through(&["\n"], &["a\nb"]), (vec!["a".into()], true));
        assert_eq!(through(&["END"], &["aEN"]).0.concat(), "aEN");
    }
}
