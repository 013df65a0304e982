//! A query, from the body that a client sends to the matches that it gets.

use roaring::RoaringBitmap;
use serde::Deserialize;
use serde_json::Value;

use super::config::{IndexConfig, Metric};
use super::filter::Filter;
use super::limits::{Bounds, TOP_K_DEFAULT};
use super::metadata_index::{self, MetadataIndex};
use super::search::{self, Ranked};
use super::state::State;
use super::{parse, touched, wire};
use crate::error::VectorizeError;

/// The body of a query. Unknown keys are ignored.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", rename = "QueryRequest")]
pub struct Query {
    /// Exactly one of this and `vector_id`.
    pub vector: Option<Vec<f32>>,
    /// Query by the vector that is stored under this id.
    pub vector_id: Option<String>,
    /// 5 when absent.
    pub top_k: Option<u64>,
    /// All vectors when absent.
    pub namespace: Option<String>,
    pub filter: Option<Value>,
    pub return_values: Option<bool>,
    pub return_metadata: Option<ReturnMetadata>,
}

/// What a match shows of its metadata. A boolean is refused: production's v2 knows only these words.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ReturnMetadata {
    #[default]
    None,
    Indexed,
    All,
}

/// What a query starts from.
#[derive(Debug)]
pub enum Origin {
    Vector(Vec<f32>),
    Id(String),
}

/// A query that obeys every rule.
#[derive(Debug)]
pub struct Checked {
    pub origin: Origin,
    pub top_k: usize,
    pub namespace: Option<String>,
    pub filter: Option<Filter>,
    pub return_values: bool,
    pub return_metadata: ReturnMetadata,
}

impl Query {
    /// Checks a query against an index. The dimensions come first: so production was seen to order it.
    pub fn check(self, config: IndexConfig, bounds: &Bounds) -> Result<Checked, VectorizeError> {
        let invalid = |reason: &str| {
            let text = format!("Failed to deserialize the JSON body into the target type: {reason}");
            Err(VectorizeError::InvalidRequest { text })
        };
        let origin = match (self.vector, self.vector_id) {
            (None, None) => return invalid("missing field `vector`; send `vector` or `vectorId`"),
            (Some(_), Some(_)) => return invalid("send either `vector` or `vectorId`, not both"),
            (None, Some(id)) => {
                parse::check_id(&id, bounds)?;
                Origin::Id(id)
            }
            (Some(vector), None) => {
                if vector.len() != config.dimensions {
                    let got = vector.len();
                    return Err(VectorizeError::QueryDimensions { expected: config.dimensions, got });
                }
                if let Some(at) = vector.iter().position(|value| !value.is_finite()) {
                    return invalid(&format!("vector[{at}]: number out of range"));
                }
                Origin::Vector(vector)
            }
        };
        let return_values = self.return_values.unwrap_or_default();
        let return_metadata = self.return_metadata.unwrap_or_default();
        let with_payload = return_values || return_metadata == ReturnMetadata::All;
        let top_k = check_top_k(self.top_k.unwrap_or(TOP_K_DEFAULT), with_payload, bounds)?;
        if let Some(namespace) = &self.namespace {
            parse::check_namespace(namespace, bounds)?;
        }
        let filter = self.filter.as_ref().map(|filter| Filter::parse(filter, bounds)).transpose()?;
        Ok(Checked { origin, top_k, namespace: self.namespace, filter, return_values, return_metadata })
    }
}

fn check_top_k(top_k: u64, with_payload: bool, bounds: &Bounds) -> Result<usize, VectorizeError> {
    let (row, limit) = match with_payload {
        true => ("vectorize.top_k_with_payload", bounds.top_k_with_payload),
        false => ("vectorize.top_k", bounds.top_k),
    };
    touched::note(row, usize::try_from(top_k).unwrap_or(usize::MAX));
    match usize::try_from(top_k) {
        Ok(0) => Err(VectorizeError::TopKZero),
        Ok(top_k) if top_k <= limit => Ok(top_k),
        _ if with_payload => Err(VectorizeError::TopKWithPayload { limit, relaxed: bounds.top_k, got: top_k }),
        _ => Err(VectorizeError::TopKTooLarge { limit, got: top_k }),
    }
}

