//! AI Gateway around `run`, by headers and by its own addresses. The binding's side is in `tests/clients`.

use serde_json::{Value, json};

use super::client::{ACCOUNT, CHAT, Client, json_of, refusal_of};

async fn send(
    client: &Client,
    headers: &[(&str, &str)],
    input: &Value,
) -> (u16, Option<String>, Option<String>, Value) {
    let mut request = client.http.post(client.api(&format!("/ai/run/{CHAT}"))).json(input);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = request.send().await.unwrap();
    let header = |name: &str| response.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
    let (cache, log) = (header("cf-aig-cache-status"), header("cf-aig-log-id"));
    let (status, body) = json_of(response).await;
    (status.as_u16(), cache, log, body)
}

fn hot() -> Value {
    json!({"prompt": "tell me a joke", "temperature": 5, "max_tokens": 20})
}

const VIA: (&str, &str) = ("cf-aig-gateway-id", "default");

#[tokio::test]
async fn identical_requests_hit_until_they_expire() {
    let client = Client::start().await;
    let ttl = ("cf-aig-cache-ttl", "3600");
    let (status, cache, log, first) = send(&client, &[VIA, ttl], &hot()).await;
    assert_eq!((status, cache.as_deref()), (200, Some("MISS")));
    assert!(log.is_some());
    let (_, cache, _, second) = send(&client, &[VIA, ttl], &hot()).await;
    assert_eq!((cache.as_deref(), &second["result"]["response"]), (Some("HIT"), &first["result"]["response"]));
    // Another input, a skip, and a call without any time to live.
    let other = json!({"prompt": "tell me two jokes", "temperature": 5, "max_tokens": 20});
    assert_eq!(send(&client, &[VIA, ttl], &other).await.1.as_deref(), Some("MISS"));
    assert_eq!(send(&client, &[VIA, ttl, ("cf-aig-skip-cache", "true")], &hot()).await.1.as_deref(), Some("MISS"));
    assert_eq!(send(&client, &[VIA], &hot()).await.1.as_deref(), Some("MISS"));
    // A hit is free.
    let usage = client.get(&format!("/__candleflare/usage?account={ACCOUNT}")).await;
    assert_eq!(usage["total"]["calls"], 4);
    // A key of one's own makes different requests one.
    let key = ("cf-aig-cache-key", "mine");
    let (_, _, _, first) = send(&client, &[VIA, key], &hot()).await;
    let (_, cache, _, second) = send(&client, &[VIA, key], &other).await;
    assert_eq!((cache.as_deref(), &second["result"]["response"]), (Some("HIT"), &first["result"]["response"]));
    let (_, cache, ..) = send(&client, &[], &hot()).await;
    assert_eq!(cache, None, "without a gateway there is no such header");
}

#[tokio::test]
async fn gateways_are_known_or_refused() {
    let client = Client::start().await;
    let unknown = send(&client, &[("cf-aig-gateway-id", "mine")], &hot()).await;
    assert_eq!((unknown.0, &unknown.3["errors"][0]["code"]), (400, &json!(2001)));
    assert!(unknown.3["errors"][0]["message"].as_str().unwrap().contains("Please configure AI Gateway"));
    let bad = send(&client, &[("cf-aig-gateway-id", "a/b c")], &hot()).await;
    assert!(bad.3["errors"][0]["message"].as_str().unwrap().contains("Invalid request path"), "{}", bad.3);
    let (status, made) = json_of(client.post(client.api("/ai-gateway/gateways"), &json!({"id": "mine"})).await).await;
    assert_eq!((status.as_u16(), &made["result"]["id"]), (200, &json!("mine")));
    assert_eq!(send(&client, &[("cf-aig-gateway-id", "mine")], &hot()).await.0, 200);
    assert_eq!(refusal_of(client.post(client.api("/ai-gateway/gateways"), &json!({"id": "mine"})).await).await.0, 400);
    assert_eq!(refusal_of(client.post(client.api("/ai-gateway/gateways"), &json!({"id": "A B"})).await).await.0, 400);
}

#[tokio::test]
async fn logs_tell_what_happened() {
    let client = Client::start().await;
    let metadata = ("cf-aig-metadata", "{\"team\":\"a\"}");
    let (_, _, log, _) = send(&client, &[VIA, metadata], &hot()).await;
    let url = client.api(&format!("/ai-gateway/gateways/default/logs/{}", log.unwrap()));
    let (_, body) = json_of(client.http.get(url).send().await.unwrap()).await;
    let log = &body["result"];
    assert_eq!((&log["provider"], &log["model"], &log["success"]), (&json!("workers-ai"), &json!(CHAT), &json!(true)));
    assert_eq!((&log["metadata"], &log["cached"]), (&json!({"team": "a"}), &json!(false)));
    assert!(log["tokens_out"].as_u64().unwrap() > 0 && log["cost"].as_f64().unwrap() > 0.0);
    let none = client.http.get(client.api("/ai-gateway/gateways/default/logs/nothing")).send().await.unwrap();
    assert_eq!(none.status(), 404);
    let (_, _, log, _) = send(&client, &[VIA, ("cf-aig-collect-log", "false")], &hot()).await;
    assert_eq!(log, None);
}

