//! Metadata filters: eight operators over metadata indexes. Keys are ANDed; there is no OR.
//!
//! Source: docs, metadata-filtering. What they leave open (missing values, properties without an index) is in
//! docs/fidelity.md.

use std::ops::Bound;

use roaring::RoaringBitmap;
use serde_json::{Map, Value};

use super::limits::Bounds;
use super::metadata::Scalar;
use super::metadata_index::MetadataIndex;
use super::touched;
use crate::error::VectorizeError;

/// Whether a condition on a property that has no metadata index holds: for no vector, not even `$ne`.
const WITHOUT_INDEX: bool = false;

/// A filter that obeys the rules, not yet tied to an index.
#[derive(Debug, Clone, PartialEq)]
pub struct Filter(Vec<(String, Condition)>);

#[derive(Debug, Clone, PartialEq)]
enum Condition {
    /// `$eq` and `$in`. A null operand is `None` and stands for vectors without a value.
    In(Vec<Option<Scalar>>),
    /// `$ne` and `$nin`.
    NotIn(Vec<Option<Scalar>>),
    /// From a lower to an upper bound.
    Range(Bound<Scalar>, Bound<Scalar>),
}

impl Filter {
    /// Checks a filter as sent. Every breach is 40026.
    pub fn parse(filter: &Value, bounds: &Bounds) -> Result<Self, VectorizeError> {
        let Value::Object(map) = filter else { return Err(refuse("must be an object")) };
        if map.is_empty() {
            return Err(refuse("must not be empty; leave it out to match every vector"));
        }
        let bytes = filter.to_string().len();
        touched::note("vectorize.filter_bytes", bytes);
        if bytes > bounds.filter_bytes {
            let limit = bounds.filter_bytes;
            return Err(refuse(&format!("its compact JSON must not exceed {limit} bytes, got {bytes} bytes")));
        }
        let parsed = map.iter().map(|(key, value)| {
            check_key(key, bounds)?;
            Ok((key.clone(), condition(key, value, bounds.indexed_string_bytes)?))
        });
        Ok(Self(parsed.collect::<Result<_, _>>()?))
    }

    /// The rows that pass, of an index with so many rows.
    pub fn select(&self, indexes: &[MetadataIndex], rows: usize) -> RoaringBitmap {
        let mut all = RoaringBitmap::new();
        all.insert_range(0..u32::try_from(rows).unwrap_or(u32::MAX));
        let mut selected: Option<RoaringBitmap> = None;
        for (key, condition) in &self.0 {
            let found = match indexes.iter().find(|index| index.property == *key) {
                Some(index) => condition.select(index, &all),
                None if WITHOUT_INDEX => continue,
                None => RoaringBitmap::new(),
            };
            selected = Some(match selected {
                Some(selected) => selected & found,
                None => found,
            });
        }
        selected.unwrap_or(all)
    }
}

impl Condition {
    fn select(&self, index: &MetadataIndex, all: &RoaringBitmap) -> RoaringBitmap {
        match self {
            Self::In(operands) => equal(operands, index, all),
            Self::NotIn(operands) => all - equal(operands, index, all),
            Self::Range(from, to) => {
                // Values of another type than the index's have no order with it.
                let fits = [from, to].into_iter().all(|bound| match bound {
                    Bound::Included(operand) | Bound::Excluded(operand) => operand.kind() == index.kind,
                    Bound::Unbounded => true,
                });
                if fits { index.between(from.as_ref(), to.as_ref()) } else { RoaringBitmap::new() }
            }
        }
    }
}

fn equal(operands: &[Option<Scalar>], index: &MetadataIndex, all: &RoaringBitmap) -> RoaringBitmap {
    operands
        .iter()
        .map(|operand| match operand {
            Some(value) => index.equal(value),
            None => all - index.covered(),
        })
        .fold(RoaringBitmap::new(), |found, rows| found | rows)
}

fn refuse(reason: &str) -> VectorizeError {
    VectorizeError::InvalidFilter { reason: reason.to_owned() }
}

