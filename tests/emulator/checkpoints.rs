//! Checkpoints from folders: any in Hugging Face layout, and damaged ones.

use std::path::Path;

use candleflare::Emulator;
use serde_json::json;

use super::client::{CHAT, Client, EMBED, RERANKER};

fn bound(model: &'static str, folder: &Path) -> candleflare::Builder {
    let folder = folder.to_owned();
    Emulator::builder().config(move |config| {
        config.bindings.insert(model.to_owned(), candleflare::ai::resolve::Binding::Path(folder));
    })
}

fn copy(from: &str, to: &Path) {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("models").join(from);
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

#[tokio::test]
async fn a_folder_loads_as_the_bundled_one_does() {
    let client = Client::start().await;
    let input = json!({"text": "a lighthouse by the sea"});
    let bundled = client.result(EMBED, input.clone()).await;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/kindling-embed");
    let client = Client::of(bound(EMBED, &folder)).await;
    let response = client.run(EMBED, input.clone()).await;
    assert!(response.headers()["candleflare-model"].to_str().unwrap().ends_with("fidelity=sibling"));
    assert_eq!(client.result(EMBED, input).await["data"], bundled["data"]);
}

#[tokio::test]
async fn damage_is_named_and_the_server_stays_up() {
    type Damage = (&'static str, fn(&Path));
    let damages: [Damage; 5] = [
        ("model.safetensors", |folder| std::fs::remove_file(folder.join("model.safetensors")).unwrap()),
        ("model.safetensors", |folder| std::fs::write(folder.join("model.safetensors"), b"no").unwrap()),
        ("config.json", |folder| std::fs::write(folder.join("config.json"), b"{").unwrap()),
        ("config.json", |folder| std::fs::write(folder.join("config.json"), br#"{"model_type": "gpt2"}"#).unwrap()),
        ("tokenizer.json", |folder| std::fs::write(folder.join("tokenizer.json"), b"[]").unwrap()),
    ];
    for (checkpoint, model, input) in
        [("kindling-embed", EMBED, json!({"text": "a"})), ("kindling-chat", CHAT, json!({"prompt": "hello"}))]
    {
        for (file, damage) in &damages {
            let folder = tempfile::tempdir().unwrap();
            copy(checkpoint, folder.path());
            damage(folder.path());
            let client = Client::of(bound(model, folder.path())).await;
            let (status, code, message) = client.refusal(model, input.clone()).await;
            assert_eq!((status, code), (400, 3030), "{message}");
            assert!(message.contains(file) && message.contains("hint:"), "{message}");
            assert_eq!(client.run("@cf/baai/bge-base-en-v1.5", json!({"text": "a"})).await.status(), 200);
        }
    }
}

#[tokio::test]
async fn a_cross_encoder_is_not_taken_for_an_embedder() {
    let folder = tempfile::tempdir().unwrap();
    let config = json!({"architectures": ["XLMRobertaForSequenceClassification"]}).to_string();
    std::fs::write(folder.path().join("config.json"), config).unwrap();
    let client = Client::of(bound(RERANKER, folder.path())).await;
    let input = json!({"query": "q", "contexts": [{"text": "a"}]});
    let (status, code, message) = client.refusal(RERANKER, input).await;
    assert_eq!((status, code), (400, 8001));
    assert!(message.contains("XLMRobertaForSequenceClassification") && message.contains("hint:"), "{message}");
}
