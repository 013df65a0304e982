//! ResNet: the classifier's body and DETR's backbone, in the names of `transformers` and of timm.

use serde::Deserialize;

use super::config::refused;
use super::conv::{After, Convolution, Kernel, Names, Window, folded};
use crate::engine::backend::Failure;
use crate::engine::checkpoints::{Checkpoint, Tensors};

/// `config.json` of a ResNet in `transformers`.
#[derive(Debug, Clone, Deserialize)]
pub struct ResNetConfig {
    #[serde(default = "three")]
    num_channels: usize,
    pub embedding_size: usize,
    pub hidden_sizes: Vec<usize>,
    pub depths: Vec<usize>,
    layer_type: LayerType,
    #[serde(default)]
    hidden_act: Option<String>,
    #[serde(default)]
    downsample_in_first_stage: bool,
    #[serde(default)]
    downsample_in_bottleneck: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum LayerType {
    Basic,
    Bottleneck,
}

fn three() -> usize {
    3
}

impl ResNetConfig {
    /// ResNet-50 as DETR has it, whose config says no more than its name.
    pub fn fifty() -> Self {
        Self {
            num_channels: 3,
            embedding_size: 64,
            hidden_sizes: vec![256, 512, 1024, 2048],
            depths: vec![3, 4, 6, 3],
            layer_type: LayerType::Bottleneck,
            hidden_act: None,
            downsample_in_first_stage: false,
            downsample_in_bottleneck: false,
        }
    }

    fn check(&self, checkpoint: &Checkpoint) -> Result<(), Failure> {
        let sizes = self.hidden_sizes.iter().chain([&self.embedding_size]);
        if self.num_channels != 3 || self.hidden_act.as_deref().is_some_and(|name| name != "relu") {
            return Err(refused(checkpoint, "a ResNet of three channels and `relu` is computed, no other"));
        }
        let is_sound = self.hidden_sizes.len() == self.depths.len()
            && (1..=8).contains(&self.depths.len())
            && self.depths.iter().all(|depth| (1..=100).contains(depth))
            && sizes.clone().all(|size| (1..=8192).contains(size));
        if is_sound { Ok(()) } else { Err(refused(checkpoint, "`hidden_sizes` and `depths` do not fit")) }
    }
}

/// How a checkpoint names the parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Naming {
    Transformers,
    Timm,
}

/// The network, with convolutions for wherever it computes.
pub struct ResNet<C> {
    stem: C,
    stages: Vec<Vec<Block<C>>>,
}

struct Block<C> {
    convs: Vec<C>,
    shortcut: Option<C>,
}

impl<C: Convolution> ResNet<C> {
    /// The tensors below `prefix`, which ends in a dot or is empty; `place` puts each where it computes.
    pub fn load(
        checkpoint: &Checkpoint,
        tensors: &Tensors,
        prefix: &str,
        config: &ResNetConfig,
        place: impl Fn(Kernel) -> Result<C, Failure>,
    ) -> Result<Self, Failure> {
        let folded =
            |names: &Names, outputs, channels, window| place(folded(tensors, names, outputs, channels, window)?);
        config.check(checkpoint)?;
        let naming = match tensors.contains(&format!("{prefix}conv1.weight")) {
            true => Naming::Timm,
            false => Naming::Transformers,
        };
        let stem = match naming {
            Naming::Timm => Names { weight: format!("{prefix}conv1.weight"), norm: format!("{prefix}bn1") },
            Naming::Transformers => pair(&format!("{prefix}embedder.embedder")),
        };
        let stem = folded(&stem, config.embedding_size, config.num_channels, Window::same(7, 2))?;
        let mut channels = config.embedding_size;
        let mut stages = Vec::new();
        for (stage, (size, depth)) in config.hidden_sizes.iter().zip(&config.depths).enumerate() {
            let mut blocks = Vec::new();
            for index in 0..*depth {
                let is_down = index == 0 && (stage > 0 || config.downsample_in_first_stage);
                let stride = if is_down { 2 } else { 1 };
                let block = match naming {
                    Naming::Timm => format!("{prefix}layer{}.{index}", stage + 1),
                    Naming::Transformers => format!("{prefix}encoder.stages.{stage}.layers.{index}"),
                };
                let conv = |number: usize, outputs, inputs, window| {
                    let names = match naming {
                        Naming::Timm => Names {
                            weight: format!("{block}.conv{}.weight", number + 1),
                            norm: format!("{block}.bn{}", number + 1),
                        },
                        Naming::Transformers => pair(&format!("{block}.layer.{number}")),
                    };
                    folded(&names, outputs, inputs, window)
                };
                let convs = match config.layer_type {
                    LayerType::Basic => vec![
                        conv(0, *size, channels, Window::same(3, stride))?,
                        conv(1, *size, *size, Window::same(3, 1))?,
                    ],
                    LayerType::Bottleneck => {
                        let (narrow, first) = (size / 4, config.downsample_in_bottleneck);
                        vec![
                            conv(0, narrow, channels, Window::same(1, if first { stride } else { 1 }))?,
                            conv(1, narrow, narrow, Window::same(3, if first { 1 } else { stride }))?,
                            conv(2, *size, narrow, Window::same(1, 1))?,
                        ]
                    }
                };
                let shortcut = match channels != *size || stride != 1 {
                    false => None,
                    true => {
                        let names = match naming {
                            Naming::Timm => Names {
                                weight: format!("{block}.downsample.0.weight"),
                                norm: format!("{block}.downsample.1"),
                            },
                            Naming::Transformers => pair(&format!("{block}.shortcut")),
                        };
                        Some(folded(&names, *size, channels, Window::same(1, stride))?)
                    }
                };
                blocks.push(Block { convs, shortcut });
                channels = *size;
            }
            stages.push(blocks);
        }
        Ok(Self { stem, stages })
    }

    /// The maps behind the last `count` stages.
    pub fn forward(
        &self,
        pixels: &C::Map,
        count: usize,
        mut check: impl FnMut() -> Result<(), Failure>,
    ) -> Result<Vec<C::Map>, Failure> {
        let mut map = C::pool(&self.stem.forward(pixels, After::Relu)?)?;
        let mut maps = Vec::new();
        for (index, stage) in self.stages.iter().enumerate() {
            for block in stage {
                check()?;
                map = block.forward(map)?;
            }
            if index + count >= self.stages.len() {
                maps.push(map.clone());
            }
        }
        Ok(maps)
    }
}

impl<C: Convolution> Block<C> {
    fn forward(&self, input: C::Map) -> Result<C::Map, Failure> {
        let shortcut = self.shortcut.as_ref().map(|conv| conv.forward(&input, After::Nothing)).transpose()?;
        let mut inner: Option<C::Map> = None;
        for (index, conv) in self.convs.iter().enumerate() {
            let is_last = index + 1 == self.convs.len();
            let after = if is_last { After::AddRelu(shortcut.as_ref().unwrap_or(&input)) } else { After::Relu };
            inner = Some(conv.forward(inner.as_ref().unwrap_or(&input), after)?);
        }
        Ok(inner.unwrap_or(input))
    }
}

/// A convolution and its norm as `transformers` names them.
fn pair(block: &str) -> Names {
    Names { weight: format!("{block}.convolution.weight"), norm: format!("{block}.normalization") }
}
