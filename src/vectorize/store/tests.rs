use std::path::Path;

use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use super::*;
use crate::clock::Clock;
use crate::error::Operation;
use crate::vectorize::limits::tests::BOUNDS;
use crate::vectorize::{Index, IndexType, Lag, Query, ReturnMetadata, Unparsable, Vectorize, ndjson};

fn service(folder: &Path, lag: Lag) -> Vectorize {
    let ids = |_: &str| Uuid::new_v4_of(Timestamp::now());
    Vectorize::new(Clock::default(), *BOUNDS, lag, ids).kept_in(folder).expect("opens")
}

trait Random {
    fn new_v4_of(seed: Timestamp) -> Uuid;
}

impl Random for Uuid {
    fn new_v4_of(seed: Timestamp) -> Uuid {
        uuid::Builder::from_random_bytes(seed.as_nanosecond().to_be_bytes()).into_uuid()
    }
}

fn create(service: &Vectorize, name: &str) -> Arc<Index> {
    let account = service.account("a");
    account
        .create(&json!({"name": name, "description": "d", "config": {"dimensions": 32, "metric": "euclidean"}}))
        .expect("creates");
    account.get(name).expect("is there")
}

fn write(index: &Index, operation: Operation, ids: std::ops::Range<u32>, value: f32) -> String {
    let line = |id: u32| {
        let mut values = vec![0.0; 32];
        values[0] = value;
        json!({"id": format!("v{id}"), "values": values, "namespace": id.is_multiple_of(2).then_some("even"), "metadata": {"id": id}})
    };
    let body: Vec<String> = ids.map(|id| line(id).to_string()).collect();
    let lines = ndjson(body.join("\n").as_bytes(), operation, Unparsable::Error).expect("parses");
    index.write(operation, lines, 5000).expect("writes").mutation_id
}

/// Everything that a caller can see of an index.
fn seen(index: &Index) -> Value {
    let query = |filter: Value, namespace: Option<&str>| {
        let query = Query {
            vector: Some(vec![0.0; 32]),
            top_k: Some(50),
            namespace: namespace.map(str::to_owned),
            filter: (!filter.is_null()).then_some(filter),
            return_values: Some(true),
            return_metadata: Some(ReturnMetadata::All),
            ..Query::default()
        };
        json!(index.query(query).expect("answers"))
    };
    json!([
        index.describe(),
        index.info(),
        index.metadata_indexes(),
        index.list(1000, None).expect("lists").vectors,
        query(Value::Null, None),
        query(json!({"id": {"$gte": 2}}), None),
        query(json!({"id": {"$ne": 2}}), Some("even")),
    ])
}

#[test]
fn everything_comes_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let (before, deleted) = {
        let service = service(folder.path(), Lag::Immediate);
        let index = create(&service, "docs");
        write(&index, Operation::Insert, 0..3, 1.0);
        index.create_metadata_index("id".into(), IndexType::Number).expect("creates");
        write(&index, Operation::Upsert, 2..9, 2.0);
        index.delete_by_ids(vec!["v4".into(), "nobody".into()]).expect("deletes");
        create(&service, "gone");
        service.account("a").delete("gone").expect("deletes");
        create(&service, "twice");
        service.account("a").delete("twice").expect("deletes");
        create(&service, "twice");
        service
            .account("b")
            .create(&json!({"name": "other", "config": {"dimensions": 32, "metric": "cosine"}}))
            .expect("creates");
        service.reset(Some("b")).expect("resets");
        (seen(&index), service.account("a").get("gone").map(drop))
    };
    // Twice: what was replayed is kept as it is.
    for _ in 0..2 {
        let service = service(folder.path(), Lag::Immediate);
        let account = service.account("a");
        assert_eq!(seen(&account.get("docs").expect("is there")), before);
        assert_eq!(account.get("gone").map(drop), deleted);
        assert!(account.get("twice").is_ok());
        assert!(service.account("b").list().is_empty());
    }
}

