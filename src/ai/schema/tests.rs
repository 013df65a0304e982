//! What the checker must withstand; what it says is held to the package's own words in `tests/schema_cases.rs`.

use std::time::{Duration, Instant};

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{check, pair};

/// A body of a few megabytes must not hold up a request: in square time, one of these took six minutes.
#[test]
fn long_bodies_are_checked_in_linear_time() {
    let image = json!({"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:,"}}]});
    let bad = json!({"role": "user", "content": 5});
    let bodies = [
        ("text-generation-openai", json!({"messages": vec![image; 20_000]})),
        ("text-generation-openai", json!({"messages": vec![bad.clone(); 20_000]})),
        ("text-generation-native", json!({"messages": vec![bad; 20_000]})),
        ("text-generation-vision", json!({"messages": vec![json!({"content": [{}]}); 20_000]})),
        ("bge-m3", json!({"requests": vec![json!({"contexts": [{"text": "a"}]}); 20_000]})),
        ("image-classification", json!({"image": vec![255; 2_000_000]})),
        ("text-embeddings-bge", json!({"text": vec!["a"; 500_000]})),
    ];
    for (name, mut body) in bodies {
        let began = Instant::now();
        let _verdict = check(&pair(name).unwrap().input, &mut body);
        let took = began.elapsed();

        assert!(took < Duration::from_secs(60), "{name}: {took:?}");
    }
}

/// serde_json follows 127 levels; on the smallest stack that a runtime's threads have, so do we.
#[test]
fn values_and_schemas_as_deep_as_the_parser_allows_fit_on_the_stack() {
    let nested = |open: &str, core: &str, close: &str| -> Value {
        serde_json::from_str(&(open.repeat(120) + core + &close.repeat(120))).unwrap()
    };
    let run = move || {
        let schema = json!({"properties": {"a": {"enum": ["x"]}}});
        let text = check(&schema, &mut json!({"a": nested("[", "1", "]")})).unwrap_err();
        assert_eq!(text, "Error: enum 1 not in x at '/a'");
        assert!(check(&schema, &mut json!({"a": nested("{\"a\":", "1", "}")})).is_err());

        // Each level of these schemas is two of their JSON, so this is as deep as one can be read.
        let objects: Value = serde_json::from_str(&(r#"{"oneOf":["#.repeat(60) + "{}" + &"]}".repeat(60))).unwrap();
        let _verdict = check(&objects, &mut json!({"a": 1}));
    };
    std::thread::Builder::new().stack_size(512 << 10).spawn(run).unwrap().join().unwrap();
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[a-c0-2/𝄞]{0,3}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let key =
            prop_oneof!["[a-c]", Just("0".into()), Just("length".into()), Just("at".into()), Just("toString".into())];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((key, inner), 0..4).prop_map(|pairs| pairs.into_iter().collect()),
        ]
    })
}

/// Schemas with every keyword, the values mostly of the right kind.
fn any_schema() -> impl Strategy<Value = Value> {
    let leaf = any_json().boxed();
    leaf.prop_recursive(4, 48, 4, |inner| {
        let named = prop::collection::vec(("[a-c]|0|at", inner.clone()), 0..4)
            .prop_map(|pairs| pairs.into_iter().collect::<Value>());
        let kinds = prop::sample::select(vec!["object", "array", "string", "number", "integer", "boolean", "null"]);
        let lists = vec!["oneOf", "anyOf", "allOf", "items", "not", "additionalProperties", "unevaluatedProperties"];
        let scalars = vec![
            "minimum",
            "maximum",
            "exclusiveMinimum",
            "exclusiveMaximum",
            "multipleOf",
            "minLength",
            "maxLength",
            "enum",
            "const",
            "pattern",
            "default",
            "minProperties",
            "maxProperties",
            "required",
        ];
        (
            prop::option::of(kinds),
            prop::option::of(named),
            prop::collection::vec((prop::sample::select(lists), prop::collection::vec(inner, 1..3)), 0..3),
            prop::collection::vec((prop::sample::select(scalars), any_json()), 0..3),
        )
            .prop_map(|(kind, properties, lists, scalars)| {
                let mut schema = json!({});
                if let Some(kind) = kind {
                    schema["type"] = kind.into();
                }
                if let Some(properties) = properties {
                    schema["properties"] = properties;
                }
                for (key, list) in lists {
                    schema[key] = if key.ends_with("Of") { list.into() } else { list[0].clone() };
                }
                for (key, value) in scalars {
                    schema[key] = value;
                }
                schema
            })
    })
}

proptest! {
    #[test]
    fn nothing_panics(schema in any_schema(), value in any_json()) {
        let mut own = value.clone();
        let _verdict = check(&schema, &mut own);
    }

    #[test]
    fn no_input_panics_against_the_published_schemas(value in any_json()) {
        for name in super::names() {
            let mut own = value.clone();
            if let Err(text) = check(&pair(name).unwrap().input, &mut own) {
                prop_assert!(text.starts_with("Error: ") || text.starts_with("TypeError: "), "{text}");
            }
        }
    }
}
