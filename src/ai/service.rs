//! The one path of every inference call, whatever its dialect:
//! harness, catalogue, schema, task, limits, engine, ledger, journal.

mod batch;
mod call;
mod classification;
mod drawing;
mod embeddings;
mod gateway;
mod generation;
mod markdown;
mod pictures;
mod recorded;
mod reranking;
mod schemas;
mod speaking;
mod speech;
mod staged;
mod ticket;
mod writing;

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use crate::ai::batch::Batches;
use crate::ai::catalog::{Catalog, Model, Task, Usage};
use crate::ai::finetunes::Finetunes;
use crate::ai::gateway::Gateways;
use crate::ai::media;
use crate::ai::neurons::Ledger;
use crate::ai::resolve::{Resolved, Resolver};
use crate::ai::schema;
use crate::ai::tasks::{speech as speech_task, text_generation};
use crate::engine::Engine;
use crate::engine::backend::Failure;
use crate::error::{AiError, Error};
use crate::harness::{Entry, Harness, Scope, Trace, Used};
use crate::limits::{InFlight, Limits, Plan};

pub use call::{Answer, Call, Meta, Options, Output, Refusal, Secret};
pub use gateway::Through;
pub use generation::{GenerationStream, StreamItem, text_bytes};
pub use recorded::Recorded;

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
    pub finetunes: Finetunes,
}

/// What a task made, before it is charged.
pub(super) struct Made {
    pub output: Output,
    pub usage: Usage,
    /// Milliseconds before the computation, and of it.
    pub queue_ms: f64,
    pub compute_ms: f64,
}

/// One call under way.
pub(super) struct Running {
    shared: Arc<Shared>,
    trace: Arc<Trace>,
    /// Shorter than the service's own limit.
    timeout: Option<Duration>,
    /// Once the model is known: the row that says how long it may take, and how many seconds.
    patience: Option<(&'static str, u64)>,
    /// It is known, and generates no text: the code of its deadline is another one.
    is_brief: bool,
    /// A fault makes the generation go on and on.
    is_runaway: bool,
    in_flight: Option<InFlight>,
}

impl Ai {
    pub fn new(
        catalog: &'static Catalog,
        engine: Arc<Engine>,
        resolver: Resolver,
        harness: Arc<Harness>,
        allow_deprecated: bool,
    ) -> Self {
        let shared = Arc::new(Shared {
            harness,
            ledger: Ledger::default(),
            batches: Batches::default(),
            gateways: Gateways::default(),
            finetunes: Finetunes::default(),
        });
        Self { catalog, engine, shared, resolver, allow_deprecated, schemas: schemas::Schemas::default() }
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

    pub fn finetunes(&self) -> &Finetunes {
        &self.shared.finetunes
    }

    /// Forgets what an account, or all, used, queued, cached and uploaded.
    pub fn reset(&self, account: Option<&str>) {
        self.shared.ledger.clear(account);
        self.shared.batches.clear(account);
        self.shared.gateways.clear(account);
        self.shared.finetunes.clear(account);
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
        self.batch(call, wanted, running).map_err(|error| Refusal::new(request_id, error))
    }

    /// The path of every inference.
    async fn infer(&self, call: Call) -> Result<Answer, Refusal> {
        let running = Running::start(&self.shared, &call);
        let request_id = running.id();
        let answered = self.walk(&call, running).await;
        answered.map_err(|error| Refusal::new(request_id, error))
    }

    /// The walk itself. Faults strike first; a stub, a recording or the upstream answers only what is not
    /// refused here.
    async fn walk(&self, call: &Call, mut running: Running) -> Result<Answer, Error> {
        match running.trace.suffer("run", Some(&call.model), None).await {
            Ok(is_runaway) => running.is_runaway = is_runaway,
            Err(error) => return Err(running.refuse(error)),
        }
        let (model, input) = match self.admit(call, &mut running) {
            Ok(admitted) => admitted,
            Err(error) => return Err(running.fail(error)),
        };
        if let Some(staged) = running.trace.stub(&call.model, &call.input) {
            return self.stubbed(model, &input, call, staged, running).await;
        }
        if running.is_runaway && model.task == Task::TextGeneration {
            return self.run_away(model, &input, call, running).await;
        }
        let running = match self.recorded(model, &input, call, running).await {
            Ok(answered) => return answered,
            Err(running) => running,
        };
        // A model that no checkpoint can stand for is refused by its own name.
        if model.task == Task::AutomaticSpeechRecognition
            && let Err(error) = speech_task::Request::parse(model, &input)
        {
            return Err(running.fail(error));
        }
        match self.resolve(model, &running) {
            Ok(resolved) => self.dispatch(model, &input, call, resolved, running).await,
            Err(error) => Err(running.fail(error)),
        }
    }

    /// Everything that can be refused before the task itself reads the input.
    fn admit(&self, call: &Call, running: &mut Running) -> Result<(&'static Model, Value), AiError> {
        let model = self.usable(&call.model, running)?;
        running.patience = ticket::patience(model, &running.scope().limits());
        running.is_brief = model.task != Task::TextGeneration;
        let mut input = call.input.clone();
        if model.task == Task::TextGeneration {
            text_generation::refuse_early(call.schema.unwrap_or(&model.schema), &input)?;
        }
        let pair = match call.schema.filter(|_| model.task == Task::TextGeneration) {
            Some(name) => self.schemas.plain(name),
            None => self.schema(model),
        };
        if let Some(pair) = pair {
            let checked = match &call.upload {
                None => schema::check(&pair.input, &mut input),
                Some(_) => {
                    let (schema, shown) = media::checkable(&pair.input, &input);
                    input = shown;
                    schema::check(&schema, &mut input)
                }
            };
            checked.map_err(|text| AiError::BadInput { text })?;
        }
        self.check_budget(running)?;
        self.check_rates(model, running)?;
        Ok((model, input))
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
            let spent = self.shared.ledger.spent(&scope.account, scope.clock.now());
            running.trace.decided("ai.neurons_per_day", spent as u64, budget);
            // The call that crosses the budget is still answered: what it takes is only known afterwards.
            if spent >= budget as f64 {
                return Err(AiError::NeuronsSpent);
            }
        }
        Ok(())
    }

