//! Saying on this machine.

use super::check;
use crate::engine::backend::Failure;
use crate::engine::kernels::{
    Activation, Attention, Isa, KvCache, LayerNorm, Linear, Queries, add_scaled, attend_cached,
};
use crate::engine::speech::layers::{DecoderLayer, Room};
use crate::engine::speech::weights::Weights;

pub struct Decoder {
    isa: Isa,
    width: usize,
    vocabulary: usize,
    context: usize,
    heads: Attention,
    places: Vec<f32>,
    layers: Vec<DecoderLayer<Isa>>,
    norm: LayerNorm,
    /// Its rows are the tokens' embeddings as well.
    logits: Linear,
    room: Room,
}

/// Keys and values of what was said, layer by layer.
pub type Said = Vec<KvCache>;

impl Memory {
    /// What was said so far, for one more beam over it.
    pub fn fork(&self) -> Said {
        self.said.clone()
    }
}

/// What one window's decoding holds.
pub struct Memory {
    heard: Vec<KvCache>,
    said: Said,
    /// States of the encoder.
    states: usize,
    /// Keys of what was heard, `[states, width]` for each layer, where the weights will be asked for.
    keys: Vec<Vec<f32>>,
    /// Queries of all tokens so far, `[tokens, width]` for each layer.
    queries: Vec<Vec<f32>>,
}

impl Decoder {
    pub fn load(weights: &Weights<'_>, isa: Isa) -> Result<Self, Failure> {
        let config = weights.config;
        let width = config.d_model;
        let (heads, size) = (config.decoder_attention_heads, width / config.decoder_attention_heads);
        let scale = 1.0 / (size as f32).sqrt();
        Ok(Self {
            isa,
            width,
            vocabulary: config.vocab_size,
            context: config.max_target_positions,
            heads: Attention { query: heads, kv: heads, size, scale, cap: None, window: usize::MAX },
            places: weights.table("decoder.embed_positions.weight", config.max_target_positions)?,
            layers: (0..config.decoder_layers)
                .map(|index| DecoderLayer::load(weights, &isa, index))
                .collect::<Result<_, Failure>>()?,
            norm: weights.norm(&isa, "decoder.layer_norm")?,
            logits: weights.logits(&isa)?,
            room: Room::default(),
        })
    }

    /// Keys and values of what was heard, `[states, width]`; nothing said yet.
    pub fn listen(&self, heard: &[f32]) -> Memory {
        let (width, states) = (self.width, heard.len() / self.width);
        let mut both = vec![0.0; states * 2 * width];
        let mut keys = Vec::with_capacity(self.layers.len());
        let caches = self.layers.iter().map(|layer| {
            layer.cross_kv.forward(heard, Activation::None, &mut both);
            let mut cache = KvCache::new(self.isa, self.heads, states);
            for (state, row) in both.chunks_exact(2 * width).enumerate() {
                cache.write(state, &row[..width], &row[width..]);
            }
            keys.push(both.chunks_exact(2 * width).flat_map(|row| &row[..width]).copied().collect());
            cache
        });
        let heard = caches.collect();
        let said = self.layers.iter().map(|_| KvCache::new(self.isa, self.heads, self.context)).collect();
        Memory { heard, said, states, keys, queries: vec![Vec::new(); self.layers.len()] }
    }

    /// Forgets what was said from token `length` on.
    pub fn rewind(&self, memory: &mut Memory, length: usize) {
        memory.queries.iter_mut().for_each(|queries| queries.truncate(length * self.width));
    }

    /// Puts tokens behind the first `length`, and gives the logits after the last of them, or after each with `all`.
    pub fn say(&mut self, memory: &mut Memory, length: usize, tokens: &[u32], all: bool) -> Result<Vec<f32>, Failure> {
        let Memory { heard, said, states, queries, .. } = memory;
        let mut hidden = self.pass(heard, *states, &mut [said], length, tokens, Some(queries))?;
        let last = if all { hidden } else { hidden.split_off((tokens.len() - 1) * self.width) };
        Ok(self.guess(last))
    }

    /// Puts a token behind the first `position` of each of `said`, beams over what was heard, and gives the logits after each.
    pub fn say_each(
        &mut self,
        memory: &Memory,
        said: &mut [&mut Said],
        position: usize,
        tokens: &[u32],
    ) -> Result<Vec<f32>, Failure> {
        let hidden = self.pass(&memory.heard, memory.states, said, position, tokens, None)?;
        Ok(self.guess(hidden))
    }

