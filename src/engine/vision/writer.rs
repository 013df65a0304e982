//! A text decoder that looks at a picture: BERT's layers, causal, each with a second attention to what was seen. BLIP's text
//! model, which our own captioner shares.

use serde::Deserialize;

use super::config::refused;
use super::layers::{Dense, attention, norm};
use crate::engine::backend::Failure;
use crate::engine::checkpoints::{Checkpoint, Tensors};
use crate::engine::kernels::{Isa, LayerNorm};
use crate::engine::queue::Ticket;

/// `text_config` of a BLIP checkpoint.
#[derive(Debug, Clone, Deserialize)]
pub struct WriterConfig {
    pub vocab_size: usize,
    hidden_size: usize,
    /// Width of what is seen.
    pub encoder_hidden_size: usize,
    intermediate_size: usize,
    num_hidden_layers: usize,
    num_attention_heads: usize,
    max_position_embeddings: usize,
    #[serde(default)]
    hidden_act: Option<String>,
    #[serde(default = "tiny")]
    layer_norm_eps: f32,
    #[serde(default = "bos")]
    pub bos_token_id: u32,
    #[serde(default = "sep")]
    pub sep_token_id: u32,
}

fn tiny() -> f32 {
    1e-12
}

fn bos() -> u32 {
    30_522
}

fn sep() -> u32 {
    102
}

pub struct Writer {
    config: WriterConfig,
    /// `[vocabulary, width]` and `[places, width]`.
    words: Vec<f32>,
    places: Vec<f32>,
    embedding_norm: LayerNorm,
    layers: Vec<Layer>,
    transform: Dense,
    transform_norm: LayerNorm,
    logits: Dense,
}

struct Layer {
    own: Attention,
    cross: Attention,
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
}

/// Keys and values of each layer: of what was seen, and of what is written so far.
struct Memory {
    seen: Vec<[Vec<f32>; 2]>,
    written: Vec<[Vec<f32>; 2]>,
    tokens: usize,
}

impl Writer {
    /// The tensors below `prefix`, which ends in a dot.
    pub fn load(
        checkpoint: &Checkpoint,
        tensors: &Tensors,
        prefix: &str,
        config: WriterConfig,
        isa: Isa,
    ) -> Result<Self, Failure> {
        let (width, heads) = (config.hidden_size, config.num_attention_heads);
        if config.hidden_act.as_deref().is_some_and(|name| name != "gelu")
            || heads == 0
            || !width.is_multiple_of(heads)
            || width == 0
        {
            return Err(refused(checkpoint, "`text_config` is no decoder with `gelu` whose heads fit its width"));
        }
        let bert = format!("{prefix}bert.");
        let eps = config.layer_norm_eps;
        let layer = |index: usize| -> Result<Layer, Failure> {
            let name = format!("{bert}encoder.layer.{index}");
            let attention = |part: &str, seen: usize| -> Result<Attention, Failure> {
                let dense =
                    |what: &str, inputs| Dense::load(isa, tensors, &format!("{name}.{part}.{what}"), width, inputs);
                Ok(Attention {
                    query: dense("self.query", width)?,
                    key: dense("self.key", seen)?,
                    value: dense("self.value", seen)?,
                    output: dense("output.dense", width)?,
                    norm: norm(isa, tensors, &format!("{name}.{part}.output.LayerNorm"), width, eps)?,
                })
            };
            Ok(Layer {
                own: attention("attention", width)?,
                cross: attention("crossattention", config.encoder_hidden_size)?,
                up: Dense::load(isa, tensors, &format!("{name}.intermediate.dense"), config.intermediate_size, width)?,
                down: Dense::load(isa, tensors, &format!("{name}.output.dense"), width, config.intermediate_size)?,
                norm: norm(isa, tensors, &format!("{name}.output.LayerNorm"), width, eps)?,
            })
        };
        let head = format!("{prefix}cls.predictions.");
        let words = format!("{bert}embeddings.word_embeddings.weight");
        let words = tensors.f32_shaped(&words, &[config.vocab_size, width])?;
        // The matrix of the logits is that of the words where a file has it once.
        let own = format!("{head}decoder.weight");
        let bias = format!("{head}bias");
        let bias = match tensors.first_of(&[&bias, &format!("{head}decoder.bias")]) {
            Some(name) => tensors.f32_shaped(name, &[config.vocab_size])?,
            None => vec![0.0; config.vocab_size],
        };
        let logits = match tensors.contains(&own) {
            true => Dense::of(isa, &tensors.f32_shaped(&own, &[config.vocab_size, width])?, &bias, width),
            false => Dense::of(isa, &words, &bias, width),
        };
        Ok(Self {
            places: tensors.f32_shaped(
                &format!("{bert}embeddings.position_embeddings.weight"),
                &[config.max_position_embeddings, width],
            )?,
            embedding_norm: norm(isa, tensors, &format!("{bert}embeddings.LayerNorm"), width, eps)?,
            layers: (0..config.num_hidden_layers).map(layer).collect::<Result<_, _>>()?,
            transform: Dense::load(isa, tensors, &format!("{head}transform.dense"), width, width)?,
            transform_norm: norm(isa, tensors, &format!("{head}transform.LayerNorm"), width, eps)?,
            words,
            logits,
            config,
        })
    }

