//! What a generation says, whole and in pieces, before any dialect.

use serde_json::{Map, Value, json};

use super::responses::Echo;
use crate::ai::tasks::TokenUsage;
use crate::engine::generate::{FinishReason as Ended, TokenLogprob};

/// A finished generation.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Output {
    /// As many as `n` asked for; at least one.
    pub choices: Vec<Choice>,
    pub usage: TokenUsage,
    /// JSON mode on the native family: `response` is the parsed text.
    pub parse_json: bool,
    /// Asked for as a response of the Responses API.
    pub echo: Option<Echo>,
}

/// One answer.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Choice {
    pub message: Message,
    pub finish: FinishReason,
    /// Of the text's tokens, where asked for.
    pub logprobs: Option<Vec<TokenLogprob>>,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Message {
    pub content: String,
    /// What stood in the reasoning block, if there was one.
    pub reasoning: String,
    pub calls: Vec<ToolCall>,
}

/// A tool that the model wants called.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ToolCall {
    pub id: String,
    pub name: String,
    /// An object, as JSON text.
    pub arguments: String,
}

/// Why an answer ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum FinishReason {
    #[default]
    Stop,
    Length,
    ToolCalls,
}

/// More of one answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delta {
    Content(String),
    Reasoning(String),
    /// Call number `call` of this answer begins.
    CallStart {
        call: usize,
        id: String,
        name: String,
    },
    /// More of its arguments' JSON text.
    Arguments {
        call: usize,
        text: String,
    },
}

impl FinishReason {
    /// `calls`: how many tool calls are whole.
    pub fn of(ended: Ended, calls: usize) -> Self {
        match ended {
            Ended::Stop if calls > 0 => Self::ToolCalls,
            Ended::Stop => Self::Stop,
            Ended::Length => Self::Length,
        }
    }

    /// OpenAI's word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Stop => "stop",
            Self::Length => "length",
            Self::ToolCalls => "tool_calls",
        }
    }
}

impl Message {
    pub fn push(&mut self, delta: Delta) {
        match delta {
            Delta::Content(text) => self.content.push_str(&text),
            Delta::Reasoning(text) => self.reasoning.push_str(&text),
            Delta::CallStart { id, name, .. } => self.calls.push(ToolCall { id, name, arguments: String::new() }),
            Delta::Arguments { call, text } => {
                if let Some(call) = self.calls.get_mut(call) {
                    call.arguments.push_str(&text);
                }
            }
        }
    }

    /// As OpenAI's API has it.
    pub fn render(&self) -> Value {
        let mut message = Map::new();
        message.insert("role".to_owned(), json!("assistant"));
        let content = if self.content.is_empty() && !self.calls.is_empty() { Value::Null } else { json!(self.content) };
        message.insert("content".to_owned(), content);
        if !self.reasoning.is_empty() {
            message.insert("reasoning_content".to_owned(), json!(self.reasoning));
        }
        if !self.calls.is_empty() {
            message.insert("tool_calls".to_owned(), self.calls.iter().map(ToolCall::render).collect());
        }
        Value::Object(message)
    }
}

impl ToolCall {
    /// As OpenAI's API has it: the arguments as text.
    pub fn render(&self) -> Value {
        json!({"id": self.id, "type": "function", "function": {"name": self.name, "arguments": self.arguments}})
    }

    /// The arguments as an object.
    pub fn parsed(&self) -> Value {
        serde_json::from_str(&self.arguments).unwrap_or_else(|_| Value::String(self.arguments.clone()))
    }
}

/// `logprobs` of a chat's choice.
pub fn chat_logprobs(tokens: &[TokenLogprob]) -> Value {
    let one = |bytes: &[u8], logprob: f32| json!({"token": lossy(bytes), "logprob": logprob, "bytes": bytes});
    let content: Vec<Value> = tokens
        .iter()
        .map(|token| {
            let mut value = one(&token.bytes, token.logprob);
            value["top_logprobs"] = token.top.iter().map(|(bytes, logprob)| one(bytes, *logprob)).collect();
            value
        })
        .collect();
    json!({"content": content, "refusal": null})
}

/// `logprobs` of a text completion's choice; `offset` is where its text begins, in characters.
pub fn completion_logprobs(tokens: &[TokenLogprob], mut offset: usize) -> Value {
    let mut offsets = Vec::new();
    for token in tokens {
        offsets.push(offset);
        offset += lossy(&token.bytes).chars().count();
    }
    let top = |token: &TokenLogprob| -> Value {
        token.top.iter().map(|(bytes, logprob)| (lossy(bytes), json!(logprob))).collect::<Map<_, _>>().into()
    };
    json!({
        "tokens": tokens.iter().map(|token| lossy(&token.bytes)).collect::<Vec<_>>(),
        "token_logprobs": tokens.iter().map(|token| token.logprob).collect::<Vec<_>>(),
        "top_logprobs": tokens.iter().map(top).collect::<Vec<_>>(),
        "text_offset": offsets,
    })
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