#[tokio::test]
async fn streams_and_refusals_are_logged_too() {
    let client = Client::start().await;
    let log_of = async |id: &str| {
        let url = client.api(&format!("/ai-gateway/gateways/default/logs/{id}"));
        json_of(client.http.get(url).send().await.unwrap()).await.1["result"].clone()
    };
    let mut input = hot();
    input["stream"] = json!(true);
    let request = client.http.post(client.api(&format!("/ai/run/{CHAT}"))).header(VIA.0, VIA.1).json(&input);
    let response = request.send().await.unwrap();
    let id = response.headers()["cf-aig-log-id"].to_str().unwrap().to_owned();
    let text = response.text().await.unwrap();
    let frames = text.lines().filter_map(|line| line.strip_prefix("data: ")?.parse::<Value>().ok());
    let usage = frames.rev().find_map(|frame| frame.get("usage").cloned()).unwrap();
    let log = log_of(&id).await;
    assert_eq!(log["tokens_out"], usage["completion_tokens"], "{log}");
    assert!(log["tokens_out"].as_u64().unwrap() > 0 && log["cost"].as_f64().unwrap() > 0.0);
    let (status, cache, id, _) = send(&client, &[VIA], &json!({"prompt": 5})).await;
    assert_eq!((status, cache.as_deref()), (400, Some("MISS")));
    let log = log_of(&id.unwrap()).await;
    assert_eq!((&log["success"], &log["status_code"]), (&json!(false), &json!(400)));
}

#[tokio::test]
async fn a_time_limit_ends_a_call() {
    let client = Client::start().await;
    let slow = json!({"prompt": "a", "raw": true, "temperature": 5, "max_tokens": 3000});
    let headers = [VIA, ("cf-aig-request-timeout", "1"), ("cf-aig-max-attempts", "2")];
    let (status, _, _, body) = send(&client, &headers, &slow).await;
    assert_eq!((status, &body["errors"][0]["code"]), (408, &json!(3046)));
    let journal = client.get(&format!("/__candleflare/requests?account={ACCOUNT}")).await;
    assert_eq!(journal["total"], 2, "it was tried twice");
}

#[tokio::test]
async fn its_own_addresses_and_the_universal_call() {
    let client = Client::start().await;
    let at = |path: &str| client.url(&format!("/v1/{ACCOUNT}/default{path}"));
    let (_, native) =
        json_of(client.post(at(&format!("/workers-ai/{CHAT}")), &json!({"prompt": "hello", "max_tokens": 3})).await)
            .await;
    assert!(native["result"]["response"].is_string(), "{native}");
    let chat = json!({"model": CHAT, "messages": [{"role": "user", "content": "hello"}], "max_tokens": 3});
    let (_, answer) = json_of(client.post(at("/workers-ai/v1/chat/completions"), &chat).await).await;
    assert_eq!(answer["object"], "chat.completion");
    let compat = json!({"model": format!("workers-ai/{CHAT}"), "messages": chat["messages"], "max_tokens": 3});
    let (_, answer) = json_of(client.post(at("/compat/chat/completions"), &compat).await).await;
    assert_eq!(answer["model"], CHAT);
    let legs = json!([
        {"provider": "openai", "endpoint": "chat/completions", "headers": {}, "query": {}},
        {"provider": "workers-ai", "endpoint": CHAT, "headers": {"cf-aig-cache-ttl": "60"}, "query": {"prompt": "hello", "max_tokens": 3}},
    ]);
    let response = client.post(at(""), &legs).await;
    assert_eq!(
        (response.status().as_u16(), &response.headers()["cf-aig-step"]),
        (200, &"1".parse::<reqwest::header::HeaderValue>().unwrap())
    );
    let (_, answer) = json_of(response).await;
    assert!(answer["result"]["response"].is_string());
    for bad in
        [json!([]), json!(7), json!([{"provider": "openai"}]), json!([{"provider": "workers-ai", "endpoint": "x"}])]
    {
        assert_eq!(refusal_of(client.post(at(""), &bad).await).await.0, 400, "{bad}");
    }
    assert_eq!(
        refusal_of(
            client.post(client.url(&format!("/v1/{ACCOUNT}/nobody/workers-ai/{CHAT}")), &json!({"prompt": "a"})).await
        )
        .await
        .1,
        2001
    );
}
