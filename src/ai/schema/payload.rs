//! Finding a place in the checked value, and putting a default there.

use std::borrow::Cow;
use std::rc::Rc;

use serde_json::{Map, Value};

use super::js::{self, Thrown};

/// A place: the keys from the root, and how many of them lead to what the checker calls the payload.
/// Under `additionalProperties` the checker starts anew at the object, so its texts name only the rest.
///
/// A list from the last key to the first, that places share: one is made for every property of a schema that a walk comes by.
#[derive(Debug, Clone, Default)]
pub(super) struct Place<'s> {
    last: Option<Rc<Link<'s>>>,
    depth: usize,
    base: usize,
}

#[derive(Debug)]
struct Link<'s> {
    key: Cow<'s, str>,
    outer: Place<'s>,
}

impl<'s> Place<'s> {
    pub(super) fn join(&self, key: impl Into<Cow<'s, str>>) -> Self {
        let link = Link { key: key.into(), outer: self.clone() };
        Self { last: Some(Rc::new(link)), depth: self.depth + 1, base: self.base }
    }

    /// The same place, become the payload.
    pub(super) fn rebased(&self) -> Self {
        Self { base: self.depth, ..self.clone() }
    }

    pub(super) fn payload(&self) -> Self {
        let mut at = self;
        while let Some(link) = at.last.as_ref().filter(|_| at.depth > self.base) {
            at = &link.outer;
        }
        Self { base: self.base, ..at.clone() }
    }

    pub(super) fn is_payload(&self) -> bool {
        self.depth == self.base
    }

    /// From the root.
    fn keys(&self) -> Vec<&str> {
        let mut keys = Vec::with_capacity(self.depth);
        let mut at = self;
        while let Some(link) = &at.last {
            keys.push(&*link.key);
            at = &link.outer;
        }
        keys.reverse();
        keys
    }

    /// `/messages/0`, or `/` for the payload itself.
    pub(super) fn text(&self) -> String {
        if self.is_payload() { "/".into() } else { self.prefix() }
    }

    /// What stands before `/key` in the name of a property of this place.
    pub(super) fn prefix(&self) -> String {
        self.keys()[self.base..].iter().flat_map(|key| ["/", key]).collect()
    }
}

/// What a lookup finds.
#[derive(Debug)]
pub(super) enum Found<'v> {
    Undefined,
    /// A function of the prototype, by its name.
    Function(&'static str),
    Value(Cow<'v, Value>),
}

impl Found<'_> {
    pub(super) fn value(&self) -> Option<&Value> {
        match self {
            Found::Value(value) => Some(value),
            Found::Undefined | Found::Function(_) => None,
        }
    }

    pub(super) fn string(&self) -> Result<String, Thrown> {
        match self {
            Found::Undefined => Ok("undefined".into()),
            Found::Function(name) => Ok(format!("function {name}() {{ [native code] }}")),
            Found::Value(value) => js::string(value),
        }
    }

    /// The names of the value's types, in the order in which a text lists them.
    pub(super) fn types(&self) -> &'static [&'static str] {
        match self.value() {
            None => &[],
            Some(Value::Null) => &["null"],
            Some(Value::Bool(_)) => &["boolean"],
            Some(Value::String(_)) => &["string"],
            Some(Value::Object(_)) => &["object"],
            Some(value @ Value::Number(_)) if js::float(value).fract() == 0.0 => &["number", "integer"],
            Some(Value::Number(_)) => &["number"],
            Some(Value::Array(items)) if is_binary(items) => &["array", "binary"],
            Some(Value::Array(_)) => &["array"],
        }
    }

    /// The keys that `for … in` walks over.
    pub(super) fn keys(&self) -> Vec<String> {
        match self.value() {
            Some(Value::Array(items)) => (0..items.len()).map(|n| n.to_string()).collect(),
            Some(Value::Object(map)) => js::entries(map).into_iter().map(|(key, _)| key.to_owned()).collect(),
            _ => Vec::new(),
        }
    }
}

