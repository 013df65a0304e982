//! Our own small detector: on a grid of cells, how likely the centre of each thing is, how far its sides are, and its colour.
//!
//! `config.json`: the ResNet below `backbone_config`, the widths of the neck and the head, and the names. From the second
//! stage come cells of 8 pixels, from the third of 16, from the fourth of 32; the neck brings the coarser ones up.

use serde::Deserialize;

use super::body::{Body, Hardware};
use super::config::{Labels, refused};
use super::conv::{After, Conv, Map, Window, biased};
use super::detect::Found;
use super::layers::sigmoid;
use super::picture::Picture;
use super::preprocess::Preprocess;
use super::resnet::ResNetConfig;
use crate::engine::backend::Failure;
use crate::engine::checkpoints::{Checkpoint, Tensors};
use crate::engine::queue::Ticket;

#[derive(Deserialize)]
pub struct Config {
    backbone_config: ResNetConfig,
    neck_width: usize,
    head_width: usize,
    id2label: Labels,
    /// Names of the colours, in the order of their logits.
    colors: Vec<String>,
}

pub struct Centre {
    preprocess: Preprocess,
    backbone: Body,
    neck: [Conv; 2],
    head: [Conv; 2],
    mix: Conv,
    out: Conv,
    labels: Vec<String>,
    colours: Vec<String>,
}

/// A thing with what only this detector says of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    pub found: Found,
    pub thing: usize,
    /// The likeliest colour.
    pub colour: usize,
}

/// Two boxes of one thing that have more than this in common are one.
const SAME: f32 = 0.5;
/// A picture has no more things than this.
const MOST: usize = 100;

impl Centre {
    pub fn load(checkpoint: &Checkpoint, hardware: &Hardware) -> Result<Self, Failure> {
        let config: Config = checkpoint.json("config.json")?;
        Self::of(checkpoint, &checkpoint.tensors()?, &config, hardware)
    }

    pub fn of(
        checkpoint: &Checkpoint,
        tensors: &Tensors,
        config: &Config,
        hardware: &Hardware,
    ) -> Result<Self, Failure> {
        let sizes = &config.backbone_config.hidden_sizes;
        let [_, eighth, sixteenth, coarsest] = sizes[..] else {
            return Err(refused(checkpoint, "the backbone has four stages"));
        };
        let (neck, head) = (config.neck_width, config.head_width);
        let (one, three) = (Window::same(1, 1), Window::same(3, 1));
        let conv =
            |name: &str, outputs, channels, window| biased(hardware.isa, tensors, name, outputs, channels, window);
        let (things, colours) = (config.id2label.count(), config.colors.len());
        Ok(Self {
            preprocess: Preprocess::read(checkpoint)?,
            backbone: Body::load(checkpoint, tensors, "resnet.", &config.backbone_config, hardware)?,
            neck: [conv("neck.fine", neck, sixteenth, one)?, conv("neck.coarse", neck, coarsest, one)?],
            head: [conv("detector.fine", head, eighth, one)?, conv("detector.coarse", head, neck, one)?],
            mix: conv("detector.mix", head, head, three)?,
            out: conv("detector.out", things + 4 + colours, head, one)?,
            labels: config.id2label.all(things),
            colours: config.colors.clone(),
        })
    }

    pub fn find(&self, picture: Picture, least: f32, ticket: &Ticket) -> Result<Vec<Seen>, Failure> {
        let pixels = self.preprocess.apply(picture)?;
        Ok(self.peaks(&self.forward(&pixels, ticket)?, least))
    }

