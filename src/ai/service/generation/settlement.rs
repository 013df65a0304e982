//! What is booked when a generation ends.

use super::super::Running;
use crate::ai::catalog::{Model, NEURONS_PER_DOLLAR, Usage};
use crate::ai::tasks::TokenUsage;
use crate::engine::generate::Finish;
use crate::entropy::Entropy;
use crate::error::{AiError, Error};

/// Books a call once it is known what it took. A call that is dropped before is journalled as given up.
pub(super) struct Settlement {
    model: &'static Model,
    running: Option<Running>,
    /// The account's.
    pub entropy: Entropy,
    usage: TokenUsage,
    queue_ms: f64,
    compute_ms: f64,
    /// Gateway and id of the log that waits for the figures.
    pub logged_as: Option<(String, String)>,
}

impl Settlement {
    pub fn new(model: &'static Model, running: Running) -> Self {
        let usage = TokenUsage::default();
        let entropy = running.scope().entropy.clone();
        Self { model, running: Some(running), entropy, usage, queue_ms: 0.0, compute_ms: 0.0, logged_as: None }
    }

    /// A new id for a tool call.
    pub fn call_id(&self) -> String {
        format!("chatcmpl-tool-{}", self.entropy.id().simple())
    }

    pub fn is_open(&self) -> bool {
        self.running.is_some()
    }

    /// Adds one choice: the prompt counts once, however many choices there are.
    pub fn add(&mut self, finish: &Finish, reasoning: usize) {
        self.usage.prompt = finish.prompt_tokens;
        self.usage.cached = self.usage.cached.max(finish.cached_tokens);
        self.usage.completion += finish.completion_tokens;
        self.usage.reasoning += reasoning;
        self.queue_ms = self.queue_ms.max(finish.queue_ms);
        self.compute_ms = self.compute_ms.max(finish.compute_ms);
    }

    /// Ends the call with an answer.
    pub fn settle(&mut self) -> TokenUsage {
        if let Some(running) = self.running.take() {
            self.charge(&running);
            if let Some((gateway, id)) = &self.logged_as {
                let cost = self.usage.neurons / NEURONS_PER_DOLLAR;
                let gateways = &running.shared.gateways;
                gateways.complete_log(running.trace.account(), gateway, id, self.usage.completion, cost);
            }
            running.succeed(self.queue_ms, self.compute_ms);
        }
        self.usage
    }

    /// Ends a call with a refusal after it was computed: it is charged all the same.
    pub fn refuse(&mut self, error: AiError) -> Error {
        match self.running.take() {
            Some(running) => {
                self.charge(&running);
                running.fail(error)
            }
            None => Error::from(error),
        }
    }

    pub fn fail(&mut self, error: AiError) -> Error {
        match self.running.take() {
            Some(running) => running.fail(error),
            None => Error::from(error),
        }
    }

    fn charge(&mut self, running: &Running) {
        self.usage.neurons = running.settle(self.model, &self.booked());
    }

    fn booked(&self) -> Usage {
        Usage {
            input_tokens: self.usage.prompt as u64,
            cached_tokens: self.usage.cached as u64,
            output_tokens: self.usage.completion as u64,
            ..Usage::default()
        }
    }
}
