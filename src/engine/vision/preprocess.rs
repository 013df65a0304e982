//! From a picture to the numbers that a model takes, as the checkpoint's `preprocessor_config.json` says.
//!
//! Sizes are those of the image processors in `transformers`: a fixed size; the shorter edge, with a longest for the other;
//! and ConvNeXT's, which resizes to `size / crop_pct` and takes the middle.

use image::RgbImage;
use image::imageops::{self, FilterType};
use serde::Deserialize;

use super::conv::Map;
use super::picture::Picture;
use crate::engine::backend::Failure;
use crate::engine::checkpoints::Checkpoint;

#[derive(Debug, Clone, Deserialize)]
struct File {
    #[serde(default = "yes")]
    do_resize: bool,
    #[serde(default)]
    size: Option<Edges>,
    /// DETR's older files have the longest edge here.
    #[serde(default)]
    max_size: Option<usize>,
    #[serde(default)]
    crop_pct: Option<f32>,
    #[serde(default)]
    resample: Option<u32>,
    #[serde(default = "yes")]
    do_rescale: bool,
    #[serde(default)]
    rescale_factor: Option<f32>,
    #[serde(default = "yes")]
    do_normalize: bool,
    #[serde(default)]
    image_mean: Option<[f32; 3]>,
    #[serde(default)]
    image_std: Option<[f32; 3]>,
    #[serde(default, alias = "feature_extractor_type")]
    image_processor_type: Option<String>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(untagged)]
enum Edges {
    One(usize),
    Both {
        height: usize,
        width: usize,
    },
    Shorter {
        shortest_edge: usize,
        #[serde(default)]
        longest_edge: Option<usize>,
    },
}

fn yes() -> bool {
    true
}

/// How a checkpoint wants its pictures.
#[derive(Debug, Clone)]
pub struct Preprocess {
    size: Option<Wanted>,
    filter: FilterType,
    factor: f32,
    mean: [f32; 3],
    deviation: [f32; 3],
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Wanted {
    Exactly {
        height: usize,
        width: usize,
    },
    Shorter {
        edge: usize,
        longest: usize,
    },
    /// The middle `side` of a picture whose shorter edge is `edge`.
    Middle {
        edge: usize,
        side: usize,
    },
}

/// Longest edge where a file names none: a ribbon would otherwise grow without bound.
const LONGEST: usize = 1333;
const IMAGENET: ([f32; 3], [f32; 3]) = ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]);

impl Preprocess {
    /// Reads `preprocessor_config.json`.
    pub fn read(checkpoint: &Checkpoint) -> Result<Self, Failure> {
        let file: File = checkpoint.json("preprocessor_config.json")?;
        let kind = file.image_processor_type.as_deref().unwrap_or_default();
        let size = match file.size.filter(|_| file.do_resize) {
            None => None,
            Some(Edges::Both { height, width }) => Some(Wanted::Exactly { height, width }),
            Some(Edges::One(edge) | Edges::Shorter { shortest_edge: edge, .. }) if kind.starts_with("ConvNext") => {
                let part = file.crop_pct.filter(|part| *part > 0.0).unwrap_or(0.875);
                Some(match edge {
                    384.. => Wanted::Exactly { height: edge, width: edge },
                    _ => Wanted::Middle { edge: (edge as f32 / part) as usize, side: edge },
                })
            }
            Some(Edges::One(edge)) if kind.starts_with("Detr") => {
                Some(Wanted::Shorter { edge, longest: file.max_size.unwrap_or(LONGEST) })
            }
            Some(Edges::One(edge)) => Some(Wanted::Exactly { height: edge, width: edge }),
            Some(Edges::Shorter { shortest_edge, longest_edge }) => {
                Some(Wanted::Shorter { edge: shortest_edge, longest: longest_edge.unwrap_or(LONGEST) })
            }
        };
        let sides = match size {
            None => None,
            Some(Wanted::Exactly { height, width }) => Some((height.min(width), height.max(width))),
            Some(Wanted::Shorter { edge, longest }) => Some((edge, longest)),
            Some(Wanted::Middle { edge, side }) => Some((side, edge)),
        };
        if sides.is_some_and(|(least, most)| least == 0 || most > 4096) {
            let reason = format!("{size:?} is no size between 1 and 4096 pixels");
            return Err(checkpoint.failure("preprocessor_config.json", reason));
        }
        let (mean, deviation) = match file.do_normalize {
            true => (file.image_mean.unwrap_or(IMAGENET.0), file.image_std.unwrap_or(IMAGENET.1)),
            false => ([0.0; 3], [1.0; 3]),
        };
        Ok(Self {
            size,
            // Pillow's numbers.
            filter: match file.resample.unwrap_or(2) {
                0 => FilterType::Nearest,
                1 => FilterType::Lanczos3,
                3 => FilterType::CatmullRom,
                _ => FilterType::Triangle,
            },
            factor: if file.do_rescale { file.rescale_factor.unwrap_or(1.0 / 255.0) } else { 1.0 },
            mean,
            deviation,
        })
    }

