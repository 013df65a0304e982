//! The two families of whole answers, and the form that the OpenAI endpoint gives to both.

use serde_json::{Value, json};

use crate::ai::tasks::TokenUsage;
use crate::engine::generate::FinishReason;

/// How an answer is shaped. On `run` the model decides; on `/v1` the endpoint does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// `{response, tool_calls, usage}`.
    Native,
    /// `chat.completion` on `run`: its streams end with a native usage frame.
    OpenAi,
    /// The OpenAI-compatible endpoint.
    Compatible,
}

/// Which of the OpenAI objects: a chat, or a completion of a bare prompt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Chat,
    Completion,
}

/// What the objects of one answer carry besides text.
#[derive(Debug, Clone)]
pub struct Identity {
    pub id: String,
    /// Unix seconds.
    pub created: i64,
    pub model: String,
}

/// A finished generation.
#[derive(Debug, Clone, PartialEq)]
pub struct Output {
    pub text: String,
    pub finish: FinishReason,
    pub usage: TokenUsage,
}

pub(super) fn finish_name(reason: FinishReason) -> &'static str {
    match reason {
        FinishReason::Stop => "stop",
        FinishReason::Length => "length",
    }
}

impl Output {
    pub fn render(&self, style: Style, form: Form, identity: &Identity) -> Value {
        let usage = self.usage.render();
        let finish = finish_name(self.finish);
        let (object, choice) = match (style, form) {
            (Style::Native, _) => return json!({"response": self.text, "tool_calls": [], "usage": usage}),
            (_, Form::Chat) => (
                "chat.completion",
                json!({
                    "index": 0,
                    "message": {"role": "assistant", "content": self.text},
                    "logprobs": null,
                    "finish_reason": finish,
                }),
            ),
            (_, Form::Completion) => {
                ("text_completion", json!({"index": 0, "text": self.text, "logprobs": null, "finish_reason": finish}))
            }
        };
        json!({
            "id": identity.id,
            "object": object,
            "created": identity.created,
            "model": identity.model,
            "choices": [choice],
            "usage": usage,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn output() -> (Output, Identity) {
        let usage = TokenUsage { prompt: 12, cached: 0, completion: 3, neurons: 1.5 };
        let output = Output { text: "Hello".to_owned(), finish: FinishReason::Stop, usage };
        (output, Identity { id: "chatcmpl-1".to_owned(), created: 1, model: "@cf/a/b".to_owned() })
    }

    #[test]
    fn the_native_family() {
        let (output, identity) = output();
        assert_eq!(
            output.render(Style::Native, Form::Chat, &identity).to_string(),
            concat!(
                r#"{"response":"Hello","tool_calls":[],"usage":{"prompt_tokens":12,"completion_tokens":3,"#,
                r#""total_tokens":15,"prompt_tokens_details":{"cached_tokens":0},"neurons":1.5}}"#
            )
        );
    }

    #[test]
    fn the_openai_family() {
        let (output, identity) = output();
        let chat = output.render(Style::OpenAi, Form::Chat, &identity);
        assert_eq!(chat["choices"][0]["message"]["content"], "Hello");
        assert_eq!(chat["choices"][0]["finish_reason"], "stop");
        let completion = output.render(Style::OpenAi, Form::Completion, &identity);
        assert_eq!(
            (&completion["object"], &completion["choices"][0]["text"]),
            (&json!("text_completion"), &json!("Hello"))
        );
    }
}
