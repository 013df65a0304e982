//! Text generation through the engine, whole or as a stream.

mod events;
mod said;
mod settlement;

use std::ops::ControlFlow;
use std::sync::Arc;

use serde_json::Value;
use tokio::sync::mpsc::unbounded_channel;

use super::ticket::blocking;
use super::{Ai, Answer, Call, Meta, Output, Running, refusal_of};
use crate::ai::catalog::{Family, Model};
use crate::ai::resolve::{Fidelity, Resolved};
use crate::ai::tasks::text_generation::{self as task, Endpoint, OPENAI_SCHEMA, Style};
use crate::engine::adapter::Adapter;
use crate::engine::backend::Failure;
use crate::engine::checkpoints::Checkpoint;
use crate::engine::generate::{Constraint, GenerateJob, GenerationModel, Prepared, Reading};
use crate::error::{AiError, Error};
use events::{Events, Rules};
pub use events::{GenerationStream, StreamItem};
pub(super) use said::from_json;
pub use said::text_bytes;
use settlement::Settlement;

/// Output tokens where neither the input nor the model says how many: the newer families have no small cap.
const UNCAPPED: usize = 4096;

/// The family that a model's answers have on `run`.
pub(super) fn style(model: &Model) -> Style {
    match model.family {
        // The newer of the native models write calls as functions, though with arguments as objects.
        Family::Native | Family::Other if model.schema.starts_with("text-generation-vision") => {
            Style::Native(task::Calls::Function)
        }
        Family::Native | Family::Other => Style::Native(task::Calls::Flat),
        Family::OpenAi | Family::GptOss => Style::OpenAi,
    }
}

/// A request on its way to the engine.
struct Prepare {
    request: task::Request,
    decoder: Arc<GenerationModel>,
    prompt: Prepared,
    constraint: Option<Constraint>,
    adapter: Option<Arc<Adapter>>,
    max_tokens: usize,
}

impl Ai {
    pub(super) async fn generate(
        &self,
        model: &'static Model,
        input: &Value,
        call: &Call,
        resolved: Resolved,
        running: Running,
    ) -> Result<Answer, Error> {
        let prepared = match self.prepare_generation(model, input, call, &resolved, &running).await {
            Ok(prepared) => prepared,
            Err(error) => return Err(running.fail(error)),
        };
        let meta = self.meta(model, &resolved, &running);
        let Prepare { request, decoder, prompt, constraint, adapter, max_tokens } = prepared;
        let (ticket, guard) = running.ticket();
        let deadline = ticket.deadline;
        let (sender, receiver) = unbounded_channel();
        let prompt_tokens = prompt.tokens.len();
        let parameters = &request.parameters;
        let reading = Reading { calls: request.calls, reasoning: request.reasoning, thinking: prompt.thinking };
        let seed = parameters.sampling.seed.unwrap_or_else(|| running.scope().entropy.seed());
        for choice in 0..parameters.choices {
            let sender = sender.clone();
            let mut sampling = parameters.sampling.clone();
            // The first choice is the one that the seed gives alone.
            sampling.seed = Some(seed.wrapping_add(choice as u64));
            let sink = move |event| match sender.send((choice, event)) {
                Ok(()) => ControlFlow::Continue(()),
                Err(_) => ControlFlow::Break(()),
            };
            let submitted = decoder.submit(GenerateJob {
                sampling,
                max_tokens,
                stop: parameters.stop.clone(),
                constraint: constraint.clone(),
                logprobs: parameters.logprobs,
                spelled: decoder.spelled(request.calls),
                session: call.options.session.clone(),
                reject_if_busy: call.options.reject_if_busy && choice == 0,
                adapter: adapter.clone(),
                ..GenerateJob::new(prompt.tokens.clone(), ticket.clone(), Box::new(sink))
            });
            if let Err(failure) = submitted {
                return Err(running.fail(refusal_of(failure)));
            }
        }
        let rules = Rules {
            logprobs: parameters.logprobs.is_some(),
            parse_json: request.parse_json,
            calls_forced: request.calls_forced,
        };
        let settlement = Settlement::new(model, running);
        let readers = (0..parameters.choices).map(|_| decoder.reader(reading)).collect();
        let events = Events::new(receiver, readers, rules, settlement, deadline, guard);
        answer(request, meta, prompt_tokens, events).await
    }

