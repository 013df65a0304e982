//! Speech to text and voice activity over HTTP: every form of input, every container, every shape, and bad recordings.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use candleflare::Emulator;
use candleflare::ai::resolve::Binding;
use serde_json::{Value, json};

use super::client::{ACCOUNT, Client, json_of, refusal_of};

const WHISPER: &str = "@cf/openai/whisper";
const TINY: &str = "@cf/openai/whisper-tiny-en";
const TURBO: &str = "@cf/openai/whisper-large-v3-turbo";
const NOVA: &str = "@cf/deepgram/nova-3";
const TURN: &str = "@cf/pipecat-ai/smart-turn-v2";

/// Whoever answers here is the tiny random checkpoint of the parity tests, in windows of two seconds: what it hears is nonsense,
/// how it is asked and what becomes of it is not.
async fn start() -> Client {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/parity/whisper");
    Client::of(Emulator::builder().seed(7).config(move |config| {
        for model in [WHISPER, TINY, TURBO, NOVA] {
            config.bindings.insert(model.to_owned(), Binding::Path(folder.clone()));
        }
    }))
    .await
}

fn recording(name: &str) -> Vec<u8> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/speech");
    std::fs::read(folder.join(name)).unwrap()
}

/// A WAV file of 16-bit samples at 16 kHz.
fn wav(samples: &[i16]) -> Vec<u8> {
    let bytes = samples.len() as u32 * 2;
    let mut file = b"RIFF".to_vec();
    file.extend((36 + bytes).to_le_bytes());
    file.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0\x80\x3e\0\0\0\x7d\0\0\x02\0\x10\0data");
    file.extend(bytes.to_le_bytes());
    file.extend(samples.iter().flat_map(|sample| sample.to_le_bytes()));
    file
}

async fn raw(client: &Client, model: &str, body: Vec<u8>) -> reqwest::Response {
    let url = client.api(&format!("/ai/run/{model}"));
    client.http.post(url).header("content-type", "application/octet-stream").body(body).send().await.unwrap()
}

async fn heard(client: &Client, model: &str, body: Vec<u8>) -> Value {
    let (status, mut body) = json_of(raw(client, model, body).await).await;
    assert_eq!(status, 200, "{body}");
    body["result"].take()
}

#[tokio::test]
async fn every_container_and_codec_is_read() {
    let client = start().await;
    for file in ["wav", "mulaw.wav", "mp3", "flac", "ogg", "m4a", "webm", "opus.webm", "opus.ogg"] {
        let audio = STANDARD.encode(recording(&format!("garden.{file}")));
        let result = client.result(TURBO, json!({"audio": audio, "no_speech_threshold": 2})).await;
        let duration = result["transcription_info"]["duration"].as_f64().unwrap();
        assert!((2.6..2.85).contains(&duration), "{file}: {duration}");
        let segments = result["segments"].as_array().unwrap();
        let words: Vec<&Value> = segments.iter().flat_map(|segment| segment["words"].as_array().unwrap()).collect();
        assert!(!words.is_empty() && result["word_count"] == words.len(), "{result}");
        let starts: Vec<f64> = words.iter().map(|word| word["start"].as_f64().unwrap()).collect();
        assert!(starts.is_sorted() && starts.iter().all(|start| (0.0..2.9).contains(start)), "{file}: {starts:?}");
        assert!(result["vtt"].as_str().unwrap().starts_with("WEBVTT\n\n00:00:0"), "{result}");
    }
}

#[tokio::test]
async fn the_stand_in_hears_plain_speech_in_every_shape() {
    let client = Client::start().await;
    let response = raw(&client, WHISPER, recording("garden.wav")).await;
    assert_eq!(response.headers()["candleflare-model"], "kindling-whisper; fidelity=stand-in");
    let (status, body) = json_of(response).await;
    let text = body["result"]["text"].as_str().unwrap();
    assert_eq!(status, 200, "{body}");
    assert!(text.contains("children") && text.contains("garden"), "{text}");
    for model in [TINY, TURBO, NOVA] {
        let result = heard(&client, model, recording("garden.wav")).await;
        assert!(result.to_string().contains("garden"), "{model}: {result}");
    }
    // It knows one language, and says so.
    let french = json!({"audio": STANDARD.encode(recording("garden.wav")), "language": "fr"});
    let (status, code, message) = client.refusal(TURBO, french).await;
    assert_eq!((status, code), (400, 3030), "{message}");
}

