use serde_json::{Value, json};
use uuid::Uuid;

use super::*;
use crate::clock::Clock;
use crate::error::{Error, Operation};
use crate::vectorize::limits::tests::BOUNDS;
use crate::vectorize::{Account, IndexType, Lag, Query, ReturnMetadata, Unparsable, Vectorize, ndjson};

fn service() -> Vectorize {
    Vectorize::new(Clock::default(), *BOUNDS, Lag::Immediate, |_| Uuid::from_u128(1))
}

fn filled(service: &Vectorize) -> std::sync::Arc<Account> {
    let account = service.account("a");
    account
        .create(&json!({"name": "docs", "description": "d", "config": {"dimensions": 32, "metric": "euclidean"}}))
        .expect("creates");
    account.create(&json!({"name": "gone", "config": {"dimensions": 32, "metric": "cosine"}})).expect("creates");
    account.delete("gone").expect("deletes");
    let index = account.get("docs").expect("is there");
    let write = |ids: std::ops::Range<u32>| {
        let line = |id: u32| json!({"id": format!("v{id}"), "values": vec![0.1 * f64::from(id); 32], "namespace": id.is_multiple_of(2).then_some("n"), "metadata": {"id": id}});
        let body: Vec<String> = ids.map(|id| line(id).to_string()).collect();
        let lines = ndjson(body.join("\n").as_bytes(), Operation::Insert, Unparsable::Error).expect("parses");
        index.write(Operation::Insert, lines, 5000).expect("writes");
    };
    write(0..10);
    index.create_metadata_index("id".into(), IndexType::Number).expect("creates");
    write(10..2000);
    account
}

fn seen(account: &Account) -> Value {
    let index = account.get("docs").expect("is there");
    let query = |filter: Value| {
        let vector = Some(vec![0.0; 32]);
        let query = Query {
            vector,
            top_k: Some(50),
            filter: Some(filter),
            return_metadata: Some(ReturnMetadata::All),
            ..Query::default()
        };
        json!(index.query(query).expect("answers"))
    };
    json!([
        index.describe(),
        index.info(),
        index.list(1000, None).expect("lists").vectors,
        query(json!({"id": {"$gte": 0}})),
        query(json!({"id": null}))
    ])
}

fn export(account: &Account) -> Vec<u8> {
    account.export(None).expect("exports").flatten().collect()
}

fn import(account: &Account, file: &[u8], piece: usize, replace: bool) -> Result<Imported, Error> {
    let mut import = Import::new(account.bounds());
    file.chunks(piece).try_for_each(|piece| import.feed(piece))?;
    import.finish(account, replace)
}

#[test]
fn an_account_moves() {
    let one = service();
    let from = filled(&one);
    let file = export(&from);
    let pieces: Vec<_> = from.export(Some("docs")).expect("exports").collect();
    assert!(pieces.len() > 1 && pieces.iter().all(|piece| piece.len() < 1 << 20), "in pieces");
    for piece in [file.len(), 1000, 7] {
        let two = service();
        let to = two.account("b");
        assert_eq!(import(&to, &file, piece, false), Ok(Imported { indexes: 1, vectors: 2000 }));
        assert_eq!(seen(&to), seen(&from));
        assert_eq!(to.get("gone").map(drop), from.get("gone").map(drop));
        assert!(import(&to, &file, piece, false).is_err_and(|error| error.to_string().contains("replace=true")));
        to.get("docs").expect("is there").delete_by_ids(vec!["v1".into()]).expect("deletes");
        assert!(import(&to, &file, piece, true).is_ok());
        assert_eq!(seen(&to), seen(&from));
    }
    assert!(from.export(Some("nobody")).is_err());
}

#[test]
fn half_a_file_changes_nothing() {
    let one = service();
    let file = export(&filled(&one));
    let two = service();
    let to = two.account("b");
    let refused = |file: &[u8]| {
        let error = import(&to, file, 5000, false).expect_err("refused");
        assert!(error.status() < 500);
        assert!(to.list().is_empty());
        error.to_string()
    };
    for length in [0, 1, 100, file.len() / 3, file.len() / 2, file.len() - 2, file.len() - 60] {
        refused(&file[..length]);
    }
    let mut changed = file.clone();
    let digit = file.len() / 2 + file[file.len() / 2..].iter().position(u8::is_ascii_digit).expect("a digit");
    changed[digit] = if changed[digit] == b'1' { b'2' } else { b'1' };
    refused(&changed);
    let lines: Vec<&[u8]> = file.split_inclusive(|&byte| byte == b'\n').collect();
    let without = |left_out: usize| {
        lines
            .iter()
            .enumerate()
            .filter(|(at, _)| *at != left_out)
            .flat_map(|(_, line)| line.iter().copied())
            .collect::<Vec<u8>>()
    };
    for left_out in [0, 1, 2, lines.len() - 1] {
        refused(&without(left_out));
    }
    for junk in ["null", "[]", "{}", r#"{"manifest":{}}"#, "{\"id\":\"a\",\"values\":[1]}", &"x".repeat(3 << 20)] {
        refused(junk.as_bytes());
    }
}
