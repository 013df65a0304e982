//! Many clients at once with faults on: nothing fails that was not staged, memory does not grow, and the drain is clean.
//! `LOAD_SECONDS` and `LOAD_CLIENTS` make it longer (`make load`); by default it is short enough for every run.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use candleflare::{Emulator, Plan, fault, stub};
use serde_json::{Value, json};

const CHAT: &str = "@cf/meta/llama-3.2-1b-instruct";
const EMBED: &str = "@cf/baai/bge-small-en-v1.5";

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// Resident bytes of this process, the emulator and its clients.
fn resident() -> u64 {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    pages.split(' ').nth(1).and_then(|pages| pages.parse::<u64>().ok()).unwrap_or(0) * 4096
}

#[derive(Default)]
struct Tally {
    calls: AtomicU64,
    staged: AtomicU64,
}

/// One call of a client; whatever fails must have been staged, which the code tells.
async fn call(http: &reqwest::Client, base: &str, turn: u64, tally: &Tally) {
    tally.calls.fetch_add(1, Ordering::Relaxed);
    let (path, body) = match turn % 5 {
        0 => (format!("{base}/ai/run/{EMBED}"), json!({"text": "a lighthouse"})),
        1 => (format!("{base}/ai/run/{CHAT}"), json!({"prompt": "hello", "max_tokens": 4})),
        2 => (format!("{base}/ai/run/{CHAT}"), json!({"prompt": "hello", "max_tokens": 8, "stream": true})),
        3 => (
            format!("{base}/ai/v1/chat/completions"),
            json!({"model": CHAT, "messages": [{"role": "user", "content": "hi"}], "max_tokens": 4}),
        ),
        _ => (format!("{base}/vectorize/v2/indexes/docs/query"), json!({"vector": vec![0.5; 32]})),
    };
    let Ok(response) = http.post(path).json(&body).send().await else {
        // Only a reset that was staged ends a call so.
        tally.staged.fetch_add(1, Ordering::Relaxed);
        return;
    };
    let status = response.status().as_u16();
    let Ok(text) = response.text().await else {
        tally.staged.fetch_add(1, Ordering::Relaxed);
        return;
    };
    if status != 200 {
        let error: Value = serde_json::from_str(&text).unwrap_or_default();
        let code = error["errors"][0]["code"].as_u64();
        assert!(matches!(code, Some(3040 | 3043 | 40041)), "{status} was not staged: {text}");
        tally.staged.fetch_add(1, Ordering::Relaxed);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_fails_that_was_not_staged() {
    let (clients, seconds) = (setting("LOAD_CLIENTS", 24), setting("LOAD_SECONDS", 6));
    // A queue that takes them all: a full one is a refusal of its own.
    let limits = "[[limit]]\nname = \"ai.queue_length\"\nvalue = 4096\n";
    let emulator = Emulator::builder().seed(7).plan(Plan::Unlimited).limits(limits).start().await.unwrap();
    let http = reqwest::Client::new();
    let mut bases = Vec::new();
    for number in 0..8 {
        let id = format!("{number:032x}");
        let account = emulator.account(&id);
        account.fault(fault().service("ai").probability(0.05).error(3040)).unwrap();
        account.fault(fault().service("ai").probability(0.02).error(3043)).unwrap();
        account.fault(fault().service("ai").probability(0.02).cut(1)).unwrap();
        account.fault(fault().service("ai").probability(0.01).reset()).unwrap();
        account.fault(fault().service("vectorize").operation("query").probability(0.05).error(40041)).unwrap();
        // Half of the accounts have a stub, so that the load is not all inference.
        if number % 2 == 0 {
            account.stub(stub().model(CHAT).text("Hello there.")).unwrap();
        }
        let base = format!("{}/client/v4/accounts/{id}", emulator.url());
        let index = json!({"name": "docs", "config": {"dimensions": 32, "metric": "cosine"}});
        let created = http.post(format!("{base}/vectorize/v2/indexes")).json(&index).send().await.unwrap();
        assert_eq!(created.status(), 200);
        bases.push(base);
    }
    let tally = Arc::new(Tally::default());
    let end = Instant::now() + Duration::from_secs(seconds);
    let running: Vec<_> = (0..clients)
        .map(|client| {
            let (http, tally) = (http.clone(), Arc::clone(&tally));
            let base = bases[client as usize % bases.len()].clone();
            tokio::spawn(async move {
                let mut turn = client;
                while Instant::now() < end {
                    call(&http, &base, turn, &tally).await;
                    turn += 1;
                }
            })
        })
        .collect();
    // The journal's own memory is bounded and fills up slowly: it is emptied before each look.
    let look = async || {
        http.delete(format!("{}/__candleflare/requests", emulator.url())).send().await.unwrap();
        resident()
    };
    tokio::time::sleep(Duration::from_secs(seconds / 2)).await;
    let warm = look().await;
    for client in running {
        client.await.unwrap();
    }
    let after = look().await;
    let (calls, staged) = (tally.calls.load(Ordering::Relaxed), tally.staged.load(Ordering::Relaxed));
    let growth = after as f64 / warm as f64 - 1.0;
    println!(
        "{clients} clients, {seconds} s: {calls} calls, {staged} failed as staged, memory {:+.2} %",
        growth * 100.0
    );
    assert!(calls > clients && staged > 0 && staged < calls / 2, "{staged} of {calls}");
    // A short run is still warming up; two minutes are not.
    if seconds >= 60 {
        assert!(growth < 0.02, "memory grew from {warm} to {after} bytes");
    }
    let stop = tokio::time::timeout(Duration::from_secs(15), emulator.stop());
    assert!(stop.await.is_ok(), "the drain did not end");
}
