//! Candleflare: Cloudflare Workers AI and Vectorize on one's own machine.

pub mod ai;
pub mod clock;
pub mod engine;
pub mod entropy;
pub mod error;
pub mod harness;
pub mod limits;
pub mod vectorize;