    /// The account's rates and concurrency. Only what would be computed is counted.
    fn check_rates(&self, model: &'static Model, running: &mut Running) -> Result<(), AiError> {
        let trace = Arc::clone(&running.trace);
        let (scope, limits) = (&trace.scope, trace.scope.limits());
        if let Some((name, limit)) = rate(model, &limits) {
            let (calls, allowed) = scope.meters.rate(name, &model.name, scope.clock.now(), 60, limit);
            trace.decided(name, calls, limit);
            if !allowed {
                return Err(AiError::RateLimited);
            }
        }
        let (calls, in_flight) = scope.meters.enter();
        running.in_flight = Some(in_flight);
        match trace.exceeds(&limits, "ai.concurrent_calls", calls) {
            Some(_) => Err(AiError::Capacity),
            None => Ok(()),
        }
    }

    /// The checkpoint that answers for `model`.
    fn resolve(&self, model: &Model, running: &Running) -> Result<Resolved, AiError> {
        let resolved = self.resolver.resolve(model)?;
        running.trace.with(|entry| {
            entry.checkpoint = Some(resolved.checkpoint.name().into());
            entry.fidelity = Some(resolved.fidelity.name());
        });
        Ok(resolved)
    }

    async fn dispatch(
        &self,
        model: &'static Model,
        input: &Value,
        call: &Call,
        resolved: Resolved,
        running: Running,
    ) -> Result<Answer, Error> {
        if model.task == Task::TextGeneration {
            return self.generate(model, input, call, resolved, running).await;
        }
        match self.make(model, input, call, &resolved, &running).await {
            Ok(Made { output, usage, queue_ms, compute_ms }) => {
                let neurons = Some(running.settle(model, &usage));
                let answer = Answer { meta: self.meta(model, &resolved, &running), output, neurons };
                running.succeed(queue_ms, compute_ms);
                Ok(answer)
            }
            Err(error) => Err(running.fail(error)),
        }
    }

    /// What the task makes of the input, of every task whose answer is whole before it is charged.
    async fn make(
        &self,
        model: &'static Model,
        input: &Value,
        call: &Call,
        resolved: &Resolved,
        running: &Running,
    ) -> Result<Made, AiError> {
        match model.task {
            Task::TextEmbeddings => self.embed(model, input, resolved, running).await,
            Task::TextClassification if model.schema == "reranker" => {
                self.rerank(model, input, resolved, running).await
            }
            Task::TextClassification => self.classify(model, input, resolved, running).await,
            Task::Translation => self.translate(model, input, resolved, running).await,
            Task::Summarization => self.summarise(input, resolved, running).await,
            Task::ImageClassification => self.classify_picture(input, call, resolved, running).await,
            Task::ObjectDetection => self.find_in_picture(input, call, resolved, running).await,
            Task::ImageToText => self.describe_picture(model, input, call, resolved, running).await,
            Task::AutomaticSpeechRecognition => self.transcribe(model, input, call, resolved, running).await,
            Task::VoiceActivityDetection => {
                resolved.by_rule()?;
                self.turn(input, call, running).await
            }
            Task::TextToImage => {
                resolved.by_rule()?;
                self.draw(model, input, call, resolved, running).await
            }
            Task::TextToSpeech => {
                resolved.by_rule()?;
                self.speak(model, input, running).await
            }
            Task::TextGeneration => {
                Err(AiError::Internal { reason: "text generation charges its streams itself".to_owned() })
            }
        }
    }

