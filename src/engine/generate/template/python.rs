//! Where templates rely on Python: how values print, and how `tojson` writes.

use minijinja::value::{Kwargs, Value, ValueKind};
use minijinja::{Error, ErrorKind, Output, State};
use serde_json::Value as Json;

/// Deeper values are refused; every level costs stack.
const DEPTH: usize = 100;

/// JSON as a template value, keys in their order.
pub fn value(json: &Json) -> Value {
    match json {
        Json::Null => Value::from(()),
        Json::Bool(value) => Value::from(*value),
        Json::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(integer), _) => Value::from(integer),
            (_, Some(integer)) => Value::from(integer),
            _ => Value::from(number.as_f64().unwrap_or_default()),
        },
        Json::String(text) => Value::from(text.as_str()),
        Json::Array(items) => items.iter().map(value).collect(),
        Json::Object(entries) => Value::from_pairs(entries.iter().map(|(key, entry)| (key.as_str(), value(entry)))),
    }
}

/// Prints as Python does: `True`, `False`, `None`, and nothing for what is undefined. Never escapes.
pub fn format(out: &mut Output<'_>, _state: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    match value.kind() {
        ValueKind::Undefined => return Ok(()),
        ValueKind::None => out.write_str("None"),
        ValueKind::Bool => out.write_str(if value.is_true() { "True" } else { "False" }),
        _ => match value.as_str() {
            Some(text) => out.write_str(text),
            None => write!(out, "{value}"),
        },
    }
    .map_err(|_| Error::new(ErrorKind::WriteFailure, "the prompt cannot be written"))
}

/// `tojson` as Transformers defines it, which is `json.dumps` with `ensure_ascii=False`: a space behind commas and
/// colons unless `separators` says otherwise, keys in their order unless `sort_keys`, and no HTML escapes.
pub fn to_json(value: &Value, options: Kwargs) -> Result<Value, Error> {
    let indent: Option<usize> = options.get("indent")?;
    let separators: Option<Vec<String>> = options.get("separators")?;
    let sort_keys: Option<bool> = options.get("sort_keys")?;
    let _: Option<bool> = options.get("ensure_ascii")?;
    options.assert_all_used()?;
    let (comma, colon) = match separators.as_deref() {
        Some([comma, colon]) => (comma.clone(), colon.clone()),
        // Python leaves no space at the end of a line.
        None => ((if indent.is_some() { "," } else { ", " }).to_owned(), ": ".to_owned()),
        Some(_) => return Err(Error::new(ErrorKind::InvalidOperation, "`tojson`: `separators` are two texts")),
    };
    let mut writer = Writer { text: String::new(), indent, comma, colon, sort_keys: sort_keys.unwrap_or(false) };
    writer.write(value, 0)?;
    Ok(Value::from_safe_string(writer.text))
}

struct Writer {
    text: String,
    indent: Option<usize>,
    comma: String,
    colon: String,
    sort_keys: bool,
}

impl Writer {
    fn write(&mut self, value: &Value, depth: usize) -> Result<(), Error> {
        let refused = |text: &str| Err(Error::new(ErrorKind::BadSerialization, text.to_owned()));
        if depth > DEPTH {
            return refused("`tojson`: the value is nested too deeply");
        }
        match value.kind() {
            ValueKind::None => self.text.push_str("null"),
            ValueKind::Bool => self.text.push_str(if value.is_true() { "true" } else { "false" }),
            ValueKind::Number => self.text.push_str(&value.to_string()),
            ValueKind::String => self.string(value.as_str().unwrap_or_default()),
            ValueKind::Map => {
                let mut keys: Vec<Value> = value.try_iter()?.collect();
                if self.sort_keys {
                    keys.sort();
                }
                self.sequence('{', '}', &keys, depth, |this, key| {
                    match key.as_str() {
                        Some(text) => this.string(text),
                        None => this.string(&key.to_string()),
                    }
                    this.text.push_str(&this.colon.clone());
                    this.write(&value.get_item(key)?, depth + 1)
                })?;
            }
            ValueKind::Seq | ValueKind::Iterable => {
                let items: Vec<Value> = value.try_iter()?.collect();
                self.sequence('[', ']', &items, depth, |this, item| this.write(item, depth + 1))?;
            }
            other => return refused(&format!("`tojson` cannot write a value of type {other}")),
        }
        Ok(())
    }

    fn sequence(
        &mut self,
        open: char,
        close: char,
        items: &[Value],
        depth: usize,
        mut each: impl FnMut(&mut Self, &Value) -> Result<(), Error>,
    ) -> Result<(), Error> {
        self.text.push(open);
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                self.text.push_str(&self.comma.clone());
            }
            if self.indent.is_some() {
                self.line(depth + 1);
            }
            each(self, item)?;
        }
        if !items.is_empty() && self.indent.is_some() {
            self.line(depth);
        }
        self.text.push(close);
        Ok(())
    }

    fn line(&mut self, depth: usize) {
        self.text.push('\n');
        self.text.extend(std::iter::repeat_n(' ', depth * self.indent.unwrap_or(0)));
    }

    fn string(&mut self, text: &str) {
        // The same escapes as Python's with `ensure_ascii=False`.
        self.text.push_str(&Json::from(text).to_string());
    }
}
