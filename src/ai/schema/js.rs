//! The corners of JavaScript that show in the checker's texts: how a value becomes a string,
//! in which order an object's keys come, and what a lookup by name finds on a string or an array.
//!
//! Facts: ECMA-262, "Number::toString", "OrdinaryOwnPropertyKeys", "OrdinaryToPrimitive".

use serde_json::{Map, Value};

/// What JavaScript throws: the class, and the message that goes with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Thrown {
    pub(super) class: &'static str,
    pub(super) message: String,
}

impl Thrown {
    pub(super) fn error(message: String) -> Self {
        Self { class: "Error", message }
    }

    pub(super) fn type_error(message: impl Into<String>) -> Self {
        Self { class: "TypeError", message: message.into() }
    }
}

/// `String(thrown)`.
impl std::fmt::Display for Thrown {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.class, self.message)
    }
}

/// Whether `if (value)` takes the branch.
pub(super) fn truthy(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(b) => *b,
        Value::Number(_) => float(value) != 0.0,
        Value::String(s) => !s.is_empty(),
        Value::Array(_) | Value::Object(_) => true,
    }
}

/// The number that a comparison sees; what is no number compares like NaN, that is never.
pub(super) fn float(value: &Value) -> f64 {
    value.as_f64().unwrap_or(f64::NAN)
}

/// Whether a number or a size breaks a bound.
pub(super) type Breaks = fn(f64, f64) -> bool;

/// A string's length as JavaScript counts it, in UTF-16 units.
pub(super) fn length(text: &str) -> usize {
    text.encode_utf16().count()
}

/// `String(value)`. An object that hides its own `toString` cannot be turned into a string.
pub(super) fn string(value: &Value) -> Result<String, Thrown> {
    match value {
        Value::Null => Ok("null".into()),
        Value::Bool(b) => Ok(b.to_string()),
        Value::Number(_) => Ok(number(float(value))),
        Value::String(s) => Ok(s.clone()),
        Value::Array(items) => join(items),
        Value::Object(map) if map.contains_key("toString") => {
            Err(Thrown::type_error("Cannot convert object to primitive value"))
        }
        Value::Object(_) => Ok("[object Object]".into()),
    }
}

/// `items.join(",")`: null inside an array is nothing at all.
pub(super) fn join(items: &[Value]) -> Result<String, Thrown> {
    let mut parts = Vec::with_capacity(items.len());
    for item in items {
        parts.push(if item.is_null() { String::new() } else { string(item)? });
    }
    Ok(parts.join(","))
}

/// `Number::toString`: the shortest digits that read back as the same number, laid out JavaScript's way.
pub(super) fn number(value: f64) -> String {
    if value == 0.0 {
        return "0".into();
    }
    if !value.is_finite() {
        let name = if value.is_nan() { "NaN" } else { "Infinity" };
        return if value < 0.0 { format!("-{name}") } else { name.into() };
    }
    let sign = if value < 0.0 { "-" } else { "" };
    // Rust's exponent form has the same shortest digits; only the layout differs.
    let scientific = format!("{:e}", value.abs());
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let digits = mantissa.replace('.', "");
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let (count, point) = (digits.len() as i32, exponent + 1);
    let body = match point {
        _ if count <= point && point <= 21 => format!("{digits}{}", "0".repeat((point - count) as usize)),
        1..=21 => format!("{}.{}", &digits[..point as usize], &digits[point as usize..]),
        -5..=0 => format!("0.{}{digits}", "0".repeat(-point as usize)),
        _ => {
            let fraction = if count > 1 { format!(".{}", &digits[1..]) } else { String::new() };
            let mark = if exponent < 0 { '-' } else { '+' };
            format!("{}{fraction}e{mark}{}", &digits[..1], exponent.abs())
        }
    };
    format!("{sign}{body}")
}

/// The array index that a key names, if it names one: canonical, so "01" and "1.0" do not.
pub(super) fn index(key: &str) -> Option<u32> {
    let canonical = key == "0" || (key.starts_with(|c: char| c.is_ascii_digit()) && !key.starts_with('0'));
    if canonical { key.parse().ok().filter(|n| *n != u32::MAX) } else { None }
}

