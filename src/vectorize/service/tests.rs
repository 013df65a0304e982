use serde_json::json;

use super::*;
use crate::vectorize::limits::tests::BOUNDS;

fn service(bounds: Bounds) -> Vectorize {
    Vectorize::new(Clock::default(), bounds, Lag::Immediate, |_| Uuid::from_u128(1))
}

fn body(name: &str) -> Value {
    json!({"name": name, "config": {"dimensions": 32, "metric": "cosine"}})
}

#[test]
fn an_index_lives_and_dies() {
    let account = service(*BOUNDS).account("a");
    let created = account.create(&body("docs")).expect("creates");
    let text = serde_json::to_string(&created).expect("serialises");
    let time = &created.created_on;
    assert_eq!(
        text,
        format!(
            r#"{{"created_on":"{time}","modified_on":"{time}","name":"docs","description":"","config":{{"dimensions":32,"metric":"cosine"}}}}"#
        )
    );
    assert!(time.ends_with('Z'));
    assert_eq!(account.list(), [created]);
    let text = |error: VectorizeError| (error.code(), error.status(), error.to_string());
    assert_eq!(
        account.create(&body("docs")).map_err(text),
        Err((3002, 400, "vectorize.index.duplicate_name - Index name \"docs\"".into()))
    );
    assert_eq!(
        account.delete("other").map_err(text),
        Err((3000, 404, "vectorize.index.not_found - Index name \"other\"".into()))
    );
    assert_eq!(account.delete("docs"), Ok(()));
    let deleted = Err((3005, 410, "vectorize.index.deleted - Index name \"docs\" was deleted".to_owned()));
    assert_eq!(account.delete("docs").map_err(text), deleted);
    assert_eq!(account.get("docs").map(drop).map_err(text), deleted);
    assert_eq!(account.list(), []);
    assert!(account.create(&body("docs")).is_ok());
    assert!(account.get("docs").is_ok());
}

#[test]
fn bodies_are_checked() {
    let account = service(*BOUNDS).account("a");
    let config = json!({"preset": "@cf/baai/bge-small-en-v1.5"});
    let created = account.create(&json!({"name": "docs", "config": config, "description": "d"})).expect("creates");
    assert_eq!((created.description.as_str(), created.config.dimensions), ("d", 384));
    for (body, code) in [
        (json!([]), 3001),
        (json!({}), 3001),
        (json!({"name": 1}), 3001),
        (json!({"name": "Nope"}), 3001),
        (json!({"name": "docs2"}), 3003),
        (json!({"name": "docs2", "dimensions": 32, "metric": "cosine"}), 3003),
        (json!({"name": "docs2", "config": config, "description": 1}), 3003),
    ] {
        assert_eq!(account.create(&body).map_err(|error| error.code()), Err(code), "{body}");
    }
}

#[test]
fn the_plan_limits_indexes() {
    let account = service(Bounds { indexes: 2, ..*BOUNDS }).account("a");
    for name in ["aa", "bb"] {
        assert!(account.create(&body(name)).is_ok());
    }
    assert_eq!(account.create(&body("cc")), Err(VectorizeError::TooManyIndexes { limit: 2 }));
    assert_eq!(account.delete("aa"), Ok(()));
    assert!(account.create(&body("cc")).is_ok());
}

#[test]
fn accounts_are_alone_and_can_be_forgotten() {
    let service = service(*BOUNDS);
    for account in ["a", "b"] {
        assert!(service.account(account).create(&body("docs")).is_ok());
    }
    service.reset(Some("a")).expect("resets");
    assert_eq!(service.account("a").get("docs").map(drop).map_err(|error| error.code()), Err(3000));
    assert!(service.account("b").get("docs").is_ok());
    service.reset(None).expect("resets");
    assert_eq!(service.account("b").list(), []);
}
