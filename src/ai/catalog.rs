//! The catalogue: every model id of Workers AI and its facts, from `catalog.toml`.
//!
//! Values only: no HTTP, no tensors. A new model is a row in that file.

mod entry;
mod item;
mod load;
mod names;
mod open;
mod openrouter;
mod own;
mod price;
pub mod search;
mod task;

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::LazyLock;

pub use entry::{Candidates, Defaults, Family, Feature, Model, Property};
pub use load::CatalogError;
pub use open::OpenCheckpoint;
pub use price::{Media, NEURONS_PER_DOLLAR, Price, Unit, Usage, tiles};
pub use task::{Task, TaskDefaults};

/// The file that is part of the binary.
const BUILTIN: &str = include_str!("catalog.toml");

/// All models, in the order of their file: by task, current ones before deprecated ones.
#[derive(Debug, Clone)]
pub struct Catalog {
    models: Vec<Model>,
    by_name: HashMap<String, usize>,
}

impl Catalog {
    /// The catalogue inside the binary, parsed at its first use.
    pub fn builtin() -> &'static Self {
        static CATALOG: LazyLock<Catalog> =
            LazyLock::new(|| Catalog::parse(BUILTIN).expect("catalog.toml is part of the binary and tested"));
        &CATALOG
    }

    /// The model of exactly this name: production does not fold case either.
    pub fn get(&self, name: &str) -> Option<&Model> {
        self.by_name.get(name).map(|&index| &self.models[index])
    }

    /// The model that answers for `model` on `today` (`YYYY-MM-DD`): another one once an alias has taken its name over,
    /// otherwise itself. Billing, limits and checkpoints are those of the answering model.
    pub fn answering<'a>(&'a self, model: &'a Model, today: &str) -> &'a Model {
        if !model.alias || !model.is_deprecated(today) {
            return model;
        }
        model.replacement.as_deref().and_then(|name| self.get(name)).unwrap_or(model)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Model> {
        self.models.iter()
    }

    pub fn len(&self) -> usize {
        self.models.len()
    }

    pub fn is_empty(&self) -> bool {
        self.models.is_empty()
    }
}
