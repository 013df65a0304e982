//! `--record` and `--replay`, with another instance as the real account.

use std::path::Path;
use std::time::{Duration, Instant};

use candleflare::{Emulator, Missing, Target};
use serde_json::{Value, json};

use super::client::{ACCOUNT, CHAT, Client, EMBED, OPENAI_CHAT, events, json_of, refusal_of};
use super::faults::post;

const TOKEN: &str = "a-token-of-the-real-account-0123";

/// The real account: it wants its token.
async fn real() -> Client {
    Client::of(Emulator::builder().seed(3).token(TOKEN)).await
}

async fn recording(folder: &Path, real: &Client) -> Client {
    let target = Target { url: Some(real.emulator.url()), token: Some(TOKEN.to_owned()), account: None };
    Client::of(Emulator::builder().seed(4).record(folder, target)).await
}

async fn replaying(folder: &Path) -> Client {
    Client::of(Emulator::builder().seed(5).replay(folder)).await
}

/// Steers the real account, which wants its token everywhere that is not the control plane of this machine.
async fn stage(real: &Client, path: &str, body: Value) {
    assert_eq!(post(real, path, &body).await.0, 200);
}

fn chat(text: &str) -> Value {
    json!({"messages": [{"role": "user", "content": text}]})
}

fn with(mut body: Value, members: Value) -> Value {
    for (name, value) in members.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

async fn binding(client: &Client, model: &str, inputs: &Value) -> reqwest::Response {
    let url = client.url(&format!("/binding/{ACCOUNT}/ai/run"));
    let request = client.http.post(url).header("cf-consn-model-id", model);
    request.json(&json!({"inputs": inputs, "options": {}})).send().await.unwrap()
}

async fn last(client: &Client) -> Value {
    client.get(&format!("/__candleflare/requests?account={ACCOUNT}&limit=1")).await["requests"][0].take()
}

/// Every file below `folder`, as text.
fn files(folder: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        match entry.file_type().unwrap().is_dir() {
            true => found.extend(files(&entry.path())),
            false => {
                let text = String::from_utf8_lossy(&std::fs::read(entry.path()).unwrap()).into_owned();
                found.push((entry.file_name().into_string().unwrap(), text));
            }
        }
    }
    found.sort();
    found
}

#[tokio::test]
async fn whole_answers_in_every_dialect() {
    let (folder, real) = (tempfile::tempdir().unwrap(), real().await);
    stage(&real, "stubs", json!({"match": {"model": CHAT}, "respond": {"text": "said by the real one"}})).await;
    let recorder = recording(folder.path(), &real).await;
    let native = recorder.result(CHAT, chat("hello")).await;
    assert_eq!(native["response"], "said by the real one");
    let entry = last(&recorder).await;
    assert_eq!(entry["checkpoint"], "upstream");
    assert!(entry["recording"].as_str().unwrap().starts_with("ai/cf-meta-llama-3.2-1b-instruct/run-"), "{entry}");
    let embedded = recorder.result(EMBED, json!({"text": ["a", "b"]})).await;
    let ask = with(chat("hello"), json!({"model": CHAT, "temperature": 0}));
    let (_, compatible) = json_of(recorder.post(recorder.api("/ai/v1/chat/completions"), &ask).await).await;
    assert_eq!(compatible["choices"][0]["message"]["content"], "said by the real one");
    recorder.emulator.stop().await;
    real.emulator.stop().await;

    // The real one is gone.
    let client = replaying(folder.path()).await;
    let response = client.run(CHAT, chat("hello")).await;
    assert_eq!(response.headers()["candleflare-model"], "recording; fidelity=recording");
    let neurons: f64 = response.headers()["cf-ai-neurons"].to_str().unwrap().parse().unwrap();
    assert!(neurons > 0.0);
    assert_eq!(json_of(response).await.1["result"], native);
    assert_eq!(last(&client).await["recording"], entry["recording"]);
    assert_eq!(client.result(EMBED, json!({"text": ["a", "b"]})).await, embedded);
    // However it is spelled, and by whichever door it comes.
    let (_, bound) = json_of(binding(&client, CHAT, &with(chat("hello"), json!({"stream": false}))).await).await;
    assert_eq!(bound, native);
    let (_, again) = json_of(client.post(client.api("/ai/v1/chat/completions"), &ask).await).await;
    assert_eq!(again, compatible);
    let embeddings = json!({"model": EMBED, "input": ["a", "b"], "encoding_format": "float"});
    let (_, openai) = json_of(client.post(client.api("/ai/v1/embeddings"), &embeddings).await).await;
    assert_eq!(openai["data"][1]["embedding"], embedded["data"][1]);
    // Recorded at `run`, asked of the other endpoint: the same words in its form.
    let other = with(chat("hello"), json!({"model": CHAT}));
    let (_, other) = json_of(client.post(client.api("/ai/v1/chat/completions"), &other).await).await;
    assert_eq!(
        (&other["object"], &other["choices"][0]["message"]["content"]),
        (&json!("chat.completion"), &json!("said by the real one"))
    );
    assert_eq!(other["usage"]["prompt_tokens"], native["usage"]["prompt_tokens"]);
    let usage = client.get(&format!("/__candleflare/usage?account={ACCOUNT}")).await;
    assert!(usage["total"]["neurons"].as_f64().unwrap() >= neurons, "{usage}");
}

