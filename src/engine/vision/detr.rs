//! DETR: a ResNet, a transformer over its last map, and a fixed number of queries that each find a thing or nothing.

use serde::Deserialize;

use super::body::{Body, Hardware};
use super::config::{Labels, refused};
use super::conv::{After, Conv, Map, Window, biased};
use super::detect::Found;
use super::layers::{Dense, attention, norm, sigmoid, softmax, sum};
use super::picture::Picture;
use super::preprocess::Preprocess;
use super::resnet::ResNetConfig;
use crate::engine::backend::Failure;
use crate::engine::checkpoints::{Checkpoint, Tensors};
use crate::engine::kernels::{Isa, LayerNorm};
use crate::engine::queue::Ticket;

#[derive(Deserialize)]
struct Config {
    d_model: usize,
    encoder_layers: usize,
    decoder_layers: usize,
    encoder_attention_heads: usize,
    decoder_attention_heads: usize,
    encoder_ffn_dim: usize,
    decoder_ffn_dim: usize,
    num_queries: usize,
    #[serde(default)]
    activation_function: Option<String>,
    #[serde(default)]
    position_embedding_type: Option<String>,
    #[serde(default)]
    dilation: Option<bool>,
    #[serde(default)]
    backbone: Option<String>,
    #[serde(default)]
    backbone_config: Option<serde_json::Value>,
    #[serde(default)]
    id2label: Labels,
}

pub struct Detr {
    preprocess: Preprocess,
    backbone: Body,
    projection: Conv,
    /// `[queries, width]`.
    queries: Vec<f32>,
    encoder: Vec<Layer>,
    decoder: Vec<Layer>,
    last_norm: LayerNorm,
    classes: Dense,
    boxes: [Dense; 3],
    labels: Vec<String>,
    width: usize,
}

struct Layer {
    own: Attention,
    /// To the picture; of the decoder only.
    cross: Option<Attention>,
    up: Dense,
    down: Dense,
    norm: LayerNorm,
}

struct Attention {
    query: Dense,
    key: Dense,
    value: Dense,
    output: Dense,
    norm: LayerNorm,
    heads: usize,
    width: usize,
}

const EPSILON: f32 = 1e-5;

