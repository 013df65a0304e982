//! The engine's kernels, for `make test-neon`.
#![allow(dead_code, unused_imports, missing_docs)]

#[path = "."]
pub mod engine {
    #[path = "../../src/engine/kernels/mod.rs"]
    pub mod kernels;
}
