//! From an input that has passed the schema to what is asked of the engine.

use serde_json::{Map, Value};

use super::parameters::{self, Parameters};
use super::responses::{self, Echo};
use super::shape;
use super::tools::Tools;
use super::{Form, OPENAI_SCHEMA};
use crate::ai::catalog::{Family, Model};
use crate::ai::tasks::{field, refused};
use crate::engine::generate::{Prompt, Shape};
use crate::error::AiError;

/// Where a call came in: the families differ on `run` only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Endpoint {
    Run,
    /// `/v1`, OpenAI's shapes for all models.
    Compatible,
}

/// One generation.
#[derive(Debug, Clone)]
pub struct Request {
    pub prompt: Prompt,
    pub form: Form,
    pub stream: bool,
    pub parameters: Parameters,
    /// `stream_options.include_usage`.
    pub include_usage: bool,
    /// What the output is held to.
    pub shape: Option<Shape>,
    /// Tool calls are looked for.
    pub calls: bool,
    /// At least one must come.
    pub calls_forced: bool,
    /// Reasoning is told apart from the answer; the native family leaves it in the text.
    pub reasoning: bool,
    /// JSON mode of the native family: an answer that cannot be parsed is refused.
    pub parse_json: bool,
    /// Asked for as a response of the Responses API.
    pub echo: Option<Echo>,
    /// The finetune to answer with, by id or name.
    pub lora: Option<String>,
}

impl Request {
    /// Reads an input that has passed the schema of `model`. Refuses what this build does not do, by name.
    pub fn parse(model: &Model, endpoint: Endpoint, input: &Value) -> Result<Self, AiError> {
        if responses::is_responses(input) {
            let chat = Self::parse(model, endpoint, &responses::as_chat(input)?)?;
            return Ok(Self { form: Form::Response, echo: Some(Echo::of(input)), reasoning: true, ..chat });
        }
        refuse_unsupported(input)?;
        let parameters = Parameters::parse(model, input)?;
        let is_native = endpoint == Endpoint::Run && matches!(model.family, Family::Native | Family::Other);
        let tools = Tools::parse(input)?;
        let answer = shape::schema(model, input)?;
        let form = if field(input, "messages").is_some() { Form::Chat } else { Form::Completion };
        let mut options = options(input);
        if let Some(schema) = answer.as_ref().filter(|answer| answer.is_shown) {
            options.insert("json_schema".to_owned(), schema.schema.clone());
        }
        let prompt = match field(input, "messages").and_then(Value::as_array) {
            Some(messages) => Prompt::Chat { messages: chat(messages)?, tools: tools.shown.clone(), options },
            None => prompt(input, tools.shown.clone(), options)?,
        };
        let parse_json = is_native && answer.is_some();
        let schema = answer.map(|answer| answer.schema);
        let (calls, calls_forced) = (tools.are_called(), tools.is_forced());
        let shape = tools.shape(schema.clone()).or_else(|| schema.map(Shape::Json));
        Ok(Self {
            prompt,
            form,
            stream: field(input, "stream").and_then(Value::as_bool).unwrap_or(false),
            include_usage: parameters::include_usage(input),
            parameters,
            shape,
            calls,
            calls_forced,
            reasoning: !is_native && form == Form::Chat,
            parse_json,
            echo: None,
            lora: field(input, "lora").and_then(Value::as_str).filter(|name| !name.is_empty()).map(str::to_owned),
        })
    }
}

/// A prompt becomes the user's turn of a chat, as production does it, unless `raw` asks for the bare text.
fn prompt(input: &Value, tools: Vec<Value>, options: Map<String, Value>) -> Result<Prompt, AiError> {
    let text = field(input, "prompt").and_then(Value::as_str).ok_or_else(|| refused("`prompt` must be a string"))?;
    if field(input, "raw").and_then(Value::as_bool).unwrap_or(false) {
        return Ok(Prompt::Raw(text.to_owned()));
    }
    let messages = vec![serde_json::json!({"role": "user", "content": text})];
    Ok(Prompt::Chat { messages, tools, options })
}

/// The variables that a caller may set of the checkpoint's template: its own switches, and how much to reason.
fn options(input: &Value) -> Map<String, Value> {
    let mut options = field(input, "chat_template_kwargs").and_then(Value::as_object).cloned().unwrap_or_default();
    let effort = field(input, "reasoning_effort").or_else(|| field(input, "reasoning")?.get("effort"));
    if let Some(effort) = effort.and_then(Value::as_str) {
        // The word of templates with a switch (Qwen's), and the one of templates with degrees (gpt-oss's).
        options.entry("enable_thinking").or_insert(Value::Bool(effort != "none"));
        options.insert("reasoning_effort".to_owned(), effort.into());
    }
    options
}

