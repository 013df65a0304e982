//! What is fuzzed: each function takes any bytes, and panics where they do what no input may do. `make fuzz` lets libFuzzer
//! look for such bytes; `make test-rust` runs the corpus and mutations of it through the same functions.

use std::sync::{Arc, OnceLock};

use axum::body::Body;
use axum::http::Request;
use candleflare::error::Operation;
use candleflare::limits::{Limits, Plan};
use candleflare::vectorize::limits::Bounds;
use candleflare::vectorize::{self, Index, IndexType, Lag, Line, Query, Unparsable, Vectorize};
use candleflare::{Emulator, clock::Clock};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use uuid::Uuid;

const ACCOUNT: &str = "0123456789abcdef0123456789abcdef";
const CHAT: &str = "@cf/meta/llama-3.2-1b-instruct";
const OTHER: &str = "fedcba9876543210fedcba9876543210";
const STUBS: &str = "/__candleflare/stubs?account=0123456789abcdef0123456789abcdef";
const DIMENSIONS: usize = 32;

fn bounds() -> Bounds {
    Bounds::of(&Limits::new(Plan::Paid))
}

/// Vectors as NDJSON and as JSON: what is taken is what a plain JSON parser reads, and what is discarded is not there.
pub fn ndjson(body: &[u8]) {
    let parse = |unparsable| vectorize::ndjson(body, Operation::Upsert, unparsable);
    let kept = parse(Unparsable::Discard).expect("discards whatever it cannot read");
    if let Ok(all) = parse(Unparsable::Error) {
        assert_eq!(all, kept, "nothing was unreadable, so nothing is missing");
    }
    let mut expected = body.split(|&byte| byte == b'\n').filter_map(plain);
    for line in kept {
        assert_eq!(Some(&line), expected.next().as_ref());
        drop(line.check(2, &bounds()));
    }
    assert_eq!(expected.next(), None, "a line that can be read is missing");
    drop(vectorize::json(body, Operation::Insert));
}

/// A line as serde_json reads it.
fn plain(line: &[u8]) -> Option<Line> {
    let line = line.trim_ascii();
    // serde would take an array for a struct.
    let line: Line = line.starts_with(b"{").then(|| serde_json::from_slice(line).ok())??;
    line.is_finite().then_some(line)
}

/// A filter, asked of an index: refused as a filter, or answered.
pub fn filter(body: &[u8]) {
    let Ok(filter) = serde_json::from_slice::<Value>(body) else { return };
    let vector = Some(vec![0.5; DIMENSIONS]);
    let ask = |filter| index().query(Query { vector: vector.clone(), filter, ..Query::default() });
    let all = ask(None).expect("answers").count;
    match ask(Some(filter)) {
        Ok(found) => assert!(found.count <= all),
        Err(error) => assert_eq!(error.code(), 40026, "{error}"),
    }
}

/// An index whose vectors have every kind of metadata, or none.
fn index() -> &'static Index {
    static INDEX: OnceLock<Arc<Index>> = OnceLock::new();
    INDEX.get_or_init(|| {
        let service = Vectorize::new(Clock::default(), bounds(), Lag::Immediate, |_| Uuid::nil());
        let account = service.account(ACCOUNT);
        let config = json!({"name": "docs", "config": {"dimensions": DIMENSIONS, "metric": "cosine"}});
        account.create(&config).expect("creates");
        let index = account.get("docs").expect("is there");
        for (property, kind) in [("s", IndexType::String), ("n", IndexType::Number), ("a.b", IndexType::Boolean)] {
            index.create_metadata_index(property.to_owned(), kind).expect("indexes");
        }
        let metadata = [json!({}), json!({"s": "x", "n": 1, "a": {"b": true}}), json!({"s": 1, "n": "x", "a": 2})];
        let line = |(id, metadata): (usize, &Value)| {
            Line::new(id.to_string(), vec![1.0; DIMENSIONS], None, metadata.as_object().cloned())
        };
        index.write(Operation::Insert, metadata.iter().enumerate().map(line).collect(), 10).expect("inserts");
        index
    })
}

/// An upload as a form: below the limits of the table it is taken or refused, whole.
pub fn multipart(body: &[u8]) {
    let path = format!("/client/v4/accounts/{ACCOUNT}/vectorize/v2/indexes/docs/upsert");
    post(&path, "multipart/form-data; boundary=X", body);
}

