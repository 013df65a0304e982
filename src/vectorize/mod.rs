//! The Vectorize service: a vector index with production's semantics, limits and refusals. No HTTP.
//!
//! A write walks parse → index (checks) → mutations (the log) → state → blocks; a query walks query (checks) →
//! filter → search over a snapshot of the blocks → wire. Facts come from Cloudflare's documentation, clients and live
//! answers; what nobody knows is decided in docs/fidelity.md.

mod blocks;
mod config;
mod declared;
mod filter;
mod index;
pub mod limits;
mod lists;
mod metadata;
mod mutations;
mod parse;
mod query;
mod search;
mod service;
mod state;
pub mod wire;

pub use config::{IndexConfig, Metric, check_name};
pub use declared::Declared;
pub use index::Index;
pub use metadata::IndexType;
pub use mutations::Lag;
pub use parse::{Line, Unparsable, json, ndjson};
pub use query::{Query, ReturnMetadata};
pub use service::{Account, Vectorize};
