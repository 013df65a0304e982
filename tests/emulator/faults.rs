//! Failures that a test brings about, in every dialect.

use std::time::{Duration, Instant};

use candleflare::Emulator;
use futures_util::StreamExt;
use serde_json::{Value, json};

use super::client::{ACCOUNT, CHAT, Client, EMBED, events, json_of, refusal_of};
use super::vectorize::{index, upsert, vector};

pub async fn post(client: &Client, what: &str, body: &Value) -> (u16, Value) {
    let url = client.url(&format!("/__candleflare/{what}?account={ACCOUNT}"));
    let (status, body) = json_of(client.post(url, body).await).await;
    (status.as_u16(), body)
}

async fn stage(client: &Client, fault: Value) -> String {
    let (status, body) = post(client, "faults", &json!({"fault": fault})).await;
    assert_eq!(status, 200, "{body}");
    body["id"].as_str().unwrap().to_owned()
}

async fn clear(client: &Client, query: &str) -> Value {
    let url = client.url(&format!("/__candleflare/faults?account={ACCOUNT}{query}"));
    json_of(client.http.delete(url).send().await.unwrap()).await.1
}

async fn last(client: &Client) -> Value {
    client.get(&format!("/__candleflare/requests?account={ACCOUNT}&limit=1")).await["requests"][0].take()
}

fn ask() -> Value {
    json!({"prompt": "hello", "max_tokens": 8, "temperature": 0})
}

#[tokio::test]
async fn an_error_by_code_in_every_dialect() {
    let client = Client::start().await;
    let id = stage(&client, json!({"kind": "error", "code": 3040})).await;
    let text = "Capacity temporarily exceeded, please try again.";
    let (status, code, message) = client.refusal(CHAT, ask()).await;
    assert_eq!((status, code), (429, 3040));
    assert!(message.starts_with(&format!("AiError: AiError: {text} (")), "{message}");
    let entry = last(&client).await;
    assert_eq!((&entry["fault"], &entry["status"], &entry["code"]), (&json!(id), &json!(429), &json!(3040)));

    let chat = json!({"model": CHAT, "messages": [{"role": "user", "content": "hello"}]});
    assert_eq!(refusal_of(client.post(client.api("/ai/v1/chat/completions"), &chat).await).await.1, 3040);
    let binding = client
        .http
        .post(client.url(&format!("/binding/{ACCOUNT}/ai/run")))
        .header("cf-consn-model-id", CHAT)
        .json(&json!({"inputs": ask()}));
    let (status, body) = json_of(binding.send().await.unwrap()).await;
    assert_eq!((status.as_u16(), &body["internalCode"], &body["description"]), (429, &json!(3040), &json!(text)));

    assert_eq!(clear(&client, &format!("&id={id}")).await["removed"], 1);
    assert_eq!(client.run(CHAT, ask()).await.status(), 200);
    assert_eq!(last(&client).await["fault"], Value::Null);
}

#[tokio::test]
async fn when_and_whom() {
    let client = Client::start().await;
    let fault = json!({
        "match": {"service": "ai", "operation": "run", "model": "@cf/meta/*"},
        "when": {"times": 2, "after": 1}, "fault": {"kind": "error", "code": 3043},
    });
    assert_eq!(post(&client, "faults", &fault).await.0, 200);
    let mut statuses = Vec::new();
    for _ in 0..4 {
        statuses.push(client.run(CHAT, ask()).await.status().as_u16());
        assert_eq!(client.run(EMBED, json!({"text": "a"})).await.status(), 200);
    }
    assert_eq!(statuses, [200, 500, 500, 200]);
    let listed = client.get(&format!("/__candleflare/faults?account={ACCOUNT}")).await;
    assert_eq!((&listed["faults"][0]["matched"], &listed["faults"][0]["fired"]), (&json!(4), &json!(2)));
    // Other accounts have faults of their own, and a reset takes them away.
    assert_eq!(client.get("/__candleflare/faults").await["faults"], json!([]));
    stage(&client, json!({"preset": "quota"})).await;
    assert_eq!(client.refusal(CHAT, ask()).await.1, 4006);
    client.post(client.url("/__candleflare/reset"), &json!({"account": ACCOUNT})).await;
    assert_eq!(client.run(CHAT, ask()).await.status(), 200);
}

