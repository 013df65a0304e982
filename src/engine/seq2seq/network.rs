//! The network: a source is encoded once, then the target grows token by token over several beams at once.

use super::config::{Config, Family};
use super::layers::{FeedForward, Reader, Residual, Room};
use crate::engine::backend::Failure;
use crate::engine::checkpoints::Checkpoint;
use crate::engine::kernels::attention::{Sight, attend};
use crate::engine::kernels::{
    Activation, Arithmetic, Attention, Isa, KvCache, LayerNorm, Linear, Queries, attend_cached, threads,
};
use crate::engine::queue::Ticket;
use crate::engine::search::{self, Steps};

/// Multiplications above which a pass is spread over the cores.
const WORTH_SPREADING: usize = 1 << 25;
/// Names of the one matrix that is the embeddings of both halves and the head.
const SHARED: [&str; 4] =
    ["model.shared.weight", "model.encoder.embed_tokens.weight", "model.decoder.embed_tokens.weight", "lm_head.weight"];
/// Rows of the position tables before that of the first token.
const FIRST_POSITION: usize = 2;

pub struct Network {
    isa: Isa,
    config: Config,
    /// Embedding and head.
    shared: Linear,
    encoder: Side,
    decoder: Side,
    encoder_layers: Vec<EncoderLayer>,
    decoder_layers: Vec<DecoderLayer>,
}

/// What stands around the layers of a half.
struct Side {
    /// `[positions, width]`.
    positions: Vec<f32>,
    /// BART's, over the sum of embedding and position.
    first_norm: Option<LayerNorm>,
    /// M2M100's, over what the last layer gives.
    last_norm: Option<LayerNorm>,
}

struct EncoderLayer {
    residual: Residual,
    qkv: Linear,
    output: Linear,
    feed: FeedForward,
}

struct DecoderLayer {
    residual: Residual,
    qkv: Linear,
    output: Linear,
    cross_residual: Residual,
    query: Linear,
    key_value: Linear,
    cross_output: Linear,
    feed: FeedForward,
}

impl Network {
    pub fn load(checkpoint: &Checkpoint, config: &Config, isa: Isa) -> Result<Self, Failure> {
        let tensors = checkpoint.tensors()?;
        let reader = Reader { isa, config, tensors: &tensors };
        let Config { width, vocab_size, .. } = *config;
        let name = tensors.first_of(&SHARED).unwrap_or(SHARED[0]);
        let table = tensors.rows(name, [vocab_size, width])?;
        let bias = match tensors.contains("final_logits_bias") {
            true => tensors.f32_shaped("final_logits_bias", &[1, vocab_size])?,
            false => vec![0.0; vocab_size],
        };
        let encoder_layer = |index| {
            let layer = format!("model.encoder.layers.{index}");
            Ok(EncoderLayer {
                residual: Residual::new(&reader, &format!("{layer}.self_attn_layer_norm"))?,
                qkv: reader.qkv(&format!("{layer}.self_attn"))?,
                output: reader.one(format!("{layer}.self_attn.out_proj"), width, width)?,
                feed: FeedForward::new(&reader, &layer, config.encoder.inner)?,
            })
        };
        let decoder_layer = |index| {
            let layer = format!("model.decoder.layers.{index}");
            let cross = |part: &str| format!("{layer}.encoder_attn.{part}");
            Ok(DecoderLayer {
                residual: Residual::new(&reader, &format!("{layer}.self_attn_layer_norm"))?,
                qkv: reader.qkv(&format!("{layer}.self_attn"))?,
                output: reader.one(format!("{layer}.self_attn.out_proj"), width, width)?,
                cross_residual: Residual::new(&reader, &format!("{layer}.encoder_attn_layer_norm"))?,
                query: reader.one(cross("q_proj"), width, width)?,
                key_value: reader.linear(&[cross("k_proj"), cross("v_proj")], width, width)?,
                cross_output: reader.one(cross("out_proj"), width, width)?,
                feed: FeedForward::new(&reader, &layer, config.decoder.inner)?,
            })
        };
        Ok(Self {
            isa,
            shared: Linear::of_parts(isa, Arithmetic::Float, width, &[&table], Some(&bias)),
            encoder: Side::load(&reader, "encoder")?,
            decoder: Side::load(&reader, "decoder")?,
            encoder_layers: (0..config.encoder.layers).map(encoder_layer).collect::<Result<_, Failure>>()?,
            decoder_layers: (0..config.decoder.layers).map(decoder_layer).collect::<Result<_, Failure>>()?,
            config: config.clone(),
        })
    }

    /// Bytes that a search over a source of so many tokens takes, about: states, keys and values.
    pub fn memory(config: &Config, source: usize, longest: usize) -> usize {
        let layer = 2 * config.width * (source + config.generation.beams * longest.max(256));
        let states = source * (6 * config.width + config.encoder.inner);
        4 * (config.decoder.layers * layer + states + 2 * config.generation.beams * config.vocab_size)
    }

