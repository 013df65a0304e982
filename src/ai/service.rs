//! The one path of every inference call, whatever its dialect:
//! harness, catalogue, schema, task, limits, engine, ledger, journal.

mod embeddings;
mod generation;
mod reranking;
mod schemas;
mod ticket;

use std::sync::Arc;

use serde_json::Value;

use crate::ai::catalog::{Catalog, Model, Task, Usage};
use crate::ai::neurons::Ledger;
use crate::ai::resolve::{Resolved, Resolver};
use crate::ai::tasks::text_generation::Style;
use crate::ai::{schema, tasks};
use crate::engine::Engine;
use crate::engine::backend::Failure;
use crate::error::{AiError, Error};
use crate::harness::{Entry, Harness, Scope, Trace};
use crate::limits::{Limits, Plan};

pub use generation::{GenerationStream, StreamItem};

/// Workers AI, for all accounts.
pub struct Ai {
    pub(super) catalog: &'static Catalog,
    pub(super) engine: Arc<Engine>,
    pub(super) shared: Arc<Shared>,
    pub(super) resolver: Resolver,
    pub(super) allow_deprecated: bool,
    schemas: schemas::Schemas,
}

/// What outlives one call, for streams settle after `run` has returned.
pub(super) struct Shared {
    pub harness: Arc<Harness>,
    pub ledger: Ledger,
}

/// One call, decoded from its dialect.
#[derive(Debug, Clone)]
pub struct Call {
    /// Whose call it is, and what the journal will say of it.
    pub trace: Arc<Trace>,
    pub model: String,
    pub input: Value,
    /// The schema that the endpoint imposes; `None`: the model's own.
    pub schema: Option<&'static str>,
}

/// What every answer says about itself.
#[derive(Debug, Clone)]
pub struct Meta {
    pub request_id: String,
    pub model: String,
    /// The checkpoint that answered, and how near it is to production's.
    pub checkpoint: String,
    pub fidelity: &'static str,
    /// The family that the model has on `run`.
    pub style: Style,
    /// Unix seconds, on the steered clock.
    pub created: i64,
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub meta: Meta,
    pub output: Output,
    /// The charge; `None` while a stream still runs.
    pub neurons: Option<f64>,
}

#[derive(Debug)]
pub enum Output {
    Embeddings(tasks::text_embeddings::Output),
    /// A task's own result, as `run` gives it.
    Json(Value),
    Generation {
        form: tasks::text_generation::Form,
        output: tasks::text_generation::Output,
    },
    Stream(Box<GenerationStream>),
}

/// A refusal, with the id that production puts into its text.
#[derive(Debug, Clone)]
pub struct Refusal {
    pub request_id: String,
    pub error: Error,
}

/// One call under way.
pub(super) struct Running {
    shared: Arc<Shared>,
    trace: Arc<Trace>,
}

impl Ai {
    pub fn new(engine: Arc<Engine>, resolver: Resolver, harness: Arc<Harness>, allow_deprecated: bool) -> Self {
        let shared = Arc::new(Shared { harness, ledger: Ledger::default() });
        Self {
            catalog: Catalog::builtin(),
            engine,
            shared,
            resolver,
            allow_deprecated,
            schemas: schemas::Schemas::default(),
        }
    }

