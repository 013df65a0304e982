//! Metadata indexes: for one property, which rows have which value. Clones share what neither changes.

use std::ops::Bound;
use std::sync::Arc;

use roaring::RoaringBitmap;
use serde_json::{Map, Value};

use super::limits::Bounds;
use super::metadata::{IndexType, Scalar};
use super::sorted::Sorted;
use crate::error::VectorizeError;

/// A property, by dotted path, whose values are kept for filters and for `returnMetadata: "indexed"`.
#[derive(Debug, Clone)]
pub struct MetadataIndex {
    pub property: String,
    pub kind: IndexType,
    /// Bytes that a string keeps.
    pub string_bytes: usize,
    values: Sorted<Scalar, Rows>,
    /// Rows that have a value here: written after the index was, with the property, of its type.
    covered: Arc<RoaringBitmap>,
}

/// Rows of one value. Many properties have values of their own for every row.
#[derive(Debug, Clone)]
enum Rows {
    One(u32),
    Many(Arc<RoaringBitmap>),
}

impl MetadataIndex {
    pub fn new(property: String, kind: IndexType, string_bytes: usize) -> Self {
        Self { property, kind, string_bytes, values: Sorted::default(), covered: Arc::default() }
    }

    /// Checks a property's name: what a filter could not name cannot be indexed.
    pub fn check_property(property: &str, bounds: &Bounds) -> Result<(), VectorizeError> {
        let parts_fit = property.split('.').all(|part| !part.is_empty() && !part.starts_with('$'));
        if !parts_fit || property.contains('"') || property.chars().count() > bounds.filter_key_chars {
            return Err(VectorizeError::MetadataKey { key: property.to_owned() });
        }
        Ok(())
    }

    /// The value for one vector; nothing where the property is absent or of another type.
    fn extract(&self, metadata: &Value) -> Option<Scalar> {
        let found = self.property.split('.').try_fold(metadata, |value, part| value.as_object()?.get(part))?;
        match (self.kind, found) {
            (IndexType::String, Value::String(text)) => Some(Scalar::string(text, self.string_bytes)),
            (IndexType::Number, Value::Number(number)) => number.as_f64().map(Scalar::number),
            (IndexType::Boolean, Value::Bool(flag)) => Some(Scalar::Boolean(*flag)),
            _ => None,
        }
    }

    /// Takes a row up, if its metadata has the property.
    pub fn add(&mut self, row: u32, metadata: &Value) {
        let Some(value) = self.extract(metadata) else { return };
        Arc::make_mut(&mut self.covered).insert(row);
        self.values.change(
            &value,
            || Rows::One(row),
            |rows| {
                match rows {
                    Rows::One(only) if *only == row => {}
                    Rows::One(other) => *rows = Rows::Many(Arc::new([*other, row].into_iter().collect())),
                    Rows::Many(rows) => drop(Arc::make_mut(rows).insert(row)),
                }
                true
            },
        );
    }

    /// Lets a row go. `metadata` is what it was taken up with.
    pub fn remove(&mut self, row: u32, metadata: &Value) {
        if !self.covered.contains(row) {
            return;
        }
        Arc::make_mut(&mut self.covered).remove(row);
        let Some(value) = self.extract(metadata) else { return };
        self.values.change(
            &value,
            || Rows::One(row),
            |rows| match rows {
                Rows::One(_) => false,
                Rows::Many(rows) => {
                    let rows = Arc::make_mut(rows);
                    rows.remove(row);
                    !rows.is_empty()
                }
            },
        );
    }

    /// Whether a row is not here although its metadata has the property: it is older.
    pub fn misses(&self, row: u32, metadata: &Value) -> bool {
        !self.covered.contains(row) && self.extract(metadata).is_some()
    }

    /// Rows that have a value.
    pub fn covered(&self) -> &RoaringBitmap {
        &self.covered
    }

    /// Rows that have this very value.
    pub fn equal(&self, value: &Scalar) -> RoaringBitmap {
        match self.values.get(value) {
            None => RoaringBitmap::new(),
            Some(Rows::One(row)) => std::iter::once(*row).collect(),
            Some(Rows::Many(rows)) => rows.as_ref().clone(),
        }
    }

    /// Rows whose value lies between two bounds, which must be of one kind.
    pub fn between(&self, from: Bound<&Scalar>, to: Bound<&Scalar>) -> RoaringBitmap {
        let mut single = Vec::new();
        let mut found = RoaringBitmap::new();
        for (_, rows) in self.values.range(from, to) {
            match rows {
                Rows::One(row) => single.push(*row),
                Rows::Many(rows) => found |= rows.as_ref(),
            }
        }
        single.sort_unstable();
        found | single.into_iter().collect::<RoaringBitmap>()
    }
}

/// The indexed part of a row's metadata, nested as the original was; nothing if no property is indexed.
pub fn indexed(row: u32, metadata: &Value, indexes: &[MetadataIndex]) -> Option<Value> {
    let mut map = Map::new();
    for index in indexes.iter().filter(|index| index.covered.contains(row)) {
        if let Some(value) = index.extract(metadata) {
            put(&mut map, &index.property, value.to_value());
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

    fn index(property: &str, kind: IndexType) -> MetadataIndex {
        MetadataIndex::new(property.into(), kind, 64)
    }

    #[test]
    fn entries_follow_dotted_paths_and_types() {
        let value = json!({"a": {"b": 2}, "s": "text", "list": ["x"], "f": false});
        let extract = |property: &str, kind| index(property, kind).extract(&value);
        assert_eq!(extract("a.b", IndexType::Number), Some(Scalar::Number(2.0)));
        assert_eq!(extract("a.b", IndexType::String), None);
        assert_eq!(extract("a", IndexType::String), None);
        assert_eq!(extract("s.b", IndexType::String), None);
        assert_eq!(extract("list", IndexType::String), None);
        assert_eq!(extract("f", IndexType::Boolean), Some(Scalar::Boolean(false)));
    }

    #[test]
    fn rows_come_and_go() {
        let mut index = index("a.b", IndexType::Number);
        let value = |number: i32| json!({"a": {"b": number}});
        for (row, number) in [(0, 5), (1, 5), (2, 7), (3, 5)] {
            index.add(row, &value(number));
        }
        index.add(4, &json!({"a": "other"}));
        let rows = |found: RoaringBitmap| found.iter().collect::<Vec<_>>();
        assert_eq!(rows(index.equal(&Scalar::number(5.0))), [0, 1, 3]);
        let before = index.clone();
        for row in [0, 1, 3] {
            index.remove(row, &value(5));
        }
        index.remove(4, &json!({"a": "other"}));
        assert!(index.equal(&Scalar::number(5.0)).is_empty());
        assert_eq!(rows(index.between(Bound::Unbounded, Bound::Unbounded)), [2]);
        assert_eq!(rows(before.between(Bound::Unbounded, Bound::Excluded(&Scalar::number(7.0)))), [0, 1, 3]);
        assert_eq!(indexed(2, &value(7), std::slice::from_ref(&index)), Some(value(7)));
        assert_eq!(indexed(0, &value(5), &[index]), None);
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