    /// The states of a source, `[tokens, width]`.
    pub fn encode(&self, tokens: &[u32], ticket: &Ticket) -> Result<Vec<f32>, Failure> {
        let Config { width, positions, encoder, .. } = self.config;
        if tokens.is_empty() || tokens.len() > positions {
            return Err(Failure::Input(format!(
                "the text has {} tokens; this model takes 1 to {positions}",
                tokens.len()
            )));
        }
        let weights = 4 * width * width + 2 * width * encoder.inner;
        let mut hidden = self.embed(&self.encoder, tokens.iter().copied().zip(0..))?;
        let mut room = Room::default();
        let size = width / encoder.heads;
        let sight = Sight::all(encoder.heads, size);
        let scale = 1.0 / (size as f32).sqrt();
        for layer in &self.encoder_layers {
            ticket.check()?;
            let mut pass = || {
                room.wide.resize(tokens.len() * 3 * width, 0.0);
                room.context.resize(hidden.len(), 0.0);
                room.update.resize(hidden.len(), 0.0);
                layer.qkv.forward(layer.residual.before(&hidden, &mut room.normed), Activation::None, &mut room.wide);
                for row in room.wide.chunks_exact_mut(3 * width) {
                    row[..width].iter_mut().for_each(|x| *x *= scale);
                }
                attend(self.isa, &room.wide, &sight, &mut room.context);
                layer.output.forward(&room.context, Activation::None, &mut room.update);
                layer.residual.after(&mut hidden, &room.update);
                layer.feed.apply(&mut hidden, &mut room);
            };
            spread(tokens.len() * weights, &mut pass);
        }
        if let Some(norm) = &self.encoder.last_norm {
            norm.normalize(&mut hidden);
        }
        Ok(hidden)
    }

    /// A target that reads `source`, `[tokens, width]`, and grows to `longest` tokens at most.
    pub fn target(&self, source: &[f32], longest: usize, ticket: &Ticket) -> Result<Target<'_>, Failure> {
        let Config { width, decoder, .. } = self.config;
        let tokens = source.len() / width;
        let heads = self.heads();
        let mut cross = Vec::with_capacity(decoder.layers);
        let mut pair = vec![0.0; tokens * 2 * width];
        for layer in &self.decoder_layers {
            ticket.check()?;
            let mut pass = || layer.key_value.forward(source, Activation::None, &mut pair);
            spread(tokens * 2 * width * width, &mut pass);
            let mut cache = KvCache::new(self.isa, heads, tokens);
            for (position, pair) in pair.chunks_exact(2 * width).enumerate() {
                cache.write(position, &pair[..width], &pair[width..]);
            }
            cross.push(cache);
        }
        Ok(Target {
            network: self,
            source: tokens,
            longest,
            cross,
            own: Vec::new(),
            position: 0,
            room: Room::default(),
        })
    }

    fn heads(&self) -> Attention {
        let Config { width, decoder, .. } = self.config;
        let size = width / decoder.heads;
        let scale = 1.0 / (size as f32).sqrt();
        Attention { query: decoder.heads, kv: decoder.heads, size, scale, cap: None, window: usize::MAX }
    }

    fn embed(&self, side: &Side, tokens: impl Iterator<Item = (u32, usize)>) -> Result<Vec<f32>, Failure> {
        let Config { width, vocab_size, embedding_scale, .. } = self.config;
        let mut hidden = Vec::new();
        for (token, position) in tokens {
            if token as usize >= vocab_size {
                return Err(Failure::Input(format!("token {token} is not in the vocabulary of {vocab_size}")));
            }
            let start = hidden.len();
            hidden.resize(start + width, 0.0);
            let row = &mut hidden[start..];
            self.shared.weights_of(token as usize, row);
            let place = &side.positions[position * width..][..width];
            row.iter_mut().zip(place).for_each(|(x, place)| *x = *x * embedding_scale + place);
        }
        if let Some(norm) = &side.first_norm {
            norm.normalize(&mut hidden);
        }
        Ok(hidden)
    }
}

impl Side {
    fn load(reader: &Reader<'_>, half: &str) -> Result<Self, Failure> {
        let Config { family, width, positions, .. } = *reader.config;
        Ok(match family {
            Family::M2m100 => Self {
                positions: waves(positions, width),
                first_norm: None,
                last_norm: Some(reader.norm(&format!("model.{half}.layer_norm"))?),
            },
            Family::Bart => {
                let name = format!("model.{half}.embed_positions.weight");
                let mut table = reader.tensors.f32_shaped(&name, &[positions + FIRST_POSITION, width])?;
                table.drain(..FIRST_POSITION * width);
                let first_norm = Some(reader.norm(&format!("model.{half}.layernorm_embedding"))?);
                Self { positions: table, first_norm, last_norm: None }
            }
        })
    }
}

