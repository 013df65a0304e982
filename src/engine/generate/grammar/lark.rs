//! Forms of output as grammars in llguidance's dialect of Lark.

use std::fmt::Write;

use serde_json::{Value as Json, json};

use super::Shape;
use crate::engine::backend::Failure;
use crate::engine::generate::speech::{Marker, Speech};

/// How deep a schema may nest: every level costs stack.
const DEEPEST: usize = 64;

/// Calls that one answer may have after its first. A model that cannot stop would call until its tokens are spent.
const MORE_CALLS: usize = 31;

/// A tool that may be called.
#[derive(Debug, Clone, PartialEq)]
pub struct Tool {
    pub name: String,
    /// JSON schema of the arguments, an object's.
    pub parameters: Json,
}

/// Whether tools are called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// Text, calls, or both.
    Auto,
    /// At least one call and nothing else.
    Required,
}

/// The grammar of `shape` in the way in which a checkpoint speaks.
pub fn grammar(speech: &Speech, shape: &Shape, thinking: bool) -> Result<String, Failure> {
    let mut rules = String::from("%llguidance {}\n");
    let lead = thought(&mut rules, speech, thinking);
    match shape {
        Shape::Json(schema) => {
            let schema = prepared(schema, false)?;
            let _ = writeln!(rules, "start: {lead} json\njson: %json {schema}");
        }
        Shape::Calls { tools, choice, parallel, answer } => {
            let bodies: Vec<String> = (0..tools.len()).map(|index| format!("head{index} args{index} \"}}\"")).collect();
            for (index, tool) in tools.iter().enumerate() {
                let schema = arguments(&tool.parameters)?;
                let (name, key) = (quoted(&Json::from(tool.name.as_str()).to_string()), speech.calls.arguments);
                let (open, comma) = (quoted("{\"name\":"), quoted(","));
                let key = quoted(&format!("\"{key}\":"));
                let _ = writeln!(
                    rules,
                    "head{index}: HEAD{index}\nHEAD{index}: {open} / ?/ {name} {comma} / ?/ {key} / ?/"
                );
                let _ = writeln!(rules, "args{index}: %json {schema}");
            }
            let _ = writeln!(rules, "object: {}", bodies.join(" | "));
            if let Some(answer) = answer {
                let schema = prepared(answer, false)?;
                let _ = writeln!(rules, "json: %json {schema}");
            }
            calls(&mut rules, speech, *choice, *parallel, answer.is_some(), &lead);
        }
    }
    Ok(rules)
}

/// Rules for what calls look like, and `start`.
fn calls(rules: &mut String, speech: &Speech, choice: Choice, parallel: bool, is_json: bool, lead: &str) {
    let format = speech.calls;
    let open = speech.marker(format.open);
    let repeat = |item: String, between: &str| match (parallel, between) {
        (false, _) => item,
        (true, "") => format!("{item} ({item}){{0,{MORE_CALLS}}}"),
        (true, between) => format!("{item} ({between} {item}){{0,{MORE_CALLS}}}"),
    };
    let close = speech.marker(format.close).map(|marker| format!("/\\s?/ {}", written(&marker))).unwrap_or_default();
    let between = quoted(format.between);
    // What follows the first opening, up to the end of the last call.
    let rest = if format.is_list {
        format!("\"[\" {} \"]\"", repeat("object".to_owned(), "/, ?/"))
    } else {
        let one = format!("/\\s?/ object {close}");
        match (&open, parallel) {
            (Some(open), true) => {
                let between = if format.between.is_empty() { String::new() } else { between };
                format!("{one} ({between} {} {one}){{0,{MORE_CALLS}}}", written(open))
            }
            (None, true) => repeat(format!("object {close}"), &between),
            (_, false) => one,
        }
    };
    let _ = writeln!(rules, "rest: {rest}\nTEXT: /(.|\\n)+/");
    let called = match &open {
        Some(open) => format!("{} rest", written(open)),
        None => "rest".to_owned(),
    };
    let _ = match (choice, &open) {
        (Choice::Required, _) => writeln!(rules, "start: {lead} {called}"),
        (Choice::Auto, _) if is_json => writeln!(rules, "start: {lead} (json | {called})"),
        (Choice::Auto, Some(Marker::Token(_))) => writeln!(rules, "start: {lead} TEXT? ({called})?"),
        (Choice::Auto, Some(Marker::Text(text))) => {
            let trigger = regex_escaped(text);
            writeln!(rules, "start: {lead} (TEXT? | trigger rest)\ntrigger[lazy]: /(.|\\n)*{trigger}/")
        }
        // Bare JSON: an object from the first character on is a call, all else is text.
        (Choice::Auto, None) => {
            writeln!(rules, "start: {lead} (called | PLAIN?)\ncalled: {called}\nPLAIN: /[^\\{{\\s](.|\\n)*/")
        }
    };
}

