//! A vector's metadata, and its values as metadata indexes keep them.

use std::cmp::Ordering;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::limits::Bounds;
use super::touched;
use crate::error::VectorizeError;

/// Metadata as compact JSON with sorted keys: the form in which its size is measured, and the smallest to keep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metadata(Box<str>);

impl Metadata {
    /// Checks keys (40018) and size (40016) of the metadata of the vector `id`.
    pub fn new(id: &str, map: Map<String, Value>, bounds: &Bounds) -> Result<Self, VectorizeError> {
        check_keys(&map)?;
        let mut value = Value::Object(map);
        // Live answers came back sorted.
        value.sort_all_objects();
        let text = value.to_string();
        touched::note("vectorize.metadata_bytes", text.len());
        if text.len() > bounds.metadata_bytes {
            return Err(VectorizeError::MetadataTooLarge {
                id: id.to_owned(),
                limit: bounds.metadata_bytes,
                got: text.len(),
            });
        }
        Ok(Self(text.into_boxed_str()))
    }

    /// Metadata that had been checked when it was first written.
    pub fn trusted(text: &str) -> Self {
        Self(text.into())
    }

    /// The compact JSON.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The metadata as JSON again.
    pub fn to_value(&self) -> Value {
        // Cannot fail: the text was made from a value that had been parsed under the same nesting limit.
        serde_json::from_str(&self.0).unwrap_or_default()
    }
}

fn check_keys(map: &Map<String, Value>) -> Result<(), VectorizeError> {
    for (key, value) in map {
        if key.is_empty() || key.starts_with('$') || key.contains(['.', '"']) {
            return Err(VectorizeError::MetadataKey { key: key.clone() });
        }
        if let Value::Object(inner) = value {
            check_keys(inner)?;
        }
    }
    Ok(())
}

/// The type of a metadata index. Written in lower case, read back capitalised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all(deserialize = "lowercase"))]
pub enum IndexType {
    String,
    Number,
    Boolean,
}

impl IndexType {
    /// The spelling that a caller writes.
    pub fn name(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Number => "number",
            Self::Boolean => "boolean",
        }
    }
}

/// A value in a metadata index, or the operand that it is compared with.
#[derive(Debug, Clone)]
pub enum Scalar {
    /// At most as many bytes as an index keeps.
    String(Arc<str>),
    /// Never NaN, nor -0.
    Number(f64),
    Boolean(bool),
}

impl Scalar {
    /// Cuts `text` to `bytes`, back to a character's start, as an index does.
    pub fn string(text: &str, bytes: usize) -> Self {
        let mut end = text.len().min(bytes);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        Self::String(text[..end].into())
    }

    /// A number; -0 is 0.
    pub fn number(number: f64) -> Self {
        Self::Number(number + 0.0)
    }

    /// The value as an answer spells it.
    pub fn to_value(&self) -> Value {
        match self {
            Self::String(text) => Value::from(text.as_ref()),
            Self::Number(number) => super::wire::number(*number),
            Self::Boolean(flag) => Value::from(*flag),
        }
    }

    /// The type of index that keeps it.
    pub fn kind(&self) -> IndexType {
        match self {
            Self::String(_) => IndexType::String,
            Self::Number(_) => IndexType::Number,
            Self::Boolean(_) => IndexType::Boolean,
        }
    }
}

/// Strings by their bytes, numbers by value; kinds one after the other, so that there is one order for all.
impl Ord for Scalar {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::String(a), Self::String(b)) => a.cmp(b),
            (Self::Number(a), Self::Number(b)) => a.total_cmp(b),
            (Self::Boolean(a), Self::Boolean(b)) => a.cmp(b),
            _ => self.kind().cmp(&other.kind()),
        }
    }
}

impl PartialOrd for Scalar {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Scalar {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Scalar {}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::vectorize::limits::tests::BOUNDS;

    fn metadata(value: Value) -> Result<Metadata, VectorizeError> {
        let Value::Object(map) = value else { panic!("an object") };
        Metadata::new("a", map, &BOUNDS)
    }

    #[test]
    fn keys_and_size_are_checked() {
        for bad in [json!({"": 1}), json!({"a.b": 1}), json!({"a\"": 1}), json!({"$a": 1}), json!({"a": {"b.c": 1}})] {
            assert_eq!(metadata(bad).map_err(|error| error.code()), Err(40018));
        }
        // {"k":"…"} is eight bytes around the text.
        assert!(metadata(json!({"k": "x".repeat(10_240 - 8)})).is_ok());
        let error = metadata(json!({"k": "x".repeat(10_240 - 7)})).expect_err("too large");
        assert_eq!(
            error.to_string(),
            "oversized metadata for vector id=\"a\"; the compact JSON representation of the metadata must not exceed 10240 bytes, got 10241 bytes"
        );
    }

    #[test]
    fn metadata_comes_back_sorted_and_whole() {
        let text = metadata(json!({"b": [1, "x"], "a": {"d": null, "c": 1.5}})).expect("fits").to_value().to_string();
        assert_eq!(text, r#"{"a":{"c":1.5,"d":null},"b":[1,"x"]}"#);
    }

    #[test]
    fn strings_are_cut_at_a_characters_start() {
        let text = format!("{}é!", "x".repeat(63));
        assert_eq!(Scalar::string(&text, 64), Scalar::String("x".repeat(63).into()));
        assert_eq!(Scalar::string("kurz", 64), Scalar::String("kurz".into()));
    }
}
