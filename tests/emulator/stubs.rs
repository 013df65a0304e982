//! Answers that a test gives instead of a model, in every dialect.

use std::time::{Duration, Instant};

use candleflare::Emulator;
use serde_json::{Value, json};

use super::client::{ACCOUNT, CHAT, Client, EMBED, OPENAI_CHAT, events, json_of};
use super::faults::post;

async fn stub(client: &Client, stub: Value) -> String {
    let (status, body) = post(client, "stubs", &stub).await;
    assert_eq!(status, 200, "{body}");
    body["id"].as_str().unwrap().to_owned()
}

async fn clear(client: &Client) {
    let url = client.url(&format!("/__candleflare/stubs?account={ACCOUNT}"));
    assert_eq!(client.http.delete(url).send().await.unwrap().status(), 200);
}

async fn last(client: &Client) -> Value {
    client.get(&format!("/__candleflare/requests?account={ACCOUNT}&limit=1")).await["requests"][0].take()
}

fn chat(text: &str) -> Value {
    json!({"messages": [{"role": "user", "content": text}]})
}

#[tokio::test]
async fn a_text_in_every_dialect_whole_and_streamed() {
    let client = Client::start().await;
    let weather = json!({
        "match": {"input": {"$.messages[-1].content": {"contains": "weather"}}},
        "respond": {"text": "Sunny all day.", "usage": {"prompt_tokens": 1000}},
    });
    let id = stub(&client, weather).await;
    let native = client.result(CHAT, chat("the weather?")).await;
    assert_eq!((&native["response"], &native["usage"]["prompt_tokens"]), (&json!("Sunny all day."), &json!(1000)));
    assert!(native["usage"]["neurons"].as_f64().unwrap() > 0.0);
    let entry = last(&client).await;
    assert_eq!((&entry["stub"], &entry["checkpoint"]), (&json!(id), &json!("stub")));
    assert!(!entry["limits"].as_array().unwrap().is_empty(), "{entry}");

    let openai = client.result(OPENAI_CHAT, chat("the weather?")).await;
    assert_eq!(openai["choices"][0]["message"]["content"], "Sunny all day.");
    let mut ask = chat("the weather?");
    ask["model"] = json!(CHAT);
    let (_, body) = json_of(client.post(client.api("/ai/v1/chat/completions"), &ask).await).await;
    assert_eq!((&body["object"], &body["choices"][0]["finish_reason"]), (&json!("chat.completion"), &json!("stop")));

    let mut streaming = chat("the weather?");
    streaming["stream"] = json!(true);
    let response = client.run(CHAT, streaming).await;
    assert_eq!(response.headers()["candleflare-model"], "stub; fidelity=stub");
    let (frames, done) = events(&response.text().await.unwrap());
    let text: String = frames.iter().filter_map(|frame| frame["response"].as_str()).collect();
    assert_eq!((text.as_str(), done), ("Sunny all day.", true));
    assert!(frames.len() > 3);

    // Another question is the model's own.
    let other = client.result(CHAT, chat("hello")).await;
    assert_ne!(other["response"], "Sunny all day.");
    let entry = last(&client).await;
    assert_eq!((&entry["stub"], &entry["checkpoint"]), (&Value::Null, &json!("kindling-chat")));
    assert!(
        entry["near_miss"][0].as_str().unwrap().contains("expected to contain `weather`, got \"hello\""),
        "{entry}"
    );
    let listed = client.get(&format!("/__candleflare/stubs?account={ACCOUNT}")).await;
    assert_eq!((&listed["stubs"][0]["fired"], &listed["unmatched"][0]["stub"]), (&json!(4), &json!(id)));
}

