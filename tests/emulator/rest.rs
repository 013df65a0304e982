//! The REST dialect of Workers AI.

use serde_json::json;

use super::client::{ACCOUNT, CHAT, Client, EMBED, OPENAI_CHAT, json_of, refusal_of};

#[tokio::test]
async fn embeddings_have_the_width_that_the_model_has_in_production() {
    let client = Client::start().await;
    for (model, width) in [(EMBED, 384), ("@cf/baai/bge-base-en-v1.5", 768), ("@cf/baai/bge-large-en-v1.5", 1024)] {
        let result = client.result(model, json!({"text": ["a lighthouse", "a loaf of bread"]})).await;
        assert_eq!(result["shape"], json!([2, width]));
        let rows: Vec<Vec<f64>> = serde_json::from_value(result["data"].clone()).unwrap();
        for row in &rows {
            let norm: f64 = row.iter().map(|value| value * value).sum();
            assert!((norm - 1.0).abs() < 1e-4, "{norm}");
        }
    }
}

#[tokio::test]
async fn like_texts_are_near() {
    let client = Client::start().await;
    let texts = ["How do I bake bread?", "A recipe for a loaf of bread", "The ferry leaves at noon"];
    let result = client.result(EMBED, json!({"text": texts})).await;
    let rows: Vec<Vec<f64>> = serde_json::from_value(result["data"].clone()).unwrap();
    let cosine = |a: usize, b: usize| rows[a].iter().zip(&rows[b]).map(|(x, y)| x * y).sum::<f64>();
    assert!(cosine(0, 1) > cosine(0, 2) + 0.2, "{} {}", cosine(0, 1), cosine(0, 2));
}

#[tokio::test]
async fn each_family_answers_in_its_shape() {
    let client = Client::start().await;
    let input = json!({"messages": [{"role": "user", "content": "hello"}], "temperature": 0});
    let native = client.result(CHAT, input.clone()).await;
    assert!(native["response"].as_str().is_some_and(|text| !text.is_empty()), "{native}");
    assert_eq!(native["tool_calls"], json!([]));
    assert!(native["usage"]["neurons"].as_f64().is_some_and(|neurons| neurons > 0.0), "{native}");
    let openai = client.result(OPENAI_CHAT, input).await;
    assert_eq!(openai["object"], "chat.completion");
    assert_eq!(openai["choices"][0]["message"]["content"], native["response"]);
    let completion = client.result(OPENAI_CHAT, json!({"prompt": "hello", "max_tokens": 5})).await;
    assert_eq!(completion["object"], "text_completion");
}

#[tokio::test]
async fn answers_name_their_checkpoint_and_their_charge() {
    let client = Client::start().await;
    let response = client.run(EMBED, json!({"text": "a"})).await;
    let headers = response.headers();
    assert_eq!(headers["candleflare-model"], "kindling-embed; fidelity=stand-in");
    assert_eq!(headers["content-type"], "application/json");
    assert_eq!(headers["cf-ai-neurons"], "0.01");
    assert_eq!(headers["cf-ai-req-id"].len(), 36);
}

#[tokio::test]
async fn json_is_taken_whatever_it_is_called() {
    let client = Client::start().await;
    let body = json!({"text": "a"}).to_string();
    for kind in ["application/x-www-form-urlencoded", "text/plain", "application/json; charset=utf-8"] {
        let url = client.api(&format!("/ai/run/{EMBED}"));
        let request = client.http.post(url).header("content-type", kind).body(body.clone());
        assert_eq!(request.send().await.unwrap().status(), 200, "{kind}");
    }
    let named = json!({"model": EMBED, "input": {"text": "a"}});
    assert_eq!(client.post(client.api("/ai/run"), &named).await.status(), 200);
    let encoded = client.api("/ai/run/%40cf%2Fbaai%2Fbge-small-en-v1.5");
    assert_eq!(client.post(encoded, &json!({"text": "a"})).await.status(), 200);
}

#[tokio::test]
async fn a_seed_repeats_an_answer() {
    let input = json!({"prompt": "tell me a joke", "temperature": 2, "seed": 3, "max_tokens": 20});
    let client = Client::start().await;
    let once = client.result(CHAT, input.clone()).await;
    let again = client.result(CHAT, input).await;
    assert_eq!(once["response"], again["response"]);
    // Without a seed of its own, a request draws from the emulator's.
    let unseeded = json!({"prompt": "tell me a joke", "temperature": 5, "max_tokens": 20});
    let (one, other) = (Client::start().await, Client::start().await);
    let first = one.result(CHAT, unseeded.clone()).await;
    assert_eq!(first["response"], other.result(CHAT, unseeded).await["response"]);
}

