//! What a caller may set of sampling, and what it may ask to be told.

use serde_json::{Value, json};

use super::client::{CHAT, Client, events, json_of, refusal_of};

const GEMMA: &str = "@cf/google/gemma-4-26b-a4b-it";

async fn create(client: &Client, extra: Value) -> Value {
    let mut body =
        json!({"model": GEMMA, "messages": [{"role": "user", "content": "tell me a joke"}], "max_tokens": 12});
    for (key, value) in extra.as_object().unwrap() {
        body[key] = value.clone();
    }
    let (status, body) = json_of(client.post(client.api("/ai/v1/chat/completions"), &body).await).await;
    assert_eq!(status, 200, "{body}");
    body
}

fn texts(body: &Value) -> Vec<&str> {
    body["choices"].as_array().unwrap().iter().map(|choice| choice["message"]["content"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn several_choices() {
    let client = Client::start().await;
    let three = create(&client, json!({"n": 3, "seed": 5, "temperature": 2})).await;
    let indexes: Vec<_> = three["choices"].as_array().unwrap().iter().map(|choice| &choice["index"]).collect();
    assert_eq!(indexes, [0, 1, 2]);
    let alone = create(&client, json!({"n": 1, "seed": 5, "temperature": 2})).await;
    assert_eq!(texts(&three)[0], texts(&alone)[0], "alone and in a batch");
    assert_ne!(texts(&three)[0], texts(&three)[1]);
    assert_eq!(three["usage"]["prompt_tokens"], alone["usage"]["prompt_tokens"]);
    assert!(three["usage"]["completion_tokens"].as_u64() > alone["usage"]["completion_tokens"].as_u64());
    let body = json!({"model": GEMMA, "messages": [{"role": "user", "content": "tell me a joke"}], "max_tokens": 12,
        "n": 3, "seed": 5, "temperature": 2, "stream": true, "stream_options": {"include_usage": true}});
    let response = client.post(client.api("/ai/v1/chat/completions"), &body).await;
    let (frames, done) = events(&response.text().await.unwrap());
    for (index, text) in texts(&three).into_iter().enumerate() {
        let mine = frames.iter().filter_map(|frame| frame["choices"].get(0)).filter(|choice| choice["index"] == index);
        let said: String = mine.clone().filter_map(|choice| choice["delta"]["content"].as_str()).collect();
        assert_eq!(said, text);
        assert_eq!(mine.filter(|choice| choice["finish_reason"].is_string()).count(), 1);
    }
    assert!(done && frames.last().unwrap()["usage"]["completion_tokens"] == three["usage"]["completion_tokens"]);
}

#[tokio::test]
async fn log_probabilities() {
    let client = Client::start().await;
    let body = create(&client, json!({"temperature": 0, "logprobs": true, "top_logprobs": 3})).await;
    let tokens = body["choices"][0]["logprobs"]["content"].as_array().unwrap();
    let said: Vec<u8> = tokens
        .iter()
        .flat_map(|token| token["bytes"].as_array().unwrap())
        .map(|byte| u8::try_from(byte.as_u64().unwrap()).unwrap())
        .collect();
    assert!(String::from_utf8(said).unwrap().starts_with(texts(&body)[0]));
    for token in tokens {
        let top = token["top_logprobs"].as_array().unwrap();
        assert_eq!((top.len(), &top[0]["token"]), (3, &token["token"]), "greedy takes the likeliest");
        assert!(top.windows(2).all(|pair| pair[0]["logprob"].as_f64() >= pair[1]["logprob"].as_f64()));
        assert!(token["logprob"].as_f64().unwrap() <= 0.0);
    }
    let plain = create(&client, json!({"temperature": 0})).await;
    assert_eq!((&plain["choices"][0]["logprobs"], texts(&plain)), (&Value::Null, texts(&body)));
    let prompt = json!({"model": GEMMA, "prompt": "tell me", "max_tokens": 4, "logprobs": 2});
    let (_, completion) = json_of(client.post(client.api("/ai/v1/completions"), &prompt).await).await;
    let logprobs = &completion["choices"][0]["logprobs"];
    assert_eq!(logprobs["tokens"].as_array().unwrap().len(), logprobs["text_offset"].as_array().unwrap().len());
    assert!(logprobs["top_logprobs"][0].is_object());
}

#[tokio::test]
async fn a_bias_bans_and_forces() {
    let client = Client::start().await;
    let plain = create(&client, json!({"temperature": 0, "logprobs": true})).await;
    let first = plain["choices"][0]["logprobs"]["content"][0]["token"].clone();
    // Every token but one is out of reach: whatever it is, it comes again and again.
    let forced =
        create(&client, json!({"temperature": 0, "logit_bias": {"300": 100}, "logprobs": true, "max_tokens": 4})).await;
    let tokens: Vec<_> =
        forced["choices"][0]["logprobs"]["content"].as_array().unwrap().iter().map(|token| &token["token"]).collect();
    assert!(!tokens.is_empty() && tokens.iter().all(|token| *token == tokens[0]), "{tokens:?}");
    assert!(first.is_string());
}

#[tokio::test]
async fn stop_strings_of_any_kind() {
    let client = Client::start().await;
    let whole = create(&client, json!({"temperature": 0, "max_tokens": 60})).await;
    let text = texts(&whole)[0].to_owned();
    for length in [1, 4] {
        let stop: String = text.chars().skip(3).take(length).collect();
        let cut =
            create(&client, json!({"temperature": 0, "max_tokens": 60, "stop": ["\u{1f600}\u{1f600}", "日本", stop]}))
                .await;
        assert_eq!(texts(&cut)[0], &text[..text.find(&stop).unwrap()]);
        assert_eq!(cut["choices"][0]["finish_reason"], "stop");
    }
}

#[tokio::test]
async fn what_is_out_of_range_is_refused() {
    let client = Client::start().await;
    let base = json!({"model": GEMMA, "messages": [{"role": "user", "content": "a"}]});
    for (name, value, expected) in [
        ("n", json!(129), 8001),
        ("n", json!(0), 8001),
        ("top_logprobs", json!(5), 8001),
        ("logit_bias", json!({"x": 1}), 8001),
        ("logit_bias", json!({"1": 1000}), 8001),
        ("max_tokens", json!(-5), 8001),
        ("max_tokens", json!(0), 8001),
        ("max_tokens", json!(1e300), 8007),
        ("max_completion_tokens", json!(262_145), 8007),
        ("stop", json!(["1", "2", "3", "4", "5"]), 8001),
        ("temperature", json!(3), 8001),
    ] {
        let mut body = base.clone();
        body[name] = value;
        let (status, code, message) = refusal_of(client.post(client.api("/ai/v1/chat/completions"), &body).await).await;
        assert_eq!((status, code), (400, expected), "{name}: {message}");
    }
    let (status, code, message) = client.refusal(CHAT, json!({"prompt": "a", "max_tokens": 60_001})).await;
    assert_eq!((status, code), (413, 5021), "{message}");
    let newer = client.refusal(GEMMA, json!({"prompt": "a", "max_tokens": 300_000})).await;
    assert!(
        newer.2.contains("BadRequestError") && newer.2.contains("maximum context length of 256000 tokens"),
        "{newer:?}"
    );
}

#[tokio::test]
async fn a_session_finds_its_prefix() {
    let client = Client::start().await;
    let system = "You are a helpful assistant who answers in one short sentence and never says more than that.";
    let input = |question: &str| json!({"messages": [{"role": "system", "content": system}, {"role": "user", "content": question}], "max_tokens": 3});
    let send = |question: &'static str| {
        let url = client.api(&format!("/ai/run/{CHAT}"));
        client.http.post(url).header("x-session-affinity", "one").json(&input(question)).send()
    };
    let first = json_of(send("hello").await.unwrap()).await.1;
    let second = json_of(send("who are you?").await.unwrap()).await.1;
    let cached = |body: &Value| body["result"]["usage"]["prompt_tokens_details"]["cached_tokens"].as_u64().unwrap();
    assert_eq!(cached(&first), 0);
    assert!(cached(&second) >= 16, "{second}");
}
