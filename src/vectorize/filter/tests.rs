use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::vectorize::limits::tests::BOUNDS;
use crate::vectorize::metadata::IndexType;

fn indexes() -> Vec<MetadataIndex> {
    [("s", IndexType::String), ("n", IndexType::Number), ("b", IndexType::Boolean), ("o.p", IndexType::String)]
        .into_iter()
        .map(|(property, kind)| MetadataIndex::new(property.into(), kind, 64))
        .collect()
}

/// Whether a vector passes, which is one among others.
fn matches(filter: &Value, metadata: &Value) -> bool {
    let mut indexes = indexes();
    for index in &mut indexes {
        index.add(0, &json!({"s": "z", "n": 9, "b": true, "o": {"p": "z"}}));
        index.add(2, metadata);
    }
    Filter::parse(filter, &BOUNDS).expect("a good filter").select(&indexes, 3).contains(2)
}

#[test]
fn operators_select() {
    let vector = json!({"s": "netflix", "n": 3, "b": true, "o": {"p": "deep"}, "free": 1});
    for (filter, expected) in [
        (json!({"s": "netflix"}), true),
        (json!({"s": {"$eq": "hbo"}}), false),
        (json!({"s": {"$ne": "hbo"}}), true),
        (json!({"s": 3}), false),
        (json!({"n": 3.0, "b": true}), true),
        (json!({"n": 3, "b": false}), false),
        (json!({"n": {"$in": [1, 3]}}), true),
        (json!({"n": {"$in": []}}), false),
        (json!({"n": {"$nin": [1, 2]}}), true),
        (json!({"n": {"$gt": 3}}), false),
        (json!({"n": {"$gte": 3, "$lt": 3.5}}), true),
        (json!({"s": {"$gte": "net", "$lt": "neu"}}), true),
        (json!({"s": {"$lt": 3}}), false),
        (json!({"o.p": "deep"}), true),
        (json!({"free": 1}), false),
        (json!({"free": {"$ne": 2}}), false),
        (json!({"s": null}), false),
    ] {
        assert_eq!(matches(&filter, &vector), expected, "{filter}");
    }
}

#[test]
fn a_missing_value_is_null_and_unequal() {
    let vector = json!({"other": 1});
    for (filter, expected) in [
        (json!({"s": null}), true),
        (json!({"s": {"$ne": null}}), false),
        (json!({"s": {"$ne": "x"}}), true),
        (json!({"s": {"$nin": ["x"]}}), true),
        (json!({"s": {"$nin": ["x", null]}}), false),
        (json!({"s": {"$in": ["x", null]}}), true),
        (json!({"s": {"$lt": "x"}}), false),
    ] {
        assert_eq!(matches(&filter, &vector), expected, "{filter}");
    }
}

#[test]
fn long_strings_share_a_prefix() {
    let long = |end: &str| format!("{}{end}", "x".repeat(64));
    assert!(matches(&json!({"s": long("a")}), &json!({"s": long("b")})));
}

#[test]
fn rules_are_enforced() {
    for bad in [
        json!({}),
        json!([]),
        json!("s"),
        json!({"s": [1]}),
        json!({"s": {}}),
        json!({"s": {"$or": []}}),
        json!({"$and": []}),
        json!({"o": {"p": 1}}),
        json!({"s": {"$in": "x"}}),
        json!({"s": {"$in": [[1]]}}),
        json!({"s": {"$eq": {}}}),
        json!({"s": {"$lt": true}}),
        json!({"s": {"$gt": null}}),
        json!({"s": {"$eq": 1, "$ne": 2}}),
        json!({"s": {"$gt": 1, "$gte": 2}}),
        json!({"s": {"$lt": 1, "$lte": 2}}),
        json!({"s": {"$gt": 1, "$ne": 2}}),
        json!({"s": {"$gt": 1, "$lt": 2, "$ne": 3}}),
        json!({"": 1}),
        json!({"a\"b": 1}),
    ] {
        let error = Filter::parse(&bad, &BOUNDS).expect_err("must be refused");
        assert_eq!((error.code(), error.status()), (40026, 400), "{bad}");
    }
}

