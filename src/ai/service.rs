//! The one path of every inference call, whatever its dialect:
//! catalogue, schema, task, limits, engine, ledger, journal.

mod embeddings;
mod generation;
mod reranking;
mod schemas;
mod ticket;

use std::sync::Arc;

use serde_json::Value;

use crate::ai::catalog::{Catalog, Model, Task};
use crate::ai::neurons::Ledger;
use crate::ai::resolve::{Resolved, Resolver};
use crate::ai::tasks::text_generation::Style;
use crate::ai::{schema, tasks};
use crate::clock::{Clock, Stopwatch};
use crate::engine::Engine;
use crate::engine::backend::Failure;
use crate::entropy::Entropy;
use crate::error::{AiError, Error};
use crate::harness::{Dialect, Entry, Journal, Milliseconds, Service};
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
    pub limits: Limits,
    pub ledger: Ledger,
    pub journal: Arc<Journal>,
    pub clock: Clock,
    pub entropy: Entropy,
}

/// One call, decoded from its dialect.
#[derive(Debug, Clone)]
pub struct Call {
    pub account: String,
    pub dialect: Dialect,
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

/// One call under way: what the journal will say of it.
pub(super) struct Running {
    shared: Arc<Shared>,
    entry: Entry,
    watch: Stopwatch,
}

impl Ai {
    pub fn new(
        engine: Arc<Engine>,
        resolver: Resolver,
        limits: Limits,
        journal: Arc<Journal>,
        clock: Clock,
        entropy: Entropy,
        allow_deprecated: bool,
    ) -> Self {
        let shared = Arc::new(Shared { limits, ledger: Ledger::default(), journal, clock, entropy });
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

    pub fn limits(&self) -> &Limits {
        &self.shared.limits
    }

    /// The input and output schemas of `model`, with its own defaults.
    pub fn schema(&self, model: &Model) -> Option<Arc<schema::Pair>> {
        self.schemas.of(model)
    }

    pub fn today(&self) -> String {
        self.shared.clock.today()
    }

    pub fn entropy(&self) -> &Entropy {
        &self.shared.entropy
    }

    /// Runs one call. Dropping the future, or the stream that it gives, stops the computation.
    pub async fn run(&self, call: Call) -> Result<Answer, Refusal> {
        let mut running = Running::start(&self.shared, &call);
        let request_id = running.entry.id.clone();
        let answered = match self.admit(&call, &mut running) {
            Ok((model, input, resolved)) => self.dispatch(model, &input, resolved, running).await,
            Err(error) => Err(running.fail(error)),
        };
        answered.map_err(|error| Refusal { request_id, error })
    }

    /// Everything that can be refused before the task itself reads the input.
    fn admit(&self, call: &Call, running: &mut Running) -> Result<(&'static Model, Value, Resolved), AiError> {
        let today = self.today();
        let model = self.catalog.get(&call.model).ok_or_else(|| self.catalog.unknown(&call.model))?;
        let free = self.limits().plan() == Plan::Free;
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
        running.entry.checkpoint = Some(resolved.checkpoint.name().to_owned());
        running.entry.fidelity = Some(resolved.fidelity.name());
        let budget = self.limits().value("ai.neurons_per_day");
        if budget.is_some_and(|budget| self.shared.ledger.spent(&call.account, &today) >= budget as f64) {
            return Err(AiError::NeuronsSpent);
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
            request_id: running.entry.id.clone(),
            model: model.name.clone(),
            checkpoint: resolved.checkpoint.name().to_owned(),
            fidelity: resolved.fidelity.name(),
            style: generation::style(model),
            created: self.shared.clock.now().as_second(),
        }
    }
}

impl Running {
    fn start(shared: &Arc<Shared>, call: &Call) -> Self {
        let entry = Entry {
            id: shared.entropy.uuid(),
            time: shared.clock.now().to_string(),
            account: call.account.clone(),
            dialect: call.dialect,
            service: Service::Ai,
            operation: "run".to_owned(),
            model: Some(call.model.clone()),
            index: None,
            // What stands if nobody says otherwise: the client went away.
            status: 499,
            code: None,
            checkpoint: None,
            fidelity: None,
            ms: Milliseconds::default(),
        };
        Self { shared: Arc::clone(shared), entry, watch: Stopwatch::new() }
    }

    /// Ends the call with a refusal.
    fn fail(mut self, error: AiError) -> Error {
        if let AiError::Internal { reason } = &error {
            tracing::error!(id = self.entry.id, reason, "a call failed inside");
        }
        let error = Error::from(error);
        self.entry.status = error.status();
        self.entry.code = Some(error.code());
        error
    }

    /// Ends the call with an answer.
    fn succeed(mut self, queue_ms: f64, compute_ms: f64) {
        self.entry.status = 200;
        self.entry.ms = Milliseconds { queue: queue_ms, compute: compute_ms, total: 0.0 };
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.entry.ms.total = self.watch.ms();
        self.shared.journal.record(self.entry.clone());
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
