//! Metadata filters: eight operators over metadata indexes. Keys are ANDed; there is no OR.
//!
//! Source: docs, metadata-filtering. What they leave open (missing values, properties without an index) is in
//! docs/fidelity.md.

use std::cmp::Ordering;

use serde_json::{Map, Value};

use super::limits::Bounds;
use super::metadata::{Entry, MetadataIndex, Scalar};
use crate::error::VectorizeError;

/// A condition on a property that has no metadata index holds for no vector, not even `$ne`.
const WITHOUT_INDEX: bool = false;

/// A filter that obeys the rules, not yet tied to an index.
#[derive(Debug, Clone, PartialEq)]
pub struct Filter(Vec<(String, Vec<Condition>)>);

#[derive(Debug, Clone, PartialEq)]
enum Condition {
    /// `$eq` and `$in`. A null operand is `None` and stands for vectors without a value.
    In(Vec<Option<Scalar>>),
    /// `$ne` and `$nin`.
    NotIn(Vec<Option<Scalar>>),
    Range(Bound, Scalar),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bound {
    Lt,
    Lte,
    Gt,
    Gte,
}

impl Filter {
    /// Checks a filter as sent. Every breach is 40026.
    pub fn parse(filter: &Value, bounds: &Bounds) -> Result<Self, VectorizeError> {
        let Value::Object(map) = filter else { return Err(refuse("must be an object")) };
        if map.is_empty() {
            return Err(refuse("must not be empty; leave it out to match every vector"));
        }
        let bytes = filter.to_string().len();
        if bytes > bounds.filter_bytes {
            let limit = bounds.filter_bytes;
            return Err(refuse(&format!("its compact JSON must not exceed {limit} bytes, got {bytes} bytes")));
        }
        let conditions = map.iter().map(|(key, value)| {
            check_key(key, bounds)?;
            Ok((key.clone(), conditions(key, value, bounds.indexed_string_bytes)?))
        });
        Ok(Self(conditions.collect::<Result<_, _>>()?))
    }

    /// Ties the filter to the metadata indexes of the moment.
    pub fn compile<'a>(&'a self, indexes: &[MetadataIndex]) -> Compiled<'a> {
        let serial = |key: &str| indexes.iter().find(|index| index.property == key).map(|index| index.serial);
        Compiled(self.0.iter().map(|(key, conditions)| (serial(key), conditions.as_slice())).collect())
    }
}

/// A filter against one state of an index.
#[derive(Debug)]
pub struct Compiled<'a>(Vec<(Option<u32>, &'a [Condition])>);

impl Compiled<'_> {
    /// Whether a vector with these index entries passes.
    pub fn matches(&self, entries: &[Entry]) -> bool {
        self.0.iter().all(|(serial, conditions)| match serial {
            None => WITHOUT_INDEX,
            Some(serial) => {
                let value = entries.iter().find(|entry| entry.serial == *serial).map(|entry| &entry.value);
                conditions.iter().all(|condition| condition.holds(value))
            }
        })
    }
}

impl Condition {
    fn holds(&self, value: Option<&Scalar>) -> bool {
        match self {
            Self::In(operands) => operands.iter().any(|operand| operand.as_ref() == value),
            Self::NotIn(operands) => operands.iter().all(|operand| operand.as_ref() != value),
            Self::Range(bound, operand) => match value.and_then(|value| order(value, operand)) {
                None => false,
                Some(order) => match bound {
                    Bound::Lt => order == Ordering::Less,
                    Bound::Lte => order != Ordering::Greater,
                    Bound::Gt => order == Ordering::Greater,
                    Bound::Gte => order != Ordering::Less,
                },
            },
        }
    }
}

/// Numbers by value, strings by their bytes; values of different types have no order.
fn order(value: &Scalar, operand: &Scalar) -> Option<Ordering> {
    match (value, operand) {
        (Scalar::Number(value), Scalar::Number(operand)) => value.partial_cmp(operand),
        (Scalar::String(value), Scalar::String(operand)) => Some(value.cmp(operand)),
        _ => None,
    }
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
    if key.chars().count() > bounds.filter_key_chars {
        return Err(refuse(&format!("a key must not exceed {} characters", bounds.filter_key_chars)));
    }
    Ok(())
}

fn conditions(key: &str, value: &Value, cut: usize) -> Result<Vec<Condition>, VectorizeError> {
    match value {
        Value::Object(operators) => operations(key, operators, cut),
        Value::Array(_) => Err(refuse(&format!("`{key}` must not be an array; use $in"))),
        scalar => Ok(vec![Condition::In(vec![operand(key, scalar, cut)?])]),
    }
}

fn operations(key: &str, operators: &Map<String, Value>, cut: usize) -> Result<Vec<Condition>, VectorizeError> {
    let parsed: Vec<Condition> = operators
        .iter()
        .map(|(operator, value)| match operator.as_str() {
            "$eq" => Ok(Condition::In(vec![operand(key, value, cut)?])),
            "$ne" => Ok(Condition::NotIn(vec![operand(key, value, cut)?])),
            "$in" => Ok(Condition::In(operands(key, operator, value, cut)?)),
            "$nin" => Ok(Condition::NotIn(operands(key, operator, value, cut)?)),
            "$lt" => range(key, Bound::Lt, value, cut),
            "$lte" => range(key, Bound::Lte, value, cut),
            "$gt" => range(key, Bound::Gt, value, cut),
            "$gte" => range(key, Bound::Gte, value, cut),
            unknown => {
                Err(refuse(&format!("`{key}` has the unknown operator `{unknown}`; write a nested property with dots")))
            }
        })
        .collect::<Result<_, _>>()?;
    match parsed.as_slice() {
        [_] => Ok(parsed),
        [Condition::Range(first, _), Condition::Range(second, _)] if first.is_upper() != second.is_upper() => {
            Ok(parsed)
        }
        _ => Err(refuse(&format!("`{key}` must have one operator, or one of $gt and $gte with one of $lt and $lte"))),
    }
}

impl Bound {
    fn is_upper(self) -> bool {
        matches!(self, Self::Lt | Self::Lte)
    }
}

fn range(key: &str, bound: Bound, value: &Value, cut: usize) -> Result<Condition, VectorizeError> {
    match operand(key, value, cut)? {
        Some(operand @ (Scalar::String(_) | Scalar::Number(_))) => Ok(Condition::Range(bound, operand)),
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
        Value::Number(number) => Ok(Some(Scalar::Number(number.as_f64().ok_or_else(kinds)?))),
        Value::String(text) => Ok(Some(Scalar::string(text, cut))),
        Value::Array(_) | Value::Object(_) => Err(kinds()),
    }
}

#[cfg(test)]
mod tests;
