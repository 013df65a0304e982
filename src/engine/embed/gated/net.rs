//! What such an encoder is made of, wherever it computes.

use crate::engine::checkpoints::Rows;
use crate::engine::generate::decoder::Angles;
use crate::engine::kernels::attention::Sight;
use crate::engine::kernels::{GateKind, LayerNorm};

/// Such an encoder, its matrices as the checkpoint stores them ([`Dense`](crate::engine::generate::decoder::Dense)) or for wherever it computes.
pub struct Gated<M> {
    pub width: usize,
    pub intermediate: usize,
    /// `[vocabulary, hidden]`, as stored.
    pub words: Rows,
    pub embedding_scale: f32,
    /// What is added to tokens of type 0 and of type 1.
    pub types: Option<[Vec<f32>; 2]>,
    pub embedding_norm: Option<Norm>,
    pub layers: Vec<Layer<M>>,
    pub final_norm: Option<Norm>,
    /// What [`Layer::rope`] points to.
    pub angles: Vec<Angles>,
    pub score_scale: f32,
    pub gate: GateKind,
}

pub struct Layer<M> {
    pub sight: Sight,
    pub rope: usize,
    pub norms: Norms,
    pub qkv: M,
    /// Of queries and keys, head by head, and their epsilon.
    pub qk_norms: Option<([Vec<f32>; 2], f32)>,
    pub output: M,
    pub gate_up: M,
    pub down: M,
}

/// Where a layer's norms stand. The pairs are of attention and of the feed-forward part.
pub enum Norms<N = Norm> {
    /// In front of each part (ModernBERT's first layer has none before attention), and where there are `after`,
    /// behind it as well, before its result is added.
    Before { before: [Option<N>; 2], after: Option<[N; 2]> },
    /// Over the sum.
    Over([N; 2]),
}

pub enum Norm {
    Layer(LayerNorm),
    Rms { scale: Vec<f32>, eps: f32 },
}
