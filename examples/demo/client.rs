//! The emulator as any client sees it: HTTP and JSON, the paths of Cloudflare's REST API.

use std::time::{Duration, Instant};

use reqwest::{Method, RequestBuilder, header::CONTENT_TYPE};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::{
    problem::{Problem, Result},
    sse::{Events, Piece, Usage},
};

const ACCOUNT: &str = "00000000000000000000000000000000";
/// How long a mutation may take to become visible; production's own p99 is two minutes.
const MUTATION_PATIENCE: Duration = Duration::from_secs(120);
const DUPLICATE_INDEX: u64 = 3002;

pub struct Client {
    http: reqwest::Client,
    url: String,
}

/// One hit of a query, with the metadata that the demo stored.
#[derive(Debug, Deserialize)]
pub struct Match {
    pub score: f32,
    pub metadata: Metadata,
}

#[derive(Debug, Deserialize, serde::Serialize)]
pub struct Metadata {
    pub title: String,
    pub path: String,
    pub text: String,
}

/// A finished answer and how it came.
pub struct Answer {
    pub text: String,
    pub usage: Usage,
    pub first_token: Duration,
    pub total: Duration,
    /// The header `candleflare-model`: which checkpoint answered, and how faithful it is.
    pub checkpoint: Option<String>,
}

impl Client {
    pub fn new(url: &str) -> Result<Self> {
        let http = reqwest::Client::builder()
            .no_proxy()
            .connect_timeout(Duration::from_secs(2))
            .read_timeout(Duration::from_secs(120))
            .build()?;
        Ok(Self { http, url: url.trim_end_matches('/').to_owned() })
    }

    /// Returns once the server answers, or says how to start one.
    pub async fn wait_until_healthy(&self, patience: Duration) -> Result<()> {
        let start = Instant::now();
        loop {
            match self.http.get(format!("{}/__candleflare/health", self.url)).send().await {
                Ok(response) if response.status().is_success() => return Ok(()),
                Ok(response) => {
                    let status = response.status();
                    return Err(Problem::new(format!("what answers at `{}` is not Candleflare ({status})", self.url))
                        .hint("give the server's address with `--url`"));
                }
                Err(error) if error.is_builder() => {
                    return Err(Problem::new(format!("`{}` is not a URL", self.url))
                        .hint("write it like `--url http://127.0.0.1:8786`"));
                }
                Err(_) if start.elapsed() < patience => tokio::time::sleep(Duration::from_millis(100)).await,
                Err(_) => {
                    return Err(Problem::new(format!("no server answers at `{}`", self.url))
                        .hint("start the server with `make run` in another terminal"));
                }
            }
        }
    }

    /// One vector per text, in order.
    pub async fn embed(&self, model: &str, texts: &[String]) -> Result<Vec<Vec<f32>>> {
        #[derive(Deserialize)]
        struct Embeddings {
            data: Vec<Vec<f32>>,
        }
        let request = self.request(Method::POST, &format!("ai/run/{model}")).json(&json!({ "text": texts }));
        let Embeddings { data } = result(request).await?;
        if data.len() != texts.len() {
            return Err(Problem::new(format!("{} texts came back as {} vectors", texts.len(), data.len())));
        }
        Ok(data)
    }

    /// An empty index of this name, in place of one that is there.
    pub async fn create_index(&self, name: &str, dimensions: usize) -> Result<()> {
        let body = json!({ "name": name, "config": { "dimensions": dimensions, "metric": "cosine" } });
        let create = || self.request(Method::POST, "vectorize/v2/indexes").json(&body);
        let answer: Value = create().send().await?.json().await?;
        if answer["errors"][0]["code"].as_u64() == Some(DUPLICATE_INDEX) {
            result::<Value>(self.request(Method::DELETE, &format!("vectorize/v2/indexes/{name}"))).await?;
            return result::<Value>(create()).await.map(drop);
        }
        opened::<Value>(answer).map(drop)
    }

