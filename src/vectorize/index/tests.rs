use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Value, json};
use uuid::{Builder, Uuid};

use super::*;
use crate::clock::Clock;
use crate::vectorize::limits::tests::BOUNDS;
use crate::vectorize::service::Account;
use crate::vectorize::{Unparsable, Vectorize};

pub const DIMENSIONS: usize = 32;

pub struct World {
    pub clock: Clock,
    pub account: Arc<Account>,
    pub index: Arc<Index>,
}

pub fn world(metric: &str) -> World {
    let clock = Clock::default();
    let counter = AtomicU64::new(0);
    let ids = move |_: &str| {
        Builder::from_random_bytes(u128::from(counter.fetch_add(1, Ordering::Relaxed)).to_be_bytes()).into_uuid()
    };
    let account = Vectorize::new(clock.clone(), *BOUNDS, Lag::Immediate, ids).account("a");
    let config = json!({"name": "docs", "config": {"dimensions": DIMENSIONS, "metric": metric}});
    account.create(&config).expect("creates");
    let index = account.get("docs").expect("exists");
    World { clock, account, index }
}

/// A vector whose first values are given and whose others are zero.
fn line(id: &str, first: &[f32], extra: Value) -> Value {
    let mut values = vec![0.0; DIMENSIONS];
    values[..first.len()].copy_from_slice(first);
    let mut line = json!({"id": id, "values": values});
    if let (Some(line), Value::Object(extra)) = (line.as_object_mut(), extra) {
        line.extend(extra);
    }
    line
}

fn write(index: &Index, operation: Operation, lines: &[Value]) -> Result<String> {
    let body: Vec<String> = lines.iter().map(Value::to_string).collect();
    let lines = parse::ndjson(body.join("\n").as_bytes(), operation, Unparsable::Error)?;
    Ok(index.write(operation, lines, BOUNDS.http_batch)?.mutation_id)
}

fn insert(index: &Index, lines: &[Value]) -> String {
    write(index, Operation::Insert, lines).expect("inserts")
}

fn query(index: &Index, first: &[f32], extra: Value) -> Value {
    let mut body = line("", first, extra);
    let vector = body["values"].take();
    body["vector"] = vector;
    let query: Query = serde_json::from_value(body).expect("a query's shape");
    serde_json::to_value(index.query(query).expect("a good query")).expect("serialises")
}

fn ids(matches: &Value) -> Vec<&str> {
    matches["matches"].as_array().expect("matches").iter().map(|hit| hit["id"].as_str().expect("an id")).collect()
}

