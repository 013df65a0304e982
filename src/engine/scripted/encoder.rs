//! An encoder whose vectors are a hash of the tokens.

use tokenizers::models::bpe::{BPE, Vocab};
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::{AddedToken, Tokenizer};

use crate::engine::backend::{Encoder, EncoderOutput, EncoderSpec, Failure, Pooling, TokenBatch};
use crate::engine::kernels::l2_normalize;

/// The same tokens and pooling give the same vector of length 1, on every machine; other tokens give one that is,
/// in many dimensions, nearly orthogonal to it.
#[derive(Debug, Clone)]
pub struct ScriptedEncoder {
    spec: EncoderSpec,
}

impl ScriptedEncoder {
    pub fn new(dimensions: usize, max_tokens: usize) -> Self {
        Self { spec: EncoderSpec { dimensions, max_tokens, pooling: Pooling::Mean, output: EncoderOutput::Vector } }
    }

    /// A tokenizer that needs no file: each byte of a text is a token (0 to 255, in the order of
    /// the byte-level alphabet), and `[SEP]`, 256, ends it.
    pub fn tokenizer() -> Result<Tokenizer, Failure> {
        let failed = |error: tokenizers::Error| Failure::Backend(error.to_string());
        let mut alphabet: Vec<char> = ByteLevel::alphabet().into_iter().collect();
        alphabet.sort_unstable();
        let vocab: Vocab = alphabet.into_iter().zip(0..).map(|(letter, id)| (letter.to_string(), id)).collect();
        let model = BPE::builder().vocab_and_merges(vocab, Vec::new()).build().map_err(failed)?;
        let mut tokenizer = Tokenizer::new(model);
        tokenizer.with_pre_tokenizer(Some(ByteLevel::new(false, true, false)));
        tokenizer.with_decoder(Some(ByteLevel::default()));
        tokenizer.add_special_tokens([AddedToken::from("[SEP]", true)]).map_err(failed)?;
        let ending = tokenizers::processors::template::TemplateProcessing::builder()
            .try_single("$A [SEP]")
            .map_err(Failure::Backend)?
            .special_tokens(vec![("[SEP]", 256)])
            .build()
            .map_err(|error| Failure::Backend(error.to_string()))?;
        tokenizer.with_post_processor(Some(ending));
        Ok(tokenizer)
    }
}

impl Encoder for ScriptedEncoder {
    fn spec(&self) -> &EncoderSpec {
        &self.spec
    }

    fn encode(&mut self, batch: &TokenBatch, pooling: &[Pooling]) -> Result<Vec<f32>, Failure> {
        let mut values = Vec::with_capacity(batch.len() * self.spec.dimensions);
        for (row, pooling) in batch.rows().zip(pooling) {
            let seed = row.iter().fold(*pooling as u64, |state, id| mix(state ^ u64::from(*id)));
            let start = values.len();
            let number = |index: usize| ((mix(seed ^ index as u64) >> 40) as f32 + 0.5) / (1u64 << 23) as f32 - 1.0;
            values.extend((0..self.spec.dimensions).map(number));
            l2_normalize(&mut values[start..]);
        }
        Ok(values)
    }
}

/// The step of SplitMix64.
fn mix(state: u64) -> u64 {
    let mut z = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vector(row: &[u32], pooling: Pooling) -> Vec<f32> {
        let mut batch = TokenBatch::default();
        batch.push(row);
        ScriptedEncoder::new(64, 512).encode(&batch, &[pooling]).unwrap()
    }

    #[test]
    fn vectors_are_of_length_one_and_follow_the_tokens() {
        let (a, b) = (vector(&[1, 2], Pooling::Mean), vector(&[2, 1], Pooling::Mean));
        assert!((a.iter().map(|x| x * x).sum::<f32>() - 1.0).abs() < 1e-6);
        assert_eq!(a, vector(&[1, 2], Pooling::Mean));
        assert_ne!(a, b);
        assert_ne!(a, vector(&[1, 2], Pooling::Cls));
    }

    #[test]
    fn every_byte_is_a_token() {
        let tokenizer = ScriptedEncoder::tokenizer().unwrap();
        let encoding = tokenizer.encode("h\u{e9}, \u{1f642}", true).unwrap();
        assert_eq!((encoding.len(), encoding.get_ids().last()), (10, Some(&256)));
        assert_eq!(tokenizer.decode(encoding.get_ids(), true).unwrap(), "h\u{e9}, \u{1f642}");
    }
}
