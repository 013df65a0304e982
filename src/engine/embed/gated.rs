//! Encoders with rotary positions and a gated feed-forward part: ModernBERT and nomic, and the decoders Gemma 3 and
//! Qwen 3 read as encoders. One forward pass for all; what tells them apart is read by a loader each.

mod decoder;
mod modern;
mod nomic;

use crate::engine::backend::{EncoderSpec, Failure, TokenRow};
use crate::engine::checkpoints::{Checkpoint, Rows, Tensors};
use crate::engine::embed::cpu::{Forward, Scratch};
use crate::engine::generate::decoder::Angles;
use crate::engine::kernels::attention::{Sight, attend};
use crate::engine::kernels::{
    Activation, Arithmetic, GateKind, Isa, LayerNorm, Linear, Part, add_scaled, gate, norm_heads, rms_norm, rotate,
    scale_and_cap,
};

/// Which loader reads the checkpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    ModernBert,
    Nomic,
    Decoder,
}

impl Family {
    /// By `model_type`.
    pub fn of(model_type: Option<&str>) -> Option<Self> {
        Some(match model_type? {
            "modernbert" => Self::ModernBert,
            "nomic_bert" => Self::Nomic,
            "gemma3_text" | "qwen3" => Self::Decoder,
            _ => return None,
        })
    }
}

/// What the loaders ask of every configuration: sizes that can be, and heads of even width, for rotary positions.
fn check_sizes(hidden: usize, heads: usize, others: &[(&str, usize)]) -> Result<(), String> {
    let sizes = [("hidden_size", hidden), ("num_attention_heads", heads)];
    if let Some((key, size)) = sizes.iter().chain(others).find(|(_, size)| *size == 0 || *size > 1 << 24) {
        return Err(format!("`{key}` is {size}"));
    }
    if !hidden.is_multiple_of(2 * heads) {
        return Err(format!("`hidden_size` {hidden} is not an even multiple of `num_attention_heads` {heads}"));
    }
    Ok(())
}

/// The layers of such an encoder with their weights packed for this machine.
pub struct GatedForward {
    isa: Isa,
    width: usize,
    intermediate: usize,
    /// `[vocabulary, hidden]`, as stored.
    words: Rows,
    embedding_scale: f32,
    /// What is added to tokens of type 0 and of type 1.
    types: Option<[Vec<f32>; 2]>,
    embedding_norm: Option<Norm>,
    layers: Vec<Layer>,
    final_norm: Option<Norm>,
    /// What [`Layer::rope`] points to.
    angles: Vec<Angles>,
    score_scale: f32,
    gate: GateKind,
}

struct Layer {
    sight: Sight,
    rope: usize,
    norms: Norms,
    qkv: Linear,
    /// Of queries and keys, head by head, and their epsilon.
    qk_norms: Option<([Vec<f32>; 2], f32)>,
    output: Linear,
    gate_up: Linear,
    down: Linear,
}

/// Where a layer's norms stand. The pairs are of attention and of the feed-forward part.
enum Norms {
    /// In front of each part (ModernBERT's first layer has none before attention), and where there are `after`,
    /// behind it as well, before its result is added.
    Before { before: [Option<Norm>; 2], after: Option<[Norm; 2]> },
    /// Over the sum.
    Over([Norm; 2]),
}

enum Norm {
    Layer(LayerNorm),
    Rms { scale: Vec<f32>, eps: f32 },
}

impl Norm {
    fn apply(&self, isa: Isa, x: &[f32], output: &mut [f32]) {
        match self {
            Self::Layer(norm) => {
                output.copy_from_slice(x);
                norm.normalize(output);
            }
            Self::Rms { scale, eps } => rms_norm(isa, x, scale, *eps, output),
        }
    }
}

impl GatedForward {
    pub fn load(
        family: Family,
        checkpoint: &Checkpoint,
        tensors: &Tensors,
        isa: Isa,
    ) -> Result<(Self, EncoderSpec), Failure> {
        match family {
            Family::ModernBert => modern::load(checkpoint, tensors, isa),
            Family::Nomic => nomic::load(checkpoint, tensors, isa),
            Family::Decoder => decoder::load(checkpoint, tensors, isa),
        }
    }

