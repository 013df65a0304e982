use std::time::{Duration, Instant};

use rand::{RngExt, SeedableRng};
use serde_json::json;

use super::super::reader::{Part, Reader, Reading};
use super::super::speech::scripted;
use super::*;
use crate::engine::scripted::byte_tokenizer;

fn grammars() -> Grammars {
    Grammars::new(Arc::new(Vocabulary::new(Arc::new(byte_tokenizer().unwrap()), vec![256], 260)))
}

/// An output of tokens drawn at random from those that the grammar allows, and whether it ended by itself.
fn drawn(constraint: &mut Constraint, seed: u64, most: usize) -> (String, bool) {
    let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(seed);
    let mut said = Vec::new();
    while said.len() < most {
        let mut logits: Vec<f32> = (0..260).map(|_| random.random_range(0.0..1.0)).collect();
        constraint.mask(&mut logits).unwrap();
        let allowed: Vec<u32> = (0..260u32).filter(|token| logits[*token as usize] > f32::NEG_INFINITY).collect();
        assert!(!allowed.is_empty(), "nothing may follow {}", String::from_utf8_lossy(&said));
        // Ends that are allowed are taken: free strings would go on for ever.
        let quote = allowed.iter().copied().find(|token| [256, b'"'.into()].contains(token));
        let token = quote.filter(|_| random.random_bool(0.3));
        let token = token.unwrap_or_else(|| allowed[random.random_range(0..allowed.len())]);
        assert!(token <= 256, "a token without a meaning was allowed");
        let ended = constraint.accept(token).unwrap();
        said.extend(u8::try_from(token).ok());
        if ended {
            return (String::from_utf8(said).unwrap(), true);
        }
    }
    (String::from_utf8_lossy(&said).into_owned(), false)
}

fn outputs(form: &Shape, row: usize, thinks: bool) -> Vec<String> {
    let grammars = grammars();
    (0..40)
        .map(|seed| {
            let mut constraint = grammars.constraint(&scripted(row, thinks), form, false).unwrap();
            drawn(&mut constraint, seed, 2000)
        })
        .filter_map(|(text, ended)| ended.then_some(text))
        .collect()
}

#[test]
fn json_fits_its_schema() {
    let schema = json!({"type": "object", "properties": {
        "city": {"type": "string", "maxLength": 8}, "hot": {"type": "boolean"},
        "wind": {"enum": ["calm", "stormy \u{1f600}"]}, "days": {"type": "array", "items": {"$ref": "#/$defs/day"}, "maxItems": 2}},
        "required": ["city", "wind", "days"], "$defs": {"day": {"type": "integer", "minimum": 1, "maximum": 31}}});
    let outputs = outputs(&Shape::Json(schema), 1, false);
    assert!(outputs.len() >= 30, "{}", outputs.len());
    for text in outputs {
        let value: Json = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
        let wind = value["wind"].as_str().unwrap();
        assert!(["calm", "stormy \u{1f600}"].contains(&wind) && value["city"].as_str().unwrap().chars().count() <= 8);
        assert!(value["days"].as_array().unwrap().iter().all(|day| (1..=31).contains(&day.as_i64().unwrap())));
        let known = ["city", "hot", "wind", "days"];
        assert!(value.as_object().unwrap().keys().all(|key| known.contains(&key.as_str())), "{text}");
    }
}

#[test]
fn reasoning_may_come_before_json() {
    let schema = json!({"type": "object", "properties": {"a": {"type": "boolean"}}, "required": ["a"]});
    let grammars = grammars();
    let mut constraint = grammars.constraint(&scripted(1, true), &Shape::Json(schema.clone()), false).unwrap();
    for byte in "<think>hm {\"</think>\n\n{\"a\": true".bytes() {
        let mut logits = vec![0.0; 260];
        constraint.mask(&mut logits).unwrap();
        assert_eq!(logits[byte as usize], 0.0, "`{}` was not allowed", char::from(byte));
        assert!(!constraint.accept(byte.into()).unwrap());
    }
    assert!(constraint.accept(b'}'.into()).unwrap());
    // In a block that the prompt has opened, anything goes until it closes.
    let mut within = grammars.constraint(&scripted(1, true), &Shape::Json(schema), true).unwrap();
    let mut logits = vec![0.0; 260];
    within.mask(&mut logits).unwrap();
    assert_eq!((logits[usize::from(b'x')], logits[256]), (0.0, f32::NEG_INFINITY));
}