fn check_key(key: &str, bounds: &Bounds) -> Result<(), VectorizeError> {
    if key.is_empty() || key.starts_with('$') || key.contains('"') {
        return Err(refuse(&format!(
            "key `{key}` must name a property; it must not be empty, start with $, or contain a double quote"
        )));
    }
    let chars = key.chars().count();
    touched::note("vectorize.filter_key_chars", chars);
    if chars > bounds.filter_key_chars {
        return Err(refuse(&format!("a key must not exceed {} characters", bounds.filter_key_chars)));
    }
    Ok(())
}

fn condition(key: &str, value: &Value, cut: usize) -> Result<Condition, VectorizeError> {
    match value {
        Value::Object(operators) => operations(key, operators, cut),
        Value::Array(_) => Err(refuse(&format!("`{key}` must not be an array; use $in"))),
        scalar => Ok(Condition::In(vec![operand(key, scalar, cut)?])),
    }
}

fn operations(key: &str, operators: &Map<String, Value>, cut: usize) -> Result<Condition, VectorizeError> {
    let mut parsed = operators
        .iter()
        .map(|(operator, value)| match operator.as_str() {
            "$eq" => Ok(Condition::In(vec![operand(key, value, cut)?])),
            "$ne" => Ok(Condition::NotIn(vec![operand(key, value, cut)?])),
            "$in" => Ok(Condition::In(operands(key, operator, value, cut)?)),
            "$nin" => Ok(Condition::NotIn(operands(key, operator, value, cut)?)),
            "$lt" => Ok(Condition::Range(Bound::Unbounded, Bound::Excluded(limit(key, value, cut)?))),
            "$lte" => Ok(Condition::Range(Bound::Unbounded, Bound::Included(limit(key, value, cut)?))),
            "$gt" => Ok(Condition::Range(Bound::Excluded(limit(key, value, cut)?), Bound::Unbounded)),
            "$gte" => Ok(Condition::Range(Bound::Included(limit(key, value, cut)?), Bound::Unbounded)),
            unknown => {
                Err(refuse(&format!("`{key}` has the unknown operator `{unknown}`; write a nested property with dots")))
            }
        })
        .collect::<Result<Vec<_>, _>>()?;
    match (parsed.pop(), parsed.pop(), parsed.pop()) {
        (Some(only), None, _) => Ok(only),
        (Some(Condition::Range(Bound::Unbounded, to)), Some(Condition::Range(from, Bound::Unbounded)), None)
        | (Some(Condition::Range(from, Bound::Unbounded)), Some(Condition::Range(Bound::Unbounded, to)), None) => {
            Ok(Condition::Range(from, to))
        }
        _ => Err(refuse(&format!("`{key}` must have one operator, or one of $gt and $gte with one of $lt and $lte"))),
    }
}

/// The operand of a range.
fn limit(key: &str, value: &Value, cut: usize) -> Result<Scalar, VectorizeError> {
    match operand(key, value, cut)? {
        Some(operand @ (Scalar::String(_) | Scalar::Number(_))) => Ok(operand),
        Some(Scalar::Boolean(_)) | None => Err(refuse(&format!("a range on `{key}` takes a string or a number"))),
    }
}

fn operands(key: &str, operator: &str, value: &Value, cut: usize) -> Result<Vec<Option<Scalar>>, VectorizeError> {
    match value {
        Value::Array(items) => items.iter().map(|item| operand(key, item, cut)).collect(),
        _ => Err(refuse(&format!("{operator} on `{key}` takes an array"))),
    }
}

/// A string operand is cut like the values that it is compared with.
fn operand(key: &str, value: &Value, cut: usize) -> Result<Option<Scalar>, VectorizeError> {
    let kinds = || refuse(&format!("`{key}` must be compared with a string, a number, a boolean or null"));
    match value {
        Value::Null => Ok(None),
        Value::Bool(flag) => Ok(Some(Scalar::Boolean(*flag))),
        Value::Number(number) => Ok(Some(Scalar::number(number.as_f64().ok_or_else(kinds)?))),
        Value::String(text) => Ok(Some(Scalar::string(text, cut))),
        Value::Array(_) | Value::Object(_) => Err(kinds()),
    }
}

#[cfg(test)]
mod tests;
