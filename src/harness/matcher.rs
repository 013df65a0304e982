//! What an input must look like: JSON paths, and matchers for what is found there.

use std::fmt;

use regex::{Regex, RegexBuilder};
use serde_json::Value;

use super::journal::head;

/// A pattern may grow to this many bytes when it is compiled; a text is searched in linear time whatever the pattern.
const REGEX_BYTES: usize = 1024 * 1024;
/// Steps of a path.
const MOST_STEPS: usize = 64;
/// Of what was found instead, this much is said.
const SHOWN_BYTES: usize = 200;

/// `$.messages[-1].content`: a way into a JSON value. `[*]` and `.*` go every way.
#[derive(Debug, Clone, PartialEq)]
pub struct Path {
    text: String,
    steps: Vec<Step>,
}

#[derive(Debug, Clone, PartialEq)]
enum Step {
    Member(String),
    /// From the end where negative.
    Item(i64),
    Every,
}

impl Path {
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong = |why: &str| {
            format!("`{text}` is not a JSON path: {why}\nhint: for example `$.messages[-1].content` or `$['a key'][*]`")
        };
        let mut rest = text.strip_prefix('$').ok_or_else(|| wrong("it begins with `$`"))?;
        let mut steps = Vec::new();
        while !rest.is_empty() {
            if steps.len() == MOST_STEPS {
                return Err(wrong("it has too many steps"));
            }
            let (step, after) = match rest.as_bytes()[0] {
                b'.' => {
                    let name = &rest[1..];
                    let end = name.find(['.', '[']).unwrap_or(name.len());
                    match &name[..end] {
                        "" => return Err(wrong("a name is missing")),
                        "*" => (Step::Every, &name[end..]),
                        name_ => (Step::Member(name_.to_owned()), &name[end..]),
                    }
                }
                b'[' => {
                    let inner = &rest[1..];
                    let quote = inner.chars().next().filter(|quote| matches!(quote, '\'' | '"'));
                    if let Some(quote) = quote {
                        let end = inner[1..].find(quote).ok_or_else(|| wrong("a quote is not closed"))?;
                        let after =
                            inner[end + 2..].strip_prefix(']').ok_or_else(|| wrong("a bracket is not closed"))?;
                        (Step::Member(inner[1..=end].to_owned()), after)
                    } else {
                        let (index, after) = inner.split_once(']').ok_or_else(|| wrong("a bracket is not closed"))?;
                        match index {
                            "*" => (Step::Every, after),
                            index => {
                                (Step::Item(index.parse().map_err(|_| wrong("an index is a whole number"))?), after)
                            }
                        }
                    }
                }
                _ => return Err(wrong("a step begins with `.` or `[`")),
            };
            steps.push(step);
            rest = after;
        }
        Ok(Self { text: text.to_owned(), steps })
    }

    /// Everything that stands there.
    pub fn find<'a>(&self, value: &'a Value) -> Vec<&'a Value> {
        let mut found = vec![value];
        for step in &self.steps {
            found = found.into_iter().flat_map(|value| step.from(value)).collect();
        }
        found
    }
}

impl Step {
    fn from<'a>(&self, value: &'a Value) -> Vec<&'a Value> {
        match (self, value) {
            (Self::Member(name), Value::Object(members)) => members.get(name).into_iter().collect(),
            (Self::Item(index), Value::Array(items)) => {
                let at = if *index < 0 { items.len() as i64 + index } else { *index };
                usize::try_from(at).ok().and_then(|at| items.get(at)).into_iter().collect()
            }
            (Self::Every, Value::Array(items)) => items.iter().collect(),
            (Self::Every, Value::Object(members)) => members.values().collect(),
            _ => Vec::new(),
        }
    }
}

impl fmt::Display for Path {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text)
    }
}

/// What a value must be.
#[derive(Debug, Clone)]
pub enum Matcher {
    Equal(Value),
    Contains(String),
    Regex(Regex),
    /// Something stands there, or nothing does.
    Exists(bool),
}

