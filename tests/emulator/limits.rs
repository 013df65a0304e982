//! Limits, at the value and over it.

use candleflare::{Emulator, Plan};
use serde_json::json;

use super::client::{ACCOUNT, CHAT, Client, EMBED, RERANKER, refusal_of};
use super::faults::post;

fn overlay(name: &str, value: &str) -> String {
    format!("[[limit]]\nname = \"{name}\"\nvalue = {value}\n")
}

#[tokio::test]
async fn a_body_over_its_size() {
    let client = Client::of(Emulator::builder().limits(overlay("ai.body_bytes", "100"))).await;
    let body = |bytes: usize| {
        let shell = json!({"text": ""}).to_string().len();
        json!({"text": "a".repeat(bytes - shell)})
    };
    assert_eq!(client.run(EMBED, body(100)).await.status(), 200);
    assert_eq!(
        client.refusal(EMBED, body(101)).await,
        (413, 3006, "AiError: AiError: Request is too large".to_owned())
    );
}

#[tokio::test]
async fn neurons_of_a_day_on_the_free_plan() {
    let limited = |plan| Emulator::builder().plan(plan).limits(overlay("ai.neurons_per_day", "{ free = 1 }"));
    let spend = json!({"prompt": "word ".repeat(3000), "max_tokens": 1});
    let client = Client::of(limited(Plan::Free)).await;
    assert_eq!(client.run(CHAT, spend.clone()).await.status(), 200);
    let (status, code, message) = client.refusal(CHAT, spend.clone()).await;
    assert_eq!((status, code), (429, 4006));
    assert!(message.contains("daily free allocation"), "{message}");
    let client = Client::of(limited(Plan::Paid)).await;
    for _ in 0..2 {
        assert_eq!(client.run(CHAT, spend.clone()).await.status(), 200);
    }
}

#[tokio::test]
async fn the_context_window() {
    let client = Client::start().await;
    // llama-3.2-1b has 60,000 tokens; one message's own tokens come on top.
    let ask = |max_tokens: u64| json!({"prompt": "hello", "max_tokens": max_tokens});
    let (status, code, message) = client.refusal(CHAT, ask(60_000)).await;
    assert_eq!((status, code), (413, 5021));
    assert!(message.contains("exceeded this model context window limit (60000)"), "{message}");
    assert_eq!(client.run(CHAT, ask(59_000)).await.status(), 200);
}

#[tokio::test]
async fn a_full_queue() {
    let client = Client::of(Emulator::builder().seed(1).limits(overlay("ai.queue_length", "1"))).await;
    let long = json!({"prompt": "a", "raw": true, "max_tokens": 400, "temperature": 5, "seed": 1});
    let calls = (0..40).map(|_| client.run(CHAT, long.clone()));
    let mut refused = 0;
    for response in futures_util::future::join_all(calls).await {
        if response.status() != 200 {
            let (status, code, message) = refusal_of(response).await;
            assert_eq!((status, code), (429, 3040), "{message}");
            refused += 1;
        }
    }
    assert!(refused > 0 && refused < 40, "{refused} of 40 were refused");
}

#[tokio::test]
async fn the_deadline_stops_a_generation() {
    let client = Client::of(Emulator::builder().limits(overlay("ai.inference_seconds", "0"))).await;
    let (status, code, _) = client.refusal(CHAT, json!({"prompt": "hello"})).await;
    assert_eq!((status, code), (408, 3046));
    // A stream that never began has a status of its own.
    assert_eq!(client.refusal(CHAT, json!({"prompt": "hello", "stream": true})).await.0, 408);
    assert_eq!(client.refusal(EMBED, json!({"text": "hello"})).await.1, 3007);
    let rerank = json!({"query": "a", "contexts": [{"text": "b"}]});
    assert_eq!(client.refusal(RERANKER, rerank).await.1, 3007);
}

#[tokio::test]
async fn a_task_has_a_deadline_of_its_own() {
    let client = Client::start().await;
    let rows = json!({"limits": {
        "ai.inference_seconds.text_generation": 1, "ai.inference_seconds.text_embeddings": 0,
    }});
    put_limits(&client, &rows).await;
    assert_eq!(client.refusal(EMBED, json!({"text": "hello"})).await.1, 3007);
    let rerank = json!({"query": "a", "contexts": [{"text": "b"}]});
    assert_eq!(client.run(RERANKER, rerank).await.status(), 200);
    // What comes in time is answered; what would take longer is not, and a stream is ended where it is.
    let stub = json!({"respond": {"text": "one two"}, "stream": {"ttft_ms": 10}});
    assert_eq!(post(&client, "stubs", &stub).await.0, 200);
    client.result(CHAT, json!({"prompt": "hello"})).await;
    let slow = json!({"priority": 1, "respond": {"text": "one two three"}, "stream": {"ttft_ms": 1, "tokens_per_second": 0.1}});
    assert_eq!(post(&client, "stubs", &slow).await.0, 200);
    let (status, code, _) = client.refusal(CHAT, json!({"prompt": "hello"})).await;
    assert_eq!((status, code), (408, 3046));
    let journal = client.get("/__candleflare/requests?code=3046").await;
    let decisions = journal["requests"][0]["limits"].as_array().unwrap();
    let decided = decisions.iter().find(|one| one["name"] == "ai.inference_seconds.text_generation");
    assert_eq!(decided.map(|one| (&one["value"], &one["limit"])), Some((&json!(1), &json!(1))), "{journal}");
    let response = client.run(CHAT, json!({"prompt": "hello", "stream": true})).await;
    let text = response.text().await.unwrap();
    assert!(text.contains("\"response\":\"one\"") && text.contains("\"code\":3046"), "{text}");
    assert!(!text.contains("[DONE]") && !text.contains("three"), "{text}");
}

async fn put_limits(client: &Client, rows: &serde_json::Value) {
    let url = client.url(&format!("/__candleflare/limits?account={ACCOUNT}"));
    assert_eq!(client.http.put(url).json(rows).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn memory_is_accounted_for_before_it_is_taken() {
    let client = Client::start().await;
    put_limits(&client, &json!({"limits": {"ai.request_memory_bytes": 1_000_000}})).await;
    // Small values take far more than their text.
    let body = |nests: usize| json!({"text": "a", "extra": vec![json!({}); nests]});
    assert_eq!(client.run(EMBED, body(1_000)).await.status(), 200);
    let (status, code, _) = client.refusal(EMBED, body(10_000)).await;
    assert_eq!((status, code), (413, 3006));
    let batch = json!({"requests": vec![json!({"text": "a"}); 5_000]});
    let queued = client.post(client.api(&format!("/ai/run/{EMBED}?queueRequest=true")), &batch).await;
    assert_eq!(refusal_of(queued).await.1, 3006);
    // A sequence's keys and values, at its longest.
    let ask = |max_tokens: u64| json!({"prompt": "hello", "max_tokens": max_tokens});
    assert_eq!(client.run(CHAT, ask(4)).await.status(), 200);
    let (status, code, _) = client.refusal(CHAT, ask(50_000)).await;
    assert_eq!((status, code), (413, 3006));
    let journal = client.get("/__candleflare/requests?code=3006&limit=1").await;
    let over = journal["requests"][0]["limits"]
        .as_array()
        .unwrap()
        .iter()
        .any(|one| one["name"] == "ai.request_memory_bytes" && one["value"].as_u64() > one["limit"].as_u64());
    assert!(over, "{journal}");
}
