//! What a user of the binary waits for: `bench_serve PATH/TO/candleflare`. Prints a table; asserts nothing.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

type Failure = Box<dyn std::error::Error>;

const ACCOUNT: &str = "/client/v4/accounts/00000000000000000000000000000000/ai/run";
const EMBED: &str = "@cf/baai/bge-small-en-v1.5";
const CHAT: &str = "@cf/meta/llama-3.2-1b-instruct";

struct Server {
    process: Child,
    url: String,
    /// From the start of the process to its ready file.
    ready: Duration,
}

impl Server {
    fn start(binary: &str, folder: &Path) -> Result<Self, Failure> {
        let ready_file = folder.join("ready.json");
        let start = Instant::now();
        let process = Command::new(binary)
            // Unlimited: sixteen clients would use up a minute's rate.
            .args(["serve", "--port", "0", "--seed", "1", "--plan", "unlimited", "--ready-file"])
            .arg(&ready_file)
            .stderr(Stdio::null())
            .spawn()?;
        while !ready_file.exists() {
            if start.elapsed() > Duration::from_secs(10) {
                return Err("not ready after ten seconds".into());
            }
            std::thread::sleep(Duration::from_micros(200));
        }
        let ready = start.elapsed();
        let said: Value = serde_json::from_str(&std::fs::read_to_string(&ready_file)?)?;
        std::fs::remove_file(&ready_file)?;
        let url = said["url"].as_str().ok_or("the ready file has no url")?.to_owned();
        Ok(Self { process, url, ready })
    }

    /// Resident megabytes now.
    fn resident(&self) -> Result<f64, Failure> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
        Ok(line.trim().trim_end_matches(" kB").parse::<f64>()? / 1e3)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to stop.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let binary = std::env::args().nth(1).ok_or("hint: bench_serve PATH/TO/candleflare")?;
    let folder = tempfile::tempdir()?;
    let http = reqwest::Client::new();
    let run = async |server: &Server, model: &str, input: Value| -> Result<(Value, f64), Failure> {
        let start = Instant::now();
        let response = http.post(format!("{}{ACCOUNT}/{model}", server.url)).json(&input).send().await?;
        let body: Value = response.error_for_status()?.json().await?;
        Ok((body["result"].clone(), start.elapsed().as_secs_f64()))
    };

    let (mut ready, mut first_embedding, mut first_token) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..5 {
        let server = Server::start(&binary, folder.path())?;
        ready.push(server.ready.as_secs_f64() * 1e3);
        first_embedding.push(run(&server, EMBED, json!({"text": "hello"})).await?.1 * 1e3);
        first_token.push(run(&server, CHAT, json!({"prompt": "hello", "max_tokens": 1})).await?.1 * 1e3);
    }
    println!("ready                                {:8.1} ms", median(ready));
    println!("first embedding, load included       {:8.1} ms", median(first_embedding));
    println!("first token, load included           {:8.1} ms", median(first_token));

    let server = Server::start(&binary, folder.path())?;
    println!("resident before the first call       {:8.1} MB", server.resident()?);
    run(&server, EMBED, json!({"text": "hello"})).await?;
    run(&server, CHAT, json!({"prompt": "hello", "max_tokens": 1})).await?;
    println!("resident with both checkpoints       {:8.1} MB", server.resident()?);

    // 14 words and the two special tokens: 16 tokens a text.
    let text = "the old ferry leaves the small harbour at nine and comes back at noon";
    let texts = vec![text; 32];
    let mut rates = Vec::new();
    for _ in 0..20 {
        rates.push(32.0 / run(&server, EMBED, json!({"text": texts})).await?.1);
    }
    let in_batches = median(rates);
    println!("sentences of 16 tokens, 32 a call    {in_batches:8.0} /s");
    let mut short = Vec::new();
    for _ in 0..100 {
        short.push(run(&server, EMBED, json!({"text": text})).await?.1 * 1e3);
    }
    println!("one sentence of 16 tokens            {:8.2} ms", median(short));
    let together = clients(&run, &server, text).await?;
    println!(
        "16 clients, such a sentence a call   {together:8.0} /s ({:.2} of 32 a call; asked: 0.8)",
        together / in_batches
    );
    let mut rates = Vec::new();
    for seed in 1..=10 {
        // Hot enough that it does not end by itself.
        let input = json!({"prompt": "a", "raw": true, "max_tokens": 400, "temperature": 5, "seed": seed});
        let (result, seconds) = run(&server, CHAT, input).await?;
        rates.push(result["usage"]["completion_tokens"].as_f64().unwrap_or_default() / seconds);
    }
    println!("tokens generated, one stream         {:8.0} /s", median(rates));
    println!("resident after all of it             {:8.1} MB", server.resident()?);
    println!("binary, symbols included             {:8.1} MB", std::fs::metadata(&binary)?.len() as f64 / 1e6);
    Ok(())
}

/// Calls a second of 16 clients of which each asks again as soon as it is answered.
async fn clients<F>(run: &F, server: &Server, text: &str) -> Result<f64, Failure>
where
    F: AsyncFn(&Server, &str, Value) -> Result<(Value, f64), Failure>,
{
    let begin = Instant::now();
    let client = async || -> Result<usize, Failure> {
        let mut calls = 0;
        while begin.elapsed() < Duration::from_secs(4) {
            run(server, EMBED, json!({"text": text})).await?;
            calls += 1;
        }
        Ok(calls)
    };
    let calls: usize = futures_util::future::try_join_all((0..16).map(|_| client())).await?.iter().sum();
    Ok(calls as f64 / begin.elapsed().as_secs_f64())
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
