use serde_json::json;

use super::*;

fn render(source: &str, messages: Json, tools: Json) -> Result<String, Failure> {
    let template = ChatTemplate::from_source("mine", source)?;
    template.render(messages.as_array().unwrap(), tools.as_array().unwrap(), &Map::new())
}

fn user(content: &str) -> Json {
    json!([{"role": "user", "content": content}])
}

#[test]
fn blocks_are_trimmed_as_transformers_does() {
    let source = "{% for message in messages %}\n    {% if message['role'] == 'user' %}\n[{{ message.content.strip() }}]\n    {% endif %}\n{% endfor %}\n{% if add_generation_prompt %}\n>{% endif %}";
    assert_eq!(render(source, user("  hi "), json!([])).unwrap(), "[hi]\n>");
}

#[test]
fn values_print_as_in_python() {
    let source = "{{ true }} {{ none }} {{ tools is none }} {{ nothing }}|{{ 1.5 }} {{ '<' }}";
    assert_eq!(render(source, user(""), json!([])).unwrap(), "True None True |1.5 <");
}

#[test]
fn tools_are_written_in_order_and_with_spaces() {
    let tools =
        json!([{"type": "function", "function": {"name": "z", "description": "<é\">", "a": [1, 2.0, null, true, {}]}}]);
    let expected = "{\"type\": \"function\", \"function\": {\"name\": \"z\", \"description\": \"<é\\\">\", \"a\": [1, 2.0, null, true, {}]}}";
    assert_eq!(render("{{ tools[0] | tojson }}", user(""), tools.clone()).unwrap(), expected);
    let compact = render("{{ tools[0] | tojson(separators=(',', ':'), sort_keys=true) }}", user(""), tools.clone());
    let expected =
        "{\"function\":{\"a\":[1,2.0,null,true,{}],\"description\":\"<é\\\">\",\"name\":\"z\"},\"type\":\"function\"}";
    assert_eq!(compact.unwrap(), expected);
    let indented = render("{{ tools[0].function.a | tojson(indent=2) }}", user(""), tools).unwrap();
    assert_eq!(indented, "[\n  1,\n  2.0,\n  null,\n  true,\n  {}\n]");
}