    /// The words of some texts, row behind row.
    fn embed(&self, texts: &[TokenRow<'_>], hidden: &mut [f32]) -> Result<(), Failure> {
        let mut rows = hidden.chunks_exact_mut(self.width);
        for text in texts {
            for ((position, id), row) in text.ids.iter().enumerate().zip(&mut rows) {
                if !self.words.read(*id as usize, row) {
                    return Err(super::unknown_token(*id, self.words.len()));
                }
                if let Some(types) = &self.types {
                    let kind = &types[usize::from(position >= text.second)];
                    row.iter_mut().zip(kind).for_each(|(x, y)| *x += y);
                }
            }
        }
        scale_and_cap(self.isa, hidden, self.embedding_scale, None);
        Ok(())
    }

    /// What attention makes of `input`, in `update`.
    fn attention(&self, layer: &Layer, texts: &[TokenRow<'_>], input: &[f32], buffers: [&mut [f32]; 3]) {
        let [qkv, context, update] = buffers;
        let Sight { heads, kv_heads, size, .. } = layer.sight;
        let (queries, keys, stride) = (heads * size, kv_heads * size, layer.sight.stride());
        layer.qkv.forward(input, Activation::None, qkv);
        let positions = texts.iter().flat_map(|text| 0..text.ids.len());
        for (position, row) in positions.zip(qkv.chunks_exact_mut(stride)) {
            let turned = &mut row[..queries + keys];
            if let Some(([query_norm, key_norm], eps)) = &layer.qk_norms {
                norm_heads(self.isa, &mut turned[..queries], query_norm, *eps);
                norm_heads(self.isa, &mut turned[queries..], key_norm, *eps);
            }
            let angles = &self.angles[layer.rope];
            let at = angles.at(position);
            rotate(self.isa, turned, size, &angles.cos[at.clone()], &angles.sin[at]);
            scale_and_cap(self.isa, &mut turned[..queries], self.score_scale, None);
        }
        let mut start = 0;
        for text in texts {
            let end = start + text.ids.len();
            let rows = &qkv[start * stride..end * stride];
            attend(self.isa, rows, &layer.sight, &mut context[start * queries..end * queries]);
            start = end;
        }
        layer.output.forward(context, Activation::None, update);
    }

    /// What the feed-forward part makes of `input`, in `update`.
    fn feed_forward(&self, layer: &Layer, input: &[f32], buffers: [&mut [f32]; 3]) {
        let [gate_up, gated, update] = buffers;
        layer.gate_up.forward(input, Activation::None, gate_up);
        gate(self.isa, self.gate, gate_up, self.intermediate, gated);
        layer.down.forward(gated, Activation::None, update);
    }
}

impl Forward for GatedForward {
    fn width(&self) -> usize {
        self.width
    }

    fn forward(&self, texts: &[TokenRow<'_>], scratch: &mut Scratch) -> Result<(), Failure> {
        let (width, inner) = (self.width, self.intermediate);
        let tokens: usize = texts.iter().map(|text| text.ids.len()).sum();
        let stride = self.layers.iter().map(|layer| layer.sight.stride()).max().unwrap_or(0);
        let context_width = self.layers.iter().map(|layer| layer.sight.heads * layer.sight.size).max().unwrap_or(0);
        let Scratch { hidden, wide, context, update, more, normed } = scratch;
        hidden.resize(tokens * width, 0.0);
        wide.resize(tokens * stride.max(2 * inner), 0.0);
        context.resize(tokens * context_width, 0.0);
        update.resize(tokens * width, 0.0);
        more.resize(tokens * inner, 0.0);
        normed.resize(tokens * width, 0.0);
        self.embed(texts, hidden)?;
        if let Some(norm) = &self.embedding_norm {
            norm.apply(self.isa, hidden, normed);
            hidden.copy_from_slice(normed);
        }
        for layer in &self.layers {
            for part in 0..2 {
                let input = match &layer.norms {
                    Norms::Before { before, .. } if before[part].is_some() => {
                        if let Some(norm) = &before[part] {
                            norm.apply(self.isa, hidden, normed);
                        }
                        &*normed
                    }
                    Norms::Before { .. } | Norms::Over(_) => &*hidden,
                };
                match part {
                    0 => {
                        let qkv = &mut wide[..tokens * layer.sight.stride()];
                        self.attention(layer, texts, input, [qkv, context, update]);
                    }
                    _ => self.feed_forward(layer, input, [&mut wide[..tokens * 2 * inner], more, update]),
                }
                match &layer.norms {
                    Norms::Before { after: None, .. } => add_scaled(self.isa, hidden, update, 1.0),
                    Norms::Before { after: Some(after), .. } => {
                        after[part].apply(self.isa, update, normed);
                        add_scaled(self.isa, hidden, normed, 1.0);
                    }
                    Norms::Over(norms) => {
                        add_scaled(self.isa, hidden, update, 1.0);
                        norms[part].apply(self.isa, hidden, normed);
                        hidden.copy_from_slice(normed);
                    }
                }
            }
        }
        if let Some(norm) = &self.final_norm {
            norm.apply(self.isa, hidden, normed);
            hidden.copy_from_slice(normed);
        }
        Ok(())
    }
}

/// A matrix as stored, its outputs those of `parts` one after the other.
fn matrix(isa: Isa, inputs: usize, parts: &[Rows], bias: Option<&[f32]>) -> Linear {
    let parts: Vec<&dyn Part> = parts.iter().map(|part| part as &dyn Part).collect();
    // Vectors are compared by their last digits: nothing is rounded for them.
    Linear::of_parts(isa, Arithmetic::Float, inputs, &parts, bias)
}
