//! What the doctor asks: one real inference for each task.

use std::io::Cursor;

use serde_json::{Value, json};

use crate::engine::sound::{self, Format};

/// The models asked, and what they are asked.
pub fn inputs() -> Result<Vec<(&'static str, Value)>, Box<dyn std::error::Error>> {
    let (picture, sound) = (picture()?, sound()?);
    Ok(vec![
        ("@cf/baai/bge-small-en-v1.5", json!({"text": "a lighthouse by the sea"})),
        (
            "@cf/baai/bge-reranker-base",
            json!({"query": "bread", "contexts": [{"text": "a loaf"}, {"text": "a ferry"}]}),
        ),
        (
            "@cf/meta/llama-3.2-1b-instruct",
            json!({"messages": [{"role": "user", "content": "hello"}], "max_tokens": 16}),
        ),
        ("@cf/huggingface/distilbert-sst-2-int8", json!({"text": "what a lovely morning"})),
        ("@cf/meta/m2m100-1.2b", json!({"text": "The house is very big.", "target_lang": "french"})),
        ("@cf/facebook/bart-large-cnn", json!({"input_text": "The ferry was late. It left at nine."})),
        ("@cf/microsoft/resnet-50", json!({"image": picture})),
        ("@cf/facebook/detr-resnet-50", json!({"image": picture})),
        ("@cf/llava-hf/llava-1.5-7b-hf", json!({"image": picture, "prompt": "What is this?"})),
        ("@cf/openai/whisper", json!({"audio": sound})),
        ("@cf/black-forest-labs/flux-1-schnell", json!({"prompt": "a lighthouse"})),
        ("@cf/myshell-ai/melotts", json!({"prompt": "hello"})),
    ])
}

/// A small PNG, a byte a number.
fn picture() -> image::ImageResult<Vec<u8>> {
    let mut bytes = Cursor::new(Vec::new());
    let picture = image::RgbImage::from_fn(64, 64, |x, y| image::Rgb([x as u8 * 4, y as u8 * 4, 128]));
    picture.write_to(&mut bytes, image::ImageFormat::Png)?;
    Ok(bytes.into_inner())
}

/// Half a second of a tone as WAV, a byte a number.
fn sound() -> Result<Vec<u8>, String> {
    const RATE: u32 = 16_000;
    let tone: Vec<f32> = (0..RATE / 2).map(|at| (at as f32 * 0.2).sin() * 0.1).collect();
    let format = Format::Wav { law: sound::Law::Linear, is_bare: false };
    sound::encode(&tone, RATE, format, &|| Ok(())).map_err(|failure| failure.to_string())
}
