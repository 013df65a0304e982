//! The blocks that both halves are made of.

use super::config::{Between, Config, Family};
use crate::engine::backend::Failure;
use crate::engine::checkpoints::{Rows, Tensors};
use crate::engine::kernels::{Activation, Arithmetic, Isa, LayerNorm, Linear, Part};

/// Reads matrices and norms of one checkpoint.
pub struct Reader<'a> {
    pub isa: Isa,
    pub config: &'a Config,
    pub tensors: &'a Tensors,
}

impl Reader<'_> {
    /// One or more matrices of `inputs` columns, each of `outputs` rows, one above the other, with their biases.
    pub fn linear(&self, names: &[String], inputs: usize, outputs: usize) -> Result<Linear, Failure> {
        let mut bias = Vec::with_capacity(names.len() * outputs);
        let mut rows: Vec<Rows> = Vec::with_capacity(names.len());
        for name in names {
            rows.push(self.tensors.rows(&format!("{name}.weight"), [outputs, inputs])?);
            bias.extend(self.tensors.f32_shaped(&format!("{name}.bias"), &[outputs])?);
        }
        let parts: Vec<&dyn Part> = rows.iter().map(|part| part as &dyn Part).collect();
        Ok(Linear::of_parts(self.isa, Arithmetic::Float, inputs, &parts, Some(&bias)))
    }

    pub fn norm(&self, name: &str) -> Result<LayerNorm, Failure> {
        let read = |part: &str| self.tensors.f32_shaped(&format!("{name}.{part}"), &[self.config.width]);
        Ok(LayerNorm { isa: self.isa, scale: read("weight")?, shift: read("bias")?, eps: 1e-5 })
    }

    /// Queries, keys and values of a block `name`, one above the other.
    pub fn qkv(&self, name: &str) -> Result<Linear, Failure> {
        let width = self.config.width;
        self.linear(&["q_proj", "k_proj", "v_proj"].map(|part| format!("{name}.{part}")), width, width)
    }

    pub fn one(&self, name: String, inputs: usize, outputs: usize) -> Result<Linear, Failure> {
        self.linear(&[name], inputs, outputs)
    }
}

/// A norm and where it stands: before its block, or behind the sum of the block and what went in.
pub struct Residual {
    norm: LayerNorm,
    family: Family,
}

impl Residual {
    pub fn new(reader: &Reader<'_>, name: &str) -> Result<Self, Failure> {
        Ok(Self { norm: reader.norm(name)?, family: reader.config.family })
    }

    /// What the block reads.
    pub fn before<'a>(&self, hidden: &'a [f32], room: &'a mut Vec<f32>) -> &'a [f32] {
        match self.family {
            Family::Bart => hidden,
            Family::M2m100 => {
                room.clear();
                room.extend_from_slice(hidden);
                self.norm.normalize(room);
                room
            }
        }
    }

    /// Adds what the block gave.
    pub fn after(&self, hidden: &mut [f32], update: &[f32]) {
        match self.family {
            Family::Bart => self.norm.add_and_normalize(hidden, update),
            Family::M2m100 => hidden.iter_mut().zip(update).for_each(|(x, y)| *x += y),
        }
    }
}

/// The feed-forward block.
pub struct FeedForward {
    residual: Residual,
    between: Between,
    up: Linear,
    down: Linear,
}

impl FeedForward {
    pub fn new(reader: &Reader<'_>, layer: &str, inner: usize) -> Result<Self, Failure> {
        let width = reader.config.width;
        Ok(Self {
            residual: Residual::new(reader, &format!("{layer}.final_layer_norm"))?,
            between: reader.config.between,
            up: reader.one(format!("{layer}.fc1"), width, inner)?,
            down: reader.one(format!("{layer}.fc2"), inner, width)?,
        })
    }

    pub fn apply(&self, hidden: &mut [f32], room: &mut Room) {
        let rows = hidden.len() / self.down.outputs();
        room.wide.resize(rows * self.up.outputs(), 0.0);
        room.update.resize(hidden.len(), 0.0);
        let read = self.residual.before(hidden, &mut room.normed);
        match self.between {
            Between::Gelu => self.up.forward(read, Activation::Gelu, &mut room.wide),
            Between::Relu => {
                self.up.forward(read, Activation::None, &mut room.wide);
                room.wide.iter_mut().for_each(|x| *x = x.max(0.0));
            }
        }
        self.down.forward(&room.wide, Activation::None, &mut room.update);
        self.residual.after(hidden, &room.update);
    }
}

/// Kept between layers and steps, so that nothing is allocated for a token.
#[derive(Default)]
pub struct Room {
    pub normed: Vec<f32>,
    pub wide: Vec<f32>,
    pub context: Vec<f32>,
    pub update: Vec<f32>,
}