#[tokio::test]
async fn streams_keep_their_events_and_their_pace() {
    let (folder, real) = (tempfile::tempdir().unwrap(), real().await);
    let paced = json!({"respond": {"text": "one two three four"}, "stream": {"ttft_ms": 60, "tokens_per_second": 40}});
    stage(&real, "stubs", paced).await;
    let recorder = recording(folder.path(), &real).await;
    let streaming = with(chat("count"), json!({"stream": true}));
    let native = recorder.run(CHAT, streaming.clone()).await.text().await.unwrap();
    let ask = with(streaming.clone(), json!({"model": OPENAI_CHAT}));
    let openai = recorder.post(recorder.api("/ai/v1/chat/completions"), &ask).await.text().await.unwrap();
    assert!(native.ends_with("data: [DONE]\n\n") && openai.ends_with("data: [DONE]\n\n"));
    recorder.emulator.stop().await;

    let client = replaying(folder.path()).await;
    let start = Instant::now();
    let response = client.run(CHAT, streaming.clone()).await;
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    assert_eq!(response.text().await.unwrap(), native);
    // 60 ms to the first token, and three pauses of 25.
    assert!(start.elapsed() >= Duration::from_millis(120), "{:?}", start.elapsed());
    let entry = last(&client).await;
    assert_eq!((&entry["status"], &entry["checkpoint"]), (&json!(200), &json!("recording")));
    assert_eq!(binding(&client, CHAT, &streaming).await.text().await.unwrap(), native);
    assert_eq!(client.post(client.api("/ai/v1/chat/completions"), &ask).await.text().await.unwrap(), openai);
    // Asked for whole, and at the other endpoint.
    assert_eq!(client.result(CHAT, chat("count")).await["response"], "one two three four");
    let other = with(streaming, json!({"model": CHAT}));
    let (frames, done) =
        events(&client.post(client.api("/ai/v1/chat/completions"), &other).await.text().await.unwrap());
    let text: String = frames.iter().filter_map(|frame| frame["choices"][0]["delta"]["content"].as_str()).collect();
    assert_eq!((text.as_str(), done), ("one two three four", true));
    // Faults strike recordings, too.
    assert_eq!(post(&client, "faults", &json!({"fault": {"kind": "missing_done"}})).await.0, 200);
    let spoilt = client.run(CHAT, with(chat("count"), json!({"stream": true}))).await.text().await.unwrap();
    assert_eq!(spoilt, native.replace("data: [DONE]\n\n", ""));
    let hasty = Emulator::builder().config(|config| {
        config.recordings.replay = Some(folder.path().to_owned());
        config.recordings.paced = false;
    });
    let start = Instant::now();
    let client = Client::of(hasty).await;
    let same = client.run(CHAT, with(chat("count"), json!({"stream": true}))).await.text().await.unwrap();
    assert_eq!(same, native);
    assert!(start.elapsed() < Duration::from_secs(30));
}

#[tokio::test]
async fn the_same_call_again_gets_the_next_answer() {
    let (folder, real) = (tempfile::tempdir().unwrap(), real().await);
    stage(&real, "stubs", json!({"respond": [{"text": "first"}, {"error": 3040}, {"text": "third"}]})).await;
    let recorder = recording(folder.path(), &real).await;
    for _ in 0..3 {
        recorder.run(CHAT, chat("and?")).await.text().await.unwrap();
    }
    recorder.emulator.stop().await;
    let client = replaying(folder.path()).await;
    let world = async |account: &str| {
        let mut said = Vec::new();
        for _ in 0..4 {
            let url = client.url(&format!("/client/v4/accounts/{account}/ai/run/{CHAT}"));
            let (status, body) = json_of(client.post(url, &chat("and?")).await).await;
            said.push((status.as_u16(), body["result"]["response"].as_str().map(str::to_owned)));
        }
        said
    };
    let said = |text: &str| (200, Some(text.to_owned()));
    let expected = [said("first"), (429, None), said("third"), said("third")];
    assert_eq!(world(ACCOUNT).await, expected);
    // Each account by itself, and from the beginning after a reset.
    assert_eq!(world(&"7".repeat(32)).await, expected);
    client.post(client.url("/__candleflare/reset"), &json!({"account": ACCOUNT})).await;
    assert_eq!(world(ACCOUNT).await, expected);
    let refused = client.get(&format!("/__candleflare/requests?account={ACCOUNT}&code=3040")).await;
    assert_eq!(refused["total"], 1);
    // Recorded anew, the old ones go.
    let again = recording(folder.path(), &real).await;
    again.run(CHAT, chat("and?")).await.text().await.unwrap();
    assert_eq!(files(folder.path()).len(), 1);
}

