//! One model of the catalogue.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::price::{Price, Usage};
use super::task::Task;

/// What a model answers on `/ai/run`; it hangs on the model, not on the URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Family {
    /// `{response, tool_calls, usage}`.
    Native,
    /// An OpenAI `chat.completion`.
    #[serde(rename = "openai")]
    OpenAi,
    /// After the input: `input` a Responses object, `messages` a `chat.completion`, `prompt` a `text_completion`.
    GptOss,
    /// The shape of its own task.
    Other,
}

/// A property that `models/search` shows as `"true"`, in the order in which it shows them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Property {
    AsyncQueue,
    Beta,
    FunctionCalling,
    Lora,
    Partner,
    Realtime,
    Reasoning,
    RequireWorkersPaid,
    Vision,
}

impl Property {
    /// Production's `property_id`.
    pub fn id(self) -> &'static str {
        match self {
            Self::AsyncQueue => "async_queue",
            Self::Beta => "beta",
            Self::FunctionCalling => "function_calling",
            Self::Lora => "lora",
            Self::Partner => "partner",
            Self::Realtime => "realtime",
            Self::Reasoning => "reasoning",
            Self::RequireWorkersPaid => "require_workers_paid",
            Self::Vision => "vision",
        }
    }
}

/// An input feature that production's documentation or schemas name but `models/search` does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Feature {
    /// On the documented list of models with JSON mode.
    JsonMode,
    /// `guided_json` in its schema.
    GuidedJson,
    /// Documented as a base for adapters although it lacks the property.
    Lora,
}

/// Defaults of input fields. `None`: the model's file states none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Defaults {
    pub max_tokens: Option<usize>,
    pub temperature: Option<f64>,
    pub top_p: Option<f64>,
    /// Whether it streams unless told otherwise.
    pub stream: Option<bool>,
    /// Pixels.
    pub width: Option<usize>,
    pub height: Option<usize>,
    /// Diffusion steps.
    pub steps: Option<usize>,
    pub guidance: Option<f64>,
    pub strength: Option<f64>,
    pub max_objects: Option<usize>,
}

/// Which checkpoints can answer for a model. Names are `owner/name` on the Hugging Face hub.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Candidates {
    /// The weights that production serves, where they are open.
    pub exact: Option<String>,
    /// Smaller open ones, nearest first.
    pub siblings: Vec<String>,
    /// The bundled checkpoint of last resort; without one here, the task's.
    pub stand_in: Option<String>,
}

/// A model and its facts. What each field means in the file: the head of `catalog.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// `@cf/author/name` or `@hf/author/name`.
    pub name: String,
    /// A UUID; production's own if `id_known`.
    pub id: String,
    #[serde(default = "yes")]
    pub id_known: bool,
    /// `2025-04-05 20:25:56.137`, UTC; often only the day is known.
    #[serde(default = "unknown_creation")]
    pub created_at: String,
    pub description: String,
    pub task: Task,
    pub family: Family,
    /// Name of its pair of input and output schemas.
    pub schema: String,
    /// Tokens, prompt and answer together.
    pub context_window: Option<usize>,
    /// Tokens of one text.
    pub max_input_tokens: Option<usize>,
    /// Length of an embedding.
    pub dimensions: Option<usize>,
    /// Texts per call.
    pub max_batch: Option<usize>,
    /// Whether `models/search` shows `max_input_tokens` and `dimensions`.
    #[serde(default)]
    pub lengths_listed: bool,
    #[serde(default)]
    pub defaults: Defaults,
    /// Both ends included; by name of the input field.
    #[serde(default)]
    pub ranges: BTreeMap<String, [f64; 2]>,
    /// Empty: nothing is charged.
    #[serde(default, rename = "price")]
    pub prices: Vec<Price>,
    /// Requests per minute and account, where it has a rate of its own.
    pub rate_per_minute: Option<u32>,
    #[serde(default)]
    pub properties: Vec<Property>,
    #[serde(default)]
    pub tags: Vec<String>,
    /// Names of languages, as listed.
    pub languages: Option<String>,
    /// Address of its maker's page.
    pub info: Option<String>,
    /// Address of its licence or terms.
    pub terms: Option<String>,
    /// What `models/search` shows under this name: which efforts there are, and what others turn into.
    pub reasoning_effort: Option<serde_json::Value>,
    #[serde(default)]
    pub features: Vec<Feature>,
    /// Refused to ordinary accounts.
    #[serde(default)]
    pub restricted: bool,
    /// Refused on the free plan (5035): the property `require_workers_paid`.
    #[serde(skip)]
    pub paid_only: bool,
    /// `YYYY-MM-DD`: the first day on which it is refused. May lie in the future.
    pub deprecated: Option<String>,
    pub replacement: Option<String>,
    /// `replacement` answers in its place instead of a refusal.
    #[serde(default)]
    pub alias: bool,
    #[serde(default)]
    pub checkpoints: Candidates,
    /// Names of facts that rest on one observation or on a guess.
    #[serde(default)]
    pub unconfirmed: Vec<String>,
}

fn yes() -> bool {
    true
}

/// The day on which Workers AI opened: stable, and plainly not a model's own.
fn unknown_creation() -> String {
    "2023-09-27 00:00:00.000".to_owned()
}

impl Model {
    /// `baai` of `@cf/baai/bge-m3`.
    pub fn author(&self) -> &str {
        self.name.split('/').nth(1).unwrap_or_default()
    }

    pub fn has(&self, property: Property) -> bool {
        self.properties.contains(&property)
    }

    pub fn supports(&self, feature: Feature) -> bool {
        self.features.contains(&feature)
    }

    /// Whether it takes LoRA adapters; others refuse them (5005).
    pub fn takes_lora(&self) -> bool {
        self.has(Property::Lora) || self.supports(Feature::Lora)
    }

    /// Whether production's deprecation date has come. Dates are ISO, so their order is the order of the text.
    pub fn is_deprecated(&self, today: &str) -> bool {
        self.deprecated.as_deref().is_some_and(|date| date <= today)
    }

    /// Neurons charged for one call.
    pub fn neurons(&self, usage: &Usage) -> f64 {
        super::price::neurons(&self.prices, usage)
    }

    /// US dollars charged for one call: neurons are what production bills, the published dollars are rounded.
    pub fn usd(&self, usage: &Usage) -> f64 {
        self.neurons(usage) / super::price::NEURONS_PER_DOLLAR
    }
}
