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

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use candle_core::Device;

use crate::engine::backend::Failure;
use crate::engine::checkpoints::Checkpoint;
use crate::engine::device::{Source, fault};
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

/// How long an unloaded model's thread may take until its memory is free.
const LETTING_GO: Duration = Duration::from_millis(100);

/// All loaded checkpoints of one instance on one device.
pub struct Engine {
    source: Box<dyn Source>,
    /// `None` between the loss of a device and the next load.
    device: Mutex<Option<Device>>,
    /// So many losses of devices were looked into.
    losses: AtomicU64,
    options: QueueOptions,
    /// Most bytes of weights in memory at once.
    memory: Option<u64>,
    models: Registry,
}

impl Engine {
    /// `memory`: most bytes of weights at once, as they are stored; what was used least recently makes room.
    pub fn open(source: Box<dyn Source>, options: QueueOptions, memory: Option<u64>) -> Result<Self, Failure> {
        // The first to ask decides how many threads the pool has; Candle would ask later, and otherwise.
        kernels::threads::count();
        let losses = AtomicU64::new(fault::losses());
        let device = Mutex::new(Some(source.open()?));
        Ok(Self { source, device, losses, options, memory, models: Registry::default() })
    }

    /// The model in `checkpoint` if it is loaded already; never waits.
    pub fn loaded_model<M: Loadable>(&self, checkpoint: &Checkpoint) -> Option<Arc<M>> {
        self.look_after_the_device();
        self.models.loaded(checkpoint.name())
    }

    /// The model in `checkpoint`, loaded at first use. Blocks while it loads.
    pub fn model<M: Loadable>(&self, checkpoint: &Checkpoint) -> Result<Arc<M>, Failure> {
        self.look_after_the_device();
        let bytes = checkpoint.weight_bytes();
        self.models.get_or_load(checkpoint.name(), bytes, || {
            self.make_room(checkpoint.name(), bytes)?;
            self.load(checkpoint)
        })
    }

    /// Where the device's memory does not suffice, what was used least recently makes room, one after the other.
    fn load<M: Loadable>(&self, checkpoint: &Checkpoint) -> Result<M, Failure> {
        loop {
            match M::load(checkpoint, &self.device()?, &self.options) {
                Err(Failure::DeviceMemory(_)) if self.unload_oldest(checkpoint.name()) => {
                    // Its thread lets go of the weights, not this one.
                    std::thread::sleep(LETTING_GO);
                }
                done => return done,
            }
        }
    }

    fn device(&self) -> Result<Device, Failure> {
        let mut device = self.device.lock().unwrap_or_else(PoisonError::into_inner);
        match &*device {
            Some(device) => Ok(device.clone()),
            None => Ok(device.insert(self.source.open()?).clone()),
        }
    }

    /// After an error that says so: if the device is lost indeed, forgets it and all that is on it, for the next load to
    /// open it anew. Whoever still computes there fails and lets go.
    fn look_after_the_device(&self) {
        let losses = fault::losses();
        if self.losses.load(Ordering::Relaxed) == losses {
            return;
        }
        let mut device = self.device.lock().unwrap_or_else(PoisonError::into_inner);
        self.losses.store(losses, Ordering::Relaxed);
        if device.take_if(|device| !self.source.works(device)).is_some() {
            tracing::error!("the device is lost: its models are unloaded, and it is opened anew at the next load");
            self.models.clear();
        }
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
        let used = || self.loaded().iter().map(|one| one.bytes).sum::<u64>();
        while used() + bytes > most && self.unload_oldest(name) {}
        Ok(())
    }

    /// Unloads what was used least recently, to make room for `name`; false where nothing is loaded.
    fn unload_oldest(&self, name: &str) -> bool {
        let loaded = self.loaded();
        let Some(oldest) = loaded.iter().min_by_key(|one| one.used) else { return false };
        tracing::info!(checkpoint = oldest.name, "unloaded, to make room for `{name}`");
        self.models.unload(&oldest.name);
        true
    }
}

#[cfg(test)]
mod tests;
