//! Vectorize's lag: by flag and by control plane, on the steered clock of its account.

use candleflare::Emulator;
use serde_json::{Value, json};

use super::client::{ACCOUNT, Client, json_of};
use super::vectorize::{index, upsert, vector};

async fn steer(client: &Client, body: Value) -> (u16, Value) {
    let url = client.url(&format!("/__candleflare/mutations?account={ACCOUNT}"));
    let (status, body) = json_of(client.post(url, &body).await).await;
    (status.as_u16(), body)
}

async fn count(client: &Client, index: &str) -> Value {
    json_of(client.http.get(format!("{index}/info")).send().await.unwrap()).await.1["result"]["vectorCount"].clone()
}

#[tokio::test]
async fn a_lag_holds_mutations_back_until_a_tick() {
    let lagging = Emulator::builder().config(|config| config.vectorize_lag = "manual".parse().unwrap());
    let client = Client::of(lagging).await;
    let index = index(&client).await;
    for id in ["a", "b", "c"] {
        upsert(&client, &index, &[json!({"id": id, "values": vector(1.0)})]).await;
    }
    assert_eq!(count(&client, &index).await, 0);
    let (status, state) = steer(&client, json!({"tick": 1})).await;
    assert_eq!(
        (status, state),
        (200, json!({"mode": "manual", "indexes": [{"index": "docs", "waiting": 2}], "processed": 1}))
    );
    assert_eq!(count(&client, &index).await, 1);
    let (_, state) = steer(&client, json!({"tick": 9, "index": "docs"})).await;
    assert_eq!((&state["processed"], count(&client, &index).await), (&json!(2), json!(3)));
    // Another account's lag is its own.
    let shown = client.get("/__candleflare/mutations").await;
    assert_eq!(shown, json!({"mode": "manual", "indexes": []}));
}

#[tokio::test]
async fn modes_are_set_while_it_runs() {
    let client = Client::start().await;
    let index = index(&client).await;
    let (_, state) = steer(&client, json!({"mode": "after_reads", "reads": 2})).await;
    assert_eq!((&state["mode"], &state["reads"]), (&json!("after_reads"), &json!(2)));
    upsert(&client, &index, &[json!({"id": "a", "values": vector(1.0)})]).await;
    let seen = [count(&client, &index).await, count(&client, &index).await, count(&client, &index).await];
    assert_eq!(seen, [json!(0), json!(0), json!(1)]);
    steer(&client, json!({"mode": "after_ms", "ms": 3_600_000})).await;
    upsert(&client, &index, &[json!({"id": "b", "values": vector(1.0)})]).await;
    assert_eq!(count(&client, &index).await, 1);
    steer(&client, json!({"mode": "immediate"})).await;
    assert_eq!(count(&client, &index).await, 2);
}

#[tokio::test]
async fn orders_that_make_no_sense_are_refused() {
    let client = Client::start().await;
    for bad in [
        json!({}),
        json!({"mode": "soon"}),
        json!({"mode": "after_ms"}),
        json!({"mode": "manual", "ms": 3}),
        json!({"tick": -1}),
        json!({"tick": 1, "index": "nobody"}),
        json!({"account": "x", "tick": 1}),
        json!({"unknown": 1}),
        json!([]),
    ] {
        let (status, body) = steer(&client, bad.clone()).await;
        assert!((400..500).contains(&status) && body["error"].is_string(), "{bad}: {status} {body}");
    }
}
