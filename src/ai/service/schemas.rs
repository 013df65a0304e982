//! Each model's schemas, with its own defaults put in once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};

use crate::ai::catalog::Model;
use crate::ai::schema::{self, Pair};

/// Made at a model's first use: the catalogue has more models than a session uses.
#[derive(Debug, Default)]
pub(super) struct Schemas(Mutex<HashMap<String, Arc<Pair>>>);

impl Schemas {
    /// The schemas of `model`; `None` where the catalogue names a pair that is not there (a test says that none does).
    pub fn of(&self, model: &Model) -> Option<Arc<Pair>> {
        self.get(&model.name, || Some(schema::pair(&model.schema)?.with_defaults(&defaults(model))))
    }

    /// The pair `name` as it is.
    pub fn plain(&self, name: &'static str) -> Option<Arc<Pair>> {
        self.get(name, || schema::pair(name))
    }

    fn get(&self, key: &str, make: impl FnOnce() -> Option<Pair>) -> Option<Arc<Pair>> {
        let mut made = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pair) = made.get(key) {
            return Some(Arc::clone(pair));
        }
        let pair = Arc::new(make()?);
        made.insert(key.to_owned(), Arc::clone(&pair));
        Some(pair)
    }
}

/// What the catalogue states of a model's defaults, by name of the input's property.
fn defaults(model: &Model) -> Vec<(&'static str, Value)> {
    let stated = &model.defaults;
    [
        ("max_tokens", stated.max_tokens.map(|value| json!(value))),
        ("temperature", stated.temperature.map(|value| json!(value))),
        ("top_p", stated.top_p.map(|value| json!(value))),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name, value?)))
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ai::catalog::Catalog;

    #[test]
    fn every_model_has_its_schemas() {
        let schemas = Schemas::default();
        for model in Catalog::builtin().iter() {
            assert!(schemas.of(model).is_some(), "{} names `{}`", model.name, model.schema);
        }
    }

    #[test]
    fn a_models_own_defaults_are_put_in() {
        let schemas = Schemas::default();
        let model = Catalog::builtin().get("@cf/qwen/qwen3-30b-a3b-fp8").unwrap();
        let mut input = json!({"messages": [{"role": "user", "content": "a"}]});
        schema::check(&schemas.of(model).unwrap().input, &mut input).unwrap();
        assert_eq!(input["max_tokens"], 2000);
    }
}
