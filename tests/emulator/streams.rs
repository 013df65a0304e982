//! Streams on `run`, and what happens when a client or the server goes away.

use std::time::Duration;

use futures_util::StreamExt;
use serde_json::json;

use super::client::{ACCOUNT, CHAT, Client, OPENAI_CHAT, events};

#[tokio::test]
async fn native_streams_pad_and_end_with_usage() {
    let client = Client::start().await;
    let input = json!({"messages": [{"role": "user", "content": "hello"}], "temperature": 0});
    let whole = client.result(CHAT, input.clone()).await;
    let mut streaming = input;
    streaming["stream"] = json!(true);
    let response = client.run(CHAT, streaming).await;
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let (frames, done) = events(&response.text().await.unwrap());
    let text: String = frames.iter().filter_map(|frame| frame["response"].as_str()).collect();
    assert_eq!((text.as_str(), done), (whole["response"].as_str().unwrap(), true));
    let [pieces @ .., bare, last] = frames.as_slice() else { panic!("{frames:?}") };
    assert!(!pieces.is_empty() && pieces.iter().all(|frame| frame["p"].is_string()));
    assert_eq!((bare, &last["usage"]), (&json!({"response": ""}), &whole["usage"]));
}

#[tokio::test]
async fn openai_streams_on_run_end_natively() {
    let client = Client::start().await;
    let input = json!({"messages": [{"role": "user", "content": "hello"}], "stream": true, "temperature": 0});
    let (frames, done) = events(&client.run(OPENAI_CHAT, input).await.text().await.unwrap());
    assert_eq!(frames[0]["choices"][0]["delta"]["role"], "assistant");
    let [.., finish, usage, native] = frames.as_slice() else { panic!("{frames:?}") };
    assert_eq!(finish["choices"][0]["finish_reason"], "stop");
    assert_eq!((&usage["choices"], done), (&json!([]), true));
    assert_eq!(native["usage"]["total_tokens"], usage["usage"]["total_tokens"]);
}

#[tokio::test]
async fn a_client_that_goes_away_stops_its_computation() {
    let client = Client::start().await;
    let input = json!({"prompt": "a", "raw": true, "stream": true, "max_tokens": 4000, "temperature": 5});
    let mut stream = client.run(CHAT, input).await.bytes_stream();
    assert!(stream.next().await.is_some());
    drop(stream);
    let journal = format!("/__candleflare/requests?account={ACCOUNT}");
    for _ in 0..200 {
        let body = client.get(&journal).await;
        if body["total"] == 1 {
            assert_eq!(body["requests"][0]["status"], 499, "{body}");
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the call is still running after two seconds");
}

#[tokio::test]
async fn a_drain_lets_streams_end() {
    let client = Client::start().await;
    let input = json!({"prompt": "hello", "stream": true, "temperature": 0});
    let response = client.run(CHAT, input).await;
    let (body, ()) = tokio::join!(response.text(), client.emulator.stop());
    assert!(events(&body.unwrap()).1, "the stream was cut");
}

#[tokio::test]
async fn many_streams_at_once_answer_as_one_alone() {
    let client = Client::start().await;
    let ask = |seed: u64| json!({"prompt": "tell me a joke", "temperature": 1, "seed": seed, "max_tokens": 24});
    let mut alone = Vec::new();
    for seed in 1..=12 {
        alone.push(client.result(CHAT, ask(seed)).await["response"].clone());
    }
    let together = futures_util::future::join_all((1..=12).map(|seed| client.result(CHAT, ask(seed)))).await;
    let together: Vec<_> = together.into_iter().map(|result| result["response"].clone()).collect();
    assert_eq!(alone, together);
}
