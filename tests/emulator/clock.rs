//! The steered clock: what production ties to the calendar comes and goes with it, in one account.

use candleflare::{Emulator, Plan};
use serde_json::{Value, json};

use super::client::{ACCOUNT, CHAT, Client, EMBED};
use super::faults::post;

const CLOCK: &str = "clock";

#[tokio::test]
async fn quotas_come_back_at_midnight_utc() {
    let limits = "[[limit]]\nname = \"ai.neurons_per_day\"\nvalue = { free = 1 }\n";
    let client = Client::of(Emulator::builder().seed(7).plan(Plan::Free).limits(limits)).await;
    post(&client, CLOCK, &json!({"set": "2026-12-01T23:59:00Z"})).await;
    let spend = json!({"prompt": "word ".repeat(3000), "max_tokens": 1});
    assert_eq!(client.run(CHAT, spend.clone()).await.status(), 200);
    assert_eq!(client.refusal(CHAT, spend.clone()).await.1, 4006);
    let (_, clock) = post(&client, CLOCK, &json!({"advance": "2m"})).await;
    assert!(clock["now"].as_str().unwrap().starts_with("2026-12-02T00:01"), "{clock}");
    assert_eq!(client.run(CHAT, spend.clone()).await.status(), 200);
    let usage = client.get(&format!("/__candleflare/usage?account={ACCOUNT}")).await;
    assert_eq!((&usage["rows"][0]["date"], &usage["rows"][1]["date"]), (&json!("2026-12-01"), &json!("2026-12-02")));
    // Back before midnight, the day is as it was left: spent.
    post(&client, CLOCK, &json!({"set": "2026-12-01T12:00:00Z"})).await;
    assert_eq!(client.refusal(CHAT, spend).await.1, 4006);
}

#[tokio::test]
async fn rate_windows_slide() {
    let limits = "[[limit]]\nname = \"ai.rate.text_embeddings\"\nvalue = 2\n";
    let client = Client::of(Emulator::builder().seed(7).limits(limits)).await;
    let ask = async || client.run(EMBED, json!({"text": "a"})).await.status().as_u16();
    post(&client, CLOCK, &json!({"freeze": true})).await;
    assert_eq!([ask().await, ask().await, ask().await], [200, 200, 429]);
    post(&client, CLOCK, &json!({"advance": "61s"})).await;
    assert_eq!([ask().await, ask().await, ask().await], [200, 200, 429]);
    // A future that has not happened counts no calls.
    post(&client, CLOCK, &json!({"advance": "-10m"})).await;
    assert_eq!(ask().await, 200);
}

#[tokio::test]
async fn deprecations_arrive_in_one_account_only() {
    let client = Client::start().await;
    let old = "@cf/meta/llama-3.1-8b-instruct";
    let ask = json!({"prompt": "hello", "max_tokens": 1});
    assert_eq!(client.refusal(old, ask.clone()).await.1, 5028);
    post(&client, CLOCK, &json!({"set": "2026-05-29T12:00:00Z"})).await;
    assert_eq!(client.run(old, ask.clone()).await.status(), 200);
    let entry = client.get(&format!("/__candleflare/requests?account={ACCOUNT}&status=200")).await;
    assert!(entry["requests"][0]["time"].as_str().unwrap().starts_with("2026-05-29T12:00:"), "{entry}");
    let other = "f".repeat(32);
    let url = client.url(&format!("/client/v4/accounts/{other}/ai/run/{old}"));
    assert_eq!(client.post(url, &ask).await.status(), 410);
    let (_, clock) = post(&client, CLOCK, &json!({"resume": true})).await;
    assert_eq!((&clock["steered"], &clock["offset_ms"]), (&json!(false), &json!(0)));
    assert_eq!(client.refusal(old, ask).await.1, 5028);
}

#[tokio::test]
async fn orders_that_make_no_sense_change_nothing() {
    let client = Client::start().await;
    for wrong in [
        json!({}),
        json!({"advance": "soon"}),
        json!({"set": "1", "resume": true}),
        json!([]),
        json!({"advance": "99999999h"}),
    ] {
        let (status, body) = post(&client, CLOCK, &wrong).await;
        assert!(status == 400 && body["error"].as_str().unwrap().contains("hint:"), "{wrong}: {body}");
    }
    let clock: Value = client.get(&format!("/__candleflare/clock?account={ACCOUNT}")).await;
    assert_eq!(clock["steered"], false);
    let (status, _) = post(&client, CLOCK, &json!({"freeze": true})).await;
    assert_eq!(status, 200);
    // A clock that stands gives the same bytes twice.
    let ask = json!({"model": CHAT, "messages": [{"role": "user", "content": "hi"}], "max_tokens": 2, "seed": 3});
    let created = async || {
        let response = client.post(client.api("/ai/v1/chat/completions"), &ask).await;
        response.json::<Value>().await.unwrap()["created"].clone()
    };
    assert_eq!(created().await, created().await);
}
