//! Candleflare: Cloudflare Workers AI and Vectorize on one's own machine.

pub mod ai;
pub mod clock;
pub mod engine;
pub mod error;
pub mod vectorize;
