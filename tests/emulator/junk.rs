//! Whatever is thrown at it, the server answers below 500 and stays up.

use serde_json::{Value, json};

use super::client::{ACCOUNT, CHAT, Client, EMBED};

#[tokio::test]
async fn junk_is_refused_everywhere() {
    let client = Client::start().await;
    let base = format!("/client/v4/accounts/{ACCOUNT}");
    let paths = [
        format!("{base}/ai/run"),
        format!("{base}/ai/run/{CHAT}"),
        format!("{base}/ai/run/{EMBED}"),
        format!("{base}/ai/v1/chat/completions"),
        format!("{base}/ai/v1/completions"),
        format!("{base}/ai/v1/embeddings"),
        format!("{base}/vectorize/v2/indexes"),
        format!("{base}/vectorize/v2/indexes/x/query"),
        format!("{base}/vectorize/v2/indexes/x/upsert"),
        format!("{base}/vectorize/indexes"),
        "/binding".to_owned(),
        "/binding/ai".to_owned(),
        "/binding/ai/run".to_owned(),
        "/binding/vectorize/x/query".to_owned(),
        "/__candleflare/reset".to_owned(),
    ];
    let deep = format!("{}{}", "[".repeat(5000), "]".repeat(5000));
    let bodies: Vec<Vec<u8>> = vec![
        Vec::new(),
        vec![0xff, 0xfe, 0x00],
        b"null".to_vec(),
        b"[]".to_vec(),
        b"0".to_vec(),
        deep.into_bytes(),
        junk(CHAT, Value::Null),
        junk(CHAT, json!({"a": {"b": [null, 1e308, -0.0]}})),
        junk(CHAT, json!([["\u{0}", "\u{feff}"]])),
        junk(EMBED, json!(i64::MIN)),
        junk(EMBED, json!("\u{202e}\u{1f9ff}".repeat(2000))),
    ];
    for path in &paths {
        for body in &bodies {
            for kind in ["application/json", "multipart/form-data", "application/x-ndjson", "\u{e9}"] {
                let request = client.http.post(client.url(path)).header("content-type", kind.as_bytes());
                let status = request.body(body.clone()).send().await.unwrap().status();
                let shown = String::from_utf8_lossy(&body[..body.len().min(80)]).into_owned();
                assert!(status.as_u16() < 500, "{path} {kind} {shown}: {status}");
            }
        }
    }
    assert_eq!(client.get("/__candleflare/health").await["status"], "ok");
}

/// One value in every place where an input can stand.
fn junk(model: &str, value: Value) -> Vec<u8> {
    json!({
        "model": model, "input": value, "inputs": value, "options": value, "messages": value, "prompt": value,
        "text": value, "max_tokens": value, "stop": value, "stream": value, "temperature": value, "seed": value,
        "vector": value, "topK": value, "filter": value, "ids": value, "name": value, "config": value, "account": value,
        "encoding_format": value, "dimensions": value, "stream_options": value, "tools": value, "response_format": value,
    })
    .to_string()
    .into_bytes()
}
