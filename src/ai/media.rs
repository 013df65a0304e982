//! Pictures and sounds as calls carry them: as the body itself, in a form, as a stream of the binding, or inside the JSON
//! as a list of bytes, base64 or a data URL. Every task reads them through here.

use std::borrow::Cow;

use axum::body::Bytes;
use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::{Map, Value, json};

use crate::error::AiError;

/// What came in place of JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    pub body: Bytes,
    pub content_type: Option<String>,
    /// Of a form, in their order; `None`: the body is the file.
    pub parts: Option<Vec<Part>>,
}

/// One part of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    pub name: String,
    /// There for files only.
    pub file_name: Option<String>,
    pub content_type: Option<String>,
    pub bytes: Bytes,
}

impl Part {
    pub fn is_file(&self) -> bool {
        self.file_name.is_some()
    }
}

impl Upload {
    /// The file for the input's `field`: the body itself, or of a form the part of this name, or its first file.
    pub fn file(&self, field: &str) -> Option<&Bytes> {
        let Some(parts) = &self.parts else { return Some(&self.body) };
        let named = parts.iter().find(|part| part.name == field);
        named.or_else(|| parts.iter().find(|part| part.is_file())).map(|part| &part.bytes)
    }

    /// What the form says beside its files, as an input has it; nothing of a file.
    pub fn texts(&self) -> Value {
        let texts = self.parts.iter().flatten().filter(|part| !part.is_file());
        texts.map(|part| (part.name.clone(), String::from_utf8_lossy(&part.bytes).into())).collect::<Map<_, _>>().into()
    }
}

/// The bytes of the input's `field`: the upload where there is one, else what the JSON has there.
pub fn file(upload: Option<&Upload>, input: &Value, field: &str) -> Result<Bytes, AiError> {
    match upload.map(|upload| upload.file(field)) {
        Some(Some(bytes)) if bytes.is_empty() => Err(empty(field)),
        Some(Some(bytes)) => Ok(bytes.clone()),
        Some(None) => Err(AiError::MissingBody { what: field.to_owned() }),
        None => bytes(&input[field], field),
    }
}

/// The bytes that a JSON value stands for: a list of numbers, base64, a data URL, or `{body, contentType}` around one of
/// these. Nothing is fetched. `field` is for the refusal's text.
pub fn bytes(value: &Value, field: &str) -> Result<Bytes, AiError> {
    let bytes: Bytes = match value {
        Value::Array(items) => listed(items, field)?.into(),
        Value::String(text) => written(text, field)?.into(),
        Value::Object(members) if members.contains_key("body") => return bytes(&members["body"], field),
        Value::Null => return Err(AiError::MissingBody { what: field.to_owned() }),
        other => {
            let text = format!("`{field}` holds no file but {}\nhint: send bytes, base64 or a data URL", kind(other));
            return Err(AiError::InvalidInput { text });
        }
    };
    if bytes.is_empty() { Err(empty(field)) } else { Ok(bytes) }
}

fn empty(field: &str) -> AiError {
    AiError::InvalidInput { text: format!("`{field}` is empty") }
}

fn listed(items: &[Value], field: &str) -> Result<Vec<u8>, AiError> {
    let byte = |(place, item): (usize, &Value)| {
        let whole = item.as_f64().filter(|number| number.fract() == 0.0 && (0.0..=255.0).contains(number));
        whole.map(|number| number as u8).ok_or_else(|| {
            let text = format!("`{field}` has at {place} what is no byte\nhint: whole numbers from 0 to 255");
            AiError::InvalidInput { text }
        })
    };
    items.iter().enumerate().map(byte).collect()
}

/// Base64 with or without padding, in either alphabet, as clients write it; alone or in a data URL.
fn written(text: &str, field: &str) -> Result<Vec<u8>, AiError> {
    if text.starts_with("http://") || text.starts_with("https://") {
        let hint = "nothing leaves this host; send the bytes, base64 or a data URL".to_owned();
        return Err(AiError::NotEmulated { what: format!("`{field}` from an address"), hint });
    }
    let payload = match text.strip_prefix("data:") {
        None => text,
        Some(url) => match url.split_once(',') {
            Some((head, payload)) if head.ends_with(";base64") => payload,
            Some((_, payload)) => return Ok(unescaped(payload)),
            None => return Err(not_base64(field, "a data URL without data")),
        },
    };
    let lenient = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let alphabet = if payload.contains(['-', '_']) { &alphabet::URL_SAFE } else { &alphabet::STANDARD };
    let is_broken = payload.contains(|letter: char| letter.is_ascii_whitespace());
    let payload: Cow<'_, str> = if is_broken {
        payload.chars().filter(|letter| !letter.is_ascii_whitespace()).collect::<String>().into()
    } else {
        payload.into()
    };
    GeneralPurpose::new(alphabet, lenient)
        .decode(payload.as_bytes())
        .map_err(|error| not_base64(field, &error.to_string()))
}

fn not_base64(field: &str, reason: &str) -> AiError {
    AiError::Base64 { found: format!("string\nhint: `{field}`: {reason}") }
}

/// A data URL's percent-encoded text.
fn unescaped(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let digits = tail.get(..2).and_then(|pair| std::str::from_utf8(pair).ok());
        match digits.and_then(|pair| u8::from_str_radix(pair, 16).ok()).filter(|_| *first == b'%') {
            Some(byte) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            None => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    bytes
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::Object(_) => "an object",
        _ => "nothing",
    }
}

/// The input's fields that hold files, of all tasks.
const FILES: [&str; 3] = ["image", "audio", "multipart"];