impl Checked {
    /// The rows that namespace and filter leave; nothing stands for all rows.
    pub fn select(&self, state: &State) -> Option<RoaringBitmap> {
        let namespace = self.namespace.as_deref().map(|name| state.namespace(name).cloned().unwrap_or_default());
        let filter = |filter: &Filter| filter.select(&state.metadata_indexes, state.blocks.len());
        match (namespace, self.filter.as_ref().map(filter)) {
            (None, None) => None,
            (Some(rows), None) | (None, Some(rows)) => Some(rows),
            (Some(namespace), Some(filter)) => Some(namespace & filter),
        }
    }

    /// The match as this query wants to see it.
    pub fn show(&self, metric: Metric, ranked: &Ranked<'_>, indexes: &[MetadataIndex]) -> wire::Match {
        let row = ranked.row;
        wire::Match {
            id: row.id.to_string(),
            score: search::score(metric, ranked.key),
            values: self.return_values.then(|| wire::Floats(ranked.values.to_vec())),
            namespace: row.namespace.as_deref().map(str::to_owned),
            metadata: match self.return_metadata {
                ReturnMetadata::None => None,
                ReturnMetadata::Indexed => row
                    .metadata
                    .as_ref()
                    .and_then(|metadata| metadata_index::indexed(ranked.number, &metadata.to_value(), indexes)),
                ReturnMetadata::All => row.metadata.as_ref().map(|metadata| metadata.to_value()),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::vectorize::limits::tests::BOUNDS;

    const CONFIG: IndexConfig = IndexConfig { dimensions: 2, metric: Metric::Cosine };

    fn check(body: Value) -> Result<Checked, (u32, String)> {
        let query: Query = serde_json::from_value(body).expect("a query's shape");
        query.check(CONFIG, &BOUNDS).map_err(|error| (error.code(), error.to_string()))
    }

    #[test]
    fn defaults_are_productions() {
        let query = check(json!({"vector": [1, 2], "compat": {}})).expect("fits");
        assert_eq!((query.top_k, query.return_values, query.return_metadata), (5, false, ReturnMetadata::None));
    }

    #[test]
    fn top_k_has_two_limits() {
        let with = |extra: Value| {
            let mut body = json!({"vector": [1, 2]});
            if let (Some(body), Value::Object(extra)) = (body.as_object_mut(), extra) {
                body.extend(extra);
            }
            check(body).map(|query| query.top_k)
        };
        assert_eq!(with(json!({"topK": 100})), Ok(100));
        assert_eq!(with(json!({"topK": 100, "returnMetadata": "indexed"})), Ok(100));
        assert_eq!(with(json!({"topK": 50, "returnMetadata": "all"})), Ok(50));
        assert_eq!(with(json!({"topK": 50, "returnValues": true})), Ok(50));
        assert_eq!(with(json!({"topK": 0})), Err((40025, "min top K is 1, but got 0".into())));
        assert_eq!(with(json!({"topK": 101})), Err((40025, "max top K is 100, but got 101".into())));
        let text = "with returnValues=true or returnMetadata=all, max top K is 50, but got 51; for a top K up to 100, retry with returnValues=false and returnMetadata=indexed";
        for extra in [json!({"topK": 51, "returnMetadata": "all"}), json!({"topK": 51, "returnValues": true})] {
            assert_eq!(with(extra), Err((40025, text.into())));
        }
        assert_eq!(with(json!({"topK": u64::MAX})).map_err(|(code, _)| code), Err(40025));
    }

    #[test]
    fn the_origin_is_checked() {
        let refused = |body| check(body).map(drop).expect_err("must be refused");
        assert_eq!(
            refused(json!({"vector": [], "topK": 0})),
            (40006, "invalid query vector, expected 2 dimensions, and got 0 dimensions".into())
        );
        assert_eq!(refused(json!({"vector": vec![0; 100_000]})).0, 40006);
        assert_eq!(refused(json!({})).0, 40026);
        assert_eq!(refused(json!({"vector": [1, 2], "vectorId": "a"})).0, 40026);
        assert_eq!(refused(json!({"vector": [1, 1e39]})).0, 40026);
        assert_eq!(refused(json!({"vectorId": "x".repeat(65)})).0, 40008);
        assert_eq!(refused(json!({"vectorId": "a", "namespace": "x".repeat(65)})).0, 40009);
        assert_eq!(refused(json!({"vectorId": "a", "filter": {}})).0, 40026);
        assert!(check(json!({"vectorId": "x".repeat(64), "namespace": "x".repeat(64), "filter": null})).is_ok());
    }
}
