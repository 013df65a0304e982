//! Prompts and tokens through a loaded decoder, timed.

use std::time::Instant;

use candleflare::engine::backend::{Decoder, Failure, Step};

/// Tokens before the measured ones of [`streams`].
const PROMPT: usize = 128;

fn tokens(decoder: &dyn Decoder, seed: usize, count: usize) -> Vec<u32> {
    let vocab = decoder.spec().vocab_size.min(32_000);
    (0..count).map(|at| ((at * 7919 + seed * 104_729 + 11) % vocab) as u32).collect()
}

/// Seconds for a prompt of `count` tokens, `chunk` at a time.
pub fn prefill(decoder: &mut dyn Decoder, count: usize, chunk: usize) -> Result<f64, Failure> {
    let tokens = tokens(decoder, 0, count);
    let start = Instant::now();
    for (index, tokens) in tokens.chunks(chunk).enumerate() {
        decoder.forward(&[Step { slot: 0, position: index * chunk, tokens, adapter: None }])?;
    }
    Ok(start.elapsed().as_secs_f64())
}

/// Seconds for `count` tokens of so many sequences at once, without those of their prompts.
pub fn streams(decoder: &mut dyn Decoder, slots: usize, count: usize) -> Result<f64, Failure> {
    let tokens: Vec<_> = (0..slots).map(|slot| tokens(decoder, slot, PROMPT + count)).collect();
    for (slot, tokens) in tokens.iter().enumerate() {
        decoder.forward(&[Step { slot, position: 0, tokens: &tokens[..PROMPT], adapter: None }])?;
    }
    let start = Instant::now();
    for position in PROMPT..PROMPT + count {
        let step = |slot: usize| Step { slot, position, tokens: &tokens[slot][position..=position], adapter: None };
        decoder.forward(&(0..slots).map(step).collect::<Vec<_>>())?;
    }
    Ok(start.elapsed().as_secs_f64())
}
