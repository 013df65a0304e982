//! JSON mode and tool calls: their form is certain, whatever the model says.

use serde_json::{Value, json};

use super::client::{Client, OPENAI_CHAT, events, json_of, refusal_of};

/// Native, with JSON mode on its published list.
const JSON_CHAT: &str = "@cf/meta/llama-3.3-70b-instruct-fp8-fast";
/// Native, newer: calls are functions.
const SCOUT: &str = "@cf/meta/llama-4-scout-17b-16e-instruct";
const GEMMA: &str = "@cf/google/gemma-4-26b-a4b-it";

fn ask(extra: Value) -> Value {
    let mut input =
        json!({"messages": [{"role": "user", "content": "Weather in Oslo?"}], "max_tokens": 200, "seed": 3});
    for (key, value) in extra.as_object().unwrap() {
        input[key] = value.clone();
    }
    input
}

/// A schema whose every value is bounded, so that an answer ends.
fn schema() -> Value {
    json!({"type": "object", "properties": {
        "city": {"enum": ["Oslo", "Rome", "né \u{1f600}"]}, "warm": {"type": "boolean"},
        "days": {"type": "array", "items": {"enum": [1, 2, 3]}, "minItems": 1, "maxItems": 3}},
        "required": ["city", "warm", "days"]})
}

fn assert_fits(value: &Value) {
    assert!(["Oslo", "Rome", "né \u{1f600}"].contains(&value["city"].as_str().unwrap()), "{value}");
    assert!(value["warm"].is_boolean() && (1..=3).contains(&value["days"].as_array().unwrap().len()), "{value}");
    assert_eq!(value.as_object().unwrap().len(), 3);
}

#[tokio::test]
async fn native_json_mode_gives_an_object() {
    let client = Client::start().await;
    let bare = json!({"type": "json_schema", "json_schema": schema()});
    let wrapped = json!({"type": "json_schema", "json_schema": {"name": "w", "strict": true, "schema": schema()}});
    for temperature in [0, 2, 5] {
        for format in [&bare, &wrapped] {
            let input = ask(json!({"response_format": format, "temperature": temperature}));
            assert_fits(&client.result(JSON_CHAT, input).await["response"]);
        }
    }
    assert_fits(&client.result(SCOUT, ask(json!({"guided_json": schema()}))).await["response"]);
    let prompt = json!({"prompt": "Weather?", "response_format": bare, "max_tokens": 200});
    assert_fits(&client.result(JSON_CHAT, prompt).await["response"]);
}

#[tokio::test]
async fn the_openai_family_gives_json_as_text() {
    let client = Client::start().await;
    let format = json!({"type": "json_schema", "json_schema": {"name": "w", "schema": schema()}});
    for model in [OPENAI_CHAT, GEMMA] {
        let whole = client.result(model, ask(json!({"response_format": format}))).await;
        let text = whole["choices"][0]["message"]["content"].as_str().unwrap();
        assert_fits(&serde_json::from_str(text).unwrap());
        assert_eq!(whole["choices"][0]["finish_reason"], "stop");
    }
    let body = ask(json!({"model": JSON_CHAT, "response_format": format, "stream": true}));
    let response = client.post(client.api("/ai/v1/chat/completions"), &body).await;
    let (frames, done) = events(&response.text().await.unwrap());
    let text: String = frames.iter().filter_map(|frame| frame["choices"][0]["delta"]["content"].as_str()).collect();
    assert_fits(&serde_json::from_str(&text).unwrap());
    assert!(done);
}

#[tokio::test]
async fn json_that_is_cut_or_cannot_be() {
    let client = Client::start().await;
    let format = json!({"type": "json_schema", "json_schema": schema()});
    // Cut inside: the native family has no answer, the other one an unfinished text.
    let cut = ask(json!({"response_format": format, "max_tokens": 2}));
    let (status, code, message) = client.refusal(JSON_CHAT, cut.clone()).await;
    assert_eq!((status, code), (400, 5024), "{message}");
    assert!(message.contains("JSON Model couldn't be met"), "{message}");
    let whole = client.result(GEMMA, cut).await;
    assert_eq!(whole["choices"][0]["finish_reason"], "length");
    // No answer fits.
    let nothing = json!({"type": "json_schema", "json_schema": {"type": "integer", "minimum": 2, "maximum": 1}});
    let input = ask(json!({"response_format": nothing}));
    assert_eq!(client.refusal(JSON_CHAT, input.clone()).await.1, 5024);
    assert_eq!(client.refusal(GEMMA, input).await.1, 8001);
    // A model without JSON mode.
    let input = ask(json!({"response_format": format}));
    let (status, code, message) = client.refusal("@cf/meta/llama-3.1-8b-instruct-fp8", input).await;
    assert_eq!((status, code), (400, 5025));
    assert!(message.contains("This model doesn't support JSON Schema."), "{message}");
    // Recursion is allowed, and depth is bounded.
    let tree =
        json!({"type": "object", "properties": {"a": {"anyOf": [{"$ref": "#"}, {"type": "null"}]}}, "required": ["a"]});
    let format = json!({"type": "json_schema", "json_schema": tree});
    let response = client.run(GEMMA, ask(json!({"response_format": format, "max_tokens": 40}))).await;
    assert_eq!(response.status(), 200);
    let mut deep = json!({"type": "string"});
    for _ in 0..40 {
        deep = json!({"type": "object", "properties": {"a": deep}});
    }
    let format = json!({"type": "json_schema", "json_schema": deep});
    let (status, _, message) = client.refusal(GEMMA, ask(json!({"response_format": format}))).await;
    assert!(status == 400 && message.contains("deep"), "{message}");
}

