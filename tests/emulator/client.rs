//! A client of one emulator and one account.

use candleflare::{Builder, Emulator};
use reqwest::{Response, StatusCode};
use serde_json::{Value, json};

pub const CHAT: &str = "@cf/meta/llama-3.2-1b-instruct";
pub const OPENAI_CHAT: &str = "@cf/qwen/qwen3-30b-a3b-fp8";
pub const EMBED: &str = "@cf/baai/bge-small-en-v1.5";
pub const RERANKER: &str = "@cf/baai/bge-reranker-base";
pub const ACCOUNT: &str = "0123456789abcdef0123456789abcdef";

pub struct Client {
    pub emulator: Emulator,
    pub http: reqwest::Client,
}

impl Client {
    pub async fn start() -> Self {
        Self::of(Emulator::builder().seed(7)).await
    }

    pub async fn of(builder: Builder) -> Self {
        Self { emulator: builder.start().await.unwrap(), http: reqwest::Client::new() }
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.emulator.url())
    }

    pub fn api(&self, path: &str) -> String {
        self.url(&format!("/client/v4/accounts/{ACCOUNT}{path}"))
    }

    pub async fn post(&self, url: String, body: &Value) -> Response {
        self.http.post(url).json(body).send().await.unwrap()
    }

    pub async fn run(&self, model: &str, input: Value) -> Response {
        self.post(self.api(&format!("/ai/run/{model}")), &input).await
    }

    /// The `result` of a call that must succeed.
    pub async fn result(&self, model: &str, input: Value) -> Value {
        let (status, mut body) = json_of(self.run(model, input).await).await;
        assert_eq!((status, &body["success"]), (StatusCode::OK, &json!(true)), "{body}");
        body["result"].take()
    }

    /// Status, code and message of a call that must be refused.
    pub async fn refusal(&self, model: &str, input: Value) -> (u16, u64, String) {
        refusal_of(self.run(model, input).await).await
    }

    pub async fn get(&self, path: &str) -> Value {
        json_of(self.http.get(self.url(path)).send().await.unwrap()).await.1
    }
}

pub async fn json_of(response: Response) -> (StatusCode, Value) {
    let status = response.status();
    let text = response.text().await.unwrap();
    let body = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
    (status, body)
}

pub async fn refusal_of(response: Response) -> (u16, u64, String) {
    let (status, body) = json_of(response).await;
    assert_eq!(body["success"], false, "{}", &body.to_string()[..body.to_string().len().min(500)]);
    let error = &body["errors"][0];
    let code = error["code"].as_u64().unwrap_or_else(|| panic!("no code in {body}"));
    (status.as_u16(), code, error["message"].as_str().unwrap_or_default().to_owned())
}

/// The payloads of an event stream, and whether `[DONE]` closed it.
pub fn events(body: &str) -> (Vec<Value>, bool) {
    let data: Vec<&str> = body.split("\n\n").filter_map(|event| event.strip_prefix("data: ")).collect();
    let done = data.last() == Some(&"[DONE]");
    let frames = data.iter().filter(|data| **data != "[DONE]");
    (frames.map(|data| serde_json::from_str(data).unwrap()).collect(), done)
}
