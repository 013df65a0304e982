//! The control plane.

use serde_json::json;

use super::client::{ACCOUNT, CHAT, Client, EMBED, json_of};

#[tokio::test]
async fn health_ready_version_and_metrics() {
    let client = Client::start().await;
    assert_eq!(client.get("/__candleflare/health").await["status"], "ok");
    assert_eq!(client.get("/__candleflare/ready").await["loaded"], json!([]));
    client.result(EMBED, json!({"text": "a"})).await;
    assert_eq!(client.get("/__candleflare/ready").await["loaded"], json!(["kindling-embed"]));
    assert_eq!(client.get("/__candleflare/version").await["name"], "candleflare");
    let metrics = client.http.get(client.url("/__candleflare/metrics")).send().await.unwrap().text().await.unwrap();
    assert!(metrics.contains("candleflare_requests_total{service=\"ai\",status=\"200\"} 1"), "{metrics}");
    assert!(client.get("/__candleflare/nothing").await["known"].as_array().is_some_and(|known| known.len() > 5));
}

#[tokio::test]
async fn usage_and_journal_are_kept_by_account_and_reset() {
    let client = Client::start().await;
    client.result(CHAT, json!({"prompt": "hello", "max_tokens": 2})).await;
    client.refusal(CHAT, json!({})).await;
    let usage = client.get(&format!("/__candleflare/usage?account={ACCOUNT}")).await;
    assert_eq!((&usage["total"]["calls"], &usage["rows"][0]["output_tokens"]), (&json!(1), &json!(2)));
    let refused = client.get("/__candleflare/requests?status=400").await;
    assert_eq!((&refused["total"], &refused["requests"][0]["code"]), (&json!(1), &json!(5006)));

    let other = json!({"account": "f".repeat(32)});
    assert_eq!(client.post(client.url("/__candleflare/reset"), &other).await.status(), 200);
    assert_eq!(client.get("/__candleflare/requests").await["total"], 2);
    let mine = json!({"account": ACCOUNT});
    assert_eq!(client.post(client.url("/__candleflare/reset"), &mine).await.status(), 200);
    assert_eq!(client.get("/__candleflare/requests").await["total"], 0);
    assert_eq!(client.get("/__candleflare/usage").await["total"]["calls"], 0);
    let (status, body) = json_of(client.post(client.url("/__candleflare/reset"), &json!({"account": 3})).await).await;
    assert_eq!(status, 400, "{body}");
}