/// The property `key` of an object's own. A walk asks for a dozen keywords of each of its nodes, which have two or three:
/// few keys are compared sooner than one is hashed.
pub(super) fn own<'v>(map: &'v Map<String, Value>, key: &str) -> Option<&'v Value> {
    if map.len() > 8 {
        return map.get(key);
    }
    map.iter().find_map(|(name, value)| (name == key).then_some(value))
}

/// An object's properties in the order that `for … in` and `Object.keys` give: indices first, ascending, then the rest.
pub(super) fn entries(map: &Map<String, Value>) -> Vec<(&str, &Value)> {
    let mut entries: Vec<(&str, &Value)> = map.iter().map(|(key, value)| (key.as_str(), value)).collect();
    if entries.iter().any(|(key, _)| index(key).is_some()) {
        entries.sort_by_key(|(key, _)| index(key).map_or((true, 0), |n| (false, n)));
    }
    entries
}

/// Functions that every value carries.
const ON_ALL: &[&str] = &[
    "hasOwnProperty",
    "isPrototypeOf",
    "propertyIsEnumerable",
    "toLocaleString",
    "toString",
    "valueOf",
    "constructor",
];
const ON_STRINGS: &[&str] = &[
    "anchor",
    "at",
    "big",
    "blink",
    "bold",
    "charAt",
    "charCodeAt",
    "codePointAt",
    "concat",
    "endsWith",
    "fixed",
    "fontcolor",
    "fontsize",
    "includes",
    "indexOf",
    "isWellFormed",
    "italics",
    "lastIndexOf",
    "link",
    "localeCompare",
    "match",
    "matchAll",
    "normalize",
    "padEnd",
    "padStart",
    "repeat",
    "replace",
    "replaceAll",
    "search",
    "slice",
    "small",
    "split",
    "startsWith",
    "strike",
    "sub",
    "substr",
    "substring",
    "sup",
    "toLocaleLowerCase",
    "toLocaleUpperCase",
    "toLowerCase",
    "toUpperCase",
    "toWellFormed",
    "trim",
    "trimEnd",
    "trimStart",
];
const ON_ARRAYS: &[&str] = &[
    "at",
    "concat",
    "copyWithin",
    "entries",
    "every",
    "fill",
    "filter",
    "find",
    "findIndex",
    "findLast",
    "findLastIndex",
    "flat",
    "flatMap",
    "forEach",
    "includes",
    "indexOf",
    "join",
    "keys",
    "lastIndexOf",
    "map",
    "pop",
    "push",
    "reduce",
    "reduceRight",
    "reverse",
    "shift",
    "slice",
    "some",
    "sort",
    "splice",
    "toReversed",
    "toSorted",
    "toSpliced",
    "unshift",
    "values",
    "with",
];

/// The function that `value[name]` finds on the prototype when the value has no such property of its own:
/// with a bare string as the body, a property called `search` is there and is a function.
pub(super) fn inherited(value: &Value, name: &str) -> Option<&'static str> {
    let own = match value {
        Value::String(_) => ON_STRINGS,
        Value::Array(_) => ON_ARRAYS,
        _ => &[],
    };
    own.iter().chain(ON_ALL).find(|known| **known == name).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn numbers_print_as_in_javascript() {
        for (value, text) in [
            (0.0, "0"),
            (-0.0, "0"),
            (1.0, "1"),
            (-1.5, "-1.5"),
            (0.001, "0.001"),
            (0.000_001, "0.000001"),
            (0.000_000_1, "1e-7"),
            (1.5e-7, "1.5e-7"),
            (9_999_999_999.0, "9999999999"),
            (12_345_678_901_234_567_890.0, "12345678901234567000"),
            (1e21, "1e+21"),
            (1.25e300, "1.25e+300"),
            (0.1 + 0.2, "0.30000000000000004"),
        ] {
            assert_eq!(number(value), text);
        }
    }

    #[test]
    fn values_print_as_in_javascript() {
        assert_eq!(string(&json!([1, null, ["a", {}], true])).unwrap(), "1,,a,[object Object],true");
        assert!(string(&json!({"toString": 1})).is_err());
    }

    #[test]
    fn index_keys_come_first() {
        let map = json!({"b": 0, "10": 0, "a": 0, "2": 0, "01": 0});
        let keys: Vec<&str> = entries(map.as_object().unwrap()).into_iter().map(|(key, _)| key).collect();
        assert_eq!(keys, ["2", "10", "b", "a", "01"]);
    }
}
