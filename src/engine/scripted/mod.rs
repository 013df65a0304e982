//! Backends that say what they are told to: for stubs, for demonstrations without weights, and for tests of
//! everything above the engine.

mod encoder;

pub use encoder::ScriptedEncoder;
