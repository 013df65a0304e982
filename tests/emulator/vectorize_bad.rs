//! What Vectorize must refuse over HTTP: the right code, whole batches, and nothing half applied.

use std::time::Duration;

use candleflare::Emulator;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::client::{ACCOUNT, Client, EMBED, json_of, refusal_of};
use super::vectorize::{index, upsert, vector};

async fn count(client: &Client, index: &str) -> Value {
    json_of(client.http.get(format!("{index}/info")).send().await.unwrap()).await.1["result"]["vectorCount"].clone()
}

async fn send(client: &Client, url: String, body: impl Into<reqwest::Body>) -> (u16, u64, String) {
    let request = client.http.post(url).header("content-type", "application/x-ndjson");
    refusal_of(request.body(body).send().await.unwrap()).await
}

#[tokio::test]
async fn bad_lines_refuse_the_whole_batch() {
    let client = Client::start().await;
    let index = index(&client).await;
    let good = json!({"id": "good", "values": vector(1.0)}).to_string();
    let values = serde_json::to_string(&vector(1.0)).unwrap();
    let with = |id: &str, rest: &str| format!("{{\"id\":{id},\"values\":{values}{rest}}}");
    let deep = format!(",\"metadata\":{{\"k\":{}{}}}", "[".repeat(5000), "]".repeat(5000));
    for (bad, expected) in [
        ("not json".to_owned(), 40023),
        (with("\"\\ud800\"", ""), 40023),
        (with("\"a\"", ",\"metadata\":{\"k\":\"\\udc00\"}"), 40023),
        (with("\"a\"", ",\"id\":\"b\""), 40023),
        (with("\"a\"", &deep), 40023),
        (format!("{{\"id\":\"a\",\"values\":[1e400{}]}}", ",0".repeat(31)), 40023),
        (format!("{{\"id\":\"a\",\"values\":[1e39{}]}}", ",0".repeat(31)), 40023),
        (json!({"id": "a", "values": [1, 2, 3]}).to_string(), 40012),
        (json!({"id": "x".repeat(65), "values": vector(1.0)}).to_string(), 40008),
        (json!({"id": "x".repeat(1 << 20), "values": vector(1.0)}).to_string(), 40008),
        (json!({"id": "a", "values": vector(1.0), "namespace": "x".repeat(65)}).to_string(), 40009),
        (json!({"id": "a", "values": vector(1.0), "metadata": {"k": "x".repeat(10_300)}}).to_string(), 40016),
        (json!({"id": "a", "values": vector(1.0), "metadata": {"a.b": 1}}).to_string(), 40018),
    ] {
        for verb in ["insert", "upsert"] {
            let (status, code, text) = send(&client, format!("{index}/{verb}"), format!("{good}\n{bad}")).await;
            assert_eq!((status, code), (400, expected), "{text}");
        }
    }
    assert_eq!(count(&client, &index).await, 0);
    let (_, code, _) = send(&client, format!("{index}/insert?unparsable-behavior=perhaps"), good.clone()).await;
    assert_eq!(code, 40026);
    let request = client.http.post(format!("{index}/insert?unparsable-behavior=discard"));
    let request = request.header("content-type", "application/x-ndjson").body(format!("not json\n{good}"));
    assert_eq!(request.send().await.unwrap().status(), 200);
    assert_eq!(count(&client, &index).await, 1);
}

#[tokio::test]
async fn an_upload_over_its_size_is_refused() {
    let client = Client::start().await;
    let index = index(&client).await;
    for url in [format!("{index}/upsert"), client.url(&format!("/binding/{ACCOUNT}/vectorize/docs/upsert"))] {
        let request = client.http.post(url).header("content-type", "application/x-ndjson");
        let response = request.body(vec![b'\n'; 101_000_000]).send().await.unwrap();
        assert_eq!(response.status(), 413);
    }
    assert_eq!(count(&client, &index).await, 0);
}

