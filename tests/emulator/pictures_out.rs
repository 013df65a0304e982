//! Text to image over HTTP: forms, sizes, seeds, pictures to begin with, refusals.

use std::io::Cursor;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use image::ImageFormat;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use super::client::{Client, refusal_of};

const FLUX: &str = "@cf/black-forest-labs/flux-1-schnell";
const FLUX_2: &str = "@cf/black-forest-labs/flux-2-dev";
const SDXL: &str = "@cf/stabilityai/stable-diffusion-xl-base-1.0";
const LIGHTNING: &str = "@cf/bytedance/stable-diffusion-xl-lightning";
const PHOENIX: &str = "@cf/leonardo/phoenix-1.0";
const IMG2IMG: &str = "@cf/runwayml/stable-diffusion-v1-5-img2img";
const INPAINTING: &str = "@cf/runwayml/stable-diffusion-v1-5-inpainting";

/// Format, width and height of a file.
fn seen(bytes: &[u8]) -> (ImageFormat, u32, u32) {
    let reader = image::ImageReader::new(Cursor::new(bytes)).with_guessed_format().unwrap();
    let format = reader.format().unwrap();
    let picture = reader.decode().unwrap();
    (format, picture.width(), picture.height())
}

/// Content type and bytes of an answer.
async fn file(client: &Client, model: &str, input: Value) -> (String, Vec<u8>) {
    let response = client.run(model, input).await;
    assert_eq!(response.status(), 200, "{model}");
    assert_eq!(response.headers()["candleflare-model"], "kindling-draw; fidelity=stand-in");
    let kind = response.headers()["content-type"].to_str().unwrap().to_owned();
    (kind, response.bytes().await.unwrap().to_vec())
}

fn dot(width: u32, height: u32, colour: [u8; 3]) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    image::RgbImage::from_pixel(width, height, image::Rgb(colour)).write_to(&mut file, ImageFormat::Png).unwrap();
    file.into_inner()
}

#[tokio::test]
async fn flux_answers_base64_and_is_billed_by_tile_and_step() {
    let client = Client::start().await;
    let response = client.run(FLUX, json!({"prompt": "a lighthouse at night"})).await;
    assert_eq!(response.headers()["cf-ai-neurons"], "172.80");
    let body: Value = response.json().await.unwrap();
    let bytes = STANDARD.decode(body["result"]["image"].as_str().unwrap()).unwrap();
    assert_eq!(seen(&bytes), (ImageFormat::Jpeg, 1024, 1024));
    let again = client.result(FLUX, json!({"prompt": "a lighthouse at night"})).await;
    assert_eq!(again["image"], body["result"]["image"]);
}

#[tokio::test]
async fn the_others_answer_bytes_in_the_size_that_was_asked_for() {
    let client = Client::start().await;
    let small = |seed: u64| json!({"prompt": "two cats", "width": 320, "height": 256, "seed": seed});
    let (kind, first) = file(&client, SDXL, small(1)).await;
    assert_eq!((kind.as_str(), seen(&first)), ("image/png", (ImageFormat::Png, 320, 256)));
    assert_eq!(file(&client, SDXL, small(1)).await.1, first);
    assert_ne!(file(&client, SDXL, small(2)).await.1, first);
    let (kind, bytes) = file(&client, PHOENIX, small(1)).await;
    assert_eq!((kind.as_str(), seen(&bytes).0), ("image/jpeg", ImageFormat::Jpeg));
    let (kind, bytes) = file(&client, LIGHTNING, small(1)).await;
    assert_eq!((kind.as_str(), seen(&bytes).0), ("image/png", ImageFormat::Jpeg));
}

#[tokio::test]
async fn a_picture_shows_through_as_far_as_strength_and_mask_let_it() {
    let client = Client::start().await;
    let green: Vec<u8> = dot(64, 64, [0, 255, 0]);
    let input = json!({"prompt": "a red ball at night", "image": green, "strength": 0, "width": 256, "height": 256});
    let (_, bytes) = file(&client, IMG2IMG, input).await;
    let picture = image::load_from_memory(&bytes).unwrap().into_rgb8();
    assert!(picture.pixels().all(|pixel| pixel.0 == [0, 255, 0]));
    let input = json!({"prompt": "a red ball at night", "image_b64": STANDARD.encode(&green), "strength": 1,
        "mask": dot(8, 8, [0, 0, 0]), "width": 256, "height": 256});
    let (_, bytes) = file(&client, INPAINTING, input).await;
    let picture = image::load_from_memory(&bytes).unwrap().into_rgb8();
    assert!(picture.pixels().all(|pixel| pixel.0 == [0, 255, 0]));
}