#[test]
fn contents_and_calls_are_normalized() {
    let messages = json!([
        {"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]},
        {"role": "assistant", "content": null, "tool_calls":
            [{"id": "1", "type": "function", "function": {"name": "f", "arguments": "{\"x\":1}"}}]},
        {"role": "tool", "content": "7", "tool_call_id": "1"},
    ]);
    let source = "{% for m in messages %}{{ m.role }}={{ m.content }};\
                  {% for c in m.tool_calls or [] %}{{ c.function.arguments.x + 1 }};{% endfor %}{% endfor %}";
    assert_eq!(render(source, messages, json!([])).unwrap(), "user=a\nb;assistant=;2;tool=7;");
}

#[test]
fn results_follow_their_calls_and_developers_are_systems() {
    let call = |id: &str| json!({"id": id, "type": "function", "function": {"name": id, "arguments": "{}"}});
    let result = |id: &str| json!({"role": "tool", "content": id, "tool_call_id": id});
    let messages = json!([{"role": "developer", "content": "be brief"}, {"role": "assistant", "content": "", "tool_calls": [call("a"), call("b")]},
        result("b"), result("a"), {"role": "user", "content": {"type": "text", "text": "so?"}}]);
    let source = "{% for m in messages %}{{ m.role }}={{ m.content }};{% endfor %}";
    let text = render(source, messages.clone(), json!([])).unwrap();
    assert_eq!(text, "system=be brief;assistant=;tool=a;tool=b;user=so?;");
    let knows = format!("{source}{{# developer #}}");
    assert!(render(&knows, messages, json!([])).unwrap().starts_with("developer=be brief"));
}

#[test]
fn options_reach_the_template_and_replace_nothing() {
    let template = ChatTemplate::from_source("mine", "{{ enable_thinking }}{{ messages | length }}").unwrap();
    let options = json!({"enable_thinking": false, "messages": []});
    let text = template.render(user("a").as_array().unwrap(), &[], options.as_object().unwrap()).unwrap();
    assert_eq!(text, "False1");
}

#[test]
fn what_cannot_be_rendered_is_refused_with_a_reason() {
    let reason = |source, messages| match render(source, messages, json!([])) {
        Err(Failure::Input(text)) => text,
        other => panic!("{other:?}"),
    };
    let raised = "{{ raise_exception('Only user and assistant roles are supported!') }}";
    assert!(reason(raised, user("")).ends_with("refuses this: Only user and assistant roles are supported!"));
    assert!(reason("", json!([7])).contains("message 0"));
    assert!(reason("", json!([{"content": "x"}])).contains("`role`"));
    assert!(reason("", json!([{"role": "user", "content": 7}])).contains("`content`"));
    let image = json!([{"role": "user", "content": [{"type": "image_url", "image_url": {}}]}]);
    assert!(reason("", image).contains("`image_url`"));
    assert!(reason("{{ messages | nonsense }}", user("")).contains("nonsense"));
}

#[test]
fn time_is_the_clocks() {
    let clock = Clock::default();
    clock.set_offset(jiff::SignedDuration::from_hours(24 * 366 * 10));
    let template = ChatTemplate::from_source("mine", "{{ strftime_now('%Y') }}").unwrap().with_clock(clock.clone());
    assert_eq!(template.render(&[], &[], &Map::new()).unwrap(), clock.now().strftime("%Y").to_string());
}

#[test]
fn one_that_runs_for_ever_or_writes_for_ever_is_ended() {
    let long = "x".repeat(100_000);
    for source in [
        "{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}",
        "{% for a in range(100000) %}{{ messages[0].content }}{% endfor %}",
    ] {
        let template = ChatTemplate::from_source("mine", source).unwrap();
        let messages = [json!({"role": "user", "content": long})];
        let error = template.render(&messages, &[], &Map::new()).unwrap_err().to_string();
        assert!(error.contains("it takes too many steps"), "{error}");
    }
    // A whole window of text in very many messages.
    let template = ChatTemplate::plain("mine").unwrap();
    let messages = vec![json!({"role": "user", "content": "x".repeat(1000)}); 5000];
    assert!(template.render(&messages, &[], &Map::new()).is_ok());
}

fn load(config: &Json, file: Option<&str>) -> Result<ChatTemplate, Failure> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(CONFIG), config.to_string()).unwrap();
    if let Some(source) = file {
        std::fs::write(folder.path().join(FILE), source).unwrap();
    }
    ChatTemplate::load(&Checkpoint::folder("mine", folder.path()))
}

#[test]
fn templates_are_found_where_transformers_puts_them() {
    let tools = [json!({"name": "f"})];
    let one = load(&json!({"chat_template": "{{ bos_token }}one", "bos_token": {"content": "<s>"}}), None).unwrap();
    assert_eq!(one.render(&[], &tools, &Map::new()).unwrap(), "<s>one");
    let named = json!({"chat_template": [{"name": "default", "template": "d"}, {"name": "tool_use", "template": "t"},
        {"name": "rag", "template": "{% unknown %}"}]});
    let named = load(&named, None).unwrap();
    assert_eq!(
        (named.render(&[], &[], &Map::new()).unwrap(), named.render(&[], &tools, &Map::new()).unwrap()),
        ("d".into(), "t".into())
    );
    let marked = load(&json!({}), Some("{%- generation -%} a {%- endgeneration %}")).unwrap();
    assert_eq!(marked.render(&[], &[], &Map::new()).unwrap(), "a");
    let none = load(&json!({}), None).unwrap().render(&[], &[], &Map::new()).unwrap_err().to_string();
    assert!(none.contains("`mine`") && none.contains("hint:"), "{none}");
    let broken = load(&json!({"chat_template": "{% if %}"}), None).unwrap_err().to_string();
    assert!(broken.contains("mine") && broken.contains("chat_template"), "{broken}");
}