    pub fn catalog(&self) -> &'static Catalog {
        self.catalog
    }

    pub fn ledger(&self) -> &Ledger {
        &self.shared.ledger
    }

    /// The limits that hold where an account has none of its own.
    pub fn limits(&self) -> &Limits {
        self.shared.harness.limits()
    }

    /// The input and output schemas of `model`, with its own defaults.
    pub fn schema(&self, model: &Model) -> Option<Arc<schema::Pair>> {
        self.schemas.of(model)
    }

    /// Runs one call. Dropping the future, or the stream that it gives, stops the computation.
    pub async fn run(&self, call: Call) -> Result<Answer, Refusal> {
        let running = Running::start(&self.shared, &call);
        let request_id = running.id();
        let answered = match self.admit(&call, &running) {
            Ok((model, input, resolved)) => self.dispatch(model, &input, resolved, running).await,
            Err(error) => Err(running.fail(error)),
        };
        answered.map_err(|error| Refusal { request_id, error })
    }

    /// Everything that can be refused before the task itself reads the input.
    fn admit(&self, call: &Call, running: &Running) -> Result<(&'static Model, Value, Resolved), AiError> {
        let scope = running.scope();
        let limits = scope.limits();
        let now = scope.clock.now();
        let today = crate::ai::neurons::day(now).to_string();
        let model = self.catalog.get(&call.model).ok_or_else(|| self.catalog.unknown(&call.model))?;
        let free = limits.plan() == Plan::Free;
        self.catalog.check_usable(model, &today, free, self.allow_deprecated)?;
        let model = self.catalog.answering(model, &today);
        let mut input = call.input.clone();
        let pair = match call.schema.filter(|_| model.task == Task::TextGeneration) {
            Some(name) => self.schemas.plain(name),
            None => self.schema(model),
        };
        if let Some(pair) = pair {
            schema::check(&pair.input, &mut input).map_err(|text| AiError::BadInput { text })?;
        }
        let resolved = self.resolver.resolve(model)?;
        running.trace.with(|entry| {
            entry.checkpoint = Some(resolved.checkpoint.name().into());
            entry.fidelity = Some(resolved.fidelity.name());
        });
        if let Some(budget) = limits.value("ai.neurons_per_day") {
            let spent = self.shared.ledger.spent(&scope.account, now);
            running.trace.decided("ai.neurons_per_day", spent as u64, budget);
            // The call that crosses the budget is still answered: what it takes is only known afterwards.
            if spent >= budget as f64 {
                return Err(AiError::NeuronsSpent);
            }
        }
        Ok((model, input, resolved))
    }

    async fn dispatch(
        &self,
        model: &'static Model,
        input: &Value,
        resolved: Resolved,
        running: Running,
    ) -> Result<Answer, Error> {
        match model.task {
            Task::TextEmbeddings => self.embed(model, input, resolved, running).await,
            Task::TextClassification if model.schema == "reranker" => {
                self.rerank(model, input, resolved, running).await
            }
            Task::TextGeneration => self.generate(model, input, resolved, running).await,
            other => {
                let what = format!("the task {}", other.name());
                let hint = "see the README for what is".to_owned();
                Err(running.fail(AiError::NotEmulated { what, hint }))
            }
        }
    }

    fn meta(&self, model: &Model, resolved: &Resolved, running: &Running) -> Meta {
        Meta {
            request_id: running.id(),
            model: model.name.clone(),
            checkpoint: resolved.checkpoint.name().to_owned(),
            fidelity: resolved.fidelity.name(),
            style: generation::style(model),
            created: running.scope().clock.now().as_second(),
        }
    }
}

impl Running {
    fn start(shared: &Arc<Shared>, call: &Call) -> Self {
        call.trace.take_over("run", |entry| entry.model = Some(Entry::name(&call.model)));
        Self { shared: Arc::clone(shared), trace: Arc::clone(&call.trace) }
    }

    /// The request id, as answers and refusals name it.
    fn id(&self) -> String {
        self.trace.id().to_string()
    }

    fn scope(&self) -> &Scope {
        &self.trace.scope
    }

    /// Books what the call used, and gives its charge in neurons.
    fn settle(&self, model: &'static Model, usage: &Usage) -> f64 {
        let scope = self.scope();
        self.shared.ledger.settle(&scope.account, scope.clock.now(), model, usage)
    }

    /// As [`Self::settle`], for a call that has input tokens only.
    fn settle_input(&self, model: &'static Model, tokens: usize) -> f64 {
        self.settle(model, &Usage { input_tokens: tokens as u64, ..Usage::default() })
    }

    /// Ends the call with a refusal.
    fn fail(self, error: AiError) -> Error {
        if let AiError::Internal { reason } = &error {
            tracing::error!(id = %self.trace.id(), reason, "a call failed inside");
        }
        let error = Error::from(error);
        self.trace.refuse(&error);
        error
    }

    /// Ends the call with an answer.
    fn succeed(self, queue_ms: f64, compute_ms: f64) {
        self.trace.with(|entry| {
            entry.status = 200;
            (entry.ms.queue, entry.ms.compute) = (queue_ms, compute_ms);
        });
    }
}

/// What the engine did not do, in production's terms.
fn refusal_of(failure: Failure) -> AiError {
    match failure {
        Failure::Busy { .. } => AiError::Capacity,
        Failure::DeadlineExceeded => AiError::Timeout,
        Failure::Cancelled => AiError::Aborted,
        Failure::Input(text) => AiError::Model { text },
        Failure::Checkpoint { .. } | Failure::Device(_) => {
            tracing::error!("{failure}");
            AiError::Model {
                text: format!("{failure}\nhint: replace the file, or bind another folder in candleflare.toml"),
            }
        }
        Failure::Backend(reason) => AiError::Internal { reason },
    }
}