    /// `[rows, vocabulary]` of states `[rows, width]`.
    fn guess(&self, mut states: Vec<f32>) -> Vec<f32> {
        self.norm.normalize(&mut states);
        let mut logits = vec![0.0; states.len() / self.width * self.vocabulary];
        self.logits.forward(&states, Activation::None, &mut logits);
        logits
    }

    /// States of `tokens`, as many for each of `said`, which have `first` tokens and get these; adds what they ask to
    /// `queries`.
    fn pass(
        &mut self,
        heard: &[KvCache],
        states: usize,
        said: &mut [&mut Said],
        first: usize,
        tokens: &[u32],
        mut queries: Option<&mut Vec<Vec<f32>>>,
    ) -> Result<Vec<f32>, Failure> {
        let (width, each, count) = (self.width, tokens.len() / said.len().max(1), tokens.len());
        check(tokens, (first, each), self.context, self.vocabulary)?;
        let mut hidden = vec![0.0; count * width];
        for (index, (token, row)) in tokens.iter().zip(hidden.chunks_exact_mut(width)).enumerate() {
            self.logits.weights_of(*token as usize, row);
            let place = &self.places[(first + index % each) * width..][..width];
            row.iter_mut().zip(place).for_each(|(x, place)| *x += place);
        }
        let room = &mut self.room;
        room.context.resize(count * width, 0.0);
        room.update.resize(count * width, 0.0);
        for (index, layer) in self.layers.iter().enumerate() {
            room.normed.clear();
            room.normed.extend_from_slice(&hidden);
            layer.own.norm.normalize(&mut room.normed);
            room.wide.resize(count * 3 * width, 0.0);
            layer.own.qkv.forward(&room.normed, Activation::None, &mut room.wide);
            for (said, rows) in said.iter_mut().zip(room.wide.chunks_exact(each * 3 * width)) {
                for (row, qkv) in rows.chunks_exact(3 * width).enumerate() {
                    said[index].write(first + row, &qkv[width..2 * width], &qkv[2 * width..]);
                }
            }
            let own = |rows| Queries { rows, stride: 3 * width, position: first, count: each };
            let asked: Vec<_> = (said.iter().zip(room.wide.chunks_exact(each * 3 * width)))
                .map(|(said, rows)| (&said[index], own(rows)))
                .collect();
            attend_cached(&asked, &mut room.context);
            layer.own.output.forward(&room.context, Activation::None, &mut room.update);
            add_scaled(self.isa, &mut hidden, &room.update, 1.0);

            room.normed.clear();
            room.normed.extend_from_slice(&hidden);
            layer.cross_norm.normalize(&mut room.normed);
            room.wide.resize(count * width, 0.0);
            layer.cross_query.forward(&room.normed, Activation::None, &mut room.wide);
            if let Some(queries) = &mut queries {
                queries[index].extend_from_slice(&room.wide);
            }
            // Each token sees all that was heard: as if it stood at the last state.
            let position = states - 1;
            let asked = room.wide.chunks_exact(width).map(|rows| Queries { rows, stride: width, position, count: 1 });
            let asked: Vec<_> = asked.map(|queries| (&heard[index], queries)).collect();
            attend_cached(&asked, &mut room.context);
            layer.cross_output.forward(&room.context, Activation::None, &mut room.update);
            add_scaled(self.isa, &mut hidden, &room.update, 1.0);
            layer.feed_forward.add(&mut hidden, room);
        }
        Ok(hidden)
    }

    /// See [`super::Decoder::attention`].
    pub fn attention(&self, memory: &Memory, [layer, head]: [usize; 2], states: usize) -> Vec<f32> {
        let (width, Attention { size, scale, .. }) = (self.width, self.heads);
        let part = |row: &[f32]| -> Vec<f32> { row[head * size..(head + 1) * size].to_vec() };
        let keys: Vec<Vec<f32>> = memory.keys[layer].chunks_exact(width).take(states).map(part).collect();
        let mut weights = Vec::new();
        for query in memory.queries[layer].chunks_exact(width).map(part) {
            let start = weights.len();
            weights.extend(keys.iter().map(|key| key.iter().zip(&query).map(|(a, b)| a * b).sum::<f32>() * scale));
            let row = &mut weights[start..];
            let greatest = row.iter().copied().fold(f32::MIN, f32::max);
            row.iter_mut().for_each(|x| *x = (*x - greatest).exp());
            let sum: f32 = row.iter().sum();
            row.iter_mut().for_each(|x| *x /= sum);
        }
        weights
    }
}
