//! Text to image: what each family's inputs say, and the answers' forms (workers-ai reference 4.7).

use axum::body::Bytes;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{field, refused};
use crate::ai::catalog::{Media, Model, tiles};
use crate::ai::media::{self, Upload};
use crate::engine::vision::Size;
use crate::error::AiError;

/// The file that comes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// `{image}` with a JPEG in base64.
    JpegInJson,
    /// The bytes, and the type that they are said to have.
    Jpeg(&'static str),
    Png,
}

/// A request.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    pub prompt: String,
    pub negative: String,
    pub size: Size,
    pub steps: usize,
    pub guidance: f64,
    pub seed: u64,
    /// The picture to begin with, as a file, and how much of it is drawn over.
    pub image: Option<(Bytes, f64)>,
    /// Where it is drawn over.
    pub mask: Option<Bytes>,
    /// Further pictures of FLUX.2, which are looked at but not drawn on.
    pub others: Vec<Bytes>,
    pub form: Form,
    steps_by_tile: bool,
}

/// Most pictures that FLUX.2 takes, and the side that each must stay under.
const REFERENCES: usize = 4;
pub const REFERENCE_SIDE: usize = 512;
/// How much of its first picture FLUX.2's stand-in draws over: it is a reference, not a canvas.
const REFERENCE_STRENGTH: f64 = 0.7;

impl Request {
    /// Reads an input that has passed the schema.
    pub fn parse(model: &Model, input: &Value, upload: Option<&Upload>) -> Result<Self, AiError> {
        let is_flux2 = model.schema == "text-to-image-flux2";
        let defaults = &model.defaults;
        let default_side = if model.name.contains("v1-5") || model.name.contains("dreamshaper") { 512 } else { 1024 };
        let steps_name = if field(input, "num_steps").is_some() { "num_steps" } else { "steps" };
        let prompt = field(input, "prompt").and_then(Value::as_str).unwrap_or_default().to_owned();
        if prompt.trim().is_empty() {
            return Err(refused("`prompt` is empty"));
        }
        let side = |name, default: Option<usize>| whole(model, input, name, default.unwrap_or(default_side));
        let guidance = number(input, "guidance")?.or(defaults.guidance).unwrap_or(7.5);
        let strength = number(input, "strength")?.or(defaults.strength).unwrap_or(1.0);
        if !(0.0..=1.0).contains(&strength) {
            return Err(refused(format!("`strength` is {strength}\nhint: from 0 to 1")));
        }
        let seed = match number(input, "seed")? {
            // The same words give the same picture, where nobody asks for another.
            None => u64::from_le_bytes(Sha256::digest(prompt.as_bytes())[..8].try_into().unwrap_or_default()),
            Some(seed) if seed.fract() == 0.0 && seed >= 0.0 => seed as u64,
            Some(seed) => return Err(refused(format!("`seed` is {seed}\nhint: a whole number from 0 on"))),
        };
        let (image, mask, others) = match is_flux2 {
            true => references(upload)?,
            false => start(model, input, strength)?,
        };
        Ok(Self {
            negative: field(input, "negative_prompt").and_then(Value::as_str).unwrap_or_default().to_owned(),
            size: Size { width: side("width", defaults.width)?, height: side("height", defaults.height)? },
            steps: whole(model, input, steps_name, defaults.steps.unwrap_or(25))?,
            guidance,
            seed,
            image,
            mask,
            others,
            form: form(model),
            // Billed live: 172.80 for 1024 x 1024 at 4 steps is 4 tiles x (4.8 + 4 x 9.6).
            steps_by_tile: matches!(
                model.schema.as_str(),
                "text-to-image-flux1" | "text-to-image-lucid" | "text-to-image-phoenix"
            ),
            prompt,
        })
    }

    /// What is charged for; `input` has the size of each picture that came along.
    pub fn usage(&self, input: &[Size]) -> Media {
        let tiles = |size: &Size| tiles(size.width as u64, size.height as u64);
        let (output_tiles, steps) = (tiles(&self.size), self.steps as u64);
        Media {
            steps: if self.steps_by_tile { steps * output_tiles } else { steps },
            output_tiles,
            output_pixels: self.size.pixels() as u64,
            input_tiles: input.iter().map(tiles).sum(),
            input_pixels: input.iter().map(|size| size.pixels() as u64).sum(),
            ..Media::default()
        }
    }
}

/// The answer around a JPEG in base64.
pub fn render(base64: String) -> Value {
    json!({"image": base64})
}

fn form(model: &Model) -> Form {
    match model.schema.as_str() {
        "text-to-image-phoenix" => Form::Jpeg("image/jpeg"),
        // Seen live: JPEG bytes that call themselves PNG.
        "text-to-image-sd" if model.name.ends_with("lightning") => Form::Jpeg("image/png"),
        "text-to-image-sd" => Form::Png,
        _ => Form::JpegInJson,
    }
}

type Files = (Option<(Bytes, f64)>, Option<Bytes>, Vec<Bytes>);

/// Picture and mask of the Stable Diffusion family.
fn start(model: &Model, input: &Value, strength: f64) -> Result<Files, AiError> {
    let named = ["image", "image_b64"].into_iter().find(|name| field(input, name).is_some());
    let image = named.map(|name| media::bytes(&input[name], name)).transpose()?;
    let mask = field(input, "mask").map(|mask| media::bytes(mask, "mask")).transpose()?;
    let wants_image = model.name.ends_with("img2img") || model.name.ends_with("inpainting");
    if wants_image && image.is_none() {
        return Err(refused("`image` is missing\nhint: the bytes as a list, or base64 in `image_b64`"));
    }
    if model.name.ends_with("inpainting") && mask.is_none() {
        return Err(refused("`mask` is missing\nhint: a picture that is white where it is to be painted anew"));
    }
    if mask.is_some() && image.is_none() {
        return Err(refused("`mask` needs an `image`"));
    }
    Ok((image.map(|image| (image, strength)), mask, Vec::new()))
}

/// The files of FLUX.2's form.
fn references(upload: Option<&Upload>) -> Result<Files, AiError> {
    let parts = upload.and_then(|upload| upload.parts.as_deref()).unwrap_or_default();
    let files: Vec<Bytes> =
        parts.iter().filter(|part| part.name.starts_with("input_image")).map(|part| part.bytes.clone()).collect();
    if files.len() > REFERENCES {
        return Err(refused(format!("{} input images, of {REFERENCES} at most", files.len())));
    }
    let mut files = files.into_iter();
    let first = files.next().map(|first| (first, REFERENCE_STRENGTH));
    Ok((first, None, files.collect()))
}

/// A number that may have come as a form's text.
fn number(input: &Value, name: &str) -> Result<Option<f64>, AiError> {
    let Some(value) = field(input, name) else { return Ok(None) };
    let number = value.as_f64().or_else(|| value.as_str()?.trim().parse().ok()).filter(|number| number.is_finite());
    number.map(Some).ok_or_else(|| refused(format!("`{name}` is no number")))
}

/// A whole number from 1 on, within the model's range.
fn whole(model: &Model, input: &Value, name: &str, default: usize) -> Result<usize, AiError> {
    let Some(value) = number(input, name)? else { return Ok(default) };
    let range = model.ranges.get(if name == "num_steps" { "steps" } else { name });
    let [least, most] = range.copied().unwrap_or([1.0, 2500.0]);
    if value.fract() != 0.0 || value < least.max(1.0) || value > most {
        return Err(refused(format!("`{name}` is {value}\nhint: a whole number from {} to {most}", least.max(1.0))));
    }
    Ok(value as usize)
}
