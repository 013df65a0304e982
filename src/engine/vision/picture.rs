//! Pictures from files. What a file declares is read first, so that a picture that is too large is refused before it is
//! decoded; the decoder itself is held to what was declared.

use std::io::Cursor;

use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};

/// Width and height in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    pub width: usize,
    pub height: usize,
}

impl Size {
    pub fn pixels(self) -> usize {
        self.width.saturating_mul(self.height)
    }
}

/// Red, green and blue of each pixel, row by row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    pub size: Size,
    pub pixels: Vec<u8>,
}

/// Why a file is no picture.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    #[error("it is an SVG drawing, which has no pixels")]
    Svg,
    #[error("it is none of PNG, JPEG, GIF, WebP and BMP")]
    Unknown,
    #[error("{width} x {height} pixels are more than {most}")]
    Large { width: usize, height: usize, most: usize },
    #[error("it is damaged: {0}")]
    Damaged(String),
}

/// Most pixels of a picture: what the largest cameras of phones take, and a quarter of 10,000 x 10,000.
pub const MOST_PIXELS: usize = 50_000_000;
/// Bytes that decoding takes for each declared pixel, at most: 16 bits of four channels, and the three bytes that stay.
pub const BYTES_PER_PIXEL: usize = 12;

impl Picture {
    /// What `bytes` declare of themselves; nothing is decoded.
    pub fn declared(bytes: &[u8]) -> Result<Size, Unreadable> {
        let (width, height) = reader(bytes)?.into_dimensions().map_err(damaged)?;
        let (width, height) = (width as usize, height as usize);
        match (Size { width, height }).pixels() {
            0 => Err(Unreadable::Damaged("it has no pixels".to_owned())),
            pixels if pixels > MOST_PIXELS => Err(Unreadable::Large { width, height, most: MOST_PIXELS }),
            _ => Ok(Size { width, height }),
        }
    }

    /// The picture, turned as its camera says; of several frames the first. Transparency is dropped, as
    /// `transformers` drops it.
    pub fn decode(bytes: &[u8]) -> Result<Self, Unreadable> {
        let declared = Self::declared(bytes)?;
        let mut limits = Limits::default();
        (limits.max_image_width, limits.max_image_height) =
            (u32::try_from(declared.width).ok(), u32::try_from(declared.height).ok());
        // Some formats want whole tiles beyond the edges, and scratch space.
        limits.max_alloc = Some(declared.pixels() as u64 * BYTES_PER_PIXEL as u64 + (16 << 20));
        let mut reader = reader(bytes)?;
        reader.limits(limits);
        let mut decoder = reader.into_decoder().map_err(damaged)?;
        let orientation = decoder.orientation().ok();
        let mut image = DynamicImage::from_decoder(decoder).map_err(damaged)?;
        if let Some(orientation) = orientation {
            image.apply_orientation(orientation);
        }
        let image = image.into_rgb8();
        let size = Size { width: image.width() as usize, height: image.height() as usize };
        Ok(Self { size, pixels: image.into_raw() })
    }
}

fn reader(bytes: &[u8]) -> Result<ImageReader<Cursor<&[u8]>>, Unreadable> {
    let known = [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::Gif, ImageFormat::WebP, ImageFormat::Bmp];
    match image::guess_format(bytes) {
        Ok(format) if known.contains(&format) => Ok(ImageReader::with_format(Cursor::new(bytes), format)),
        _ if is_svg(bytes) => Err(Unreadable::Svg),
        _ => Err(Unreadable::Unknown),
    }
}

/// Whether the beginning of a text has an `svg` element.
fn is_svg(bytes: &[u8]) -> bool {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(2048)]);
    head.trim_start_matches('\u{feff}').trim_start().starts_with('<') && head.contains("<svg")
}

fn damaged(error: image::ImageError) -> Unreadable {
    Unreadable::Damaged(error.to_string())
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use image::{Rgb, RgbImage};

    pub fn png(width: u32, height: u32) -> Vec<u8> {
        encoded(width, height, ImageFormat::Png)
    }

    fn encoded(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
        let image = RgbImage::from_fn(width, height, |x, y| Rgb([x as u8, y as u8, 200]));
        let mut bytes = Cursor::new(Vec::new());
        image.write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    #[test]
    fn the_formats_of_production_are_read() {
        for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::Gif, ImageFormat::WebP, ImageFormat::Bmp] {
            let picture = Picture::decode(&encoded(20, 12, format)).unwrap();
            assert_eq!((picture.size, picture.pixels.len()), (Size { width: 20, height: 12 }, 720), "{format:?}");
            assert!(picture.pixels[2].abs_diff(200) < 20, "{format:?}");
        }
    }

    #[test]
    fn what_is_no_picture_is_said_to_be_none() {
        for (bytes, expected) in [
            (&b"<svg xmlns='http://www.w3.org/2000/svg'/>"[..], Unreadable::Svg),
            (b"<?xml version='1.0'?>\n<svg/>", Unreadable::Svg),
            (b"", Unreadable::Unknown),
            (b"%PDF-1.7", Unreadable::Unknown),
            (b"MM\0*", Unreadable::Unknown),
        ] {
            assert_eq!(Picture::decode(bytes), Err(expected));
        }
    }

    #[test]
    fn truncated_and_lying_files_are_damaged() {
        for format in [ImageFormat::Png, ImageFormat::Gif, ImageFormat::WebP, ImageFormat::Bmp] {
            let whole = encoded(64, 64, format);
            for length in [3, 20, whole.len() / 2] {
                let result = Picture::decode(&whole[..length]);
                assert!(matches!(result, Err(Unreadable::Damaged(_) | Unreadable::Unknown)), "{format:?} {length}");
            }
        }
        let mut lying = png(64, 64);
        // The header's width, and its checksum as it was.
        lying[18..20].copy_from_slice(&[9, 9]);
        assert!(matches!(Picture::decode(&lying), Err(Unreadable::Damaged(_))));
    }

    /// A GIF whose canvas is 60,000 x 60,000, and a BMP of 10,000 x 10,000: both of a few bytes.
    #[test]
    fn a_bomb_is_refused_by_what_it_declares() {
        let mut gif = encoded(8, 8, ImageFormat::Gif);
        gif[6..10].copy_from_slice(&[0x60, 0xea, 0x60, 0xea]);
        assert!(matches!(Picture::decode(&gif), Err(Unreadable::Large { width: 60_000, .. })));
        let mut bmp = encoded(8, 8, ImageFormat::Bmp);
        bmp[18..26].copy_from_slice(&[0x10, 0x27, 0, 0, 0x10, 0x27, 0, 0]);
        assert!(matches!(Picture::decode(&bmp), Err(Unreadable::Large { height: 10_000, .. })));
    }
}
