//! BLIP's eyes: a vision transformer over patches of the picture.

use serde::Deserialize;

use super::config::refused;
use super::conv::{After, Conv, Map, Window, biased};
use super::layers::{Dense, norm};
use crate::engine::backend::Failure;
use crate::engine::checkpoints::{Checkpoint, Tensors};
use crate::engine::kernels::attention::{Sight, attend};
use crate::engine::kernels::{Isa, LayerNorm};
use crate::engine::queue::Ticket;

/// `vision_config` of a BLIP checkpoint.
#[derive(Debug, Clone, Deserialize)]
pub struct EyesConfig {
    #[serde(default = "width")]
    hidden_size: usize,
    #[serde(default = "inner")]
    intermediate_size: usize,
    #[serde(default = "twelve")]
    num_hidden_layers: usize,
    #[serde(default = "twelve")]
    num_attention_heads: usize,
    #[serde(default = "side")]
    image_size: usize,
    #[serde(default = "patch")]
    patch_size: usize,
    #[serde(default = "tiny")]
    layer_norm_eps: f32,
    #[serde(default)]
    hidden_act: Option<String>,
}

fn width() -> usize {
    768
}

fn inner() -> usize {
    3072
}

fn twelve() -> usize {
    12
}

fn side() -> usize {
    384
}

fn patch() -> usize {
    16
}

fn tiny() -> f32 {
    1e-5
}

pub struct Eyes {
    isa: Isa,
    patches: Conv,
    /// The token before the patches.
    class: Vec<f32>,
    /// `[1 + patches, width]`.
    places: Vec<f32>,
    layers: Vec<Layer>,
    last_norm: LayerNorm,
    sight: Sight,
    /// Pixels of a side.
    side: usize,
}

struct Layer {
    first_norm: LayerNorm,
    qkv: Dense,
    projection: Dense,
    second_norm: LayerNorm,
    up: Dense,
    down: Dense,
}

impl Eyes {
    /// The tensors below `vision_model.`.
    pub fn load(checkpoint: &Checkpoint, tensors: &Tensors, config: &EyesConfig, isa: Isa) -> Result<Self, Failure> {
        let (width, heads, side, patch) =
            (config.hidden_size, config.num_attention_heads, config.image_size, config.patch_size);
        if config.hidden_act.as_deref().is_some_and(|name| name != "gelu")
            || heads == 0
            || width == 0
            || !width.is_multiple_of(heads)
        {
            return Err(refused(checkpoint, "`vision_config` is no transformer with `gelu` whose heads fit its width"));
        }
        if !(1..=64).contains(&patch) || !(patch..=1024).contains(&side) {
            return Err(refused(checkpoint, "`image_size` and `patch_size` do not fit"));
        }
        let count = 1 + (side / patch) * (side / patch);
        let size = width / heads;
        let root = (size as f32).sqrt().recip();
        let eps = config.layer_norm_eps;
        let layer = |index: usize| -> Result<Layer, Failure> {
            let name = format!("vision_model.encoder.layers.{index}");
            let mut weight = tensors.f32_shaped(&format!("{name}.self_attn.qkv.weight"), &[3 * width, width])?;
            let bias = format!("{name}.self_attn.qkv.bias");
            let mut bias =
                if tensors.contains(&bias) { tensors.f32_shaped(&bias, &[3 * width])? } else { vec![0.0; 3 * width] };
            // The kernel takes queries that are scaled already.
            weight[..width * width].iter_mut().chain(&mut bias[..width]).for_each(|x| *x *= root);
            let dense =
                |part: &str, outputs, inputs| Dense::load(isa, tensors, &format!("{name}.{part}"), outputs, inputs);
            let norm = |part: &str| norm(isa, tensors, &format!("{name}.{part}"), width, eps);
            Ok(Layer {
                first_norm: norm("layer_norm1")?,
                qkv: Dense::of(isa, &weight, &bias, width),
                projection: dense("self_attn.projection", width, width)?,
                second_norm: norm("layer_norm2")?,
                up: dense("mlp.fc1", config.intermediate_size, width)?,
                down: dense("mlp.fc2", width, config.intermediate_size)?,
            })
        };
        let embedding =
            |name: &str, shape: &[usize]| tensors.f32_shaped(&format!("vision_model.embeddings.{name}"), shape);
        let window = Window { kernel: patch, stride: patch, padding: 0 };
        Ok(Self {
            isa,
            patches: biased(isa, tensors, "vision_model.embeddings.patch_embedding", width, 3, window)?,
            class: embedding("class_embedding", &[1, 1, width])?,
            places: embedding("position_embedding", &[1, count, width])?,
            layers: (0..config.num_hidden_layers).map(layer).collect::<Result<_, _>>()?,
            last_norm: norm(isa, tensors, "vision_model.post_layernorm", width, eps)?,
            sight: Sight::all(heads, size),
            side,
        })
    }

    /// `[1 + patches, width]` of a picture of the right size.
    pub fn see(&self, pixels: &Map, ticket: &Ticket) -> Result<Vec<f32>, Failure> {
        if (pixels.height, pixels.width) != (self.side, self.side) {
            let text = format!(
                "the preprocessor makes {} x {} pixels, the model takes {} x {}",
                pixels.width, pixels.height, self.side, self.side
            );
            return Err(Failure::Input(text));
        }
        let patches = self.patches.forward(pixels, After::Nothing).values;
        let mut states: Vec<f32> =
            self.class.iter().chain(&patches).zip(&self.places).map(|(x, place)| x + place).collect();
        for layer in &self.layers {
            ticket.check()?;
            let mut normed = states.clone();
            layer.first_norm.normalize(&mut normed);
            let mut context = vec![0.0; states.len()];
            attend(self.isa, &layer.qkv.forward(&normed), &self.sight, &mut context);
            add(&mut states, &layer.projection.forward(&context));
            normed.copy_from_slice(&states);
            layer.second_norm.normalize(&mut normed);
            add(&mut states, &layer.down.forward(&layer.up.gelu(&normed)));
        }
        self.last_norm.normalize(&mut states);
        Ok(states)
    }
}

fn add(states: &mut [f32], update: &[f32]) {
    states.iter_mut().zip(update).for_each(|(x, y)| *x += y);
}
