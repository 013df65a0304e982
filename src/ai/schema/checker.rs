//! The walk over schema and value together, in the order that decides which text comes first.
//!
//! The peer is the npm package `@cloudflare/cabidela` 0.2.4, run as production runs it (`applyDefaults`, full errors,
//! no `$ref` and no `$merge`). Its habits that are no JSON Schema, and that clients see:
//! - a failed `oneOf` or `anyOf` throws only at the root; below it, the property merely counts as missing;
//! - what the options refused is kept, and listed by the next text that is thrown outside an option;
//! - `oneOf` stops at the first option that matched nothing without an error;
//! - `minItems`, `maxItems`, `format`, `$ref`, `patternProperties` mean nothing, and a list of types matches nothing;
//! - a default counts as present for `required`, and makes the objects on the way to it.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashSet;
use std::rc::Rc;

use serde_json::Value;

use super::js::{self, Thrown};
use super::node::Schema;
use super::payload::{self, Place};
use super::{keyword, object};

type Shared<T> = Rc<RefCell<T>>;

/// What the options refused: every text once, in the order of its first coming.
#[derive(Debug, Default)]
pub(super) struct Refusals {
    seen: HashSet<String>,
    texts: Vec<String>,
}

impl Refusals {
    fn add(&mut self, text: String) {
        if self.seen.insert(text.clone()) {
            self.texts.push(text);
        }
    }
}

/// A default that waits until its option is known to match.
#[derive(Debug, Clone)]
pub(super) struct Pending<'s> {
    place: Place<'s>,
    default: &'s Value,
    evaluated: Shared<HashSet<String>>,
}

/// The defaults that wait together, and how many of them have been put in at least once.
#[derive(Debug, Default)]
struct Waiting<'s> {
    list: Vec<Pending<'s>>,
    done: usize,
}

/// One step of the walk. A copy shares its sets with the original until one of the two takes a new set.
#[derive(Debug, Clone)]
pub(super) struct Step<'s> {
    pub(super) place: Place<'s>,
    pub(super) schema: Schema<'s>,
    pub(super) evaluated: Shared<HashSet<String>>,
    refusals: Shared<Refusals>,
    waiting: Shared<Waiting<'s>>,
    /// Inside `allOf`: what is found counts as evaluated for the parent.
    carry: bool,
    /// Inside `oneOf` and `anyOf`: defaults wait.
    defer: bool,
    /// Inside `oneOf` and `anyOf`: texts do not list what others refused.
    terse: bool,
}

impl<'s> Step<'s> {
    pub(super) fn new(place: Place<'s>, schema: Schema<'s>) -> Self {
        Self {
            place,
            schema,
            evaluated: Shared::default(),
            refusals: Shared::default(),
            waiting: Shared::default(),
            carry: false,
            defer: false,
            terse: false,
        }
    }

    pub(super) fn with(&self, schema: Schema<'s>) -> Self {
        Self { schema, ..self.clone() }
    }

    pub(super) fn down(&self, key: impl Into<Cow<'s, str>>, schema: Schema<'s>) -> Self {
        Self { place: self.place.join(key), schema, ..self.clone() }
    }

    pub(super) fn throw<T>(&self, message: String) -> Result<T, Thrown> {
        let refusals = self.refusals.borrow();
        if self.terse || refusals.texts.is_empty() {
            return Err(Thrown::error(message));
        }
        Err(Thrown::error(format!("{message}: {}", refusals.texts.join(", "))))
    }

    fn refuse(&self, thrown: Thrown) {
        self.refusals.borrow_mut().add(thrown.message);
    }
}

/// The value under check. It is looked up anew at each step, because defaults change it on the way.
#[derive(Debug)]
pub(super) struct Checker<'v> {
    pub(super) root: &'v mut Value,
    /// As long as no default has met another one's work, putting one in again changes nothing.
    calm: bool,
}

impl<'v> Checker<'v> {
    pub(super) fn new(root: &'v mut Value) -> Self {
        Self { root, calm: true }
    }

