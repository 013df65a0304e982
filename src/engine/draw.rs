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
    /// Pixels, at least 1 by 1.
    pub width: usize,
    pub height: usize,
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
    pub picture: Canvas,
    /// How much of it is drawn over: 0 leaves it, 1 forgets it.
    pub strength: f64,
    /// Where it is drawn over, by brightness; everywhere without one.
    pub mask: Option<Canvas>,
}

/// Red, green and blue of each pixel, row by row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Canvas {
    pub width: usize,
    pub height: usize,
    pub pixels: Vec<u8>,
}

impl Canvas {
    /// The pixel nearest to a place of another canvas of `width` by `height`.
    fn nearest(&self, x: usize, y: usize, width: usize, height: usize) -> [f32; 3] {
        let column = (x * self.width / width.max(1)).min(self.width.saturating_sub(1));
        let row = (y * self.height / height.max(1)).min(self.height.saturating_sub(1));
        let at = (row * self.width + column) * 3;
        let channel = |channel: usize| self.pixels.get(at + channel).map_or(0.0, |value| f32::from(*value) / 255.0);
        [channel(0), channel(1), channel(2)]
    }
}

/// Bytes that drawing takes for each pixel: as numbers, as bytes, and encoded.
pub const BYTES_PER_PIXEL: usize = 24;

/// Draws it; `check` ends the work between bands of rows.
pub fn draw(wish: &Wish, check: impl Fn() -> Result<(), Failure> + Sync) -> Result<Canvas, Failure> {
    paint::paint(wish, &scene::compose(wish), check)
}
