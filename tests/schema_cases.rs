//! Holds the checker against recorded answers of its peer, the npm package `@cloudflare/cabidela` 0.2.4.
//!
//! `tests/fixtures/schema-cases.jsonl` is written by `node tests/clients/schema.test.mjs --write`, which asks the
//! package itself. One case per line: `schema` (a name of the data, or a schema of its own), `value`, `expected` (the
//! thrown error as a string, or null), and `after` where an accepted value came out with defaults in it.
//! `CANDLEFLARE_SCHEMA_CASES` names another file of such lines.

use candleflare::ai::schema;
use serde_json::Value;

#[test]
fn every_recorded_case_is_answered_as_recorded() {
    let path = std::env::var("CANDLEFLARE_SCHEMA_CASES")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/schema-cases.jsonl").into());
    let cases = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let (mut run, mut wrong) = (0, Vec::new());
    for (number, line) in cases.lines().enumerate() {
        let case: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("line {}: {error}", number + 1));
        let schema = match &case["schema"] {
            Value::String(name) => schema::pair(name).unwrap_or_else(|| panic!("no schema `{name}`")).input,
            own => own.clone(),
        };
        let mut value = case["value"].clone();
        let text = schema::check(&schema, &mut value).err();
        run += 1;
        if text.as_deref() != case["expected"].as_str() {
            wrong.push(format!("line {}: {text:?}\n  wanted {}\n  {line}", number + 1, case["expected"]));
        } else if text.is_none() && value != *case.get("after").unwrap_or(&case["value"]) {
            wrong.push(format!("line {}: left {value}\n  {line}", number + 1));
        }
    }
    let first = wrong.iter().take(10).cloned().collect::<Vec<_>>().join("\n");
    assert!(wrong.is_empty(), "{} of {run} cases differ:\n{first}", wrong.len());
    assert!(run >= 400 || std::env::var_os("CANDLEFLARE_SCHEMA_CASES").is_some(), "only {run} cases");
}
