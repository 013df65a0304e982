//! What clients hear: field order, nulls, absent keys, timestamps and numbers as production spells them.

use jiff::Timestamp;
use jiff::tz::Offset;
use serde::ser::SerializeSeq;
use serde::{Serialize, Serializer};
use serde_json::Value;

use super::config::IndexConfig;
use super::metadata::IndexType;
use super::metadata_index::MetadataIndex;

/// An index, as create, get and list answer it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Index {
    /// Up to microseconds, trailing zeros trimmed.
    pub created_on: String,
    /// Equal to `created_on`: nothing about an index can be changed.
    pub modified_on: String,
    pub name: String,
    /// Empty when none was given.
    pub description: String,
    pub config: IndexConfig,
}

/// The state of an index, as `info` and `describe()` answer it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Info {
    pub dimensions: usize,
    pub vector_count: usize,
    /// Milliseconds. Absent, as the next field, until a first mutation was processed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub processed_up_to_datetime: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub processed_up_to_mutation: Option<String>,
}

/// The answer to everything that is queued.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Accepted {
    /// UUIDv4, lower case with hyphens.
    pub mutation_id: String,
}

/// A stored vector, as get_by_ids answers it. Namespace and metadata are null when there are none.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Vector {
    pub id: String,
    pub namespace: Option<String>,
    pub metadata: Option<Value>,
    pub values: Floats,
}

/// The answer to a query, best match first.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Matches {
    pub count: usize,
    pub matches: Vec<Match>,
}

/// One match. What was not asked for, or what the vector does not have, is absent.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Match {
    pub id: String,
    #[serde(serialize_with = "score")]
    pub score: f32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub values: Option<Floats>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Value>,
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Page {
    pub count: usize,
    /// Vectors in the snapshot that the list walks over.
    pub total_count: usize,
    pub is_truncated: bool,
    pub next_cursor: Option<String>,
    /// Nanoseconds and `+00:00`.
    pub cursor_expiration_timestamp: Option<String>,
    pub vectors: Vec<Listed>,
}

/// A listed vector: its id alone.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Listed {
    pub id: String,
}

/// The answer of metadata_index/list.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MetadataIndexes {
    pub metadata_indexes: Vec<ListedMetadataIndex>,
}

/// A metadata index; its type is capitalised.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ListedMetadataIndex {
    pub property_name: String,
    pub index_type: IndexType,
}

impl From<&MetadataIndex> for ListedMetadataIndex {
    fn from(index: &MetadataIndex) -> Self {
        Self { property_name: index.property.clone(), index_type: index.kind }
    }
}

/// float32 values, each spelled with the fewest digits that give the same float32 back.
#[derive(Debug, Clone, PartialEq)]
pub struct Floats(pub Vec<f32>);

impl Serialize for Floats {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut sequence = serializer.serialize_seq(Some(self.0.len()))?;
        for value in &self.0 {
            sequence.serialize_element(&number(shortest(*value)))?;
        }
        sequence.end()
    }
}

fn score<S: Serializer>(score: &f32, serializer: S) -> Result<S::Ok, S::Error> {
    number(shortest(*score)).serialize(serializer)
}

/// The double that prints as the float32 does: 0.2321, where widening would give 0.23210000991821289.
fn shortest(value: f32) -> f64 {
    value.to_string().parse().unwrap_or(f64::from(value))
}

/// A number as JavaScript spells it: an integer without `.0`.
pub fn number(value: f64) -> Value {
    // 2^53: above it a double's neighbours are not integers apart, and JavaScript changes to exponents soon after.
    if value.fract() == 0.0 && value.abs() <= 9_007_199_254_740_992.0 {
        return Value::from(value as i64);
    }
    Value::from(value)
}

/// `created_on`: microseconds at most, trailing zeros trimmed, `Z`.
pub fn created(time: Timestamp) -> String {
    Timestamp::from_microsecond(time.as_microsecond()).unwrap_or(time).to_string()
}

/// `processedUpToDatetime`: always milliseconds, `Z`.
pub fn processed(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

/// `cursorExpirationTimestamp`: always nanoseconds, `+00:00`.
pub fn expires(time: Timestamp) -> String {
    Offset::UTC.to_datetime(time).strftime("%Y-%m-%dT%H:%M:%S.%9f+00:00").to_string()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn floats_are_spelled_shortest() {
        let text = |values: &[f32]| serde_json::to_string(&Floats(values.to_vec())).expect("serialises");
        assert_eq!(text(&[0.2321, 0.8121, 0.0, -0.0, 1.0, -3.0]), "[0.2321,0.8121,0,0,1,-3]");
        assert_eq!(text(&[0.515_159_96, 0.999_998_7, 58.8, 1e-7]), "[0.51515996,0.9999987,58.8,1e-7]");
        let value = serde_json::to_value(Floats(vec![0.2321])).expect("serialises");
        assert_eq!(value, json!([0.2321]));
    }

    proptest! {
        #[test]
        fn every_float_comes_back(value in proptest::num::f32::NORMAL | proptest::num::f32::SUBNORMAL) {
            let text = serde_json::to_string(&Floats(vec![value])).expect("serialises");
            let back: Vec<f32> = serde_json::from_str(&text).expect("parses");
            prop_assert_eq!(back, vec![value]);
        }
    }

    #[test]
    fn times_are_spelled_as_seen() {
        let time = |text: &str| text.parse::<Timestamp>().expect("a time");
        assert_eq!(created(time("2026-04-30T13:24:56.907907123Z")), "2026-04-30T13:24:56.907907Z");
        assert_eq!(created(time("2026-04-30T13:24:18.002680Z")), "2026-04-30T13:24:18.00268Z");
        assert_eq!(created(time("2026-04-30T13:24:18Z")), "2026-04-30T13:24:18Z");
        assert_eq!(processed(time("2026-04-30T14:37:30.1159Z")), "2026-04-30T14:37:30.115Z");
        assert_eq!(processed(time("2026-04-30T14:37:30Z")), "2026-04-30T14:37:30.000Z");
        assert_eq!(expires(time("2025-08-13T20:32:52.469144957Z")), "2025-08-13T20:32:52.469144957+00:00");
    }

    #[test]
    fn absent_and_null_are_told_apart() {
        let info =
            Info { dimensions: 768, vector_count: 0, processed_up_to_datetime: None, processed_up_to_mutation: None };
        assert_eq!(serde_json::to_string(&info).expect("serialises"), r#"{"dimensions":768,"vectorCount":0}"#);
        let vector = Vector { id: "a".into(), namespace: None, metadata: None, values: Floats(vec![0.5]) };
        assert_eq!(
            serde_json::to_string(&vector).expect("serialises"),
            r#"{"id":"a","namespace":null,"metadata":null,"values":[0.5]}"#
        );
        let hit = Match { id: "a".into(), score: 1.0, values: None, namespace: None, metadata: None };
        assert_eq!(serde_json::to_string(&hit).expect("serialises"), r#"{"id":"a","score":1}"#);
    }
}
