//! The emulator's own time per call, without inference: `bench_http PATH/TO/candleflare`. A stub answers; rates, budgets and
//! the journal are on. Prints a table; asserts nothing.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;

type Failure = Box<dyn std::error::Error + Send + Sync>;

const CONNECTIONS: usize = 32;
/// Calls a second while latency is measured: far below what is possible, so that no call waits for another.
const PACE: u64 = 2_000;
const SECONDS: u64 = 5;
const EMBED: &str = "/client/v4/accounts/00000000000000000000000000000000/ai/run/@cf/baai/bge-small-en-v1.5";
const CHAT: &str = "/client/v4/accounts/00000000000000000000000000000000/ai/run/@cf/meta/llama-3.2-1b-instruct";

/// Every rate is counted and none is reached.
const LIMITS: &str = "[[limit]]\nname = \"ai.rate.text_embeddings\"\nvalue = 1000000000\n\
    [[limit]]\nname = \"ai.rate.text_generation\"\nvalue = 1000000000\n\
    [[limit]]\nname = \"ai.neurons_per_day\"\nvalue = 1000000000\n\
    [[limit]]\nname = \"api.calls_per_five_minutes\"\nvalue = 1000000000\n";

struct Server {
    process: Child,
    address: String,
}

impl Server {
    fn start(binary: &str, folder: &Path) -> Result<Self, Failure> {
        let (ready, limits) = (folder.join("ready.json"), folder.join("limits.toml"));
        std::fs::write(&limits, LIMITS)?;
        let process = Command::new(binary)
            .args(["serve", "--port", "0", "--seed", "1", "--limits"])
            .arg(&limits)
            .arg("--ready-file")
            .arg(&ready)
            .stderr(Stdio::null())
            .spawn()?;
        let start = Instant::now();
        while !ready.exists() {
            if start.elapsed() > Duration::from_secs(10) {
                return Err("not ready after ten seconds".into());
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        let said: Value = serde_json::from_str(&std::fs::read_to_string(&ready)?)?;
        let url = said["url"].as_str().ok_or("the ready file has no url")?;
        Ok(Self { process, address: url.trim_start_matches("http://").to_owned() })
    }

    fn resident_mb(&self) -> Result<f64, Failure> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
        Ok(line.trim().trim_end_matches(" kB").trim().parse::<f64>()? / 1e3)
    }

    /// Seconds of CPU that the process has taken.
    fn cpu_seconds(&self) -> Result<f64, Failure> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.process.id()))?;
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let ticks =
            fields.get(11).ok_or("no utime")?.parse::<f64>()? + fields.get(12).ok_or("no stime")?.parse::<f64>()?;
        Ok(ticks / 100.0)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to stop.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A kept connection that says one thing.
struct Caller {
    stream: TcpStream,
    request: Vec<u8>,
    buffer: Vec<u8>,
}

impl Caller {
    fn new(address: &str, method: &str, path: &str, body: &str) -> Result<Self, Failure> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        Ok(Self { stream, request: request.into_bytes(), buffer: vec![0; 64 * 1024] })
    }

    /// One call, and the bytes of its answer.
    fn call(&mut self) -> Result<usize, Failure> {
        self.stream.write_all(&self.request)?;
        let mut length = 0;
        loop {
            let read = self.stream.read(&mut self.buffer[length..])?;
            if read == 0 {
                return Err("the connection ended".into());
            }
            length += read;
            let answer = &self.buffer[..length];
            let Some(head) = answer.windows(4).position(|window| window == b"\r\n\r\n") else { continue };
            if !answer.starts_with(b"HTTP/1.1 200") {
                return Err(String::from_utf8_lossy(answer).into_owned().into());
            }
            let text = std::str::from_utf8(&answer[..head])?.to_ascii_lowercase();
            let body = text.split("content-length: ").nth(1).and_then(|rest| rest.lines().next()).ok_or("no length")?;
            if length >= head + 4 + body.trim().parse::<usize>()? {
                return Ok(length);
            }
        }
    }
}

fn post(address: &str, path: &str, body: &str) -> Result<(), Failure> {
    Caller::new(address, "POST", path, body)?.call().map(drop)
}

/// Calls a second when every connection calls as fast as it is answered.
fn throughput(address: &str, path: &str, body: &str) -> Result<f64, Failure> {
    let stop = Arc::new(AtomicBool::new(false));
    let callers = (0..CONNECTIONS).map(|_| Caller::new(address, "POST", path, body)).collect::<Result<Vec<_>, _>>()?;
    let threads: Vec<_> = callers
        .into_iter()
        .map(|mut caller| {
            let stop = Arc::clone(&stop);
            std::thread::spawn(move || {
                let mut calls = 0_u64;
                while !stop.load(Ordering::Relaxed) {
                    caller.call()?;
                    calls += 1;
                }
                Ok::<_, Failure>(calls)
            })
        })
        .collect();
    let start = Instant::now();
    std::thread::sleep(Duration::from_secs(SECONDS));
    stop.store(true, Ordering::Relaxed);
    let seconds = start.elapsed().as_secs_f64();
    let mut calls = 0;
    for thread in threads {
        calls += thread.join().map_err(|_| "a caller panicked")??;
    }
    Ok(calls as f64 / seconds)
}

