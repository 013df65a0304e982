//! Pictures: what they show ([`Classifier`]), where it is ([`Detector`]), and in words ([`Captioner`]).
//!
//! On the CPU a picture is a tensor `[height, width, channels]`, so that a convolution is the house's matrix product over
//! patches. A ResNet computes on the device, if there is one ([`body`]); what follows it, and a captioner, on the CPU.

mod blip;
mod body;
mod caption;
mod centre;
mod classify;
mod config;
mod conv;
mod detect;
mod detr;
mod findings;
mod layers;
#[cfg(test)]
mod parity;
mod picture;
mod preprocess;
mod resnet;
mod writer;

pub use caption::{Caption, Captioner, Write};
pub use classify::{Classifier, Classify, Guess};
pub use detect::{Detect, Detector, Found};
pub use picture::{BYTES_PER_PIXEL, Picture, Size, Unreadable};

use config::Architecture;

use crate::engine::checkpoints::Checkpoint;

/// What a checkpoint of pictures is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    Classify,
    Detect,
    Caption,
}

/// Whether a checkpoint says of itself that it is one of those that are computed here, for that purpose.
pub fn runs(checkpoint: &Checkpoint, purpose: Purpose) -> bool {
    Architecture::of(checkpoint).is_some_and(|architecture| architecture.purpose() == purpose)
}