#[tokio::test]
async fn bad_input_is_refused_in_the_checkers_words() {
    let client = Client::start().await;
    let cases = [
        (CHAT, json!({}), "required properties at '/' are 'prompt'"),
        (CHAT, json!({"prompt": ""}), "prompt"),
        (CHAT, json!({"prompt": "a", "temperature": 6}), "temperature"),
        (CHAT, json!({"prompt": "a", "top_k": 51}), "top_k"),
        (CHAT, json!({"prompt": 3}), "prompt"),
        (EMBED, json!([]), ""),
        (EMBED, json!("x"), ""),
    ];
    for (model, input, part) in cases {
        let (status, code, message) = client.refusal(model, input.clone()).await;
        assert_eq!((status, code), (400, 5006), "{input}: {message}");
        assert!(message.starts_with("AiError: Bad input: ") && message.contains(part), "{input}: {message}");
    }
}

#[tokio::test]
async fn a_hundred_texts_and_no_more() {
    let client = Client::start().await;
    assert_eq!(client.run(EMBED, json!({"text": vec!["a"; 100]})).await.status(), 200);
    let (status, code, message) = client.refusal(EMBED, json!({"text": vec!["a"; 101]})).await;
    assert_eq!((status, code), (400, 3030));
    assert!(message.contains("101 > 100"), "{message}");
    assert_eq!(client.refusal(EMBED, json!({"text": []})).await.1, 8001);
}

#[tokio::test]
async fn broken_bodies_are_refused() {
    let client = Client::start().await;
    let url = client.api(&format!("/ai/run/{EMBED}"));
    let send = |body: &'static str| client.http.post(url.clone()).body(body).send();
    assert_eq!(refusal_of(send("").await.unwrap()).await.1, 3003);
    for body in ["{", "{\"text\": NaN}", "{\"text\": 1e999}", "{\"text\": \"\\ud800\"}", "\u{0}", "nul"] {
        let (status, code, message) = refusal_of(send(body).await.unwrap()).await;
        assert_eq!((status, code), (400, 5006), "{body}: {message}");
    }
}

#[tokio::test]
async fn unknown_deprecated_and_paid_models() {
    let client = Client::of(candleflare::Emulator::builder().plan(candleflare::Plan::Free)).await;
    for name in ["@cf/nobody/nothing", "@CF/BAAI/BGE-SMALL-EN-V1.5", "x", "@cf/%E2%82%AC/\u{1f642}", "a%00b"] {
        let (status, code, message) = client.refusal(name, json!({"prompt": "a"})).await;
        assert_eq!((status, code), (400, 5007), "{name}: {message}");
    }
    let (status, code, message) = client.refusal("@cf/meta/llama-3.1-8b-instruct", json!({"prompt": "a"})).await;
    assert_eq!((status, code), (410, 5028));
    assert!(message.contains("was deprecated on 2026-05-30"), "{message}");
    assert_eq!(client.refusal("@cf/zai-org/glm-5.2", json!({"prompt": "a"})).await.1, 5035);

    let allowing = candleflare::Emulator::builder().config(|config| config.allow_deprecated = true);
    let client = Client::of(allowing).await;
    let input = json!({"prompt": "hello", "max_tokens": 3});
    assert_eq!(client.run("@cf/meta/llama-3.1-8b-instruct", input).await.status(), 200);
}

#[tokio::test]
async fn a_task_that_is_not_emulated_says_so() {
    let client = Client::start().await;
    let questions =
        json!({"model": "clef", "state": "rain", "questions": {"wet": {"type": "noul", "instructions": "Is it wet?"}}});
    let (status, code, message) = client.refusal("@cf/cloudflare/clef", questions).await;
    assert_eq!((status, code), (400, 8001), "{message}");
    assert!(message.contains("Text Generation without a checkpoint") && message.contains("hint:"), "{message}");
}

#[tokio::test]
async fn routing_is_refused_by_the_platform() {
    let client = Client::start().await;
    let get = |path: String| client.http.get(client.url(&path)).send();
    let (status, body) = json_of(get("/client/v4/nothing".to_owned()).await.unwrap()).await;
    assert_eq!(
        (status.as_u16(), &body["errors"][0]["code"], &body["errors"][1]["code"]),
        (400, &json!(7003), &json!(7000))
    );
    let short = get("/client/v4/accounts/xyz/ai/models/search".to_owned()).await.unwrap();
    assert_eq!(refusal_of(short).await.0, 404);
    let method = get(format!("/client/v4/accounts/{ACCOUNT}/ai/run/{EMBED}")).await.unwrap();
    assert_eq!(refusal_of(method).await.0, 405);
}

#[tokio::test]
async fn a_token_is_checked_when_one_is_set() {
    let client = Client::of(candleflare::Emulator::builder().token("secret")).await;
    let url = client.api("/ai/models/search");
    let refused = client.http.get(&url).bearer_auth("other").send().await.unwrap();
    assert_eq!(refusal_of(refused).await, (401, 10000, "Authentication error".to_owned()));
    assert_eq!(client.http.get(&url).bearer_auth("secret").send().await.unwrap().status(), 200);
}
