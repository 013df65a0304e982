//! The BERT family as Hugging Face stores it: `config.json`, and the names and shapes of its tensors, and the forward
//! pass on the CPU. What computes on a GPU is in `device`.

mod config;
mod forward;
mod weights;

pub use config::{BertConfig, Family};
pub use forward::BertForward;
pub use weights::{BertWeights, LinearWeights, NormWeights};
