//! A schema as the checker sees it: a JSON value, or one laid over the `type` of its parent.

use std::rc::Rc;

use serde_json::{Map, Value};

use super::js;

/// Options of `oneOf`, `anyOf` and `allOf` inherit their parent's `type`, even where the parent has none:
/// the key is then there and undefined, which no value's type matches.
#[derive(Debug, Clone)]
pub(super) enum Schema<'s> {
    /// No schema at all, such as the missing `items` of an array.
    Undefined,
    Plain(&'s Value),
    /// One option of a list, over the parent's type.
    Option {
        own: &'s Value,
        parent: Option<&'s Value>,
    },
    /// All options of an `allOf`, the later over the earlier, key by key and not deeper.
    Merged {
        own: Rc<[&'s Map<String, Value>]>,
        parent: Option<&'s Value>,
    },
}

impl<'s> Schema<'s> {
    /// The schema under `key`, which may be missing.
    pub(super) fn child(&self, key: &str) -> Self {
        self.get(key).map_or(Schema::Undefined, Schema::Plain)
    }

    /// What `schema == undefined` is true for.
    pub(super) fn is_nullish(&self) -> bool {
        matches!(self, Schema::Undefined | Schema::Plain(Value::Null))
    }

    /// The value of a keyword. A schema that is no object (`true`, `false`) has none.
    pub(super) fn get(&self, key: &str) -> Option<&'s Value> {
        let (own, parent) = match self {
            Schema::Undefined => (None, None),
            Schema::Plain(value) => (value.as_object().and_then(|map| js::own(map, key)), None),
            Schema::Option { own, parent } => (own.as_object().and_then(|map| js::own(map, key)), *parent),
            Schema::Merged { own, parent } => (own.iter().rev().find_map(|map| js::own(map, key)), *parent),
        };
        own.or(if key == "type" { parent } else { None })
    }

    /// Whether the keyword is there, if only as undefined.
    pub(super) fn has(&self, key: &str) -> bool {
        let inherits = matches!(self, Schema::Option { .. } | Schema::Merged { .. });
        (key == "type" && inherits) || self.get(key).is_some()
    }

    /// Whether `type` is this very name.
    pub(super) fn is(&self, kind: &str) -> bool {
        self.get("type").is_some_and(|own| own == kind)
    }

    /// Whether there is no `type` to hold the value to.
    pub(super) fn is_untyped(&self) -> bool {
        self.get("type").is_none_or(Value::is_null)
    }
}
