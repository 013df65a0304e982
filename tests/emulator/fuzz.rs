//! Generated requests of all three dialects, and generated stubs and faults: whatever comes, nothing is answered 5xx, and what
//! is refused changes nothing.

use candleflare::{Emulator, Plan};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Map, Value, json};

use super::client::{ACCOUNT, CHAT, Client, EMBED};
use super::faults::post;

/// Keys that mean something somewhere.
const KEYS: [&str; 44] = [
    "model",
    "input",
    "inputs",
    "messages",
    "role",
    "content",
    "prompt",
    "text",
    "stream",
    "max_tokens",
    "temperature",
    "tools",
    "tool_choice",
    "function",
    "name",
    "parameters",
    "response_format",
    "type",
    "json_schema",
    "n",
    "stop",
    "seed",
    "requests",
    "options",
    "gateway",
    "vector",
    "topK",
    "filter",
    "ids",
    "match",
    "when",
    "respond",
    "fault",
    "kind",
    "code",
    "times",
    "probability",
    "preset",
    "error",
    "json",
    "tool_calls",
    "embeddings",
    "$.prompt",
    "regex",
];
const TEXTS: [&str; 14] = [
    "",
    "hello",
    "user",
    "tool",
    "json_object",
    "auto",
    "error",
    "latency",
    "capacity",
    "(",
    "$.a[",
    "\u{0}",
    "\u{202e}é\u{1f600}",
    "@cf/meta/llama-3.2-1b-instruct",
];

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-3i64..10).prop_map(Value::from),
        any::<f64>().prop_map(|number| json!(number)),
        prop::sample::select(TEXTS.to_vec()).prop_map(Value::from),
        "[a-z$\\[\\]{}<>.*]{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        let key = prop::sample::select(KEYS.to_vec());
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((key, inner), 0..6).prop_map(|members| {
                Value::Object(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect::<Map<_, _>>())
            }),
        ]
    })
}

/// The same values in every run.
fn values(count: usize) -> Vec<Value> {
    let mut runner = TestRunner::deterministic();
    let strategy = value();
    (0..count).map(|_| strategy.new_tree(&mut runner).expect("a value").current()).collect()
}

/// The value, in the place where an input of this kind stands.
fn inputs(value: &Value) -> [Value; 3] {
    let mut chat = json!({"model": CHAT, "messages": [{"role": "user", "content": "a"}], "max_tokens": 1});
    if let (Some(chat), Value::Object(members)) = (chat.as_object_mut(), value) {
        chat.extend(members.clone());
        chat.insert("model".to_owned(), json!(CHAT));
        // Long answers are right, and take long.
        chat.insert("max_tokens".to_owned(), json!(1));
    }
    [value.clone(), chat, json!({"inputs": value, "input": value, "model": EMBED, "options": value})]
}

#[tokio::test]
async fn requests_of_every_dialect() {
    let client = Client::of(Emulator::builder().seed(7).plan(Plan::Unlimited)).await;
    let base = format!("/client/v4/accounts/{ACCOUNT}");
    let paths = [
        format!("{base}/ai/run/{CHAT}"),
        format!("{base}/ai/run/{EMBED}"),
        format!("{base}/ai/run"),
        format!("{base}/ai/v1/chat/completions"),
        format!("{base}/ai/v1/completions"),
        format!("{base}/ai/v1/embeddings"),
        format!("{base}/ai/v1/responses"),
        format!("/binding/{ACCOUNT}/ai/run"),
        format!("{base}/vectorize/v2/indexes"),
        format!("{base}/vectorize/v2/indexes/docs/query"),
    ];
    for (at, value) in values(250).iter().enumerate() {
        for input in inputs(value) {
            let path = &paths[at % paths.len()];
            let request = client.http.post(client.url(path)).header("cf-consn-model-id", CHAT).json(&input);
            let response = request.timeout(std::time::Duration::from_secs(30)).send().await.unwrap();
            let status = response.status();
            assert!(status.as_u16() < 500, "{path}: {status} for {input}");
            response.bytes().await.unwrap();
        }
    }
}

#[tokio::test]
async fn stubs_faults_clocks_and_limits() {
    let client = Client::of(Emulator::builder().seed(7)).await;
    for value in values(400) {
        let stub = json!({"match": {"input": {"$.prompt": value}}, "respond": value});
        let fault = json!({"match": value, "fault": value});
        for (path, body) in [
            ("stubs", &value),
            ("stubs", &stub),
            ("faults", &value),
            ("faults", &fault),
            ("faults", &json!({"when": value, "fault": {"kind": "missing_done"}})),
            ("clock", &value),
            ("mutations", &value),
        ] {
            let (status, answer) = post(&client, path, body).await;
            assert!(
                status == 200 || (status == 400 || status == 404 || status == 410) && answer["error"].is_string(),
                "{path}: {status} for {body}"
            );
        }
        let url = client.url(&format!("/__candleflare/limits?account={ACCOUNT}"));
        let limits = client.http.put(url).json(&json!({"limits": value})).send().await.unwrap();
        assert!(limits.status().as_u16() < 500);
    }
    // Whatever was taken of it, a reset is clean.
    client.post(client.url("/__candleflare/reset"), &json!({"account": ACCOUNT})).await;
    assert_eq!(client.run(EMBED, json!({"text": "a"})).await.status(), 200);
}
