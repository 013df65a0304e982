//! Answers that a test gives instead of a model.

use std::path::{Component, Path as FilePath, PathBuf};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::fault::glob;
use super::journal::{Dialect, Service};
use super::known::{self, Known};
use super::matcher::{Matcher, Path, shown};
use super::rules::When;

/// Bytes of a file that a stub answers with.
const FILE_BYTES: u64 = 64 * 1024 * 1024;

/// One stub: which calls, and what they are answered.
#[derive(Debug, Clone)]
pub struct Stub {
    model: Option<String>,
    dialect: Option<Dialect>,
    input: Vec<(Path, Matcher)>,
    /// One for each time that it fires; the last goes on.
    answers: Vec<Arc<Respond>>,
    pub timing: Timing,
    /// As it was given, for whoever asks what there is.
    source: Arc<Value>,
}

/// What is answered.
#[derive(Debug, Clone, PartialEq)]
pub enum Respond {
    /// What a model says, or the text field of another task's answer.
    Generation(Generation),
    /// The answer of any other task, as it is.
    Json(Value),
    /// A vector for each text; they begin again when there are more texts.
    Embeddings(Vec<Vec<f32>>),
    File {
        bytes: Arc<[u8]>,
        content_type: String,
    },
    Error(Known, Option<String>),
}

/// What a model says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Generation {
    pub text: String,
    pub tool_calls: Vec<ToolCall>,
    /// Counted where it is given; else estimated.
    pub prompt_tokens: Option<u64>,
    pub completion_tokens: Option<u64>,
    /// Ended because it was too long.
    pub is_cut: bool,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ToolCall {
    pub name: String,
    #[serde(default)]
    pub arguments: Map<String, Value>,
}

