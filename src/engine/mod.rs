//! Inference: everything that knows Candle, and nothing that knows Cloudflare. No HTTP, no async.

pub mod adapter;
pub mod backend;
pub mod checkpoints;
pub mod device;
pub mod embed;
pub mod generate;
pub mod kernels;
pub mod queue;
mod registry;
pub mod scripted;

use std::sync::Arc;

use candle_core::Device;

use crate::engine::backend::Failure;
use crate::engine::checkpoints::Checkpoint;
use crate::engine::embed::EmbeddingModel;
use crate::engine::generate::GenerationModel;
use crate::engine::queue::QueueOptions;
pub use crate::engine::registry::Loaded;
use crate::engine::registry::Registry;

/// All loaded checkpoints of one instance on one device.
pub struct Engine {
    device: Device,
    options: QueueOptions,
    /// Most bytes of weights in memory at once.
    memory: Option<u64>,
    embedders: Registry<EmbeddingModel>,
    generators: Registry<GenerationModel>,
}

impl Engine {
    /// `memory`: most bytes of weights at once, as they are stored; what was used least recently makes room.
    pub fn new(device: Device, options: QueueOptions, memory: Option<u64>) -> Self {
        // The first to ask decides how many threads the pool has; Candle would ask later, and otherwise.
        kernels::threads::count();
        Self { device, options, memory, embedders: Registry::default(), generators: Registry::default() }
    }

    /// The encoder in `checkpoint` if it is loaded already.
    pub fn loaded_embedder(&self, checkpoint: &Checkpoint) -> Option<Arc<EmbeddingModel>> {
        self.embedders.loaded(checkpoint.name())
    }

    /// The encoder in `checkpoint`, loaded at first use. Blocks while it loads.
    pub fn embedder(&self, checkpoint: &Checkpoint) -> Result<Arc<EmbeddingModel>, Failure> {
        let bytes = checkpoint.weight_bytes();
        self.embedders.get_or_load(checkpoint.name(), bytes, || {
            self.make_room(checkpoint.name(), bytes)?;
            EmbeddingModel::load(checkpoint, &self.device, &self.options)
        })
    }

    /// The decoder in `checkpoint` if it is loaded already.
    pub fn loaded_generator(&self, checkpoint: &Checkpoint) -> Option<Arc<GenerationModel>> {
        self.generators.loaded(checkpoint.name())
    }

    /// The decoder in `checkpoint`, loaded at first use. Blocks while it loads.
    pub fn generator(&self, checkpoint: &Checkpoint) -> Result<Arc<GenerationModel>, Failure> {
        let bytes = checkpoint.weight_bytes();
        self.generators.get_or_load(checkpoint.name(), bytes, || {
            self.make_room(checkpoint.name(), bytes)?;
            GenerationModel::load(checkpoint, &self.device, &self.options)
        })
    }

    /// The loaded checkpoints: encoders, then decoders.
    pub fn loaded(&self) -> Vec<Loaded> {
        let mut all = self.embedders.list();
        all.extend(self.generators.list());
        all
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
            // A name stands for one place, whichever kind of model was read from it.
            self.embedders.unload(&oldest.name);
            self.generators.unload(&oldest.name);
        }
    }
}
