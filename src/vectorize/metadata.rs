//! A vector's metadata, and the metadata indexes that make parts of it filterable.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::limits::Bounds;
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
        if text.len() > bounds.metadata_bytes {
            return Err(VectorizeError::MetadataTooLarge {
                id: id.to_owned(),
                limit: bounds.metadata_bytes,
                got: text.len(),
            });
        }
        Ok(Self(text.into_boxed_str()))
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
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

/// A property, by dotted path, whose values are kept for filters and for `returnMetadata: "indexed"`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MetadataIndex {
    /// Never used twice within an index: entries of a deleted metadata index can stay where they are and are not found.
    pub serial: u32,
    pub property: String,
    pub kind: IndexType,
    /// Bytes that a string keeps.
    pub string_bytes: usize,
}

impl MetadataIndex {
    /// Checks a property's name: what a filter could not name cannot be indexed.
    pub fn check_property(property: &str, bounds: &Bounds) -> Result<(), VectorizeError> {
        let parts_fit = property.split('.').all(|part| !part.is_empty() && !part.starts_with('$'));
        if !parts_fit || property.contains('"') || property.chars().count() > bounds.filter_key_chars {
            return Err(VectorizeError::MetadataKey { key: property.to_owned() });
        }
        Ok(())
    }

    /// The entry for one vector; nothing where the property is absent or of another type.
    pub fn extract(&self, metadata: &Value) -> Option<Scalar> {
        let found = self.property.split('.').try_fold(metadata, |value, part| value.as_object()?.get(part))?;
        match (self.kind, found) {
            (IndexType::String, Value::String(text)) => Some(Scalar::string(text, self.string_bytes)),
            (IndexType::Number, Value::Number(number)) => number.as_f64().map(Scalar::Number),
            (IndexType::Boolean, Value::Bool(flag)) => Some(Scalar::Boolean(*flag)),
            _ => None,
        }
    }
}

/// A value in a metadata index, or the operand that it is compared with.
#[derive(Debug, Clone, PartialEq)]
pub enum Scalar {
    /// At most as many bytes as an index keeps.
    String(Box<str>),
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

    /// The value as an answer spells it.
    pub fn to_value(&self) -> Value {
        match self {
            Self::String(text) => Value::from(text.as_ref()),
            Self::Number(number) => super::wire::number(*number),
            Self::Boolean(flag) => Value::from(*flag),
        }
    }
}

/// One vector's entry in a metadata index.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// [`MetadataIndex::serial`].
    pub serial: u32,
    pub value: Scalar,
}

/// The indexed part of a vector's metadata, nested as the original was; nothing if no property is indexed.
pub fn indexed(entries: &[Entry], indexes: &[MetadataIndex]) -> Option<Value> {
    let mut map = Map::new();
    for index in indexes {
        if let Some(entry) = entries.iter().find(|entry| entry.serial == index.serial) {
            put(&mut map, &index.property, entry.value.to_value());
        }
    }
    if map.is_empty() {
        return None;
    }
    let mut value = Value::Object(map);
    value.sort_all_objects();
    Some(value)
}

fn put(map: &mut Map<String, Value>, path: &str, value: Value) {
    match path.split_once('.') {
        None => {
            map.insert(path.to_owned(), value);
        }
        Some((head, rest)) => {
            let inner = map.entry(head).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(inner) = inner {
                put(inner, rest, value);
            }
        }
    }
}

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

    #[test]
    fn entries_follow_dotted_paths_and_types() {
        let index =
            |property: &str, kind| MetadataIndex { serial: 7, property: property.into(), kind, string_bytes: 64 };
        let value = json!({"a": {"b": 2}, "s": "text", "list": ["x"], "f": false});
        assert_eq!(index("a.b", IndexType::Number).extract(&value), Some(Scalar::Number(2.0)));
        assert_eq!(index("a.b", IndexType::String).extract(&value), None);
        assert_eq!(index("a", IndexType::String).extract(&value), None);
        assert_eq!(index("s.b", IndexType::String).extract(&value), None);
        assert_eq!(index("list", IndexType::String).extract(&value), None);
        assert_eq!(index("f", IndexType::Boolean).extract(&value), Some(Scalar::Boolean(false)));
        let entry = Entry { serial: 7, value: Scalar::Number(2.0) };
        assert_eq!(
            indexed(std::slice::from_ref(&entry), &[index("a.b", IndexType::Number)]),
            Some(json!({"a": {"b": 2}}))
        );
        assert_eq!(indexed(&[entry], &[]), None);
    }

    #[test]
    fn property_names_are_checked() {
        for good in ["a", "a.b", "ä|b"] {
            assert_eq!(MetadataIndex::check_property(good, &BOUNDS), Ok(()));
        }
        let long = "x".repeat(513);
        for bad in ["", ".", "a.", "$a", "a.$b", "a\"", long.as_str()] {
            assert_eq!(MetadataIndex::check_property(bad, &BOUNDS).map_err(|error| error.code()), Err(40018));
        }
    }
}
