//! Text generation through the engine, whole or as a stream.

use std::ops::ControlFlow;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use serde_json::Value;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::ticket::blocking;
use super::{Ai, Answer, Output, Running, refusal_of};
use crate::ai::catalog::{Family, Model, Usage};
use crate::ai::resolve::Resolved;
use crate::ai::tasks::TokenUsage;
use crate::ai::tasks::text_generation::{self as task, Style};
use crate::clock::Deadline;
use crate::engine::generate::{Finish, FinishReason, GenerateEvent, GenerateJob, GenerationModel};
use crate::engine::queue::CancelOnDrop;
use crate::error::{AiError, Error};

/// What a stream gives, in order: texts, then one end or one failure.
#[derive(Debug)]
pub enum StreamItem {
    Text { text: String, tokens: usize },
    End { finish: FinishReason, usage: TokenUsage },
    Failed(Error),
}

/// A generation under way. Dropping it stops the computation within one token.
pub struct GenerationStream {
    pub form: task::Form,
    pub include_usage: bool,
    pub prompt_tokens: usize,
    events: Events,
}

impl std::fmt::Debug for GenerationStream {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("GenerationStream").field("prompt_tokens", &self.prompt_tokens).finish_non_exhaustive()
    }
}

/// The family that a model's answers have on `run`.
pub(super) fn style(model: &Model) -> Style {
    match model.family {
        Family::Native | Family::Other => Style::Native,
        Family::OpenAi | Family::GptOss => Style::OpenAi,
    }
}

impl Ai {
    pub(super) async fn generate(
        &self,
        model: &'static Model,
        input: &Value,
        resolved: Resolved,
        running: Running,
    ) -> Result<Answer, Error> {
        let (request, decoder, prompt) = match self.prepare_generation(model, input, &resolved).await {
            Ok(prepared) => prepared,
            Err(error) => return Err(running.fail(error)),
        };
        let meta = self.meta(model, &resolved, &running);
        let (ticket, guard) = running.ticket();
        let deadline = ticket.deadline;
        let (sender, receiver) = unbounded_channel();
        let prompt_tokens = prompt.len();
        let mut sampling = request.sampling;
        sampling.seed = sampling.seed.or_else(|| Some(running.scope().entropy.seed()));
        let submitted = decoder.submit(GenerateJob {
            prompt,
            sampling,
            max_tokens: request.max_tokens,
            stop: request.stop,
            ticket,
            sink: Box::new(move |event| match sender.send(event) {
                Ok(()) => ControlFlow::Continue(()),
                Err(_) => ControlFlow::Break(()),
            }),
        });
        if let Err(failure) = submitted {
            return Err(running.fail(refusal_of(failure)));
        }
        let settlement = Settlement { model, running: Some(running) };
        let mut events = Events { receiver, first: None, settlement, deadline, _guard: guard };
        if request.stream {
            events.await_first().await?;
            let stream =
                GenerationStream { form: request.form, include_usage: request.include_usage, prompt_tokens, events };
            return Ok(Answer { meta, output: Output::Stream(Box::new(stream)), neurons: None });
        }
        let output = events.collect().await?;
        let neurons = Some(output.usage.neurons);
        Ok(Answer { meta, output: Output::Generation { form: request.form, output }, neurons })
    }

    async fn prepare_generation(
        &self,
        model: &'static Model,
        input: &Value,
        resolved: &Resolved,
    ) -> Result<(task::Request, Arc<GenerationModel>, Vec<u32>), AiError> {
        let request = task::Request::parse(model, input)?;
        let decoder = match self.engine.loaded_generator(&resolved.checkpoint) {
            Some(decoder) => decoder,
            None => {
                let (engine, checkpoint) = (Arc::clone(&self.engine), resolved.checkpoint.clone());
                blocking(move || engine.generator(&checkpoint)).await?
            }
        };
        let (tokeniser, prompt) = (Arc::clone(&decoder), request.prompt.clone());
        let prompt = blocking(move || tokeniser.prepare(&prompt)).await?;
        if let Some(limit) = model.context_window {
            let tokens = prompt.len().saturating_add(request.max_tokens);
            if tokens > limit {
                return Err(AiError::ContextExceeded { tokens, limit });
            }
        }
        Ok((request, decoder, prompt))
    }
}