#[tokio::test]
async fn every_form_of_input_gives_the_same_answer() {
    let client = start().await;
    let file = recording("garden.mp3");
    let expected = heard(&client, WHISPER, file.clone()).await;
    assert_eq!(client.result(WHISPER, json!({"audio": file})).await, expected);
    let english = heard(&client, TINY, file.clone()).await;
    let form = reqwest::multipart::Form::new()
        .part("audio", reqwest::multipart::Part::bytes(file.clone()).file_name("garden.mp3"))
        .text("source_lang", "en");
    let url = client.api(&format!("/ai/run/{WHISPER}"));
    let (_, body) = json_of(client.http.post(url).multipart(form).send().await.unwrap()).await;
    assert_eq!(body["result"], english, "{body}");
    let base64 = STANDARD.encode(&file);
    for audio in [json!(base64), json!(format!("data:audio/mpeg;base64,{base64}"))] {
        let turbo = client.result(TURBO, json!({"audio": audio})).await;
        assert_eq!((&turbo["text"], &turbo["vtt"]), (&expected["text"], &expected["vtt"]));
    }
    // As the binding carries a stream.
    let url = client.url(&format!("/binding/{ACCOUNT}/ai/run?version=3&userInputs=%7B%22punctuate%22%3Atrue%7D"));
    let request = client.http.post(url).header("cf-consn-model-id", NOVA).header("content-type", "audio/mpeg");
    let (status, nova) = json_of(request.body(file).send().await.unwrap()).await;
    assert_eq!(status, 200, "{nova}");
    assert_eq!(nova["results"]["channels"][0]["alternatives"][0]["transcript"], expected["text"]);
}

#[tokio::test]
async fn each_model_has_its_shape_and_charges_by_the_minute() {
    let client = start().await;
    let audio = STANDARD.encode(recording("garden.wav"));
    let turbo = client
        .result(
            TURBO,
            json!({"audio": audio, "task": "translate", "language": "en", "initial_prompt": "A day outside."}),
        )
        .await;
    let info = &turbo["transcription_info"];
    assert_eq!((&info["language"], &info["language_probability"]), (&json!("en"), &json!(1.0)));
    let seconds = info["duration"].as_f64().unwrap();
    assert!((2.6..2.85).contains(&seconds), "{info}");
    let segment = &turbo["segments"][0];
    assert!(segment["avg_logprob"].as_f64().unwrap() <= 0.0 && segment["words"][0]["end"].is_number(), "{segment}");
    let prefixed = client.result(TURBO, json!({"audio": audio, "prefix": "The"})).await;
    assert!(prefixed["text"].as_str().unwrap().starts_with("The"), "{prefixed}");

    let response = raw(&client, NOVA, recording("garden.wav")).await;
    let model = response.headers()["candleflare-model"].to_str().unwrap();
    assert!(model.ends_with("parity/whisper; fidelity=sibling"), "{model}");
    let neurons: f64 = response.headers()["cf-ai-neurons"].to_str().unwrap().parse().unwrap();
    assert!((neurons - seconds / 60.0 * 472.73).abs() < 0.05, "{neurons} for {seconds} s");
    let (_, body) = json_of(response).await;
    let best = &body["result"]["results"]["channels"][0]["alternatives"][0];
    let transcript = best["transcript"].as_str().unwrap();
    assert!(!transcript.contains(|letter: char| letter.is_uppercase() || ".,?!".contains(letter)), "{transcript}");
    assert!((0.0..=1.0).contains(&best["words"][0]["confidence"].as_f64().unwrap()));
}

#[tokio::test]
async fn a_long_recording_is_heard_window_by_window() {
    let client = start().await;
    let bytes = recording("garden.wav");
    let once: Vec<i16> = bytes[44..].as_chunks().0.iter().map(|sample| i16::from_le_bytes(*sample)).collect();
    let mut long = Vec::new();
    for _ in 0..6 {
        long.extend(&once);
        long.extend([0; 12_000]);
    }
    let whole = json!({"audio": STANDARD.encode(wav(&long)), "condition_on_previous_text": false,
        "no_speech_threshold": 2});
    let result = client.result(TURBO, whole.clone()).await;
    let info = &result["transcription_info"];
    assert!((info["duration"].as_f64().unwrap() - long.len() as f64 / 16_000.0).abs() < 0.01, "{info}");
    let starts: Vec<f64> =
        result["segments"].as_array().unwrap().iter().map(|segment| segment["start"].as_f64().unwrap()).collect();
    assert!(starts.len() > 6 && starts.is_sorted() && *starts.last().unwrap() > 15.0, "{starts:?}");
    let mut voice = whole;
    voice["vad_filter"] = json!(true);
    let info = client.result(TURBO, voice).await["transcription_info"].take();
    assert!(info["duration_after_vad"].as_f64().unwrap() < info["duration"].as_f64().unwrap() - 2.0, "{info}");
    // Nobody speaks.
    let silence = json!({"audio": STANDARD.encode(wav(&[0; 32_000])), "vad_filter": true});
    let result = client.result(TURBO, silence).await;
    assert_eq!((&result["text"], &result["word_count"]), (&json!(""), &json!(0)), "{result}");
    assert_eq!((&result["vtt"], &result["segments"]), (&json!("WEBVTT\n"), &json!([])));
}

