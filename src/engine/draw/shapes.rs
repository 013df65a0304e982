//! How each thing is put together: coloured parts in a square from -1 to 1, y downwards.

use super::words::{Colour, Noun};

/// The outline of a part.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Outline {
    /// Centre and radii.
    Ellipse([f32; 2], [f32; 2]),
    /// Centre and half sides.
    Box([f32; 2], [f32; 2]),
    Triangle([[f32; 2]; 3]),
    /// Points of a star, its outer and inner radius, around a centre.
    Star([f32; 2], f32, f32, u8),
    /// A ring's piece: centre, radius, half width; only what lies below the centre.
    Bow([f32; 2], f32, f32),
}

/// A part in its colour.
pub type Part = (Outline, Colour);

const WOOD: Colour = [0.4, 0.26, 0.15];
const DARK: Colour = [0.1, 0.1, 0.12];
const LIGHT: Colour = [0.96, 0.95, 0.9];
const GLASS: Colour = [0.6, 0.8, 0.92];

impl Noun {
    /// Where nothing is said of it.
    fn own_colour(self) -> Colour {
        match self {
            Self::Sun | Self::Star => [1.0, 0.86, 0.3],
            Self::Moon => [0.94, 0.93, 0.85],
            Self::Cloud => [0.97, 0.97, 0.99],
            Self::Mountain => [0.42, 0.43, 0.5],
            Self::Tree => [0.16, 0.5, 0.22],
            Self::House => [0.86, 0.8, 0.68],
            Self::Tower => [0.75, 0.74, 0.72],
            Self::Flower => [0.9, 0.3, 0.5],
            Self::Ball => [0.85, 0.2, 0.2],
            Self::Fruit => [0.8, 0.12, 0.14],
            Self::Banana => [0.98, 0.85, 0.25],
            Self::Box => [0.72, 0.55, 0.35],
            Self::Cup => [0.92, 0.92, 0.94],
            Self::Cat => [0.85, 0.52, 0.22],
            Self::Dog => [0.55, 0.38, 0.22],
            Self::Bird => [0.25, 0.45, 0.7],
            Self::Fish => [0.95, 0.5, 0.2],
            Self::Person => [0.25, 0.4, 0.65],
            Self::Car => [0.75, 0.15, 0.18],
            Self::Boat => [0.6, 0.3, 0.18],
            Self::Umbrella => [0.7, 0.15, 0.35],
        }
    }

    /// Whether it stands in the sky.
    pub fn is_above(self) -> bool {
        matches!(self, Self::Sun | Self::Moon | Self::Star | Self::Cloud | Self::Bird)
    }

    /// Whether it stands far behind, and large.
    pub fn is_far(self) -> bool {
        matches!(self, Self::Mountain)
    }

