//! A decoder without weights: it says a script, or what a function says, at a chosen pace.

use std::time::Duration;

use tokenizers::Tokenizer;

use crate::engine::backend::{Decoder, DecoderSpec, Failure, Step};

/// The logit of the token that comes next; every other token's is 0. Far enough above for any temperature and penalty.
const CERTAIN: f32 = 1000.0;

/// Next token, from all tokens that the slot holds.
type Next = Box<dyn FnMut(&[u32]) -> Result<u32, Failure> + Send>;

enum Script {
    /// These tokens and then the last one for ever.
    Fixed(Vec<u32>, u32),
    Function(Next),
}

/// What one slot has been told and has said.
#[derive(Clone, Default)]
struct Slot {
    held: Vec<u32>,
    /// Tokens of the script that came back in as its continuation.
    said: usize,
    /// What was given last.
    given: Option<u32>,
}

/// A [`Decoder`] whose next token is given and not computed. It holds its callers to the trait's contract: a step
/// that does not continue its slot is a [`Failure::Backend`].
pub struct ScriptedDecoder {
    spec: DecoderSpec,
    script: Script,
    delay: Duration,
    slots: Vec<Slot>,
}

impl ScriptedDecoder {
    /// The id of `<|end|>` in [`byte_tokenizer`], and the size of its vocabulary less one.
    pub const END: u32 = 256;

    /// A decoder over the vocabulary of [`byte_tokenizer`] whose next token is `next(tokens held)`.
    /// `next` may fail or panic, as a backend may.
    pub fn new(next: impl FnMut(&[u32]) -> Result<u32, Failure> + Send + 'static) -> Self {
        Self::following(Script::Function(Box::new(next)))
    }

    /// Answers every prompt with `script` and then `end`.
    pub fn saying(script: Vec<u32>, end: u32) -> Self {
        Self::following(Script::Fixed(script, end))
    }

    fn following(script: Script) -> Self {
        let spec = DecoderSpec { vocab_size: 257, context: 4096, slots: 8 };
        Self { slots: vec![Slot::default(); spec.slots], spec, script, delay: Duration::ZERO }
    }

    /// Answers every prompt with `text` in [`byte_tokenizer`]'s tokens: one per byte.
    pub fn text(text: &str) -> Self {
        Self::saying(text.bytes().map(u32::from).collect(), Self::END)
    }

    /// Another vocabulary, window or number of slots.
    #[must_use]
    pub fn with_spec(mut self, spec: DecoderSpec) -> Self {
        self.slots = vec![Slot::default(); spec.slots];
        self.spec = spec;
        self
    }

    /// Sleeps this long in every forward pass.
    #[must_use]
    pub fn with_delay(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }
}

impl Decoder for ScriptedDecoder {
    fn spec(&self) -> &DecoderSpec {
        &self.spec
    }

    fn forward(&mut self, steps: &[Step<'_>]) -> Result<Vec<f32>, Failure> {
        if !self.delay.is_zero() {
            std::thread::sleep(self.delay);
        }
        let mut logits = vec![0.0; steps.len() * self.spec.vocab_size];
        for (step, logits) in steps.iter().zip(logits.chunks_exact_mut(self.spec.vocab_size)) {
            let refused = |what| Err(Failure::Backend(format!("slot {}: {what}", step.slot)));
            let Some(slot) = self.slots.get_mut(step.slot) else {
                return refused("there is no such slot");
            };
            if step.tokens.is_empty() || step.position > slot.held.len() {
                return refused("the step does not continue it");
            }
            if step.position + step.tokens.len() > self.spec.context {
                return refused("the step does not fit its window");
            }
            // Whoever brings back the token that was given last goes on with the script; all else is a prompt.
            let goes_on = step.position == slot.held.len() && slot.given.is_some_and(|given| step.tokens == [given]);
            slot.said = if goes_on { slot.said + 1 } else { 0 };
            slot.held.truncate(step.position);
            slot.held.extend_from_slice(step.tokens);
            let token = match &mut self.script {
                Script::Fixed(script, end) => script.get(slot.said).copied().unwrap_or(*end),
                Script::Function(next) => next(&slot.held)?,
            };
            slot.given = Some(token);
            match logits.get_mut(token as usize) {
                Some(logit) => *logit = CERTAIN,
                None => return refused("the script leaves the vocabulary"),
            }
        }
        Ok(logits)
    }
}

/// One token per byte, whose id is the byte, and the special token `<|end|>` with the id [`ScriptedDecoder::END`].
pub fn byte_tokenizer() -> Result<Tokenizer, Failure> {
    let vocab: serde_json::Map<String, serde_json::Value> =
        (0..=255u8).map(|byte| (byte_level(byte).to_string(), byte.into())).collect();
    let byte_level = serde_json::json!(
        {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": false, "use_regex": false});
    let description = serde_json::json!({
        "version": "1.0", "normalizer": null, "post_processor": null, "truncation": null, "padding": null,
        "pre_tokenizer": byte_level, "decoder": byte_level,
        "added_tokens": [{"id": ScriptedDecoder::END, "content": "<|end|>", "special": true, "single_word": false,
            "lstrip": false, "rstrip": false, "normalized": false}],
        "model": {"type": "BPE", "vocab": vocab, "merges": []},
    });
    Tokenizer::from_bytes(description.to_string()).map_err(|error| Failure::Backend(error.to_string()))
}

/// The printable character that byte-level tokenizers write for `byte`: itself, or one past Latin-1.
fn byte_level(byte: u8) -> char {
    let is_plain = |byte: u8| matches!(byte, b'!'..=b'~' | 0xa1..=0xac | 0xae..=0xff);
    if is_plain(byte) {
        return char::from(byte);
    }
    let shifted = (0..byte).filter(|other| !is_plain(*other)).count() as u32;
    char::from_u32(256 + shifted).unwrap_or(char::REPLACEMENT_CHARACTER)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_tokens() {
        let tokenizer = byte_tokenizer().unwrap();
        let text = "né \u{1f600}\n";
        let ids = tokenizer.encode_fast(text, true).unwrap().get_ids().to_vec();
        assert_eq!(ids, text.bytes().map(u32::from).collect::<Vec<_>>());
        assert_eq!(tokenizer.decode(&ids, true).unwrap(), text);
        assert_eq!(tokenizer.decode(&[104, 105, ScriptedDecoder::END], true).unwrap(), "hi");
    }

    #[test]
    fn the_script_comes_out_and_steps_are_checked() {
        let mut decoder = ScriptedDecoder::text("ab");
        let mut next = |position, tokens: &[u32]| {
            let logits = decoder.forward(&[Step { slot: 0, position, tokens, adapter: None }])?;
            Ok::<_, Failure>(logits.iter().position(|logit| *logit > 0.0).unwrap())
        };
        assert_eq!(next(0, &[1, 2, 3]), Ok(97));
        assert_eq!(next(3, &[97]), Ok(98));
        assert_eq!(next(4, &[98]), Ok(256));
        // A new prompt in the same slot, ending as the script begins.
        assert_eq!(next(2, &[97]), Ok(97));
        assert!(next(9, &[98]).is_err());
        assert!(next(0, &[]).is_err());
    }
}
