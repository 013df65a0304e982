//! What the writer of our own captioner looks at: of each kind of thing that was found a token, made of its name, its colour,
//! how many there are, and where their middle is.

use super::centre::Seen;
use super::layers::{Dense, norm};
use crate::engine::backend::Failure;
use crate::engine::checkpoints::Tensors;
use crate::engine::kernels::{Isa, LayerNorm};

pub struct Findings {
    /// `[things, width]`, `[colours + 1, width]` and `[MOST_OF_A_KIND, width]`.
    things: Vec<f32>,
    colours: Vec<f32>,
    counts: Vec<f32>,
    place: Dense,
    /// A token that is always there.
    empty: Vec<f32>,
    norm: LayerNorm,
    /// Things whose colour no caption names.
    colourless: Vec<usize>,
    /// How many colours there are; the one after them is none.
    none: usize,
    width: usize,
}

/// What a kind's token can count to.
const MOST_OF_A_KIND: usize = 3;
/// Kinds that a caption is written from; where fewer were found, tokens of nothing stand for the others, as in training.
const KINDS: usize = 3;

/// The corner, where no thing has its middle.
const NOWHERE: [f32; 6] = [-2.0, -2.0, 2.0, 2.0, 0.0, 2.0];

impl Findings {
    /// `colourless` are numbers of things.
    pub fn load(
        tensors: &Tensors,
        (things, colours): (usize, usize),
        colourless: Vec<usize>,
        width: usize,
        isa: Isa,
    ) -> Result<Self, Failure> {
        Ok(Self {
            things: tensors.f32_shaped("writer.thing.weight", &[things, width])?,
            colours: tensors.f32_shaped("writer.colour.weight", &[colours + 1, width])?,
            counts: tensors.f32_shaped("writer.count.weight", &[MOST_OF_A_KIND, width])?,
            place: Dense::load(isa, tensors, "writer.place", width, 6)?,
            empty: tensors.f32_shaped("writer.empty", &[width])?,
            norm: norm(isa, tensors, "writer.norm", width, 1e-5)?,
            colourless,
            none: colours,
            width,
        })
    }

    /// `[1 + kinds, width]`; `seen` has the best first.
    pub fn tokens(&self, seen: &[Seen]) -> Vec<f32> {
        let mut kinds: Vec<usize> = Vec::new();
        for one in seen.iter().filter(|one| one.thing * self.width < self.things.len()) {
            if !kinds.contains(&one.thing) && kinds.len() < KINDS {
                kinds.push(one.thing);
            }
        }
        let mut tokens = self.empty.clone();
        let mut push = |thing: usize, colour: usize, count: usize, place: &[f32; 6]| {
            let row = |table: &[f32], at: usize| table[at * self.width..(at + 1) * self.width].to_vec();
            let parts = [
                row(&self.things, thing),
                row(&self.colours, colour),
                row(&self.counts, count - 1),
                self.place.forward(place),
            ];
            tokens.extend((0..self.width).map(|at| parts.iter().map(|part| part[at]).sum::<f32>()));
        };
        for thing in &kinds {
            let same: Vec<&Seen> = seen.iter().filter(|one| one.thing == *thing).take(MOST_OF_A_KIND).collect();
            let colour = if self.colourless.contains(thing) { self.none } else { commonest(&same).min(self.none) };
            push(*thing, colour, same.len(), &place(&same));
        }
        for _ in kinds.len()..KINDS {
            push(0, 0, 1, &NOWHERE);
        }
        self.norm.normalize(&mut tokens);
        tokens
    }
}

/// The colour of most of them, the first among equals.
fn commonest(same: &[&Seen]) -> usize {
    let count = |colour: usize| same.iter().filter(|one| one.colour == colour).count();
    let most = same.iter().map(|one| count(one.colour)).max().unwrap_or_default();
    same.iter().map(|one| one.colour).find(|colour| count(*colour) == most).unwrap_or_default()
}

/// Where the middle of the boxes is, from -2 to 2 in both directions, and what decides between the places.
fn place(same: &[&Seen]) -> [f32; 6] {
    let middle = |edge: usize| {
        same.iter().map(|one| one.found.bounds[edge] + one.found.bounds[edge + 2]).sum::<f32>()
            / 2.0
            / same.len() as f32
    };
    let (x, y) = (4.0 * middle(0) - 2.0, 4.0 * middle(1) - 2.0);
    [x, y, x.abs(), y.abs(), x.abs() - y.abs(), x.abs().max(y.abs())]
}