impl Detr {
    pub fn load(checkpoint: &Checkpoint, hardware: &Hardware) -> Result<Self, Failure> {
        let isa = hardware.isa;
        let config: Config = checkpoint.json("config.json")?;
        let body = match &config.backbone_config {
            Some(body) if body.get("hidden_sizes").is_some() => serde_json::from_value(body.clone())
                .map_err(|error| refused(checkpoint, format!("`backbone_config`: {error}")))?,
            _ if config.backbone.as_deref().is_none_or(|name| name.starts_with("resnet50")) => ResNetConfig::fifty(),
            _ => {
                return Err(refused(
                    checkpoint,
                    "a backbone other than `resnet50` has to be described by `backbone_config`",
                ));
            }
        };
        let is = |value: &Option<String>, name: &str| value.as_deref().is_none_or(|value| value == name);
        let heads = [config.encoder_attention_heads, config.decoder_attention_heads];
        let width = config.d_model;
        if !is(&config.activation_function, "relu")
            || !is(&config.position_embedding_type, "sine")
            || config.dilation == Some(true)
        {
            return Err(refused(checkpoint, "only `relu`, sine positions and no dilation are computed"));
        }
        if width == 0
            || !width.is_multiple_of(4)
            || heads.iter().any(|heads| *heads == 0 || !width.is_multiple_of(*heads))
        {
            return Err(refused(checkpoint, "`d_model` and the numbers of heads do not fit"));
        }
        let tensors = checkpoint.tensors()?;
        // Without and with timm, and as newer releases save it.
        let prefixes = [
            "model.backbone.conv_encoder.model.",
            "model.backbone.model.",
            "model.backbone.conv_encoder.model._backbone.",
        ];
        let starts = |prefix: &&str| {
            ["conv1.weight", "embedder.embedder.convolution.weight"]
                .iter()
                .any(|name| tensors.contains(&format!("{prefix}{name}")))
        };
        let prefix = prefixes.into_iter().find(|prefix| starts(prefix)).unwrap_or(prefixes[0]);
        let channels = body.hidden_sizes.last().copied().unwrap_or_default();
        let layers = |part: &str, count: usize, heads: usize, inner: usize| -> Result<Vec<Layer>, Failure> {
            let layer = |index| {
                Layer::load(
                    isa,
                    &tensors,
                    &format!("model.{part}.layers.{index}"),
                    width,
                    heads,
                    inner,
                    part == "decoder",
                )
            };
            (0..count).map(layer).collect()
        };
        // One more than there are labels: nothing.
        let classes = config.id2label.count() + 1;
        let head = |index: usize, outputs| {
            Dense::load(isa, &tensors, &format!("bbox_predictor.layers.{index}"), outputs, width)
        };
        Ok(Self {
            preprocess: Preprocess::read(checkpoint)?,
            backbone: Body::load(checkpoint, &tensors, prefix, &body, hardware)?,
            projection: biased(isa, &tensors, "model.input_projection", width, channels, Window::same(1, 1))?,
            queries: tensors.f32_shaped("model.query_position_embeddings.weight", &[config.num_queries, width])?,
            encoder: layers("encoder", config.encoder_layers, heads[0], config.encoder_ffn_dim)?,
            decoder: layers("decoder", config.decoder_layers, heads[1], config.decoder_ffn_dim)?,
            last_norm: norm(isa, &tensors, "model.decoder.layernorm", width, EPSILON)?,
            classes: Dense::load(isa, &tensors, "class_labels_classifier", classes, width)?,
            boxes: [head(0, width)?, head(1, width)?, head(2, 4)?],
            labels: config.id2label.all(classes - 1),
            width,
        })
    }

    pub fn find(&self, picture: Picture, least: f32, ticket: &Ticket) -> Result<Vec<Found>, Failure> {
        let pixels = self.preprocess.apply(picture)?;
        let (mut logits, boxes) = self.forward(&pixels, ticket)?;
        let rows = logits.chunks_exact_mut(self.labels.len() + 1).zip(boxes.as_chunks::<4>().0);
        let found = rows.filter_map(|(row, [x, y, width, height])| {
            softmax(row);
            let (class, score) =
                row[..self.labels.len()].iter().copied().enumerate().max_by(|a, b| a.1.total_cmp(&b.1))?;
            let corners = [x - width / 2.0, y - height / 2.0, x + width / 2.0, y + height / 2.0];
            let found =
                Found { label: self.labels[class].clone(), score, bounds: corners.map(|edge| edge.clamp(0.0, 1.0)) };
            (score >= least).then_some(found)
        });
        Ok(found.collect())
    }

    /// Per query the logits of the classes and of nothing, and a box: centre, width and height in parts of the picture.
    pub fn forward(&self, pixels: &Map, ticket: &Ticket) -> Result<(Vec<f32>, Vec<f32>), Failure> {
        let maps = self.backbone.forward(pixels, 1, || ticket.check())?;
        let Some(last) = maps.last() else { return Err(Failure::Backend("no stages".to_owned())) };
        let places = positions(last.height, last.width, self.width);
        let mut memory = self.projection.forward(last, After::Nothing).values;
        for layer in &self.encoder {
            ticket.check()?;
            memory = layer.forward(memory, &places, None);
        }
        let mut states = vec![0.0; self.queries.len()];
        for layer in &self.decoder {
            ticket.check()?;
            states = layer.forward(states, &self.queries, Some((&memory, &places)));
        }
        self.last_norm.normalize(&mut states);
        let [first, second, third] = &self.boxes;
        let mut boxes = third.forward(&second.relu(&first.relu(&states)));
        boxes.iter_mut().for_each(|x| *x = sigmoid(*x));
        Ok((self.classes.forward(&states), boxes))
    }
}