    /// Stores vectors, one JSON object a line, and returns the id of the mutation.
    pub async fn upsert(&self, index: &str, ndjson: String) -> Result<String> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Mutation {
            mutation_id: String,
        }
        let request = self.index(Method::POST, index, "upsert").header(CONTENT_TYPE, "application/x-ndjson");
        let Mutation { mutation_id } = result(request.body(ndjson)).await?;
        Ok(mutation_id)
    }

    /// Vectorize answers a mutation before it is visible; `info` names the last one that is.
    pub async fn wait_for_mutation(&self, index: &str, mutation: &str) -> Result<()> {
        let start = Instant::now();
        let mut pause = Duration::from_millis(20);
        loop {
            let info: Value = result(self.index(Method::GET, index, "info")).await?;
            if info["processedUpToMutation"] == mutation {
                return Ok(());
            }
            if start.elapsed() > MUTATION_PATIENCE {
                return Err(Problem::new(format!("mutation `{mutation}` is still not in the index"))
                    .hint("is a lag set? `POST /__candleflare/mutations` with `{\"mode\":\"immediate\"}` lifts it"));
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(Duration::from_secs(1));
        }
    }

    pub async fn query(&self, index: &str, vector: &[f32], top_k: usize) -> Result<Vec<Match>> {
        #[derive(Deserialize)]
        struct Matches {
            matches: Vec<Match>,
        }
        let body = json!({ "vector": vector, "topK": top_k, "returnMetadata": "all" });
        let Matches { matches } = result(self.index(Method::POST, index, "query").json(&body)).await?;
        Ok(matches)
    }

    /// Streams an answer; `on_text` sees each piece as it arrives.
    pub async fn chat(&self, model: &str, system: &str, user: &str, mut on_text: impl FnMut(&str)) -> Result<Answer> {
        let body = json!({
            "messages": [{ "role": "system", "content": system }, { "role": "user", "content": user }],
            "stream": true, "max_tokens": 128, "temperature": 0,
        });
        let start = Instant::now();
        let mut response = self.request(Method::POST, &format!("ai/run/{model}")).json(&body).send().await?;
        if !response.status().is_success() {
            return Err(refusal(&response.json().await?));
        }
        let checkpoint = response.headers().get("candleflare-model").and_then(|value| value.to_str().ok());
        let checkpoint = checkpoint.map(str::to_owned);

        let (mut events, mut text, mut usage, mut first_token) = (Events::default(), String::new(), None, None);
        while let Some(chunk) = response.chunk().await? {
            for data in events.push(&chunk) {
                let piece = Piece::parse(&data)?;
                if !piece.text.is_empty() {
                    first_token.get_or_insert_with(|| start.elapsed());
                    on_text(&piece.text);
                    text.push_str(&piece.text);
                }
                usage = piece.usage.or(usage);
                if piece.done {
                    let total = start.elapsed();
                    let (usage, first_token) = (usage.unwrap_or_default(), first_token.unwrap_or(total));
                    return Ok(Answer { text, usage, first_token, total, checkpoint });
                }
            }
        }
        Err(Problem::new("the stream ended before `[DONE]`").hint("the server's terminal may say why"))
    }

    fn index(&self, method: Method, name: &str, operation: &str) -> RequestBuilder {
        self.request(method, &format!("vectorize/v2/indexes/{name}/{operation}"))
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}/client/v4/accounts/{ACCOUNT}/{path}", self.url))
    }
}

/// Sends, and opens the envelope.
async fn result<T: DeserializeOwned>(request: RequestBuilder) -> Result<T> {
    opened(request.send().await?.json().await?)
}

fn opened<T: DeserializeOwned>(mut answer: Value) -> Result<T> {
    if answer["success"] != true {
        return Err(refusal(&answer));
    }
    serde_json::from_value(answer["result"].take())
        .map_err(|error| Problem::new(format!("the server's answer has another shape than expected: {error}")))
}

fn refusal(answer: &Value) -> Problem {
    let error = &answer["errors"][0];
    let (Some(code), Some(message)) = (error["code"].as_u64(), error["message"].as_str()) else {
        return Problem::new(format!("the server refused: {answer}"));
    };
    let problem = Problem::new(format!("the server refused with code {code}: {message}"));
    match code {
        3040 => problem.hint("the server is busy; try again in a moment"),
        3036 | 4006 => problem.hint("the day's neurons are spent; start the server with `--plan unlimited`"),
        5007 => problem.hint("name another model with `--model` or `--embedding-model`"),
        _ => problem,
    }
}