/// Rules for reasoning before the answer; what `start` begins with.
fn thought(rules: &mut String, speech: &Speech, thinking: bool) -> String {
    let Some((open, close)) = &speech.think else { return String::new() };
    if speech.prompted && !thinking {
        return String::new();
    }
    let rest = match close {
        Marker::Token(_) => {
            rules.push_str("THOUGHT: /(.|\\n)+/\n");
            format!("THOUGHT? {}", written(close))
        }
        Marker::Text(text) => {
            let _ = writeln!(rules, "thought[lazy]: /(.|\\n)*{}/", regex_escaped(text));
            "thought".to_owned()
        }
    };
    let _ = match thinking {
        true => writeln!(rules, "think: {rest} /\\s{{0,2}}/"),
        false => writeln!(rules, "think: ({} {rest} /\\s{{0,2}}/)?", written(open)),
    };
    "think".to_owned()
}

fn written(marker: &Marker) -> String {
    match marker {
        Marker::Token(id) => format!("<[{id}]>"),
        Marker::Text(text) => quoted(text),
    }
}

/// A literal.
fn quoted(text: &str) -> String {
    Json::from(text).to_string()
}

fn regex_escaped(text: &str) -> String {
    text.chars().fold(String::new(), |mut all, character| {
        // A word's edges (`\<`) are no escapes of the characters.
        if r"\.+*?()|[]{}^$/".contains(character) {
            all.push('\\');
        }
        all.push(character);
        all
    })
}

/// The schema of a call's arguments, which are an object whatever it says.
fn arguments(schema: &Json) -> Result<Json, Failure> {
    let mut schema = schema.clone();
    match schema.as_object_mut() {
        Some(members) if !members.contains_key("type") && !members.contains_key("$ref") => {
            members.insert("type".to_owned(), json!("object"));
        }
        Some(_) => {}
        None => return Err(Failure::Grammar("a schema must be an object".to_owned())),
    }
    prepared(&schema, true)
}

/// A schema as it is compiled: closed where it lists properties and does not say whether there may be others, as
/// serving engines do, and without free white space, in which a small model can lose itself. `lenient` passes over
/// keywords that no grammar can hold an output to (`not`, `uniqueItems`): tools come with all sorts of schemas, and one
/// that is never called must not refuse a chat.
fn prepared(schema: &Json, lenient: bool) -> Result<Json, Failure> {
    let mut schema = schema.clone();
    close(&mut schema, 0)?;
    let Some(members) = schema.as_object_mut() else {
        return Err(Failure::Grammar("a schema must be an object".to_owned()));
    };
    members.insert(
        "x-guidance".to_owned(),
        json!({"lenient": lenient, "whitespace_flexible": false, "item_separator": ", ?", "key_separator": ": ?"}),
    );
    Ok(schema)
}

fn close(schema: &mut Json, depth: usize) -> Result<(), Failure> {
    if depth > DEEPEST {
        return Err(Failure::Grammar(format!("the schema nests deeper than {DEEPEST} levels")));
    }
    match schema {
        Json::Array(items) => items.iter_mut().try_for_each(|item| close(item, depth + 1)),
        Json::Object(members) => {
            let open = ["additionalProperties", "patternProperties", "unevaluatedProperties", "allOf", "$ref"];
            let lists = members.get("properties").and_then(Json::as_object).is_some_and(|listed| !listed.is_empty());
            if lists && open.iter().all(|key| !members.contains_key(*key)) {
                members.insert("additionalProperties".to_owned(), Json::Bool(false));
            }
            // Values, not schemas.
            let data = ["const", "enum", "default", "examples"];
            members
                .iter_mut()
                .filter(|(key, _)| !data.contains(&key.as_str()))
                .try_for_each(|(_, value)| close(value, depth + 1))
        }
        _ => Ok(()),
    }
}
