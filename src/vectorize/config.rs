//! What an index is made of: its name, its dimensions and its metric.

use serde::Serialize;
use serde_json::Value;

use super::limits::Bounds;
use super::touched;
use crate::error::VectorizeError;

/// How two vectors are compared. The score's sign and order are each metric's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Metric {
    /// Cosine similarity, -1 to 1; the highest is best.
    Cosine,
    /// L2 distance, square root taken; the lowest is best.
    Euclidean,
    /// The negated dot product; the lowest is best.
    DotProduct,
}

impl Metric {
    const ALL: [Self; 3] = [Self::Cosine, Self::Euclidean, Self::DotProduct];

    /// As callers spell it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cosine => "cosine",
            Self::Euclidean => "euclidean",
            Self::DotProduct => "dot-product",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|metric| metric.name() == name)
    }
}

/// Source: create-indexes docs and the models' own dimensions; the last two metrics are customary, not documented.
const PRESETS: [(&str, usize, Metric); 5] = [
    ("@cf/baai/bge-small-en-v1.5", 384, Metric::Cosine),
    ("@cf/baai/bge-base-en-v1.5", 768, Metric::Cosine),
    ("@cf/baai/bge-large-en-v1.5", 1024, Metric::Cosine),
    ("openai/text-embedding-ada-002", 1536, Metric::Cosine),
    ("cohere/embed-multilingual-v2.0", 768, Metric::DotProduct),
];

/// Dimensions and metric, fixed for an index's life. A preset is resolved and not remembered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct IndexConfig {
    pub dimensions: usize,
    pub metric: Metric,
}

impl IndexConfig {
    /// Reads `{dimensions, metric}` or `{preset}`; other keys are ignored, as production ignores them.
    pub fn from_json(config: Option<&Value>, bounds: &Bounds) -> Result<Self, VectorizeError> {
        let invalid = |reason: String| VectorizeError::InvalidConfig { reason };
        let config = match config {
            None | Some(Value::Null) => return Err(invalid("Config must be provided".into())),
            Some(Value::Object(config)) => config,
            Some(_) => return Err(invalid("Config must be an object with dimensions and metric, or preset".into())),
        };
        if let Some(preset) = config.get("preset").filter(|preset| !preset.is_null()) {
            let name = preset.as_str().unwrap_or_default();
            return PRESETS
                .iter()
                .find(|(known, ..)| *known == name)
                .map(|&(_, dimensions, metric)| Self { dimensions, metric })
                .ok_or_else(|| {
                    let known = PRESETS.map(|(known, ..)| known).join(", ");
                    invalid(format!("Preset must be one of: {known}"))
                });
        }
        let dimensions = config
            .get("dimensions")
            .and_then(Value::as_u64)
            .and_then(|dimensions| usize::try_from(dimensions).ok())
            .inspect(|dimensions| touched::note("vectorize.dimensions", *dimensions))
            .filter(|dimensions| (bounds.dimensions_min..=bounds.dimensions_max).contains(dimensions))
            .ok_or_else(|| {
                let (low, high) = (bounds.dimensions_min, bounds.dimensions_max);
                invalid(format!("Dimensions must be in range: [{low}, {high}]"))
            })?;
        let metric = config
            .get("metric")
            .and_then(Value::as_str)
            .and_then(Metric::from_name)
            .ok_or_else(|| invalid("Metric must be one of: cosine, euclidean, dot-product".into()))?;
        Ok(Self { dimensions, metric })
    }
}

/// Checks a new index's name. Source: the OpenAPI pattern `^([a-z]+[a-z0-9_-]*[a-z0-9]+)$` and the limit of 64 bytes.
pub fn check_name(name: &str, bounds: &Bounds) -> Result<(), VectorizeError> {
    let invalid = |reason: String| Err(VectorizeError::InvalidName { reason });
    let bytes = name.as_bytes();
    touched::note("vectorize.index_name_bytes", bytes.len());
    if bytes.len() > bounds.name_bytes {
        return invalid(format!("Index name must not exceed {} bytes, got {} bytes", bounds.name_bytes, bytes.len()));
    }
    let inner = |byte: &u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-');
    let fits = match bytes {
        [first, middle @ .., last] => {
            first.is_ascii_lowercase()
                && middle.iter().all(inner)
                && (last.is_ascii_lowercase() || last.is_ascii_digit())
        }
        _ => false,
    };
    if fits {
        return Ok(());
    }
    invalid(format!("Index name \"{name}\" must match ^([a-z]+[a-z0-9_-]*[a-z0-9]+)$"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::vectorize::limits::tests::BOUNDS;

    #[test]
    fn names_follow_the_pattern() {
        let longest = "a".repeat(64);
        for good in ["ab", "a1", "my-index_2", "a--b", longest.as_str()] {
            assert_eq!(check_name(good, &BOUNDS), Ok(()), "{good}");
        }
        let too_long = "a".repeat(65);
        for bad in ["", "a", "1a", "Ab", "a-", "a_", "ä1", "a b", "a\u{0}b", "-a", too_long.as_str()] {
            let error = check_name(bad, &BOUNDS).expect_err(bad);
            assert_eq!((error.code(), error.status()), (3001, 400));
        }
    }

    #[test]
    fn configs_are_resolved_or_refused() {
        let parse = |config: Value| IndexConfig::from_json(Some(&config), &BOUNDS);
        assert_eq!(
            parse(json!({"dimensions": 32, "metric": "dot-product", "extra": 1})),
            Ok(IndexConfig { dimensions: 32, metric: Metric::DotProduct })
        );
        assert_eq!(
            parse(json!({"preset": "@cf/baai/bge-base-en-v1.5"})),
            Ok(IndexConfig { dimensions: 768, metric: Metric::Cosine })
        );
        let text =
            |config: Option<Value>| IndexConfig::from_json(config.as_ref(), &BOUNDS).map_err(|error| error.to_string());
        let range = "vectorize.index.invalid_config - Dimensions must be in range: [32, 1536]";
        for dimensions in [json!(31), json!(1537), json!(-1), json!(32.5), json!("32"), json!(1e300), json!(null)] {
            assert_eq!(text(Some(json!({"dimensions": dimensions, "metric": "cosine"}))), Err(range.into()));
        }
        assert_eq!(text(None), Err("vectorize.index.invalid_config - Config must be provided".into()));
        assert_eq!(text(Some(json!(null))), Err("vectorize.index.invalid_config - Config must be provided".into()));
        for config in [json!([]), json!({"preset": "x"}), json!({"preset": 1}), json!({"dimensions": 32})] {
            assert_eq!(parse(config).map_err(|error| error.code()), Err(3003));
        }
    }
}
