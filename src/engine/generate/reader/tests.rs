use serde_json::Value as Json;

use super::super::speech::scripted;
use super::*;

const ALL: Reading = Reading { calls: true, reasoning: true, thinking: false };

/// The parts, neighbours of one kind joined, whatever the pieces in which the text arrives.
fn read(row: usize, reading: Reading, text: &str) -> Vec<Part> {
    let mut results = Vec::new();
    for size in [1, 2, 3, 7, 1000] {
        let mut reader = Reader::new(&scripted(row, true), reading);
        let characters: Vec<char> = text.chars().collect();
        let mut parts = Vec::new();
        for piece in characters.chunks(size) {
            parts.extend(reader.push(&piece.iter().collect::<String>()));
        }
        parts.extend(reader.finish());
        results.push(joined(parts));
    }
    assert!(results.iter().all(|result| *result == results[0]), "{results:#?}");
    results.swap_remove(0)
}

fn joined(parts: Vec<Part>) -> Vec<Part> {
    let mut all: Vec<Part> = Vec::new();
    for part in parts {
        match (all.last_mut(), part) {
            (Some(Part::Content(text)), Part::Content(more))
            | (Some(Part::Reasoning(text)), Part::Reasoning(more))
            | (Some(Part::Arguments(text)), Part::Arguments(more)) => text.push_str(&more),
            (_, part) => all.push(part),
        }
    }
    all
}

fn content(text: &str) -> Part {
    Part::Content(text.to_owned())
}

fn call(name: &str, arguments: &str) -> [Part; 3] {
    [Part::CallStart { name: name.to_owned() }, Part::Arguments(arguments.to_owned()), Part::CallEnd]
}

#[test]
fn text_is_text() {
    for row in 0..4 {
        assert_eq!(read(row, ALL, " né <tool_ca [TOOL {x"), [content(" né <tool_ca [TOOL {x")]);
        assert_eq!(read(row, ALL, ""), []);
    }
    let nothing = Reading::default();
    assert_eq!(read(1, nothing, "<think>a</think>b<tool_call>"), [content("<think>a</think>b<tool_call>")]);
}

#[test]
fn reasoning_is_set_apart() {
    let reasoning = |text: &str| Part::Reasoning(text.to_owned());
    assert_eq!(read(1, ALL, "\n<think>a < b</think>\n\nyes"), [reasoning("a < b"), content("yes")]);
    assert_eq!(read(1, Reading { thinking: true, ..ALL }, "hm</think>yes"), [reasoning("hm"), content("yes")]);
    assert_eq!(read(1, ALL, "<think>never ends</thi"), [reasoning("never ends</thi")]);
    assert_eq!(read(1, ALL, "a <think>b"), [content("a <think>b")]);
}

#[test]
fn calls_of_every_form() {
    let (one, two) = (r#"{"name": "f", "arguments": {"a": "}\"{", "b": [1, {}]}}"#, r#"{"name":"né","arguments":{}}"#);
    let expected = || [call("f", r#"{"a": "}\"{", "b": [1, {}]}"#), call("né", "{}")].concat();
    assert_eq!(read(0, ALL, &format!("<|call|>{one}<|call|>{two}")), expected());
    let hermes = format!("<tool_call>\n{one}\n</tool_call>\n<tool_call>\n{two}\n</tool_call>");
    assert_eq!(read(1, ALL, &hermes), expected());
    assert_eq!(read(2, ALL, &format!("[TOOL_CALLS][{one}, {two}]")), expected());
    let llama = format!("{one}; {two}").replace("arguments", "parameters");
    assert_eq!(read(3, ALL, &llama), expected());
    assert_eq!(read(3, ALL, &format!("<|python_tag|>{llama}")), expected());
}

#[test]
fn text_may_stand_around_calls_and_calls_may_be_cut() {
    let text = "I look.\n<tool_call>{\"name\":\"f\",\"arguments\":{}}</tool_call>done";
    assert_eq!(read(1, ALL, text), [&[content("I look.\n")][..], &call("f", "{}"), &[content("done")]].concat());
    let cut = read(0, ALL, "<|call|>{\"name\":\"f\",\"arguments\":{\"a\": \"x");
    assert_eq!(cut, call("f", "{\"a\": \"x")[..2]);
    assert_eq!(read(0, ALL, "<|call|>{\"na"), []);
}

#[test]
fn odd_names_come_through() {
    let name = "a \"b\": {\\\"arguments\": [\u{1f600}";
    let object = format!("{{\"name\":{},\"arguments\":{{}}}}", Json::from(name));
    assert_eq!(read(0, ALL, &format!("<|call|>{object}")), call(name, "{}"));
}
