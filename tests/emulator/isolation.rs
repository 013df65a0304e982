//! Accounts do not see each other, and a seed repeats in each of them.

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::client::{CHAT, Client, EMBED, json_of};

fn account(number: usize) -> String {
    format!("{number:032x}")
}

async fn control(client: &Client, account: &str, path: &str, body: &Value) {
    let response = client.post(client.url(&format!("/__candleflare/{path}?account={account}")), body).await;
    assert_eq!(response.status(), 200, "{path} of {account}");
}

/// A test of one account: a stub, a fault, a clock and an index of its own.
async fn world(client: &Client, number: usize) {
    let account = account(number + 1);
    let api = |path: &str| client.url(&format!("/client/v4/accounts/{account}{path}"));
    let text = format!("answer {number}");
    control(client, &account, "stubs", &json!({"match": {"model": CHAT}, "respond": {"text": text}})).await;
    control(client, &account, "clock", &json!({"set": format!("2026-{:02}-01T00:00:00Z", number % 12 + 1)})).await;
    let fails = number.is_multiple_of(2);
    if fails {
        control(
            client,
            &account,
            "faults",
            &json!({"match": {"model": EMBED}, "fault": {"kind": "error", "code": 3040}}),
        )
        .await;
    }
    let (status, body) = json_of(client.post(api(&format!("/ai/run/{CHAT}")), &json!({"prompt": "a"})).await).await;
    assert_eq!((status.as_u16(), &body["result"]["response"]), (200, &json!(text)));
    let embedded = client.post(api(&format!("/ai/run/{EMBED}")), &json!({"text": "a"})).await;
    assert_eq!(embedded.status().as_u16(), if fails { 429 } else { 200 });
    let config = json!({"name": "docs", "config": {"dimensions": 32, "metric": "cosine"}});
    assert_eq!(client.post(api("/vectorize/v2/indexes"), &config).await.status(), 200);
    let journal = client.get(&format!("/__candleflare/requests?account={account}")).await;
    assert_eq!(journal["total"], 3, "{journal}");
    let month = format!("2026-{:02}-01", number % 12 + 1);
    assert!(journal["requests"][0]["time"].as_str().unwrap().starts_with(&month));
    let usage = client.get(&format!("/__candleflare/usage?account={account}")).await;
    assert!(usage["rows"].as_array().unwrap().iter().all(|row| row["date"] == json!(month)));
    control(client, &account, "reset", &json!({"account": account})).await;
    let (_, indexes) = json_of(client.http.get(api("/vectorize/v2/indexes")).send().await.unwrap()).await;
    assert_eq!(indexes["result"], json!([]));
    let clock = client.get(&format!("/__candleflare/clock?account={account}")).await;
    assert_eq!(clock["steered"], false);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_tests_on_one_server_are_each_alone() {
    let client = Client::start().await;
    // A thousand, in rows, so that a small machine is not asked for hundreds of connections at once.
    for row in 0..20 {
        join_all((0..50).map(|number| world(&client, row * 50 + number))).await;
    }
    // Of each account only what came after its reset.
    assert_eq!(client.get("/__candleflare/requests").await["total"], 1000);
}

#[tokio::test]
async fn a_seed_repeats_whatever_other_accounts_do() {
    let ask = json!({"prompt": "tell me a joke", "temperature": 1, "max_tokens": 12, "stream": true});
    let said = async |noise: usize| {
        let client = Client::start().await;
        for number in 0..noise {
            let url = client.url(&format!("/client/v4/accounts/{}/ai/run/{EMBED}", account(number + 1)));
            client.post(url, &json!({"text": "a"})).await;
        }
        let response = client.run(CHAT, ask.clone()).await;
        let id = response.headers()["cf-ai-req-id"].to_str().unwrap().to_owned();
        (id, response.text().await.unwrap())
    };
    assert_eq!(said(0).await, said(3).await);
}
