//! Input schemas and the checker whose texts production answers with 5006.
//!
//! Production checks inputs with the npm package `@cloudflare/cabidela` 0.2.4 as
//! `new Cabidela(schema, {applyDefaults: true}).validate(value)`. The texts here are letter for letter the package's;
//! `tests/schema_cases.rs` and `tests/clients/schema.test.mjs` hold them against it.
//!
//! ```
//! use candleflare::ai::schema;
//! use serde_json::json;
//!
//! let pair = schema::pair("text-embeddings-bge").unwrap();
//! let mut input = json!({"text": "a candle"});
//! schema::check(&pair.input, &mut input).unwrap();
//! assert_eq!(input["pooling"], "mean");
//!
//! let refused = schema::check(&pair.input, &mut json!({"text": "a", "pooling": "max"})).unwrap_err();
//! assert!(refused.starts_with("Error: oneOf at '/' not met, 0 matches: "));
//! ```

mod checker;
mod data;
mod js;
mod keyword;
mod node;
mod object;
mod payload;
#[cfg(test)]
mod tests;

use serde_json::Value;

pub use data::{Pair, names, pair};

/// Checks `value` against `schema`, filling in defaults; `Err` is production's text without any prefix.
///
/// The text is the thrown error turned to a string, so it begins with its class: `Error: required properties at '/'
/// are 'prompt'`. That is how it stands in every live recording, after `AiError: Bad input: `. Where the package
/// itself stumbles (a bare string as the body, for example) the class is `TypeError`.
///
/// Defaults that were put in before the refusal stay in `value`, as they do in production.
/// How deep this goes is bounded by the schema's depth, whatever the value's.
pub fn check(schema: &Value, value: &mut Value) -> Result<(), String> {
    let step = checker::Step::new(payload::Place::default(), node::Schema::Plain(schema));
    checker::Checker::new(value).check(step).map(|_| ()).map_err(|thrown| thrown.to_string())
}
