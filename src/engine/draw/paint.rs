//! From the composition to pixels: a background, parts over it with soft edges, then grain.

use rayon::prelude::*;

use super::scene::{Scene, Thing};
use super::shapes::Outline;
use super::words::Colour;
use super::{Start, Wish};
use crate::engine::backend::Failure;
use crate::engine::vision::{Picture, Size};

/// Rows between two looks at whether the picture is still wanted.
const BAND: usize = 16;
/// The guidance at which colours are as they were chosen.
const USUAL_GUIDANCE: f64 = 7.5;

pub fn paint(wish: &Wish, scene: &Scene, check: impl Fn() -> Result<(), Failure> + Sync) -> Result<Picture, Failure> {
    let Size { width, height } = wish.size;
    let mut pixels = vec![0u8; width * height * 3];
    // Flat colours at no guidance, stronger ones at more than usual.
    let contrast = (0.75 + 0.25 * (wish.guidance / USUAL_GUIDANCE)).clamp(0.6, 1.3) as f32;
    let grain = 0.24 / (wish.steps as f32 + 3.0);
    pixels.par_chunks_mut(width * 3 * BAND).enumerate().try_for_each(|(band, rows)| {
        check()?;
        for (row, line) in rows.chunks_mut(width * 3).enumerate() {
            let y = band * BAND + row;
            let at = (y as f32 + 0.5) / height as f32;
            // Only what reaches into this row.
            let near: Vec<&Thing> =
                scene.things.iter().filter(|thing| (at - thing.centre[1]).abs() <= thing.size * 1.7).collect();
            for (x, pixel) in line.chunks_mut(3).enumerate() {
                let place = [(x as f32 + 0.5) / height as f32, at];
                let mut colour = background(scene, at);
                for thing in &near {
                    cover(thing, place, 1.0 / height as f32, &mut colour);
                }
                let noise = grain * (noise(scene.seed, x, y) - 0.5);
                let colour = colour.map(|channel| (0.5 + (channel - 0.5) * contrast + noise).clamp(0.0, 1.0));
                let colour = over(wish.start.as_ref(), colour, [x, y], wish.size);
                for (byte, channel) in pixel.iter_mut().zip(colour) {
                    *byte = (channel * 255.0 + 0.5) as u8;
                }
            }
        }
        Ok::<(), Failure>(())
    })?;
    Ok(Picture { size: wish.size, pixels })
}

fn background(scene: &Scene, at: f32) -> Colour {
    let ([top, bottom], share) = if at < scene.horizon {
        (scene.sky, at / scene.horizon)
    } else {
        (scene.ground, (at - scene.horizon) / (1.0 - scene.horizon).max(1e-3))
    };
    mix(top, bottom, share)
}

fn cover(thing: &Thing, place: [f32; 2], pixel: f32, colour: &mut Colour) {
    let [x, y] = [0, 1].map(|axis| (place[axis] - thing.centre[axis]) / thing.size);
    if x.abs() > 1.7 || y.abs() > 1.7 {
        return;
    }
    let soft = pixel / thing.size;
    for (outline, tone) in &thing.parts {
        let share = (0.5 - distance(outline, x, y) / soft).clamp(0.0, 1.0);
        if share > 0.0 {
            *colour = mix(*colour, *tone, share);
        }
    }
}

/// How far a place is outside of the outline, about; negative inside.
fn distance(outline: &Outline, x: f32, y: f32) -> f32 {
    match *outline {
        Outline::Ellipse([cx, cy], [rx, ry]) => {
            let (x, y) = ((x - cx) / rx, (y - cy) / ry);
            (x.hypot(y) - 1.0) * rx.min(ry)
        }
        Outline::Box([cx, cy], [hx, hy]) => ((x - cx).abs() - hx).max((y - cy).abs() - hy),
        Outline::Triangle(corners) => {
            let middle = [0, 1].map(|axis| corners.iter().map(|corner| corner[axis]).sum::<f32>() / 3.0);
            let side = |a: [f32; 2], b: [f32; 2]| {
                let (nx, ny) = (b[1] - a[1], a[0] - b[0]);
                let length = nx.hypot(ny).max(1e-6);
                let away = |x: f32, y: f32| ((x - a[0]) * nx + (y - a[1]) * ny) / length;
                if away(middle[0], middle[1]) > 0.0 { -away(x, y) } else { away(x, y) }
            };
            let [a, b, c] = corners;
            side(a, b).max(side(b, c)).max(side(c, a))
        }
        Outline::Star([cx, cy], outer, inner, points) => {
            let (x, y) = (x - cx, y - cy);
            let turn = x.atan2(-y) / std::f32::consts::TAU * f32::from(points);
            let share = (turn.rem_euclid(1.0) - 0.5).abs() * 2.0;
            (x.hypot(y) - (inner + (outer - inner) * share)) * 0.6
        }
        Outline::Bow([cx, cy], radius, half) => {
            let (x, y) = (x - cx, y - cy);
            ((x.hypot(y) - radius).abs() - half).max(-y - 0.02)
        }
    }
}

/// The drawing over the picture that it began with.
fn over(start: Option<&Start>, drawn: Colour, place: [usize; 2], size: Size) -> Colour {
    let Some(start) = start else { return drawn };
    let before = nearest(&start.picture, place, size);
    let masked = start.mask.as_ref().map_or(1.0, |mask| nearest(mask, place, size)[1]);
    mix(before, drawn, start.strength.clamp(0.0, 1.0) as f32 * masked)
}

/// The pixel of a picture nearest to a place of one of another size.
fn nearest(picture: &Picture, [x, y]: [usize; 2], size: Size) -> Colour {
    let Size { width, height } = picture.size;
    let column = (x * width / size.width.max(1)).min(width.saturating_sub(1));
    let row = (y * height / size.height.max(1)).min(height.saturating_sub(1));
    let at = (row * width + column) * 3;
    [0, 1, 2].map(|channel| picture.pixels.get(at + channel).map_or(0.0, |value| f32::from(*value) / 255.0))
}

fn mix(from: Colour, to: Colour, share: f32) -> Colour {
    [0, 1, 2].map(|channel| from[channel] + (to[channel] - from[channel]) * share)
}

/// 0 to 1, another at every place.
fn noise(seed: u64, x: usize, y: usize) -> f32 {
    let mut bits =
        seed ^ (x as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ (y as u64).wrapping_mul(0xC2B2_AE3D_27D4_EB4F);
    bits = (bits ^ (bits >> 31)).wrapping_mul(0xD6E8_FEB8_6659_FD93);
    ((bits >> 40) as f32) / (1u32 << 24) as f32
}
