//! The Worker binding's dialect, in both of its wrappings. Real workerd speaks it in tests/clients.

use candleflare::Emulator;
use candleflare::config::NamedSpec;
use serde_json::{Value, json};

use super::client::{ACCOUNT, CHAT, Client, EMBED, events, json_of};

async fn run(client: &Client, model: &str, inputs: Value) -> reqwest::Response {
    let body = json!({"inputs": inputs, "options": {}});
    let url = client.url("/binding/ai/run?version=3");
    client.http.post(url).header("cf-consn-model-id", model).json(&body).send().await.unwrap()
}

#[tokio::test]
async fn answers_are_bare_and_exactly_json() {
    let client = Client::start().await;
    let response = run(&client, EMBED, json!({"text": "a"})).await;
    assert_eq!(response.headers()["content-type"], "application/json");
    assert!(response.headers().contains_key("cf-ai-req-id"));
    assert_eq!(json_of(response).await.1["shape"], json!([1, 384]));
    let stream = run(&client, CHAT, json!({"prompt": "hello", "stream": true})).await;
    assert_eq!(stream.headers()["content-type"], "text/event-stream");
    assert!(events(&stream.text().await.unwrap()).1);
}

#[tokio::test]
async fn refusals_carry_what_the_runtime_throws() {
    let client = Client::start().await;
    let (status, body) = json_of(run(&client, "@cf/no/model", json!({})).await).await;
    assert_eq!((status.as_u16(), &body["internalCode"], &body["name"]), (400, &json!(5007), &json!("AiError")));
    assert_eq!(body["description"], "No such model @cf/no/model or task");
}

#[tokio::test]
async fn miniflares_proxy_headers_are_unwrapped() {
    let client = Client::start().await;
    let body = json!({"inputs": {"text": "a"}, "options": {}}).to_string();
    for path in ["/binding", "/binding/ai", &format!("/binding/{ACCOUNT}"), &format!("/binding/{ACCOUNT}/ai")] {
        let request = client
            .http
            .post(client.url(path))
            .header("MF-Binding", "AI")
            .header("MF-URL", "https://workers-binding.ai/run?version=3")
            .header("MF-Header-content-type", "application/json")
            .header("MF-Header-cf-consn-model-id", EMBED)
            .body(body.clone());
        assert_eq!(json_of(request.send().await.unwrap()).await.1["shape"], json!([1, 384]), "{path}");
    }
    let upgrade = client.http.get(client.url("/binding?MF-Binding=AI")).header("upgrade", "websocket").send().await;
    assert_eq!(upgrade.unwrap().status(), 404);
    // The question for a WebSocket is no call, and the type is that of the wrapped one.
    let journal = client.get("/__candleflare/requests").await;
    let types: Vec<&Value> =
        journal["requests"].as_array().unwrap().iter().map(|entry| &entry["body"]["content_type"]).collect();
    assert_eq!(types, vec!["application/json"; 4]);
}

#[tokio::test]
async fn models_are_listed() {
    let client = Client::start().await;
    let found = client.get("/binding/ai/ai-api/models/search?search=bge-small").await;
    assert_eq!(found["result"][0]["name"], EMBED);
}

/// What workerd's external service adds to a call whose path is the runtime's own.
#[tokio::test]
async fn a_header_says_whose_binding_calls() {
    let client = Client::of(Emulator::builder().config(|config| {
        let wrangled = "docs=32,cosine".parse::<NamedSpec>().unwrap();
        config.declared.insert(wrangled.name, Some(wrangled.spec));
        config.declared.insert("late".to_owned(), None);
    }))
    .await;
    let call = |method: &str, path: &str, binding: &str, body: String| {
        let request = client.http.request(method.parse().unwrap(), client.url(path));
        let request = request.header("candleflare-binding", format!("/binding/{ACCOUNT}/{binding}"));
        request.header("content-type", "application/x-ndjson").body(body).send()
    };
    let input = json!({"inputs": {"text": "a"}, "options": {}}).to_string();
    let request = client.http.post(client.url("/run?version=3")).header("cf-consn-model-id", EMBED);
    let request = request.header("candleflare-binding", format!("/binding/{ACCOUNT}/ai")).body(input);
    assert_eq!(json_of(request.send().await.unwrap()).await.1["shape"], json!([1, 384]));
    let info = json_of(call("GET", "/info", "vectorize/docs", String::new()).await.unwrap()).await.1;
    assert_eq!(info["dimensions"], 32);

    // An index of which only the name is declared is made by its first write, with the dimensions that it has.
    let vector = json!({"id": "a", "values": vec![0.5; 48]}).to_string();
    let before = call("GET", "/info", "vectorize/late", String::new()).await.unwrap();
    assert_eq!(before.status(), 404);
    assert_eq!(call("POST", "/upsert", "vectorize/late", vector.clone()).await.unwrap().status(), 200);
    let info = json_of(call("GET", "/info", "vectorize/late", String::new()).await.unwrap()).await.1;
    assert_eq!(info["dimensions"], 48);
    assert_eq!(call("POST", "/upsert", "vectorize/other", vector).await.unwrap().status(), 404);
    for nonsense in ["http://elsewhere/", "/client/v4/user", "", "/binding/\u{e9}"] {
        let request = client.http.get(client.url("/info")).header("candleflare-binding", nonsense.as_bytes());
        let status = request.send().await.unwrap().status().as_u16();
        assert!((400..500).contains(&status), "{nonsense}: {status}");
    }
}
