//! LoRA: finetunes created, uploaded and asked for, over a small GGUF as their base.

use std::path::{Path, PathBuf};

use candleflare::Emulator;
use reqwest::multipart::{Form, Part};
use safetensors::Dtype;
use safetensors::tensor::TensorView;
use serde_json::{Value, json};

use super::client::{ACCOUNT, CHAT, Client, json_of, refusal_of};

const BASE: &str = "@cf/meta-llama/llama-2-7b-chat-hf-lora";
const LAYERS: usize = 2;
const WIDTH: usize = 32;

fn gguf() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/parity/gguf/llama.gguf")
}

async fn client() -> Client {
    let builder = Emulator::builder().seed(7).config(|config| {
        config.bindings.insert(BASE.to_owned(), candleflare::ai::resolve::Binding::Path(gguf()));
    });
    Client::of(builder).await
}

fn config(rank: usize) -> Vec<u8> {
    let config = json!({"peft_type": "LORA", "model_type": "llama", "r": rank, "lora_alpha": 32, "bias": "none",
        "target_modules": ["q_proj"]});
    config.to_string().into_bytes()
}

/// An adapter of the queries for `tests/parity/gguf/llama.gguf`; `salt` tells it from others.
fn weights(rank: usize, salt: f32) -> Vec<u8> {
    let mut tensors = Vec::new();
    for layer in 0..LAYERS {
        for (half, shape) in [("A", vec![rank, WIDTH]), ("B", vec![WIDTH, rank])] {
            let numbers = (0..rank * WIDTH).map(|index| ((index as f32 + salt) * 1.7).sin());
            let bytes: Vec<u8> = numbers.flat_map(f32::to_le_bytes).collect();
            let name = format!("base_model.model.model.layers.{layer}.self_attn.q_proj.lora_{half}.weight");
            tensors.push((name, shape, bytes));
        }
    }
    let views = tensors
        .iter()
        .map(|(name, shape, bytes)| (name.as_str(), TensorView::new(Dtype::F32, shape.clone(), bytes).unwrap()));
    safetensors::serialize(views, None).unwrap()
}

impl Client {
    async fn finetune(&self, name: &str) -> Value {
        let body = json!({"model": BASE, "name": name, "description": "of mine"});
        let (status, mut body) = json_of(self.post(self.api("/ai/finetunes"), &body).await).await;
        assert_eq!((status.as_u16(), &body["success"]), (200, &json!(true)), "{body}");
        body["result"].take()
    }

    async fn asset(&self, id: &str, name: &str, bytes: Vec<u8>) -> reqwest::Response {
        let form = Form::new().text("file_name", name.to_owned()).part("file", Part::bytes(bytes).file_name("blob"));
        let url = self.api(&format!("/ai/finetunes/{id}/finetune-assets"));
        self.http.post(url).multipart(form).send().await.unwrap()
    }

    async fn adapter(&self, name: &str, salt: f32) -> String {
        let id = self.finetune(name).await["id"].as_str().unwrap().to_owned();
        for (file, bytes) in [("adapter_config.json", config(4)), ("adapter_model.safetensors", weights(4, salt))] {
            let (status, body) = json_of(self.asset(&id, file, bytes).await).await;
            assert_eq!((status.as_u16(), &body["result"]["file_name"]), (200, &json!(file)), "{body}");
        }
        id
    }

    async fn says(&self, lora: Option<&str>) -> String {
        let mut input = json!({"prompt": "hello world", "raw": true, "max_tokens": 12, "temperature": 0});
        if let Some(lora) = lora {
            input["lora"] = json!(lora);
        }
        self.result(BASE, input).await["response"].as_str().unwrap().to_owned()
    }
}

#[tokio::test]
async fn adapters_answer_by_id_and_by_name_and_together() {
    let client = client().await;
    let plain = client.says(None).await;
    let first = client.adapter("first", 0.0).await;
    client.adapter("second", 100.0).await;
    let (by_id, by_name) = (client.says(Some(&first)).await, client.says(Some("first")).await);
    assert_eq!(by_id, by_name);
    let second = client.says(Some("second")).await;
    assert!(by_id != plain && second != plain && by_id != second, "{plain} {by_id} {second}");
    // At once, over one base, and with prefixes that must not be shared between adapters.
    for _ in 0..2 {
        let (a, b, c) = tokio::join!(client.says(None), client.says(Some("first")), client.says(Some("second")));
        assert_eq!((&a, &b, &c), (&plain, &by_id, &second));
    }
    let listed = client.get(&format!("/client/v4/accounts/{ACCOUNT}/ai/finetunes")).await;
    let names: Vec<_> = listed["result"].as_array().unwrap().iter().map(|item| item["name"].clone()).collect();
    assert_eq!(names, ["first", "second"]);
    assert_eq!(listed["result"][0]["public"], false);
    let other = "f".repeat(32);
    let others = client.get(&format!("/client/v4/accounts/{other}/ai/finetunes")).await;
    assert_eq!(others["result"], json!([]));
    let public = client.get(&format!("/client/v4/accounts/{ACCOUNT}/ai/finetunes/public?limit=2")).await;
    assert_eq!(public["result"].as_array().unwrap().len(), 2);
    assert!(public["result"][0]["name"].as_str().unwrap().starts_with("cf-public-"));
    client.post(client.url("/__candleflare/reset"), &json!({"account": ACCOUNT})).await;
    assert_eq!(client.refusal(BASE, json!({"prompt": "a", "lora": "first"})).await.1, 5006);
}