#[test]
fn a_fresh_index_has_no_processed_fields() {
    let world = world("cosine");
    let info = |world: &World| serde_json::to_string(&world.index.info()).expect("serialises");
    assert_eq!(info(&world), r#"{"dimensions":32,"vectorCount":0}"#);
    let id = world.index.create_metadata_index("k".into(), IndexType::String).expect("creates").mutation_id;
    assert!(info(&world).ends_with(&format!(r#""processedUpToMutation":"{id}"}}"#)));
    assert_eq!(Uuid::parse_str(&id).expect("a uuid").get_version_num(), 4);
}

#[test]
fn matches_show_what_was_asked_for() {
    let world = world("cosine");
    world.index.create_metadata_index("k".into(), IndexType::String).expect("creates");
    let long = "x".repeat(70);
    insert(
        &world.index,
        &[
            line("a", &[3.0, 4.0], json!({"namespace": "n", "metadata": {"z": 1, "k": long}})),
            line("b", &[0.0, 0.2321], json!({})),
        ],
    );
    let text = |extra| query(&world.index, &[0.6, 0.8], extra).to_string();
    assert_eq!(
        text(json!({})),
        r#"{"count":2,"matches":[{"id":"a","score":1,"namespace":"n"},{"id":"b","score":0.8}]}"#
    );
    assert_eq!(
        query(&world.index, &[0.6, 0.8], json!({"returnMetadata": "all"}))["matches"][0],
        json!({"id": "a", "score": 1, "namespace": "n", "metadata": {"k": long, "z": 1}})
    );
    assert_eq!(
        query(&world.index, &[0.6, 0.8], json!({"returnMetadata": "indexed"}))["matches"],
        json!([
            {"id": "a", "score": 1, "namespace": "n", "metadata": {"k": "x".repeat(64)}},
            {"id": "b", "score": 0.8},
        ])
    );
    let values = &query(&world.index, &[0.0, 1.0], json!({"returnValues": true, "topK": 1}))["matches"][0]["values"];
    assert!(values.to_string().starts_with("[0,0.2321,0,0"));
    assert_eq!(text(json!({"namespace": "nobody"})), r#"{"count":0,"matches":[]}"#);
    assert_eq!(ids(&query(&world.index, &[1.0], json!({"namespace": "n"}))), ["a"]);
}

#[test]
fn vectors_are_found_by_id() {
    let world = world("euclidean");
    insert(
        &world.index,
        &[line("a", &[0.2321, 0.0, 1.0], json!({"metadata": {"text": "hi"}})), line("b", &[], json!({}))],
    );
    let get = |ids: &[&str]| {
        let ids: Vec<String> = ids.iter().map(|id| (*id).to_owned()).collect();
        world.index.get_by_ids(&ids).map(|found| serde_json::to_string(&found).expect("serialises"))
    };
    let text = get(&["nobody", "a"]).expect("answers");
    assert!(
        text.starts_with(r#"[{"id":"a","namespace":null,"metadata":{"text":"hi"},"values":[0.2321,0,1,0,"#),
        "{text}"
    );
    assert_eq!(get(&["nobody"]), Ok("[]".into()));
    assert!(get(&["b"]).expect("answers").contains(r#""namespace":null,"metadata":null"#));
    let by_id = |id: &str| {
        let query = Query { vector_id: Some(id.into()), top_k: Some(1), ..Query::default() };
        serde_json::to_string(&world.index.query(query).expect("answers")).expect("serialises")
    };
    assert_eq!(by_id("a"), r#"{"count":1,"matches":[{"id":"a","score":0}]}"#);
    assert_eq!(by_id("nobody"), r#"{"count":0,"matches":[]}"#);
}

#[test]
fn payloads_are_limited() {
    let world = world("cosine");
    let many = |count: usize| (0..count).map(|number| number.to_string()).collect::<Vec<_>>();
    assert!(world.index.get_by_ids(&many(20)).is_ok());
    assert_eq!(
        world.index.get_by_ids(&many(21)).map_err(|error| error.to_string()),
        Err("too many ids in payload; max id count is 20, got 21".into())
    );
    assert!(world.index.delete_by_ids(many(100)).is_ok());
    assert_eq!(
        world.index.delete_by_ids(many(101)).map_err(|error| error.to_string()),
        Err("too many ids in payload; max id count is 100, got 101".into())
    );
    assert_eq!(world.index.get_by_ids(&["x".repeat(65)]).map_err(|error| error.code()), Err(40008));
    let lines = |count: usize| {
        let body: Vec<String> = many(count).iter().map(|id| line(id, &[1.0], json!({})).to_string()).collect();
        parse::ndjson(body.join("\n").as_bytes(), Operation::Insert, Unparsable::Error).expect("parses")
    };
    for limit in [BOUNDS.binding_batch, BOUNDS.http_batch] {
        assert!(world.index.write(Operation::Insert, lines(limit), limit).is_ok());
        assert_eq!(
            world.index.write(Operation::Insert, lines(limit + 1), limit),
            Err(VectorizeError::TooManyVectors { limit, got: limit + 1 })
        );
    }
}

#[test]
fn one_bad_vector_refuses_the_batch() {
    let world = world("cosine");
    let error =
        write(&world.index, Operation::Upsert, &[line("a", &[1.0], json!({})), json!({"id": "b", "values": [1, 2]})])
            .expect_err("refused");
    assert_eq!(error.to_string(), "invalid vector for id=\"b\", expected 32 dimensions, and got 2 dimensions");
    assert_eq!(world.index.info().vector_count, 0);
    assert_eq!(world.index.info().processed_up_to_mutation, None);
}

#[test]
fn metadata_indexes_cover_later_writes() {
    let world = world("cosine");
    let tag = |value: &str| json!({"metadata": {"tag": value}});
    insert(&world.index, &[line("old", &[1.0], tag("x"))]);
    let filter = json!({"filter": {"tag": "x"}});
    assert_eq!(query(&world.index, &[1.0], filter.clone())["count"], 0);
    world.index.create_metadata_index("tag".into(), IndexType::String).expect("creates");
    insert(&world.index, &[line("new", &[1.0], tag("x"))]);
    assert_eq!(ids(&query(&world.index, &[1.0], filter.clone())), ["new"]);
    write(&world.index, Operation::Upsert, &[line("old", &[1.0], tag("x"))]).expect("upserts");
    assert_eq!(ids(&query(&world.index, &[1.0], filter.clone())), ["new", "old"]);
    let listed = serde_json::to_string(&world.index.metadata_indexes()).expect("serialises");
    assert_eq!(listed, r#"{"metadataIndexes":[{"propertyName":"tag","indexType":"String"}]}"#);
    world.index.delete_metadata_index("tag".into()).expect("deletes");
    world.index.create_metadata_index("tag".into(), IndexType::String).expect("creates");
    assert_eq!(query(&world.index, &[1.0], filter)["count"], 0);
}

#[test]
fn metadata_indexes_are_refused() {
    let world = world("cosine");
    for number in 0..10 {
        world.index.create_metadata_index(number.to_string(), IndexType::Number).expect("creates");
    }
    let create = |property: &str, kind| world.index.create_metadata_index(property.into(), kind).map(drop);
    assert_eq!(create("0", IndexType::Number), Ok(()));
    assert_eq!(create("0", IndexType::String).map_err(|error| error.code()), Err(40004));
    assert_eq!(create("11", IndexType::String), Err(VectorizeError::TooManyMetadataIndexes { limit: 10 }));
    assert_eq!(create("$x", IndexType::String).map_err(|error| error.code()), Err(40018));
    let delete = |property: &str| world.index.delete_metadata_index(property.into()).map(drop);
    assert_eq!(delete("nobody").map_err(|error| error.code()), Err(40005));
    assert_eq!(delete("0"), Ok(()));
    assert_eq!(create("11", IndexType::String), Ok(()));
}

#[test]
fn a_list_walks_over_a_snapshot() {
    let world = world("cosine");
    let lines: Vec<Value> = (0..5).map(|number| line(&format!("v{number}"), &[1.0], json!({}))).collect();
    insert(&world.index, &lines);
    let first = world.index.list(2, None).expect("lists");
    assert_eq!((first.count, first.total_count, first.is_truncated), (2, 5, true));
    assert!(first.cursor_expiration_timestamp.expect("expires").ends_with("+00:00"));
    world.index.delete_by_ids(vec!["v4".into()]).expect("deletes");
    insert(&world.index, &[line("late", &[1.0], json!({}))]);
    let cursor = first.next_cursor.expect("goes on");
    let second = world.index.list(2, Some(&cursor)).expect("lists");
    let last = world.index.list(1000, second.next_cursor.as_deref()).expect("lists");
    assert_eq!(
        serde_json::to_string(&last).expect("serialises"),
        r#"{"count":1,"totalCount":5,"isTruncated":false,"nextCursor":null,"cursorExpirationTimestamp":null,"vectors":[{"id":"v4"}]}"#
    );
    for bad in ["", "x", &"0".repeat(33), &format!("{cursor}f"), "ääääääääääääääääää"] {
        assert_eq!(world.index.list(2, Some(bad)), Err(VectorizeError::InvalidCursor), "{bad}");
    }
    world.clock.set_offset(jiff::SignedDuration::from_secs(2 * BOUNDS.cursor_seconds as i64));
    assert_eq!(world.index.list(2, Some(&cursor)), Err(VectorizeError::InvalidCursor));
}

#[test]
fn mutations_wait_as_long_as_the_lag_says() {
    let world = world("cosine");
    let count = || world.index.info().vector_count;
    world.account.set_lag(Lag::Manual);
    insert(&world.index, &[line("a", &[1.0], json!({}))]);
    let second = insert(&world.index, &[line("b", &[1.0], json!({}))]);
    assert_eq!(count(), 0);
    assert_eq!((world.index.tick(1), count()), (Ok(1), 1));
    assert_ne!(world.index.info().processed_up_to_mutation, Some(second.clone()));
    assert_eq!((world.index.tick(9), count()), (Ok(1), 2));
    assert_eq!(world.index.info().processed_up_to_mutation, Some(second));

    world.account.set_lag(Lag::AfterReads(2));
    insert(&world.index, &[line("c", &[1.0], json!({}))]);
    assert_eq!([count(), count(), count()], [2, 2, 3]);

    world.account.set_lag(Lag::AfterMs(60_000));
    insert(&world.index, &[line("d", &[1.0], json!({}))]);
    assert_eq!(count(), 3);
    world.clock.set_offset(jiff::SignedDuration::from_secs(61));
    assert_eq!(count(), 4);

    world.account.set_lag(Lag::Manual);
    insert(&world.index, &[line("e", &[1.0], json!({}))]);
    world.account.set_lag(Lag::Immediate);
    assert_eq!(count(), 5);
}

#[test]
fn room_is_checked() {
    let mut state = State::new(1);
    let vector = |id: &str, namespace: &str| Vector {
        id: id.into(),
        namespace: Some(namespace.into()),
        metadata: None,
        values: vec![1.0],
    };
    state.apply(&Change::Insert(vec![vector("a", "m"), vector("b", "n")]), &mut RoaringBitmap::new());
    assert_eq!(check_room(&state, &[vector("a", "m"), vector("c", "n"), vector("c", "o")], 3, 3), Ok(()));
    assert_eq!(
        check_room(&state, &[vector("c", "m"), vector("d", "n")], 3, 3),
        Err(VectorizeError::IndexFull { limit: 3 })
    );
    assert_eq!(
        check_room(&state, &[vector("c", "o"), vector("d", "p")], 9, 3),
        Err(VectorizeError::TooManyNamespaces { limit: 3 })
    );
}

/// Queries and writes at once: a batch is seen whole or not at all.
#[test]
fn queries_see_whole_batches() {
    let world = world("euclidean");
    let batch = |value: f32| -> Vec<Value> {
        (0..100).map(|number| line(&format!("v{number}"), &[value], json!({}))).collect()
    };
    insert(&world.index, &batch(0.0));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for value in 1..30 {
                write(&world.index, Operation::Upsert, &batch(value as f32)).expect("upserts");
            }
        });
        for _ in 0..100 {
            let found = query(&world.index, &[0.0], json!({"topK": 100}));
            let scores: Vec<_> =
                found["matches"].as_array().expect("matches").iter().map(|hit| &hit["score"]).collect();
            assert!(scores.iter().all(|score| *score == scores[0]), "{scores:?}");
        }
    });
}
