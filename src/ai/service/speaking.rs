//! Text to speech, by the engine's synthesiser by rule: no open voice's architecture is written here yet.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::{Ai, Made, Output, Running};
use crate::ai::catalog::{Model, Usage};
use crate::ai::tasks::text_to_speech::{self as task, Request};
use crate::clock::Stopwatch;
use crate::engine::say::Speech;
use crate::engine::sound;
use crate::error::AiError;

impl Ai {
    pub(super) async fn speak(&self, model: &'static Model, input: &Value, running: &Running) -> Result<Made, AiError> {
        let request = Request::parse(model, input)?;
        running.reserve(Speech::memory(request.text.len()))?;
        let watch = Stopwatch::new();
        let (text, language, speaker) = (request.text.clone(), request.language, request.speaker.clone());
        let speech = running.work(move |_| Ok(Speech::read(&text, language, &speaker))).await?;
        // How long it gets is known before it is said.
        let (format, rate, length) = (request.format, request.rate, speech.length(request.rate));
        running
            .reserve(length.saturating_mul(2 * size_of::<f32>()).saturating_add(Speech::memory(request.text.len())))?;
        let file = running
            .work(move |ticket| {
                let samples = speech.samples(rate, &|| ticket.check())?;
                sound::encode(&samples, rate, format, &|| ticket.check())
            })
            .await?;
        let audio_ms = length as u64 * 1000 / u64::from(rate);
        let output = match request.is_json {
            true => Output::Json(task::render(STANDARD.encode(&file))),
            false => Output::File { bytes: file.into(), content_type: request.content_type.clone() },
        };
        Ok(Made { output, usage: Usage::media(request.used(audio_ms)), queue_ms: 0.0, compute_ms: watch.ms() })
    }
}
