//! Pictures in over HTTP, in every form in which clients send them, and what is no picture. On tiny random checkpoints: the
//! shapes and the refusals are the same, whatever the weights know.

use std::path::Path;

use base64::Engine as _;
use candleflare::Emulator;
use candleflare::ai::resolve::Binding;
use image::{ImageFormat, Rgb, RgbImage};
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use super::client::{ACCOUNT, Client, events, json_of, refusal_of};

const RESNET: &str = "@cf/microsoft/resnet-50";
const DETR: &str = "@cf/facebook/detr-resnet-50";
const LLAVA: &str = "@cf/llava-hf/llava-1.5-7b-hf";
const MOONDREAM: &str = "@cf/moondream/moondream3.1-9B-A2B";
const VISION_CHAT: &str = "@cf/meta/llama-3.2-11b-vision-instruct";
const EVERY: [&str; 4] = [RESNET, DETR, LLAVA, MOONDREAM];

async fn client() -> Client {
    let builder = Emulator::builder().seed(7).config(|config| {
        for (model, folder) in [(RESNET, "resnet"), (DETR, "detr"), (LLAVA, "blip"), (MOONDREAM, "blip")] {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/parity").join(folder);
            config.bindings.insert(model.to_owned(), Binding::Path(folder));
        }
    });
    Client::of(builder).await
}

