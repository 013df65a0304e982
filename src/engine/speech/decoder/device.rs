//! Saying in Candle's operations. What was said is a tensor that grows, and never changes: beams share what they have in common.

use candle_core::{DType, Result, Tensor};
use candle_nn::ops::softmax_last_dim;

use super::check;
use crate::engine::backend::Failure;
use crate::engine::device::layers::{Linear, Norm};
use crate::engine::device::place::{Place, product};
use crate::engine::speech::layers::DecoderLayer;
use crate::engine::speech::weights::Weights;

pub struct Decoder {
    place: Place,
    vocabulary: usize,
    context: usize,
    heads: usize,
    width: usize,
    /// `[context, width]`.
    places: Tensor,
    layers: Vec<DecoderLayer<Place>>,
    norm: Norm,
    /// Its rows are the tokens' embeddings as well.
    logits: Linear,
}

/// Keys and values, `[heads, places, size]` each.
type Pair = [Tensor; 2];

/// Keys and values of what was said, layer by layer; none before anything was.
pub type Said = Vec<Option<Pair>>;

/// What one window's decoding holds.
pub struct Memory {
    heard: Vec<Pair>,
    said: Said,
    /// Queries of all tokens so far to what was heard, `[heads, tokens, size]` for each layer.
    queries: Vec<Option<Tensor>>,
}

impl Memory {
    pub fn fork(&self) -> Said {
        self.said.clone()
    }
}

impl Decoder {
    pub fn load(weights: &Weights<'_>, place: Place) -> std::result::Result<Self, Failure> {
        let config = weights.config;
        let width = config.d_model;
        let layer = |index| DecoderLayer::load(weights, &place, index);
        let context = config.max_target_positions;
        Ok(Self {
            vocabulary: config.vocab_size,
            context,
            heads: config.decoder_attention_heads,
            width,
            places: place.tensor(weights.table("decoder.embed_positions.weight", context)?, (context, width))?,
            layers: (0..config.decoder_layers).map(layer).collect::<std::result::Result<_, Failure>>()?,
            norm: weights.norm(&place, "decoder.layer_norm")?,
            logits: weights.logits(&place)?,
            place,
        })
    }

    /// `[rows, n * width]` as `n` of `[heads, rows, size]`, the rows of `beams` apart in front: `[beams, heads, rows, size]`.
    fn by_head(&self, rows: &Tensor, beams: usize, which: usize) -> Result<Tensor> {
        let each = rows.dim(0)? / beams;
        let part = rows.narrow(1, which * self.width, self.width)?;
        part.reshape((beams, each, self.heads, self.width / self.heads))?.transpose(1, 2)?.contiguous()
    }

    pub fn listen(&self, heard: &[f32]) -> Result<Memory> {
        let heard = self.place.tensor(heard.to_vec(), (heard.len() / self.width, self.width))?;
        let pair = |layer: &DecoderLayer<Place>| {
            let both = layer.cross_kv.forward(&heard)?;
            Ok([self.by_head(&both, 1, 0)?.squeeze(0)?, self.by_head(&both, 1, 1)?.squeeze(0)?])
        };
        let heard = self.layers.iter().map(pair).collect::<Result<Vec<_>>>()?;
        Ok(Memory { said: vec![None; heard.len()], queries: vec![None; heard.len()], heard })
    }

    pub fn say(
        &self,
        memory: &mut Memory,
        length: usize,
        tokens: &[u32],
        all: bool,
    ) -> std::result::Result<Vec<f32>, Failure> {
        check(tokens, (length, tokens.len()), self.context, self.vocabulary)?;
        let Memory { heard, said, queries } = memory;
        let mut hidden = self.pass(heard, &mut [said], length, tokens, Some(queries))?;
        if !all {
            hidden = hidden.narrow(0, tokens.len() - 1, 1)?;
        }
        Ok(self.guess(&hidden)?)
    }

    pub fn say_each(
        &self,
        memory: &Memory,
        said: &mut [&mut Said],
        position: usize,
        tokens: &[u32],
    ) -> std::result::Result<Vec<f32>, Failure> {
        check(tokens, (position, tokens.len() / said.len().max(1)), self.context, self.vocabulary)?;
        Ok(self.guess(&self.pass(&memory.heard, said, position, tokens, None)?)?)
    }

    fn guess(&self, states: &Tensor) -> Result<Vec<f32>> {
        self.logits.forward(&self.norm.forward(states)?)?.to_dtype(DType::F32)?.flatten_all()?.to_vec1()
    }