/// When a stub's answer comes: after the time to the first token, and then this many tokens a second.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Timing {
    pub ttft_ms: f64,
    /// 0: at once.
    pub tokens_per_second: f64,
    /// Each pause is so much longer or shorter, at most: 0.1 is a tenth.
    pub jitter: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    priority: i64,
    #[serde(default, rename = "match")]
    subject: Subject,
    #[serde(default)]
    when: When,
    respond: Value,
    #[serde(default)]
    stream: Timing,
    /// For people.
    #[serde(default)]
    #[expect(dead_code, reason = "read so that it is not refused")]
    comment: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Subject {
    /// Stubs are Workers AI's.
    service: Option<Service>,
    model: Option<String>,
    dialect: Option<String>,
    input: Map<String, Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Answer {
    text: Option<String>,
    json: Option<Value>,
    tool_calls: Option<Vec<ToolCall>>,
    embeddings: Option<Vec<Vec<f32>>>,
    file: Option<PathBuf>,
    base64: Option<String>,
    content_type: Option<String>,
    error: Option<u32>,
    message: Option<String>,
    usage: Option<Usage>,
    finish_reason: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Usage {
    prompt_tokens: Option<u64>,
    completion_tokens: Option<u64>,
}

const HINT: &str = "hint: {\"match\": {\"model\": \"@cf/…\", \"input\": {\"$.messages[-1].content\": {\"contains\": \"…\"}}}, \"respond\": {\"text\": \"…\"}}";

/// A stub on its way into an account.
#[derive(Debug)]
pub struct Parsed {
    pub id: Option<String>,
    pub when: When,
    pub priority: i64,
    pub stub: Stub,
}

impl Stub {
    /// Reads a stub. Files that it names lie in `folder`; without one it can name none.
    pub fn parse(body: Value, folder: Option<&FilePath>) -> Result<Parsed, String> {
        let source = Arc::new(body.clone());
        let file: File = serde_json::from_value(body).map_err(|error| format!("{error}\n{HINT}"))?;
        if file.subject.service == Some(Service::Vectorize) {
            return Err(
                "stubs answer for Workers AI\nhint: Vectorize is real here: insert what it should find".to_owned()
            );
        }
        let dialect = match file.subject.dialect.as_deref() {
            None => None,
            Some("rest") => Some(Dialect::Rest),
            Some("openai") => Some(Dialect::OpenAi),
            Some("binding") => Some(Dialect::Binding),
            Some(other) => return Err(format!("`{other}` is not a dialect\nhint: rest, openai or binding")),
        };
        let input = file
            .subject
            .input
            .iter()
            .map(|(path, matcher)| {
                Ok((Path::parse(path)?, Matcher::parse(matcher).map_err(|error| format!("`{path}`: {error}"))?))
            })
            .collect::<Result<_, String>>()?;
        let answers = match file.respond {
            Value::Array(several) if several.is_empty() => return Err("`respond` holds no answer".to_owned()),
            Value::Array(several) => {
                several.into_iter().map(|one| respond(one, folder)).collect::<Result<Vec<_>, _>>()?
            }
            one => vec![respond(one, folder)?],
        };
        file.stream.check()?;
        file.when.check()?;
        let stub = Self {
            model: file.subject.model,
            dialect,
            input,
            answers: answers.into_iter().map(Arc::new).collect(),
            timing: file.stream,
            source,
        };
        Ok(Parsed { id: file.id, when: file.when, priority: file.priority, stub })
    }

    pub fn matches(&self, model: &str, dialect: Dialect, input: &Value) -> bool {
        self.model.as_deref().is_none_or(|wanted| glob(wanted, model))
            && self.dialect.is_none_or(|wanted| wanted == dialect)
            && self.input.iter().all(|(path, matcher)| matcher.fits(&path.find(input)))
    }

    /// Why it does not match; empty if it does.
    pub fn mismatches(&self, model: &str, dialect: Dialect, input: &Value) -> Vec<String> {
        let mut found = Vec::new();
        if let Some(wanted) = self.model.as_deref().filter(|wanted| !glob(wanted, model)) {
            found.push(format!("model: expected `{wanted}`, got `{model}`"));
        }
        if let Some(wanted) = self.dialect.filter(|wanted| *wanted != dialect) {
            found.push(format!("dialect: expected {}, got {}", json!(wanted), json!(dialect)));
        }
        for (path, matcher) in &self.input {
            let there = path.find(input);
            if !matcher.fits(&there) {
                let got = match there.as_slice() {
                    [] => "nothing".to_owned(),
                    [one] => shown(one),
                    [one, rest @ ..] => format!("{} and {} more", shown(one), rest.len()),
                };
                found.push(format!("{path}: expected {matcher}, got {got}"));
            }
        }
        found
    }

    /// The answer of its n-th time.
    pub fn answer(&self, nth: u64) -> Arc<Respond> {
        let last = self.answers.len() - 1;
        Arc::clone(&self.answers[usize::try_from(nth).unwrap_or(last).min(last)])
    }
}

impl Serialize for Stub {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let shown: Map<String, Value> = ["match", "respond", "stream", "comment"]
            .into_iter()
            .filter_map(|name| Some((name.to_owned(), self.source.get(name)?.clone())))
            .collect();
        shown.serialize(serializer)
    }
}

impl Timing {
    fn check(&self) -> Result<(), String> {
        let sound = |number: f64, most: f64| (0.0..=most).contains(&number);
        if !sound(self.ttft_ms, 86_400_000.0) || !sound(self.tokens_per_second, 1e9) || !sound(self.jitter, 1.0) {
            return Err(
                "`stream` takes `ttft_ms` and `tokens_per_second` from 0 on, and `jitter` from 0 to 1".to_owned()
            );
        }
        Ok(())
    }
}

fn respond(answer: Value, folder: Option<&FilePath>) -> Result<Respond, String> {
    let answer: Answer =
        serde_json::from_value(answer).map_err(|error| format!("`respond` cannot be read: {error}\n{HINT}"))?;
    let given = [
        answer.text.is_some() || answer.tool_calls.is_some(),
        answer.json.is_some(),
        answer.embeddings.is_some(),
        answer.file.is_some() || answer.base64.is_some(),
        answer.error.is_some(),
    ];
    if given.iter().filter(|given| **given).count() != 1 {
        return Err(
            "`respond` takes one answer\nhint: `text`, `json`, `tool_calls`, `embeddings`, `file`, `base64` or `error`"
                .to_owned(),
        );
    }
    if let Some(code) = answer.error {
        let found = known::find(Service::Ai, code);
        let unknown = || format!("the code {code} is not known\nhint: one of {}", known::codes());
        return Ok(Respond::Error(*found.ok_or_else(unknown)?, answer.message));
    }
    if answer.file.is_some() || answer.base64.is_some() {
        let content_type = answer.content_type.unwrap_or_else(|| "application/octet-stream".to_owned());
        if !content_type.bytes().all(|byte| (32..127).contains(&byte)) {
            return Err("`content_type` cannot stand in a header".to_owned());
        }
        let bytes: Arc<[u8]> = match (&answer.file, &answer.base64) {
            (Some(path), None) => read(path, folder)?.into(),
            (None, Some(text)) => {
                STANDARD.decode(text).map_err(|error| format!("`base64` is not base64: {error}"))?.into()
            }
            _ => return Err("`respond` takes a `file` or `base64`, not both".to_owned()),
        };
        return Ok(Respond::File { bytes, content_type });
    }
    if let Some(rows) = answer.embeddings {
        if rows.is_empty() || rows.iter().any(Vec::is_empty) || rows.iter().any(|row| row.len() != rows[0].len()) {
            return Err("`embeddings` are vectors of one length, at least one".to_owned());
        }
        if rows.iter().flatten().any(|value| !value.is_finite()) {
            return Err("`embeddings` hold numbers of 32 bits".to_owned());
        }
        return Ok(Respond::Embeddings(rows));
    }
    if let Some(value) = answer.json {
        return Ok(Respond::Json(value));
    }
    let is_cut = match answer.finish_reason.as_deref() {
        None | Some("stop" | "tool_calls") => false,
        Some("length") => true,
        Some(other) => return Err(format!("`{other}` is not a reason to finish\nhint: stop, length or tool_calls")),
    };
    Ok(Respond::Generation(Generation {
        text: answer.text.unwrap_or_default(),
        tool_calls: answer.tool_calls.unwrap_or_default(),
        prompt_tokens: answer.usage.as_ref().and_then(|usage| usage.prompt_tokens),
        completion_tokens: answer.usage.as_ref().and_then(|usage| usage.completion_tokens),
        is_cut,
    }))
}

/// A file of the folder of stubs, and of no other: whoever reaches the control plane must not read the whole disk.
fn read(path: &FilePath, folder: Option<&FilePath>) -> Result<Vec<u8>, String> {
    let name = path.display();
    let Some(folder) = folder else {
        return Err(format!("`{name}`: files lie in the folder of `--stubs`, and there is none\nhint: send `base64`"));
    };
    if path.components().any(|part| !matches!(part, Component::Normal(_) | Component::CurDir)) {
        return Err(format!("`{name}` leads out of the folder of stubs"));
    }
    let full = folder.join(path);
    let wrong = |error: std::io::Error| format!("cannot read `{}`: {error}", full.display());
    // A link may lead out as well.
    let (real, root) = (full.canonicalize().map_err(wrong)?, folder.canonicalize().map_err(wrong)?);
    if !real.starts_with(&root) {
        return Err(format!("`{name}` leads out of the folder of stubs"));
    }
    let length = real.metadata().map_err(wrong)?.len();
    if length > FILE_BYTES {
        return Err(format!("`{name}` has {length} bytes; at most {FILE_BYTES} are answered"));
    }
    std::fs::read(real).map_err(wrong)
}

/// About how many tokens so many bytes of text have: a stub needs no tokeniser, and its bill needs a number.
pub fn estimate_tokens(bytes: usize) -> u64 {
    (bytes as u64).div_ceil(4)
}

/// What the checkpoint is called where a stub answers, and how near it is to production's.
pub const STUB: &str = "stub";

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(body: Value) -> Result<Stub, String> {
        Stub::parse(body, None).map(|parsed| parsed.stub)
    }

    #[test]
    fn the_contracts_stubs_are_read() {
        for respond in [
            json!({"text": "…"}),
            json!({"json": {"a": 1}}),
            json!({"tool_calls": [{"name": "f", "arguments": {"a": 1}}]}),
            json!({"embeddings": [[0.1, 0.2]]}),
            json!({"base64": "aGk=", "content_type": "image/png"}),
            json!({"error": 3040}),
            json!([{"text": "first"}, {"text": "then"}]),
        ] {
            let stub = json!({
                "match": {"model": "@cf/a/b", "input": {"$.messages[-1].content": {"contains": "weather"}}},
                "when": {"times": 1}, "respond": respond,
                "stream": {"ttft_ms": 300, "tokens_per_second": 80, "jitter": 0.1},
            });
            assert!(parse(stub.clone()).is_ok(), "{:?}", parse(stub));
        }
        for stub in [
            json!({}),
            json!([]),
            json!({"respond": {}}),
            json!({"respond": []}),
            json!({"respond": {"text": "a", "json": 1}}),
            json!({"respond": {"text": 3}}),
            json!({"respond": {"error": 9}}),
            json!({"respond": {"embeddings": [[1], [1, 2]]}}),
            json!({"respond": {"embeddings": [[1e300]]}}),
            json!({"respond": {"base64": "?"}}),
            json!({"respond": {"file": "cat.png"}}),
            json!({"respond": {"base64": "aGk=", "content_type": "a\nb"}}),
            json!({"respond": {"text": "a"}, "stream": {"jitter": 2}}),
            json!({"respond": {"text": "a"}, "match": {"input": {"messages": "a"}}}),
            json!({"respond": {"text": "a"}, "match": {"dialect": "grpc"}}),
            json!({"respond": {"text": "a"}, "match": {"service": "vectorize"}}),
            json!({"respond": {"text": "a", "finish_reason": "boredom"}}),
        ] {
            assert!(parse(stub.clone()).is_err(), "{stub}");
        }
    }

    #[test]
    fn a_mismatch_says_why() {
        let stub = parse(json!({
            "match": {"model": "@cf/*", "dialect": "rest", "input": {"$.prompt": {"contains": "sun"}, "$.n": 2}},
            "respond": {"text": "a"},
        }))
        .unwrap();
        assert!(stub.matches("@cf/a/b", Dialect::Rest, &json!({"prompt": "sunny", "n": 2})));
        let why = stub.mismatches("@hf/a", Dialect::OpenAi, &json!({"prompt": "rain"}));
        assert_eq!(
            why,
            [
                "model: expected `@cf/*`, got `@hf/a`",
                "dialect: expected \"rest\", got \"openai\"",
                "$.prompt: expected to contain `sun`, got \"rain\"",
                "$.n: expected to be 2, got nothing",
            ]
        );
    }

    #[test]
    fn answers_come_in_order_and_the_last_goes_on() {
        let stub = parse(json!({"respond": [{"text": "a"}, {"error": 3040}]})).unwrap();
        assert!(matches!(&*stub.answer(0), Respond::Generation(said) if said.text == "a"));
        assert!(matches!(&*stub.answer(1), Respond::Error(known, None) if known.code == 3040));
        assert_eq!(stub.answer(1), stub.answer(99));
    }

    #[test]
    fn files_lie_in_their_folder() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("stubs");
        std::fs::create_dir(&folder).unwrap();
        std::fs::write(folder.join("cat.png"), "meow").unwrap();
        std::fs::write(root.path().join("secret"), "s").unwrap();
        std::os::unix::fs::symlink(root.path().join("secret"), folder.join("link")).unwrap();
        let ask = |file: &str| Stub::parse(json!({"respond": {"file": file}}), Some(&folder));
        assert!(matches!(&*ask("cat.png").unwrap().stub.answer(0), Respond::File { bytes, .. } if &**bytes == b"meow"));
        for out in ["../secret", "/etc/passwd", "link", "nothing", "../stubs/cat.png"] {
            assert!(ask(out).is_err(), "{out}");
        }
    }
}
