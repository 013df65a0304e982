//! The batch API.

use std::time::Duration;

use serde_json::{Value, json};

use super::client::{ACCOUNT, CHAT, Client, EMBED, json_of, refusal_of};

const LLAMA: &str = "@cf/meta/llama-3.3-70b-instruct-fp8-fast";

async fn send(client: &Client, model: &str, input: Value) -> (u16, Value) {
    let url = client.api(&format!("/ai/run/{model}?queueRequest=true"));
    let (status, body) = json_of(client.post(url, &input).await).await;
    (status.as_u16(), body)
}

/// The finished batch.
async fn finished(client: &Client, model: &str, queued: &Value) -> Value {
    let id = queued["result"]["request_id"].as_str().unwrap();
    for _ in 0..1000 {
        let (status, body) = send(client, model, json!({"request_id": id})).await;
        assert_eq!(status, 200, "{body}");
        if body["result"].get("responses").is_some() {
            return body["result"].clone();
        }
        assert!(["queued", "running"].contains(&body["result"]["status"].as_str().unwrap()), "{body}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the batch did not end");
}

#[tokio::test]
async fn embeddings_and_chats_are_queued_and_polled() {
    let client = Client::start().await;
    let requests = json!([{"text": "sea", "external_reference": "one"}, {"text": ["bread", "wine"]}]);
    let (status, queued) = send(&client, EMBED, json!({"requests": requests})).await;
    assert_eq!(
        (status, &queued["result"]["status"], &queued["result"]["model"]),
        (200, &json!("queued"), &json!(EMBED)),
        "{queued}"
    );
    let done = finished(&client, EMBED, &queued).await;
    let responses = done["responses"].as_array().unwrap();
    assert_eq!(responses.len(), 2);
    assert_eq!((&responses[0]["id"], &responses[0]["external_reference"]), (&json!(0), &json!("one")));
    assert_eq!((&responses[1]["success"], &responses[1]["external_reference"]), (&json!(true), &Value::Null));
    assert_eq!(responses[1]["result"]["shape"], json!([2, 384]));
    assert!(done["usage"]["prompt_tokens"].as_u64().unwrap() > 0);

    let requests =
        json!([{"prompt": "hello", "external_reference": "a", "max_tokens": 3}, {"prompt": "bye", "max_tokens": 3}]);
    let (_, queued) = send(&client, LLAMA, json!({"requests": requests})).await;
    let done = finished(&client, LLAMA, &queued).await;
    assert!(done["responses"][0]["result"]["response"].is_string(), "{done}");
    assert!(done["usage"]["completion_tokens"].as_u64().unwrap() > 0);
    // Each of its requests is charged and journalled like any other.
    let usage = client.get(&format!("/__candleflare/usage?account={ACCOUNT}")).await;
    assert_eq!(usage["total"]["calls"], 4);
}

#[tokio::test]
async fn batches_are_refused_as_a_whole() {
    let client = Client::start().await;
    let code = |body: &Value| body["errors"][0]["code"].as_u64();
    for (model, input, expected) in [
        (EMBED, json!({"requests": [{"text": 7}]}), 5006),
        (EMBED, json!({"requests": "x"}), 5006),
        (EMBED, json!({"text": "a"}), 5006),
        (EMBED, json!({"requests": []}), 8001),
        (EMBED, json!({"request_id": "00000000-0000-4000-8000-000000000000"}), 8001),
        (EMBED, json!({"request_id": 7}), 5006),
        (CHAT, json!({"requests": [{"prompt": "a"}]}), 5006),
        ("@cf/no/model", json!({"requests": []}), 5007),
        ("@cf/meta/llama-3.1-8b-instruct", json!({"requests": []}), 5028),
    ] {
        let (status, body) = send(&client, model, input.clone()).await;
        assert!((400..500).contains(&status) && code(&body) == Some(expected), "{input}: {status} {body}");
    }
    let big = json!({"requests": [{"text": "a".repeat(10_000_001)}]});
    assert_eq!(
        refusal_of(client.post(client.api(&format!("/ai/run/{EMBED}?queueRequest=true")), &big).await).await.1,
        3006
    );
}

#[tokio::test]
async fn another_account_and_a_reset_know_nothing_of_it() {
    let client = Client::start().await;
    let (_, queued) = send(&client, EMBED, json!({"requests": [{"text": "sea"}]})).await;
    finished(&client, EMBED, &queued).await;
    let poll = json!({"request_id": queued["result"]["request_id"]});
    let other = client.url(&format!("/client/v4/accounts/{}/ai/run/{EMBED}?queueRequest=true", "f".repeat(32)));
    assert_eq!(refusal_of(client.post(other, &poll).await).await.1, 8001);
    client.post(client.url("/__candleflare/reset"), &json!({"account": ACCOUNT})).await;
    assert_eq!(send(&client, EMBED, poll).await.0, 400);
}