    async fn prepare_generation(
        &self,
        model: &'static Model,
        input: &Value,
        call: &Call,
        resolved: &Resolved,
        running: &Running,
    ) -> Result<Prepare, AiError> {
        // An endpoint that imposes a schema imposes the shape of its answers, too.
        let endpoint = if call.schema.is_some() { Endpoint::Compatible } else { Endpoint::Run };
        let told = self.told(model, input, running).await?;
        let input = told.as_ref().unwrap_or(input);
        let request = task::Request::parse(model, endpoint, input)?;
        running.reserve(text_bytes(input).saturating_mul(super::embeddings::TOKENISING))?;
        let account = &call.trace.scope.account;
        let files = request.lora.as_ref().map(|lora| self.finetunes().adapter(account, model, lora)).transpose()?;
        let decoder: Arc<GenerationModel> = running.model(&self.engine, resolved).await?;
        let (tokeniser, prompt, shape) = (Arc::clone(&decoder), request.prompt.clone(), request.shape.clone());
        let (prompt, constraint) = blocking(move || {
            let prompt = tokeniser.prepare(&prompt)?;
            let constraint = shape.map(|shape| tokeniser.constraint(&shape, prompt.thinking)).transpose();
            Ok((prompt, constraint))
        })
        .await?;
        let constraint = constraint.map_err(|failure| match failure {
            // Native JSON mode says that it could not be met; all else is an input that cannot be taken.
            Failure::Grammar(reason) if !request.parse_json => {
                AiError::InvalidInput { text: format!("the schema cannot be followed: {reason}") }
            }
            failure => refusal_of(failure),
        })?;
        let adapter = match files {
            Some(files) => adapter(&decoder, files, resolved.fidelity).await?,
            None => None,
        };
        let max_tokens = room(model, prompt.tokens.len(), request.parameters.max_tokens, running)?;
        // A sequence for each choice, at its longest; a slot holds no more than the checkpoint's own window.
        let tokens = prompt.tokens.len().saturating_add(max_tokens).min(decoder.spec().context);
        let sequences = request.parameters.choices.min(decoder.spec().slots);
        let cache = decoder.cache_bytes_per_token().saturating_mul(tokens).saturating_mul(sequences);
        running.reserve(cache.saturating_add(text_bytes(input).saturating_mul(super::embeddings::TOKENISING)))?;
        Ok(Prepare { request, decoder, prompt, constraint, adapter, max_tokens })
    }
}

/// The answer that the events make: whole, or as a stream.
async fn answer(request: task::Request, meta: Meta, prompt_tokens: usize, mut events: Events) -> Result<Answer, Error> {
    if request.stream {
        events.await_first().await?;
        let stream = GenerationStream {
            form: request.form,
            include_usage: request.include_usage,
            prompt_tokens,
            choices: request.parameters.choices,
            logprobs: request.parameters.logprobs.is_some(),
            echo: request.echo,
            entropy: events.entropy(),
            events,
        };
        return Ok(Answer { meta, output: Output::Stream(Box::new(stream)), neurons: None });
    }
    let output = task::Output { echo: request.echo, ..events.collect().await? };
    let neurons = Some(output.usage.neurons);
    Ok(Answer { meta, output: Output::Generation { form: request.form, output }, neurons })
}

/// The adapter in `files` for a loaded decoder. No adapter of the emulated model fits a stand-in, whose answers are
/// right in shape only: there it is checked by itself, and not applied.
async fn adapter(
    decoder: &Arc<GenerationModel>,
    files: Checkpoint,
    fidelity: Fidelity,
) -> Result<Option<Arc<Adapter>>, AiError> {
    let decoder = Arc::clone(decoder);
    blocking(move || match decoder.adapter(&files) {
        Err(failure) if fidelity == Fidelity::StandIn => {
            tracing::info!(%failure, "a stand-in answers without the adapter");
            Ok(None)
        }
        adapter => adapter.map(Some),
    })
    .await
}

/// How many tokens may be generated; prompt and output must fit the emulated model's window. Where nobody says how
/// long the output may be, it is what fits.
fn room(model: &Model, prompt: usize, asked: Option<usize>, running: &Running) -> Result<usize, AiError> {
    const ROW: &str = "ai.context_tokens";
    let set = running.scope().limits().value(ROW).and_then(|limit| usize::try_from(limit).ok());
    let Some(limit) = set.or(model.context_window) else { return Ok(asked.unwrap_or(UNCAPPED)) };
    let max_tokens = asked.unwrap_or_else(|| UNCAPPED.min(limit.saturating_sub(prompt)).max(1));
    let tokens = prompt.saturating_add(max_tokens);
    running.trace.decided(ROW, tokens as u64, limit as u64);
    match tokens > limit {
        true if model.schema == OPENAI_SCHEMA => Err(AiError::EngineContextExceeded { prompt, max_tokens, limit }),
        true => Err(AiError::ContextExceeded { tokens, limit }),
        false => Ok(max_tokens),
    }
}
