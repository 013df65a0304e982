//! Text generation: prompts and chats, in both of production's output families.
//!
//! Fields, defaults and ranges: workers-ai reference 4.1; the schema has checked them before this reads them.

mod answer;
mod frames;

pub use answer::{Form, Identity, Output, Style};
pub use frames::Frames;

use serde_json::Value;

use super::{field, refuse_batch, refused};
use crate::ai::catalog::Model;
use crate::engine::generate::{Prompt, Sampling};
use crate::error::AiError;

/// Output tokens where neither the input nor the model says how many: the newer families have no small cap.
const UNCAPPED: usize = 4096;

/// One generation.
#[derive(Debug, Clone)]
pub struct Request {
    pub prompt: Prompt,
    pub form: Form,
    pub stream: bool,
    pub max_tokens: usize,
    pub sampling: Sampling,
    pub stop: Vec<String>,
    /// `stream_options.include_usage`.
    pub include_usage: bool,
}

impl Request {
    /// Reads an input that has passed the schema of `model`. Refuses what this build does not do, by name.
    pub fn parse(model: &Model, input: &Value) -> Result<Self, AiError> {
        refuse_batch(input)?;
        refuse_unsupported(model, input)?;
        refuse_out_of_range(model, input)?;
        let (prompt, form) = match field(input, "messages").and_then(Value::as_array) {
            Some(messages) => (Prompt::Chat { messages: chat(messages)?, tools: Vec::new() }, Form::Chat),
            None => (prompt(input)?, Form::Completion),
        };
        let number = |name: &str| field(input, name).and_then(Value::as_f64);
        let count = |name: &str| number(name).map(|value| value.max(0.0) as usize);
        let max_tokens = count("max_completion_tokens")
            .or_else(|| count("max_tokens"))
            .or(model.defaults.max_tokens)
            .unwrap_or(UNCAPPED);
        if max_tokens == 0 {
            return Err(refused("max_tokens must be at least 1"));
        }
        let neutral = Sampling::default();
        let sampling = Sampling {
            temperature: number("temperature").or(model.defaults.temperature).map_or(1.0, |value| value as f32),
            top_p: number("top_p").map_or(neutral.top_p, |value| value as f32),
            top_k: count("top_k"),
            seed: field(input, "seed").and_then(seed),
            repetition_penalty: number("repetition_penalty").map_or(neutral.repetition_penalty, |value| value as f32),
            frequency_penalty: number("frequency_penalty").map_or(neutral.frequency_penalty, |value| value as f32),
            presence_penalty: number("presence_penalty").map_or(neutral.presence_penalty, |value| value as f32),
        };
        let include_usage = field(input, "stream_options")
            .and_then(|options| options.get("include_usage"))
            .and_then(Value::as_bool)
            .unwrap_or(false);
        let stream = field(input, "stream").and_then(Value::as_bool).unwrap_or(false);
        Ok(Self { prompt, form, stream, max_tokens, sampling, stop: stop(input)?, include_usage })
    }
}

/// A prompt becomes the user's turn of a chat, as production does it, unless `raw` asks for the bare text.
fn prompt(input: &Value) -> Result<Prompt, AiError> {
    let text = field(input, "prompt").and_then(Value::as_str).ok_or_else(|| refused("`prompt` must be a string"))?;
    if field(input, "raw").and_then(Value::as_bool).unwrap_or(false) {
        return Ok(Prompt::Raw(text.to_owned()));
    }
    Ok(Prompt::Chat { messages: vec![serde_json::json!({"role": "user", "content": text})], tools: Vec::new() })
}

fn chat(messages: &[Value]) -> Result<Vec<Value>, AiError> {
    if messages.is_empty() {
        return Err(refused("messages must not be empty"));
    }
    for part in messages.iter().filter_map(|message| message.get("content")?.as_array()).flatten() {
        let kind = part.get("type").and_then(Value::as_str).unwrap_or_default();
        if kind != "text" {
            return Err(AiError::NotEmulated {
                what: format!("a content part of type `{kind}`"),
                hint: "send parts of type `text`".to_owned(),
            });
        }
    }
    Ok(messages.to_vec())
}

fn seed(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_i64().map(i64::cast_unsigned)).or_else(|| value.as_f64().map(|seed| seed as u64))
}

fn stop(input: &Value) -> Result<Vec<String>, AiError> {
    let text = |value: &Value| value.as_str().map(str::to_owned).ok_or_else(|| refused("`stop` must hold strings"));
    match field(input, "stop") {
        None => Ok(Vec::new()),
        Some(Value::Array(items)) => items.iter().map(text).collect(),
        Some(one) => Ok(vec![text(one)?]),
    }
}

