//! What Whisper says: tokens, one after the other, over what the encoder heard; on the CPU or on a device.

mod cpu;
mod device;

use super::weights::Weights;
use crate::engine::backend::Failure;
use crate::engine::device::place::Place;
use crate::engine::kernels::Isa;

pub struct Decoder {
    pub vocabulary: usize,
    /// Tokens, prompt included.
    pub context: usize,
    voice: Voice,
}

enum Voice {
    Cpu(Box<cpu::Decoder>),
    Device(Box<device::Decoder>),
}

/// What one window's decoding holds.
pub struct Saying {
    memory: Memory,
    /// Tokens that were said.
    pub length: usize,
}

enum Memory {
    Cpu(cpu::Memory),
    Device(device::Memory),
}

/// What one of several beams said.
#[derive(Clone)]
pub enum Said {
    Cpu(cpu::Said),
    Device(device::Said),
}

impl Decoder {
    /// On `place`; on the CPU where there is none.
    pub fn load(weights: &Weights<'_>, isa: Isa, place: Option<Place>) -> Result<Self, Failure> {
        Ok(Self {
            vocabulary: weights.config.vocab_size,
            context: weights.config.max_target_positions,
            voice: match place {
                None => Voice::Cpu(Box::new(cpu::Decoder::load(weights, isa)?)),
                Some(place) => Voice::Device(Box::new(device::Decoder::load(weights, place)?)),
            },
        })
    }

    /// Takes in what was heard, `[states, width]`; nothing said yet.
    pub fn listen(&self, heard: &[f32]) -> Result<Saying, Failure> {
        let memory = match &self.voice {
            Voice::Cpu(voice) => Memory::Cpu(voice.listen(heard)),
            Voice::Device(voice) => Memory::Device(voice.listen(heard)?),
        };
        Ok(Saying { memory, length: 0 })
    }

    /// Forgets what was said from token `length` on.
    pub fn rewind(&self, saying: &mut Saying, length: usize) {
        saying.length = saying.length.min(length);
        if let (Voice::Cpu(voice), Memory::Cpu(memory)) = (&self.voice, &mut saying.memory) {
            voice.rewind(memory, saying.length);
        }
    }

    /// Appends tokens, and gives the logits after the last of them, or after each with `all`.
    pub fn say(&mut self, saying: &mut Saying, tokens: &[u32], all: bool) -> Result<Vec<f32>, Failure> {
        let length = saying.length;
        let logits = match (&mut self.voice, &mut saying.memory) {
            (Voice::Cpu(voice), Memory::Cpu(memory)) => voice.say(memory, length, tokens, all)?,
            (Voice::Device(voice), Memory::Device(memory)) => voice.say(memory, length, tokens, all)?,
            _ => return Err(mixed()),
        };
        saying.length += tokens.len();
        Ok(logits)
    }

    /// What `saying` said so far, for one more beam over it.
    pub fn fork(&self, saying: &Saying) -> Said {
        match &saying.memory {
            Memory::Cpu(memory) => Said::Cpu(memory.fork()),
            Memory::Device(memory) => Said::Device(memory.fork()),
        }
    }

    /// Puts a token behind the first `position` of each of `said`, beams over what `saying` heard, and gives the logits after
    /// each. What `saying` itself said stays as it is.
    pub fn say_each(
        &mut self,
        saying: &Saying,
        said: &mut [Said],
        position: usize,
        tokens: &[u32],
    ) -> Result<Vec<f32>, Failure> {
        match (&mut self.voice, &saying.memory) {
            (Voice::Cpu(voice), Memory::Cpu(memory)) => {
                let said = said.iter_mut().map(|said| if let Said::Cpu(said) = said { Some(said) } else { None });
                let mut said: Vec<_> = said.collect::<Option<_>>().ok_or_else(mixed)?;
                voice.say_each(memory, &mut said, position, tokens)
            }
            (Voice::Device(voice), Memory::Device(memory)) => {
                let said = said.iter_mut().map(|said| if let Said::Device(said) = said { Some(said) } else { None });
                let mut said: Vec<_> = said.collect::<Option<_>>().ok_or_else(mixed)?;
                voice.say_each(memory, &mut said, position, tokens)
            }
            _ => Err(mixed()),
        }
    }

    /// How much the tokens so far looked at each of the first `states` states, by the head `[layer, head]`: `[tokens, states]`,
    /// each row of sum 1.
    pub fn attention(&self, saying: &Saying, head: [usize; 2], states: usize) -> Result<Vec<f32>, Failure> {
        match (&self.voice, &saying.memory) {
            (Voice::Cpu(voice), Memory::Cpu(memory)) => Ok(voice.attention(memory, head, states)),
            (Voice::Device(voice), Memory::Device(memory)) => {
                Ok(voice.attention(memory, head, (saying.length, states))?)
            }
            _ => Err(mixed()),
        }
    }
}

/// Nothing makes it so.
fn mixed() -> Failure {
    Failure::Backend("a memory of another voice".to_owned())
}

/// Refuses tokens that there are not, and more than the context holds: `each` for every beam behind the first `first`.
fn check(tokens: &[u32], (first, each): (usize, usize), context: usize, vocabulary: usize) -> Result<(), Failure> {
    if first + each > context || each == 0 {
        return Err(Failure::Backend(format!("{each} tokens behind {first} of {context}")));
    }
    match tokens.iter().find(|token| **token as usize >= vocabulary) {
        Some(token) => Err(Failure::Input(format!("token {token} is not in the vocabulary"))),
        None => Ok(()),
    }
}