#[tokio::test]
async fn bad_recordings_and_options_are_refused() {
    let client = start().await;
    let file = recording("garden.wav");
    for (body, expected) in [
        (b"hello".to_vec(), 3030),
        (vec![0; 10_000], 3030),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec(), 3030),
        (file[..20].to_vec(), 3030),
        (recording("garden.m4a")[..200].to_vec(), 3030),
        (wav(&[]), 3030),
    ] {
        let (status, code, message) = refusal_of(raw(&client, WHISPER, body).await).await;
        assert_eq!((status, code), (400, expected), "{message}");
    }
    for (input, expected) in [
        (json!({"audio": "not base64!"}), 5004),
        (json!({"audio": ""}), 8001),
        (json!({"audio": "aGVsbG8="}), 3030),
        (json!({"audio": STANDARD.encode(&file), "language": "klingon"}), 8001),
        (json!({"audio": STANDARD.encode(&file), "language": "sw"}), 3030),
        (json!({"audio": STANDARD.encode(&file), "task": "sing"}), 8001),
        (json!({"audio": "https://example.com/a.mp3"}), 8001),
        (json!({}), 5006),
    ] {
        let (_, code, message) = client.refusal(TURBO, input).await;
        assert_eq!(code, expected, "{message}");
    }
    assert_eq!(client.refusal(WHISPER, json!({"audio": []})).await.1, 8001);
    assert_eq!(client.refusal(WHISPER, json!({"audio": [1, 300]})).await.1, 8001);
    let (_, code, message) =
        client.refusal("@cf/deepgram/flux", json!({"sample_rate": "16000", "encoding": "linear16"})).await;
    assert!(code == 8001 && message.contains("WebSocket"), "{message}");
    // Cut off in the midst of it: what was there is heard.
    let cut = recording("garden.mp3");
    heard(&client, WHISPER, cut[..cut.len() / 2].to_vec()).await;
    // A length that lies.
    let mut lying = file;
    lying[40..44].copy_from_slice(&0xffff_ff00_u32.to_le_bytes());
    let lied = client.result(TURBO, json!({"audio": STANDARD.encode(lying)})).await["transcription_info"].take();
    assert!((2.6..2.85).contains(&lied["duration"].as_f64().unwrap()), "{lied}");
}

#[tokio::test]
async fn fifty_minutes_of_sound_end_when_their_time_is_up() {
    let client = start().await;
    let rows = json!({"limits": {"ai.inference_seconds": 1}});
    let url = client.url(&format!("/__candleflare/limits?account={ACCOUNT}"));
    let response = client.http.put(url).json(&rows).send().await.unwrap();
    assert!(response.status().is_success(), "{}", response.text().await.unwrap());
    let noise: Vec<i16> = (0..3000 * 16_000_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 22) as i16).collect();
    let started = Instant::now();
    let (status, code, _) = refusal_of(raw(&client, WHISPER, wav(&noise)).await).await;
    assert_eq!((status, code), (408, 3007));
    assert!(started.elapsed() < Duration::from_secs(30), "{:?}", started.elapsed());
}

#[tokio::test]
async fn a_turn_ends_in_silence_and_not_in_a_word() {
    let client = Client::start().await;
    let bytes = recording("garden.wav");
    let mut samples: Vec<i16> = bytes[44..].as_chunks().0.iter().map(|sample| i16::from_le_bytes(*sample)).collect();
    let cut = samples.len() * 2 / 3;
    let response = raw(&client, TURN, wav(&samples[..cut])).await;
    assert_eq!(response.headers()["candleflare-model"], "kindling-turn; fidelity=stand-in");
    let open = json_of(response).await.1["result"].take();
    assert_eq!(open["is_complete"], false, "{open}");
    samples.extend([0; 16_000]);
    let done = client.result(TURN, json!({"audio": STANDARD.encode(wav(&samples))})).await;
    assert_eq!(done["is_complete"], true, "{done}");
    assert!(done["probability"].as_f64().unwrap() > open["probability"].as_f64().unwrap());
    let raw: Vec<u8> = samples.iter().flat_map(|sample| (f32::from(*sample) / 32768.0).to_le_bytes()).collect();
    let singles = client.result(TURN, json!({"audio": STANDARD.encode(raw), "dtype": "float32"})).await;
    assert_eq!(singles, done);
    let odd = json!({"audio": STANDARD.encode([0; 9]), "dtype": "float64"});
    assert_eq!(client.refusal(TURN, odd).await.1, 3030);
}
