//! Inference: everything that knows Candle, and nothing that knows Cloudflare. No HTTP, no async.

pub mod adapter;
pub mod backend;
pub mod checkpoints;
pub mod device;
pub mod draw;
pub mod embed;
pub mod generate;
pub mod kernels;
pub mod queue;
mod registry;
pub mod say;
pub mod scripted;
mod search;
pub mod seq2seq;
pub mod solo;
pub mod sound;
pub mod speech;
pub mod vision;

use std::sync::Arc;

use candle_core::Device;

use crate::engine::backend::Failure;
use crate::engine::checkpoints::Checkpoint;
use crate::engine::embed::EmbeddingModel;
use crate::engine::generate::GenerationModel;
use crate::engine::queue::QueueOptions;
pub use crate::engine::registry::Loaded;
use crate::engine::registry::Registry;

/// A kind of model that the engine keeps: how it is read from a checkpoint.
pub trait Loadable: Send + Sync + Sized + 'static {
    /// Reads configuration and weights onto `device`, and starts the thread that owns them.
    fn load(checkpoint: &Checkpoint, device: &Device, options: &QueueOptions) -> Result<Self, Failure>;
}

impl Loadable for EmbeddingModel {
    fn load(checkpoint: &Checkpoint, device: &Device, options: &QueueOptions) -> Result<Self, Failure> {
        Self::load(checkpoint, device, options)
    }
}

impl Loadable for GenerationModel {
    fn load(checkpoint: &Checkpoint, device: &Device, options: &QueueOptions) -> Result<Self, Failure> {
        Self::load(checkpoint, device, options)
    }
}

/// All loaded checkpoints of one instance on one device.
pub struct Engine {
    device: Device,
    options: QueueOptions,
    /// Most bytes of weights in memory at once.
    memory: Option<u64>,
    models: Registry,
}

impl Engine {
    /// `memory`: most bytes of weights at once, as they are stored; what was used least recently makes room.
    pub fn new(device: Device, options: QueueOptions, memory: Option<u64>) -> Self {
        // The first to ask decides how many threads the pool has; Candle would ask later, and otherwise.
        kernels::threads::count();
        Self { device, options, memory, models: Registry::default() }
    }

    /// The model in `checkpoint` if it is loaded already; never waits.
    pub fn loaded_model<M: Loadable>(&self, checkpoint: &Checkpoint) -> Option<Arc<M>> {
        self.models.loaded(checkpoint.name())
    }

    /// The model in `checkpoint`, loaded at first use. Blocks while it loads.
    pub fn model<M: Loadable>(&self, checkpoint: &Checkpoint) -> Result<Arc<M>, Failure> {
        let bytes = checkpoint.weight_bytes();
        self.models.get_or_load(checkpoint.name(), bytes, || {
            self.make_room(checkpoint.name(), bytes)?;
            M::load(checkpoint, &self.device, &self.options)
        })
    }

    /// The loaded checkpoints by name; one that was read as several kinds of model occurs as often.
    pub fn loaded(&self) -> Vec<Loaded> {
        self.models.list()
    }

    /// Unloads, least recently used first, until `bytes` more fit.
    fn make_room(&self, name: &str, bytes: u64) -> Result<(), Failure> {
        let Some(most) = self.memory else { return Ok(()) };
        if bytes > most {
            return Err(Failure::Memory { checkpoint: name.to_owned(), bytes, most });
        }
        loop {
            let loaded = self.loaded();
            let oldest = loaded.iter().min_by_key(|one| one.used);
            let Some(oldest) = oldest.filter(|_| loaded.iter().map(|one| one.bytes).sum::<u64>() + bytes > most) else {
                return Ok(());
            };
            tracing::info!(checkpoint = oldest.name, "unloaded, to make room for `{name}`");
            self.models.unload(&oldest.name);
        }
    }
}
