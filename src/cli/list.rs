//! `candleflare list` and `candleflare show MODEL`: which checkpoint answers for which model, and what is known of it.

use std::io::Write;

use clap::Args;
use serde_json::{Value, json};

use crate::ai::catalog::{Catalog, Model, OpenCheckpoint, Task};
use crate::ai::resolve::{Resolver, candidates};
use crate::clock::Clock;
use crate::config::{Config, Settings};

#[derive(Debug, Args)]
pub struct List {
    #[command(flatten)]
    settings: Settings,
    /// Models of this task only: a name, an id or a slug such as text-generation
    #[arg(long)]
    task: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub struct Show {
    /// The model's id, such as @cf/baai/bge-small-en-v1.5
    model: String,
    #[command(flatten)]
    settings: Settings,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl List {
    pub fn run(self) -> Result<(), Box<dyn std::error::Error>> {
        let task = self.task.as_deref().map(task).transpose()?;
        let (catalog, resolver) = models(self.settings)?;
        let today = Clock::default().today();
        let answering = |model: &Model| answering(catalog, model, &resolver, &today);
        let models = catalog.iter().filter(|model| task.is_none_or(|task| task == model.task));
        let mut out = std::io::stdout().lock();
        if self.json {
            let rows: Vec<Value> = models.map(|model| facts(model, &resolver, answering(model))).collect();
            serde_json::to_writer_pretty(&mut out, &rows)?;
            return Ok(writeln!(out)?);
        }
        for model in models {
            writeln!(out, "{:<50} {:<28} {}", model.name, model.task.name(), answering(model))?;
        }
        Ok(())
    }
}

impl Show {
    pub fn run(self) -> Result<(), Box<dyn std::error::Error>> {
        let (catalog, resolver) = models(self.settings)?;
        let model = catalog.get(&self.model).ok_or_else(|| catalog.unknown(&self.model).to_string())?;
        let answering = answering(catalog, model, &resolver, &Clock::default().today());
        let facts = facts(model, &resolver, answering);
        let mut out = std::io::stdout().lock();
        if self.json {
            serde_json::to_writer_pretty(&mut out, &facts)?;
            return Ok(writeln!(out)?);
        }
        for (name, value) in facts.as_object().into_iter().flatten() {
            let text = match value {
                Value::Null => continue,
                Value::String(text) => text.clone(),
                Value::Array(items) if items.is_empty() => continue,
                Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(", "),
                other => other.to_string(),
            };
            writeln!(out, "{name:<16} {text}")?;
        }
        Ok(())
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn task(text: &str) -> Result<Task, String> {
    Task::find(text).ok_or_else(|| {
        let known = Task::ALL.map(Task::slug).join(", ");
        format!("there is no task `{text}`\nhint: one of {known}")
    })
}

/// The models that these settings know, and what answers for them.
fn models(settings: Settings) -> Result<(&'static Catalog, Resolver), Box<dyn std::error::Error>> {
    let config = Config::load(settings)?;
    let resolver = Resolver::new(config.models, config.bindings, config.hub_cache);
    Ok((resolver.catalog()?, resolver))
}

/// The checkpoint that answers today, or why none does.
fn answering(catalog: &Catalog, model: &Model, resolver: &Resolver, today: &str) -> String {
    if let Some(date) = model.deprecated.as_ref().filter(|_| model.is_deprecated(today) && !model.alias) {
        return format!("deprecated since {date}");
    }
    match resolver.resolve(catalog.answering(model, today)) {
        Ok(resolved) => format!("{} ({})", resolved.checkpoint.name(), resolved.fidelity.name()),
        Err(error) => error.to_string().lines().next().unwrap_or_default().to_owned(),
    }
}

fn facts(model: &Model, resolver: &Resolver, answering: String) -> Value {
    let prices = model.prices.iter().map(|price| format!("{} neurons {}", price.neurons, price.unit.text()));
    let known = model.checkpoints.exact.as_deref().and_then(OpenCheckpoint::find);
    let in_cache = candidates(model)
        .filter(|candidate| resolver.cache.as_ref().is_some_and(|cache| candidate.look(cache, model).is_some()))
        .map(|candidate| candidate.repository);
    json!({
        "model": model.name,
        "task": model.task.name(),
        "description": model.description,
        "answered_by": answering,
        "exact": model.checkpoints.exact,
        "revision": known.and_then(|known| known.revision.clone()),
        "licence": known.map(|known| &known.licence),
        "megabytes": known.and_then(|known| known.megabytes),
        "gated": known.map(|known| known.gated),
        "in_cache": in_cache.collect::<Vec<_>>(),
        "siblings": model.checkpoints.siblings,
        "context_window": model.context_window,
        "max_input_tokens": model.max_input_tokens,
        "dimensions": model.dimensions,
        "rate_per_minute": model.rate_per_minute,
        "price": prices.collect::<Vec<_>>(),
        "properties": model.properties.iter().map(|property| property.id()).collect::<Vec<_>>(),
        "deprecated": model.deprecated,
    })
}
