//! What the tokens of a pass see, worked out once for all layers.

use std::ops::Range;

use candle_core::{Device, Result, Shape, Tensor};

use super::Segment;
use crate::engine::backend::DecoderSpec;
use crate::engine::generate::decoder::shape::Config;

/// Cosines and sines.
pub type Angles = (Tensor, Tensor);

/// Single tokens attend over this many positions, or twice as many, or four times, and so on: few shapes, and for a slot
/// always the one of its own length, so that the order of additions is its own too.
const SPAN: usize = 128;

/// How a pass attends.
pub enum Reach {
    /// Many tokens of one slot.
    Many(Many),
    /// One of each slot.
    Single(Singles),
}

/// One token of every slot: what is the same for all layers.
pub struct Singles {
    /// Where each slot's token goes, for every number of its keys: `slots x kv_heads x 1 x head_dim`.
    pub places: Tensor,
    /// Cosines and sines for each rotation, `slots x 1 x width / 2`.
    pub angles: Vec<Angles>,
    pub spans: Vec<Span>,
    /// The row of each slot among the spans' results, one behind the other; none where there is one span.
    pub chosen: Option<Tensor>,
}

/// A number of positions, and what each slot sees of them, `slots x 1 x 1 x length`.
pub struct Span {
    pub length: usize,
    pub masks: Masks,
}

impl Singles {
    /// `segments` are of one token each, at most one of a slot; `angles` are those of all positions.
    pub fn new(
        config: &Config,
        spec: &DecoderSpec,
        segments: &[Segment<'_>],
        angles: &[Angles],
        device: &Device,
    ) -> Result<Self> {
        let mut positions = vec![None; spec.slots];
        segments.iter().for_each(|segment| positions[segment.slot] = Some(segment.position));
        let lengths: Vec<_> = positions.iter().map(|position| position.map(|at| span(at, spec.context))).collect();
        let mut different: Vec<usize> = lengths.iter().flatten().copied().collect();
        different.sort_unstable();
        different.dedup();
        let masks = |length: usize| {
            Masks::new(config, (spec.slots, 1, 1, length), device, |slot, window| match positions[slot] {
                Some(at) if lengths[slot] == Some(length) => at.saturating_sub(window - 1)..at + 1,
                // A slot of another span: something must be seen, and its result is not chosen.
                _ => 0..1,
            })
        };
        let chosen = match different.len() {
            0 | 1 => None,
            _ => {
                let which = |length: &Option<usize>| different.iter().position(|span| Some(*span) == *length);
                let row = |(slot, length)| (which(length).unwrap_or(0) * spec.slots + slot) as u32;
                Some(Tensor::new(lengths.iter().enumerate().map(row).collect::<Vec<_>>(), device)?)
            }
        };
        let indices = |otherwise: usize| {
            let indices = positions.iter().map(|position| position.unwrap_or(otherwise) as u32);
            Tensor::new(indices.collect::<Vec<_>>(), device)
        };
        let (shape, turned) = ((spec.slots, config.kv_heads, 1, config.head_dim), indices(0)?);
        let of = |table: &Tensor| table.index_select(&turned, 0)?.unsqueeze(1);
        Ok(Self {
            places: indices(spec.context)?.reshape((spec.slots, 1, 1, 1))?.broadcast_as(shape)?.contiguous()?,
            angles: angles.iter().map(|(cos, sin)| Ok((of(cos)?, of(sin)?))).collect::<Result<_>>()?,
            spans: different
                .iter()
                .map(|length| Ok(Span { length: *length, masks: masks(*length)? }))
                .collect::<Result<_>>()?,
            chosen,
        })
    }
}

/// How many positions a single token attends over: [`SPAN`] or more.
fn span(position: usize, context: usize) -> usize {
    let mut length = SPAN;
    while length <= position {
        length *= 2;
    }
    length.min(context)
}

/// Many tokens of one slot: what is the same for all layers.
pub struct Many {
    pub slot: usize,
    pub position: usize,
    pub rows: usize,
    /// Cosines and sines for each rotation, `rows x width / 2`.
    pub angles: Vec<Angles>,
    /// `rows x (position + rows)`.
    pub masks: Masks,
}

impl Many {
    /// `angles` are those of all positions.
    pub fn new(config: &Config, segment: &Segment<'_>, angles: &[Angles], device: &Device) -> Result<Self> {
        let Segment { slot, position, rows, .. } = *segment;
        let of = |table: &Tensor| table.narrow(0, position, rows);
        Ok(Self {
            slot,
            position,
            rows,
            angles: angles.iter().map(|(cos, sin)| Ok((of(cos)?, of(sin)?))).collect::<Result<_>>()?,
            masks: Masks::new(config, (rows, position + rows), device, |row, window| {
                (position + row + 1).saturating_sub(window)..position + row + 1
            })?,
        })
    }

    /// The row of the last token.
    pub fn last(&self) -> usize {
        self.rows - 1
    }
}

/// What is added to scores, for each window that the layers have: minus infinity for what is not seen.
pub struct Masks(Vec<(Option<usize>, Tensor)>);

impl Masks {
    /// `seen` gives the positions that a row sees through a window.
    fn new(
        config: &Config,
        shape: impl Into<Shape>,
        device: &Device,
        seen: impl Fn(usize, usize) -> Range<usize>,
    ) -> Result<Self> {
        let shape = shape.into();
        let (rows, length) = (shape.dims()[0], shape.dims().last().copied().unwrap_or(0));
        let mut windows: Vec<_> = config.layers.iter().map(|kind| kind.window).collect();
        windows.sort_unstable();
        windows.dedup();
        let mask = |window: Option<usize>| {
            let mut mask = vec![f32::NEG_INFINITY; rows * length];
            for (row, mask) in mask.chunks_exact_mut(length.max(1)).enumerate() {
                mask[seen(row, window.unwrap_or(usize::MAX))].fill(0.0);
            }
            Ok((window, Tensor::from_vec(mask, shape.clone(), device)?))
        };
        Ok(Self(windows.into_iter().map(mask).collect::<Result<_>>()?))
    }

    pub fn of(&self, window: Option<usize>) -> Result<&Tensor> {
        let mask = self.0.iter().find(|(other, _)| *other == window).map(|(_, mask)| mask);
        mask.ok_or_else(|| candle_core::Error::Msg("a window without a mask".to_owned()))
    }
}