/// Arrays of numbers and texts pass as bytes, and so does every array in which null is the first thing
/// that is neither; their items are never looked at.
fn is_binary(items: &[Value]) -> bool {
    items.iter().find(|item| !item.is_number() && !item.is_string()).is_none_or(Value::is_null)
}

/// What stands at `place`, found as JavaScript finds it. Nothing is found inside a falsy value.
pub(super) fn find<'v>(root: &'v Value, place: &Place<'_>) -> Found<'v> {
    let Some(Link { key, outer }) = place.last.as_deref() else { return Found::Value(Cow::Borrowed(root)) };
    match find(root, outer) {
        Found::Value(Cow::Borrowed(value)) => property(value, key),
        Found::Value(Cow::Owned(value)) => match property(&value, key) {
            Found::Value(found) => Found::Value(Cow::Owned(found.into_owned())),
            Found::Function(name) => Found::Function(name),
            Found::Undefined => Found::Undefined,
        },
        Found::Function(_) | Found::Undefined => Found::Undefined,
    }
}

/// `value ? value[key] : undefined`.
fn property<'v>(value: &'v Value, key: &str) -> Found<'v> {
    if !js::truthy(value) {
        return Found::Undefined;
    }
    let own = match value {
        Value::Object(map) => js::own(map, key).map(Cow::Borrowed),
        Value::Array(items) if key == "length" => Some(Cow::Owned(items.len().into())),
        Value::Array(items) => js::index(key).and_then(|n| items.get(n as usize)).map(Cow::Borrowed),
        Value::String(text) if key == "length" => Some(Cow::Owned(js::length(text).into())),
        Value::String(text) => js::index(key)
            .and_then(|n| text.encode_utf16().nth(n as usize))
            .map(|unit| Cow::Owned(String::from_utf16_lossy(&[unit]).into())),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    };
    match own {
        Some(found) => Found::Value(found),
        None => js::inherited(value, key).map_or(Found::Undefined, Found::Function),
    }
}

/// Puts `default` at `place`, making the objects on the way. A value that can hold no properties throws.
/// On an array a named property is lost: JavaScript keeps it, but JSON has no place for it.
///
/// `Ok` says whether the same could be put there again without a trace, whatever was put in between.
pub(super) fn put(root: &mut Value, place: &Place<'_>, default: &Value) -> Result<bool, Thrown> {
    let keys = place.keys();
    let (base, way) = keys.split_at(place.base);
    let Some((last, way)) = way.split_last() else { return Ok(true) };
    let Some(mut at) = inner(root, base) else { return Ok(true) };
    for key in way {
        match slot(at, key)? {
            Some(next) => at = next,
            None => return Ok(true),
        }
    }
    let Some(slot) = slot(at, last)? else { return Ok(true) };
    let fresh = slot.as_object().is_some_and(Map::is_empty);
    let calm = (fresh || slot == default) && !default.is_object() && !default.is_array();
    *slot = default.clone();
    Ok(calm)
}

fn inner<'v>(root: &'v mut Value, keys: &[&str]) -> Option<&'v mut Value> {
    keys.iter().try_fold(root, |at, key| match at {
        Value::Object(map) => map.get_mut(*key),
        Value::Array(items) => items.get_mut(js::index(key)? as usize),
        _ => None,
    })
}

/// The property `key`, made where it is missing.
fn slot<'v>(value: &'v mut Value, key: &str) -> Result<Option<&'v mut Value>, Thrown> {
    let kind = match value {
        Value::Object(map) => return Ok(Some(map.entry(key).or_insert_with(|| Value::Object(Map::new())))),
        Value::Array(items) => {
            let Some(n) = js::index(key).map(|n| n as usize).filter(|n| *n <= items.len()) else { return Ok(None) };
            if n == items.len() {
                items.push(Value::Object(Map::new()));
            }
            return Ok(items.get_mut(n));
        }
        Value::Null => return Err(Thrown::type_error(format!("Cannot read properties of null (reading '{key}')"))),
        Value::String(_) => "string",
        Value::Number(_) => "number",
        Value::Bool(_) => "boolean",
    };
    let shown = js::string(value)?;
    Err(Thrown::type_error(format!("Cannot create property '{key}' on {kind} '{shown}'")))
}
