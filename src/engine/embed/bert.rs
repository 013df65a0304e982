//! The BERT family as Hugging Face stores it: `config.json`, and the names and shapes of its tensors. What computes
//! with them is in `cpu.rs` and `candle.rs`.

mod config;
mod weights;

pub use config::BertConfig;
pub use weights::{BertWeights, LinearWeights, NormWeights};
