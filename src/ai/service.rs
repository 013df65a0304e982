//! The one path of every inference call, whatever its dialect:
//! harness, catalogue, schema, task, limits, engine, ledger, journal.

mod batch;
mod call;
mod embeddings;
mod gateway;
mod generation;
mod reranking;
mod schemas;
mod ticket;

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use crate::ai::batch::Batches;
use crate::ai::catalog::{Catalog, Model, Task, Usage};
use crate::ai::gateway::Gateways;
use crate::ai::neurons::Ledger;
use crate::ai::resolve::{Resolved, Resolver};
use crate::ai::schema;
use crate::ai::tasks::text_generation;
use crate::engine::Engine;
use crate::engine::backend::Failure;
use crate::error::{AiError, Error};
use crate::harness::{Entry, Harness, Scope, Trace};
use crate::limits::{Limits, Plan};

pub use call::{Answer, Call, Meta, Options, Output, Refusal};
pub use gateway::Through;
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
    pub batches: Batches,
    pub gateways: Gateways,
}

/// One call under way.
pub(super) struct Running {
    shared: Arc<Shared>,
    trace: Arc<Trace>,
    /// Shorter than the service's own limit.
    timeout: Option<Duration>,
}

impl Ai {
    pub fn new(engine: Arc<Engine>, resolver: Resolver, harness: Arc<Harness>, allow_deprecated: bool) -> Self {
        let shared = Arc::new(Shared {
            harness,
            ledger: Ledger::default(),
            batches: Batches::default(),
            gateways: Gateways::default(),
        });
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

    pub fn gateways(&self) -> &Gateways {
        &self.shared.gateways
    }

    /// Forgets what an account, or all, used, queued and cached.
    pub fn reset(&self, account: Option<&str>) {
        self.shared.ledger.clear(account);
        self.shared.batches.clear(account);
        self.shared.gateways.clear(account);
    }

    /// Runs one call, through AI Gateway if it says so. Dropping the future, or the stream that it gives, stops the
    /// computation.
    pub async fn run(self: &Arc<Self>, mut call: Call) -> Result<Answer, Refusal> {
        match call.options.gateway.take() {
            Some(options) => self.through(call, options).await,
            None => self.direct(call).await,
        }
    }

    /// A call of the batch API, or one that is answered at once.
    async fn direct(self: &Arc<Self>, call: Call) -> Result<Answer, Refusal> {
        let wanted = batch::Wanted::of(&call);
        if matches!(wanted, Ok(None)) {
            return self.infer(call).await;
        }
        let running = Running::start(&self.shared, &call);
        let request_id = running.id();
        self.batch(call, wanted, running).map_err(|error| Refusal { request_id, error })
    }

    /// The path of every inference.
    async fn infer(&self, call: Call) -> Result<Answer, Refusal> {
        let running = Running::start(&self.shared, &call);
        let request_id = running.id();
        let answered = match self.admit(&call, &running) {
            Ok((model, input, resolved)) => self.dispatch(model, &input, &call, resolved, running).await,
            Err(error) => Err(running.fail(error)),
        };
        answered.map_err(|error| Refusal { request_id, error })
    }

    /// Everything that can be refused before the task itself reads the input.
    fn admit(&self, call: &Call, running: &Running) -> Result<(&'static Model, Value, Resolved), AiError> {
        let model = self.usable(&call.model, running)?;
        let mut input = call.input.clone();
        if model.task == Task::TextGeneration {
            text_generation::refuse_early(call.schema.unwrap_or(&model.schema), &input)?;
        }
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
        self.check_budget(running)?;
        Ok((model, input, resolved))
    }

    /// The model that answers for `name` today.
    fn usable(&self, name: &str, running: &Running) -> Result<&'static Model, AiError> {
        let scope = running.scope();
        let today = crate::ai::neurons::day(scope.clock.now()).to_string();
        let model = self.catalog.get(name).ok_or_else(|| self.catalog.unknown(name))?;
        let free = scope.limits().plan() == Plan::Free;
        self.catalog.check_usable(model, &today, free, self.allow_deprecated)?;
        Ok(self.catalog.answering(model, &today))
    }

    fn check_budget(&self, running: &Running) -> Result<(), AiError> {
        let scope = running.scope();
        if let Some(budget) = scope.limits().value("ai.neurons_per_day") {
            let now = scope.clock.now();
            let spent = self.shared.ledger.spent(&scope.account, now);
            running.trace.decided("ai.neurons_per_day", spent as u64, budget);
            // The call that crosses the budget is still answered: what it takes is only known afterwards.
            if spent >= budget as f64 {
                return Err(AiError::NeuronsSpent);
            }
        }
        Ok(())
    }

    async fn dispatch(
        &self,
        model: &'static Model,
        input: &Value,
        call: &Call,
        resolved: Resolved,
        running: Running,
    ) -> Result<Answer, Error> {
        match model.task {
            Task::TextEmbeddings => self.embed(model, input, resolved, running).await,
            Task::TextClassification if model.schema == "reranker" => {
                self.rerank(model, input, resolved, running).await
            }
            Task::TextGeneration => self.generate(model, input, call, resolved, running).await,
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
            gateway: None,
        }
    }
}

impl Running {
    fn start(shared: &Arc<Shared>, call: &Call) -> Self {
        call.trace.take_over("run", |entry| entry.model = Some(Entry::name(&call.model)));
        Self { shared: Arc::clone(shared), trace: Arc::clone(&call.trace), timeout: call.options.timeout }
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
        Failure::Grammar(reason) => AiError::JsonModeUnmet { hint: format!("change the schema: {reason}") },
        Failure::Checkpoint { .. } | Failure::Device(_) => {
            tracing::error!("{failure}");
            AiError::Model {
                text: format!("{failure}\nhint: replace the file, or bind another folder in candleflare.toml"),
            }
        }
        Failure::Backend(reason) => AiError::Internal { reason },
    }
}
