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
async fn a_wrong_method_says_what_there_is() {
    let client = Client::start().await;
    let response = client.http.put(client.url("/__candleflare/faults")).send().await.unwrap();
    let (status, body) = json_of(response).await;
    assert_eq!((status.as_u16(), &body["known"]), (405, &json!(["GET", "POST", "DELETE"])));
    assert!(body["error"].as_str().unwrap().contains("does not know PUT\nhint: it knows GET, POST, DELETE"), "{body}");
}

#[tokio::test]
async fn vectors_are_billed_by_what_is_stored_and_queried() {
    let client = Client::start().await;
    let indexes = |path: &str| client.api(&format!("/vectorize/v2/indexes{path}"));
    let config = json!({"name": "docs", "config": {"dimensions": 32, "metric": "cosine"}});
    assert_eq!(client.post(indexes(""), &config).await.status(), 200);
    let line = |id: usize| json!({"id": id.to_string(), "values": vec![0.5; 32]}).to_string() + "\n";
    let lines: String = (0..3).map(line).collect();
    let upload = client.http.post(indexes("/docs/insert")).header("content-type", "application/x-ndjson");
    assert_eq!(upload.body(lines).send().await.unwrap().status(), 200);
    for _ in 0..2 {
        let found = client.post(indexes("/docs/query"), &json!({"vector": vec![0.5; 32], "topK": 2})).await;
        assert_eq!(found.status(), 200);
    }
    client.result(EMBED, json!({"text": "a"})).await;
    let usage = client.get(&format!("/__candleflare/usage?account={ACCOUNT}")).await;
    let rows = usage["rows"].as_array().unwrap();
    let docs = rows.iter().find(|row| row["index"] == "docs").unwrap();
    // Two queries of 32 dimensions; what is stored counts as stored, and once as queried.
    assert_eq!(
        (&docs["calls"], &docs["queried_dimensions"], &docs["stored_dimensions"]),
        (&json!(2), &json!(2 * 32 + 3 * 32), &json!(3 * 32))
    );
    let usd = 160.0 * 0.01 / 1e6 + 96.0 * 0.05 / 1e8;
    assert!((docs["usd"].as_f64().unwrap() - usd).abs() < 1e-12, "{docs}");
    let embedded = rows.iter().find(|row| row["model"] == EMBED).unwrap();
    let priced = embedded["neurons"].as_f64().unwrap() * 0.011 / 1000.0;
    assert!((embedded["usd"].as_f64().unwrap() - priced).abs() < 1e-12, "{embedded}");
    let total = usage["total"]["usd"].as_f64().unwrap();
    assert!((total - usd - embedded["usd"].as_f64().unwrap()).abs() < 1e-12, "{usage}");
    // Another account has used nothing.
    let other = client.get(&format!("/__candleflare/usage?account={}", "9".repeat(32))).await;
    assert_eq!((&other["total"]["usd"], &other["rows"]), (&json!(0.0), &json!([])));
}

#[tokio::test]
async fn the_journal_says_what_a_vectorize_call_was_held_against() {
    let client = Client::start().await;
    let indexes = |path: &str| client.api(&format!("/vectorize/v2/indexes{path}"));
    let config = json!({"name": "docs", "config": {"dimensions": 32, "metric": "cosine"}});
    client.post(indexes(""), &config).await;
    let vector = |id: &str| json!({"id": id, "values": vec![0.5; 32], "namespace": "ns", "metadata": {"a": 1}});
    let bound = client.url(&format!("/binding/{ACCOUNT}/vectorize/docs/upsert"));
    assert_eq!(client.post(bound, &json!({"vectors": [vector("a"), vector("longer")]})).await.status(), 200);
    let query = json!({"vector": vec![0.5; 32], "topK": 51, "returnMetadata": "all", "namespace": "ns"});
    assert_eq!(client.post(indexes("/docs/query"), &query).await.status(), 400);
    client.post(indexes("/docs/get_by_ids"), &json!({"ids": ["a", "b"]})).await;
    let journal = client.get(&format!("/__candleflare/requests?account={ACCOUNT}")).await;
    let decided = |at: usize, name: &str| {
        let decisions = journal["requests"][at]["limits"].as_array().unwrap();
        let found = decisions.iter().find(|one| one["name"] == format!("vectorize.{name}"));
        let found = found.unwrap_or_else(|| panic!("{name} is not in {decisions:?}"));
        assert!(!found["source"].as_str().unwrap().is_empty());
        (found["value"].as_u64().unwrap(), found["limit"].as_u64().unwrap())
    };
    assert_eq!((decided(0, "dimensions"), decided(0, "index_name_bytes")), ((32, 1536), (4, 64)));
    assert_eq!((decided(1, "binding_batch").0, decided(1, "vector_id_bytes")), (2, (6, 64)));
    assert_eq!((decided(1, "metadata_bytes").0, decided(1, "namespace_bytes").0), (7, 2));
    assert_eq!(decided(1, "vectors_per_index").0, 2);
    // The refusal explains itself.
    assert_eq!((decided(2, "top_k_with_payload"), &journal["requests"][2]["code"]), ((51, 50), &json!(40025)));
    assert_eq!(decided(3, "get_ids"), (2, 20));
    assert_eq!(client.get("/__candleflare/requests?index=docs&operation=query").await["total"], 1);
}

#[tokio::test]
async fn the_journal_counts_a_streams_tokens() {
    let client = Client::start().await;
    let ask = json!({"prompt": "hello", "max_tokens": 3, "stream": true});
    client.run(CHAT, ask).await.text().await.unwrap();
    let usage = client.get(&format!("/__candleflare/usage?account={ACCOUNT}")).await;
    let entry = &client.get(&format!("/__candleflare/requests?account={ACCOUNT}")).await["requests"][0];
    for name in ["input_tokens", "output_tokens", "neurons"] {
        assert_eq!(entry["used"][name], usage["rows"][0][name], "{name}: {entry}");
    }
    assert!(entry["used"]["output_tokens"].as_u64().is_some_and(|tokens| tokens > 0), "{entry}");
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