#[tokio::test]
async fn tool_calls_and_json() {
    let client = Client::start().await;
    let call = json!({"name": "get_weather", "arguments": {"city": "Oslo"}});
    stub(&client, json!({"respond": {"tool_calls": [call]}})).await;
    let tools = json!([{"type": "function", "function": {"name": "get_weather", "description": "the weather",
        "parameters": {"type": "object", "properties": {"city": {"type": "string", "description": "a city"}}}}}]);
    let mut ask = chat("the weather?");
    ask["tools"] = tools;
    let native = client.result(CHAT, ask.clone()).await;
    assert_eq!(native["tool_calls"], json!([call]));
    ask["model"] = json!(CHAT);
    let (_, body) = json_of(client.post(client.api("/ai/v1/chat/completions"), &ask).await).await;
    let function = &body["choices"][0]["message"]["tool_calls"][0]["function"];
    assert_eq!((&function["name"], &function["arguments"]), (&json!("get_weather"), &json!("{\"city\":\"Oslo\"}")));
    assert_eq!(body["choices"][0]["finish_reason"], "tool_calls");
    ask["stream"] = json!(true);
    let response = client.post(client.api("/ai/v1/chat/completions"), &ask).await;
    let (frames, done) = events(&response.text().await.unwrap());
    let arguments: String = frames
        .iter()
        .filter_map(|frame| frame["choices"][0]["delta"]["tool_calls"][0]["function"]["arguments"].as_str())
        .collect();
    assert_eq!((arguments.as_str(), done), ("{\"city\":\"Oslo\"}", true));

    clear(&client).await;
    stub(&client, json!({"respond": {"json": {"city": "Oslo"}}})).await;
    let mut ask = chat("a city?");
    ask["response_format"] = json!({"type": "json_object"});
    assert_eq!(client.result(CHAT, ask.clone()).await["response"], json!({"city": "Oslo"}));
    assert_eq!(client.result(OPENAI_CHAT, ask).await["choices"][0]["message"]["content"], "{\"city\":\"Oslo\"}");
}

#[tokio::test]
async fn embeddings_files_and_other_tasks() {
    let client = Client::start().await;
    stub(&client, json!({"match": {"model": EMBED}, "respond": {"embeddings": [[0.5, 0.25], [1, 0]]}})).await;
    let result = client.result(EMBED, json!({"text": ["a", "b", "c"]})).await;
    assert_eq!((&result["shape"], &result["data"]), (&json!([3, 2]), &json!([[0.5, 0.25], [1.0, 0.0], [0.5, 0.25]])));
    let ask = json!({"model": EMBED, "input": "a", "encoding_format": "float"});
    let (_, body) = json_of(client.post(client.api("/ai/v1/embeddings"), &ask).await).await;
    assert_eq!(body["data"][0]["embedding"], json!([0.5, 0.25]));

    // A task that is not computed here is answered all the same, its schema held to.
    let image =
        json!({"match": {"model": "@cf/stabilityai/*"}, "respond": {"base64": "aGk=", "content_type": "image/png"}});
    stub(&client, image).await;
    let sdxl = "@cf/stabilityai/stable-diffusion-xl-base-1.0";
    let response = client.run(sdxl, json!({"prompt": "a cat"})).await;
    assert_eq!(response.headers()["content-type"], "image/png");
    assert_eq!(response.bytes().await.unwrap().as_ref(), b"hi");
    assert_eq!(client.refusal(sdxl, json!({})).await.1, 5006);
    let flux = json!({"match": {"model": "*flux-1*"}, "respond": {"base64": "aGk="}});
    stub(&client, flux).await;
    let result = client.result("@cf/black-forest-labs/flux-1-schnell", json!({"prompt": "a cat"})).await;
    assert_eq!(result, json!({"image": "aGk="}));
    stub(&client, json!({"match": {"model": "@cf/meta/m2m100-1.2b"}, "respond": {"text": "chat"}})).await;
    let result = client.result("@cf/meta/m2m100-1.2b", json!({"text": "cat", "target_lang": "fr"})).await;
    assert_eq!(result, json!({"translated_text": "chat"}));
}

