//! Text to image, by the engine's drawing by rule: production's weights are far too large for this, and no small open ones are
//! in the catalogue.

use std::io::Cursor;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder};
use serde_json::Value;

use super::pictures::declared;
use super::{Ai, Call, Made, Output, Running};
use crate::ai::catalog::{Model, Usage};
use crate::ai::resolve::Resolved;
use crate::ai::tasks::text_to_image::{self as task, Form, Request};
use crate::engine::backend::Failure;
use crate::engine::draw::{self, BYTES_PER_PIXEL, Painter, Start, Wish};
use crate::engine::vision::{self, Picture, Size};
use crate::error::AiError;

/// Of JPEGs, of 100.
const QUALITY: u8 = 90;

impl Ai {
    pub(super) async fn draw(
        &self,
        model: &'static Model,
        input: &Value,
        call: &Call,
        resolved: &Resolved,
        running: &Running,
    ) -> Result<Made, AiError> {
        let request = Request::parse(model, input, call.upload.as_ref())?;
        // Looked at before anything is decoded: every picture that came along counts, and is held against its limits.
        let files = request.image.iter().map(|(file, _)| file).chain(&request.mask).chain(&request.others);
        let sizes = files.map(declared).collect::<Result<Vec<_>, _>>()?;
        let most = task::REFERENCE_SIDE;
        if model.schema == "text-to-image-flux2"
            && let Some(Size { width, height }) = sizes.iter().find(|size| size.width.max(size.height) >= most)
        {
            let text = format!("an input image has {width} x {height} pixels\nhint: less than {most} x {most}");
            return Err(AiError::InvalidInput { text });
        }
        let came: usize = sizes.iter().map(|size| size.pixels()).sum();
        let drawn = request.size.pixels().saturating_mul(BYTES_PER_PIXEL);
        running.reserve(drawn.saturating_add(came.saturating_mul(vision::BYTES_PER_PIXEL)))?;
        let usage = Usage::media(request.usage(&sizes));
        let form = request.form;
        let wish = running.wish(request).await?;
        let painter: Arc<Painter> = running.model(&self.engine, resolved).await?;
        let done =
            running.solo(&painter.solo, move |_, ticket| encode(&draw::draw(&wish, || ticket.check())?, form)).await?;
        let bytes = done.value;
        let file = |bytes: Vec<u8>, kind: &str| Output::File { bytes: bytes.into(), content_type: kind.to_owned() };
        let output = match form {
            Form::JpegInJson => Output::Json(task::render(STANDARD.encode(&bytes))),
            Form::Jpeg(content_type) => file(bytes, content_type),
            Form::Png => file(bytes, "image/png"),
        };
        Ok(Made { output, usage, queue_ms: done.queue_ms, compute_ms: done.compute_ms })
    }
}

impl Running {
    /// A request with its pictures decoded.
    async fn wish(&self, request: Request) -> Result<Wish, AiError> {
        let start = match request.image {
            None => None,
            Some((file, strength)) => {
                let mask = match request.mask {
                    None => None,
                    Some(mask) => Some(self.decode(mask).await?),
                };
                Some(Start { picture: self.decode(file).await?, strength, mask })
            }
        };
        // Those that are only looked at are decoded all the same: what is damaged is refused.
        for other in request.others {
            self.decode(other).await?;
        }
        let Request { prompt, negative, size, seed, steps, guidance, .. } = request;
        Ok(Wish { prompt, negative, size, seed, steps, guidance, start })
    }
}

fn encode(picture: &Picture, form: Form) -> Result<Vec<u8>, Failure> {
    let side = |side: usize| u32::try_from(side).map_err(|_| Failure::Backend("a picture is too large".to_owned()));
    let (width, height) = (side(picture.size.width)?, side(picture.size.height)?);
    let mut file = Cursor::new(Vec::new());
    let written = match form {
        Form::Png => PngEncoder::new(&mut file).write_image(&picture.pixels, width, height, ExtendedColorType::Rgb8),
        Form::Jpeg(_) | Form::JpegInJson => JpegEncoder::new_with_quality(&mut file, QUALITY).write_image(
            &picture.pixels,
            width,
            height,
            ExtendedColorType::Rgb8,
        ),
    };
    written.map_err(|error| Failure::Backend(format!("a picture cannot be written: {error}")))?;
    Ok(file.into_inner())
}