    /// The picture as a model takes it.
    pub fn apply(&self, picture: Picture) -> Result<Map, Failure> {
        let damaged = || Failure::Input("the picture has other pixels than its size says".to_owned());
        let (width, height) = (picture.size.width as u32, picture.size.height as u32);
        let image = RgbImage::from_raw(width, height, picture.pixels).ok_or_else(damaged)?;
        let image = match self.size.map(|size| (size, target(size, height as usize, width as usize))) {
            None => image,
            Some((_, (h, w))) if (h, w) == (height as usize, width as usize) => image,
            Some((_, (h, w))) => imageops::resize(&image, w as u32, h as u32, self.filter),
        };
        let image = match self.size {
            Some(Wanted::Middle { side, .. }) => {
                let (left, top) = (
                    (image.width() as usize).saturating_sub(side) / 2,
                    (image.height() as usize).saturating_sub(side) / 2,
                );
                imageops::crop_imm(&image, left as u32, top as u32, side as u32, side as u32).to_image()
            }
            _ => image,
        };
        let scale: [f32; 3] = std::array::from_fn(|channel| self.factor / self.deviation[channel]);
        let shift: [f32; 3] = std::array::from_fn(|channel| self.mean[channel] / self.deviation[channel]);
        let (height, width) = (image.height() as usize, image.width() as usize);
        let pixels = image.as_raw().as_chunks::<3>().0.iter();
        let values =
            pixels.flat_map(|pixel| std::array::from_fn::<f32, 3, _>(|c| f32::from(pixel[c]) * scale[c] - shift[c]));
        Ok(Map { height, width, channels: 3, values: values.collect() })
    }
}

/// Height and width after resizing.
fn target(wanted: Wanted, height: usize, width: usize) -> (usize, usize) {
    let (shorter, longer) = (height.min(width), height.max(width));
    let ordered = |edge: usize, other: usize| if height <= width { (edge, other) } else { (other, edge) };
    match wanted {
        Wanted::Exactly { height, width } => (height, width),
        Wanted::Middle { edge, .. } => ordered(edge, (edge * longer / shorter).min(4 * LONGEST.max(edge))),
        Wanted::Shorter { edge, longest } => {
            // A ribbon's shorter edge gives way to the longest that the other may have.
            let edge = match longer as f64 / shorter as f64 * edge as f64 {
                other if other > longest as f64 => {
                    (longest as f64 * shorter as f64 / longer as f64).round().max(1.0) as usize
                }
                _ => edge,
            };
            ordered(edge, (edge * longer / shorter).clamp(1, longest))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::picture::Size;
    use super::*;
    use std::collections::BTreeMap;

    fn read(json: &str) -> Result<Preprocess, Failure> {
        let files = BTreeMap::from([("preprocessor_config.json".to_owned(), json.as_bytes().into())]);
        Preprocess::read(&Checkpoint::memory("mine", files))
    }

    #[test]
    fn sizes_are_those_of_transformers() {
        let resnet =
            r#"{"crop_pct": 0.875, "feature_extractor_type": "ConvNextFeatureExtractor", "resample": 3, "size": 224}"#;
        assert_eq!(read(resnet).unwrap().size, Some(Wanted::Middle { edge: 256, side: 224 }));
        let detr = r#"{"feature_extractor_type": "DetrFeatureExtractor", "max_size": 1333, "size": 800}"#;
        let detr = read(detr).unwrap().size.unwrap();
        assert_eq!(target(detr, 480, 640), (800, 1066));
        assert_eq!(target(detr, 100, 1000), (133, 1330));
        let both = read(r#"{"size": {"height": 384, "width": 380}}"#).unwrap();
        assert_eq!(target(both.size.unwrap(), 7, 9), (384, 380));
        for (wide, high) in [(1, 100_000), (100_000, 1)] {
            let (height, width) = target(detr, high, wide);
            assert!(height.min(width) >= 1 && height.max(width) <= 1333);
        }
        assert!(read(r#"{"size": 0}"#).is_err() && read(r#"{"size": 100000}"#).is_err());
    }

    #[test]
    fn pixels_become_numbers_around_zero() {
        let picture = Picture { size: Size { width: 2, height: 1 }, pixels: vec![0, 255, 51, 255, 0, 204] };
        let same =
            read(r#"{"do_resize": false, "image_mean": [0.5, 0.5, 0.2], "image_std": [0.5, 0.25, 1.0]}"#).unwrap();
        let map = same.apply(picture).unwrap();
        let expected = [-1.0, 2.0, 0.0, 1.0, -2.0, 0.6];
        assert!(map.values.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-6), "{:?}", map.values);
    }
}
