//! Encoders with rotary positions and a gated feed-forward part: ModernBERT and nomic, and the decoders Gemma 3 and
//! Qwen 3 read as encoders. One forward pass for all; what tells them apart is read by a loader each.

mod decoder;
mod modern;
mod net;
mod nomic;

use crate::engine::backend::{EncoderSpec, Failure, TokenRow};
use crate::engine::checkpoints::{Checkpoint, Tensors};
use crate::engine::embed::cpu::{Forward, Scratch};
use crate::engine::generate::decoder::Dense;
use crate::engine::kernels::attention::{Sight, attend};
use crate::engine::kernels::{
    Activation, Arithmetic, Isa, Linear, Part, add_scaled, gate, norm_heads, rms_norm, rotate, scale_and_cap,
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

pub use net::{Gated, Layer, Norm, Norms};

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

/// Reads the checkpoint of a family.
pub fn load(
    family: Family,
    checkpoint: &Checkpoint,
    tensors: &Tensors,
    isa: Isa,
) -> Result<(Gated<Dense>, EncoderSpec), Failure> {
    match family {
        Family::ModernBert => modern::load(checkpoint, tensors, isa),
        Family::Nomic => nomic::load(checkpoint, tensors, isa),
        Family::Decoder => decoder::load(checkpoint, tensors),
    }
}

/// Such an encoder with its weights packed for this machine.
pub struct GatedForward {
    isa: Isa,
    net: Gated<Linear>,
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
    pub fn new(net: Gated<Dense>, isa: Isa) -> Self {
        // Vectors are compared by their last digits: nothing is rounded for them.
        let pack = |dense: Dense| {
            let parts: Vec<&dyn Part> = dense.parts.iter().map(|part| part as &dyn Part).collect();
            Linear::of_parts(isa, Arithmetic::Float, dense.inputs, &parts, dense.bias.as_deref())
        };
        let layers = net.layers.into_iter().map(|layer| Layer {
            sight: layer.sight,
            rope: layer.rope,
            norms: layer.norms,
            qkv: pack(layer.qkv),
            qk_norms: layer.qk_norms,
            output: pack(layer.output),
            gate_up: pack(layer.gate_up),
            down: pack(layer.down),
        });
        let layers = layers.collect();
        let Gated { width, intermediate, words, embedding_scale, types, embedding_norm, .. } = net;
        let Gated { final_norm, angles, score_scale, gate, .. } = net;
        let net = Gated {
            width,
            intermediate,
            words,
            embedding_scale,
            types,
            embedding_norm,
            layers,
            final_norm,
            angles,
            score_scale,
            gate,
        };
        Self { isa, net }
    }

    /// The words of some texts, row behind row.
    fn embed(&self, texts: &[TokenRow<'_>], hidden: &mut [f32]) -> Result<(), Failure> {
        let mut rows = hidden.chunks_exact_mut(self.net.width);
        for text in texts {
            for ((position, id), row) in text.ids.iter().enumerate().zip(&mut rows) {
                if !self.net.words.read(*id as usize, row) {
                    return Err(super::unknown_token(*id, self.net.words.len()));
                }
                if let Some(types) = &self.net.types {
                    let kind = &types[usize::from(position >= text.second)];
                    row.iter_mut().zip(kind).for_each(|(x, y)| *x += y);
                }
            }
        }
        scale_and_cap(self.isa, hidden, self.net.embedding_scale, None);
        Ok(())
    }

    /// What attention makes of `input`, in `update`.
    fn attention(&self, layer: &Layer<Linear>, texts: &[TokenRow<'_>], input: &[f32], buffers: [&mut [f32]; 3]) {
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
            let angles = &self.net.angles[layer.rope];
            let at = angles.at(position);
            rotate(self.isa, turned, size, &angles.cos[at.clone()], &angles.sin[at]);
            scale_and_cap(self.isa, &mut turned[..queries], self.net.score_scale, None);
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
    fn feed_forward(&self, layer: &Layer<Linear>, input: &[f32], buffers: [&mut [f32]; 3]) {
        let [gate_up, gated, update] = buffers;
        layer.gate_up.forward(input, Activation::None, gate_up);
        gate(self.isa, self.net.gate, gate_up, self.net.intermediate, gated);
        layer.down.forward(gated, Activation::None, update);
    }
}

impl Forward for GatedForward {
    fn width(&self) -> usize {
        self.net.width
    }

    fn forward(&self, texts: &[TokenRow<'_>], scratch: &mut Scratch) -> Result<(), Failure> {
        let (width, inner) = (self.net.width, self.net.intermediate);
        let tokens: usize = texts.iter().map(|text| text.ids.len()).sum();
        let stride = self.net.layers.iter().map(|layer| layer.sight.stride()).max().unwrap_or(0);
        let context_width = self.net.layers.iter().map(|layer| layer.sight.heads * layer.sight.size).max().unwrap_or(0);
        let Scratch { hidden, wide, context, update, more, normed } = scratch;
        hidden.resize(tokens * width, 0.0);
        wide.resize(tokens * stride.max(2 * inner), 0.0);
        context.resize(tokens * context_width, 0.0);
        update.resize(tokens * width, 0.0);
        more.resize(tokens * inner, 0.0);
        normed.resize(tokens * width, 0.0);
        self.embed(texts, hidden)?;
        if let Some(norm) = &self.net.embedding_norm {
            norm.apply(self.isa, hidden, normed);
            hidden.copy_from_slice(normed);
        }
        for layer in &self.net.layers {
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
        if let Some(norm) = &self.net.final_norm {
            norm.apply(self.isa, hidden, normed);
            hidden.copy_from_slice(normed);
        }
        Ok(())
    }
}
