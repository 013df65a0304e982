use axum::body::Bytes;

use super::*;
use crate::api::rest::vectorize::tests::{line, outcome, request, service};

fn call(service: &Vectorize, method: &str, path: &str, kind: &str, body: String) -> Result<String, (u32, u16, String)> {
    outcome(binding(service, "docs", &request(method, path, kind, &Bytes::from(body))))
}

#[test]
fn every_call_answers_bare() {
    let service = service();
    let call = |method, path, kind, body: &str| call(&service, method, path, kind, body.to_owned()).expect("answers");
    let mutation = |number: u8| format!(r#"{{"mutationId":"00000000-0000-4000-8000-0000000000{number:02x}"}}"#);
    assert_eq!(call("GET", "/info", "", ""), r#"{"dimensions":32,"vectorCount":0}"#);
    assert_eq!(call("POST", "/insert", "application/x-ndjson", &line("a")), mutation(0));
    let body = format!(r#"{{"vectors":[{}]}}"#, line("b"));
    assert_eq!(call("POST", "upsert", "application/json", &body), mutation(1));
    assert_eq!(call("POST", "/insert", "application/x-ndjson", ""), mutation(2));
    let ids = r#"{"ids":["b","a"]}"#;
    assert!(call("POST", "/getByIds", "application/json", ids).starts_with(r#"[{"id":"b","namespace":null,"#));
    assert_eq!(
        call("POST", "/query", "application/json", r#"{"topK":1,"vectorId":"a"}"#),
        r#"{"count":1,"matches":[{"id":"a","score":1}]}"#
    );
    assert_eq!(call("POST", "/deleteByIds", "application/json", ids), mutation(3));
}

#[test]
fn refusals_are_productions() {
    let service = service();
    let refused = |method, path, kind, body: String| call(&service, method, path, kind, body).expect_err("refused");
    let text = "failed to parse upsert vectors request in json format: line None was not expected format";
    assert_eq!(refused("POST", "/upsert", "application/json", line("a")), (40023, 400, text.into()));
    assert_eq!(refused("POST", "/insert", "text/plain", line("a")).0, 1005);
    assert_eq!(refused("GET", "/query", "", String::new()).0, 7001);
    assert_eq!(refused("POST", "/getbyids", "", String::new()).0, 7003);
    assert_eq!(refused("GET", "/binding/indexes/docs", "", String::new()).0, 1005);
    let body: Vec<String> = (0..1001).map(|number| line(&number.to_string())).collect();
    assert_eq!(refused("POST", "/insert", "application/x-ndjson", body.join("\n")).0, 40007);
    let empty = Bytes::new();
    let nobody = outcome(binding(&service, "nobody", &request("GET", "/info", "", &empty)));
    assert_eq!(nobody, Err((3000, 404, "vectorize.index.not_found - Index name \"nobody\"".into())));
}
