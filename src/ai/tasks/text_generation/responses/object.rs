//! The Responses object: what was asked, and what came of it.

use serde_json::{Value, json};

use super::super::answer::Identity;
use super::super::message::{FinishReason, Message, Output, ToolCall};
use crate::ai::tasks::TokenUsage;

/// What a Responses object repeats of its request.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Echo(Value);

impl Echo {
    pub fn of(input: &Value) -> Self {
        let or =
            |name: &str, default: Value| input.get(name).filter(|value| !value.is_null()).cloned().unwrap_or(default);
        Self(json!({
            "instructions": or("instructions", Value::Null),
            "max_output_tokens": or("max_output_tokens", Value::Null),
            "metadata": or("metadata", json!({})),
            "parallel_tool_calls": or("parallel_tool_calls", json!(true)),
            "previous_response_id": null,
            "reasoning": or("reasoning", json!({"effort": null, "summary": null})),
            "store": false,
            "temperature": or("temperature", json!(1.0)),
            "text": or("text", json!({"format": {"type": "text"}})),
            "tool_choice": or("tool_choice", json!("auto")),
            "tools": or("tools", json!([])),
            "top_p": or("top_p", json!(1.0)),
            "truncation": or("truncation", json!("disabled")),
        }))
    }

    /// The object as it stands: `output` is empty and `usage` null while it is in progress.
    pub fn object(&self, identity: &Identity, status: &str, output: Vec<Value>, usage: Option<&TokenUsage>) -> Value {
        let incomplete = (status == "incomplete").then(|| json!({"reason": "max_output_tokens"}));
        let mut object = json!({
            "id": identity.id,
            "object": "response",
            "created_at": identity.created,
            "status": status,
            "error": null,
            "incomplete_details": incomplete,
            "model": identity.model,
            "output": output,
        });
        for (key, value) in self.0.as_object().into_iter().flatten() {
            object[key] = value.clone();
        }
        object["usage"] = usage.map_or(Value::Null, render);
        object
    }

    /// A whole answer.
    pub fn whole(&self, identity: &Identity, output: &Output) -> Value {
        let choice = &output.choices[0];
        let status = status(choice.finish);
        let mut items = items(&identity.id, &choice.message);
        if let Some(last) = items.last_mut() {
            last["status"] = json!(status);
        }
        self.object(identity, status, items, Some(&output.usage))
    }
}

pub fn status(finish: FinishReason) -> &'static str {
    match finish {
        FinishReason::Stop | FinishReason::ToolCalls => "completed",
        FinishReason::Length => "incomplete",
    }
}

fn render(usage: &TokenUsage) -> Value {
    json!({
        "input_tokens": usage.prompt,
        "input_tokens_details": {"cached_tokens": usage.cached},
        "output_tokens": usage.completion,
        "output_tokens_details": {"reasoning_tokens": usage.reasoning},
        "total_tokens": usage.prompt + usage.completion,
    })
}

/// Reasoning, text, calls, in this order; the same ids as in the stream.
fn items(id: &str, message: &Message) -> Vec<Value> {
    let mut items = Vec::new();
    if !message.reasoning.is_empty() {
        items.push(reasoning(&item_id(id, "rs", items.len()), &message.reasoning, "completed"));
    }
    if !message.content.is_empty() || (message.calls.is_empty() && message.reasoning.is_empty()) {
        items.push(text(&item_id(id, "msg", items.len()), &message.content, "completed"));
    }
    for call in &message.calls {
        items.push(function_call(&item_id(id, "fc", items.len()), call, "completed"));
    }
    items
}

/// `msg_<response>_<place>`.
pub fn item_id(response: &str, kind: &str, place: usize) -> String {
    format!("{kind}_{}_{place}", response.trim_start_matches("resp_"))
}

pub fn reasoning(id: &str, text: &str, status: &str) -> Value {
    let content = if text.is_empty() { json!([]) } else { json!([{"type": "reasoning_text", "text": text}]) };
    json!({"id": id, "type": "reasoning", "summary": [], "content": content, "status": status})
}

pub fn text(id: &str, text: &str, status: &str) -> Value {
    let content = if status == "in_progress" { json!([]) } else { json!([text_part(text)]) };
    json!({"id": id, "type": "message", "role": "assistant", "status": status, "content": content})
}

pub fn text_part(text: &str) -> Value {
    json!({"type": "output_text", "text": text, "annotations": [], "logprobs": []})
}

pub fn function_call(id: &str, call: &ToolCall, status: &str) -> Value {
    json!({
        "id": id, "type": "function_call", "status": status, "call_id": call.id, "name": call.name,
        "arguments": call.arguments,
    })
}
