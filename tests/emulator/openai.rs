//! The OpenAI dialect.

use base64::Engine as _;
use serde_json::{Value, json};

use super::client::{CHAT, Client, EMBED, OPENAI_CHAT, events, json_of, refusal_of};

async fn create(client: &Client, body: Value) -> Value {
    let (status, body) = json_of(client.post(client.api("/ai/v1/chat/completions"), &body).await).await;
    assert_eq!(status, 200, "{body}");
    body
}

#[tokio::test]
async fn both_families_answer_alike() {
    let client = Client::start().await;
    for model in [CHAT, OPENAI_CHAT] {
        let messages = json!([{"role": "user", "content": [{"type": "text", "text": "hello"}]}]);
        let body = create(&client, json!({"model": model, "messages": messages, "temperature": 0})).await;
        assert_eq!((&body["object"], &body["model"]), (&json!("chat.completion"), &json!(model)));
        assert_eq!(body["choices"][0]["finish_reason"], "stop");
        assert!(body["choices"][0]["message"]["content"].as_str().is_some_and(|text| !text.is_empty()), "{body}");
    }
}

#[tokio::test]
async fn max_tokens_ends_with_length() {
    let client = Client::start().await;
    for field in ["max_tokens", "max_completion_tokens"] {
        let body = create(
            &client,
            json!({"model": CHAT, "messages": [{"role": "user", "content": "tell me a joke"}], field: 2}),
        )
        .await;
        assert_eq!(body["choices"][0]["finish_reason"], "length");
        assert_eq!(body["usage"]["completion_tokens"], 2);
    }
}

#[tokio::test]
async fn streams_hold_chunks_and_done() {
    let client = Client::start().await;
    let messages = json!([{"role": "user", "content": "hello"}]);
    let whole = create(&client, json!({"model": CHAT, "messages": messages, "temperature": 0})).await;
    let body = json!({"model": CHAT, "messages": messages, "temperature": 0, "stream": true,
        "stream_options": {"include_usage": true}});
    let response = client.post(client.api("/ai/v1/chat/completions"), &body).await;
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let (frames, done) = events(&response.text().await.unwrap());
    let text: String = frames.iter().filter_map(|frame| frame["choices"][0]["delta"]["content"].as_str()).collect();
    assert_eq!(text, whole["choices"][0]["message"]["content"].as_str().unwrap());
    assert!(done && frames.iter().all(|frame| frame["object"] == "chat.completion.chunk"));
    assert_eq!(frames.last().unwrap()["usage"]["total_tokens"], whole["usage"]["total_tokens"]);
}

#[tokio::test]
async fn a_stop_string_is_never_sent() {
    let client = Client::start().await;
    let messages = json!([{"role": "user", "content": "hello"}]);
    let whole = create(&client, json!({"model": CHAT, "messages": messages, "temperature": 0})).await;
    let text = whole["choices"][0]["message"]["content"].as_str().unwrap().to_owned();
    let stop: String = text.chars().skip(2).take(3).collect();
    let cut = create(&client, json!({"model": CHAT, "messages": messages, "temperature": 0, "stop": [stop]})).await;
    let cut = cut["choices"][0]["message"]["content"].as_str().unwrap();
    assert_eq!(cut, &text[..text.find(&stop).unwrap()]);
}

#[tokio::test]
async fn embeddings_as_floats_and_as_base64() {
    let client = Client::start().await;
    let url = client.api("/ai/v1/embeddings");
    let floats = json_of(client.post(url.clone(), &json!({"model": EMBED, "input": ["a", "b"]})).await).await.1;
    let coded = json!({"model": EMBED, "input": ["a", "b"], "encoding_format": "base64"});
    let coded = json_of(client.post(url.clone(), &coded).await).await.1;
    assert_eq!((&floats["object"], floats["data"].as_array().unwrap().len()), (&json!("list"), 2));
    let row: Vec<f32> = serde_json::from_value(floats["data"][1]["embedding"].clone()).unwrap();
    let bytes =
        base64::engine::general_purpose::STANDARD.decode(coded["data"][1]["embedding"].as_str().unwrap()).unwrap();
    let decoded: Vec<f32> = bytes.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
    assert_eq!(row, decoded);

    for bad in [
        json!({"model": EMBED}),
        json!({"model": EMBED, "input": [1, 2]}),
        json!({"model": EMBED, "input": "a", "encoding_format": "hex"}),
        json!({"model": EMBED, "input": "a", "dimensions": 12}),
        json!({"model": CHAT, "input": "a"}),
        json!({"input": "a"}),
    ] {
        let (status, _, message) = refusal_of(client.post(url.clone(), &bad).await).await;
        assert_eq!(status, 400, "{bad}: {message}");
    }
}

#[tokio::test]
async fn models_are_not_listed_here() {
    let client = Client::start().await;
    let answer = client.http.get(client.api("/ai/v1/models")).send().await.unwrap();
    assert_eq!(refusal_of(answer).await, (405, 7001, "GET not supported for requested URI.".to_owned()));
}

#[tokio::test]
async fn chat_is_refused_in_cloudflares_envelope() {
    let client = Client::start().await;
    let url = client.api("/ai/v1/chat/completions");
    for (body, code) in [
        (json!({"model": "@cf/no/model", "messages": [{"role": "user", "content": "a"}]}), 5007),
        (json!({"model": CHAT}), 5006),
        (json!({"messages": []}), 5006),
        (json!([]), 5006),
        (json!({"model": CHAT, "messages": [{"role": "user", "content": "a"}], "n": 200}), 8001),
        (json!({"model": CHAT, "messages": [{"role": "user", "content": "a"}], "max_tokens": 100_000_000}), 5021),
    ] {
        let (status, found, message) = refusal_of(client.post(url.clone(), &body).await).await;
        assert!((400..500).contains(&status) && found == code, "{body}: {status} {found} {message}");
    }
}