#[tokio::test]
async fn a_scenario_and_what_a_real_answer_is_held_to() {
    let client = Client::start().await;
    let scenario =
        json!({"when": {"times": 3}, "respond": [{"text": "one"}, {"error": 3040}, {"text": "three four five"}]});
    stub(&client, scenario).await;
    let mut said = Vec::new();
    for _ in 0..2 {
        said.push(client.run(CHAT, chat("a")).await.status().as_u16());
    }
    assert_eq!(said, [200, 429]);
    let short = json!({"prompt": "a", "max_tokens": 2});
    let cut = client.result(CHAT, short).await;
    assert_eq!((&cut["response"], &cut["usage"]["completion_tokens"]), (&json!("three four"), &json!(2)));
    // It has fired three times.
    assert_ne!(client.result(CHAT, chat("a")).await["response"], "three four five");
    // A stub is no way around a refusal.
    stub(&client, json!({"respond": {"text": "x"}})).await;
    assert_eq!(client.refusal("@cf/meta/llama-3.1-8b-instruct", chat("a")).await.1, 5028);
    assert_eq!(client.refusal(CHAT, json!({"prompt": "a", "max_tokens": 100_000})).await.1, 5021);
}

#[tokio::test]
async fn a_paced_stream_and_a_runaway() {
    let client = Client::start().await;
    let paced =
        json!({"respond": {"text": "a b c d e"}, "stream": {"ttft_ms": 60, "tokens_per_second": 100, "jitter": 0.1}});
    stub(&client, paced).await;
    let start = Instant::now();
    let mut ask = chat("a");
    ask["stream"] = json!(true);
    client.run(CHAT, ask.clone()).await.text().await.unwrap();
    assert!(start.elapsed() >= Duration::from_millis(80), "{:?}", start.elapsed());
    clear(&client).await;
    assert_eq!(post(&client, "faults", &json!({"fault": {"kind": "runaway"}})).await.0, 200);
    ask["max_tokens"] = json!(500);
    let (frames, _) = events(&client.run(CHAT, ask).await.text().await.unwrap());
    assert_eq!(frames.last().unwrap()["usage"]["completion_tokens"], 500);
}

#[tokio::test]
async fn malformed_stubs_change_nothing() {
    let client = Client::start().await;
    for (wrong, why) in [
        (json!({"respond": {"text": 1}}), "respond"),
        (json!({"respond": {"text": "a"}, "match": {"input": {"prompt": "a"}}}), "JSON path"),
        (json!({"respond": {"text": "a"}, "match": {"input": {"$.a": {"regex": "("}}}}), "pattern"),
        (json!({"respond": {"file": "/etc/passwd"}}), "--stubs"),
        (json!([{"respond": {"text": "a"}}, {}]), "item 1"),
        (json!("text"), "hint:"),
    ] {
        let (status, body) = post(&client, "stubs", &wrong).await;
        assert_eq!(status, 400, "{wrong}");
        assert!(body["error"].as_str().unwrap().contains(why), "{body}");
    }
    assert_eq!(client.get(&format!("/__candleflare/stubs?account={ACCOUNT}")).await["stubs"], json!([]));
}

#[tokio::test]
async fn files_of_stubs_are_every_accounts() {
    let folder = tempfile::tempdir().unwrap();
    let stubs = json!([
        {"match": {"model": CHAT}, "respond": {"text": "from a file"}},
        {"match": {"model": "@cf/stabilityai/*"}, "respond": {"file": "cat.png", "content_type": "image/png"}},
    ]);
    std::fs::write(folder.path().join("stubs.json"), stubs.to_string()).unwrap();
    std::fs::write(folder.path().join("cat.png"), b"meow").unwrap();
    let builder = || Emulator::builder().seed(1).config(|config| config.stubs = Some(folder.path().to_owned()));
    let client = Client::of(builder()).await;
    assert_eq!(client.result(CHAT, chat("a")).await["response"], "from a file");
    let image = client.run("@cf/stabilityai/stable-diffusion-xl-base-1.0", json!({"prompt": "a"})).await;
    assert_eq!(image.bytes().await.unwrap().as_ref(), b"meow");
    // A reset brings them back.
    clear(&client).await;
    assert_ne!(client.result(CHAT, chat("a")).await["response"], "from a file");
    client.post(client.url("/__candleflare/reset"), &json!({"account": ACCOUNT})).await;
    assert_eq!(client.result(CHAT, chat("a")).await["response"], "from a file");
    std::fs::write(folder.path().join("wrong.json"), "[\n{}\n]").unwrap();
    let error = builder().start().await.unwrap_err().to_string();
    assert!(error.contains("wrong.json`, line 2: "), "{error}");
}