    /// How often the value matches; an array counts once for each matching item.
    pub(super) fn check<'s>(&mut self, mut step: Step<'s>) -> Result<usize, Thrown> {
        if step.schema.is_nullish() {
            return step.throw(format!("No schema for path '{}'", step.place.text()));
        }
        if step.schema.has("not") && self.check(step.with(step.schema.child("not"))).is_ok() {
            return step.throw(format!("not at '{}' not met", step.place.text()));
        }
        if let Some(options) = step.schema.get("oneOf") {
            let matches = self.options(options, &mut step, |matches| matches != 1)?;
            if matches != 1 && step.place.is_payload() {
                return step.throw(format!("oneOf at '{}' not met, {matches} matches", step.place.text()));
            }
            return Ok(usize::from(matches == 1));
        }
        if let Some(options) = step.schema.get("anyOf") {
            let matches = self.options(options, &mut step, |matches| matches != 0)?;
            if matches == 0 && step.place.is_payload() {
                return step.throw(format!("anyOf at '{}' not met", step.place.text()));
            }
            return Ok(usize::from(matches != 0));
        }
        if let Some(options) = step.schema.get("allOf")
            && let Err(thrown) = self.all(options, &step)
        {
            if step.place.is_payload() {
                return Err(thrown);
            }
            step.refuse(thrown);
            return Ok(0);
        }
        self.keywords(step)
    }

    fn keywords(&mut self, step: Step<'_>) -> Result<usize, Thrown> {
        let found = payload::find(self.root, &step.place);
        let types = found.types();
        if step.schema.is("array") && !types.contains(&"binary") && !types.contains(&"string") {
            let mut matches = 0;
            for key in found.keys() {
                matches += self.check(step.down(key, step.schema.child("items")))?;
            }
            return Ok(matches);
        }
        if step.schema.is("object") || step.schema.get("properties").is_some_and(js::truthy) {
            return object::check(self, step).map(usize::from);
        }
        if !matches!(found, payload::Found::Undefined) {
            if keyword::check(&step, &found)? == keyword::Verdict::Matches && step.carry {
                step.evaluated.borrow_mut().insert(step.place.text());
            }
            return Ok(1);
        }
        if let Some(default) = step.schema.get("default") {
            let pending = Pending { place: step.place, default, evaluated: step.evaluated };
            if step.defer { step.waiting.borrow_mut().list.push(pending) } else { self.put(&pending)? }
        }
        Ok(0)
    }

    /// Tries the options in turn until `enough` says so of the matches up to then.
    fn options<'s>(
        &mut self,
        options: &'s Value,
        step: &mut Step<'s>,
        enough: fn(usize) -> bool,
    ) -> Result<usize, Thrown> {
        let parent = step.schema.get("type");
        let options: Vec<&Value> = match options {
            Value::Array(items) => items.iter().collect(),
            Value::Object(map) => js::entries(map).into_iter().map(|(_, option)| option).collect(),
            _ => Vec::new(),
        };
        let (mut matches, mut collected) = (0, Vec::new());
        for own in options {
            let option = Step { carry: false, terse: true, defer: true, ..step.with(Schema::Option { own, parent }) };
            match self.check(option) {
                Ok(count) => {
                    matches += count;
                    // An option that ends the search leaves its defaults to the search around it, if there is one.
                    if enough(matches) {
                        break;
                    }
                    let upto = step.waiting.borrow().list.len();
                    collected.push((Rc::clone(&step.waiting), upto));
                }
                Err(thrown) => step.refuse(thrown),
            }
            step.waiting = Shared::default();
        }
        for (waiting, upto) in collected {
            self.put_all(&waiting, upto)?;
        }
        step.waiting = Shared::default();
        Ok(matches)
    }

    /// Puts in the first `upto` defaults of a list. Lists grow over the items of an array, and each item has the whole
    /// list put in again; all but the new ones are left out, or a long array would take the square of its length.
    fn put_all(&mut self, waiting: &Shared<Waiting<'_>>, upto: usize) -> Result<(), Thrown> {
        let mut waiting = waiting.borrow_mut();
        for number in if self.calm { waiting.done } else { 0 }..upto {
            self.put(&waiting.list[number])?;
            waiting.done = waiting.done.max(number + 1);
        }
        Ok(())
    }

    fn all<'s>(&mut self, options: &'s Value, step: &Step<'s>) -> Result<usize, Thrown> {
        let own = options.as_array().into_iter().flatten().filter_map(Value::as_object).collect();
        let merged = Schema::Merged { own, parent: step.schema.get("type") };
        self.check(Step { carry: true, ..step.with(merged) })
    }

    fn put(&mut self, pending: &Pending<'_>) -> Result<(), Thrown> {
        self.calm &= payload::put(self.root, &pending.place, pending.default)?;
        pending.evaluated.borrow_mut().insert(pending.place.text());
        Ok(())
    }
}
