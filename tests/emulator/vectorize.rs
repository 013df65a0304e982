//! Vectorize over REST and the binding, end to end. The service's own tests have the details.

use serde_json::{Value, json};

use super::client::{ACCOUNT, Client, json_of, refusal_of};

pub fn vector(first: f64) -> Vec<f64> {
    std::iter::once(first).chain((1..32).map(|index| f64::from(index) / 32.0)).collect()
}

pub async fn index(client: &Client) -> String {
    let body = json!({"name": "docs", "config": {"dimensions": 32, "metric": "cosine"}});
    let base = client.api("/vectorize/v2/indexes");
    assert_eq!(client.post(base.clone(), &body).await.status(), 200);
    format!("{base}/docs")
}

pub async fn upsert(client: &Client, index: &str, vectors: &[Value]) -> Value {
    let lines: Vec<String> = vectors.iter().map(Value::to_string).collect();
    let request = client.http.post(format!("{index}/upsert")).header("content-type", "application/x-ndjson");
    json_of(request.body(lines.join("\n")).send().await.unwrap()).await.1
}

#[tokio::test]
async fn an_index_lives() {
    let client = Client::start().await;
    let index = index(&client).await;
    let vectors = [
        json!({"id": "near", "values": vector(1.0), "metadata": {"title": "n"}}),
        json!({"id": "far", "values": vector(-9.0), "namespace": "other"}),
    ];
    let written = upsert(&client, &index, &vectors).await;
    let info = json_of(client.http.get(format!("{index}/info")).send().await.unwrap()).await.1;
    assert_eq!((&info["result"]["vectorCount"], &info["result"]["dimensions"]), (&json!(2), &json!(32)));
    assert_eq!(info["result"]["processedUpToMutation"], written["result"]["mutationId"]);
    let query = json!({"vector": vector(1.0), "topK": 2, "returnMetadata": "all"});
    let found = json_of(client.post(format!("{index}/query"), &query).await).await.1;
    assert_eq!((&found["result"]["count"], &found["result"]["matches"][0]["id"]), (&json!(2), &json!("near")));
    assert_eq!(found["result"]["matches"][0]["metadata"]["title"], "n");
    let got = json_of(client.post(format!("{index}/get_by_ids"), &json!({"ids": ["far"]})).await).await.1;
    assert_eq!(got["result"][0]["namespace"], "other");
    client.post(format!("{index}/delete_by_ids"), &json!({"ids": ["far"]})).await;
    let info = json_of(client.http.get(format!("{index}/info")).send().await.unwrap()).await.1;
    assert_eq!(info["result"]["vectorCount"], 1);
    assert_eq!(client.http.delete(&index).send().await.unwrap().status(), 200);
    assert_eq!(client.http.get(&index).send().await.unwrap().status(), 410);
}

#[tokio::test]
async fn refusals_have_their_codes() {
    let client = Client::start().await;
    let index = index(&client).await;
    let over = json!({"vector": vector(0.0), "topK": 51, "returnMetadata": "all"});
    for (body, expected) in [(json!({"vector": [1.0, 2.0]}), 40006), (over, 40025)] {
        let (status, code, message) = refusal_of(client.post(format!("{index}/query"), &body).await).await;
        assert_eq!((status, code), (400, expected), "{message}");
    }
    let ids: Vec<String> = (0..21).map(|id| id.to_string()).collect();
    assert_eq!(refusal_of(client.post(format!("{index}/get_by_ids"), &json!({"ids": ids})).await).await.1, 40007);
    let json_body = client.post(format!("{index}/upsert"), &json!({"id": "a", "values": vector(0.0)})).await;
    assert_eq!(refusal_of(json_body).await.1, 1005);
    assert_eq!(
        refusal_of(client.http.get(client.api("/vectorize/v2/indexes/none")).send().await.unwrap()).await.1,
        3000
    );
}

#[tokio::test]
async fn multipart_uploads_are_read() {
    let client = Client::start().await;
    let index = index(&client).await;
    let line = json!({"id": "a", "values": vector(0.5)}).to_string();
    let part = reqwest::multipart::Part::text(line).file_name("vectors.ndjson");
    let form = reqwest::multipart::Form::new().part("vectors", part);
    let response = client.http.post(format!("{index}/insert")).multipart(form).send().await.unwrap();
    assert_eq!(response.status(), 200);
}

#[tokio::test]
async fn the_binding_speaks_without_an_envelope() {
    let client = Client::start().await;
    index(&client).await;
    let binding = client.url(&format!("/binding/{ACCOUNT}/vectorize/docs"));
    let lines = json!({"id": "a", "values": vector(1.0)}).to_string();
    let insert = client.http.post(format!("{binding}/insert")).header("content-type", "application/x-ndjson");
    assert!(json_of(insert.body(lines).send().await.unwrap()).await.1["mutationId"].is_string());
    let found = json_of(client.post(format!("{binding}/query"), &json!({"vectorId": "a", "topK": 1})).await).await.1;
    assert_eq!(found["matches"][0]["id"], "a");
    let (status, body) = json_of(client.post(format!("{binding}/query"), &json!({"vector": [1]})).await).await;
    assert_eq!((status.as_u16(), &body["code"]), (400, &json!(40006)));
    let proxied = client
        .http
        .get(client.url(&format!("/binding/{ACCOUNT}/vectorize/docs")))
        .header("MF-Binding", "VECTORIZE")
        .header("MF-URL", "http://vector-search/info");
    assert_eq!(json_of(proxied.send().await.unwrap()).await.1["vectorCount"], 1);
}

#[tokio::test]
async fn one_address_serves_every_binding() {
    let mapped = candleflare::Emulator::builder().config(|config| {
        config.indexes.insert("DOCS".to_owned(), "docs".to_owned());
    });
    let client = Client::of(mapped).await;
    index(&client).await;
    let info = async |path: &str, binding: &str| {
        let request = client.http.get(client.url(path)).header("MF-URL", "http://vector-search/info");
        json_of(request.header("MF-Binding", binding).send().await.unwrap()).await
    };
    let base = format!("/binding/{ACCOUNT}");
    // By the wrangler configuration, by the address's query, and by the binding's own name.
    for (path, binding) in [(base.clone(), "DOCS"), (format!("{base}?OTHER=docs"), "OTHER"), (base.clone(), "docs")] {
        let (status, body) = info(&path, binding).await;
        assert_eq!((status.as_u16(), &body["dimensions"]), (200, &json!(32)), "{path} {binding}: {body}");
    }
    let (status, body) = info(&base, "UNKNOWN").await;
    assert_eq!((status.as_u16(), &body["code"]), (404, &json!(3000)), "{body}");
}
