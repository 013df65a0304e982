//! The keywords of objects: how many properties, which, and what of the others.

use std::borrow::Cow;
use std::cell::RefCell;
use std::rc::Rc;

use serde_json::Value;

use super::checker::{Checker, Step};
use super::js::{self, Breaks, Thrown};
use super::node::Schema;
use super::payload;

/// Whether anything of the object matched. An object without a single known property matches nothing.
pub(super) fn check(checker: &mut Checker<'_>, mut step: Step<'_>) -> Result<bool, Thrown> {
    count(checker, &step)?;
    // As many at most as the schema names, so that searching it beats hashing.
    let mut known: Vec<Cow<'_, str>> = Vec::new();
    let mut matches = 0;
    for (key, schema) in properties(step.schema.get("properties")) {
        if checker.check(step.down(key.clone(), Schema::Plain(schema)))? > 0 {
            known.push(key);
            matches += 1;
        }
    }
    let is_known = |name: &str| known.iter().any(|key| key == name);
    if let Some(schema) = step.schema.get("additionalProperties") {
        matches += others(checker, &step, schema, |key, _| is_known(key))?;
    }
    if let Some(schema) = step.schema.get("unevaluatedProperties") {
        let prefix = step.place.prefix();
        let mut evaluated = step.evaluated.borrow().clone();
        evaluated.extend(known.iter().map(|key| format!("{prefix}/{key}")));
        step.evaluated = Rc::new(RefCell::new(evaluated.clone()));
        matches += others(checker, &step, schema, |_, name| evaluated.contains(name))?;
    }
    if let Some(required) = step.schema.get("required") {
        let Value::Array(names) = required else {
            return Err(Thrown::type_error("needle.schema.required.map is not a function"));
        };
        let prefix = step.place.prefix();
        for name in names {
            let name = match name {
                Value::String(name) => Cow::Borrowed(name.as_str()),
                other => Cow::Owned(js::string(other)?),
            };
            // Known by itself, or put there by a default.
            if !is_known(&name) && !step.evaluated.borrow().contains(&format!("{prefix}/{name}")) {
                let text = format!("required properties at '{}' are '{}'", step.place.text(), js::join(names)?);
                return step.throw(text);
            }
        }
    }
    Ok(matches > 0)
}

fn properties(schema: Option<&Value>) -> Vec<(Cow<'_, str>, &Value)> {
    match schema {
        Some(Value::Object(map)) => js::entries(map).into_iter().map(|(key, schema)| (key.into(), schema)).collect(),
        Some(Value::Array(items)) => items.iter().enumerate().map(|(n, item)| (n.to_string().into(), item)).collect(),
        _ => Vec::new(),
    }
}

/// `minProperties` and `maxProperties`. They count the keys of the whole payload, not of this object,
/// and the text of the upper bound names the lower one.
fn count(checker: &Checker<'_>, step: &Step<'_>) -> Result<(), Thrown> {
    let bounds: [(&str, Breaks); 2] =
        [("minProperties", |size, bound| size < bound), ("maxProperties", |size, bound| size > bound)];
    for (key, breaks) in bounds {
        let Some(bound) = step.schema.get(key) else { continue };
        let payload = payload::find(checker.root, &step.place.payload());
        let size = match payload.value() {
            None | Some(Value::Null) => {
                return Err(Thrown::type_error("Cannot convert undefined or null to object"));
            }
            Some(Value::Bool(_) | Value::Number(_)) => 0,
            Some(Value::String(text)) => js::length(text),
            Some(Value::Array(items)) => items.len(),
            Some(Value::Object(map)) => map.len(),
        };
        if breaks(size as f64, js::float(bound)) {
            let shown = step.schema.get("minProperties").map_or_else(|| Ok("undefined".into()), js::string)?;
            return step.throw(format!("{key} at '{}' is {shown}, got {size}", step.place.text()));
        }
    }
    Ok(())
}

/// Holds the properties that are not yet `known` (by key, by name) to a schema of their own.
fn others(
    checker: &mut Checker<'_>,
    step: &Step<'_>,
    schema: &Value,
    known: impl Fn(&str, &str) -> bool,
) -> Result<usize, Thrown> {
    let found = payload::find(checker.root, &step.place);
    let prefix = step.place.prefix();
    // Only an object has properties here; the items of an array have none.
    let keys = if found.value().is_some_and(Value::is_object) { found.keys() } else { Vec::new() };
    let names: Vec<String> = keys
        .iter()
        .map(|key| (key, format!("{prefix}/{key}")))
        .filter(|(key, name)| !known(key, name))
        .map(|(_, name)| name)
        .collect();
    if *schema == Value::Bool(false) {
        if names.is_empty() {
            return Ok(0);
        }
        let (names, place) = (names.join(", "), step.place.text());
        return step.throw(format!("Additional or unevaluated properties '{names}' at '{place}' not allowed"));
    }
    let mut matches = 0;
    for name in names {
        // A key with a slash in it is cut at its last slash, and then often not found.
        let key = name.rsplit('/').next().unwrap_or_default();
        let place = step.place.rebased().join(key.to_owned());
        if checker.check(Step::new(place, Schema::Plain(schema)))? > 0 {
            matches += 1;
            step.evaluated.borrow_mut().insert(format!("/{name}"));
        }
    }
    Ok(matches)
}