/// What the schema allows and this build does not do yet is refused, not ignored.
fn refuse_unsupported(model: &Model, input: &Value) -> Result<(), AiError> {
    let missing = |what: &str, hint: &str| Err(AiError::NotEmulated { what: what.to_owned(), hint: hint.to_owned() });
    let given = |name: &str| {
        field(input, name).is_some_and(|value| match value {
            Value::Array(items) => !items.is_empty(),
            Value::Object(members) => !members.is_empty(),
            Value::Bool(on) => *on,
            Value::String(text) => !text.is_empty(),
            Value::Number(_) | Value::Null => true,
        })
    };
    if given("tools") || given("functions") {
        return missing("tool calling", "leave out `tools` and `functions`");
    }
    if given("guided_json") {
        return missing("`guided_json`", "leave it out");
    }
    let format = field(input, "response_format").and_then(|format| format.get("type")).and_then(Value::as_str);
    if format.is_some_and(|kind| kind != "text") {
        return missing("JSON mode", "leave out `response_format`");
    }
    if given("logprobs") || field(input, "top_logprobs").is_some_and(|count| count.as_u64() != Some(0)) {
        return missing("`logprobs`", "leave it out");
    }
    if given("logit_bias") {
        return missing("`logit_bias`", "leave it out");
    }
    if field(input, "n").is_some_and(|count| count.as_f64() != Some(1.0)) {
        return missing("`n` other than 1", "send several requests");
    }
    if given("image") {
        return missing("an image beside the text", "leave out `image`");
    }
    if given("lora") {
        return Err(AiError::LoraUnsupported { model: model.name.clone() });
    }
    Ok(())
}

/// What the published validator lets through and the serving engines refuse themselves: it does not look into `anyOf`,
/// in which OpenAI's own schema states its ranges. The others are checked already, or looser here.
fn refuse_out_of_range(model: &Model, input: &Value) -> Result<(), AiError> {
    let is_openai = model.schema == "text-generation-openai";
    let ranges = [
        ("temperature", 0.0, if is_openai { 2.0 } else { 5.0 }),
        ("top_p", 0.0, if is_openai { 1.0 } else { 2.0 }),
        ("repetition_penalty", 0.0, 2.0),
        ("frequency_penalty", -2.0, 2.0),
        ("presence_penalty", -2.0, 2.0),
    ];
    for (name, least, most) in ranges {
        let Some(value) = field(input, name) else { continue };
        if !value.as_f64().is_some_and(|value| (least..=most).contains(&value)) {
            return Err(refused(format!("{name} must be a number from {least} to {most}")));
        }
    }
    for name in ["max_tokens", "max_completion_tokens", "top_k", "seed"] {
        if field(input, name).is_some_and(|value| !value.is_number()) {
            return Err(refused(format!("{name} must be a number")));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    use crate::ai::catalog::Catalog;

    fn parse(input: Value) -> Result<Request, AiError> {
        Request::parse(Catalog::builtin().get("@cf/meta/llama-3.2-1b-instruct").unwrap(), &input)
    }

    #[test]
    fn a_prompt_is_a_chat_unless_raw() {
        let chat = parse(json!({"prompt": "hi"})).unwrap();
        assert!(matches!(&chat.prompt, Prompt::Chat { messages, .. } if messages[0]["content"] == "hi"));
        assert_eq!((chat.form, chat.max_tokens), (Form::Completion, 256));
        let raw = parse(json!({"prompt": "hi", "raw": true})).unwrap();
        assert!(matches!(&raw.prompt, Prompt::Raw(text) if text == "hi"));
    }

    #[test]
    fn stop_is_one_string_or_several() {
        assert_eq!(parse(json!({"prompt": "a", "stop": "x"})).unwrap().stop, ["x"]);
        assert_eq!(parse(json!({"prompt": "a", "stop": ["x", "y"]})).unwrap().stop, ["x", "y"]);
        assert!(parse(json!({"prompt": "a", "stop": [1]})).is_err());
    }

    #[test]
    fn ranges_hold_where_the_validator_does_not_look() {
        let ask = |name: &str, value: Value| {
            let model = Catalog::builtin().get("@cf/google/gemma-4-26b-a4b-it").unwrap();
            Request::parse(model, &json!({"prompt": "a", name: value}))
        };
        for (name, value) in [
            ("temperature", json!(2.1)),
            ("temperature", json!(-1)),
            ("temperature", json!("hot")),
            ("top_p", json!(1.5)),
            ("presence_penalty", json!(-3)),
            ("seed", json!("x")),
        ] {
            assert_eq!(ask(name, value).unwrap_err().code(), 8001, "{name}");
        }
        assert!(ask("temperature", json!(2)).is_ok() && ask("temperature", Value::Null).is_ok());
        assert!(parse(json!({"prompt": "a", "temperature": 5, "top_p": 2})).is_ok());
    }

    #[test]
    fn what_is_not_done_is_refused_by_name() {
        for (field, value) in [
            ("tools", json!([{"name": "x"}])),
            ("response_format", json!({"type": "json_object"})),
            ("n", json!(2)),
            ("logprobs", json!(true)),
        ] {
            let error = parse(json!({"prompt": "a", field: value})).unwrap_err();
            assert!(error.to_string().contains("hint:"), "{error}");
        }
        assert!(parse(json!({"prompt": "a", "tools": [], "n": 1})).is_ok());
    }
}
