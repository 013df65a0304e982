//! Text to speech: files of every format over REST, what they cost, and what is refused.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::client::{ACCOUNT, Client, refusal_of};

const MELO: &str = "@cf/myshell-ai/melotts";
const AURA: &str = "@cf/deepgram/aura-1";
const TEXT: &str = "The small boat reached the harbour before the storm, and nobody was hurt.";

/// Content type and bytes of a sound.
async fn said(client: &Client, model: &str, input: Value) -> (String, Vec<u8>) {
    let response = client.run(model, input.clone()).await;
    assert_eq!(response.status(), StatusCode::OK, "{input}");
    let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header("candleflare-model"), "kindling-say; fidelity=stand-in");
    let content_type = header("content-type");
    (content_type, response.bytes().await.unwrap().to_vec())
}

fn with_text(mut input: Value) -> Value {
    input["text"] = TEXT.into();
    input
}

#[tokio::test]
async fn every_format_is_itself() {
    let client = Client::start().await;
    let (content_type, mp3) = said(&client, AURA, with_text(json!({}))).await;
    assert_eq!((content_type.as_str(), &mp3[..2]), ("audio/mpeg", &[0xff, 0xf3][..]));
    let seconds = mp3.len() as f64 * 8.0 / 48_000.0;
    // Thirteen words, a comma and an end.
    assert!((3.5..8.0).contains(&seconds), "{seconds}");
    let (_, small) = said(&client, AURA, with_text(json!({"bit_rate": 32_000}))).await;
    assert!((small.len() * 3).abs_diff(mp3.len() * 2) < 20);

    let near = |samples: usize, rate: usize| (samples as f64 / rate as f64 - seconds).abs() < 0.1;
    for rate in [8_000, 24_000, 48_000] {
        let input = with_text(json!({"encoding": "linear16", "sample_rate": rate}));
        let (content_type, wav) = said(&client, AURA, input).await;
        assert_eq!((content_type.as_str(), &wav[..4], &wav[8..12]), ("audio/wav", &b"RIFF"[..], &b"WAVE"[..]));
        assert!(near((wav.len() - 44) / 2, rate), "{rate}: {}", wav.len());
        let input = with_text(json!({"encoding": "linear16", "container": "none", "sample_rate": rate}));
        let (content_type, bare) = said(&client, AURA, input).await;
        assert_eq!((content_type, &bare[..]), (format!("audio/L16;rate={rate};channels=1"), &wav[44..]));
    }
    for (encoding, tag) in [("mulaw", 7), ("alaw", 6)] {
        let (content_type, wav) = said(&client, AURA, with_text(json!({"encoding": encoding}))).await;
        assert_eq!((content_type.as_str(), wav[20]), ("audio/wav", tag));
        assert!(near(wav.len() - 58, 8_000));
    }
    let (content_type, flac) = said(&client, AURA, with_text(json!({"encoding": "flac", "sample_rate": 16_000}))).await;
    assert_eq!((content_type.as_str(), &flac[..4]), ("audio/flac", &b"fLaC"[..]));
    let (content_type, opus) = said(&client, AURA, with_text(json!({"encoding": "opus", "bit_rate": 24_000}))).await;
    assert_eq!((content_type.as_str(), &opus[..4], &opus[28..36]), ("audio/ogg", &b"OggS"[..], &b"OpusHead"[..]));
    // The last page says how long it is.
    let last = opus.windows(4).rposition(|four| four == b"OggS").unwrap();
    let samples = u64::from_le_bytes(opus[last + 6..last + 14].try_into().unwrap()) as usize;
    assert!(near(samples, 48_000), "{samples}");
}

