//! `models/search?format=openrouter`: the list that OpenRouter reads from its providers.
//!
//! No recorded answer of production is known. The fields are those of OpenRouter's own provider documentation; prices
//! are US dollars per token (or per image or request), as text, so that no client rounds them.

use serde_json::{Value, json};

use super::{Family, Model, Property, Task, Unit};

/// The catalogue's prices are per million tokens.
const MILLION: f64 = 1e6;

/// A model in OpenRouter's shape.
pub(super) fn item(model: &Model) -> Value {
    json!({
        "id": model.name,
        "hugging_face_id": model.checkpoints.exact.as_deref().unwrap_or_default(),
        "name": model.name,
        "created": model.created().map(|time| time.as_second()).unwrap_or_default(),
        "description": model.description,
        "input_modalities": inputs(model),
        "output_modalities": [output(model.task)],
        "quantization": quantization(&model.name),
        "context_length": model.context_window.or(model.max_input_tokens).unwrap_or_default(),
        "max_output_length": model.context_window.unwrap_or_default(),
        "pricing": {
            "prompt": per_token(model, Unit::InputTokens),
            "completion": per_token(model, Unit::OutputTokens),
            "image": "0",
            "request": dollars(usd(model, Unit::Request)),
            "input_cache_read": per_token(model, Unit::CachedInputTokens),
        },
        "supported_sampling_parameters": sampling(model),
        "supported_features": features(model),
    })
}

fn inputs(model: &Model) -> Vec<&'static str> {
    let media = match model.task {
        Task::ImageToText => Some("image"),
        Task::ImageClassification | Task::ObjectDetection => return vec!["image"],
        Task::AutomaticSpeechRecognition | Task::VoiceActivityDetection => return vec!["audio"],
        _ => model.has(Property::Vision).then_some("image"),
    };
    std::iter::once("text").chain(media).collect()
}

fn output(task: Task) -> &'static str {
    match task {
        Task::TextToImage => "image",
        Task::TextToSpeech => "audio",
        Task::TextEmbeddings => "embeddings",
        Task::TextGeneration
        | Task::TextClassification
        | Task::Translation
        | Task::Summarization
        | Task::ImageToText
        | Task::ImageClassification
        | Task::ObjectDetection
        | Task::AutomaticSpeechRecognition
        | Task::VoiceActivityDetection => "text",
    }
}

/// What the name says; OpenRouter knows `unknown` too.
fn quantization(name: &str) -> &'static str {
    let says = |part| name.split(['-', '/']).any(|piece| piece == part);
    [("fp8", "fp8"), ("fp16", "fp16"), ("bf16", "bf16"), ("int8", "int8"), ("awq", "int4")]
        .into_iter()
        .find_map(|(part, name)| says(part).then_some(name))
        .unwrap_or("unknown")
}

fn sampling(model: &Model) -> &'static [&'static str] {
    match model.family {
        Family::Native => &[
            "temperature",
            "top_p",
            "top_k",
            "repetition_penalty",
            "frequency_penalty",
            "presence_penalty",
            "seed",
            "max_tokens",
        ],
        Family::OpenAi | Family::GptOss => {
            &["temperature", "top_p", "frequency_penalty", "presence_penalty", "stop", "seed", "max_tokens"]
        }
        Family::Other => &[],
    }
}

fn features(model: &Model) -> Vec<&'static str> {
    let json = model.family == Family::OpenAi || model.supports(super::Feature::JsonMode);
    [
        (model.has(Property::FunctionCalling), "tools"),
        (json, "json_mode"),
        (json, "structured_outputs"),
        (model.has(Property::Reasoning), "reasoning"),
    ]
    .into_iter()
    .filter_map(|(has, name)| has.then_some(name))
    .collect()
}

fn usd(model: &Model, unit: Unit) -> f64 {
    model.prices.iter().find(|price| price.unit == unit).map_or(0.0, |price| price.usd)
}

fn per_token(model: &Model, unit: Unit) -> String {
    dollars(usd(model, unit) / MILLION)
}

/// Plain decimals without trailing zeros: `0.00000027`, `0`.
fn dollars(usd: f64) -> String {
    let text = format!("{usd:.12}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dollars_are_plain_decimals() {
        assert_eq!(dollars(0.27 / MILLION), "0.00000027");
        assert_eq!(dollars(0.0), "0");
        assert_eq!(dollars(10.0), "10");
    }

    #[test]
    fn the_name_tells_the_quantization() {
        assert_eq!(quantization("@cf/meta/llama-3.3-70b-instruct-fp8-fast"), "fp8");
        assert_eq!(quantization("@hf/thebloke/zephyr-7b-beta-awq"), "int4");
        assert_eq!(quantization("@cf/meta/llama-3.2-1b-instruct"), "unknown");
    }
}