fn encoded(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    let image = RgbImage::from_fn(width, height, |x, y| Rgb([(x * 3) as u8, (y * 5) as u8, 90]));
    let mut bytes = std::io::Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn picture() -> Vec<u8> {
    encoded(40, 30, ImageFormat::Png)
}

fn base64(bytes: &[u8]) -> String {
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

async fn raw(client: &Client, model: &str, content_type: &str, bytes: Vec<u8>) -> reqwest::Response {
    let request = client.http.post(client.api(&format!("/ai/run/{model}")));
    request.header("content-type", content_type).body(bytes).send().await.unwrap()
}

fn form() -> Form {
    Form::new().part("image", Part::bytes(picture()).file_name("a.png"))
}

#[tokio::test]
async fn every_way_of_sending_gives_the_same_answer() {
    let client = client().await;
    for model in [RESNET, DETR, LLAVA] {
        let expected = client.result(model, json!({"image": picture()})).await;
        for content_type in ["image/png", "application/octet-stream", "application/x-www-form-urlencoded"] {
            let (status, body) = json_of(raw(&client, model, content_type, picture()).await).await;
            assert_eq!((status.as_u16(), &body["result"]), (200, &expected), "{model} {content_type}");
        }
        let request = client.http.post(client.api(&format!("/ai/run/{model}"))).multipart(form());
        assert_eq!(json_of(request.send().await.unwrap()).await.1["result"], expected, "{model}");
        // The binding: a stream as the body, and a form without its boundary.
        let url = client.url(&format!("/binding/{ACCOUNT}/ai/run?version=3&userInputs=%7B%7D"));
        let bound = |kind: &str| {
            client.http.post(&url).header("cf-consn-model-id", model).header("content-type", kind.to_owned())
        };
        let streamed = bound("application/octet-stream").body(picture()).send().await.unwrap();
        assert_eq!(json_of(streamed).await.1, expected, "{model}");
        let mut body = b"--xYz\r\nContent-Disposition: form-data; name=\"image\"; filename=\"a.png\"\r\n\r\n".to_vec();
        body.extend(picture());
        body.extend(b"\r\n--xYz--\r\n");
        let formed = bound("multipart/form-data").body(body).send().await.unwrap();
        assert_eq!(json_of(formed).await.1, expected, "{model}");
    }
    // Text only where the schema has text.
    let written = client.result(LLAVA, json!({"image": base64(&picture())})).await;
    assert_eq!(written, client.result(LLAVA, json!({"image": picture()})).await);
}

#[tokio::test]
async fn classes_boxes_and_descriptions_have_productions_shapes() {
    let client = client().await;
    let classes = client.result(RESNET, json!({"image": picture()})).await;
    let rows = classes.as_array().unwrap();
    let scores: Vec<f64> = rows.iter().map(|row| row["score"].as_f64().unwrap()).collect();
    assert!(rows.len() == 5 && scores.is_sorted_by(|a, b| a >= b) && scores.iter().sum::<f64>() <= 1.0 + 1e-5);
    assert!(rows[0]["label"].as_str().unwrap().starts_with("THING "));
    for found in client.result(DETR, json!({"image": picture()})).await.as_array().unwrap() {
        let edge = |name: &str| found["box"][name].as_u64().unwrap();
        assert!(
            edge("xmin") <= edge("xmax") && edge("xmax") <= 40 && edge("ymin") <= edge("ymax") && edge("ymax") <= 30
        );
        assert!(found["score"].as_f64().unwrap() >= 0.5 && found["label"].is_string());
    }
    let short = client.result(LLAVA, json!({"image": picture(), "prompt": "what?", "max_tokens": 3})).await;
    let words = short["description"].as_str().unwrap().split_whitespace().count();
    assert!(words <= 3, "{short}");
    let response = client.run(RESNET, json!({"image": picture()})).await;
    assert_eq!(response.headers()["cf-ai-neurons"], "0.23");
}

#[tokio::test]
async fn moondream_streams_unless_told_otherwise() {
    let client = client().await;
    let image = format!("data:image/png;base64,{}", base64(&picture()));
    let whole = client.result(MOONDREAM, json!({"task": "caption", "image": image, "stream": false})).await;
    assert!(whole["caption"].is_string() && whole["metrics"]["output_tokens"].is_u64(), "{whole}");
    let response = client.run(MOONDREAM, json!({"task": "caption", "image": image})).await;
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let (frames, done) = events(&response.text().await.unwrap());
    let text: String = frames.iter().filter_map(|frame| frame["text"].as_str()).collect();
    assert!(done && frames.last().unwrap()["caption"] == text, "{frames:?}");
    assert_eq!(whole["caption"], text);
    let asked = client.result(MOONDREAM, json!({"image": image, "question": "Is it raining?", "stream": false})).await;
    assert!(
        asked["answer"].as_str().unwrap().starts_with("I can only describe this picture")
            && asked["reasoning"]["text"].is_string()
    );
    for (task, field) in [("point", "points"), ("detect", "objects")] {
        let found = client.result(MOONDREAM, json!({"task": task, "image": image, "target": "thing 3"})).await;
        assert!(found[field].is_array(), "{found}");
    }
    assert_eq!(client.refusal(MOONDREAM, json!({"task": "caption"})).await.1, 3003);
    assert_eq!(
        client.refusal(MOONDREAM, json!({"task": "caption", "image": "https://example.com/a.png"})).await.0,
        400
    );
}

#[tokio::test]
async fn a_chat_is_told_what_its_pictures_show() {
    let client = client().await;
    let url = format!("data:image/png;base64,{}", base64(&picture()));
    let parts = json!([{"type": "text", "text": "hello"}, {"type": "image_url", "image_url": {"url": url}}]);
    let spoken = client.result(VISION_CHAT, json!({"messages": [{"role": "user", "content": parts}]})).await;
    assert!(spoken["response"].is_string(), "{spoken}");
    let beside = client.result(VISION_CHAT, json!({"prompt": "hello", "image": picture()})).await;
    let alone = client.result(VISION_CHAT, json!({"prompt": "hello"})).await;
    let tokens = |answer: &Value| answer["usage"]["prompt_tokens"].as_u64().unwrap();
    assert!(tokens(&beside) > tokens(&alone), "{beside} {alone}");
    let broken = json!({"prompt": "hello", "image": [1, 2, 3]});
    assert_eq!(client.refusal(VISION_CHAT, broken).await.1, 8005);
    let parts = json!([{"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}]);
    let (status, _, text) =
        client.refusal(VISION_CHAT, json!({"messages": [{"role": "user", "content": parts}]})).await;
    assert!(status == 400 && text.contains("hint:"), "{text}");
}

#[tokio::test]
async fn what_is_no_picture_is_refused_and_never_a_fault_of_ours() {
    let client = client().await;
    let mut lying = picture();
    lying[18..20].copy_from_slice(&[9, 9]);
    let mut huge = encoded(8, 8, ImageFormat::Bmp);
    huge[18..26].copy_from_slice(&[0x10, 0x27, 0, 0, 0x10, 0x27, 0, 0]);
    let jpeg = encoded(64, 64, ImageFormat::Jpeg);
    for (what, bytes, expected) in [
        ("svg", b"<svg xmlns='http://www.w3.org/2000/svg'><rect/></svg>".to_vec(), (400, 8005)),
        ("text", b"no picture at all".to_vec(), (400, 8005)),
        ("cut png", picture()[..60].to_vec(), (400, 8005)),
        ("cut jpeg", jpeg[..20].to_vec(), (400, 8005)),
        ("lying", lying, (400, 8005)),
        ("10,000 x 10,000", huge, (413, 3006)),
    ] {
        for model in EVERY {
            let (status, code, text) =
                refusal_of(raw(&client, model, "application/octet-stream", bytes.clone()).await).await;
            assert_eq!((status, code), expected, "{what} {model}: {text}");
        }
    }
    for (what, input, expected) in [
        ("nothing", json!({"image": []}), 8001),
        ("no byte", json!({"image": [256]}), 8001),
        ("a fraction", json!({"image": [0.5]}), 8001),
        ("words", json!({"image": "not base64!"}), 5004),
        ("an address", json!({"image": "https://example.com/a.png"}), 8001),
    ] {
        let (status, code, text) = client.refusal(LLAVA, input).await;
        assert_eq!((status, code), (400, expected), "{what}: {text}");
    }
    assert_eq!(client.refusal("@cf/unum/uform-gen2-qwen-500m", json!({"image": picture()})).await.0, 410);
}

/// What is in the binary answers without any checkpoint, and says who it is.
#[cfg(feature = "bundled-models")]
#[tokio::test]
async fn stand_ins_answer_offline() {
    let client = Client::start().await;
    let asked = async |model: &str| {
        let response = client.run(model, json!({"image": picture()})).await;
        let by = response.headers()["candleflare-model"].to_str().unwrap().to_owned();
        (by, json_of(response).await.1["result"].clone())
    };
    let (by, classes) = asked(RESNET).await;
    assert_eq!((by.as_str(), classes.as_array().unwrap().len()), ("kindling-classify; fidelity=stand-in", 5));
    let (by, objects) = asked(DETR).await;
    assert!(by.starts_with("kindling-detect;") && objects.is_array(), "{by}: {objects}");
    let (by, caption) = asked(LLAVA).await;
    assert!(by.starts_with("kindling-caption;") && !caption["description"].as_str().unwrap().is_empty(), "{caption}");
}

/// A picture's item is its description, by the same models.
#[cfg(feature = "bundled-models")]
#[tokio::test]
async fn pictures_become_markdown() {
    let client = Client::start().await;
    let drawing = r#"<svg xmlns="http://www.w3.org/2000/svg" width="90" height="60"><circle cx="45" cy="30" r="25" fill="orange"/><text>Fruit</text></svg>"#;
    let seen = format!("<p>See <img alt=it src='data:image/png;base64,{}'></p>", base64(&picture()));
    let form = Form::new()
        .part("files", Part::bytes(picture()).file_name("a.png"))
        .part("files", Part::text(drawing).file_name("a.svg"))
        .part("files", Part::text("<svg").file_name("b.svg"))
        .part("files", Part::text(seen).file_name("c.html"))
        .part("files", Part::text("<p>See <img alt=it src='data:image/png;base64,AAAA'></p>").file_name("d.html"))
        .text("conversionOptions", r#"{"html": {"images": {"convert": true}}}"#);
    let sent = client.http.post(client.api("/ai/tomarkdown")).multipart(form).send().await.unwrap();
    let items = json_of(sent).await.1["result"].clone();
    assert!(items[0]["format"] == "markdown" && !items[0]["data"].as_str().unwrap().is_empty(), "{items}");
    assert!(items[1]["data"].as_str().unwrap().ends_with("\n\nFruit"), "{items}");
    assert_eq!(items[2]["format"], "error");
    assert_eq!(items[3]["data"], format!("See {}", items[0]["data"].as_str().unwrap()), "in a document as by itself");
    assert_eq!(items[4]["data"], "See it", "one that cannot be read leaves its description");
}