#[tokio::test]
async fn what_production_refuses_is_refused() {
    let client = client().await;
    let create = async |body: Value| client.post(client.api("/ai/finetunes"), &body).await;
    let long = "x".repeat(200);
    for (body, status, code) in [
        (json!({"name": "a"}), 400, 3003),
        (json!({"model": BASE}), 400, 3003),
        (json!({"model": BASE, "name": 7}), 400, 5006),
        (json!({"model": BASE, "name": ""}), 400, 5006),
        (json!({"model": BASE, "name": "a/b"}), 400, 5006),
        (json!({"model": BASE, "name": long}), 400, 5006),
        (json!({"model": BASE, "name": "cf-public-mine"}), 400, 5006),
        (json!({"model": "@cf/no/such", "name": "a"}), 400, 5007),
        (json!({"model": CHAT, "name": "a"}), 405, 5005),
        (json!([]), 400, 3003),
    ] {
        let (got_status, got_code, message) = refusal_of(create(body.clone()).await).await;
        assert_eq!((got_status, got_code), (status, code), "{body}: {message}");
    }
    let id = client.finetune("mine").await["id"].as_str().unwrap().to_owned();
    assert_eq!(refusal_of(create(json!({"model": BASE, "name": "mine"})).await).await.1, 5006);
    let other_type = json!({"model_type": "mistral", "r": 4}).to_string().into_bytes();
    for (file, bytes, named) in [
        ("model.safetensors", weights(4, 0.0), "adapter_model.safetensors"),
        ("adapter_config.json", b"{".to_vec(), "adapter_config.json"),
        ("adapter_config.json", b"{\"r\": 4}".to_vec(), "model_type"),
        ("adapter_config.json", other_type, "mistral"),
        ("adapter_config.json", config(9), "rank"),
        ("adapter_model.safetensors", b"no".to_vec(), "safetensors"),
    ] {
        let (status, code, message) = refusal_of(client.asset(&id, file, bytes).await).await;
        assert!((status, code) == (400, 5006) && message.contains(named), "{code} {message}");
    }
    let nobody = client.asset("nobody", "adapter_config.json", config(4)).await;
    assert_eq!(refusal_of(nobody).await.1, 5006);
    let url = client.api(&format!("/ai/finetunes/{id}/finetune-assets"));
    assert_eq!(refusal_of(client.post(url.clone(), &json!({})).await).await.1, 5006);
    let form = Form::new().text("file_name", "adapter_config.json");
    assert_eq!(refusal_of(client.http.post(url).multipart(form).send().await.unwrap()).await.1, 3003);
    // Asked for before its files are there, on another base, or where there are none.
    let ask = |lora: &str| json!({"prompt": "a", "raw": true, "lora": lora});
    let (status, code, message) = client.refusal(BASE, ask("mine")).await;
    assert_eq!((status, code), (400, 3039), "{message}");
    assert!(message.contains("Finetune is missing required files"), "{message}");
    assert_eq!(client.refusal(CHAT, ask("mine")).await.1, 5005);
    assert_eq!(client.refusal("@cf/mistral/mistral-7b-instruct-v0.2-lora", ask("mine")).await.1, 5006);
    assert_eq!(client.refusal(BASE, ask("absent")).await.1, 5006);
    assert_eq!(client.refusal(BASE, ask("cf-public-magicoder")).await.1, 8001);
    // An adapter of another shape than the bound base.
    client.asset(&id, "adapter_config.json", config(2)).await;
    client.asset(&id, "adapter_model.safetensors", weights(3, 0.0)).await;
    let (status, code, message) = client.refusal(BASE, ask("mine")).await;
    assert!((status, code) == (400, 3030) && message.contains("shape"), "{message}");
}

#[tokio::test]
async fn a_stand_in_answers_where_no_base_is_bound() {
    let client = Client::start().await;
    client.adapter("mine", 0.0).await;
    let response = client.run(BASE, json!({"prompt": "hello", "lora": "mine"})).await;
    assert!(response.headers()["candleflare-model"].to_str().unwrap().contains("stand-in"));
    assert_eq!(client.refusal(BASE, json!({"prompt": "hello", "lora": "absent"})).await.1, 5006);
}

#[tokio::test]
async fn an_account_has_so_many_and_no_more() {
    let builder = Emulator::builder().config(|config| {
        config.limits = Some("[[limit]]\nname = \"ai.finetunes_per_account\"\nvalue = 1".to_owned());
    });
    let client = Client::of(builder).await;
    client.finetune("one").await;
    let body = json!({"model": BASE, "name": "two"});
    let (status, code, message) = refusal_of(client.post(client.api("/ai/finetunes"), &body).await).await;
    assert!((status, code) == (400, 5006) && message.contains("no more"), "{message}");
}

#[tokio::test]
async fn a_gguf_file_serves_chats_with_its_own_template() {
    let client = client().await;
    let input = json!({"messages": [{"role": "user", "content": "hello"}], "max_tokens": 5});
    let response = client.run(BASE, input.clone()).await;
    let model = response.headers()["candleflare-model"].to_str().unwrap().to_owned();
    assert!(model.contains("llama.gguf") && model.contains("sibling"), "{model}");
    let result = client.result(BASE, input).await;
    // <|start|>user ⏎ hello <|end|> <|start|>assistant ⏎, letter by letter where no merge knows better.
    assert_eq!(result["usage"]["prompt_tokens"], 1 + 5 + 1 + 1 + 1 + 10);
}
