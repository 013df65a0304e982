//! Reranking over HTTP, in the dialects that know it.

use serde_json::{Value, json};

use super::client::{ACCOUNT, Client, RERANKER, json_of};

fn input() -> Value {
    json!({
        "query": "How do I bake bread?",
        "contexts": [
            {"text": "The ferry to the island leaves at noon."},
            {"text": "Knead the dough, let the loaf rise, and bake it for forty minutes."},
            {"text": "Jupiter has more than ninety moons."},
        ],
    })
}

#[tokio::test]
async fn the_context_that_answers_is_first_and_scores_fall() {
    let client = Client::start().await;
    let ranked = client.result(RERANKER, input()).await;
    let rows = ranked["response"].as_array().unwrap();
    assert_eq!((rows.len(), &rows[0]["id"]), (3, &json!(1)));
    let scores: Vec<f64> = rows.iter().map(|row| row["score"].as_f64().unwrap()).collect();
    assert!(scores.is_sorted_by(|a, b| a >= b) && scores.iter().all(|score| (0.0..=1.0).contains(score)), "{scores:?}");
    assert!(scores[0] > 0.5 && scores[2] < 0.1, "{scores:?}");
    let mut best = input();
    best["top_k"] = json!(1);
    assert_eq!(client.result(RERANKER, best).await["response"], json!([rows[0]]));
}

#[tokio::test]
async fn the_binding_answers_without_an_envelope_and_both_charge() {
    let client = Client::start().await;
    let url = client.url(&format!("/binding/{ACCOUNT}/ai/run?version=3"));
    let response = client.http.post(url).header("cf-consn-model-id", RERANKER).json(&json!({"inputs": input()}));
    let response = response.send().await.unwrap();
    assert_eq!(response.headers()["candleflare-model"], "kindling-embed; fidelity=stand-in");
    assert!(response.headers()["cf-ai-neurons"].to_str().unwrap().parse::<f64>().unwrap() > 0.0);
    assert_eq!(json_of(response).await.1["response"][0]["id"], 1);
}

#[tokio::test]
async fn what_cannot_be_ranked_is_refused() {
    let client = Client::start().await;
    for (field, value, expected) in [
        ("query", Value::Null, 5006),
        ("contexts", json!("one"), 5006),
        ("contexts", json!([]), 8001),
        ("contexts", json!([{"text": ""}]), 5006),
        ("top_k", json!(0), 5006),
        ("top_k", json!("all"), 5006),
    ] {
        let mut bad = input();
        bad[field] = value;
        let (status, code, message) = client.refusal(RERANKER, bad.clone()).await;
        assert_eq!((status, code), (400, expected), "{bad}: {message}");
    }
}
