//! From `catalog.toml` to [`Catalog`]: parse, fill in the tasks' defaults, refuse contradictions.

use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;

use super::{Catalog, Model, Property, Task, TaskDefaults};

/// Why a catalogue cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    /// Not TOML, or a field that does not exist; the text shows the line.
    #[error("the catalogue cannot be read: {0}")]
    Parse(#[from] toml::de::Error),
    #[error("model `{name}` of the catalogue: {reason}")]
    Model { name: String, reason: String },
    /// An id of a user's own that cannot be one.
    #[error("`{name}` of `[models]` {reason}")]
    Own { name: String, reason: String },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    tasks: BTreeMap<Task, TaskDefaults>,
    #[serde(rename = "model")]
    models: Vec<Model>,
}

impl Catalog {
    /// Reads a catalogue in the form of `catalog.toml`.
    pub fn parse(text: &str) -> Result<Self, CatalogError> {
        let file: File = toml::from_str(text)?;
        let mut models = file.models;
        let mut by_name = HashMap::with_capacity(models.len());
        for (index, model) in models.iter_mut().enumerate() {
            let refuse = |reason: String| CatalogError::Model { name: model.name.clone(), reason };
            check(model).map_err(refuse)?;
            fill(model, file.tasks.get(&model.task));
            if by_name.insert(model.name.clone(), index).is_some() {
                return Err(CatalogError::Model { name: model.name.clone(), reason: "stands there twice".to_owned() });
            }
        }
        let catalog = Self { models, by_name };
        for model in catalog.iter() {
            let replacement = model.replacement.as_deref();
            if replacement.is_some_and(|name| catalog.get(name).is_none_or(|target| target.alias)) {
                let reason = "`replacement` is not the name of a model that answers itself".to_owned();
                return Err(CatalogError::Model { name: model.name.clone(), reason });
            }
        }
        Ok(catalog)
    }
}

/// What holds for the task holds for the model, unless it says otherwise.
fn fill(model: &mut Model, task: Option<&TaskDefaults>) {
    model.properties.sort();
    model.paid_only = model.has(Property::RequireWorkersPaid);
    let Some(task) = task else { return };
    let fits = match model.task {
        // Another shape of answer (`clef`) cannot come from a chat model.
        Task::TextGeneration => model.family != super::Family::Other,
        // Whose recording never ends is asked over a WebSocket.
        Task::AutomaticSpeechRecognition => model.schema != "speech-flux",
        _ => true,
    };
    if fits {
        model.checkpoints.stand_in = model.checkpoints.stand_in.take().or_else(|| task.stand_in.clone());
        for sibling in &task.siblings {
            let known = &model.checkpoints;
            if known.exact.as_ref() != Some(sibling) && !known.siblings.contains(sibling) {
                model.checkpoints.siblings.push(sibling.clone());
            }
        }
    }
}

fn check(model: &Model) -> Result<(), String> {
    let mut parts = model.name.split('/');
    if !matches!(parts.next(), Some("@cf" | "@hf")) || parts.count() != 2 {
        return Err("a name is `@cf/author/name` or `@hf/author/name`".to_owned());
    }
    uuid::Uuid::parse_str(&model.id).map_err(|error| format!("`id` is not a UUID: {error}"))?;
    if let Some(date) = &model.deprecated {
        let parsed: jiff::civil::Date = date.parse().map_err(|error| format!("`deprecated` is not a date: {error}"))?;
        // Dates are compared as text, so the text must be the canonical one.
        if parsed.to_string() != *date {
            return Err(format!("write `deprecated` as `{parsed}`"));
        }
    }
    if let Err(error) = model.created() {
        return Err(format!("`created_at` is not a time: {error}"));
    }
    if model.alias && model.replacement.is_none() {
        return Err("an `alias` needs a `replacement`".to_owned());
    }
    if let Some((field, _)) = model.ranges.iter().find(|(_, [low, high])| low > high) {
        return Err(format!("the range of `{field}` is empty"));
    }
    if let Some(price) = model.prices.iter().find(|price| price.neurons < 0.0 || price.usd < 0.0) {
        return Err(format!("the price `{}` is negative", price.unit.text()));
    }
    Ok(())
}

impl Model {
    /// `created_at` as a time.
    pub(super) fn created(&self) -> Result<jiff::Timestamp, jiff::Error> {
        format!("{}Z", self.created_at).parse()
    }
}
