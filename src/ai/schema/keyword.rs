//! The keywords that hold for one value by itself.

use serde_json::Value;

use super::checker::Step;
use super::js::{self, Breaks, Thrown};
use super::payload::Found;

/// How a value that passed is counted.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// By every keyword.
    Matches,
    /// By `const` or `enum` of a schema without a type; the keywords after it are not looked at.
    Settled,
}

/// Checks in the order const, enum, type, bounds, pattern; the first that fails gives the text.
pub(super) fn check(step: &Step<'_>, found: &Found<'_>) -> Result<Verdict, Thrown> {
    let (schema, place) = (&step.schema, || step.place.text());
    if let Some(wanted) = schema.get("const") {
        if !same(found, wanted) {
            return step.throw(format!(
                "const {} doesn't match {} at '{}'",
                found.string()?,
                js::string(wanted)?,
                place()
            ));
        }
        if schema.is_untyped() {
            return Ok(Verdict::Settled);
        }
    }
    if let Some(list) = schema.get("enum") {
        let Value::Array(list) = list else {
            return step.throw(format!("enum should be an array at '{}'", place()));
        };
        if !list.iter().any(|wanted| same(found, wanted)) {
            return step.throw(format!("enum {} not in {} at '{}'", found.string()?, js::join(list)?, place()));
        }
        if schema.is_untyped() {
            return Ok(Verdict::Settled);
        }
    }
    kind(step, found)?;
    bounds(step, found)?;
    if let Some(pattern) = schema.get("pattern") {
        let pattern = js::string(pattern)?;
        let passes = regress::Regex::new(&pattern)
            .is_ok_and(|regex| found.string().is_ok_and(|text| regex.find(&text).is_some()));
        if !passes {
            // Three t: the package's own spelling.
            return step.throw(format!("'{}' failed test {pattern} patttern", place()));
        }
    }
    Ok(Verdict::Matches)
}

/// `===`, which no object and no array passes, because they are never the same one as in the schema.
fn same(found: &Found<'_>, wanted: &Value) -> bool {
    match (found.value(), wanted) {
        (Some(Value::Array(_) | Value::Object(_)) | None, _) => false,
        (Some(value @ Value::Number(_)), Value::Number(_)) => js::float(value) == js::float(wanted),
        (Some(value), wanted) => value == wanted,
    }
}

fn kind(step: &Step<'_>, found: &Found<'_>) -> Result<(), Thrown> {
    if !step.schema.has("type") {
        return Ok(());
    }
    let types = found.types();
    let wanted = step.schema.get("type");
    if wanted.and_then(Value::as_str).is_some_and(|name| types.contains(&name)) {
        return Ok(());
    }
    let wanted = wanted.map_or_else(|| Ok("undefined".into()), js::string)?;
    let types: Vec<String> = types.iter().map(|name| format!("'{name}'")).collect();
    step.throw(format!("Type mismatch of '{}', '{wanted}' not in {}", step.place.text(), types.join(",")))
}

fn bounds(step: &Step<'_>, found: &Found<'_>) -> Result<(), Thrown> {
    let (schema, place) = (&step.schema, || step.place.text());
    let Some(value) = found.value() else { return Ok(()) };
    let breaks = |key: &str, fails: Breaks, size: f64| schema.get(key).filter(|bound| fails(size, js::float(bound)));
    if let Value::String(text) = value
        && schema.is("string")
    {
        let size = js::length(text) as f64;
        if let Some(bound) = breaks("maxLength", |size, bound| size > bound, size) {
            return step.throw(format!("Length of '{}' must be <= {}", place(), js::string(bound)?));
        }
        if let Some(bound) = breaks("minLength", |size, bound| size < bound, size) {
            return step.throw(format!("Length of '{}' must be >= {} not met", place(), js::string(bound)?));
        }
    }
    if value.is_number() && (schema.is("number") || schema.is("integer")) {
        let rules: [(&str, &str, Breaks); 5] = [
            ("minimum", ">=", |value, bound| value < bound),
            ("exclusiveMinimum", ">", |value, bound| value <= bound),
            ("maximum", "<=", |value, bound| value > bound),
            ("exclusiveMaximum", "<", |value, bound| value >= bound),
            ("multipleOf", "multiple of", |value, bound| value % bound != 0.0),
        ];
        for (key, words, fails) in rules {
            if let Some(bound) = breaks(key, fails, js::float(value)) {
                return step.throw(format!("'{}' must be {words} {}", place(), js::string(bound)?));
            }
        }
    }
    Ok(())
}
