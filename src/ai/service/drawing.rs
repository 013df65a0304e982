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

use super::pictures::unreadable;
use super::{Ai, Answer, Call, Output, Running};
use crate::ai::catalog::{Model, Usage};
use crate::ai::resolve::Resolved;
use crate::ai::tasks::text_to_image::{self as task, Form, Request};
use crate::engine::backend::Failure;
use crate::engine::draw::{self, BYTES_PER_PIXEL, Canvas, Painter, Start, Wish};
use crate::engine::vision::{self, Picture};
use crate::error::{AiError, Error};

/// Of JPEGs, of 100.
const QUALITY: u8 = 90;

impl Ai {
    pub(super) async fn draw(
        &self,
        model: &'static Model,
        input: &Value,
        call: &Call,
        resolved: Resolved,
        running: Running,
    ) -> Result<Answer, Error> {
        let done = self.draw_inner(model, input, call, &resolved, &running).await;
        running.end(done)
    }

    async fn draw_inner(
        &self,
        model: &'static Model,
        input: &Value,
        call: &Call,
        resolved: &Resolved,
        running: &Running,
    ) -> Result<(Answer, f64, f64), AiError> {
        let request = Request::parse(model, input, call.upload.as_ref())?;
        // Looked at before anything is decoded: every picture that came along counts, and is held against its limits.
        let files = request.image.iter().map(|(file, _)| file).chain(&request.mask).chain(&request.others);
        let mut sizes = Vec::new();
        for file in files {
            let size = Picture::declared(file).map_err(unreadable)?;
            sizes.push((size.width, size.height));
        }
        if model.schema == "text-to-image-flux2"
            && let Some((width, height)) =
                sizes.iter().find(|(width, height)| *width.max(height) >= task::REFERENCE_SIDE)
        {
            let side = task::REFERENCE_SIDE;
            let text = format!("an input image has {width} x {height} pixels\nhint: less than {side} x {side}");
            return Err(AiError::InvalidInput { text });
        }
        let came: usize = sizes.iter().map(|(width, height)| width * height).sum();
        let drawn = request.width * request.height;
        running.reserve(
            drawn.saturating_mul(BYTES_PER_PIXEL).saturating_add(came.saturating_mul(vision::BYTES_PER_PIXEL)),
        )?;

        let painter: Arc<Painter> = running.model(&self.engine, resolved).await?;
        let (wish, form) = (request.clone(), request.form);
        let done = running
            .solo(&painter.solo, move |_, ticket| {
                let canvas = draw::draw(&wish_of(wish)?, || ticket.check())?;
                encode(&canvas, form)
            })
            .await?;
        let output = match form {
            Form::JpegInJson => Output::Json(task::render(STANDARD.encode(&done.value))),
            Form::Jpeg(content_type) => {
                Output::File { bytes: done.value.into(), content_type: content_type.to_owned() }
            }
            Form::Png => Output::File { bytes: done.value.into(), content_type: "image/png".to_owned() },
        };
        let usage = Usage { media: request.usage(&sizes), ..Usage::default() };
        let neurons = Some(running.settle(model, &usage));
        Ok((Answer { meta: self.meta(model, resolved, running), output, neurons }, done.queue_ms, done.compute_ms))
    }
}

fn wish_of(request: Request) -> Result<Wish, Failure> {
    let canvas = |file: &[u8]| {
        let picture = Picture::decode(file).map_err(|error| Failure::Input(error.to_string()))?;
        Ok::<_, Failure>(Canvas { width: picture.size.width, height: picture.size.height, pixels: picture.pixels })
    };
    let start = match &request.image {
        None => None,
        Some((file, strength)) => {
            let mask = request.mask.as_ref().map(|mask| canvas(mask)).transpose()?;
            Some(Start { picture: canvas(file)?, strength: *strength, mask })
        }
    };
    // Those that are only looked at are decoded all the same: what is damaged is refused.
    for other in &request.others {
        canvas(other)?;
    }
    Ok(Wish {
        prompt: request.prompt,
        negative: request.negative,
        width: request.width,
        height: request.height,
        seed: request.seed,
        steps: request.steps,
        guidance: request.guidance,
        start,
    })
}

fn encode(canvas: &Canvas, form: Form) -> Result<Vec<u8>, Failure> {
    let side = |side: usize| u32::try_from(side).map_err(|_| Failure::Backend("a picture is too large".to_owned()));
    let (width, height) = (side(canvas.width)?, side(canvas.height)?);
    let mut file = Cursor::new(Vec::new());
    let written = match form {
        Form::Png => PngEncoder::new(&mut file).write_image(&canvas.pixels, width, height, ExtendedColorType::Rgb8),
        Form::Jpeg(_) | Form::JpegInJson => JpegEncoder::new_with_quality(&mut file, QUALITY).write_image(
            &canvas.pixels,
            width,
            height,
            ExtendedColorType::Rgb8,
        ),
    };
    written.map_err(|error| Failure::Backend(format!("a picture cannot be written: {error}")))?;
    Ok(file.into_inner())
}
