//! The two families of whole answers, and the form that the OpenAI endpoint gives to both.

use serde_json::{Value, json};

use super::message::{Choice, Message, Output, ToolCall, chat_logprobs, completion_logprobs};

/// How an answer is shaped. On `run` the model decides; on `/v1` the endpoint does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// `{response, tool_calls, usage}`.
    Native(Calls),
    /// `chat.completion` on `run`: its streams end with a native usage frame.
    OpenAi,
    /// The OpenAI-compatible endpoint.
    Compatible,
}

/// How the native family writes tool calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Calls {
    /// `{name, arguments: {…}}`.
    Flat,
    /// `{id, type, function: {name, arguments: {…}}}`.
    Function,
}

/// Which of the OpenAI objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Chat,
    /// Of a bare prompt.
    Completion,
    /// Of the Responses API.
    Response,
}

/// What the objects of one answer carry besides text.
#[derive(Debug, Clone)]
pub struct Identity {
    pub id: String,
    /// Unix seconds.
    pub created: i64,
    pub model: String,
}

impl Output {
    pub fn render(&self, style: Style, form: Form, identity: &Identity) -> Value {
        if let (Form::Response, Some(echo)) = (form, &self.echo) {
            return echo.whole(identity, self);
        }
        let usage = self.usage.render();
        if let Style::Native(calls) = style {
            let mut native = native(&self.choices[0].message, calls, self.parse_json);
            native["usage"] = usage;
            return native;
        }
        let object = match form {
            Form::Chat | Form::Response => "chat.completion",
            Form::Completion => "text_completion",
        };
        let choices: Vec<Value> =
            self.choices.iter().enumerate().map(|(index, choice)| rendered(index, choice, form)).collect();
        json!({
            "id": identity.id,
            "object": object,
            "created": identity.created,
            "model": identity.model,
            "choices": choices,
            "usage": usage,
        })
    }
}

fn rendered(index: usize, choice: &Choice, form: Form) -> Value {
    let finish = choice.finish.name();
    let logprobs = choice.logprobs.as_deref();
    match form {
        Form::Chat | Form::Response => json!({
            "index": index,
            "message": choice.message.render(),
            "logprobs": logprobs.map(chat_logprobs),
            "finish_reason": finish,
        }),
        Form::Completion => json!({
            "index": index,
            "text": choice.message.content,
            "logprobs": logprobs.map(|tokens| completion_logprobs(tokens, 0)),
            "finish_reason": finish,
        }),
    }
}

/// `{response, tool_calls}`. With calls and without text the response is null, as recorded.
fn native(message: &Message, calls: Calls, parse_json: bool) -> Value {
    let response = match &message.content {
        text if text.is_empty() && !message.calls.is_empty() => Value::Null,
        text if parse_json => serde_json::from_str(text).unwrap_or_else(|_| json!(text)),
        text => json!(text),
    };
    let calls: Vec<Value> = message.calls.iter().map(|call| native_call(call, calls)).collect();
    json!({"response": response, "tool_calls": calls})
}

fn native_call(call: &ToolCall, calls: Calls) -> Value {
    let plain = json!({"name": call.name, "arguments": call.parsed()});
    match calls {
        Calls::Flat => plain,
        Calls::Function => json!({"id": call.id, "type": "function", "function": plain}),
    }
}

#[cfg(test)]
mod tests {
    use super::super::FinishReason;
    use super::*;
    use crate::ai::tasks::TokenUsage;

    fn output(message: Message) -> (Output, Identity) {
        let usage = TokenUsage { prompt: 12, completion: 3, neurons: 1.5, ..TokenUsage::default() };
        let choice = Choice { message, finish: FinishReason::Stop, logprobs: None };
        let output = Output { choices: vec![choice], usage, ..Output::default() };
        (output, Identity { id: "chatcmpl-1".to_owned(), created: 1, model: "@cf/a/b".to_owned() })
    }

    fn hello() -> Message {
        Message { content: "Hello".to_owned(), ..Message::default() }
    }

    fn calling() -> Message {
        let call = ToolCall { id: "1".to_owned(), name: "f".to_owned(), arguments: "{\"a\":1}".to_owned() };
        Message { calls: vec![call], reasoning: "hm".to_owned(), ..Message::default() }
    }

    #[test]
    fn the_native_family() {
        let (mut output, identity) = output(hello());
        assert_eq!(
            output.render(Style::Native(Calls::Flat), Form::Chat, &identity).to_string(),
            concat!(
                r#"{"response":"Hello","tool_calls":[],"usage":{"prompt_tokens":12,"completion_tokens":3,"#,
                r#""total_tokens":15,"prompt_tokens_details":{"cached_tokens":0},"neurons":1.5}}"#
            )
        );
        output.parse_json = true;
        output.choices[0].message.content = "{\"a\": [1]}".to_owned();
        let parsed = output.render(Style::Native(Calls::Flat), Form::Chat, &identity);
        assert_eq!(parsed["response"], json!({"a": [1]}));
    }

    #[test]
    fn native_calls_are_flat_or_functions() {
        let (output, identity) = output(calling());
        let flat = output.render(Style::Native(Calls::Flat), Form::Chat, &identity);
        assert_eq!(
            (&flat["response"], &flat["tool_calls"]),
            (&Value::Null, &json!([{"name": "f", "arguments": {"a": 1}}]))
        );
        let function = output.render(Style::Native(Calls::Function), Form::Chat, &identity);
        assert_eq!(function["tool_calls"][0]["function"]["arguments"], json!({"a": 1}));
    }

    #[test]
    fn the_openai_family() {
        let (output, identity) = output(hello());
        let chat = output.render(Style::OpenAi, Form::Chat, &identity);
        assert_eq!(chat["choices"][0]["message"], json!({"role": "assistant", "content": "Hello"}));
        assert_eq!(chat["choices"][0]["finish_reason"], "stop");
        let completion = output.render(Style::OpenAi, Form::Completion, &identity);
        assert_eq!(
            (&completion["object"], &completion["choices"][0]["text"]),
            (&json!("text_completion"), &json!("Hello"))
        );
    }

    #[test]
    fn openai_calls_have_arguments_as_text() {
        let (output, identity) = output(calling());
        let message = output.render(Style::Compatible, Form::Chat, &identity)["choices"][0]["message"].take();
        assert_eq!((&message["content"], &message["reasoning_content"]), (&Value::Null, &json!("hm")));
        assert_eq!(message["tool_calls"][0]["function"], json!({"name": "f", "arguments": "{\"a\":1}"}));
    }
}
