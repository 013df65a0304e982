//! What a picture shows: `ResNetForImageClassification`.

use candle_core::Device;
use serde::Deserialize;

use super::body::{Body, Hardware};
use super::config::{Architecture, Labels, refused};
use super::layers::{Dense, softmax};
use super::picture::Picture;
use super::preprocess::Preprocess;
use super::resnet::ResNetConfig;
use crate::engine::Loadable;
use crate::engine::backend::Failure;
use crate::engine::checkpoints::Checkpoint;
use crate::engine::kernels::threads;
use crate::engine::queue::{QueueOptions, Ticket};
use crate::engine::solo::Solo;

/// One class and how probable it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Guess {
    /// As the checkpoint has it, which may be several names with commas between.
    pub label: String,
    /// 0 to 1; over all classes the sum is 1.
    pub score: f32,
}

/// A classifier and its thread.
pub struct Classifier {
    pub solo: Solo<Classify>,
}

/// The classifier itself, as its thread has it.
pub struct Classify {
    preprocess: Preprocess,
    body: Body,
    head: Dense,
    labels: Vec<String>,
}

#[derive(Deserialize)]
struct Config {
    #[serde(flatten)]
    body: ResNetConfig,
    #[serde(default)]
    id2label: Labels,
}

impl Loadable for Classifier {
    fn load(checkpoint: &Checkpoint, device: &Device, options: &QueueOptions) -> Result<Self, Failure> {
        let solo = Solo::spawn(
            &format!("classify {}", checkpoint.name()),
            options.capacity,
            Classify::load(checkpoint, &Hardware::of(device))?,
        )?;
        Ok(Self { solo })
    }
}

impl Classify {
    pub fn load(checkpoint: &Checkpoint, hardware: &Hardware) -> Result<Self, Failure> {
        if Architecture::of(checkpoint) != Some(Architecture::ResNet) {
            let hint = "hint: bind a `ResNetForImageClassification`, or leave the binding out";
            return Err(refused(checkpoint, format!("it is no classifier of pictures that is computed here\n{hint}")));
        }
        let config: Config = checkpoint.json("config.json")?;
        let tensors = checkpoint.tensors()?;
        let body = Body::load(checkpoint, &tensors, "resnet.", &config.body, hardware)?;
        let width = config.body.hidden_sizes.last().copied().unwrap_or_default();
        let classes = match config.id2label.count() {
            0 => return Err(refused(checkpoint, "`id2label` names no classes")),
            count => count,
        };
        let head = Dense::load(hardware.isa, &tensors, "classifier.1", classes, width)?;
        Ok(Self { preprocess: Preprocess::read(checkpoint)?, body, head, labels: config.id2label.all(classes) })
    }

    /// The most probable classes, best first.
    pub fn best(&self, picture: Picture, most: usize, ticket: &Ticket) -> Result<Vec<Guess>, Failure> {
        let mut scores = self.logits(picture, ticket)?;
        softmax(&mut scores);
        let mut guesses: Vec<(f32, &String)> = scores.into_iter().zip(&self.labels).collect();
        guesses.sort_by(|a, b| b.0.total_cmp(&a.0));
        guesses.truncate(most);
        Ok(guesses.into_iter().map(|(score, label)| Guess { label: label.clone(), score }).collect())
    }

    fn logits(&self, picture: Picture, ticket: &Ticket) -> Result<Vec<f32>, Failure> {
        let pixels = self.preprocess.apply(picture)?;
        threads::install(|| self.logits_of(&pixels, ticket))
    }

    /// The logits of pixels that are prepared.
    pub fn logits_of(&self, pixels: &super::conv::Map, ticket: &Ticket) -> Result<Vec<f32>, Failure> {
        let maps = self.body.forward(pixels, 1, || ticket.check())?;
        let Some(last) = maps.last() else { return Err(Failure::Backend("no stages".to_owned())) };
        let mut mean = vec![0.0; last.channels];
        for pixel in last.values.chunks_exact(last.channels) {
            mean.iter_mut().zip(pixel).for_each(|(sum, x)| *sum += x);
        }
        mean.iter_mut().for_each(|x| *x /= last.pixels() as f32);
        Ok(self.head.forward(&mean))
    }
}