fn parameters() -> Value {
    json!({"type": "object", "properties": {"city": {"type": "string", "enum": ["Oslo", "Rome"], "description": "where"}},
        "required": ["city"]})
}

fn flat() -> Value {
    json!([{"name": "get_weather", "description": "Weather", "parameters": parameters()},
        {"name": "odd \"name\" \u{1f600}/{}", "description": "Odd", "parameters": parameters()}])
}

fn functions() -> Value {
    flat().as_array().unwrap().iter().map(|tool| json!({"type": "function", "function": tool})).collect()
}

fn assert_call(name: &Value, arguments: &Value) {
    assert!(flat().as_array().unwrap().iter().any(|tool| tool["name"] == *name), "{name}");
    assert!(["Oslo", "Rome"].contains(&arguments["city"].as_str().unwrap()), "{arguments}");
}

#[tokio::test]
async fn required_calls_in_both_families() {
    let client = Client::start().await;
    for tools in [flat(), functions()] {
        let input =
            ask(json!({"tools": tools, "tool_choice": "required", "parallel_tool_calls": false, "temperature": 2}));
        let whole = client.result(JSON_CHAT, input).await;
        assert_eq!(whole["response"], Value::Null);
        let calls = whole["tool_calls"].as_array().unwrap();
        assert!(!calls.is_empty());
        calls.iter().for_each(|call| assert_call(&call["name"], &call["arguments"]));
    }
    let input =
        ask(json!({"tools": functions(), "tool_choice": "required", "parallel_tool_calls": false, "temperature": 2}));
    let scout = client.result(SCOUT, input.clone()).await;
    let call = &scout["tool_calls"][0];
    assert!(call["id"].as_str().unwrap().starts_with("chatcmpl-tool-") && call["type"] == "function");
    assert_call(&call["function"]["name"], &call["function"]["arguments"]);
    let openai = client.result(GEMMA, input).await;
    let choice = &openai["choices"][0];
    assert_eq!((&choice["finish_reason"], &choice["message"]["content"]), (&json!("tool_calls"), &Value::Null));
    let function = &choice["message"]["tool_calls"][0]["function"];
    assert_call(&function["name"], &serde_json::from_str(function["arguments"].as_str().unwrap()).unwrap());
}

#[tokio::test]
async fn a_named_tool_none_and_too_little_room() {
    let client = Client::start().await;
    let named = json!({"type": "function", "function": {"name": "get_weather"}});
    let whole = client.result(GEMMA, ask(json!({"tools": functions(), "tool_choice": named}))).await;
    let calls = whole["choices"][0]["message"]["tool_calls"].as_array().unwrap();
    assert_eq!((calls.len(), &calls[0]["function"]["name"]), (1, &json!("get_weather")));
    let none = client.result(GEMMA, ask(json!({"tools": functions(), "tool_choice": "none"}))).await;
    assert!(none["choices"][0]["message"].get("tool_calls").is_none());
    let short = ask(json!({"tools": functions(), "tool_choice": "required", "max_tokens": 2}));
    assert_eq!(client.refusal(GEMMA, short).await.1, 8006);
    // Refusals of the newer engines.
    for bad in [
        json!({"tools": flat()}),
        json!({"tools": functions(), "tool_choice": "any"}),
        json!({"tool_choice": "required"}),
    ] {
        let (status, code, message) = client.refusal(GEMMA, ask(bad.clone())).await;
        assert_eq!((status, code), (400, 8001), "{bad}: {message}");
    }
}

#[tokio::test]
async fn calls_stream_in_each_family() {
    let client = Client::start().await;
    let input = ask(
        json!({"tools": functions(), "tool_choice": "required", "parallel_tool_calls": false, "stream": true, "temperature": 2}),
    );
    // Native: name, pieces of arguments, a null delta, the reason, the usage.
    let (frames, done) = events(&client.run(JSON_CHAT, input.clone()).await.text().await.unwrap());
    let calls: Vec<&Value> = frames.iter().filter_map(|frame| frame["tool_calls"].get(0)).collect();
    let first: Vec<_> = calls.iter().filter(|call| call["index"] == 0).collect();
    let arguments: String = first.iter().filter_map(|call| call["function"]["arguments"].as_str()).collect();
    assert_call(&first[0]["function"]["name"], &serde_json::from_str(&arguments).unwrap());
    assert_eq!((&calls.last().unwrap()["id"], done), (&Value::Null, true));
    let [.., reason, usage] = frames.as_slice() else { panic!("{frames:?}") };
    assert_eq!(reason["finish_reason"], "tool_calls");
    assert!(usage["usage"]["total_tokens"].is_number());
    // OpenAI: by index, the id once.
    let (frames, done) = events(&client.run(GEMMA, input.clone()).await.text().await.unwrap());
    let deltas: Vec<Value> =
        frames.iter().filter_map(|frame| frame["choices"][0]["delta"]["tool_calls"].get(0).cloned()).collect();
    let first: Vec<_> = deltas.iter().filter(|call| call["index"] == 0).collect();
    let arguments: String = first.iter().filter_map(|call| call["function"]["arguments"].as_str()).collect();
    assert_call(&first[0]["function"]["name"], &serde_json::from_str(&arguments).unwrap());
    assert!(done && first.iter().filter(|call| call["id"].is_string()).count() == 1);
    assert!(frames.iter().any(|frame| frame["choices"][0]["finish_reason"] == "tool_calls"));
}