    /// States of `tokens`, as many for each of `said`, which have `first` tokens and get these; adds what they ask to
    /// `queries`.
    fn pass(
        &self,
        heard: &[Pair],
        said: &mut [&mut Said],
        first: usize,
        tokens: &[u32],
        mut queries: Option<&mut Vec<Option<Tensor>>>,
    ) -> Result<Tensor> {
        let (beams, device) = (said.len(), &self.place.device);
        let each = tokens.len() / beams.max(1);
        let places = self.places.narrow(0, first, each)?.repeat((beams, 1))?;
        let mut hidden = (self.logits.weights.index_select(&Tensor::new(tokens, device)?, 0)? + places)?;
        let scale = ((self.width / self.heads) as f64).powf(-0.5);
        let mask = self.mask(first, each)?;
        for (index, layer) in self.layers.iter().enumerate() {
            let qkv = layer.own.qkv.forward(&layer.own.norm.forward(&hidden)?)?;
            let fresh = [self.by_head(&qkv, beams, 1)?, self.by_head(&qkv, beams, 2)?];
            for (beam, said) in said.iter_mut().enumerate() {
                let fresh = [fresh[0].get(beam)?, fresh[1].get(beam)?];
                said[index] = Some(longer(said[index].take(), fresh, first)?);
            }
            let all = |which: usize| {
                let parts = said.iter().filter_map(|said| said[index].as_ref().map(|pair| &pair[which]));
                Tensor::stack(&parts.collect::<Vec<_>>(), 0)
            };
            let asked = (self.by_head(&qkv, beams, 0)? * scale)?;
            let context = attended(&asked, &all(0)?, &all(1)?, mask.as_ref())?;
            hidden = (hidden + layer.own.output.forward(&self.rows(&context)?)?)?;

            let asked = layer.cross_query.forward(&layer.cross_norm.forward(&hidden)?)?;
            let asked = self.by_head(&asked, 1, 0)?;
            if let Some(queries) = &mut queries {
                let asked = asked.squeeze(0)?;
                queries[index] = Some(match queries[index].take() {
                    Some(before) if first > 0 => Tensor::cat(&[&before.narrow(1, 0, first)?, &asked], 1)?,
                    _ => asked,
                });
            }
            let [keys, values] = &heard[index];
            let context = attended(&(asked * scale)?, &keys.unsqueeze(0)?, &values.unsqueeze(0)?, None)?;
            hidden = (hidden + layer.cross_output.forward(&self.rows(&context)?)?)?;
            hidden = layer.feed_forward.add(hidden)?;
        }
        Ok(hidden)
    }

    /// `[beams, heads, rows, size]` as `[beams * rows, width]`.
    fn rows(&self, context: &Tensor) -> Result<Tensor> {
        let (beams, _, rows, _) = context.dims4()?;
        context.transpose(1, 2)?.reshape((beams * rows, self.width))
    }

    /// What each of `each` tokens behind `first` does not see, `[each, first + each]`; none where there is one.
    fn mask(&self, first: usize, each: usize) -> Result<Option<Tensor>> {
        if each == 1 {
            return Ok(None);
        }
        let hidden =
            |row: usize| (0..first + each).map(move |other| if other <= first + row { 0.0 } else { f32::NEG_INFINITY });
        let mask = (0..each).flat_map(hidden).collect::<Vec<_>>();
        Tensor::from_vec(mask, (each, first + each), &self.place.device).map(Some)
    }

    pub fn attention(
        &self,
        memory: &Memory,
        [layer, head]: [usize; 2],
        (tokens, states): (usize, usize),
    ) -> Result<Vec<f32>> {
        let Some(queries) = memory.queries[layer].as_ref().filter(|_| tokens > 0) else { return Ok(Vec::new()) };
        let scale = ((self.width / self.heads) as f64).powf(-0.5);
        let keys = memory.heard[layer][0].get(head)?.narrow(0, 0, states)?;
        let scores = (product(&queries.get(head)?.narrow(0, 0, tokens)?, &keys.t()?)?.to_dtype(DType::F32)? * scale)?;
        softmax_last_dim(&scores)?.flatten_all()?.to_vec1()
    }
}

/// The first `first` places of what was said, and fresh ones behind them.
fn longer(said: Option<Pair>, fresh: Pair, first: usize) -> Result<Pair> {
    let [keys, values] = fresh;
    match said {
        Some([said_keys, said_values]) if first > 0 => Ok([
            Tensor::cat(&[&said_keys.narrow(1, 0, first)?, &keys], 1)?,
            Tensor::cat(&[&said_values.narrow(1, 0, first)?, &values], 1)?,
        ]),
        _ => Ok([keys, values]),
    }
}

/// All but the mask are `[beams, heads, rows, size]`; the softmax is in f32.
fn attended(queries: &Tensor, keys: &Tensor, values: &Tensor, mask: Option<&Tensor>) -> Result<Tensor> {
    let scores = product(queries, &keys.t()?)?.to_dtype(DType::F32)?;
    let scores = match mask {
        Some(mask) => scores.broadcast_add(mask)?,
        None => scores,
    };
    product(&softmax_last_dim(&scores)?.to_dtype(values.dtype())?, values)
}
