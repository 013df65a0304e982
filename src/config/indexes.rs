//! Indexes that are there from the start: what a Worker's bindings name exists in production before the Worker runs.

use std::collections::BTreeMap;
use std::str::FromStr;

use serde::Deserialize;
use serde_json::json;

use super::ConfigError;
use crate::vectorize::limits::Bounds;
use crate::vectorize::{Declared, IndexConfig, IndexType};

/// One index as `[indexes]` of `candleflare.toml` or `--index` describes it.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct IndexSpec {
    dimensions: Option<u64>,
    metric: Option<String>,
    preset: Option<String>,
    /// Metadata indexes by property.
    metadata: BTreeMap<String, IndexType>,
}

/// `--index NAME=DIMENSIONS[,METRIC][,PROPERTY:TYPE]…` or `--index NAME=PRESET`.
#[derive(Debug, Clone, PartialEq)]
pub struct NamedSpec {
    pub name: String,
    pub spec: IndexSpec,
}

impl FromStr for NamedSpec {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let form = "write `name=384,cosine`, `name=384,cosine,genre:string` or `name=@cf/baai/bge-small-en-v1.5`";
        let (name, parts) = text.split_once('=').ok_or(form)?;
        let mut spec = IndexSpec::default();
        for part in parts.split(',').map(str::trim) {
            if let Ok(dimensions) = part.parse() {
                spec.dimensions = Some(dimensions);
            } else if let Some((property, kind)) = part.split_once(':') {
                let kind = serde_json::from_value(json!(kind))
                    .map_err(|_| format!("`{kind}` is not string, number or boolean"))?;
                spec.metadata.insert(property.to_owned(), kind);
            } else if part.contains('/') {
                spec.preset = Some(part.to_owned());
            } else if part.is_empty() {
                return Err(form.to_owned());
            } else {
                spec.metric = Some(part.to_owned());
            }
        }
        Ok(Self { name: name.to_owned(), spec })
    }
}

/// Checks what was described against the limits. `None` is an index of which only the name is known.
pub fn declared(specs: BTreeMap<String, Option<IndexSpec>>, bounds: &Bounds) -> Result<Vec<Declared>, ConfigError> {
    specs.into_iter().map(|(name, spec)| one(name, spec, bounds)).collect()
}

fn one(name: String, spec: Option<IndexSpec>, bounds: &Bounds) -> Result<Declared, ConfigError> {
    let wrong = |error: &dyn std::fmt::Display| {
        let hint = "see `--index` and `[indexes]` in docs/configuration.md";
        ConfigError(format!("index `{name}`: {error}\nhint: {hint}"))
    };
    crate::vectorize::check_name(&name, bounds).map_err(|error| wrong(&error))?;
    let Some(IndexSpec { dimensions, metric, preset, metadata }) = spec else {
        return Ok(Declared { name, config: None, metadata: Vec::new() });
    };
    let config = match (&preset, dimensions) {
        (Some(preset), _) => Some(json!({"preset": preset})),
        (None, Some(dimensions)) => {
            Some(json!({"dimensions": dimensions, "metric": metric.as_deref().unwrap_or("cosine")}))
        }
        (None, None) if metric.is_none() && metadata.is_empty() => None,
        (None, None) => return Err(wrong(&"`dimensions` or `preset` is missing")),
    };
    let config = config.map(|config| IndexConfig::from_json(Some(&config), bounds)).transpose();
    let config = config.map_err(|error| wrong(&error))?;
    if metadata.len() > bounds.metadata_indexes {
        return Err(wrong(&format!("more than {} metadata indexes", bounds.metadata_indexes)));
    }
    Ok(Declared { name, config, metadata: metadata.into_iter().collect() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::{Limits, Plan};
    use crate::vectorize::Metric;

    fn declare(text: &str) -> Result<Declared, String> {
        let NamedSpec { name, spec } = text.parse()?;
        one(name, Some(spec), &Bounds::of(&Limits::new(Plan::Paid))).map_err(|error| error.to_string())
    }

    #[test]
    fn a_flag_names_dimensions_metric_and_metadata() {
        let docs = declare("docs=384,euclidean,genre:string").unwrap();
        assert_eq!(docs.config, Some(IndexConfig { dimensions: 384, metric: Metric::Euclidean }));
        assert_eq!(docs.metadata, [("genre".to_owned(), IndexType::String)]);
        let plain = declare("docs=64").unwrap();
        assert_eq!(plain.config, Some(IndexConfig { dimensions: 64, metric: Metric::Cosine }));
        let preset = declare("docs=@cf/baai/bge-base-en-v1.5").unwrap();
        assert_eq!(preset.config.map(|config| config.dimensions), Some(768));
    }

    #[test]
    fn what_production_refuses_is_refused() {
        for (text, said) in [
            ("docs", "write `name=384,cosine`"),
            ("docs=", "write `name=384,cosine`"),
            ("docs=5", "[32, 1536]"),
            ("docs=384,manhattan", "cosine, euclidean, dot-product"),
            ("docs=384,genre:text", "`text` is not string, number or boolean"),
            ("Docs=384", "must match"),
            ("docs=a/b", "Preset must be one of"),
            ("docs=cosine", "`dimensions` or `preset` is missing"),
        ] {
            let error = declare(text).unwrap_err();
            assert!(error.contains(said), "{text}: {error}");
        }
    }
}