#[tokio::test]
async fn flux_2_takes_a_form_only() {
    let client = Client::start().await;
    let url = client.api(&format!("/ai/run/{FLUX_2}"));
    let form = Form::new()
        .text("prompt", "a red house")
        .text("width", "512")
        .text("height", "256")
        .text("steps", "4")
        .part("input_image_0", Part::bytes(dot(100, 50, [9, 9, 9])).file_name("a.png"));
    let response = client.http.post(url.clone()).multipart(form).send().await.unwrap();
    assert_eq!(response.status(), 200);
    let neurons = response.headers()["cf-ai-neurons"].to_str().unwrap().to_owned();
    assert_eq!(neurons, format!("{:.2}", 4.0 * (18.75 + 37.5)));
    let body: Value = response.json().await.unwrap();
    let bytes = STANDARD.decode(body["result"]["image"].as_str().unwrap()).unwrap();
    assert_eq!((seen(&bytes).1, seen(&bytes).2), (512, 256));
    let (status, code, text) = client.refusal(FLUX_2, json!({"prompt": "a house"})).await;
    assert_eq!((status, code, text.contains("'multipart'")), (400, 5006, true), "{text}");
    for (name, value) in [("width", "100"), ("steps", "many"), ("seed", "-1"), ("prompt", " ")] {
        let form = Form::new().text(name, value);
        let form = if name == "prompt" { form } else { form.text("prompt", "a house") };
        let refused = client.http.post(url.clone()).multipart(form).send().await.unwrap();
        assert_eq!(refusal_of(refused).await.1, 8001, "{name}={value}");
    }
    let large =
        Form::new().text("prompt", "a").part("input_image_0", Part::bytes(dot(512, 9, [0; 3])).file_name("a.png"));
    let (_, code, text) = refusal_of(client.http.post(url).multipart(large).send().await.unwrap()).await;
    assert_eq!((code, text.contains("less than 512 x 512")), (8001, true), "{text}");
}

#[tokio::test]
async fn what_cannot_be_drawn_is_refused() {
    let client = Client::start().await;
    let refused = async |model: &str, input: Value| client.refusal(model, input).await;
    assert_eq!(refused(SDXL, json!({"prompt": "a", "width": 4096})).await.1, 5006);
    assert_eq!(refused(SDXL, json!({"prompt": ""})).await.1, 5006);
    assert_eq!(refused(FLUX, json!({"prompt": "a", "steps": 9})).await.1, 5006);
    assert_eq!(refused(SDXL, json!({"prompt": "a", "strength": 2})).await.1, 8001);
    assert!(refused(IMG2IMG, json!({"prompt": "a"})).await.2.contains("`image` is missing"));
    let unmasked = json!({"prompt": "a", "image": dot(8, 8, [0; 3])});
    assert!(refused(INPAINTING, unmasked).await.2.contains("`mask` is missing"));
    let (status, ..) = refused(IMG2IMG, json!({"prompt": "a", "image": [1, 2, 3]})).await;
    assert_eq!(status, 400);
    let mut lying = dot(8, 8, [0; 3]);
    lying.truncate(40);
    assert_eq!(refused(IMG2IMG, json!({"prompt": "a", "image": lying})).await.0, 400);
}

/// A folder that is bound to a model that is drawn by rule has no part in it, and must not be named as if it had.
#[tokio::test]
async fn weights_that_would_not_draw_are_refused() {
    let builder = candleflare::Emulator::builder().config(|config| {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/parity/resnet");
        for model in [SDXL, "@cf/pipecat-ai/smart-turn-v2", "@cf/deepgram/aura-1"] {
            config.bindings.insert(model.to_owned(), candleflare::ai::resolve::Binding::Path(folder.clone()));
        }
    });
    let client = Client::of(builder).await;
    let sound = STANDARD
        .encode(std::fs::read(format!("{}/tests/fixtures/speech/garden.wav", env!("CARGO_MANIFEST_DIR"))).unwrap());
    for (model, input) in [
        (SDXL, json!({"prompt": "a cat"})),
        ("@cf/pipecat-ai/smart-turn-v2", json!({"audio": sound})),
        ("@cf/deepgram/aura-1", json!({"text": "hello"})),
    ] {
        let (status, code, text) = client.refusal(model, input).await;
        assert_eq!((status, code, text.contains("by rule")), (400, 8001, true), "{model}: {text}");
    }
}
