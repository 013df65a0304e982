//! Speech to text, and whether a speaker has finished, through the engine.

use std::sync::Arc;

use serde_json::Value;

use super::{Ai, Call, Made, Output, Running};
use crate::ai::catalog::{Media, Model, Usage};
use crate::ai::media;
use crate::ai::resolve::Resolved;
use crate::ai::tasks::speech::Request;
use crate::ai::tasks::voice_activity;
use crate::clock::Stopwatch;
use crate::engine::speech::{self, RATE, SpeechModel, sound};
use crate::error::AiError;

impl Ai {
    pub(super) async fn transcribe(
        &self,
        model: &'static Model,
        input: &Value,
        call: &Call,
        resolved: &Resolved,
        running: &Running,
    ) -> Result<Made, AiError> {
        let request = Request::parse(model, input)?;
        let bytes = media::file(call.upload.as_ref(), input, "audio")?;
        running.reserve(sound::memory(bytes.len()))?;
        let whisper: Arc<SpeechModel> = running.model(&self.engine, resolved).await?;
        let watch = Stopwatch::new();
        let sound = running.work(move |ticket| sound::decode(bytes, &|| ticket.check())).await?;
        let decoding = watch.ms();
        let audio_ms = milliseconds(sound.len());
        let options = request.options.clone();
        let done = running
            .solo(&whisper.solo, move |whisper, ticket| whisper.transcribe(&sound, &options, &|| ticket.check()))
            .await?;
        let output = Output::Json(request.render(&done.value));
        Ok(Made { output, usage: heard(audio_ms), queue_ms: done.queue_ms, compute_ms: decoding + done.compute_ms })
    }

    /// Whether the speaker has finished, by rule: no weights have a part in it.
    pub(super) async fn turn(&self, input: &Value, call: &Call, running: &Running) -> Result<Made, AiError> {
        let bytes = media::file(call.upload.as_ref(), input, "audio")?;
        running.reserve(sound::memory(bytes.len()))?;
        let raw = voice_activity::Raw::of(input)?;
        let watch = Stopwatch::new();
        let sound = running
            .work(move |ticket| match raw {
                Some(raw) => raw.samples(&bytes),
                None => sound::decode(bytes, &|| ticket.check()),
            })
            .await?;
        let audio_ms = milliseconds(sound.len());
        let output = Output::Json(voice_activity::render(speech::turn(&sound)));
        Ok(Made { output, usage: heard(audio_ms), queue_ms: 0.0, compute_ms: watch.ms() })
    }
}

fn milliseconds(samples: usize) -> u64 {
    samples as u64 * 1000 / u64::from(RATE)
}

fn heard(audio_ms: u64) -> Usage {
    Usage::media(Media { audio_ms, ..Media::default() })
}
