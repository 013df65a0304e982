//! What a checkpoint's tokens are: their bytes, and which of them end an output.

use std::sync::{Arc, OnceLock};

use tokenizers::Tokenizer;

/// What is the same for all requests of a checkpoint.
pub struct Vocabulary {
    pub tokenizer: Arc<Tokenizer>,
    /// Tokens that end an output.
    pub stop_tokens: Vec<u32>,
    /// Tokens that the decoder knows; a tokenizer may have fewer.
    pub size: usize,
    bytes: OnceLock<Vec<Vec<u8>>>,
}

/// How a tokenizer writes bytes into the names of its tokens.
#[derive(Clone, Copy)]
enum Spelling {
    /// Each byte one printable character.
    ByteLevel,
    /// Text with `▁` for a space, and `<0x0A>` for bytes that are no text.
    Metaspace,
    /// Text as it is.
    Plain,
}

impl Vocabulary {
    pub fn new(tokenizer: Arc<Tokenizer>, stop_tokens: Vec<u32>, size: usize) -> Self {
        Self { tokenizer, stop_tokens, size, bytes: OnceLock::new() }
    }

    /// What `token` stands for in an output; nothing for special tokens and for those that nobody named.
    pub fn bytes(&self, token: u32) -> &[u8] {
        self.all_bytes().get(token as usize).map_or(&[], Vec::as_slice)
    }

    /// The same for all tokens, made at the first use.
    pub fn all_bytes(&self) -> &[Vec<u8>] {
        self.bytes.get_or_init(|| {
            let spelling = spelling(&self.tokenizer);
            let added = self.tokenizer.get_added_tokens_decoder();
            (0u32..)
                .take(self.size)
                .map(|token| match added.get(&token) {
                    Some(added) if added.special => Vec::new(),
                    Some(added) => added.content.clone().into_bytes(),
                    None => self.tokenizer.id_to_token(token).map(|name| spelled(&name, spelling)).unwrap_or_default(),
                })
                .collect()
        })
    }

    /// As [`Vocabulary::bytes`], with the names of special tokens.
    pub fn name(&self, token: u32) -> Vec<u8> {
        match self.bytes(token) {
            [] => self.tokenizer.id_to_token(token).unwrap_or_default().into_bytes(),
            bytes => bytes.to_vec(),
        }
    }

    /// The special token whose text is `text`, if there is one: it stands in an output as a token only.
    pub fn special(&self, text: &str) -> Option<u32> {
        let token = self.tokenizer.token_to_id(text)?;
        self.tokenizer.get_added_tokens_decoder().get(&token).filter(|added| added.special).map(|_| token)
    }
}

fn spelling(tokenizer: &Tokenizer) -> Spelling {
    // A decoder can be a sequence of others; its description names them all.
    let described = tokenizer.get_decoder().and_then(|decoder| serde_json::to_string(decoder).ok()).unwrap_or_default();
    if described.contains("ByteLevel") {
        Spelling::ByteLevel
    } else if described.contains("ByteFallback") || described.contains("Metaspace") {
        Spelling::Metaspace
    } else {
        Spelling::Plain
    }
}

fn spelled(name: &str, spelling: Spelling) -> Vec<u8> {
    match spelling {
        Spelling::Plain => name.as_bytes().to_vec(),
        Spelling::ByteLevel => name.chars().flat_map(byte_of).collect(),
        Spelling::Metaspace => match name.strip_prefix("<0x").and_then(|rest| rest.strip_suffix('>')) {
            Some(hex) if hex.len() == 2 => u8::from_str_radix(hex, 16).map_or_else(|_| name.into(), |byte| vec![byte]),
            _ => name.replace('\u{2581}', " ").into_bytes(),
        },
    }
}

/// The byte behind a printable character of a byte-level tokenizer: itself, or one of those past Latin-1, which stand
/// for the unprintable ones in their order.
fn byte_of(character: char) -> Vec<u8> {
    let is_plain = |byte: u8| matches!(byte, b'!'..=b'~' | 0xa1..=0xac | 0xae..=0xff);
    match u32::from(character) {
        code @ 0..=255 if is_plain(code as u8) => vec![code as u8],
        code @ 256..=323 => {
            let nth = code as usize - 256;
            (0..=255u8).filter(|byte| !is_plain(*byte)).nth(nth).map_or_else(Vec::new, |byte| vec![byte])
        }
        _ => character.to_string().into_bytes(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::scripted::byte_tokenizer;

    #[test]
    fn byte_level_names_are_bytes() {
        let vocabulary = Vocabulary::new(Arc::new(byte_tokenizer().unwrap()), vec![256], 300);
        for byte in 0..=255u8 {
            assert_eq!(vocabulary.bytes(byte.into()), [byte]);
        }
        // The special token, one past the tokenizer and one past the decoder.
        assert!([256, 290, 9999].iter().all(|token| vocabulary.bytes(*token).is_empty()));
        assert_eq!((vocabulary.special("<|end|>"), vocabulary.special("a")), (Some(256), None));
    }

    #[test]
    fn sentence_pieces_are_text_and_bytes() {
        assert_eq!(spelled("\u{2581}no", Spelling::Metaspace), b" no");
        assert_eq!(spelled("<0x0A>", Spelling::Metaspace), b"\n");
        assert_eq!(spelled("<0xZZ>", Spelling::Metaspace), b"<0xZZ>");
    }
}