    fn meta(&self, model: &Model, resolved: &Resolved, running: &Running) -> Meta {
        self.meta_of(model, resolved.checkpoint.name(), resolved.fidelity.name(), running)
    }

    fn meta_of(&self, model: &Model, checkpoint: &str, fidelity: &'static str, running: &Running) -> Meta {
        Meta {
            request_id: running.id(),
            model: model.name.clone(),
            checkpoint: checkpoint.to_owned(),
            fidelity,
            style: generation::style(model),
            created: running.scope().clock.now().as_second(),
            gateway: None,
        }
    }
}

impl Running {
    fn start(shared: &Arc<Shared>, call: &Call) -> Self {
        call.trace.take_over("run", |entry| entry.model = Some(Entry::name(&call.model)));
        Self { timeout: call.options.timeout, ..Self::beside(shared, &call.trace) }
    }

    /// Work of models for a call that is not one of a model.
    fn beside(shared: &Arc<Shared>, trace: &Arc<Trace>) -> Self {
        Self {
            shared: Arc::clone(shared),
            trace: Arc::clone(trace),
            timeout: None,
            patience: None,
            is_brief: false,
            is_runaway: false,
            in_flight: None,
        }
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
        let neurons = self.shared.ledger.settle(&scope.account, scope.clock.now(), model, usage);
        let Usage { input_tokens, cached_tokens, output_tokens, .. } = *usage;
        self.trace.with(|entry| entry.used = Some(Used { input_tokens, cached_tokens, output_tokens, neurons }));
        neurons
    }

    /// Notes how long it took, and how long it might have.
    fn note_time(&self) {
        if let Some((row, seconds)) = self.patience {
            self.trace.decided(row, self.trace.elapsed().as_secs(), seconds);
        }
    }

    /// Ends the call with a refusal.
    fn fail(self, error: AiError) -> Error {
        let error = if self.is_brief && error == AiError::Timeout { AiError::TaskTimeout } else { error };
        if let AiError::Internal { reason } = &error {
            tracing::error!(id = %self.trace.id(), reason, "a call failed inside");
        }
        self.refuse(error.into())
    }

    /// Ends the call with a refusal of any layer.
    fn refuse(self, error: Error) -> Error {
        if matches!(error, Error::Ai(AiError::Timeout | AiError::TaskTimeout)) {
            self.note_time();
        }
        self.trace.refuse(&error);
        error
    }

    /// Accounts for `bytes` of memory that the call is about to take.
    fn reserve(&self, bytes: usize) -> Result<(), AiError> {
        let limits = self.scope().limits();
        match self.trace.exceeds(&limits, "ai.request_memory_bytes", bytes as u64) {
            Some(_) => Err(AiError::TooLarge),
            None => Ok(()),
        }
    }

    /// Ends the call with an answer.
    fn succeed(self, queue_ms: f64, compute_ms: f64) {
        self.note_time();
        self.trace.with(|entry| {
            entry.status = 200;
            (entry.ms.queue, entry.ms.compute) = (queue_ms, compute_ms);
        });
    }
}

/// The rate that holds for `model`, by the row that says so: one set by hand, else the model's own, else its task's.
fn rate(model: &Model, limits: &Limits) -> Option<(&'static str, u64)> {
    let row = match model.task {
        Task::TextGeneration => "ai.rate.text_generation",
        Task::TextEmbeddings => "ai.rate.text_embeddings",
        Task::TextClassification => "ai.rate.text_classification",
        Task::Translation => "ai.rate.translation",
        Task::Summarization => "ai.rate.summarization",
        Task::ImageToText => "ai.rate.image_to_text",
        Task::ImageClassification => "ai.rate.image_classification",
        Task::ObjectDetection => "ai.rate.object_detection",
        Task::TextToImage => "ai.rate.text_to_image",
        Task::AutomaticSpeechRecognition => "ai.rate.automatic_speech_recognition",
        // Not on the published list.
        Task::TextToSpeech | Task::VoiceActivityDetection => return None,
    };
    match limits.value(row) {
        Some(limit) if limits.is_overridden(row) => Some((row, limit)),
        // The plan has no rates, or they were taken away by hand.
        None => None,
        Some(limit) => Some((row, model.rate_per_minute.map_or(limit, u64::from))),
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
        Failure::Memory { .. } => AiError::Model { text: format!("{failure}\nhint: raise `--model-memory`") },
        Failure::DeviceMemory(_) => {
            tracing::warn!("{failure}\nhint: `--model-memory` says how much may be loaded at once");
            AiError::Capacity
        }
        Failure::DeviceLost(_) => {
            tracing::error!("{failure}");
            AiError::Internal { reason: format!("{failure}\nhint: it is opened anew for the next call") }
        }
        Failure::Backend(reason) => AiError::Internal { reason },
    }
}