#[tokio::test]
async fn a_probability_repeats_with_the_seed() {
    let statuses = async || {
        let client = Client::start().await;
        let fault = json!({"when": {"probability": 0.5}, "fault": {"kind": "error", "code": 3040}});
        post(&client, "faults", &fault).await;
        let mut statuses = Vec::new();
        for _ in 0..20 {
            statuses.push(client.run(EMBED, json!({"text": "a"})).await.status().as_u16());
        }
        statuses
    };
    let first = statuses().await;
    assert!(first.contains(&200) && first.contains(&429), "{first:?}");
    assert_eq!(first, statuses().await);
}

#[tokio::test]
async fn presets_are_production_incidents() {
    let client = Client::start().await;
    for (preset, status, code) in
        [("capacity", 429, 3040), ("quota", 429, 4006), ("deprecated", 410, 5028), ("rate-limited", 429, 3021)]
    {
        stage(&client, json!({"preset": preset})).await;
        let refused = client.refusal(CHAT, ask()).await;
        assert_eq!((refused.0, refused.1), (status, code), "{preset}: {}", refused.2);
        clear(&client, "").await;
    }
    stage(&client, json!({"preset": "flaky"})).await;
    let mut failed = 0;
    for _ in 0..30 {
        failed += u32::from(client.run(EMBED, json!({"text": "a"})).await.status() != 200);
    }
    assert!((1..30).contains(&failed), "{failed} of 30 failed");
}

#[tokio::test]
async fn latency_takes_its_time() {
    let client = Client::start().await;
    stage(&client, json!({"kind": "latency", "ms": 120, "jitter_ms": 20})).await;
    let start = Instant::now();
    assert_eq!(client.run(EMBED, json!({"text": "a"})).await.status(), 200);
    assert!(start.elapsed() >= Duration::from_millis(100), "{:?}", start.elapsed());
}

#[tokio::test]
async fn streams_break_in_every_way() {
    let client = Client::start().await;
    let mut input = ask();
    input["stream"] = json!(true);
    let whole = client.run(CHAT, input.clone()).await.text().await.unwrap();
    assert!(events(&whole).1);
    let says = async |fault: Value| {
        clear(&client, "").await;
        stage(&client, fault).await;
        client.run(CHAT, input.clone()).await.text().await
    };
    let count = |text: &str| text.matches("\n\n").count();
    let cut = json!({"kind": "cut", "after_events": 1});
    assert!(says(cut.clone()).await.is_err(), "a cut stream must not end well");
    assert!(last(&client).await["fault"].is_string());
    let missing = says(json!({"kind": "missing_done"})).await.unwrap();
    assert!(!missing.contains("[DONE]") && count(&missing) == count(&whole) - 1, "{missing}");
    let twice = says(json!({"kind": "duplicate_done"})).await.unwrap();
    assert_eq!(twice.matches("data: [DONE]").count(), 2);
    let truncated = says(json!({"kind": "truncate", "after_events": 1})).await.unwrap();
    assert!(count(&truncated) == 1 && !truncated.ends_with('\n'), "{truncated}");
    let start = Instant::now();
    let slow = says(json!({"kind": "slow_stream", "tokens_per_second": 50})).await.unwrap();
    assert!(events(&slow).1 && start.elapsed() >= Duration::from_millis(20) * count(&slow) as u32);

    clear(&client, "").await;
    stage(&client, json!({"kind": "stall", "after_events": 1})).await;
    let mut stream = client.run(CHAT, input.clone()).await.bytes_stream();
    assert!(stream.next().await.is_some());
    assert!(tokio::time::timeout(Duration::from_millis(100), stream.next()).await.is_err(), "a stall goes on");
}

#[tokio::test]
async fn a_reset_leaves_no_answer() {
    let client = Client::start().await;
    stage(&client, json!({"kind": "reset"})).await;
    let call = client.http.post(client.api(&format!("/ai/run/{EMBED}"))).json(&json!({"text": "a"})).send().await;
    let error = call.expect_err("a reset connection answers nothing");
    assert!(error.is_request() || error.is_connect(), "{error:?}");
    clear(&client, "").await;
    assert_eq!(client.run(EMBED, json!({"text": "a"})).await.status(), 200);
}

