use std::sync::atomic::{AtomicU64, Ordering};

use axum::body::Bytes;
use proptest::prelude::*;
use serde_json::{Value, json};
use uuid::Builder;

use super::*;
use crate::clock::Clock;
use crate::limits::{Limits, Plan};
use crate::vectorize::Lag;
use crate::vectorize::limits::Bounds;

const JSON: &str = "application/json; charset=utf-8;";
const NDJSON: &str = "application/x-ndjson";

pub fn service() -> Vectorize {
    let counter = AtomicU64::new(0);
    let ids = move || Builder::from_random_bytes(u128::from(counter.fetch_add(1, Ordering::Relaxed)).to_be_bytes());
    let bounds = Bounds::of(&Limits::new(Plan::Paid));
    let service = Vectorize::new(Clock::default(), bounds, Lag::Immediate, move |_| ids().into_uuid());
    let config = json!({"name": "docs", "config": {"dimensions": 32, "metric": "cosine"}});
    service.account("a").create(&config).expect("creates");
    service
}

pub fn request<'a>(method: &'a str, path: &'a str, content_type: &'a str, body: &'a Bytes) -> Request<'a> {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let content_type = (!content_type.is_empty()).then_some(content_type);
    Request { account: "a", method, path, query, content_type, body }
}

/// The result's text, or code, status and text of the refusal.
type Outcome = Result<String, (u32, u16, String)>;

pub fn outcome(answer: Answer) -> Outcome {
    answer.map(|json| json.get().to_owned()).map_err(|error| (error.code(), error.status(), error.to_string()))
}

fn call(service: &Vectorize, method: &str, path: &str, content_type: &str, body: impl Into<Bytes>) -> Outcome {
    outcome(rest(service, &request(method, path, content_type, &body.into())))
}

fn code(outcome: Outcome) -> Result<String, u32> {
    outcome.map_err(|(code, ..)| code)
}

pub fn line(id: &str) -> String {
    let mut values = vec![0.0; 32];
    values[..2].copy_from_slice(&[0.2321, 0.8121]);
    json!({"id": id, "values": values, "metadata": {"text": "hi"}}).to_string()
}

