//! Templates that refuse, slots that are taken, and time that passes.

use std::path::{Path, PathBuf};

use candleflare::Emulator;
use candleflare::ai::resolve::Binding;
use futures_util::StreamExt;
use serde_json::{Value, json};

use super::client::{ACCOUNT, CHAT, Client, EMBED, json_of};

/// The bundled chat model's folder with another chat template.
fn with_template(folder: &Path, template: &str) -> PathBuf {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/kindling-chat");
    let to = folder.join("chat");
    std::fs::create_dir(&to).unwrap();
    for entry in std::fs::read_dir(&from).unwrap().map(Result::unwrap) {
        std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
    let config = std::fs::read(from.join("tokenizer_config.json")).unwrap();
    let mut config: Value = serde_json::from_slice(&config).unwrap();
    config["chat_template"] = json!(template);
    std::fs::write(to.join("tokenizer_config.json"), config.to_string()).unwrap();
    to
}

async fn bound(template: &str) -> (Client, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let path = with_template(folder.path(), template);
    let builder = Emulator::builder().config(|config| {
        config.bindings.insert(CHAT.to_owned(), Binding::Path(path));
    });
    (Client::of(builder).await, folder)
}

#[tokio::test]
async fn a_template_that_refuses_says_why() {
    let source = "{% for m in messages %}{% if m.role not in ['user', 'assistant'] %}\
                  {{ raise_exception('Only user and assistant roles are supported!') }}{% endif %}{{ m.content }}{% endfor %}";
    let (client, _folder) = bound(source).await;
    let ask = |role: &str| json!({"messages": [{"role": role, "content": "hello"}], "max_tokens": 2});
    assert_eq!(client.run(CHAT, ask("user")).await.status(), 200);
    for role in ["system", "narrator"] {
        let (status, code, message) = client.refusal(CHAT, ask(role)).await;
        assert_eq!((status, code), (400, 3030));
        assert!(message.contains("refuses this: Only user and assistant roles are supported!"), "{message}");
    }
    // The template is not asked about a bare prompt.
    let raw = json!({"prompt": "hello", "raw": true, "max_tokens": 2});
    assert_eq!(client.run(CHAT, raw).await.status(), 200);
}

#[tokio::test]
async fn a_broken_template_is_a_broken_checkpoint() {
    for source in ["{% if %}", "{{ messages | nonsense }}", "{% for m in messages %}"] {
        let (client, _folder) = bound(source).await;
        let (status, code, message) = client.refusal(CHAT, json!({"prompt": "hello"})).await;
        assert_eq!((status, code), (400, 3030), "{source}: {message}");
    }
}

#[tokio::test]
async fn who_would_rather_not_wait_is_told_so() {
    let client = Client::start().await;
    let endless = json!({"prompt": "a", "raw": true, "stream": true, "max_tokens": 4000, "temperature": 5});
    let mut streams = Vec::new();
    for _ in 0..8 {
        let mut stream = client.run(CHAT, endless.clone()).await.bytes_stream();
        assert!(stream.next().await.is_some());
        streams.push(stream);
    }
    let input = json!({"prompt": "hello", "max_tokens": 2, "options": {"rejectIfBusy": true}});
    let (status, code, message) = client.refusal(CHAT, input.clone()).await;
    assert_eq!((status, code), (429, 3040), "{message}");
    drop(streams);
    // Their slots are free again within a token.
    for _ in 0..500 {
        if client.run(CHAT, input.clone()).await.status() == 200 {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("the slots stay taken");
}

async fn advance(client: &Client, by: &str) {
    let url = client.url(&format!("/__candleflare/clock?account={ACCOUNT}"));
    assert_eq!(client.post(url, &json!({"advance": by})).await.status(), 200);
}

#[tokio::test]
async fn what_is_kept_goes_with_the_clock() {
    let client = Client::start().await;
    let ask = || async {
        let input = json!({"prompt": "tell me a joke", "temperature": 5, "max_tokens": 10});
        let request = client.http.post(client.api(&format!("/ai/run/{CHAT}"))).json(&input);
        let request = request.header("cf-aig-gateway-id", "default").header("cf-aig-cache-ttl", "3600");
        request.send().await.unwrap().headers()["cf-aig-cache-status"].to_str().unwrap().to_owned()
    };
    assert_eq!((ask().await.as_str(), ask().await.as_str()), ("MISS", "HIT"));
    advance(&client, "61m").await;
    assert_eq!(ask().await, "MISS");

    let url = client.api(&format!("/ai/run/{EMBED}?queueRequest=true"));
    let (_, queued) = json_of(client.post(url.clone(), &json!({"requests": [{"text": "sea"}]})).await).await;
    let poll = json!({"request_id": queued["result"]["request_id"]});
    for _ in 0..500 {
        let (_, body) = json_of(client.post(url.clone(), &poll).await).await;
        if body["result"].get("responses").is_some() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    advance(&client, "25h").await;
    assert_eq!(client.post(url, &poll).await.status(), 400);
}