    /// Its parts, those in front last.
    pub fn parts(self, said: Option<Colour>) -> Vec<Part> {
        use Outline::{Bow, Box, Ellipse, Star, Triangle};
        let main = said.unwrap_or_else(|| self.own_colour());
        let darker = main.map(|channel| channel * 0.7);
        match self {
            Self::Sun => vec![(Star([0.0, 0.0], 1.0, 0.7, 14), main), (Ellipse([0.0, 0.0], [0.62, 0.62]), main)],
            Self::Moon => vec![(Ellipse([0.0, 0.0], [0.8, 0.8]), main), (Ellipse([0.3, -0.2], [0.16, 0.16]), darker)],
            Self::Star => vec![(Star([0.0, 0.0], 0.9, 0.38, 5), main)],
            Self::Cloud => vec![
                (Ellipse([-0.5, 0.15], [0.45, 0.3]), main),
                (Ellipse([0.0, -0.1], [0.5, 0.42]), main),
                (Ellipse([0.5, 0.15], [0.45, 0.3]), main),
            ],
            Self::Mountain => vec![
                (Triangle([[-1.0, 1.0], [0.0, -0.9], [1.0, 1.0]]), main),
                (Triangle([[-0.26, -0.4], [0.0, -0.9], [0.26, -0.4]]), LIGHT),
            ],
            Self::Tree => vec![
                (Box([0.0, 0.6], [0.12, 0.4]), WOOD),
                (Ellipse([0.0, -0.2], [0.65, 0.7]), main),
                (Ellipse([-0.2, -0.35], [0.3, 0.3]), darker),
            ],
            Self::House => vec![
                (Box([0.0, 0.4], [0.75, 0.6]), main),
                (Triangle([[-0.95, -0.2], [0.0, -0.95], [0.95, -0.2]]), [0.62, 0.22, 0.18]),
                (Box([0.0, 0.65], [0.16, 0.35]), WOOD),
                (Box([-0.42, 0.25], [0.15, 0.15]), GLASS),
                (Box([0.42, 0.25], [0.15, 0.15]), GLASS),
            ],
            Self::Tower => vec![
                (Box([0.0, 0.2], [0.32, 0.8]), main),
                (Box([0.0, 0.0], [0.32, 0.12]), [0.75, 0.2, 0.18]),
                (Triangle([[-0.42, -0.6], [0.0, -1.0], [0.42, -0.6]]), darker),
                (Ellipse([0.0, -0.45], [0.1, 0.1]), GLASS),
            ],
            Self::Flower => {
                let petal = |turn: f32| {
                    let (sin, cos) = (turn * std::f32::consts::TAU / 6.0).sin_cos();
                    (Ellipse([0.36 * cos, -0.4 + 0.36 * sin], [0.26, 0.26]), main)
                };
                let mut parts = vec![(Box([0.0, 0.5], [0.05, 0.5]), [0.2, 0.55, 0.2])];
                parts.extend((0..6u8).map(f32::from).map(petal));
                parts.push((Ellipse([0.0, -0.4], [0.2, 0.2]), [0.98, 0.8, 0.2]));
                parts
            }
            Self::Ball => vec![(Ellipse([0.0, 0.0], [0.8, 0.8]), main), (Ellipse([-0.25, -0.28], [0.18, 0.14]), LIGHT)],
            Self::Fruit => vec![
                (Ellipse([-0.2, 0.1], [0.6, 0.7]), main),
                (Ellipse([0.2, 0.1], [0.6, 0.7]), main),
                (Box([0.04, -0.7], [0.05, 0.2]), WOOD),
                (Ellipse([0.3, -0.72], [0.24, 0.1]), [0.25, 0.6, 0.25]),
            ],
            Self::Banana => vec![(Bow([0.0, -0.3], 0.7, 0.18), main), (Box([0.7, -0.33], [0.06, 0.1]), WOOD)],
            Self::Box => vec![(Box([0.0, 0.0], [0.75, 0.75]), main), (Box([0.0, 0.0], [0.75, 0.08]), darker)],
            Self::Cup => vec![
                (Ellipse([0.62, 0.1], [0.3, 0.34]), main),
                (Ellipse([0.62, 0.1], [0.17, 0.2]), darker),
                (Box([0.0, 0.15], [0.55, 0.6]), main),
                (Ellipse([0.0, -0.45], [0.55, 0.14]), [0.3, 0.18, 0.1]),
            ],
            Self::Cat | Self::Dog => {
                let mut parts = vec![
                    (Ellipse([0.0, 0.55], [0.5, 0.45]), main),
                    (Ellipse([0.0, -0.2], [0.5, 0.42]), main),
                    (Ellipse([-0.2, -0.25], [0.07, 0.09]), DARK),
                    (Ellipse([0.2, -0.25], [0.07, 0.09]), DARK),
                    (Ellipse([0.0, -0.05], [0.08, 0.06]), DARK),
                ];
                parts.extend(match self {
                    Self::Cat => [
                        (Triangle([[-0.48, -0.3], [-0.42, -0.85], [-0.1, -0.5]]), main),
                        (Triangle([[0.48, -0.3], [0.42, -0.85], [0.1, -0.5]]), main),
                    ],
                    _ => {
                        [(Ellipse([-0.5, -0.15], [0.16, 0.34]), darker), (Ellipse([0.5, -0.15], [0.16, 0.34]), darker)]
                    }
                });
                parts
            }
            Self::Bird => vec![
                (Ellipse([0.0, 0.0], [0.6, 0.3]), main),
                (Ellipse([0.5, -0.25], [0.24, 0.22]), main),
                (Triangle([[0.7, -0.3], [1.0, -0.22], [0.7, -0.12]]), [0.95, 0.65, 0.15]),
                (Triangle([[-0.3, 0.0], [0.2, 0.0], [-0.2, -0.7]]), darker),
                (Ellipse([0.55, -0.3], [0.04, 0.04]), DARK),
            ],
            Self::Fish => vec![
                (Ellipse([-0.1, 0.0], [0.65, 0.36]), main),
                (Triangle([[0.4, 0.0], [0.95, -0.4], [0.95, 0.4]]), darker),
                (Ellipse([-0.45, -0.08], [0.06, 0.06]), DARK),
            ],
            Self::Person => vec![
                (Box([-0.15, 0.72], [0.1, 0.28]), DARK),
                (Box([0.15, 0.72], [0.1, 0.28]), DARK),
                (Ellipse([0.0, 0.15], [0.36, 0.48]), main),
                (Ellipse([0.0, -0.6], [0.26, 0.28]), [0.9, 0.72, 0.58]),
            ],
            Self::Car => vec![
                (Ellipse([0.0, -0.1], [0.55, 0.42]), GLASS),
                (Box([0.0, 0.2], [0.95, 0.3]), main),
                (Ellipse([-0.5, 0.5], [0.24, 0.24]), DARK),
                (Ellipse([0.5, 0.5], [0.24, 0.24]), DARK),
            ],
            Self::Boat => vec![
                (Box([0.0, -0.2], [0.04, 0.7]), WOOD),
                (Triangle([[0.08, -0.9], [0.75, 0.3], [0.08, 0.3]]), LIGHT),
                (Triangle([[-0.9, 0.45], [0.9, 0.45], [0.5, 0.9]]), main),
                (Triangle([[-0.9, 0.45], [0.5, 0.9], [-0.5, 0.9]]), main),
            ],
            Self::Umbrella => vec![
                (Box([0.0, 0.2], [0.04, 0.7]), DARK),
                (Triangle([[-0.95, 0.0], [0.0, -0.85], [0.95, 0.0]]), main),
                (Triangle([[-0.35, 0.0], [0.0, -0.85], [0.35, 0.0]]), darker),
            ],
        }
    }
}