/// A whole life, with every shape.
#[test]
fn every_operation_answers() {
    let service = service();
    let call = |method, path, content_type, body: &str| {
        call(&service, method, path, content_type, body.to_owned()).expect("answers")
    };
    let listed = call("GET", "", "", "");
    let created = r#","name":"docs","description":"","config":{"dimensions":32,"metric":"cosine"}}"#;
    assert!(listed.starts_with(r#"[{"created_on":""#) && listed.ends_with(&format!("{created}]")), "{listed}");
    assert_eq!(call("GET", "/docs", "", ""), listed[1..listed.len() - 1]);
    assert_eq!(call("GET", "/docs/info", "", ""), r#"{"dimensions":32,"vectorCount":0}"#);
    let mutation = |number: u8| format!(r#"{{"mutationId":"00000000-0000-4000-8000-0000000000{number:02x}"}}"#);
    let index = r#"{"propertyName":"text","indexType":"string"}"#;
    assert_eq!(call("POST", "/docs/metadata_index/create", JSON, index), mutation(0));
    let indexes = r#"{"metadataIndexes":[{"propertyName":"text","indexType":"String"}]}"#;
    assert_eq!(call("GET", "/docs/metadata_index/list", "", ""), indexes);
    assert_eq!(call("POST", "/docs/insert", NDJSON, &format!("{}\n{}", line("a"), line("b"))), mutation(1));
    assert_eq!(
        call("POST", "/docs/upsert?unparsable-behavior=discard", NDJSON, &format!("oh\n{}", line("c"))),
        mutation(2)
    );
    let zeros = ",0".repeat(30);
    assert_eq!(
        call("POST", "/docs/get_by_ids", JSON, r#"{"ids":["a"]}"#),
        format!(r#"[{{"id":"a","namespace":null,"metadata":{{"text":"hi"}},"values":[0.2321,0.8121{zeros}]}}]"#)
    );
    let query = r#"{"vectorId":"a","topK":1,"filter":{"text":"hi"},"returnValues":true,"returnMetadata":"all"}"#;
    assert_eq!(
        call("POST", "/docs/query", JSON, query),
        format!(
            r#"{{"count":1,"matches":[{{"id":"a","score":1,"values":[0.2321,0.8121{zeros}],"metadata":{{"text":"hi"}}}}]}}"#
        )
    );
    assert_eq!(call("POST", "/docs/delete_by_ids", JSON, r#"{"ids":["c","nobody"]}"#), mutation(3));
    assert_eq!(
        call("GET", "/docs/list?count=2&cursor=", "", ""),
        r#"{"count":2,"totalCount":2,"isTruncated":false,"nextCursor":null,"cursorExpirationTimestamp":null,"vectors":[{"id":"a"},{"id":"b"}]}"#
    );
    assert!(call("GET", "/docs/list?count=1", "", "").contains(r#""isTruncated":true,"nextCursor":""#));
    let info = call("GET", "/docs/info", "", "");
    assert!(info.ends_with(r#","processedUpToMutation":"00000000-0000-4000-8000-000000000003"}"#), "{info}");
    call("POST", "/docs/metadata_index/delete", JSON, r#"{"propertyName":"text"}"#);
    assert_eq!(call("POST", "/docs/metadata_index/list", "", ""), r#"{"metadataIndexes":[]}"#);
    let other = r#"{"name":"other","config":{"preset":"@cf/baai/bge-base-en-v1.5"},"description":"d"}"#;
    let answer = call("POST", "", JSON, other);
    assert!(answer.ends_with(r#","name":"other","description":"d","config":{"dimensions":768,"metric":"cosine"}}"#));
    assert_eq!(call("DELETE", "/other", "", ""), "null");
}

#[test]
fn routes_and_methods_are_told_apart() {
    let service = service();
    for (method, path, expected) in [
        ("PUT", "", 7001),
        ("PATCH", "/docs", 7001),
        ("GET", "/docs/query", 7001),
        ("POST", "/docs/info", 7001),
        ("DELETE", "/docs/metadata_index/list", 7001),
        ("POST", "/docs/get-by-ids", 7003),
        ("GET", "/docs/metadata_index", 7003),
        ("GET", "/docs/info/more", 7003),
        ("GET", "/nobody", 3000),
        ("POST", "/nobody/query", 3000),
        ("GET", "/%64ocs", 3000),
    ] {
        assert_eq!(code(call(&service, method, path, JSON, "{}")), Err(expected), "{method} {path}");
    }
    assert_eq!((legacy().code(), legacy().status()), (1005, 400));
}

/// axum's own words, recorded live.
#[test]
fn bodies_are_refused_in_productions_words() {
    let service = service();
    let text = |path, content_type, body: &str| {
        let (code, status, text) = call(&service, "POST", path, content_type, body.to_owned()).expect_err("refused");
        assert_eq!((code, status), (40026, 400));
        text
    };
    for content_type in ["", "text/plain", "application/x-ndjson", "application/jsonp"] {
        assert_eq!(
            text("/docs/metadata_index/create", content_type, "{}"),
            "Expected request with `Content-Type: application/json`"
        );
    }
    let body = r#"{"vectorId":"a","returnMetadata":false}"#;
    let column = body.find("false").expect("is there") + 1;
    assert_eq!(
        text("/docs/query", JSON, body),
        format!("Failed to parse the request body as JSON: returnMetadata: expected value at line 1 column {column}")
    );
    let body = r#"{"propertyName":"a","indexType":"text"}"#;
    assert!(text("/docs/metadata_index/create", JSON, body).starts_with(
        "Failed to deserialize the JSON body into the target type: indexType: unknown variant `text`, expected one of `string`, `number`, `boolean`"
    ));
    assert!(text("/docs/query", JSON, "").starts_with("Failed to parse the request body as JSON: EOF"));
    for body in [
        "{",
        "[1",
        "null",
        r#"{"vector":[1e999]}"#,
        r#"{"vector":[NaN]}"#,
        r#"{"vector":[null]}"#,
        r#"{"vector":{}}"#,
        r#"{"vectorId":"\ud800"}"#,
        r#"{"vectorId":"a","topK":1.5}"#,
        r#"{"vectorId":"a","topK":-1}"#,
        r#"{"vectorId":"a","topK":1e30}"#,
        r#"{"vectorId":"a","topK":"5"}"#,
        r#"{"vectorId":"a","vectorId":"b"}"#,
        r#"{"vectorId":"a","returnMetadata":"some"}"#,
        r#"{"vectorId":"a","filter":[]}"#,
        r#"{"vectorId":"a"} trailing"#,
    ] {
        text("/docs/query", JSON, body);
    }
    text("/docs/query", JSON, &format!(r#"{{"filter":{}"#, "[".repeat(1_000_000)));
    for body in ["{}", r#"{"ids":"a"}"#, r#"{"ids":[1]}"#] {
        text("/docs/get_by_ids", JSON, body);
        text("/docs/delete_by_ids", JSON, body);
    }
}

#[test]
fn queries_of_lists_are_checked() {
    let service = service();
    let list = |query: &str| code(call(&service, "GET", &format!("/docs/list?{query}"), "", "")).map(drop);
    for good in ["", "count=1", "count=1000", "other=1"] {
        assert_eq!(list(good), Ok(()));
    }
    for bad in
        ["count=0", "count=1001", "count=-1", "count=x", "count=1&count=2", "cursor=nonsense", "cursor=%ff.1", "\u{0}"]
    {
        assert_eq!(list(bad), Err(40026), "{bad}");
    }
    let upsert =
        |query: &str| code(call(&service, "POST", &format!("/docs/upsert?{query}"), NDJSON, line("a"))).map(drop);
    assert_eq!(upsert("unparsable-behavior=error"), Ok(()));
    assert_eq!(upsert("unparsable-behavior=ignore"), Err(40026));
}

fn form(part: &str, body: &str) -> String {
    format!(
        "--X\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nfirst\r\n--X\r\nContent-Disposition: form-data; name=\"{part}\"; filename=\"vectors.ndjson\"\r\nContent-Type: application/x-ndjson\r\n\r\n{body}\r\n--X--\r\n"
    )
}

#[test]
fn uploads_come_as_a_form() {
    let service = service();
    let upload = |content_type: &str, body: &str| call(&service, "POST", "/docs/insert", content_type, body.to_owned());
    let kind = "multipart/form-data; boundary=X";
    let body = form("vectors", &format!("{}\n\n{}", line("a"), line("b")));
    assert!(upload(kind, &body).is_ok());
    assert!(upload("Multipart/Form-Data; boundary=\"X\"", &body).is_ok());
    assert!(call(&service, "GET", "/docs/info", "", "").expect("answers").contains(r#""vectorCount":2"#));
    let refused = |content_type: &str, body: &str| upload(content_type, body).expect_err("refused");
    let unknown = (1005, 400, "vectorize.unknown_content_type".to_owned());
    for content_type in ["", "application/json", "text/plain", "multipart/form-data", "multipart/form-data; boundary="]
    {
        assert_eq!(refused(content_type, &body), unknown, "{content_type}");
    }
    let text = |line: &str| {
        format!("failed to parse insert vectors request in ndjson format: line {line} was not expected format")
    };
    assert_eq!(refused(kind, &form("vectors", "oh")), (40023, 400, text("Some(0)")));
    let unreadable = (40023, 400, text("None"));
    assert_eq!(refused(kind, &form("other", &line("a"))), unreadable);
    assert_eq!(refused("multipart/form-data; boundary=Y", &body), unreadable);
    for length in 0..body.len() - 4 {
        assert_eq!(refused(kind, &body[..length]), unreadable, "{length}");
    }
}

proptest! {
    #[test]
    fn no_form_panics(body in "(--X|\r\n|-|Content-Disposition: form-data; name=|\"vectors\"|;|[a-z{}\\[\\]:\"]|\u{0}){0,40}") {
        let service = service();
        let outcome = call(&service, "POST", "/docs/insert", "multipart/form-data; boundary=X", body);
        prop_assert!(outcome.is_ok() || outcome.is_err_and(|(_, status, _)| status == 400));
    }

    #[test]
    fn no_request_panics(path in "/?(docs)?/?[a-z_/?=&%.]{0,30}", kind in "[a-z/;= ]{0,20}", body in prop::collection::vec(any::<u8>(), 0..60)) {
        let service = service();
        for method in ["GET", "POST", "DELETE"] {
            let outcome = call(&service, method, &path, &kind, body.clone());
            prop_assert!(outcome.is_ok() || outcome.is_err_and(|(_, status, _)| status < 500));
        }
    }
}

#[test]
fn ten_thousand_vectors_in_two_uploads() {
    let service = service();
    for part in 0..2 {
        let lines: Vec<String> = (0..5000).map(|number| line(&format!("{part}-{number}"))).collect();
        assert!(call(&service, "POST", "/docs/upsert", NDJSON, lines.join("\n")).is_ok());
    }
    let found: Value = serde_json::from_str(
        &call(&service, "POST", "/docs/query", JSON, r#"{"vectorId":"1-7","topK":100}"#).expect("answers"),
    )
    .expect("is JSON");
    assert_eq!((&found["count"], &found["matches"][0]["score"]), (&json!(100), &json!(1)));
    let lines: Vec<String> = (0..5001).map(|number| line(&number.to_string())).collect();
    let (code, _, text) = call(&service, "POST", "/docs/upsert", NDJSON, lines.join("\n")).expect_err("too many");
    assert_eq!((code, text.as_str()), (40007, "too many vectors in payload; max vector count is 5000, got 5001"));
}
