//! The rows of Vectorize.

use candleflare::limits::Limit;
use serde_json::{Value, json};

use super::super::client::{ACCOUNT, Client};
use super::super::vectorize::vector;
use super::{Ask, Case, Held, start};

const INDEXES: &str = "/vectorize/v2/indexes";

fn named(name: &str, dimensions: u64) -> Ask {
    Ask::json(INDEXES, &json!({"name": name, "config": {"dimensions": dimensions, "metric": "cosine"}}))
}

fn create() -> Ask {
    named("docs", 32)
}

fn docs(operation: &str) -> String {
    format!("{INDEXES}/docs/{operation}")
}

fn with(id: &str, extra: Value) -> Value {
    let mut vector = json!({"id": id, "values": vector(1.0)});
    if let (Some(members), Value::Object(extra)) = (vector.as_object_mut(), extra) {
        members.extend(extra);
    }
    vector
}

fn upsert(vectors: &[Value]) -> Ask {
    Ask::lines(&docs("upsert"), vectors)
}

fn plain(count: usize) -> Vec<Value> {
    (0..count).map(|id| with(&id.to_string(), json!({}))).collect()
}

fn query(extra: Value) -> Ask {
    let mut body = json!({"vector": vector(1.0)});
    if let (Some(members), Value::Object(extra)) = (body.as_object_mut(), extra) {
        members.extend(extra);
    }
    Ask::json(&docs("query"), &body)
}

fn ids(operation: &str, count: usize) -> Ask {
    let ids: Vec<String> = (0..count).map(|id| id.to_string()).collect();
    Ask::json(&docs(operation), &json!({"ids": ids}))
}

fn metadata_index(property: usize) -> Ask {
    Ask::json(&docs("metadata_index/create"), &json!({"propertyName": format!("p{property}"), "indexType": "string"}))
}

