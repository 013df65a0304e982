//! CPU kernels: every routine that spends the time of a forward pass, in one place.
//!
//! Each kernel is written once, generic over [`Simd`], and compiled once per instruction set; [`Isa`] picks the
//! best one that the running machine has. All `unsafe` of the engine's arithmetic is in this folder.
//!
//! A row of a result never depends on the rows beside it: each output is summed by one thread in one fixed order,
//! so a text has the same vector, bit for bit, alone or in any batch, with any number of threads.

pub mod attention;
mod cached;
mod coded;
mod decoder;
mod isa;
mod linear;
mod math;
mod norm;
mod quantized;
mod shared;
mod simd;
#[cfg(test)]
mod tests;
pub mod threads;
mod tile;

pub use cached::{Attention, KvCache, Queries, attend_cached};
pub use coded::{CodedRow, Format};
pub use decoder::{GateKind, add_scaled, gate, norm_heads, rms_norm, rotate, scale_and_cap};
pub use isa::Isa;
pub use linear::{Activation, Arithmetic, Linear, Part, Storage};
pub use norm::{LayerNorm, l2_normalize};
