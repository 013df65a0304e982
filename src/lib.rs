//! Candleflare: Cloudflare Workers AI and Vectorize on one's own machine.
//!
//! For a Rust test, [`Emulator::builder`] starts one on a free port; for everything else there is the binary.

pub mod account;
pub mod ai;
pub mod api;
pub mod cli;
pub mod clock;
pub mod config;
mod emulator;
pub mod engine;
pub mod entropy;
pub mod error;
pub mod harness;
pub mod hub;
pub mod limits;
mod transport;
pub mod vectorize;
pub mod worker;

pub use config::Config;
pub use emulator::{Account, Builder, Emulator, Refused, StartError, Totals};
pub use harness::recordings::{Missing, Target};
pub use harness::{contains, fault, regex, stub};
pub use limits::Plan;

/// The examples of the harness's documentation, run as doctests.
#[cfg(doctest)]
#[doc = include_str!("../docs/harness.md")]
struct HarnessDocs;
