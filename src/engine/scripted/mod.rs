//! Backends without weights: deterministic, instant, and first-class. Whoever tests what surrounds inference uses these.

mod encoder;

pub use encoder::{ScriptedEncoder, byte_tokenizer};
