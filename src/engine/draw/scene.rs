//! From the words to a composition: what stands where, and how large.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sha2::{Digest, Sha256};

use super::Wish;
use super::shapes::{Outline, Part};
use super::words::{Asked, Colour, Place, understand};

/// What is painted.
#[derive(Debug, Clone, PartialEq)]
pub struct Scene {
    /// At the top, at the horizon, and below it down to the lower edge.
    pub sky: [Colour; 2],
    pub ground: [Colour; 2],
    /// 0 at the top, 1 at the bottom.
    pub horizon: f32,
    /// Those in front last.
    pub things: Vec<Thing>,
    /// Of the grain.
    pub seed: u64,
}

/// Parts at a place: centre and half size, in heights of the picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Thing {
    pub centre: [f32; 2],
    pub size: f32,
    pub parts: Vec<Part>,
}

pub fn compose(wish: &Wish) -> Scene {
    let found = understand(&wish.prompt, &wish.negative);
    // Other words give other pictures, and so does another seed.
    let mut hash = Sha256::new();
    hash.update(wish.seed.to_le_bytes());
    hash.update(wish.prompt.as_bytes());
    let mut random = ChaCha8Rng::from_seed(hash.finalize().into());
    let seed = random.random();
    let aspect = wish.size.width as f32 / wish.size.height.max(1) as f32;
    let place = found.place.unwrap_or(if found.things.is_empty() { Place::Plain } else { Place::Day });
    let (sky, ground) = colours(place, &found.colours, &mut random);
    let horizon = if place == Place::Plain { 1.0 } else { random.random_range(0.55..0.7) };
    let mut things = match found.things.is_empty() {
        true => abstraction(aspect, &found.colours, &mut random),
        false => place_all(&found.things, horizon, aspect, &mut random),
    };
    // What is larger stands behind.
    things.sort_by(|a, b| b.size.total_cmp(&a.size));
    Scene { sky, ground, horizon, things, seed }
}

fn colours(place: Place, said: &[Colour], random: &mut ChaCha8Rng) -> ([Colour; 2], [Colour; 2]) {
    let (sky, ground): ([Colour; 2], [Colour; 2]) = match place {
        Place::Day => ([[0.36, 0.6, 0.9], [0.78, 0.88, 0.96]], [[0.45, 0.66, 0.35], [0.26, 0.46, 0.2]]),
        Place::Sunset => ([[0.28, 0.2, 0.45], [0.98, 0.6, 0.35]], [[0.35, 0.25, 0.28], [0.16, 0.12, 0.16]]),
        Place::Night => ([[0.02, 0.03, 0.1], [0.1, 0.13, 0.28]], [[0.07, 0.1, 0.14], [0.03, 0.04, 0.07]]),
        Place::Sea => ([[0.45, 0.7, 0.92], [0.85, 0.92, 0.96]], [[0.2, 0.5, 0.68], [0.06, 0.22, 0.4]]),
        Place::Snow => ([[0.62, 0.7, 0.8], [0.88, 0.91, 0.95]], [[0.95, 0.96, 0.98], [0.8, 0.85, 0.92]]),
        Place::Desert => ([[0.45, 0.66, 0.88], [0.95, 0.88, 0.75]], [[0.9, 0.75, 0.5], [0.7, 0.52, 0.3]]),
        Place::Plain => {
            let tone = said.first().copied().unwrap_or_else(|| hue(random.random_range(0.0..1.0), 0.35, 0.85));
            let darker = tone.map(|channel| channel * 0.45);
            ([tone.map(|channel| channel * 0.6 + 0.35), darker], [darker, darker])
        }
    };
    (sky, ground)
}

/// Side by side: what stands in the sky, what stands far behind, and what stands in front.
fn place_all(asked: &[Asked], horizon: f32, aspect: f32, random: &mut ChaCha8Rng) -> Vec<Thing> {
    let layers: [fn(&Asked) -> bool; 3] = [
        |asked| asked.noun.is_above(),
        |asked| asked.noun.is_far(),
        |asked| !asked.noun.is_above() && !asked.noun.is_far(),
    ];
    let mut things = Vec::new();
    for is_here in layers {
        let here = asked.iter().filter(|asked| is_here(asked));
        let here: Vec<&Asked> = here.flat_map(|asked| std::iter::repeat_n(asked, asked.count)).collect();
        let lanes = here.len() as f32;
        for (lane, asked) in here.into_iter().enumerate() {
            // Each a little out of line.
            let x = (lane as f32 + 0.5 + random.random_range(-0.12..0.12)) / lanes * aspect;
            let fit = (aspect / lanes / 2.1).min(1.0);
            let (size, y) = if asked.noun.is_above() {
                let size = random.random_range(0.08..0.13f32).min(fit);
                (size, random.random_range(0.12..(horizon * 0.45).max(0.13)))
            } else if asked.noun.is_far() {
                let size = random.random_range(0.28..0.34f32).min(fit.max(0.2));
                (size, horizon - size + 0.02)
            } else {
                let size = random.random_range(0.17..0.26f32).min(fit);
                (size, (horizon + random.random_range(0.0..0.12f32)).min(0.98 - size))
            };
            things.push(Thing { centre: [x, y], size, parts: asked.noun.parts(asked.colour) });
        }
    }
    things
}

/// Where nothing is named that has a shape: circles, boxes and bows in one family of hues.
fn abstraction(aspect: f32, said: &[Colour], random: &mut ChaCha8Rng) -> Vec<Thing> {
    let base = random.random_range(0.0..1.0f32);
    let count = random.random_range(6..11);
    let thing = |index: usize, random: &mut ChaCha8Rng| {
        let own = hue(base + random.random_range(-0.12..0.12f32) + 0.5 * (index % 2) as f32, 0.6, 0.9);
        let colour = said.get(index % said.len().max(1)).copied().unwrap_or(own);
        let outline = match random.random_range(0..4u8) {
            0 => Outline::Ellipse([0.0, 0.0], [0.9, 0.9]),
            1 => Outline::Box([0.0, 0.0], [0.8, 0.5]),
            2 => Outline::Bow([0.0, 0.0], 0.7, 0.15),
            _ => Outline::Triangle([[-0.8, 0.6], [0.0, -0.8], [0.8, 0.6]]),
        };
        let centre = [random.random_range(0.0..1.0f32) * aspect, random.random_range(0.0..1.0)];
        Thing { centre, size: random.random_range(0.1..0.35), parts: vec![(outline, colour)] }
    };
    (0..count).map(|index| thing(index, random)).collect()
}

/// A colour by hue (1 once around), saturation and brightness.
fn hue(turn: f32, saturation: f32, brightness: f32) -> Colour {
    [0.0, 2.0 / 3.0, 1.0 / 3.0].map(|shift| {
        let wave = ((turn + shift).rem_euclid(1.0) * 6.0 - 3.0).abs() - 1.0;
        brightness * (1.0 - saturation * (1.0 - wave.clamp(0.0, 1.0)))
    })
}