/// The engine's events of one call, and what is booked when they end.
struct Events {
    receiver: UnboundedReceiver<GenerateEvent>,
    /// Received before the stream was handed out.
    first: Option<GenerateEvent>,
    settlement: Settlement,
    deadline: Deadline,
    _guard: CancelOnDrop,
}

impl Events {
    /// Waits for the first event, so that what fails before it is refused with its own status.
    async fn await_first(&mut self) -> Result<(), Error> {
        let error = match tokio::time::timeout(self.deadline.remaining(), self.receiver.recv()).await {
            Ok(Some(GenerateEvent::Failed(failure))) => refusal_of(failure),
            Ok(Some(event)) => {
                self.first = Some(event);
                return Ok(());
            }
            Ok(None) => ended_early(),
            Err(_) => AiError::Timeout,
        };
        Err(self.settlement.fail(error))
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<GenerateEvent>> {
        match self.first.take() {
            Some(event) => Poll::Ready(Some(event)),
            None => self.receiver.poll_recv(context),
        }
    }

    /// The whole answer.
    async fn collect(&mut self) -> Result<task::Output, Error> {
        let mut text = String::new();
        let error = loop {
            match tokio::time::timeout(self.deadline.remaining(), self.receiver.recv()).await {
                Ok(Some(GenerateEvent::Text { text: piece, .. })) => text.push_str(&piece),
                Ok(Some(GenerateEvent::Finished(finish))) => {
                    let usage = self.settlement.settle(&finish);
                    return Ok(task::Output { text, finish: finish.reason, usage });
                }
                Ok(Some(GenerateEvent::Failed(failure))) => break refusal_of(failure),
                Ok(None) => break ended_early(),
                Err(_) => break AiError::Timeout,
            }
        };
        Err(self.settlement.fail(error))
    }
}

impl futures_util::Stream for GenerationStream {
    type Item = StreamItem;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<StreamItem>> {
        if self.events.settlement.running.is_none() {
            return Poll::Ready(None);
        }
        self.events.poll(context).map(|event| {
            Some(match event {
                Some(GenerateEvent::Text { text, tokens }) => StreamItem::Text { text, tokens },
                Some(GenerateEvent::Finished(finish)) => {
                    let usage = self.events.settlement.settle(&finish);
                    StreamItem::End { finish: finish.reason, usage }
                }
                Some(GenerateEvent::Failed(failure)) => {
                    StreamItem::Failed(self.events.settlement.fail(refusal_of(failure)))
                }
                None => StreamItem::Failed(self.events.settlement.fail(ended_early())),
            })
        })
    }
}

fn ended_early() -> AiError {
    AiError::Internal { reason: "the checkpoint's thread ended without an answer".to_owned() }
}

/// Books a call once it is known what it took. A call that is dropped before is journalled as given up.
struct Settlement {
    model: &'static Model,
    running: Option<Running>,
}

impl Settlement {
    fn settle(&mut self, finish: &Finish) -> TokenUsage {
        let usage = Usage {
            input_tokens: finish.prompt_tokens as u64,
            cached_tokens: finish.cached_tokens as u64,
            output_tokens: finish.completion_tokens as u64,
        };
        let mut neurons = 0.0;
        if let Some(running) = self.running.take() {
            neurons = running.settle(self.model, &usage);
            running.succeed(finish.queue_ms, finish.compute_ms);
        }
        TokenUsage {
            prompt: finish.prompt_tokens,
            cached: finish.cached_tokens,
            completion: finish.completion_tokens,
            neurons,
        }
    }

    fn fail(&mut self, error: AiError) -> Error {
        match self.running.take() {
            Some(running) => running.fail(error),
            None => Error::from(error),
        }
    }
}
