//! Low-rank additions to a decoder's matrices (LoRA), for the sequences that ask for them. The decoder's own weights
//! stay as they are, so that any number of adapters shares them, in one batch too.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use candle_core::{DType, Device, Tensor};

use crate::engine::kernels::{Isa, Linear};

/// What one adapter adds, layer by layer.
#[derive(Debug)]
pub struct Adapter {
    id: u64,
    layers: Vec<Vec<LowRank>>,
}

/// The matrix of a layer that something is added to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Module {
    /// Queries, keys and values together.
    Qkv,
    Output,
    /// Gate and up together.
    GateUp,
    Down,
}

/// `scale * up (down x)` is added to some outputs of a matrix.
#[derive(Debug)]
pub struct LowRank {
    pub module: Module,
    /// The first of the outputs.
    pub first: usize,
    pub outputs: usize,
    pub inputs: usize,
    pub rank: usize,
    pub scale: f32,
    /// `rank x inputs`.
    pub down: Vec<f32>,
    /// `outputs x rank`.
    pub up: Vec<f32>,
    packed: OnceLock<[Linear; 2]>,
    tensors: OnceLock<[Tensor; 2]>,
}

impl Adapter {
    pub fn new(layers: Vec<Vec<LowRank>>) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Self { id: NEXT.fetch_add(1, Ordering::Relaxed), layers }
    }

    /// Unlike that of any other in this process.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// What is added to one matrix of a layer.
    pub fn parts(&self, layer: usize, module: Module) -> impl Iterator<Item = &LowRank> {
        self.layers.get(layer).into_iter().flatten().filter(move |part| part.module == module)
    }
}

impl LowRank {
    /// `down` is `rank x inputs`, `up` is `outputs x rank`.
    pub fn new(module: Module, first: usize, scale: f32, rank: usize, down: Vec<f32>, up: Vec<f32>) -> Self {
        let (inputs, outputs) = (down.len() / rank, up.len() / rank);
        Self {
            module,
            first,
            outputs,
            inputs,
            rank,
            scale,
            down,
            up,
            packed: OnceLock::new(),
            tensors: OnceLock::new(),
        }
    }

    /// Both matrices for the CPU's kernels, packed when they are first used.
    pub fn packed(&self, isa: Isa) -> &[Linear; 2] {
        self.packed.get_or_init(|| {
            [
                Linear::new(isa, &self.down, &vec![0.0; self.rank], self.inputs),
                Linear::new(isa, &self.up, &vec![0.0; self.outputs], self.rank),
            ]
        })
    }

    /// Both matrices on a device, turned so that rows are multiplied from the left; device and type are those of the first call.
    pub fn tensors(&self, device: &Device, dtype: DType) -> candle_core::Result<&[Tensor; 2]> {
        if self.tensors.get().is_none() {
            let tensor = |values: &[f32], shape: (usize, usize)| {
                Tensor::from_vec(values.to_vec(), shape, device)?.to_dtype(dtype)?.t()?.contiguous()
            };
            let both = [tensor(&self.down, (self.rank, self.inputs))?, tensor(&self.up, (self.outputs, self.rank))?];
            // Whoever was first.
            let _ = self.tensors.set(both);
        }
        self.tensors.get().ok_or_else(|| candle_core::Error::Msg("an adapter's tensors are gone".to_owned()))
    }
}