fn tools() -> Vec<Tool> {
    let parameters =
        json!({"type": "object", "properties": {"city": {"enum": ["Oslo", "Rome"]}}, "required": ["city"]});
    vec![
        Tool { name: "weather".to_owned(), parameters },
        Tool { name: "odd \"name\" /\\ né {}".to_owned(), parameters: json!({"additionalProperties": false}) },
    ]
}

#[test]
fn required_calls_parse_in_every_form() {
    for row in 0..4 {
        let form = Shape::Calls { tools: tools(), choice: Choice::Required, parallel: true, answer: None };
        let outputs = outputs(&form, row, row == 1);
        assert!(outputs.len() >= 10, "form {row}: {}", outputs.len());
        for text in outputs {
            let reading = Reading { calls: true, reasoning: true, thinking: false };
            let mut reader = Reader::new(&scripted(row, row == 1), reading);
            let mut parts = reader.push(&text);
            parts.extend(reader.finish());
            parts.retain(|part| !matches!(part, Part::Reasoning(_)));
            assert!(!parts.is_empty() && parts.len().is_multiple_of(3), "{text}: {parts:?}");
            for call in parts.chunks(3) {
                let [Part::CallStart { name }, Part::Arguments(arguments), Part::CallEnd] = call else {
                    panic!("{text}: {call:?}");
                };
                let arguments: Json = serde_json::from_str(arguments).unwrap();
                match name.as_str() {
                    "weather" => assert!(["Oslo", "Rome"].contains(&arguments["city"].as_str().unwrap())),
                    odd => assert_eq!(odd, tools()[1].name),
                }
            }
        }
    }
}

#[test]
fn a_thought_that_the_prompt_would_have_opened_is_not_begun() {
    let form = Shape::Calls { tools: tools(), choice: Choice::Required, parallel: true, answer: None };
    let speech = scripted(0, true);
    assert!(lark::grammar(&speech, &form, false).unwrap().contains("think"));
    let prompted = speech.prompted_by("<|assistant|><think>\n");
    assert!(!lark::grammar(&prompted, &form, false).unwrap().contains("think"));
    assert!(lark::grammar(&prompted, &form, true).unwrap().contains("think"));
}

#[test]
fn a_call_that_has_begun_is_held_to_its_form() {
    for (row, begun) in
        [(0, "Let me see. <|call|>"), (1, "Let me see. <tool_call>"), (2, "x[TOOL_CALLS]["), (3, "{\"name\":")]
    {
        let form = Shape::Calls { tools: tools(), choice: Choice::Auto, parallel: false, answer: None };
        let mut constraint = grammars().constraint(&scripted(row, false), &form, false).unwrap();
        for byte in begun.bytes() {
            let mut logits = vec![0.0; 260];
            constraint.mask(&mut logits).unwrap();
            assert_eq!(logits[usize::from(byte)], 0.0, "form {row}: `{}` in {begun}", char::from(byte));
            assert!(!constraint.accept(byte.into()).unwrap());
        }
        let mut logits = vec![0.0; 260];
        constraint.mask(&mut logits).unwrap();
        let allowed: Vec<char> =
            (0..256).filter(|token| logits[*token] == 0.0).map(|token| token as u8 as char).collect();
        assert!(!allowed.contains(&'q') && logits[256] == f32::NEG_INFINITY, "form {row}: {allowed:?}");
    }
    // And text stays free.
    let form = Shape::Calls { tools: tools(), choice: Choice::Auto, parallel: true, answer: None };
    for row in 0..4 {
        let mut constraint = grammars().constraint(&scripted(row, false), &form, false).unwrap();
        for byte in "Hello {\"name\"} <tool".bytes() {
            let mut logits = vec![0.0; 260];
            constraint.mask(&mut logits).unwrap();
            assert_eq!((logits[usize::from(byte)], logits[256]), (0.0, 0.0), "form {row}: `{}`", char::from(byte));
            constraint.accept(byte.into()).unwrap();
        }
    }
}

