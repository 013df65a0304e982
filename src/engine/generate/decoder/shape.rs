//! The shape of a decoder: everything that tells one family from another, as numbers and switches. The forward passes
//! read this and know no family's name.

use super::rope::Rope;

/// All widths are in numbers, not bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    pub vocab_size: usize,
    pub hidden: usize,
    pub intermediate: usize,
    /// One per layer.
    pub layers: Vec<LayerKind>,
    /// Query heads; a multiple of `kv_heads`.
    pub heads: usize,
    pub kv_heads: usize,
    /// Width of one head; even.
    pub head_dim: usize,
    pub max_positions: usize,
    pub norm_eps: f32,
    /// The norms' weights are stored less one (Gemma).
    pub norms_less_one: bool,
    /// Queries and keys are normed head by head before they are rotated (Qwen 3, Gemma 3).
    pub has_qk_norm: bool,
    /// What attention and the feed-forward part give is normed before it is added (Gemma 2 and 3).
    pub has_post_norms: bool,
    /// What `LayerKind::rope` points to.
    pub ropes: Vec<Rope>,
    /// The output matrix is the embedding.
    pub is_tied: bool,
    /// Biases of the query, key and value matrices.
    pub has_qkv_bias: bool,
    /// Bias of the attention's output matrix.
    pub has_output_bias: bool,
    /// Biases of the three matrices of the feed-forward part.
    pub has_mlp_bias: bool,
    /// One matrix for queries, keys and values, and one for gate and up (Phi 3).
    pub is_fused: bool,
    pub gate: Gate,
    /// Embeddings are multiplied by it.
    pub embedding_scale: f32,
    /// Scores of attention are multiplied by it.
    pub score_scale: f32,
    /// What attention and the feed-forward part give is multiplied by it.
    pub residual_scale: f32,
    /// Logits are multiplied by it.
    pub logit_scale: f32,
    /// Scores of attention become `cap * tanh(score / cap)`.
    pub score_cap: Option<f32>,
    /// Likewise the logits, after their scale.
    pub logit_cap: Option<f32>,
}

/// What differs from layer to layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LayerKind {
    /// How many positions a token sees, its own included; all if none.
    pub window: Option<usize>,
    /// Which of the rotations; none where positions are not encoded.
    pub rope: Option<usize>,
}

/// The function of the feed-forward part's gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gate {
    Silu,
    /// GELU by the hyperbolic tangent.
    GeluTanh,
}