/// A client that stops in the middle hears why, in time, and nothing of what it sent is there.
#[tokio::test]
async fn a_stalled_upload_is_refused() {
    let limits = "[[limit]]\nname = \"http.request_seconds\"\nvalue = 1\n";
    let client = Client::of(Emulator::builder().limits(limits)).await;
    let index = index(&client).await;
    let base = format!("/client/v4/accounts/{ACCOUNT}");
    let line = json!({"id": "a", "values": vector(1.0)}).to_string();
    let form = format!("--X\r\ncontent-disposition: form-data; name=\"vectors\"; filename=\"v\"\r\n\r\n{line}\n");
    let ndjson = "application/x-ndjson";
    for (path, kind, body, code) in [
        (format!("{base}/vectorize/v2/indexes/docs/insert"), ndjson, format!("{line}\n"), 40023),
        (format!("{base}/vectorize/v2/indexes/docs/upsert"), ndjson, format!("{line}\n{}", &line[..20]), 40023),
        (format!("{base}/vectorize/v2/indexes/docs/upsert"), "multipart/form-data; boundary=X", form, 40023),
        (format!("/binding/{ACCOUNT}/vectorize/docs/upsert"), ndjson, format!("{line}\n"), 40023),
        (format!("{base}/ai/run/{EMBED}"), "application/json", "{\"text\":\"".to_owned(), 3008),
    ] {
        let mut connection = TcpStream::connect(client.emulator.address()).await.unwrap();
        let head =
            format!("POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: {kind}\r\ncontent-length: 5000\r\n\r\n");
        connection.write_all(head.as_bytes()).await.unwrap();
        connection.write_all(body.as_bytes()).await.unwrap();
        let mut answer = String::new();
        let read = tokio::time::timeout(Duration::from_secs(30), connection.read_to_string(&mut answer));
        read.await.unwrap_or_else(|_| panic!("{path}: the connection was not ended")).unwrap();
        assert!(answer.starts_with("HTTP/1.1 408 "), "{path}: {answer}");
        assert!(answer.contains(&format!("\"code\":{code}")), "{path}: {answer}");
    }
    assert_eq!(count(&client, &index).await, 0);
    let mut import = TcpStream::connect(client.emulator.address()).await.unwrap();
    let head = "POST /__candleflare/import HTTP/1.1\r\nhost: localhost\r\ncontent-length: 5000\r\n\r\n{";
    import.write_all(head.as_bytes()).await.unwrap();
    let mut answer = vec![0; 400];
    let read = tokio::time::timeout(Duration::from_secs(30), import.read(&mut answer)).await;
    let answer = String::from_utf8_lossy(&answer[..read.expect("answers").unwrap()]).into_owned();
    assert!(answer.starts_with("HTTP/1.1 400 ") && answer.contains("did not go on within 1 seconds"), "{answer}");
}

#[tokio::test]
async fn failures_have_the_envelope_of_their_layer() {
    let client = Client::start().await;
    let index = index(&client).await;
    let data = client.post(format!("{index}/query"), &json!({"vector": [1]})).await.text().await.unwrap();
    assert!(
        data.starts_with(r#"{"result":null,"result_info":null,"success":false,"errors":[{"code":40006,"#),
        "{data}"
    );
    let control = client.http.get(format!("{index}-not-there")).send().await.unwrap().text().await.unwrap();
    assert!(control.starts_with(r#"{"result":null,"success":false,"errors":[{"code":3000,"#), "{control}");
    let old = client.http.get(client.api("/vectorize/indexes")).send().await.unwrap();
    assert_eq!(refusal_of(old).await.1, 1005);
}

#[tokio::test]
async fn a_cursor_expires_on_the_steered_clock() {
    let client = Client::start().await;
    let index = index(&client).await;
    let vectors: Vec<Value> = (0..3).map(|id| json!({"id": id.to_string(), "values": vector(1.0)})).collect();
    upsert(&client, &index, &vectors).await;
    let page = json_of(client.http.get(format!("{index}/list?count=2")).send().await.unwrap()).await.1;
    let cursor = page["result"]["nextCursor"].as_str().unwrap().to_owned();
    let list = || client.http.get(format!("{index}/list?cursor={cursor}")).send();
    assert_eq!(json_of(list().await.unwrap()).await.1["result"]["count"], 1);
    let clock = client.url(&format!("/__candleflare/clock?account={ACCOUNT}"));
    assert_eq!(client.post(clock, &json!({"advance": "2h"})).await.status(), 200);
    assert_eq!(refusal_of(list().await.unwrap()).await.1, 40026);
}

#[tokio::test]
async fn an_export_moves_to_another_account() {
    let client = Client::start().await;
    let index = index(&client).await;
    let vectors: Vec<Value> = (0..50)
        .map(|id| json!({"id": id.to_string(), "values": vector(f64::from(id)), "metadata": {"n": id}}))
        .collect();
    upsert(&client, &index, &vectors).await;
    let export = client.http.post(client.url(&format!("/__candleflare/export?account={ACCOUNT}")));
    let file = export.send().await.unwrap().text().await.unwrap();
    assert_eq!(file.lines().count(), 53, "manifest, index, vectors, end");
    let other = "f".repeat(32);
    let url = client.url(&format!("/__candleflare/import?account={other}"));
    let half = client.http.post(&url).body(file[..file.len() / 2].to_owned()).send().await.unwrap();
    assert_eq!(half.status(), 400);
    let (status, body) = json_of(client.http.post(&url).body(file.clone()).send().await.unwrap()).await;
    assert_eq!((status.as_u16(), body), (200, json!({"indexes": 1, "vectors": 50})));
    let there = index.replace(ACCOUNT, &other);
    assert_eq!(count(&client, &there).await, 50);
    assert_eq!(client.http.post(&url).body(file.clone()).send().await.unwrap().status(), 400);
    let again = client.http.post(format!("{url}&replace=true")).body(file).send().await.unwrap();
    assert_eq!(again.status(), 200);
}
