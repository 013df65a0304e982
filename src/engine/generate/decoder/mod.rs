//! One decoder for Llama, Mistral, Qwen 2 and 3, Gemma 1 to 3, Phi 3, Granite, SmolLM and whatever shares their shape,
//! driven by `config.json`.

mod config;
mod cpu;
mod device;
pub mod lora;
mod rope;
mod shape;
mod weights;

use candle_core::Device;

use crate::engine::backend::{Decoder, DecoderSpec, Failure, Step};
use crate::engine::checkpoints::Checkpoint;
use crate::engine::kernels::Isa;
use crate::engine::queue::QueueOptions;
use cpu::CpuDecoder;
use device::DeviceDecoder;
pub use rope::{Angles, Rope};
pub use shape::{Config, Gate};
pub use weights::{Dense, Weights};

/// Positions of a slot's cache at most, whatever the model could do: a cache for 128 Ki positions would take gigabytes.
const WINDOW: usize = 4096;

/// Loads the checkpoint's weights for `device`; its shape is what adapters are read for.
pub fn load(
    checkpoint: &Checkpoint,
    device: &Device,
    options: &QueueOptions,
) -> Result<(Box<dyn Decoder>, Config), Failure> {
    let config = Config::load(checkpoint)?;
    let spec = spec(&config, options);
    let tensors = checkpoint.tensors()?;
    let weights = Weights::new(&tensors, &config);
    let decoder: Box<dyn Decoder> = match device {
        Device::Cpu => Box::new(CpuDecoder::load(Isa::best(), config.clone(), spec, &weights)?),
        device => Box::new(DeviceDecoder::load(config.clone(), spec, &weights, device)?),
    };
    Ok((decoder, config))
}

fn spec(config: &Config, options: &QueueOptions) -> DecoderSpec {
    DecoderSpec {
        vocab_size: config.vocab_size,
        context: config.max_positions.min(WINDOW),
        slots: options.slots.max(1),
    }
}

/// Refuses steps that would read or write outside of what the decoder holds.
fn check(steps: &[Step<'_>], spec: &DecoderSpec) -> Result<(), Failure> {
    for (index, step) in steps.iter().enumerate() {
        let fits = step.slot < spec.slots
            && !step.tokens.is_empty()
            && step.position.checked_add(step.tokens.len()).is_some_and(|end| end <= spec.context)
            && step.tokens.iter().all(|token| (*token as usize) < spec.vocab_size)
            && steps[..index].iter().all(|other| other.slot != step.slot);
        if !fits {
            return Err(Failure::Backend(format!(
                "a step of {} tokens at position {} of slot {} does not fit {spec:?}",
                step.tokens.len(),
                step.position,
                step.slot
            )));
        }
    }
    Ok(())
}

#[cfg(test)]
mod parity;
#[cfg(test)]
mod tests;