#[test]
fn sizes_are_enforced() {
    // {"k":"…"} is eight bytes around the text.
    assert!(Filter::parse(&json!({"k": "x".repeat(2047 - 8)}), &BOUNDS).is_ok());
    let error = Filter::parse(&json!({"k": "x".repeat(2048 - 8)}), &BOUNDS).expect_err("too large");
    assert_eq!(error.to_string(), "invalid filter: its compact JSON must not exceed 2047 bytes, got 2048 bytes");
    let key = |length: usize| Value::Object([("k".repeat(length), json!(1))].into_iter().collect());
    assert!(Filter::parse(&key(512), &BOUNDS).is_ok());
    assert!(Filter::parse(&key(513), &BOUNDS).is_err());
}

/// The rules once more, written as naively as they read, over JSON instead of index entries.
fn naive(filter: &Value, metadata: &Value) -> bool {
    let kinds = |key: &str| indexes().into_iter().find(|index| index.property == key).map(|index| index.kind);
    filter.as_object().expect("an object").iter().all(|(key, condition)| {
        let Some(kind) = kinds(key) else { return false };
        let value = key.split('.').fold(metadata, |value, part| value.get(part).unwrap_or(&Value::Null));
        let fits = match kind {
            IndexType::String => value.is_string(),
            IndexType::Number => value.is_number(),
            IndexType::Boolean => value.is_boolean(),
        };
        let value = if fits { value } else { &Value::Null };
        let equal = |operand: &Value| match (value.as_f64(), operand.as_f64()) {
            (Some(left), Some(right)) => left == right,
            _ => value == operand,
        };
        let below = |operand: &Value| match (value, operand) {
            (Value::Number(_), Value::Number(_)) => value.as_f64() < operand.as_f64(),
            (Value::String(left), Value::String(right)) => left < right,
            _ => false,
        };
        let comparable =
            |operand: &Value| (value.is_number() && operand.is_number()) || (value.is_string() && operand.is_string());
        let any = |list: &Value| list.as_array().expect("an array").iter().any(equal);
        match condition {
            Value::Object(operators) => operators.iter().all(|(operator, operand)| match operator.as_str() {
                "$eq" => equal(operand),
                "$ne" => !equal(operand),
                "$in" => any(operand),
                "$nin" => !any(operand),
                "$lt" => below(operand),
                "$lte" => below(operand) || (comparable(operand) && equal(operand)),
                "$gt" => comparable(operand) && !below(operand) && !equal(operand),
                "$gte" => comparable(operand) && !below(operand),
                _ => panic!("no such operator"),
            }),
            scalar => equal(scalar),
        }
    })
}

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        prop::sample::select(vec![json!(null), json!(true), json!(false), json!(0), json!(1), json!(1.5), json!(-2)]),
        "[ab]{0,2}".prop_map(Value::from),
    ]
}

fn comparable() -> impl Strategy<Value = Value> {
    prop_oneof![(-2i32..3).prop_map(Value::from), "[ab]{0,2}".prop_map(Value::from)]
}

fn condition() -> impl Strategy<Value = Value> {
    let list = || prop::collection::vec(scalar(), 0..3);
    prop_oneof![
        scalar(),
        (prop::sample::select(vec!["$eq", "$ne"]), scalar()).prop_map(|(operator, value)| json!({operator: value})),
        (prop::sample::select(vec!["$in", "$nin"]), list()).prop_map(|(operator, value)| json!({operator: value})),
        (prop::sample::select(vec!["$lt", "$lte", "$gt", "$gte"]), comparable())
            .prop_map(|(operator, value)| json!({operator: value})),
        (comparable(), comparable()).prop_map(|(low, high)| json!({"$gt": low, "$lte": high})),
        (comparable(), comparable()).prop_map(|(low, high)| json!({"$lt": high, "$gte": low})),
    ]
}

fn properties<V: Strategy<Value = Value>>(value: impl Fn() -> V) -> impl Strategy<Value = Vec<(String, Value)>> {
    let key = prop::sample::select(vec!["s", "n", "b", "o.p", "free"]).prop_map(str::to_owned);
    prop::collection::vec((key, value()), 1..4)
}

proptest! {
    #[test]
    fn filters_agree_with_the_naive_reading(
        filter in properties(condition),
        metadata in properties(scalar),
    ) {
        let filter = Value::Object(filter.into_iter().collect());
        let metadata: Map<String, Value> = metadata
            .into_iter()
            .map(|(key, value)| if key == "o.p" { ("o".to_owned(), json!({"p": value})) } else { (key, value) })
            .collect();
        let metadata = Value::Object(metadata);
        prop_assert_eq!(matches(&filter, &metadata), naive(&filter, &metadata), "{} on {}", filter, metadata);
    }
}
