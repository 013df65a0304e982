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
async fn a_shard_that_is_missing_or_half_there_is_named() {
    let cut: [fn(&Path); 3] = [
        |shard| std::fs::remove_file(shard).unwrap(),
        |shard| std::fs::File::options().write(true).open(shard).unwrap().set_len(300_000).unwrap(),
        |shard| std::fs::write(shard, b"").unwrap(),
    ];
    for damage in cut {
        let folder = tempfile::tempdir().unwrap();
        copy("kindling-chat", folder.path());
        let [first, second] = [1, 2].map(|number| format!("model-0000{number}-of-00002.safetensors"));
        let whole = folder.path().join("model.safetensors");
        // The second has all that the first lacks: here, all of it.
        std::fs::rename(&whole, folder.path().join(&second)).unwrap();
        std::fs::write(folder.path().join(&first), safetensors::serialize(nothing(), None).unwrap()).unwrap();
        let index = json!({"weight_map": {"nothing": first, "model.norm.weight": second}}).to_string();
        std::fs::write(folder.path().join("model.safetensors.index.json"), index).unwrap();
        let client = Client::of(bound(CHAT, folder.path())).await;
        assert_eq!(client.run(CHAT, json!({"prompt": "hello", "max_tokens": 2})).await.status(), 200);
        damage(&folder.path().join(&second));
        let client = Client::of(bound(CHAT, folder.path())).await;
        let (status, code, message) = client.refusal(CHAT, json!({"prompt": "hello"})).await;
        assert_eq!((status, code), (400, 3030), "{message}");
        assert!(message.contains(&second) && message.contains("hint:"), "{message}");
        assert_eq!(client.run(EMBED, json!({"text": "a"})).await.status(), 200);
    }
}

fn nothing() -> std::iter::Empty<(&'static str, safetensors::tensor::TensorView<'static>)> {
    std::iter::empty()
}

fn recorded(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/parity").join(name)
}

#[tokio::test]
async fn a_cross_encoder_reads_the_query_with_each_context() {
    let input = json!({"query": "the rain", "contexts": [{"text": "sun"}, {"text": "rain falls"}, {"text": &"cat ".repeat(90)}]});
    for name in ["xlm-roberta-reranker", "bert-reranker", "modernbert-reranker"] {
        let client = Client::of(bound(RERANKER, &recorded(name))).await;
        let ranked = client.result(RERANKER, input.clone()).await;
        let scores: Vec<f64> =
            ranked["response"].as_array().unwrap().iter().map(|row| row["score"].as_f64().unwrap()).collect();
        assert_eq!(scores.len(), 3);
        assert!(
            scores.is_sorted_by(|a, b| a > b) && scores.iter().all(|s| (0.0..=1.0).contains(s)),
            "{name}: {scores:?}"
        );
        // What a context scores depends on its text and the query alone.
        let alone = json!({"query": "the rain", "contexts": [{"text": "sun"}]});
        let score = client.result(RERANKER, alone).await["response"][0]["score"].clone();
        assert!(ranked["response"].as_array().unwrap().iter().any(|row| row["id"] == 0 && row["score"] == score));
    }
}

#[tokio::test]
async fn a_checkpoint_of_another_kind_is_refused_by_name() {
    let rerank = json!({"query": "q", "contexts": [{"text": "a"}]});
    let embed = json!({"text": "a"});
    for (model, name, input, named) in [
        (EMBED, "xlm-roberta-reranker", &embed, "is a classifier"),
        (RERANKER, "distilbert-classifier", &rerank, "2 classes"),
        (EMBED, "granite", &embed, "`model_type` is `granite`"),
        (CHAT, "xlm-roberta", &json!({"prompt": "hello"}), "XLMRobertaModel"),
    ] {
        let client = Client::of(bound(model, &recorded(name))).await;
        let (status, code, message) = client.refusal(model, input.clone()).await;
        assert_eq!((status, code), (400, 3030), "{message}");
        assert!(message.contains(named) && message.contains("hint:"), "{message}");
    }
}