/// A call of any dialect. The first byte chooses it; the rest is the body.
pub fn requests(input: &[u8]) {
    let Some((first, body)) = input.split_first() else { return };
    let base = format!("/client/v4/accounts/{ACCOUNT}");
    let (path, kind) = match first % 12 {
        0 => (format!("{base}/ai/run/{CHAT}"), "application/json"),
        1 => (format!("{base}/ai/run/@cf/openai/gpt-oss-20b"), "application/json"),
        2 => (format!("{base}/ai/run/@cf/baai/bge-m3"), "application/json"),
        3 => (format!("{base}/ai/run/@cf/baai/bge-reranker-base"), "application/json"),
        4 => (format!("{base}/ai/v1/chat/completions"), "application/json"),
        5 => (format!("{base}/ai/v1/responses"), "application/json"),
        6 => (format!("{base}/ai/v1/embeddings"), "application/json"),
        7 => (format!("/binding/{ACCOUNT}/ai/run"), "application/json"),
        8 => (format!("{base}/vectorize/v2/indexes"), "application/json"),
        9 => (format!("{base}/vectorize/v2/indexes/docs/query"), "application/json"),
        10 => (format!("/binding/{ACCOUNT}/vectorize/docs/upsert"), "application/json"),
        _ => (format!("{base}/vectorize/v2/indexes/docs/metadata_index/create"), "application/json"),
    };
    post(&path, kind, body);
}

/// A stub, a fault, limits, a lag or a clock, as their files and the control plane have them, and then a call that it may
/// concern. The first byte chooses.
pub fn rules(input: &[u8]) {
    let Some((first, body)) = input.split_first() else { return };
    let place = ["stubs", "faults", "clock", "mutations"][usize::from(first % 4)];
    post(&format!("/__candleflare/{place}?account={OTHER}"), "application/json", body);
    if first % 4 == 0 {
        let path = format!("/client/v4/accounts/{OTHER}/ai/run/@cf/none/such");
        post(&path, "application/json", b"{\"prompt\":\"x\"}");
    }
    post("/__candleflare/reset", "application/json", json!({"account": OTHER}).to_string().as_bytes());
}

/// One emulator for a whole run, which a stub keeps from computing.
fn emulator() -> &'static (Runtime, Emulator) {
    static RUNNING: OnceLock<(Runtime, Emulator)> = OnceLock::new();
    RUNNING.get_or_init(|| {
        let runtime = Runtime::new().expect("a runtime");
        let emulator = runtime.block_on(Emulator::builder().seed(7).plan(Plan::Unlimited).start()).expect("starts");
        let stub =
            |body: Value| runtime.block_on(send(&emulator, STUBS, "application/json", body.to_string().as_bytes()));
        for body in [
            json!({"match": {"model": "@cf/baai/bge-m3"}, "respond": {"embeddings": [[0.0, 1.0]]}}),
            json!({"match": {"model": "@cf/baai/bge-reranker-base"}, "respond": {"json": {"response": []}}}),
            json!({"match": {}, "respond": {"text": "hello"}}),
        ] {
            assert_eq!(stub(body), 200);
        }
        let config = json!({"name": "docs", "config": {"dimensions": DIMENSIONS, "metric": "cosine"}}).to_string();
        let path = format!("/client/v4/accounts/{ACCOUNT}/vectorize/v2/indexes");
        assert_eq!(runtime.block_on(send(&emulator, &path, "application/json", config.as_bytes())), 200);
        (runtime, emulator)
    })
}

/// Nothing that is sent may be answered with 500 and more.
fn post(path: &str, kind: &str, body: &[u8]) {
    let (runtime, emulator) = emulator();
    let status = runtime.block_on(send(emulator, path, kind, body));
    assert!(status < 500, "{path}: {status}");
}

/// Sends, and reads the answer to its end.
async fn send(emulator: &Emulator, path: &str, kind: &str, body: &[u8]) -> u16 {
    let request = Request::post(path).header("host", "localhost").header("content-type", kind);
    let request = request.header("cf-consn-model-id", CHAT).body(Body::from(body.to_vec())).expect("a request");
    let response = emulator.answer(request).await;
    let status = response.status().as_u16();
    drop(response.into_body().collect().await);
    status
}