/// Microseconds of each call at a steady pace, sorted.
fn latencies(address: &str, path: &str, body: &str) -> Result<Vec<f64>, Failure> {
    let next = Arc::new(AtomicU64::new(0));
    let callers = (0..CONNECTIONS).map(|_| Caller::new(address, "POST", path, body)).collect::<Result<Vec<_>, _>>()?;
    let start = Instant::now();
    let threads: Vec<_> = callers
        .into_iter()
        .map(|mut caller| {
            let next = Arc::clone(&next);
            std::thread::spawn(move || {
                let mut taken = Vec::new();
                loop {
                    let due = Duration::from_secs_f64(next.fetch_add(1, Ordering::Relaxed) as f64 / PACE as f64);
                    if due > Duration::from_secs(SECONDS) {
                        return Ok::<_, Failure>(taken);
                    }
                    std::thread::sleep(due.saturating_sub(start.elapsed()));
                    let call = Instant::now();
                    caller.call()?;
                    taken.push(call.elapsed().as_secs_f64() * 1e6);
                }
            })
        })
        .collect();
    let mut all = Vec::new();
    for thread in threads {
        all.extend(thread.join().map_err(|_| "a caller panicked")??);
    }
    all.sort_by(f64::total_cmp);
    Ok(all)
}

fn main() -> Result<(), Failure> {
    let binary = std::env::args().nth(1).ok_or("hint: bench_http PATH/TO/candleflare")?;
    let folder = tempfile::tempdir()?;
    let server = Server::start(&binary, folder.path())?;
    let address = server.address.as_str();
    post(
        address,
        "/__candleflare/stubs",
        r#"{"match": {"model": "*bge*"}, "respond": {"embeddings": [[0.5, 0.25, 0.125, 1]]}}"#,
    )?;
    post(address, "/__candleflare/stubs", r#"{"match": {"model": "*llama*"}, "respond": {"text": "Hello there."}}"#)?;
    let calls = [
        ("embedding", EMBED, r#"{"text": "a lighthouse by the sea"}"#),
        ("chat", CHAT, r#"{"messages": [{"role": "user", "content": "hello"}]}"#),
    ];
    for (name, path, body) in calls {
        let taken = latencies(address, path, body)?;
        let at = |part: f64| taken[((taken.len() - 1) as f64 * part) as usize];
        println!(
            "{name}: {CONNECTIONS} connections, {PACE} calls/s   p50 {:6.0} us   p99 {:6.0} us",
            at(0.5),
            at(0.99)
        );
        let (before, start) = (server.cpu_seconds()?, Instant::now());
        let rate = throughput(address, path, body)?;
        let cpu = (server.cpu_seconds()? - before) / (rate * start.elapsed().as_secs_f64());
        println!(
            "{name}: {CONNECTIONS} connections, at full speed  {rate:8.0} calls/s   {:5.0} us of CPU a call",
            cpu * 1e6
        );
    }
    println!("resident after all of it {:.1} MB", server.resident_mb()?);
    let calls = fill(address)?;
    println!("resident after {calls} more, journalled for {CONNECTIONS} accounts {:.1} MB", server.resident_mb()?);
    Ok(())
}

/// A million calls, each connection's for an account of its own, so that the journal fills up to its bound.
fn fill(address: &str) -> Result<u64, Failure> {
    const CALLS: u64 = 1_000_000;
    let made = Arc::new(AtomicU64::new(0));
    let mut callers = Vec::new();
    for number in 1..=CONNECTIONS {
        let account = format!("{number:032x}");
        let stub = r#"{"respond": {"embeddings": [[0.5, 0.25, 0.125, 1]]}}"#;
        post(address, &format!("/__candleflare/stubs?account={account}"), stub)?;
        let path = EMBED.replacen(&"0".repeat(32), &account, 1);
        callers.push(Caller::new(address, "POST", &path, r#"{"text": "a lighthouse by the sea"}"#)?);
    }
    let threads: Vec<_> = callers
        .into_iter()
        .map(|mut caller| {
            let made = Arc::clone(&made);
            std::thread::spawn(move || {
                while made.fetch_add(1, Ordering::Relaxed) < CALLS {
                    caller.call()?;
                }
                Ok::<_, Failure>(())
            })
        })
        .collect();
    for thread in threads {
        thread.join().map_err(|_| "a caller panicked")??;
    }
    Ok(CALLS)
}