fn chat(messages: &[Value]) -> Result<Vec<Value>, AiError> {
    if messages.is_empty() {
        return Err(refused("messages must not be empty"));
    }
    for part in messages.iter().filter_map(|message| message.get("content")?.as_array()).flatten() {
        let kind = part.get("type").and_then(Value::as_str).unwrap_or_default();
        if !["text", "input_text", "output_text", "refusal"].contains(&kind) {
            return Err(AiError::NotEmulated {
                what: format!("a content part of type `{kind}`"),
                hint: "send parts of type `text`".to_owned(),
            });
        }
    }
    Ok(messages.to_vec())
}

/// What the schema allows and this build does not do yet is refused, not ignored.
fn refuse_unsupported(input: &Value) -> Result<(), AiError> {
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
    if given("functions") {
        return missing("the legacy `functions`", "send `tools`");
    }
    if given("image") {
        return missing("an image beside the text", "leave out `image`");
    }
    if field(input, "modalities")
        .and_then(Value::as_array)
        .is_some_and(|kinds| kinds.iter().any(|kind| kind == "audio"))
    {
        return missing("audio output", "ask for the modality `text`");
    }
    Ok(())
}

/// Whether `schema` is that of the newer serving engines.
pub(super) fn is_newer(schema: &str) -> bool {
    schema == OPENAI_SCHEMA
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    use crate::ai::catalog::Catalog;

    fn parse(input: Value) -> Result<Request, AiError> {
        parse_for("@cf/meta/llama-3.3-70b-instruct-fp8-fast", input)
    }

    fn parse_for(model: &str, input: Value) -> Result<Request, AiError> {
        Request::parse(Catalog::builtin().get(model).unwrap(), Endpoint::Run, &input)
    }

    #[test]
    fn a_prompt_is_a_chat_unless_raw() {
        let chat = parse(json!({"prompt": "hi"})).unwrap();
        assert!(matches!(&chat.prompt, Prompt::Chat { messages, .. } if messages[0]["content"] == "hi"));
        assert_eq!((chat.form, chat.parameters.max_tokens), (Form::Completion, Some(256)));
        let raw = parse(json!({"prompt": "hi", "raw": true})).unwrap();
        assert!(matches!(&raw.prompt, Prompt::Raw(text) if text == "hi"));
    }

    #[test]
    fn what_is_not_done_is_refused_by_name() {
        for (field, value) in [
            ("functions", json!([{"name": "x", "code": "y"}])),
            ("image", json!([1])),
            ("modalities", json!(["audio"])),
            ("messages", json!([{"role": "user", "content": [{"type": "image_url"}]}])),
        ] {
            let error = parse(json!({"prompt": "a", field: value})).unwrap_err();
            assert!(error.to_string().contains("hint:"), "{error}");
        }
        assert!(parse(json!({"prompt": "a", "tools": [], "n": 1})).is_ok());
    }

    #[test]
    fn reasoning_is_switched_by_the_templates_own_variables() {
        let options = |input: Value| match parse_for("@cf/qwen/qwen3-30b-a3b-fp8", input).unwrap().prompt {
            Prompt::Chat { options, .. } => Value::Object(options),
            Prompt::Raw(_) => Value::Null,
        };
        let kwargs = json!({"prompt": "a", "chat_template_kwargs": {"enable_thinking": false, "other": 1}});
        assert_eq!(options(kwargs), json!({"enable_thinking": false, "other": 1}));
        let effort = json!({"prompt": "a", "reasoning_effort": "low"});
        assert_eq!(options(effort), json!({"enable_thinking": true, "reasoning_effort": "low"}));
        assert_eq!(options(json!({"prompt": "a", "reasoning_effort": null})), json!({}));
    }

    #[test]
    fn json_mode_parses_on_the_native_family_only() {
        let format = json!({"type": "json_schema", "json_schema": {"type": "object", "properties": {"a": {}}}});
        let ask = |model| parse_for(model, json!({"prompt": "a", "response_format": format})).unwrap();
        let native = ask("@cf/meta/llama-3.3-70b-instruct-fp8-fast");
        assert!(native.parse_json && matches!(native.shape, Some(Shape::Json(_))));
        assert!(!ask("@cf/google/gemma-4-26b-a4b-it").parse_json);
    }
}
