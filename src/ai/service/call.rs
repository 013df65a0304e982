//! What goes into the service and what comes out of it.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use serde_json::value::RawValue;

use super::{GenerationStream, Recorded, Through};
use crate::ai::gateway::GatewayOptions;
use crate::ai::media::Upload;
use crate::ai::tasks;
use crate::ai::tasks::text_generation::Style;
use crate::error::Error;
use crate::harness::Trace;

/// One call, decoded from its dialect.
#[derive(Debug, Clone)]
pub struct Call {
    /// Whose call it is, and what the journal will say of it.
    pub trace: Arc<Trace>,
    pub model: String,
    pub input: Value,
    /// What came beside the input, or in its place: a file, a form.
    pub upload: Option<Upload>,
    pub options: Options,
    /// The schema that the endpoint imposes; `None`: the model's own.
    pub schema: Option<&'static str>,
}

/// What stands beside an input.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// `x-session-affinity`: requests of one session find each other's prefixes.
    pub session: Option<String>,
    /// `rejectIfBusy`: refused with 3040 rather than queued.
    pub reject_if_busy: bool,
    /// `queueRequest`: a batch.
    pub queue: bool,
    /// Through AI Gateway.
    pub gateway: Option<GatewayOptions>,
    /// Which leg of a gateway's universal call this is.
    pub step: u32,
    /// Shorter than the service's own limit.
    pub timeout: Option<Duration>,
    /// The caller's `Authorization`, for an upstream that is recorded.
    pub authorization: Option<Secret>,
}

/// What no log shows.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(pub String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Secret(…)")
    }
}

impl Options {
    /// Takes what an `options` object says; any dialect may have one.
    pub fn read(&mut self, options: &Value) {
        self.reject_if_busy |= options["rejectIfBusy"] == true;
        self.queue |= options["queueRequest"] == true;
    }
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
    /// Of a call through AI Gateway.
    pub gateway: Option<Through>,
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
    /// A result as a recording spells it, at the endpoint where it was recorded.
    Said(Arc<RawValue>),
    /// The events of a recording, or of the upstream.
    Recorded(Recorded),
    Generation {
        form: tasks::text_generation::Form,
        output: tasks::text_generation::Output,
    },
    Stream(Box<GenerationStream>),
    /// An answer that is no JSON: an image, a sound.
    File {
        bytes: Arc<[u8]>,
        content_type: String,
    },
}

/// A refusal, with the id that production puts into its text.
#[derive(Debug, Clone)]
pub struct Refusal {
    pub request_id: String,
    pub error: Error,
    /// Where a gateway was on the way.
    pub gateway: Option<Through>,
}

impl Refusal {
    pub fn new(request_id: String, error: Error) -> Self {
        Self { request_id, error, gateway: None }
    }
}
