//! Pictures by rule: the stand-in of text-to-image models. No network has learnt anything here. Nouns and colours that the
//! prompt names are drawn as simple shapes in front of a background; whatever else it says chooses palette and composition.
//! The same wish gives the same picture on every machine of one kind.

mod paint;
mod scene;
mod shapes;
#[cfg(test)]
mod tests;
mod words;

use candle_core::Device;

use crate::engine::Loadable;
use crate::engine::backend::Failure;
use crate::engine::checkpoints::Checkpoint;
use crate::engine::queue::QueueOptions;
use crate::engine::solo::Solo;
use crate::engine::vision::{Picture, Size};

/// The thread that draws, one picture after the other: each takes all cores.
pub struct Painter {
    pub solo: Solo<()>,
}

impl Loadable for Painter {
    fn load(checkpoint: &Checkpoint, _device: &Device, options: &QueueOptions) -> Result<Self, Failure> {
        Ok(Self { solo: Solo::spawn(checkpoint.name(), options.capacity, ())? })
    }
}

/// What is to be drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Wish {
    pub prompt: String,
    /// What it names is left out.
    pub negative: String,
    /// At least 1 by 1.
    pub size: Size,
    pub seed: u64,
    /// Fewer steps leave more grain.
    pub steps: usize,
    /// How much the colours stand out, around 7.5.
    pub guidance: f64,
    /// A picture to begin with.
    pub start: Option<Start>,
}

/// A picture to begin with.
#[derive(Debug, Clone, PartialEq)]
pub struct Start {
    pub picture: Picture,
    /// How much of it is drawn over: 0 leaves it, 1 forgets it.
    pub strength: f64,
    /// Where it is drawn over, by brightness; everywhere without one.
    pub mask: Option<Picture>,
}

/// Bytes that drawing takes for each pixel: as numbers, as bytes, and encoded.
pub const BYTES_PER_PIXEL: usize = 24;

/// Draws it; `check` ends the work between bands of rows.
pub fn draw(wish: &Wish, check: impl Fn() -> Result<(), Failure> + Sync) -> Result<Picture, Failure> {
    paint::paint(wish, &scene::compose(wish), check)
}