impl Layer {
    fn load(
        isa: Isa,
        tensors: &Tensors,
        name: &str,
        width: usize,
        heads: usize,
        inner: usize,
        is_decoder: bool,
    ) -> Result<Self, Failure> {
        let attention = |part: &str| Attention::load(isa, tensors, &format!("{name}.{part}"), width, heads);
        // Newer releases have the two in a module of their own.
        let part = |short: &str| match tensors.contains(&format!("{name}.mlp.{short}.weight")) {
            true => format!("{name}.mlp.{short}"),
            false => format!("{name}.{short}"),
        };
        Ok(Self {
            own: attention("self_attn")?,
            cross: if is_decoder { Some(attention("encoder_attn")?) } else { None },
            up: Dense::load(isa, tensors, &part("fc1"), inner, width)?,
            down: Dense::load(isa, tensors, &part("fc2"), width, inner)?,
            norm: norm(isa, tensors, &format!("{name}.final_layer_norm"), width, EPSILON)?,
        })
    }

    /// `places` are added to queries and keys, not to values.
    fn forward(&self, mut states: Vec<f32>, places: &[f32], picture: Option<(&[f32], &[f32])>) -> Vec<f32> {
        let placed = sum(&states, places);
        let update = self.own.forward(&placed, &placed, &states);
        self.own.norm.add_and_normalize(&mut states, &update);
        if let (Some(cross), Some((memory, memory_places))) = (&self.cross, picture) {
            let update = cross.forward(&sum(&states, places), &sum(memory, memory_places), memory);
            cross.norm.add_and_normalize(&mut states, &update);
        }
        let update = self.down.forward(&self.up.relu(&states));
        self.norm.add_and_normalize(&mut states, &update);
        states
    }
}

impl Attention {
    fn load(isa: Isa, tensors: &Tensors, name: &str, width: usize, heads: usize) -> Result<Self, Failure> {
        let dense = |part: &str| Dense::load(isa, tensors, &format!("{name}.{part}"), width, width);
        let output = if tensors.contains(&format!("{name}.o_proj.weight")) { "o_proj" } else { "out_proj" };
        Ok(Self {
            query: dense("q_proj")?,
            key: dense("k_proj")?,
            value: dense("v_proj")?,
            output: dense(output)?,
            norm: norm(isa, tensors, &format!("{name}_layer_norm"), width, EPSILON)?,
            heads,
            width,
        })
    }

    fn forward(&self, queries: &[f32], keys: &[f32], values: &[f32]) -> Vec<f32> {
        let (query, key, value) = (self.query.forward(queries), self.key.forward(keys), self.value.forward(values));
        self.output.forward(&attention(&query, &key, &value, self.width, self.heads, false))
    }
}

/// Sines and cosines of a pixel's row and column, each half of the width; both counted from 1 and scaled to a whole turn.
fn positions(height: usize, width: usize, size: usize) -> Vec<f32> {
    const TEMPERATURE: f32 = 10_000.0;
    let half = size / 2;
    let turn = |place: usize, count: usize| (place + 1) as f32 / (count as f32 + 1e-6) * std::f32::consts::TAU;
    let wave = |angle: f32, index: usize| {
        let angle = angle / TEMPERATURE.powf((2 * (index / 2)) as f32 / half as f32);
        if index.is_multiple_of(2) { angle.sin() } else { angle.cos() }
    };
    let pixels = (0..height).flat_map(|y| (0..width).map(move |x| (y, x)));
    let values = pixels.flat_map(|(y, x)| {
        let (down, along) = (turn(y, height), turn(x, width));
        (0..size).map(move |index| if index < half { wave(down, index) } else { wave(along, index - half) })
    });
    values.collect()
}