#[tokio::test]
async fn what_was_not_recorded_is_refused_or_computed() {
    let (folder, real) = (tempfile::tempdir().unwrap(), real().await);
    stage(&real, "stubs", json!({"respond": {"text": "recorded"}})).await;
    let recorder = recording(folder.path(), &real).await;
    recorder.result(CHAT, chat("hello")).await;
    recorder.emulator.stop().await;

    let client = replaying(folder.path()).await;
    let (status, code, text) = client.refusal(CHAT, chat("goodbye")).await;
    assert_eq!((status, code), (400, 1000));
    for part in ["no recording", "$.messages[0].content was \"hello\", is \"goodbye\"", "hint:", "run-"] {
        assert!(text.contains(part), "{text}");
    }
    assert!(client.refusal(EMBED, json!({"text": "a"})).await.2.contains("no recording"));
    let index = client.http.get(client.api("/vectorize/v2/indexes/docs")).send().await.unwrap();
    assert!(refusal_of(index).await.2.contains("was never recorded"));
    // What production refuses needs no recording.
    assert_eq!(client.refusal(CHAT, json!({})).await.1, 5006);

    let infer = Emulator::builder().replay(folder.path()).config(|config| config.recordings.missing = Missing::Infer);
    let client = Client::of(infer).await;
    assert_eq!(client.result(CHAT, chat("hello")).await["response"], "recorded");
    client.result(CHAT, chat("goodbye")).await;
    assert_eq!(last(&client).await["checkpoint"], "kindling-chat");
    // Recording what is missing, and only that.
    let target = Target { url: Some(real.emulator.url()), token: Some(TOKEN.to_owned()), account: None };
    let both = Client::of(Emulator::builder().replay(folder.path()).record(folder.path(), target)).await;
    both.result(CHAT, chat("hello")).await;
    assert_eq!(last(&both).await["checkpoint"], "recording");
    both.result(CHAT, chat("goodbye")).await;
    assert_eq!(last(&both).await["checkpoint"], "upstream");
    assert_eq!(files(folder.path()).len(), 2);
}

#[tokio::test]
async fn files_lie_beside_and_no_secret_is_kept() {
    let (folder, real) = (tempfile::tempdir().unwrap(), real().await);
    let image = json!({"respond": {"base64": "iVBORw==", "content_type": "image/png"}});
    stage(&real, "stubs", image).await;
    let recorder = recording(folder.path(), &real).await;
    let sdxl = "@cf/stabilityai/stable-diffusion-xl-base-1.0";
    let prompt = json!({"prompt": format!("{TOKEN} for {ACCOUNT}")});
    let response = recorder.run(sdxl, prompt.clone()).await;
    assert_eq!(response.headers()["content-type"], "image/png");
    assert_eq!(response.bytes().await.unwrap().as_ref(), b"\x89PNG");
    recorder.emulator.stop().await;
    let kept = files(folder.path());
    assert!(kept.len() == 2 && kept[1].0.ends_with(".png"), "{kept:?}");
    for (name, text) in &kept {
        assert!(!text.contains(TOKEN) && !text.contains(ACCOUNT) && !text.contains("uthorization"), "{name}: {text}");
    }
    // A prompt without secrets is found again.
    let prompt = json!({"prompt": "a cat"});
    let recorder = recording(folder.path(), &real).await;
    recorder.run(sdxl, prompt.clone()).await.bytes().await.unwrap();
    recorder.emulator.stop().await;
    let client = replaying(folder.path()).await;
    assert_eq!(client.run(sdxl, prompt).await.bytes().await.unwrap().as_ref(), b"\x89PNG");
}