#[tokio::test]
async fn results_go_back_in() {
    let client = Client::start().await;
    let call = json!({"id": "call_1", "type": "function", "function": {"name": "get_weather", "arguments": "{\"city\":\"Oslo\"}"}});
    let messages = json!([
        {"role": "user", "content": "Weather in Oslo?"},
        {"role": "assistant", "content": null, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "call_1", "content": "7 degrees"},
    ]);
    let body = json!({"model": GEMMA, "messages": messages, "tools": functions(), "max_tokens": 30});
    let (status, whole) = json_of(client.post(client.api("/ai/v1/chat/completions"), &body).await).await;
    assert_eq!(status, 200, "{whole}");
    // The legacy flow: a result without an id, and no calls shown.
    let legacy = json!([{"role": "user", "content": "Weather?"}, {"role": "tool", "name": "get_weather", "content": "{\"t\":7}"}]);
    let whole = client.result(JSON_CHAT, json!({"messages": legacy, "tools": flat(), "max_tokens": 20})).await;
    assert!(whole["usage"]["prompt_tokens"].as_u64().unwrap() > 10);
    // String-only models still refuse null.
    let (_, code, _) = client.refusal(JSON_CHAT, json!({"messages": messages})).await;
    assert_eq!(code, 5006);
}

#[tokio::test]
async fn the_responses_api() {
    let client = Client::start().await;
    let url = client.api("/ai/v1/responses");
    let tools = json!([{"type": "function", "name": "get_weather", "parameters": parameters(), "strict": true}]);
    let body = json!({"model": "@cf/openai/gpt-oss-20b", "input": "Weather in Oslo?", "instructions": "be brief",
        "tools": tools, "tool_choice": "required", "max_output_tokens": 100});
    let (status, whole) = json_of(client.post(url.clone(), &body).await).await;
    assert_eq!(
        (status.as_u16(), &whole["object"], &whole["status"]),
        (200, &json!("response"), &json!("completed")),
        "{whole}"
    );
    let call = &whole["output"][0];
    assert_eq!((&call["type"], &call["name"]), (&json!("function_call"), &json!("get_weather")));
    assert_call(&call["name"], &serde_json::from_str(call["arguments"].as_str().unwrap()).unwrap());

    let format = json!({"format": {"type": "json_schema", "name": "w", "schema": schema()}});
    let body = json!({"model": "@cf/openai/gpt-oss-20b", "input": [{"role": "user", "content": [{"type": "input_text", "text": "Weather?"}]}],
        "text": format, "stream": true, "max_output_tokens": 200});
    let text = client.post(url.clone(), &body).await.text().await.unwrap();
    let events: Vec<(String, Value)> = text
        .split("\n\n")
        .filter_map(|event| event.strip_prefix("event: ")?.split_once("\ndata: "))
        .map(|(name, data)| (name.to_owned(), serde_json::from_str(data).unwrap()))
        .collect();
    assert!(events.iter().all(|(name, data)| data["type"] == *name));
    assert_eq!(events[0].0, "response.created");
    let (last, done) = events.last().unwrap();
    assert_eq!(last, "response.completed");
    let said: String = events
        .iter()
        .filter(|(name, _)| name == "response.output_text.delta")
        .filter_map(|(_, data)| data["delta"].as_str())
        .collect();
    assert_eq!(done["response"]["output"][0]["content"][0]["text"], said.as_str());
    assert_fits(&serde_json::from_str(&said).unwrap());

    // On `run` the model answers after its input.
    let run = client.result("@cf/openai/gpt-oss-20b", json!({"input": "hello", "max_output_tokens": 5})).await;
    assert_eq!(run["object"], "response");
    let chat =
        client.result("@cf/openai/gpt-oss-20b", json!({"messages": [{"role": "user", "content": "hello"}]})).await;
    assert_eq!(chat["object"], "chat.completion");
    for bad in [json!({"model": GEMMA}), json!({"model": GEMMA, "input": 7}), json!({"input": "a"})] {
        assert_eq!(refusal_of(client.post(url.clone(), &bad).await).await.1, 5006, "{bad}");
    }
    let stored = json!({"model": GEMMA, "input": "a", "previous_response_id": "resp_1"});
    assert_eq!(refusal_of(client.post(url.clone(), &stored).await).await.1, 8001);
}
