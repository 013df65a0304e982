//! The pictures of a PDF's pages: JPEG as it is, and bare samples of eight bits in grey or in red, green and blue.

use std::collections::HashSet;

use axum::body::Bytes;
use image::{DynamicImage, GrayImage, ImageFormat, RgbImage};
use lopdf::xobject::PdfImage;
use lopdf::{Document, ObjectId};

/// Bytes of bare samples that one picture may unpack to: a page in colour at 400 dots an inch.
const MOST_SAMPLES: usize = 64 << 20;
/// Production looks at pictures no larger than this.
const LARGEST: (u32, u32) = (1280, 720);

/// Those of a document, each where it is shown first: a letterhead is on every page.
#[derive(Default)]
pub struct Pictures {
    seen: HashSet<ObjectId>,
}

impl Pictures {
    /// The new ones of a page, in the order of its resources; what cannot be read is left out.
    pub fn of_page(&mut self, document: &Document, page: ObjectId) -> impl Iterator<Item = Bytes> {
        let found = document.get_page_images(page).unwrap_or_default();
        found.into_iter().filter(|image| self.seen.insert(image.id)).filter_map(|image| read(document, &image))
    }
}

fn read(document: &Document, image: &PdfImage<'_>) -> Option<Bytes> {
    match image.filters.as_deref().unwrap_or_default() {
        [only] if only == "DCTDecode" => Some(Bytes::copy_from_slice(image.content)),
        [] => samples(document, image),
        [only] if only == "FlateDecode" => samples(document, image),
        // Fax, JPEG 2000 and the rest.
        _ => None,
    }
}

/// A picture of bare samples as PNG, made smaller as production would.
fn samples(document: &Document, image: &PdfImage<'_>) -> Option<Bytes> {
    let known = ["DeviceGray", "DeviceRGB", "CalGray", "CalRGB", "ICCBased"];
    if image.bits_per_component != Some(8) || !image.color_space.as_deref().is_some_and(|space| known.contains(&space))
    {
        return None;
    }
    let (width, height) = (u32::try_from(image.width).ok()?, u32::try_from(image.height).ok()?);
    let pixels = (width as usize).checked_mul(height as usize).filter(|pixels| (1..=MOST_SAMPLES).contains(pixels))?;
    let stream = document.get_object(image.id).ok()?.as_stream().ok()?;
    let samples = stream.get_plain_content_with_limit(MOST_SAMPLES).ok()?;
    // A profile's colours are as many as its samples show.
    let picture: DynamicImage = match samples.len() / pixels {
        1 => GrayImage::from_vec(width, height, cut(samples, pixels))?.into(),
        3 => RgbImage::from_vec(width, height, cut(samples, 3 * pixels))?.into(),
        _ => return None,
    };
    let (wide, high) = LARGEST;
    let picture = if width > wide || height > high { picture.thumbnail(wide, high) } else { picture };
    let mut png = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut png, ImageFormat::Png).ok()?;
    Some(png.into_inner().into())
}

/// Without what follows the last row: some writers end the stream with a line break.
fn cut(mut samples: Vec<u8>, length: usize) -> Vec<u8> {
    samples.truncate(length);
    samples
}