#[tokio::test]
async fn vectorize_in_both_dialects() {
    let (folder, real) = (tempfile::tempdir().unwrap(), real().await);
    let recorder = recording(folder.path(), &real).await;
    let indexes = |client: &Client, path: &str| client.api(&format!("/vectorize/v2/indexes{path}"));
    let bound = |client: &Client, path: &str| client.url(&format!("/binding/{ACCOUNT}/vectorize/docs/{path}"));
    let config = json!({"name": "docs", "config": {"dimensions": 32, "metric": "cosine"}});
    let vector = json!({"id": "a", "values": vec![0.1; 32], "metadata": {"n": 1}});
    let play = async |client: &Client| {
        let mut said = Vec::new();
        said.push(json_of(client.post(indexes(client, ""), &config).await).await.1["result"].take());
        let inserted = client.post(bound(client, "insert"), &json!({"vectors": [vector]})).await;
        said.push(json_of(inserted).await.1);
        let query = json!({"vector": vec![0.1; 32], "topK": 1, "returnValues": true});
        said.push(json_of(client.post(indexes(client, "/docs/query"), &query).await).await.1["result"].take());
        // The same question by the other door is the same recording.
        said.push(json_of(client.post(bound(client, "query"), &query).await).await.1);
        said.push(json_of(client.post(bound(client, "getByIds"), &json!({"ids": ["a"]})).await).await.1);
        let missing = client.http.get(indexes(client, "/nothing/info")).send().await.unwrap();
        let (status, code, text) = refusal_of(missing).await;
        said.push(json!([status, code, text]));
        said
    };
    let recorded = play(&recorder).await;
    assert_eq!(recorded[2]["matches"][0]["id"], "a");
    assert_eq!(recorded[5][1], 3000);
    recorder.emulator.stop().await;
    real.emulator.stop().await;
    let client = replaying(folder.path()).await;
    assert_eq!(play(&client).await, recorded);
    // An upload by lines is the upload that came as a list.
    let lines = format!("{vector}\n");
    let upload = client.http.post(indexes(&client, "/docs/insert")).header("content-type", "application/x-ndjson");
    assert_eq!(json_of(upload.body(lines).send().await.unwrap()).await.1["result"], recorded[1]);
    assert!(last(&client).await["recording"].as_str().unwrap().starts_with("vectorize/docs/insert-"));
}

#[tokio::test]
async fn an_upstream_that_does_not_answer_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let to = |url: &str, token: Option<&str>| {
        let target = Target { url: Some(url.to_owned()), token: token.map(str::to_owned), account: None };
        Emulator::builder().record(folder.path(), target)
    };
    // Nobody listens on port 9; TLS is not what a plain server speaks; a token must be there for it.
    let client = Client::of(to("http://127.0.0.1:9", None)).await;
    assert!(client.refusal(CHAT, chat("a")).await.2.contains("cannot reach the upstream"));
    let real = real().await;
    let tls = real.emulator.url().replace("http:", "https:");
    let client = Client::of(to(&tls, Some(TOKEN))).await;
    assert!(client.refusal(CHAT, chat("a")).await.2.contains("cannot reach the upstream"));
    let client = Client::of(to(&tls, None)).await;
    assert!(client.refusal(CHAT, chat("a")).await.2.contains("no token"));
    // A wrong token is the upstream's own refusal, and says nothing about the call.
    let client = Client::of(to(&real.emulator.url(), Some("wrong"))).await;
    let (status, code, text) = client.refusal(CHAT, chat("a")).await;
    assert!((status, code) == (401, 10000) && text.contains("--upstream-token"), "{status} {text}");
    assert!(files(folder.path()).is_empty());
    // The caller's own token goes on where there is no other.
    let client = Client::of(to(&real.emulator.url(), None)).await;
    let request = client.http.post(client.api(&format!("/ai/run/{CHAT}"))).bearer_auth(TOKEN).json(&chat("a"));
    assert_eq!(request.send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn settings_and_files_that_make_no_sense_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let error = async |change: &dyn Fn(&mut candleflare::Config)| {
        let started = Emulator::builder().config(change).start().await;
        started.map(drop).unwrap_err().to_string()
    };
    let url = |url: &str| Target { url: Some(url.to_owned()), ..Target::default() };
    assert!(error(&|config| config.recordings.upstream = url("https://a")).await.contains("--record DIR"));
    assert!(error(&|config| config.recordings.missing = Missing::Infer).await.contains("--replay DIR"));
    let plain = error(&|config| {
        config.recordings.record = Some(folder.path().to_owned());
        config.recordings.upstream = url("http://example.com");
    })
    .await;
    assert!(plain.contains("without TLS"));
    let there = error(&|config| config.recordings.replay = Some("/nowhere/at/all".into())).await;
    assert!(there.contains("/nowhere/at/all"));
    std::fs::write(folder.path().join("wrong.json"), "{\n\"version\": 1,\n\"servise\": \"ai\"}").unwrap();
    let file = error(&|config| config.recordings.replay = Some(folder.path().to_owned())).await;
    assert!(file.contains("wrong.json`, line 3: "), "{file}");
}
