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
use crate::engine::registry::Registry;

/// All loaded checkpoints of one instance on one device.
pub struct Engine {
    device: Device,
    options: QueueOptions,
    embedders: Registry<EmbeddingModel>,
    generators: Registry<GenerationModel>,
}

impl Engine {
    pub fn new(device: Device, options: QueueOptions) -> Self {
        // The first to ask decides how many threads the pool has; Candle would ask later, and otherwise.
        kernels::threads::count();
        Self { device, options, embedders: Registry::default(), generators: Registry::default() }
    }

    /// The encoder in `checkpoint` if it is loaded already.
    pub fn loaded_embedder(&self, checkpoint: &Checkpoint) -> Option<Arc<EmbeddingModel>> {
        self.embedders.loaded(checkpoint.name())
    }

    /// The encoder in `checkpoint`, loaded at first use. Blocks while it loads.
    pub fn embedder(&self, checkpoint: &Checkpoint) -> Result<Arc<EmbeddingModel>, Failure> {
        self.embedders.get_or_load(checkpoint.name(), || EmbeddingModel::load(checkpoint, &self.device, &self.options))
    }

    /// The decoder in `checkpoint` if it is loaded already.
    pub fn loaded_generator(&self, checkpoint: &Checkpoint) -> Option<Arc<GenerationModel>> {
        self.generators.loaded(checkpoint.name())
    }

    /// The decoder in `checkpoint`, loaded at first use. Blocks while it loads.
    pub fn generator(&self, checkpoint: &Checkpoint) -> Result<Arc<GenerationModel>, Failure> {
        self.generators
            .get_or_load(checkpoint.name(), || GenerationModel::load(checkpoint, &self.device, &self.options))
    }

    /// Names of the loaded checkpoints.
    pub fn loaded(&self) -> Vec<String> {
        let mut names = self.embedders.names();
        names.extend(self.generators.names());
        names
    }
}
