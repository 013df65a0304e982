//! Text to speech, by the engine's synthesiser by rule: no open voice's architecture is written here yet.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::ticket::blocking;
use super::{Ai, Answer, Output, Running};
use crate::ai::catalog::{Model, Usage};
use crate::ai::resolve::{Fidelity, Resolved};
use crate::ai::tasks::text_to_speech::{self as task, Request};
use crate::clock::Stopwatch;
use crate::engine::backend::Failure;
use crate::engine::queue::Ticket;
use crate::engine::say::Speech;
use crate::engine::sound;
use crate::error::{AiError, Error};

impl Ai {
    pub(super) async fn speak(
        &self,
        model: &'static Model,
        input: &Value,
        resolved: Resolved,
        running: Running,
    ) -> Result<Answer, Error> {
        let done = self.speak_inner(model, input, &resolved, &running).await;
        running.end(done)
    }

    async fn speak_inner(
        &self,
        model: &'static Model,
        input: &Value,
        resolved: &Resolved,
        running: &Running,
    ) -> Result<(Answer, f64, f64), AiError> {
        let request = Request::parse(model, input)?;
        if resolved.fidelity != Fidelity::StandIn {
            return Err(AiError::NotEmulated {
                what: format!("the voice in `{}`", resolved.checkpoint.name()),
                hint: "take its folder out of candleflare.toml; the stand-in speaks".to_owned(),
            });
        }
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
        let neurons = Some(running.settle(model, &Usage { media: request.used(audio_ms), ..Usage::default() }));
        Ok((Answer { meta: self.meta(model, resolved, running), output, neurons }, 0.0, watch.ms()))
    }
}

impl Running {
    /// What `work` makes where it may block, until the call's time is up or nobody waits.
    async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Ticket) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, AiError> {
        let (ticket, _guard) = self.ticket();
        let deadline = ticket.deadline;
        tokio::time::timeout(deadline.remaining(), blocking(move || work(&ticket)))
            .await
            .unwrap_or(Err(AiError::Timeout))
    }
}