#[tokio::test]
async fn melotts_gives_base64_and_each_is_billed_its_own_way() {
    let client = Client::start().await;
    let result = client.result(MELO, json!({"prompt": TEXT})).await;
    let mp3 = STANDARD.decode(result["audio"].as_str().unwrap()).unwrap();
    assert_eq!(mp3[..2], [0xff, 0xf3]);
    assert_eq!(result, client.result(MELO, json!({"prompt": TEXT, "lang": "en"})).await);
    assert_ne!(result, client.result(MELO, json!({"prompt": TEXT, "lang": "es"})).await);

    let neurons = |response: &reqwest::Response| response.headers()["cf-ai-neurons"].to_str().unwrap().parse::<f64>();
    let response = client.run(MELO, json!({"prompt": TEXT})).await;
    let minutes = mp3.len() as f64 * 8.0 / 48_000.0 / 60.0;
    assert!((neurons(&response).unwrap() - 18.63 * minutes).abs() < 0.1);
    let response = client.run(AURA, json!({"text": TEXT})).await;
    assert!((neurons(&response).unwrap() - 1.36364 * TEXT.len() as f64).abs() < 0.01);
    let journal = client.get(&format!("/__candleflare/requests?account={ACCOUNT}")).await;
    let entry = &journal["requests"][0];
    assert_eq!((&entry["checkpoint"], &entry["fidelity"]), (&json!("kindling-say"), &json!("stand-in")), "{entry}");
}

#[tokio::test]
async fn a_speaker_has_one_voice() {
    let client = Client::start().await;
    let of = |speaker: &str| json!({"text": TEXT, "speaker": speaker});
    let luna = said(&client, AURA, of("luna")).await;
    assert_eq!(luna, said(&client, AURA, of("luna")).await);
    assert_ne!(luna, said(&client, AURA, of("zeus")).await);
    // The usual one is named in the schema.
    assert_eq!(said(&client, AURA, of("angus")).await, said(&client, AURA, with_text(json!({}))).await);
    let (_, spanish) = said(&client, "@cf/deepgram/aura-2-es", json!({"text": "¿Dónde está la biblioteca?"})).await;
    assert!(spanish.len() > 5000);
}

#[tokio::test]
async fn what_cannot_be_said_is_refused() {
    let client = Client::start().await;
    let schema =
        [json!({}), with_text(json!({"speaker": "nobody"})), with_text(json!({"encoding": "ogg"})), json!({"text": 7})];
    for input in schema {
        assert_eq!(client.refusal(AURA, input.clone()).await.1, 5006, "{input}");
    }
    let task = [
        json!({"text": ""}),
        json!({"text": "…"}),
        json!({"text": "a".repeat(2001)}),
        with_text(json!({"encoding": "mp3", "container": "wav"})),
        with_text(json!({"encoding": "linear16", "sample_rate": 44_100})),
        with_text(json!({"bit_rate": 1e300})),
        with_text(json!({"encoding": "aac"})),
    ];
    for input in task {
        let (status, code, text) = client.refusal(AURA, input.clone()).await;
        assert_eq!((status, code), (400, 8001), "{input}: {text}");
    }
    assert_eq!(client.refusal(MELO, json!({"prompt": "a", "lang": "xx"})).await.1, 8001);
    let exact =
        Client::of(candleflare::Emulator::builder().config(|config| config.models = "exact".parse().unwrap())).await;
    let (status, code, _) = refusal_of(exact.run(AURA, with_text(json!({}))).await).await;
    assert_eq!((status, code), (503, 3043));
}

/// Long and strange texts take bounded time.
#[tokio::test]
async fn any_text_is_read() {
    let client = Client::start().await;
    let numbers = "987654321012 ".repeat(8);
    for text in [
        "日本語のテキスト",
        "🦀 crab",
        "Ω≈ç√∫˜µ",
        "a\u{0}b",
        "1.2.3,4,,5",
        &numbers,
        &"Antidisestablishmentarianism ".repeat(10),
    ] {
        let (_, mp3) = said(&client, AURA, json!({"text": text})).await;
        assert!(mp3.len() > 1000, "{text}");
    }
}
