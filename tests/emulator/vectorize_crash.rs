//! `kill -9` at random moments of many writers: with `--data-dir` nothing that was acknowledged is ever lost.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

use super::client::{ACCOUNT, json_of};

const KILLS: usize = 200;
const WRITERS: usize = 3;
/// Ids of each writer. The first batch writer's vectors make the log long enough to be folded several times.
const IDS: u64 = 40;
const DIMENSIONS: usize = 256;

struct Process {
    child: Child,
    indexes: String,
}

impl Process {
    fn start(folder: &Path) -> Self {
        let ready = folder.join("ready.json");
        let _ = std::fs::remove_file(&ready);
        let mut child = Command::new(env!("CARGO_BIN_EXE_candleflare"))
            .args(["serve", "--port", "0", "--vectorize-lag", "immediate", "--ready-file"])
            .arg(&ready)
            .arg("--data-dir")
            .arg(folder.join("data"))
            .current_dir(folder)
            .env_remove("CANDLEFLARE_CONFIG")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let text = loop {
            if let Ok(text) = std::fs::read_to_string(&ready) {
                break text;
            }
            assert!(child.try_wait().unwrap().is_none(), "it ended before it listened: the folder was refused");
            std::thread::sleep(Duration::from_millis(1));
        };
        let url = serde_json::from_str::<Value>(&text).unwrap()["url"].as_str().unwrap().to_owned();
        Self { child, indexes: format!("{url}/client/v4/accounts/{ACCOUNT}/vectorize/v2/indexes") }
    }

    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// What one writer knows of each of its ids: the last version that was acknowledged (0 for none, or deleted), and one
/// that was on its way when the process died.
#[derive(Default, Clone)]
struct Known {
    sure: u64,
    perhaps: Option<u64>,
}

static VERSIONS: AtomicU64 = AtomicU64::new(1);

/// Writes until the process is gone.
async fn write(http: reqwest::Client, index: String, writer: usize, known: &mut BTreeMap<String, Known>) {
    let mut turn = 0;
    loop {
        turn += 1;
        let version = VERSIONS.fetch_add(1, Ordering::Relaxed);
        let name = |id: u64| format!("w{writer}-{}", id % IDS);
        // The first writer sends batches; the others one vector, and deletes now and then.
        let ids: Vec<String> = if writer == 0 { (0..IDS).map(name).collect() } else { vec![name(version)] };
        let delete = writer > 0 && turn % 5 == 0;
        let request = if delete {
            http.post(format!("{index}/delete_by_ids")).json(&json!({"ids": ids}))
        } else {
            let mut values = vec![0.25; DIMENSIONS];
            values[0] = version as f32;
            let lines: Vec<String> = ids
                .iter()
                .map(|id| json!({"id": id, "values": values, "metadata": {"version": version}}).to_string())
                .collect();
            http.post(format!("{index}/upsert")).header("content-type", "application/x-ndjson").body(lines.join("\n"))
        };
        let version = if delete { 0 } else { version };
        for id in &ids {
            known.entry(id.clone()).or_default().perhaps = Some(version);
        }
        match request.send().await {
            Ok(response) => {
                assert_eq!(response.status(), 200);
                // An acknowledgement is one when its status has arrived.
                for id in &ids {
                    known.insert(id.clone(), Known { sure: version, perhaps: None });
                }
            }
            Err(_) => return,
        }
    }
}

/// Compares what is there with what may be there, and takes it as known.
async fn check(http: &reqwest::Client, index: &str, known: &mut BTreeMap<String, Known>) {
    let ids: Vec<String> = known.keys().cloned().collect();
    for ids in ids.chunks(20) {
        let (status, body) =
            json_of(http.post(format!("{index}/get_by_ids")).json(&json!({"ids": ids})).send().await.unwrap()).await;
        assert_eq!(status, 200, "{body}");
        let found: BTreeMap<&str, u64> = body["result"]
            .as_array()
            .unwrap()
            .iter()
            .map(|vector| {
                let version = vector["metadata"]["version"].as_u64().unwrap();
                assert_eq!(vector["values"][0].as_f64(), Some(version as f64), "a vector of two versions");
                (vector["id"].as_str().unwrap(), version)
            })
            .collect();
        for id in ids {
            let version = found.get(id.as_str()).copied().unwrap_or(0);
            let entry = known.get_mut(id).unwrap();
            assert!(
                version == entry.sure || Some(version) == entry.perhaps,
                "{id} has version {version}, {} was acknowledged, {:?} on its way",
                entry.sure,
                entry.perhaps
            );
            *entry = Known { sure: version, perhaps: None };
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_loses_nothing_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let mut known: Vec<BTreeMap<String, Known>> = vec![BTreeMap::new(); WRITERS];
    let mut indexes = Vec::new();
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    for kill in 0..KILLS {
        let process = Process::start(folder.path());
        let http = reqwest::Client::new();
        let index = format!("{}/docs", process.indexes);
        if kill == 0 {
            let body = json!({"name": "docs", "config": {"dimensions": DIMENSIONS, "metric": "cosine"}});
            assert_eq!(http.post(&process.indexes).json(&body).send().await.unwrap().status(), 200);
        }
        for known in &mut known {
            check(&http, &index, known).await;
        }
        // Indexes too: each round one more, the fifth last is deleted.
        let name = format!("round-{kill}");
        let body = json!({"name": name, "config": {"dimensions": 32, "metric": "cosine"}});
        assert_eq!(http.post(&process.indexes).json(&body).send().await.unwrap().status(), 200);
        indexes.push(name);
        if indexes.len() > 4 {
            let gone = indexes.remove(0);
            assert_eq!(http.delete(format!("{}/{gone}", process.indexes)).send().await.unwrap().status(), 200);
            assert_eq!(http.get(format!("{}/{gone}", process.indexes)).send().await.unwrap().status(), 410);
        }
        let listed = json_of(http.get(&process.indexes).send().await.unwrap()).await.1;
        assert_eq!(listed["result"].as_array().unwrap().len(), indexes.len() + 1);

        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let pause = Duration::from_micros(random % 40_000);
        let writers =
            known.iter_mut().enumerate().map(|(writer, known)| write(http.clone(), index.clone(), writer, known));
        let killed = async move {
            tokio::time::sleep(pause).await;
            tokio::task::spawn_blocking(move || process.kill()).await.unwrap();
        };
        tokio::join!(futures_util::future::join_all(writers), killed);
    }
    let process = Process::start(folder.path());
    let http = reqwest::Client::new();
    for known in &mut known {
        check(&http, &format!("{}/docs", process.indexes), known).await;
    }
    assert!(known.iter().all(|known| known.values().any(|known| known.sure > 0)), "the writers wrote");
    process.kill();
}

#[test]
fn a_folder_in_use_and_a_damaged_one_are_refused_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let process = Process::start(folder.path());
    let refused = || {
        let output = Command::new(env!("CARGO_BIN_EXE_candleflare"))
            .args(["serve", "--port", "0", "--data-dir"])
            .arg(folder.path().join("data"))
            .current_dir(folder.path())
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1));
        String::from_utf8(output.stderr).unwrap()
    };
    let said = refused();
    assert!(said.contains("vectorize.redb") && said.contains("another process") && said.contains("hint:"), "{said}");
    process.kill();
    std::fs::write(folder.path().join("data/vectorize.redb"), "not what it was").unwrap();
    let said = refused();
    assert!(said.contains("vectorize.redb") && said.contains("hint:"), "{said}");
}