#[test]
fn what_waits_goes_on_waiting() {
    let folder = tempfile::tempdir().expect("a folder");
    {
        let service = service(folder.path(), Lag::Manual);
        let index = create(&service, "docs");
        write(&index, Operation::Insert, 0..2, 1.0);
        write(&index, Operation::Insert, 2..5, 1.0);
        write(&index, Operation::Upsert, 0..1, 7.0);
        assert_eq!(index.tick(1), Ok(1));
    }
    let service = service(folder.path(), Lag::Manual);
    let index = service.account("a").get("docs").expect("is there");
    assert_eq!((index.info().vector_count, index.waiting()), (2, 2));
    assert_eq!(index.tick(9), Ok(2));
    assert_eq!(index.info().vector_count, 5);
}

/// Enough to be folded into the rows, several times, with holes and moves.
#[test]
fn folding_changes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let before = {
        let service = service(folder.path(), Lag::Immediate);
        let index = create(&service, "docs");
        index.create_metadata_index("id".into(), IndexType::Number).expect("creates");
        for round in 0..3 {
            write(&index, Operation::Upsert, 0..4000, round as f32);
            index.fold_now();
            index.delete_by_ids((round * 50..round * 50 + 90).map(|id| format!("v{id}")).collect()).expect("deletes");
            index.fold_now();
        }
        write(&index, Operation::Insert, 0..20, 9.0);
        seen(&index)
    };
    let service = service(folder.path(), Lag::Immediate);
    assert!(seen(&service.account("a").get("docs").expect("is there")) == before);
}

#[test]
fn two_processes_cannot_share_a_folder() {
    let folder = tempfile::tempdir().expect("a folder");
    let _first = service(folder.path(), Lag::Immediate);
    let error = Store::open(folder.path()).expect_err("refused");
    assert!(error.to_string().contains("another process") && error.to_string().contains("hint:"), "{error}");
}

#[test]
fn damage_is_named_and_never_passed_over() {
    let folder = tempfile::tempdir().expect("a folder");
    let before = {
        let service = service(folder.path(), Lag::Immediate);
        let index = create(&service, "docs");
        write(&index, Operation::Insert, 0..300, 1.0);
        index.fold_now();
        write(&index, Operation::Insert, 300..400, 1.0);
        seen(&index)
    };
    let file = folder.path().join(FILE);
    let whole = std::fs::read(&file).expect("reads");
    let mut refused = 0;
    // At places spread over the file, header included.
    for step in 0..60 {
        let mut damaged = whole.clone();
        let at = if step < 20 { step * 16 } else { (step - 20) * whole.len() / 40 + 77 };
        damaged[at] ^= 0x40;
        let copy = tempfile::tempdir().expect("a folder");
        std::fs::write(copy.path().join(FILE), &damaged).expect("writes");
        std::fs::copy(folder.path().join(MARK), copy.path().join(MARK)).expect("copies");
        match Vectorize::new(Clock::default(), *BOUNDS, Lag::Immediate, |_| Uuid::nil()).kept_in(copy.path()) {
            Err(error) => {
                assert!(error.to_string().contains(FILE) && error.to_string().contains("hint:"), "{error}");
                refused += 1;
            }
            // The byte meant nothing.
            Ok(service) => {
                let index = service.account("a").get("docs");
                assert!(index.is_ok_and(|index| seen(&index) == before), "byte {at}");
            }
        }
    }
    assert!(refused > 10, "{refused}");
    for length in [0, 1, 100, 4096, whole.len() / 2, whole.len() - 4096] {
        std::fs::write(&file, &whole[..length]).expect("writes");
        let error = Store::open(folder.path()).expect_err("refused");
        assert!(error.to_string().contains(FILE), "{length}: {error}");
    }
    std::fs::remove_file(&file).expect("removes");
    assert!(Store::open(folder.path()).expect_err("refused").to_string().contains("missing"));
    std::fs::write(&file, &whole).expect("writes");
    assert!(Store::open(folder.path()).is_ok());
    std::fs::write(folder.path().join(MARK), b"something else").expect("writes");
    assert!(Store::open(folder.path()).expect_err("refused").to_string().contains(MARK));
}
