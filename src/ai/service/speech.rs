//! Speech to text, and whether a speaker has finished, through the engine.

use std::sync::Arc;

use serde_json::Value;

use super::ticket::blocking;
use super::{Ai, Answer, Call, Output, Running};
use crate::ai::catalog::{Media, Model, Usage};
use crate::ai::media;
use crate::ai::resolve::Resolved;
use crate::ai::tasks::speech::Request;
use crate::ai::tasks::voice_activity;
use crate::clock::Stopwatch;
use crate::engine::speech::{self, RATE, SpeechModel, sound};
use crate::error::{AiError, Error};

impl Ai {
    pub(super) async fn transcribe(
        &self,
        model: &'static Model,
        input: &Value,
        call: &Call,
        resolved: Resolved,
        running: Running,
    ) -> Result<Answer, Error> {
        let done = self.transcribe_inner(model, input, call, &resolved, &running).await;
        running.end(done)
    }

    async fn transcribe_inner(
        &self,
        model: &'static Model,
        input: &Value,
        call: &Call,
        resolved: &Resolved,
        running: &Running,
    ) -> Result<(Answer, f64, f64), AiError> {
        let request = Request::parse(model, input)?;
        let bytes = media::file(call.upload.as_ref(), input, "audio")?;
        running.reserve(sound::memory(bytes.len()))?;
        let whisper: Arc<SpeechModel> = running.model(&self.engine, resolved).await?;
        let watch = Stopwatch::new();
        let sound = running.samples(move |check| sound::decode(bytes, check)).await?;
        let decoding = watch.ms();
        let audio_ms = milliseconds(sound.len());
        let options = request.options.clone();
        let done = running
            .solo(&whisper.solo, move |whisper, ticket| whisper.transcribe(&sound, &options, &|| ticket.check()))
            .await?;
        let output = Output::Json(request.render(&done.value));
        let neurons = Some(running.settle_sound(model, audio_ms));
        let answer = Answer { meta: self.meta(model, resolved, running), output, neurons };
        Ok((answer, done.queue_ms, decoding + done.compute_ms))
    }

    /// Whether the speaker has finished, by rule: no weights have a part in it.
    pub(super) async fn turn(
        &self,
        model: &'static Model,
        input: &Value,
        call: &Call,
        resolved: Resolved,
        running: Running,
    ) -> Result<Answer, Error> {
        let done = self.turn_inner(model, input, call, &resolved, &running).await;
        running.end(done)
    }

    async fn turn_inner(
        &self,
        model: &'static Model,
        input: &Value,
        call: &Call,
        resolved: &Resolved,
        running: &Running,
    ) -> Result<(Answer, f64, f64), AiError> {
        let bytes = media::file(call.upload.as_ref(), input, "audio")?;
        running.reserve(sound::memory(bytes.len()))?;
        let raw = voice_activity::Raw::of(input)?;
        let watch = Stopwatch::new();
        let sound = running
            .samples(move |check| match raw {
                Some(raw) => raw.samples(&bytes),
                None => sound::decode(bytes, check),
            })
            .await?;
        let audio_ms = milliseconds(sound.len());
        let output = Output::Json(voice_activity::render(speech::turn(&sound)));
        let neurons = Some(running.settle_sound(model, audio_ms));
        Ok((Answer { meta: self.meta(model, resolved, running), output, neurons }, 0.0, watch.ms()))
    }
}

fn milliseconds(samples: usize) -> u64 {
    samples as u64 * 1000 / u64::from(RATE)
}

impl Running {
    /// Samples that `work` makes where it may block, until the call's time is up or nobody waits.
    async fn samples(
        &self,
        work: impl FnOnce(
            &dyn Fn() -> Result<(), crate::engine::backend::Failure>,
        ) -> Result<Vec<f32>, crate::engine::backend::Failure>
        + Send
        + 'static,
    ) -> Result<Vec<f32>, AiError> {
        let (ticket, _guard) = self.ticket();
        let deadline = ticket.deadline;
        let decoding = blocking(move || work(&|| ticket.check()));
        tokio::time::timeout(deadline.remaining(), decoding).await.unwrap_or(Err(AiError::Timeout))
    }

    /// As [`Running::settle`], for what was heard.
    fn settle_sound(&self, model: &'static Model, audio_ms: u64) -> f64 {
        self.settle(model, &Usage { media: Media { audio_ms, ..Media::default() }, ..Usage::default() })
    }
}