/// What the checker of schemas sees of a call with an upload: a schema without the file, and the form's texts in the types that
/// the schema gives them.
pub fn checkable(schema: &Value, input: &Value) -> (Value, Value) {
    let mut shown = if input.is_object() { input.clone() } else { json!({}) };
    for (name, value) in shown.as_object_mut().into_iter().flatten() {
        if let Some(typed) = property(schema, name).and_then(|declared| typed(declared, value)) {
            *value = typed;
        }
    }
    (without_files(schema), shown)
}

/// A schema that neither has nor wants files. Of alternatives, the one with fields: the others are the file itself, or differ in
/// how it is spelled.
fn without_files(schema: &Value) -> Value {
    let alternatives = ["oneOf", "anyOf"].into_iter().filter_map(|key| schema[key].as_array()).flatten();
    if let Some(fields) = alternatives
        .filter(|one| one["properties"].is_object())
        .max_by_key(|one| one["properties"].as_object().map_or(0, Map::len))
    {
        return without_files(fields);
    }
    let mut schema = schema.clone();
    if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        FILES.iter().for_each(|field| drop(properties.shift_remove(*field)));
    }
    if let Some(required) = schema.get_mut("required").and_then(Value::as_array_mut) {
        required.retain(|name| !FILES.iter().any(|field| name == field));
    }
    schema
}

/// The first declaration of a property, in the schema or in one of its alternatives.
fn property<'s>(schema: &'s Value, name: &str) -> Option<&'s Value> {
    let alternatives = ["oneOf", "anyOf"].into_iter().filter_map(|key| schema[key].as_array()).flatten();
    schema["properties"].get(name).or_else(|| alternatives.filter_map(|one| property(one, name)).next())
}

/// A form's text in the type that is declared.
fn typed(declared: &Value, value: &Value) -> Option<Value> {
    let text = value.as_str()?;
    match declared["type"].as_str()? {
        "integer" => text.parse::<i64>().ok().map(Value::from),
        "number" => text.parse::<f64>().ok().map(Value::from),
        "boolean" => text.parse::<bool>().ok().map(Value::from),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(value: Value) -> (u32, String) {
        let error = super::bytes(&value, "image").unwrap_err();
        (error.code(), error.to_string())
    }

    #[test]
    fn every_spelling_gives_the_same_bytes() {
        let spellings = [
            json!([251, 255, 0]),
            json!([251.0, 255, 0]),
            json!("+/8A"),
            json!("-_8A"),
            json!("+/8\nA"),
            json!("data:image/png;base64,+/8A"),
            json!("data:,%fb%FF%00"),
            json!({"body": "+/8A", "contentType": "image/png"}),
        ];
        for spelling in spellings {
            assert_eq!(bytes(&spelling, "image").unwrap(), [251, 255, 0][..], "{spelling}");
        }
        assert_eq!(bytes(&json!("AA"), "image").unwrap(), [0][..]);
        assert_eq!(bytes(&json!("AA=="), "image").unwrap(), [0][..]);
    }

    #[test]
    fn what_is_no_file_is_refused_by_name() {
        for no_byte in [json!([1, 256]), json!([1, -1]), json!([1, 0.5]), json!([1, "2"]), json!([1, null])] {
            let (code, text) = refused(no_byte);
            assert_eq!((code, text.contains("`image` has at 1")), (8001, true), "{text}");
        }
        assert_eq!(refused(json!("not base64!")).0, 5004);
        assert_eq!(refused(json!("data:image/png;base64")).0, 5004);
        assert_eq!(refused(json!(null)).0, 3003);
        assert_eq!(refused(json!(7)).0, 8001);
        assert_eq!(refused(json!([])), (8001, "Invalid input: `image` is empty".to_owned()));
        assert!(refused(json!("https://example.com/cat.png")).1.contains("hint: nothing leaves this host"));
    }

    #[test]
    fn a_forms_parts_are_found() {
        let part = |name: &str, file: Option<&str>, text: &str| Part {
            name: name.to_owned(),
            file_name: file.map(str::to_owned),
            content_type: None,
            bytes: text.to_owned().into(),
        };
        let form = |parts| Upload { body: Bytes::new(), content_type: None, parts: Some(parts) };
        let sound = form(vec![part("language", None, "en"), part("upload", Some("a.wav"), "RIFF")]);
        assert_eq!(sound.file("audio").unwrap(), "RIFF");
        assert_eq!(sound.texts(), json!({"language": "en"}));
        let none = form(vec![part("language", None, "en")]);
        assert_eq!(file(Some(&none), &json!({}), "audio").unwrap_err().code(), 3003);
    }

    #[test]
    fn the_checker_sees_a_form_in_its_types() {
        let schema = json!({"oneOf": [{"type": "string"}, {"type": "object", "properties": {
            "beam_size": {"type": "integer"}, "audio": {"anyOf": [{"type": "string"}]}, "note": {"type": "string"}}}]});
        let (checked, shown) = checkable(&schema, &json!({"beam_size": "5", "note": "7"}));
        assert_eq!(shown, json!({"beam_size": 5, "note": "7"}));
        assert_eq!((checked["properties"].get("audio"), checked["properties"].get("note").is_some()), (None, true));
    }

    /// Whatever a model's schema says of its file, a call with an upload passes it.
    #[test]
    fn an_upload_passes_every_schema_that_has_a_file() {
        for name in [
            "speech-whisper",
            "speech-whisper-large-v3-turbo",
            "speech-nova",
            "voice-activity",
            "image-classification",
            "object-detection",
            "image-to-text",
            "text-to-image-flux2",
        ] {
            let pair = crate::ai::schema::pair(name).unwrap();
            let (schema, mut shown) = checkable(&pair.input, &json!({}));
            assert_eq!(crate::ai::schema::check(&schema, &mut shown), Ok(()), "{name}");
        }
    }
}