impl Matcher {
    /// A plain value, or one of `{"equal"}`, `{"contains"}`, `{"regex"}` and `{"exists"}`.
    pub fn parse(value: &Value) -> Result<Self, String> {
        let only = value.as_object().filter(|members| members.len() == 1).and_then(|members| members.iter().next());
        let Some((name, operand)) = only else { return Ok(Self::Equal(value.clone())) };
        let text = || operand.as_str().ok_or_else(|| format!("`{name}` takes a text"));
        match name.as_str() {
            "equal" => Ok(Self::Equal(operand.clone())),
            "contains" => Ok(Self::Contains(text()?.to_owned())),
            "regex" => {
                let pattern = text()?;
                let built = RegexBuilder::new(pattern).size_limit(REGEX_BYTES).build();
                built.map(Self::Regex).map_err(|error| format!("`{pattern}` is not a pattern: {error}"))
            }
            "exists" => operand.as_bool().map(Self::Exists).ok_or_else(|| "`exists` is true or false".to_owned()),
            _ => Ok(Self::Equal(value.clone())),
        }
    }

    /// Whether one of `found` is so.
    pub fn fits(&self, found: &[&Value]) -> bool {
        match self {
            Self::Exists(wanted) => *wanted != found.is_empty(),
            Self::Equal(wanted) => found.iter().any(|value| same(wanted, value)),
            Self::Contains(wanted) => found.iter().any(|value| with_text(value, |text| text.contains(wanted.as_str()))),
            Self::Regex(pattern) => found.iter().any(|value| with_text(value, |text| pattern.is_match(text))),
        }
    }
}

/// A text is looked into as it is, everything else as JSON: so the parts of a message are found too.
fn with_text<T>(value: &Value, look: impl FnOnce(&str) -> T) -> T {
    match value {
        Value::String(text) => look(text),
        other => look(&other.to_string()),
    }
}

/// Numbers are compared by value: 1 is 1.0.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a == b || a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(name, a)| b.get(name).is_some_and(|b| same(a, b)))
        }
        (a, b) => a == b,
    }
}

impl fmt::Display for Matcher {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Equal(value) => write!(out, "to be {}", shown(value)),
            Self::Contains(text) => write!(out, "to contain `{}`", head(text, SHOWN_BYTES)),
            Self::Regex(pattern) => write!(out, "to match `{}`", head(pattern.as_str(), SHOWN_BYTES)),
            Self::Exists(true) => out.write_str("to be there"),
            Self::Exists(false) => out.write_str("not to be there"),
        }
    }
}

/// A value, in short.
pub fn shown(value: &Value) -> String {
    let text = value.to_string();
    head(&text, SHOWN_BYTES).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn fits(path: &str, matcher: Value, input: &Value) -> bool {
        Matcher::parse(&matcher).unwrap().fits(&Path::parse(path).unwrap().find(input))
    }

    #[test]
    fn paths_lead_into_inputs() {
        let input =
            json!({"messages": [{"role": "system"}, {"role": "user", "content": "the weather"}], "a b": [1, 2]});
        for (path, matcher) in [
            ("$.messages[-1].content", json!({"contains": "weather"})),
            ("$.messages[1].content", json!("the weather")),
            ("$.messages[*].role", json!("user")),
            ("$['a b'][0]", json!(1.0)),
            ("$[\"a b\"]", json!([1, 2])),
            ("$.*[0]", json!({"equal": {"role": "system"}})),
            ("$.messages", json!({"regex": "the (weather|sea)"})),
            ("$", json!({"contains": "role"})),
            ("$.missing", json!({"exists": false})),
            ("$.messages[0]", json!({"exists": true})),
        ] {
            assert!(fits(path, matcher.clone(), &input), "{path} {matcher}");
        }
        for (path, matcher) in [
            ("$.messages[9].content", json!({"contains": "weather"})),
            ("$.messages[-9]", json!({"exists": true})),
            ("$.messages.content", json!({"contains": ""})),
            ("$.messages[1].content", json!({"regex": "^weather"})),
            ("$.a", json!(null)),
        ] {
            assert!(!fits(path, matcher.clone(), &input), "{path} {matcher}");
        }
    }

    #[test]
    fn wrong_paths_and_matchers_are_refused() {
        for path in
            ["", "messages", "$messages", "$.", "$..a", "$[", "$[x]", "$['a", "$['a'", "$[1", "$.a[", &"$.a".repeat(99)]
        {
            assert!(Path::parse(path).is_err(), "{path}");
        }
        for matcher in
            [json!({"regex": "("}), json!({"contains": 3}), json!({"exists": "yes"}), json!({"regex": "a{9999}{9999}"})]
        {
            assert!(Matcher::parse(&matcher).is_err(), "{matcher}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_a_path_or_refused(text in "[$.\\[\\]'\"*a-c0-9é-]{0,24}") {
            if let Ok(path) = Path::parse(&text) {
                path.find(&json!({"a": [{"b": 1}], "é": null}));
                prop_assert_eq!(path.to_string(), text);
            }
        }
    }
}
