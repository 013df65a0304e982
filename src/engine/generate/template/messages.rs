//! Messages as clients send them, made into messages as templates expect them.

use serde_json::{Map, Value as Json};

use crate::engine::backend::Failure;

/// Contents become texts and the arguments of tool calls become objects, as vLLM does for templates of text models.
/// A developer is a system for a template that does not know the role.
pub fn normalized(messages: &[Json], knows_developers: bool) -> Result<Vec<Json>, Failure> {
    let mut messages: Vec<Json> = messages
        .iter()
        .enumerate()
        .map(|(index, message)| one(index, message, knows_developers))
        .collect::<Result<_, _>>()?;
    sort_results(&mut messages);
    Ok(messages)
}

/// Results of parallel calls in the order of the calls: many templates show no ids, so the order is all that tells
/// the model which is which.
fn sort_results(messages: &mut [Json]) {
    let mut ids: Vec<Json> = Vec::new();
    let mut index = 0;
    while index < messages.len() {
        if messages[index]["role"] != "tool" {
            let calls = messages[index]["tool_calls"].as_array().into_iter().flatten();
            ids = calls.map(|call| call["id"].clone()).collect();
            index += 1;
            continue;
        }
        let results = messages[index..].iter().take_while(|message| message["role"] == "tool").count();
        let place = |message: &Json| ids.iter().position(|id| id.is_string() && *id == message["tool_call_id"]);
        messages[index..index + results].sort_by_key(|message| place(message).unwrap_or(usize::MAX));
        index += results;
    }
}

fn one(index: usize, message: &Json, knows_developers: bool) -> Result<Json, Failure> {
    let refused = |reason: String| Failure::Input(format!("message {index}: {reason}"));
    let mut message: Map<String, Json> =
        message.as_object().cloned().ok_or_else(|| refused("is not an object".to_owned()))?;
    if !message.get("role").is_some_and(Json::is_string) {
        return Err(refused("has no `role`".to_owned()));
    }
    if !knows_developers && message["role"] == "developer" {
        message.insert("role".to_owned(), "system".into());
    }
    let content = match message.get("content") {
        None | Some(Json::Null) => String::new(),
        Some(Json::String(text)) => text.clone(),
        Some(Json::Array(parts)) => {
            let texts: Result<Vec<&str>, Failure> = parts.iter().map(|part| text(part).map_err(refused)).collect();
            texts?.join("\n")
        }
        Some(part @ Json::Object(_)) => text(part).map_err(refused)?.to_owned(),
        Some(_) => return Err(refused("`content` is neither a text nor a list of parts".to_owned())),
    };
    message.insert("content".to_owned(), content.into());
    if message.get("tool_calls").is_some_and(Json::is_null) {
        // Templates ask whether it is there, and then how long it is.
        message.remove("tool_calls");
    }
    if let Some(Json::Array(calls)) = message.get_mut("tool_calls") {
        calls.iter_mut().for_each(open_arguments);
    }
    Ok(message.into())
}

fn text(part: &Json) -> Result<&str, String> {
    if let Some(text) = part.as_str() {
        return Ok(text);
    }
    match (part["type"].as_str(), part["text"].as_str()) {
        (Some("text" | "input_text" | "output_text") | None, Some(text)) => Ok(text),
        (Some(kind), _) => Err(format!("this checkpoint reads text only, and a part is of type `{kind}`")),
        (None, None) => Err("a part of `content` has neither `type` nor `text`".to_owned()),
    }
}

/// OpenAI sends arguments as a text that holds JSON; templates write them with `tojson`.
fn open_arguments(call: &mut Json) {
    let arguments = match call.get_mut("function") {
        Some(function) => function.get_mut("arguments"),
        None => call.get_mut("arguments"),
    };
    if let Some(arguments) = arguments
        && let Some(parsed @ Json::Object(_)) = arguments.as_str().and_then(|text| serde_json::from_str(text).ok())
    {
        *arguments = parsed;
    }
}