#[tokio::test]
async fn whole_answers_break_too() {
    let client = Client::start().await;
    stage(&client, json!({"kind": "truncate"})).await;
    let text = client.run(EMBED, json!({"text": "a"})).await.text().await.unwrap();
    assert!(text.starts_with('{') && serde_json::from_str::<Value>(&text).is_err());
    clear(&client, "").await;
    stage(&client, json!({"kind": "cut"})).await;
    assert!(client.run(EMBED, json!({"text": "a"})).await.text().await.is_err());
}

#[tokio::test]
async fn vectorize_fails_as_asked() {
    let client = Client::start().await;
    let index = index(&client).await;
    let fault = json!({
        "match": {"service": "vectorize", "operation": "get_by_ids", "index": "docs"},
        "fault": {"kind": "error", "code": 40041},
    });
    assert_eq!(post(&client, "faults", &fault).await.0, 200);
    let ids = json!({"ids": ["a"]});
    let refused = refusal_of(client.post(format!("{index}/get_by_ids"), &ids).await).await;
    assert_eq!(refused, (429, 40041, "Too Many Requests".to_owned()));
    let binding = client.url(&format!("/binding/{ACCOUNT}/vectorize/docs/getByIds"));
    let (status, body) = json_of(client.post(binding, &ids).await).await;
    assert_eq!((status.as_u16(), body), (429, json!({"error": "Too Many Requests", "code": 40041})));
    let query = json!({"vector": vector(1.0)});
    assert_eq!(client.post(format!("{index}/query"), &query).await.status(), 200);
    // Overload answers a status and no body.
    clear(&client, "").await;
    stage(&client, json!({"kind": "error", "status": 500})).await;
    let bare = client.post(format!("{index}/query"), &query).await;
    assert_eq!((bare.status().as_u16(), bare.text().await.unwrap()), (500, String::new()));
}

#[tokio::test]
async fn a_lagging_index_settles_when_its_time_has_passed() {
    let client = Client::start().await;
    let index = index(&client).await;
    let id = stage(&client, json!({"preset": "lagging-index"})).await;
    upsert(&client, &index, &[json!({"id": "a", "values": vector(1.0)})]).await;
    let count = async || {
        let info = client.http.get(format!("{index}/info")).send().await.unwrap();
        json_of(info).await.1["result"]["vectorCount"].clone()
    };
    assert_eq!(count().await, 0);
    assert_eq!(post(&client, "clock", &json!({"advance": "31s"})).await.0, 200);
    assert_eq!(count().await, 1);
    upsert(&client, &index, &[json!({"id": "b", "values": vector(1.0)})]).await;
    assert_eq!(count().await, 1);
    clear(&client, &format!("&id={id}")).await;
    assert_eq!(count().await, 2);
}

#[tokio::test]
async fn malformed_faults_change_nothing() {
    let client = Client::of(Emulator::builder().seed(1)).await;
    for (wrong, why) in [
        (json!({"fault": {"kind": "sulk"}}), "sulk"),
        (json!({"fault": {"kind": "error", "code": 1}}), "not known"),
        (json!({"fault": {"preset": "monday"}}), "capacity"),
        (json!({"fault": {"kind": "reset"}, "when": {"probability": 2}}), "probability"),
        (json!([{"fault": {"kind": "reset"}}, {"fault": {}}]), "item 1"),
        (json!({}), "hint:"),
    ] {
        let (status, body) = post(&client, "faults", &wrong).await;
        assert_eq!(status, 400, "{wrong}");
        assert!(body["error"].as_str().unwrap().contains(why), "{body}");
    }
    assert_eq!(client.get(&format!("/__candleflare/faults?account={ACCOUNT}")).await["faults"], json!([]));
    let url = client.url("/__candleflare/faults?id=nobody");
    assert_eq!(client.http.delete(url).send().await.unwrap().status(), 400);
    assert_eq!(client.run(EMBED, json!({"text": "a"})).await.status(), 200);
}
