//! From the async world into the engine's threads and back.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;

use super::{Running, refusal_of};
use crate::ai::catalog::{Model, Task};
use crate::ai::resolve::Resolved;
use crate::clock::Deadline;
use crate::engine::backend::Failure;
use crate::engine::queue::{Cancel, CancelOnDrop, Ticket};
use crate::engine::solo::{Done, Solo};
use crate::engine::{Engine, Loadable};
use crate::error::AiError;
use crate::limits::Limits;

impl Running {
    /// A ticket for one computation; it is cancelled when the guard is dropped.
    pub(super) fn ticket(&self) -> (Ticket, CancelOnDrop) {
        let cancel = Cancel::default();
        let guard = cancel.guard();
        let seconds = self.patience.map_or(u32::MAX.into(), |(_, seconds)| seconds.min(u32::MAX.into()));
        let time = self.timeout.unwrap_or(Duration::MAX).min(Duration::from_secs(seconds));
        (Ticket { deadline: Deadline::after(time), cancel }, guard)
    }
}

/// The row for all tasks.
const ALL: &str = "ai.inference_seconds";

/// How many seconds a call of `model` may take, by the row that says so: its task's own, or the one for all.
pub(super) fn patience(model: &Model, limits: &Limits) -> Option<(&'static str, u64)> {
    let own = match model.task {
        Task::TextGeneration => "ai.inference_seconds.text_generation",
        Task::TextEmbeddings => "ai.inference_seconds.text_embeddings",
        Task::TextClassification => "ai.inference_seconds.text_classification",
        // The others have none of their own.
        _ => ALL,
    };
    [own, ALL].into_iter().find_map(|row| Some((row, limits.value(row)?)))
}

/// As [`patience`], for work that is no task's.
pub(super) fn patience_of_all(limits: &Limits) -> Option<(&'static str, u64)> {
    limits.value(ALL).map(|seconds| (ALL, seconds))
}

impl Running {
    /// The model in the checkpoint that answers, loaded at its first use.
    pub(super) async fn model<M: Loadable>(
        &self,
        engine: &Arc<Engine>,
        resolved: &Resolved,
    ) -> Result<Arc<M>, AiError> {
        if let Some(model) = engine.loaded_model(&resolved.checkpoint) {
            return Ok(model);
        }
        let (engine, checkpoint) = (Arc::clone(engine), resolved.checkpoint.clone());
        self.work(move |_| engine.model(&checkpoint)).await
    }

    /// What `work` makes on the backend's thread, within the call's time.
    pub(super) async fn solo<B: Send + 'static, T: Send + 'static>(
        &self,
        solo: &Solo<B>,
        work: impl FnOnce(&mut B, &Ticket) -> Result<T, Failure> + Send + 'static,
    ) -> Result<Done<T>, AiError> {
        let (ticket, _guard) = self.ticket();
        let deadline = ticket.deadline;
        let (sender, receiver) = oneshot::channel();
        // A receiver that is gone wants no answer.
        solo.submit(ticket, work, move |done| drop(sender.send(done))).map_err(refusal_of)?;
        reply(receiver, deadline).await
    }

    /// What `work` makes where it may block, or a refusal once the call's time is up. Work that looks at its ticket ends
    /// then; a load goes on, and whoever comes next finds it done.
    pub(super) async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Ticket) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, AiError> {
        let (ticket, _guard) = self.ticket();
        let deadline = ticket.deadline;
        let working = tokio::time::timeout(deadline.remaining(), blocking(move || work(&ticket)));
        working.await.unwrap_or(Err(AiError::Timeout))
    }
}

/// Runs `work` where it may block: loading, tokenising.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, AiError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done.map_err(refusal_of),
        Err(error) => Err(AiError::Internal { reason: error.to_string() }),
    }
}

/// Waits for a reply until the deadline, in case one forward takes longer than what is left.
pub(super) async fn reply<T>(
    receiver: oneshot::Receiver<Result<T, Failure>>,
    deadline: Deadline,
) -> Result<T, AiError> {
    match tokio::time::timeout(deadline.remaining(), receiver).await {
        Ok(Ok(reply)) => reply.map_err(refusal_of),
        Ok(Err(_)) => Err(AiError::Internal { reason: "the checkpoint's thread ended without an answer".to_owned() }),
        Err(_) => Err(AiError::Timeout),
    }
}
