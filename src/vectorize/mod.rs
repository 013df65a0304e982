//! The Vectorize service: a vector index with production's semantics, limits and refusals. No HTTP.
//!
//! A write walks parse → index (checks) → store (with `--data-dir`) → mutations (the log) → state → view; a query walks
//! query (checks) → filter → search over the view of the moment → wire. Facts come from Cloudflare's documentation, clients and live
//! answers; what nobody knows is decided in docs/fidelity.md.

mod blocks;
mod config;
mod declared;
mod filter;
mod index;
pub mod limits;
mod lists;
mod metadata;
mod metadata_index;
mod mutations;
mod near;
mod parse;
mod places;
mod query;
mod search;
mod service;
mod sorted;
mod state;
mod store;
pub mod touched;
mod transfer;
mod view;
pub mod wire;

pub use config::{IndexConfig, Metric, check_name};
pub use declared::Declared;
pub use index::Index;
pub use metadata::IndexType;
pub use mutations::Lag;
pub use parse::{Line, Unparsable, json, ndjson};
pub use query::{Query, ReturnMetadata};
pub use service::{Account, Vectorize};
pub use store::StoreError;
pub use transfer::{Export, Import, Imported};
