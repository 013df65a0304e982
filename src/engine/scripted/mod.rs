//! Backends that say what they are told to: for stubs, for demonstrations without weights, and for tests of
//! everything above the engine.

mod decoder;
mod encoder;

pub use decoder::{ScriptedDecoder, byte_tokenizer};
pub use encoder::ScriptedEncoder;