pub async fn case(row: &Limit) -> Held {
    let x = |bytes: usize| "x".repeat(bytes);
    // What is at the limit comes last, after the index is there.
    let after = |asks: Vec<Ask>| std::iter::once(create()).chain(asks).collect::<Vec<_>>();
    let case = match row.name.as_str() {
        "vectorize.body_bytes" => {
            let lines = |bytes: usize| {
                let shell = with("a", json!({"metadata": {"t": ""}})).to_string().len();
                upsert(&[with("a", json!({"metadata": {"t": x(bytes - shell)}}))])
            };
            Case::new(1_000, after(vec![lines(1_000)]), lines(1_001))
        }
        "vectorize.indexes_per_account" => Case::new(1, vec![create()], named("more", 32)),
        "vectorize.index_name_bytes" => Case::new(None, vec![named(&x(64), 32)], named(&x(65), 32)),
        "vectorize.dimensions_min" => Case::new(None, vec![named("docs", 32)], named("more", 31)),
        "vectorize.dimensions" => Case::new(None, vec![named("docs", 1536)], named("more", 1537)),
        "vectorize.vectors_per_index" => {
            Case::new(2, after(vec![upsert(&plain(2))]), upsert(&[with("more", json!({}))]))
        }
        "vectorize.vector_id_bytes" => {
            let id = |bytes| upsert(&[with(&x(bytes), json!({}))]);
            Case::new(None, after(vec![id(64)]), id(65))
        }
        "vectorize.namespace_bytes" => {
            let space = |bytes| upsert(&[with("a", json!({"namespace": x(bytes)}))]);
            Case::new(None, after(vec![space(64)]), space(65))
        }
        "vectorize.namespaces_per_index" => {
            let space = |name: &str| with(name, json!({"namespace": name}));
            Case::new(2, after(vec![upsert(&[space("a"), space("b")])]), upsert(&[space("c")]))
        }
        "vectorize.metadata_bytes" => {
            let filled =
                |bytes: usize| upsert(&[with("a", json!({"metadata": {"t": x(bytes - r#"{"t":""}"#.len())}}))]);
            Case::new(None, after(vec![filled(10_240)]), filled(10_241))
        }
        "vectorize.metadata_indexes" => {
            Case::new(None, after((0..10).map(metadata_index).collect()), metadata_index(10))
        }
        "vectorize.binding_batch" => {
            let path = format!("/binding/{ACCOUNT}/vectorize/docs/upsert");
            Case::new(2, after(vec![Ask::lines(&path, &plain(2))]), Ask::lines(&path, &plain(3)))
        }
        "vectorize.http_batch" => Case::new(2, after(vec![upsert(&plain(2))]), upsert(&plain(3))),
        "vectorize.top_k" => Case::new(None, after(vec![query(json!({"topK": 100}))]), query(json!({"topK": 101}))),
        "vectorize.top_k_with_payload" => {
            let top = |top: u64| query(json!({"topK": top, "returnMetadata": "all"}));
            Case::new(None, after(vec![top(50)]), top(51))
        }
        "vectorize.get_ids" => Case::new(None, after(vec![ids("get_by_ids", 20)]), ids("get_by_ids", 21)),
        "vectorize.delete_ids" => Case::new(None, after(vec![ids("delete_by_ids", 100)]), ids("delete_by_ids", 101)),
        "vectorize.list_page" => {
            let page = |count: u64| Ask::get(&docs(&format!("list?count={count}")));
            Case::new(None, after(vec![page(1_000)]), page(1_001))
        }
        "vectorize.filter_bytes" => {
            let filter = |bytes: usize| query(json!({"filter": {"a": x(bytes - r#"{"a":""}"#.len())}}));
            Case::new(None, after(vec![filter(2_047)]), filter(2_048))
        }
        "vectorize.filter_key_chars" => {
            let filter = |chars: usize| query(json!({"filter": {x(chars): 1}}));
            Case::new(None, after(vec![filter(512)]), filter(513))
        }
        "vectorize.calls_per_minute" => {
            let list = Ask::get(INDEXES);
            Case::new(2, vec![list.clone(), list.clone()], list)
        }
        "vectorize.cursor_seconds" => return cursor(row).await,
        "vectorize.open_lists" => {
            let client = start(row, Some(1)).await;
            let first = open_list(&client).await;
            let page = first_page(&client).await;
            assert!(page["isTruncated"] == true, "{page}");
            let (status, body) = next_page(&first).send(&client).await;
            assert_eq!((Some(status), body["errors"][0]["code"].as_u64()), (row.status, row.code.map(u64::from)));
            return Held::Already;
        }
        "vectorize.indexed_string_bytes" => {
            cut(row).await;
            return Held::Already;
        }
        _ => return Held::Nowhere,
    };
    case.into()
}

/// An index of two vectors and the cursor behind its first page.
async fn open_list(client: &Client) -> String {
    for ask in [create(), upsert(&plain(2))] {
        let (status, body) = ask.send(client).await;
        assert_eq!(status, 200, "{body}");
    }
    first_page(client).await["nextCursor"].as_str().unwrap().to_owned()
}

async fn first_page(client: &Client) -> Value {
    Ask::get(&docs("list?count=1")).send(client).await.1["result"].take()
}

fn next_page(cursor: &str) -> Ask {
    Ask::get(&docs(&format!("list?count=1&cursor={cursor}")))
}

/// A cursor is good until its time is up, on the steered clock.
async fn cursor(row: &Limit) -> Held {
    let client = start(row, None).await;
    let cursor = open_list(&client).await;
    let advance = |seconds: i64| {
        let clock = format!("/__candleflare/clock?account={ACCOUNT}");
        Ask::json(&clock, &json!({"advance": format!("{seconds}s")}))
    };
    assert_eq!(advance(3_590).send(&client).await.0, 200);
    assert_eq!(next_page(&cursor).send(&client).await.0, 200);
    let cursor = first_page(&client).await["nextCursor"].as_str().unwrap().to_owned();
    assert_eq!(advance(3_601).send(&client).await.0, 200);
    let (status, body) = next_page(&cursor).send(&client).await;
    assert_eq!((Some(status), body["errors"][0]["code"].as_u64()), (row.status, row.code.map(u64::from)), "{body}");
    Held::Already
}

/// A longer string is cut, not refused.
async fn cut(row: &Limit) {
    let client = start(row, None).await;
    let long = "x".repeat(65);
    let asks = [create(), metadata_index(0), upsert(&[with("a", json!({"metadata": {"p0": long}}))])];
    for ask in asks {
        assert_eq!(ask.send(&client).await.0, 200);
    }
    let (_, body) = query(json!({"returnMetadata": "indexed"})).send(&client).await;
    assert_eq!(body["result"]["matches"][0]["metadata"]["p0"], "x".repeat(64), "{body}");
}
