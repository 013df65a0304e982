//! A Responses input as the input of a chat.

use serde_json::{Map, Value, json};

use crate::ai::tasks::{field, refused};
use crate::error::AiError;

/// Whether an input is one of the Responses API.
pub fn is_responses(input: &Value) -> bool {
    let has = |name| field(input, name).is_some();
    has("input") && !has("messages") && !has("prompt")
}

/// The chat that means the same. What needs a store of earlier responses is refused: nothing is kept.
pub fn as_chat(input: &Value) -> Result<Value, AiError> {
    for name in ["previous_response_id", "conversation", "prompt"] {
        if field(input, name).is_some() {
            let hint = "send the conversation so far as `input`".to_owned();
            return Err(AiError::NotEmulated { what: format!("`{name}`"), hint });
        }
    }
    if field(input, "background").is_some_and(|on| *on == true) {
        let hint = "leave out `background`".to_owned();
        return Err(AiError::NotEmulated { what: "a response in the background".to_owned(), hint });
    }
    let mut chat = Map::new();
    chat.insert("messages".to_owned(), messages(input)?.into());
    let same = [
        "stream",
        "temperature",
        "top_p",
        "max_output_tokens",
        "parallel_tool_calls",
        "tool_choice",
        "reasoning",
        "seed",
        "top_logprobs",
        "chat_template_kwargs",
    ];
    for name in same {
        if let Some(value) = field(input, name) {
            chat.insert(name.to_owned(), value.clone());
        }
    }
    if field(input, "top_logprobs").is_some_and(|count| count.as_f64() != Some(0.0)) {
        chat.insert("logprobs".to_owned(), json!(true));
    }
    if let Some(tools) = field(input, "tools").and_then(Value::as_array) {
        chat.insert("tools".to_owned(), tools.iter().map(tool).collect::<Result<Vec<_>, _>>()?.into());
    }
    if let Some(format) = field(input, "text").and_then(|text| text.get("format")).filter(|format| !format.is_null()) {
        chat.insert("response_format".to_owned(), response_format(format));
    }
    Ok(Value::Object(chat))
}

/// Tools stand flat here, told apart by their type; those that a server would run itself are refused.
fn tool(tool: &Value) -> Result<Value, AiError> {
    match tool["type"].as_str() {
        Some("function") | None => Ok(tool.clone()),
        Some(other) => {
            let hint = "give tools of type `function`".to_owned();
            Err(AiError::NotEmulated { what: format!("a tool of type `{other}`"), hint })
        }
    }
}

/// `{type: "json_schema", name, schema, strict}` has its parts one level higher than a chat's.
fn response_format(format: &Value) -> Value {
    match format["type"].as_str() {
        Some("json_schema") => json!({"type": "json_schema", "json_schema": {"schema": format["schema"]}}),
        _ => format.clone(),
    }
}

fn messages(input: &Value) -> Result<Vec<Value>, AiError> {
    let mut messages = Vec::new();
    if let Some(instructions) = field(input, "instructions").and_then(Value::as_str) {
        messages.push(json!({"role": "system", "content": instructions}));
    }
    match field(input, "input") {
        Some(Value::String(text)) => messages.push(json!({"role": "user", "content": text})),
        Some(Value::Array(items)) => {
            for item in items {
                add(&mut messages, item)?;
            }
        }
        _ => return Err(refused("input must be a text or a list of items")),
    }
    match messages.iter().any(|message| message["role"] != "system") {
        true => Ok(messages),
        false => Err(refused("input must not be empty")),
    }
}

fn add(messages: &mut Vec<Value>, item: &Value) -> Result<(), AiError> {
    match item["type"].as_str() {
        None | Some("message") => {
            let role = item["role"].as_str().ok_or_else(|| refused("input: a message needs a `role`"))?;
            messages.push(json!({"role": role, "content": item.get("content").unwrap_or(&Value::Null)}));
        }
        Some("function_call") => {
            let call = json!({
                "id": item["call_id"], "type": "function",
                "function": {"name": item["name"], "arguments": item["arguments"]},
            });
            // Calls of one turn follow each other here, and stand in one message of a chat.
            match messages.last_mut().filter(|last| last["role"] == "assistant") {
                Some(last) => match last["tool_calls"].as_array_mut() {
                    Some(calls) => calls.push(call),
                    None => last["tool_calls"] = json!([call]),
                },
                None => messages.push(json!({"role": "assistant", "content": null, "tool_calls": [call]})),
            }
        }
        Some("function_call_output") => {
            let output = match &item["output"] {
                text @ (Value::String(_) | Value::Array(_)) => text.clone(),
                other => Value::String(other.to_string()),
            };
            messages.push(json!({"role": "tool", "tool_call_id": item["call_id"], "content": output}));
        }
        // What was thought before is not shown again.
        Some("reasoning") => {}
        Some(other) => {
            let hint = "send messages, function calls and their outputs".to_owned();
            return Err(AiError::NotEmulated { what: format!("an input item of type `{other}`"), hint });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_become_messages() {
        let chat = as_chat(&json!({
            "instructions": "be brief", "max_output_tokens": 9, "tools": [{"type": "function", "name": "f"}],
            "text": {"format": {"type": "json_schema", "name": "a", "schema": {"type": "object"}}},
            "input": [
                {"role": "user", "content": [{"type": "input_text", "text": "hi"}]},
                {"type": "reasoning", "summary": []},
                {"type": "function_call", "call_id": "1", "name": "f", "arguments": "{}"},
                {"type": "function_call", "call_id": "2", "name": "f", "arguments": "{}"},
                {"type": "function_call_output", "call_id": "1", "output": "7"},
                {"type": "function_call_output", "call_id": "2", "output": {"a": 1}},
            ],
        }))
        .unwrap();
        let roles: Vec<_> = chat["messages"].as_array().unwrap().iter().map(|message| &message["role"]).collect();
        assert_eq!(roles, ["system", "user", "assistant", "tool", "tool"]);
        assert_eq!(chat["messages"][2]["tool_calls"][1]["id"], "2");
        assert_eq!(chat["messages"][4]["content"], "{\"a\":1}");
        assert_eq!(chat["response_format"]["json_schema"]["schema"], json!({"type": "object"}));
        assert_eq!(chat["max_output_tokens"], 9);
    }

    #[test]
    fn what_has_no_chat_is_refused() {
        for bad in [
            json!({"input": []}),
            json!({"input": "a", "previous_response_id": "resp_1"}),
            json!({"input": "a", "background": true}),
            json!({"input": "a", "tools": [{"type": "web_search"}]}),
            json!({"input": [{"type": "item_reference", "id": "x"}]}),
            json!({"input": [{"content": "x"}]}),
            json!({"input": 7}),
        ] {
            assert_eq!(as_chat(&bad).unwrap_err().code(), 8001, "{bad}");
        }
    }
}