/// Sines in the first half of each row, cosines in the second, as fairseq has them.
fn waves(positions: usize, width: usize) -> Vec<f32> {
    let half = width / 2;
    let step = 10_000_f32.ln() / (half - 1).max(1) as f32;
    let mut table = vec![0.0; positions * width];
    for (position, row) in table.chunks_exact_mut(width).enumerate() {
        for index in 0..half {
            let angle = (position + FIRST_POSITION) as f32 * (index as f32 * -step).exp();
            (row[index], row[half + index]) = (angle.sin(), angle.cos());
        }
    }
    table
}

fn spread(work: usize, pass: &mut (impl FnMut() + Send)) {
    match work >= WORTH_SPREADING && threads::count() > 1 {
        true => threads::install(pass),
        false => pass(),
    }
}

/// A target under way: as many beams as the last step had tokens.
pub struct Target<'a> {
    network: &'a Network,
    /// Tokens of the source.
    source: usize,
    longest: usize,
    /// By layer.
    cross: Vec<KvCache>,
    /// By beam, then by layer.
    own: Vec<Vec<KvCache>>,
    position: usize,
    room: Room,
}

impl Target<'_> {
    /// The caches of new beams.
    fn follow(&mut self, parents: &[usize]) {
        let network = self.network;
        if self.position == 0 {
            let fresh = || KvCache::new(network.isa, network.heads(), self.longest);
            self.own = parents.iter().map(|_| network.decoder_layers.iter().map(|_| fresh()).collect()).collect();
            return;
        }
        self.own = search::follow(std::mem::take(&mut self.own), parents);
    }

    fn pass(&mut self, hidden: &mut [f32]) -> Vec<f32> {
        let Self { network, source, cross, own, position, room, .. } = self;
        let (network, position, source) = (*network, *position, *source);
        let width = network.config.width;
        let rows = hidden.len() / width;
        for (index, layer) in network.decoder_layers.iter().enumerate() {
            room.wide.resize(rows * 3 * width, 0.0);
            room.context.resize(hidden.len(), 0.0);
            room.update.resize(hidden.len(), 0.0);
            layer.qkv.forward(layer.residual.before(hidden, &mut room.normed), Activation::None, &mut room.wide);
            for (row, caches) in room.wide.chunks_exact(3 * width).zip(&mut *own) {
                caches[index].write(position, &row[width..2 * width], &row[2 * width..]);
            }
            let asked: Vec<_> = (own.iter().zip(room.wide.chunks_exact(3 * width)))
                .map(|(caches, rows)| (&caches[index], Queries { rows, stride: 3 * width, position, count: 1 }))
                .collect();
            attend_cached(&asked, &mut room.context);
            layer.output.forward(&room.context, Activation::None, &mut room.update);
            layer.residual.after(hidden, &room.update);

            room.wide.resize(hidden.len(), 0.0);
            layer.query.forward(
                layer.cross_residual.before(hidden, &mut room.normed),
                Activation::None,
                &mut room.wide,
            );
            // From the last position everything is seen.
            let last = source - 1;
            let asked: Vec<_> = (room.wide.chunks_exact(width))
                .map(|rows| (&cross[index], Queries { rows, stride: width, position: last, count: 1 }))
                .collect();
            attend_cached(&asked, &mut room.context);
            layer.cross_output.forward(&room.context, Activation::None, &mut room.update);
            layer.cross_residual.after(hidden, &room.update);
            layer.feed.apply(hidden, room);
        }
        if let Some(norm) = &network.decoder.last_norm {
            norm.normalize(hidden);
        }
        let mut logits = vec![0.0; rows * network.config.vocab_size];
        network.shared.forward(hidden, Activation::None, &mut logits);
        logits
    }
}

impl Steps for Target<'_> {
    fn vocabulary(&self) -> usize {
        self.network.config.vocab_size
    }

    fn step(&mut self, tokens: &[u32], parents: &[usize]) -> Result<Vec<f32>, Failure> {
        if self.position >= self.longest {
            return Err(Failure::Backend(format!("the target has {} tokens already", self.longest)));
        }
        self.follow(parents);
        let Config { width, vocab_size, decoder, .. } = self.network.config;
        let position = self.position;
        let mut hidden = self.network.embed(&self.network.decoder, tokens.iter().map(|token| (*token, position)))?;
        let weights = decoder.layers * (8 * width * width + 2 * width * decoder.inner) + width * vocab_size;
        let mut logits = Vec::new();
        spread(tokens.len() * weights, &mut || logits = self.pass(&mut hidden));
        self.position += 1;
        match logits.iter().all(|x| x.is_finite()) {
            true => Ok(logits),
            false => Err(Failure::Backend("the computation overflowed: a logit is not finite".to_owned())),
        }
    }
}
