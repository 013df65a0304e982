//! Inference: everything that knows Candle, and nothing that knows Cloudflare. No HTTP, no async.

pub mod backend;
pub mod checkpoints;
pub mod device;
pub mod embed;
pub mod generate;
pub mod queue;
pub mod registry;
pub mod scripted;
