//! The loops of a decoder on the CPU, compiled for several instruction sets and chosen at run time.
//!
//! Every output is computed by one fixed chain of operations over its own inputs, whatever else is in the batch and
//! however the work is split over threads: a request's result is the same to the bit alone and in company.

mod attention;
mod isa;
mod matmul;
mod pointwise;

pub use attention::{Heads, KvCache, attend};
pub use isa::Level;
pub use matmul::Matrix;
pub use pointwise::{add, rms_norm, rotate, silu_gate};
