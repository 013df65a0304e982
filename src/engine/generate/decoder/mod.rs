//! One decoder for Llama, Mistral, Qwen 2 and 3, Gemma 1 to 3, Phi 3, Granite, SmolLM and whatever shares their shape,
//! driven by `config.json`.

mod config;
mod cpu;
mod device;
pub mod lora;
mod rope;
mod shape;
mod weights;

use candle_core::{DType, Device};

use crate::engine::backend::{Decoder, DecoderSpec, Failure, Step};
use crate::engine::checkpoints::Checkpoint;
use crate::engine::device::memory;
use crate::engine::device::place::Place;
use crate::engine::kernels::{Arithmetic, Isa};
use crate::engine::queue::QueueOptions;
use cpu::CpuDecoder;
use device::DeviceDecoder;
pub use rope::{Angles, Rope};
pub use shape::{Config, Gate};
pub use weights::{Dense, Weights};

/// What the KV caches of a checkpoint may take on the CPU, in MiB, unless `CANDLEFLARE_KV_MEMORY` says otherwise; on a GPU an
/// eighth of its memory, for there they take it at once.
const KV_MEMORY: usize = 4096;

/// How many sequences a GPU should compute at once, if the caches have room: each costs it little more.
const GPU_SLOTS: usize = 32;

/// Positions that every slot should have, if the model has them, before there are more slots.
const WINDOW: usize = 8192;

/// Loads the checkpoint's weights for `device`; its shape is what adapters are read for.
pub fn load(
    checkpoint: &Checkpoint,
    device: &Device,
    options: &QueueOptions,
) -> Result<(Box<dyn Decoder>, Config), Failure> {
    let config = Config::load(checkpoint)?;
    let tensors = checkpoint.tensors()?;
    let weights = Weights::new(&tensors, &config);
    let decoder: Box<dyn Decoder> = match device {
        Device::Cpu => {
            let spec = spec(&config, options.slots, KV_MEMORY, DType::F32);
            Box::new(CpuDecoder::load((Isa::best(), Arithmetic::chosen()), config.clone(), spec, &weights)?)
        }
        device => {
            let place = Place::new(device, &tensors);
            let memory = memory(device).map_or(KV_MEMORY, |bytes| (bytes / 8) >> 20);
            let spec = spec(&config, options.slots.max(GPU_SLOTS), memory, place.dtype);
            Box::new(DeviceDecoder::load(config.clone(), spec, &weights, place)?)
        }
    };
    Ok((decoder, config))
}

/// How many sequences of what length the caches hold: as many slots as asked, as far as each has a good window, and then
/// as long a context as the memory and the model allow.
fn spec(config: &Config, slots: usize, memory: usize, dtype: DType) -> DecoderSpec {
    let asked = std::env::var("CANDLEFLARE_KV_MEMORY").ok().and_then(|text| text.parse().ok());
    let positions = (asked.unwrap_or(memory) << 20) / bytes_per_position(config, dtype);
    let slots = (positions / config.max_positions.clamp(1, WINDOW)).clamp(1, slots.max(1));
    let context = (positions / slots).min(config.max_positions).max(1);
    DecoderSpec { vocab_size: config.vocab_size, context, slots }
}

/// Of all layers' keys and values.
fn bytes_per_position(config: &Config, dtype: DType) -> usize {
    (config.layers.len() * 2 * config.kv_heads * config.head_dim * dtype.size_in_bytes()).max(1)
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