    pub fn config(&self) -> &WriterConfig {
        &self.config
    }

    /// What follows `prompt` (at least one token), the likeliest token each time: at most `most` tokens, and whether it ended
    /// by itself. `seen` is `[tokens, encoder_hidden_size]`.
    pub fn write(
        &self,
        seen: &[f32],
        prompt: &[u32],
        most: usize,
        ticket: &Ticket,
    ) -> Result<(Vec<u32>, bool), Failure> {
        let mut memory = self.look(seen);
        let mut written = Vec::new();
        let mut tokens = prompt.to_vec();
        let room = self.config.max_position_embeddings.saturating_sub(prompt.len());
        while written.len() < most.min(room) {
            ticket.check()?;
            let logits = self.forward(&tokens, &mut memory)?;
            let last = &logits[logits.len() - self.config.vocab_size..];
            let best = last.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).map_or(0, |(id, _)| id as u32);
            if best == self.config.sep_token_id {
                return Ok((written, true));
            }
            written.push(best);
            tokens = vec![best];
        }
        Ok((written, false))
    }

    fn look(&self, seen: &[f32]) -> Memory {
        let layers = self.layers.iter();
        Memory {
            seen: layers.map(|layer| [layer.cross.key.forward(seen), layer.cross.value.forward(seen)]).collect(),
            written: vec![[Vec::new(), Vec::new()]; self.layers.len()],
            tokens: 0,
        }
    }

    /// The logits behind each of the tokens, which follow what is in the memory.
    fn forward(&self, ids: &[u32], memory: &mut Memory) -> Result<Vec<f32>, Failure> {
        let (width, heads) = (self.config.hidden_size, self.config.num_attention_heads);
        let mut states = Vec::with_capacity(ids.len() * width);
        for (index, id) in ids.iter().enumerate() {
            let row = |table: &[f32], at: usize| table.get(at * width..(at + 1) * width).map(<[f32]>::to_vec);
            let (Some(word), Some(place)) = (row(&self.words, *id as usize), row(&self.places, memory.tokens + index))
            else {
                return Err(Failure::Input(format!(
                    "token {id} at {} is beyond what the model knows",
                    memory.tokens + index
                )));
            };
            states.extend(word.iter().zip(&place).map(|(x, y)| x + y));
        }
        self.embedding_norm.normalize(&mut states);
        for (layer, (seen, written)) in self.layers.iter().zip(memory.seen.iter().zip(&mut memory.written)) {
            written[0].extend(layer.own.key.forward(&states));
            written[1].extend(layer.own.value.forward(&states));
            let context = attention(&layer.own.query.forward(&states), &written[0], &written[1], width, heads, true);
            layer.own.norm.add_and_normalize(&mut states, &layer.own.output.forward(&context));
            let context = attention(&layer.cross.query.forward(&states), &seen[0], &seen[1], width, heads, false);
            layer.cross.norm.add_and_normalize(&mut states, &layer.cross.output.forward(&context));
            let update = layer.down.forward(&layer.up.gelu(&states));
            layer.norm.add_and_normalize(&mut states, &update);
        }
        memory.tokens += ids.len();
        let mut states = self.transform.gelu(&states);
        self.transform_norm.normalize(&mut states);
        Ok(self.logits.forward(&states))
    }

    /// The logits behind each token of a whole text.
    #[cfg(test)]
    pub fn logits_of(&self, seen: &[f32], ids: &[u32]) -> Result<Vec<f32>, Failure> {
        self.forward(ids, &mut self.look(seen))
    }
}