#[test]
fn what_cannot_be_followed_is_refused_in_time() {
    let mut deep = json!({"type": "string"});
    for _ in 0..100 {
        deep = json!({"type": "array", "items": deep});
    }
    let many: serde_json::Map<String, Json> = (0..20_000)
        .map(|index| (format!("property {index}"), json!({"type": "string", "pattern": "^[a-z]{5,900}$"})))
        .collect();
    let grammars = grammars();
    let start = Instant::now();
    for (what, schema) in [
        ("unsatisfiable", json!({"type": "integer", "minimum": 5, "maximum": 4})),
        ("nothing fits", json!({"type": "object", "properties": {"a": false}, "required": ["a"]})),
        ("bad type", json!({"type": 7})),
        ("bad pattern", json!({"type": "string", "pattern": "("})),
        ("unknown reference", json!({"$ref": "#/nowhere"})),
        ("foreign reference", json!({"$ref": "http://example.com/schema"})),
        ("deep", deep),
        ("huge", json!({"type": "object", "properties": many})),
        ("no object", json!(true)),
    ] {
        let refused = grammars.constraint(&scripted(1, false), &Shape::Json(schema), false);
        assert!(matches!(&refused, Err(Failure::Grammar(text)) if !text.is_empty()), "{what}: {refused:?}");
    }
    assert!(start.elapsed() < Duration::from_secs(30), "{:?}", start.elapsed());
    // What is only found out under way is bounded too.
    let wide = json!({"type": "string", "pattern": "^((a|b){1,900}c){1,900}(.{0,900}x){0,900}$"});
    if let Ok(mut constraint) = grammars.constraint(&scripted(1, false), &Shape::Json(wide), false) {
        let start = Instant::now();
        let failed = "\"aabacabc"
            .bytes()
            .find_map(|byte| constraint.mask(&mut vec![0.0; 260]).and_then(|()| constraint.accept(byte.into())).err());
        assert!(matches!(failed, None | Some(Failure::Grammar(_))), "{failed:?}");
        assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    }
    // A tool's is passed over where it says what no grammar can.
    let unique = json!({"type": "array", "items": {"type": "boolean"}, "uniqueItems": true});
    assert!(grammars.constraint(&scripted(1, false), &Shape::Json(unique.clone()), false).is_err());
    let tool = Tool { name: "f".to_owned(), parameters: json!({"properties": {"a": unique}}) };
    let calls = Shape::Calls { tools: vec![tool], choice: Choice::Auto, parallel: true, answer: None };
    assert!(grammars.constraint(&scripted(1, false), &calls, false).is_ok());
    // Recursion is no reason.
    let tree = json!({"type": "object", "properties": {"next": {"anyOf": [{"type": "null"}, {"$ref": "#"}]}}, "required": ["next"]});
    assert!(grammars.constraint(&scripted(1, false), &Shape::Json(tree), false).is_ok());
}

#[test]
fn a_grammar_is_compiled_once() {
    let grammars = grammars();
    for _ in 0..3 {
        grammars.constraint(&scripted(1, false), &Shape::Json(json!({"type": "boolean"})), false).unwrap();
    }
    assert_eq!(grammars.lock().len(), 1);
    for index in 0..2 * KEPT {
        grammars.constraint(&scripted(1, false), &Shape::Json(json!({"const": index})), false).unwrap();
    }
    assert_eq!(grammars.lock().len(), KEPT);
}
