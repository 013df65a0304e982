//! What of a request counts when recordings are looked for, whatever the client that spelled it.

use serde_json::{Map, Value};

/// Keys in order, members that are null left out, and whole numbers without a fraction.
pub fn json(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let mut sorted: Vec<_> = members.iter().filter(|(_, value)| !value.is_null()).collect();
            sorted.sort_unstable_by_key(|(name, _)| *name);
            Value::Object(sorted.into_iter().map(|(name, value)| (name.clone(), json(value))).collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(json).collect()),
        Value::Number(number) => match number.as_f64() {
            Some(float) if number.is_f64() && float.fract() == 0.0 && float.abs() < 9e15 => (float as i64).into(),
            _ => value.clone(),
        },
        Value::Null | Value::Bool(_) | Value::String(_) => value.clone(),
    }
}

/// An input of Workers AI: how the answer comes is no part of it.
pub fn input(input: &Value) -> Value {
    let mut input = json(input);
    if let Some(members) = input.as_object_mut() {
        for name in ["stream", "stream_options"] {
            members.shift_remove(name);
        }
    }
    input
}

/// What an upload to Vectorize holds, whether it came as lines or as a list.
pub fn vectors(lines: impl IntoIterator<Item = Value>) -> Value {
    let vectors = lines.into_iter().map(|line| json(&line)).collect();
    Value::Object(Map::from_iter([("vectors".to_owned(), Value::Array(vectors))]))
}

/// Where `a` and `b` differ, by path, at most `most` of them.
pub fn differences(a: &Value, b: &Value, most: usize) -> Vec<(String, Value, Value)> {
    let mut found = Vec::new();
    differ("$".to_owned(), a, b, most, &mut found);
    found
}

fn differ(path: String, a: &Value, b: &Value, most: usize, found: &mut Vec<(String, Value, Value)>) {
    if found.len() >= most || a == b {
        return;
    }
    match (a, b) {
        (Value::Object(left), Value::Object(right)) => {
            let added = right.keys().filter(|name| !left.contains_key(*name));
            for name in left.keys().chain(added) {
                let of = |members: &Map<String, Value>| members.get(name).cloned().unwrap_or_default();
                differ(format!("{path}.{name}"), &of(left), &of(right), most, found);
            }
        }
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => {
            for (at, (a, b)) in left.iter().zip(right).enumerate() {
                differ(format!("{path}[{at}]"), a, b, most, found);
            }
        }
        _ => found.push((path, a.clone(), b.clone())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn spelling_does_not_count() {
        let one = json!({"b": 1.0, "a": [{"y": null, "x": 0.5}], "stream": false});
        let other = json!({"a": [{"x": 0.5}], "b": 1, "stream": true});
        assert_eq!(input(&one).to_string(), input(&other).to_string());
        assert_ne!(input(&json!({"a": [1, 2]})), input(&json!({"a": [2, 1]})));
    }

    #[test]
    fn differences_have_their_paths() {
        let (a, b) = (json!({"m": [{"c": "x"}], "t": 1}), json!({"m": [{"c": "y"}], "u": 2}));
        let paths: Vec<String> = differences(&a, &b, 9).into_iter().map(|(path, _, _)| path).collect();
        assert_eq!(paths, ["$.m[0].c", "$.t", "$.u"]);
        assert_eq!(differences(&a, &b, 1).len(), 1);
        assert!(differences(&a, &a, 9).is_empty());
    }
}
