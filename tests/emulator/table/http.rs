//! The rows of HTTP, of the v4 API and of the control plane.

use std::time::Duration;

use candleflare::Emulator;
use candleflare::limits::Limit;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::super::client::{ACCOUNT, Client};
use super::{Ask, Case, Held, start};

const SEARCH: &str = "/ai/models/search";

pub async fn case(row: &Limit) -> Held {
    match row.name.as_str() {
        "control.body_bytes" => {
            let reset = |bytes: usize| {
                let shell = json!({"account": ACCOUNT, "": ""}).to_string().len();
                Ask::json("/__candleflare/reset", &json!({"account": ACCOUNT, "": "x".repeat(bytes - shell)}))
            };
            Case::new(200, vec![reset(200)], reset(201)).into()
        }
        "api.calls_per_five_minutes" => Case::new(2, vec![Ask::get(SEARCH); 2], Ask::get(SEARCH)).into(),
        "control.accounts" => {
            let of = |account: &str| Ask { path: format!("/client/v4/accounts/{account}{SEARCH}"), ..Ask::get(SEARCH) };
            let (one, two, three) = ("1".repeat(32), "2".repeat(32), "3".repeat(32));
            Case::new(2, vec![of(&one), of(&two), of(&one)], of(&three)).into()
        }
        "control.idle_seconds" => {
            idle_accounts_go().await;
            Held::Already
        }
        "http.url_bytes" => {
            let path = format!("/client/v4/accounts/{ACCOUNT}{SEARCH}?x=");
            let ask = |bytes: usize| Ask::get(&format!("{SEARCH}?x={}", "x".repeat(bytes - path.len())));
            Case::new(None, vec![ask(16_384)], ask(16_385)).into()
        }
        "http.header_bytes" => {
            let ask = |bytes: usize| Ask { headers: vec![("x-long", "x".repeat(bytes))], ..Ask::get(SEARCH) };
            Case::new(2_000, vec![ask(1_000)], ask(2_000)).into()
        }
        "http.connections" => {
            let client = start(row, Some(2)).await;
            let (first, _second) = (connect(&client).await, connect(&client).await);
            let mut third = connect(&client).await;
            third.write_all(HEALTH).await.unwrap();
            assert!(said(&mut third, 300).await.is_none(), "a third connection was served beside two");
            drop(first);
            assert!(said(&mut third, 5_000).await.is_some_and(|text| text.contains("200 OK")));
            Held::Already
        }
        "http.idle_seconds" => {
            ends(row, b"", "an idle connection").await;
            Held::Already
        }
        "http.request_seconds" => {
            ends(row, b"GET /__candleflare/health HT", "a request that does not go on").await;
            Held::Already
        }
        "http.response_seconds" => {
            slow_reader(row).await;
            Held::Already
        }
        _ => Held::Nowhere,
    }
}

const HEALTH: &[u8] = b"GET /__candleflare/health HTTP/1.1\r\nhost: localhost\r\n\r\n";

async fn connect(client: &Client) -> TcpStream {
    TcpStream::connect(client.emulator.address()).await.unwrap()
}

/// What comes within so many milliseconds; an empty text is the connection's end.
async fn said(connection: &mut TcpStream, ms: u64) -> Option<String> {
    let mut bytes = vec![0; 4096];
    let read = tokio::time::timeout(Duration::from_millis(ms), connection.read(&mut bytes)).await.ok()?;
    Some(String::from_utf8_lossy(&bytes[..read.unwrap_or(0)]).into_owned())
}

/// A client that sends this and no more is waited for at most so long.
async fn ends(row: &Limit, sent: &[u8], what: &str) {
    let client = start(row, Some(1)).await;
    let mut connection = connect(&client).await;
    connection.write_all(sent).await.unwrap();
    assert!(said(&mut connection, 300).await.is_none(), "{what} was ended at once");
    let text = said(&mut connection, 20_000).await.unwrap_or_else(|| panic!("{what} was not ended"));
    assert!(!text.contains("200 OK"), "{what}: {text}");
}

/// With room for three of its own, a test's fourth account takes the place of the one that was idle and has nothing of lasting value.
async fn idle_accounts_go() {
    // The fourth is the one that calls of the control plane belong to themselves.
    let rows = [("control.accounts", 4), ("control.idle_seconds", 1)];
    let overlay: String =
        rows.iter().map(|(name, value)| format!("[[limit]]\nname = \"{name}\"\nvalue = {value}\n")).collect();
    let client = Client::of(Emulator::builder().limits(overlay)).await;
    let account = |digit: &str| digit.repeat(32);
    let call = async |digit: &str| {
        let url = client.url(&format!("/client/v4/accounts/{}{SEARCH}", account(digit)));
        client.http.get(url).send().await.unwrap().status().as_u16()
    };
    let stubs = async |digit: &str| {
        client.get(&format!("/__candleflare/stubs?account={}", account(digit))).await["stubs"].as_array().unwrap().len()
    };
    let index = json!({"name": "docs", "config": {"dimensions": 32, "metric": "cosine"}});
    let kept = client.url(&format!("/client/v4/accounts/{}/vectorize/v2/indexes", account("1")));
    assert_eq!(client.post(kept.clone(), &index).await.status(), 200);
    for digit in ["2", "3"] {
        let url = client.url(&format!("/__candleflare/stubs?account={}", account(digit)));
        assert_eq!(client.post(url, &json!({"respond": {"text": "mine"}})).await.status(), 200);
    }
    assert_eq!(call("4").await, 429, "nobody was idle yet");
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    assert_eq!(stubs("3").await, 1);
    assert_eq!(call("4").await, 200, "an idle account did not make room");
    assert_eq!(stubs("3").await, 1, "an account in use was forgotten");
    let indexes: Value = client.http.get(kept).send().await.unwrap().json().await.unwrap();
    assert_eq!(indexes["result"][0]["name"], "docs", "an account with an index was forgotten");
    assert_eq!(call("2").await, 429, "the idle account is still known");
}

/// A client that takes nothing of a long answer loses its connection.
async fn slow_reader(row: &Limit) {
    let client = start(row, Some(1)).await;
    let mut connection = connect(&client).await;
    // More than the system's own buffers take: the catalogue, many times over.
    let request = format!("GET /client/v4/accounts/{ACCOUNT}{SEARCH} HTTP/1.1\r\nhost: localhost\r\n\r\n");
    let mut sent = 0;
    let ended = tokio::time::timeout(Duration::from_secs(60), async {
        while connection.write_all(request.as_bytes()).await.is_ok() {
            sent += 1;
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    });
    assert!(ended.await.is_ok(), "a client that read nothing was served {sent} times");
}