    /// The grid: per cell the logits of the things, the distances to the sides before softplus, the logits of the colours.
    pub fn forward(&self, pixels: &Map, ticket: &Ticket) -> Result<Map, Failure> {
        let maps = self.backbone.forward(pixels, 3, || ticket.check())?;
        let [eighth, sixteenth, coarsest] = &maps[..] else {
            return Err(Failure::Backend("not three maps".to_owned()));
        };
        let coarse = doubled(&self.neck[1].forward(coarsest, After::Nothing), sixteenth);
        let neck = self.neck[0].forward(sixteenth, After::AddRelu(&coarse));
        let coarse = doubled(&self.head[1].forward(&neck, After::Nothing), eighth);
        let fine = self.head[0].forward(eighth, After::AddRelu(&coarse));
        Ok(self.out.forward(&self.mix.forward(&fine, After::Relu), After::Nothing))
    }

    /// Cells where a thing is likelier than in the cells around, best first.
    fn peaks(&self, grid: &Map, least: f32) -> Vec<Seen> {
        let (things, colours) = (self.labels.len(), self.colours.len());
        let cell = |y: usize, x: usize| &grid.values[(y * grid.width + x) * grid.channels..][..grid.channels];
        let mut seen = Vec::new();
        for (y, x) in (0..grid.height).flat_map(|y| (0..grid.width).map(move |x| (y, x))) {
            let here = cell(y, x);
            let sides: [f32; 4] = std::array::from_fn(|side| here[things + side].exp().ln_1p().min(1e4));
            let ends = [
                x as f32 + 0.5 - sides[0],
                y as f32 + 0.5 - sides[1],
                x as f32 + 0.5 + sides[2],
                y as f32 + 0.5 + sides[3],
            ];
            let whole = [grid.width, grid.height, grid.width, grid.height].map(|count| count as f32);
            let bounds = std::array::from_fn(|edge| (ends[edge] / whole[edge]).clamp(0.0, 1.0));
            let tints = &here[things + 4..things + 4 + colours];
            let colour = tints.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).map_or(0, |(colour, _)| colour);
            for (thing, logit) in here[..things].iter().enumerate() {
                let score = sigmoid(*logit);
                let around = (y.saturating_sub(1)..(y + 2).min(grid.height))
                    .flat_map(|y| (x.saturating_sub(1)..(x + 2).min(grid.width)).map(move |x| (y, x)));
                if score >= least && around.into_iter().all(|(y, x)| cell(y, x)[thing] <= *logit) {
                    let found = Found { label: self.labels[thing].clone(), score, bounds };
                    seen.push(Seen { found, thing, colour });
                }
            }
        }
        seen.sort_by(|a, b| b.found.score.total_cmp(&a.found.score));
        let mut kept: Vec<Seen> = Vec::new();
        for one in seen {
            let is_known = kept.iter().any(|other| {
                // A box is one thing: of two names for it the likelier holds.
                let common = overlap(&other.found.bounds, &one.found.bounds);
                common > if other.thing == one.thing { SAME } else { 0.7 }
            });
            if !is_known && kept.len() < MOST {
                kept.push(one);
            }
        }
        kept
    }

    /// How many things and colours it knows.
    pub fn counts(&self) -> (usize, usize) {
        (self.labels.len(), self.colours.len())
    }
}

/// Intersection over union.
pub fn overlap(a: &[f32; 4], b: &[f32; 4]) -> f32 {
    let area = |x: &[f32; 4]| (x[2] - x[0]).max(0.0) * (x[3] - x[1]).max(0.0);
    let both = area(&[a[0].max(b[0]), a[1].max(b[1]), a[2].min(b[2]), a[3].min(b[3])]);
    both / (area(a) + area(b) - both).max(1e-9)
}

/// Every cell four times, as many as `like` has.
fn doubled(map: &Map, like: &Map) -> Map {
    let (height, width, channels) = (like.height, like.width, map.channels);
    let mut values = Vec::with_capacity(height * width * channels);
    for (y, x) in (0..height).flat_map(|y| (0..width).map(move |x| (y, x))) {
        let (y, x) = ((y / 2).min(map.height - 1), (x / 2).min(map.width - 1));
        values.extend_from_slice(&map.values[(y * map.width + x) * channels..][..channels]);
    }
    Map { height, width, channels, values }
}
