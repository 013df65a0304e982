//! The schemas that the catalogue names, as data: one JSON file for the inputs, one for the outputs.
//!
//! Fields, ranges and defaults are those of Cloudflare's model files (cloudflare/cloudflare-docs,
//! `src/content/workers-ai-models/*.json`, 2024 to 2026) and of `@cloudflare/workers-types` 5.20261117.1, whose
//! generated types tell what the newest files allow. The order of keys is theirs too, because it decides which of
//! two mistakes a text names. The descriptions are ours.
//!
//! What several files share stands once, in `parts/`: a key `"$ref": "<file>#/<name>"` is replaced by the keys of
//! that part. Nothing of it is left after loading; production publishes schemas without references.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::{Map, Value};

/// What a model takes and what it gives, as JSON schemas.
#[derive(Debug, Clone, PartialEq)]
pub struct Pair {
    /// Of the inputs; this is what [`check`](super::check) holds them to.
    pub input: Value,
    /// Of the outputs. Where there are several, `contentType` tells them apart.
    pub output: Value,
}

impl Pair {
    /// Sets the `default` of these properties wherever the input has them, for models whose defaults differ from
    /// their family's, such as `max_tokens` 2000 of qwen3-30b.
    pub fn with_defaults(mut self, defaults: &[(&str, Value)]) -> Self {
        set_defaults(&mut self.input, defaults);
        self
    }
}

/// The schema pair `name` ("text-generation-native"…), with the model's own defaults put in.
pub fn pair(name: &str) -> Option<Pair> {
    PAIRS.get(name).cloned()
}

/// The names that [`pair`] knows, sorted.
pub fn names() -> impl Iterator<Item = &'static str> {
    PAIRS.keys().copied()
}

macro_rules! pairs {
    ($($name:literal)*) => {
        &[$((
            $name,
            include_str!(concat!($name, ".input.json")),
            include_str!(concat!($name, ".output.json")),
        )),*]
    };
}

/// Name, input, output.
const FILES: &[(&str, &str, &str)] = pairs! {
    "bge-m3"
    "clef"
    "embeddinggemma"
    "image-classification"
    "image-to-text"
    "moondream"
    "object-detection"
    "plamo"
    "qwen3-embedding"
    "reranker"
    "speech-flux"
    "speech-nova"
    "speech-whisper"
    "speech-whisper-large-v3-turbo"
    "summarization"
    "text-classification"
    "text-embeddings-bge"
    "text-generation-chat"
    "text-generation-gpt-oss"
    "text-generation-guard"
    "text-generation-llama-vision"
    "text-generation-native"
    "text-generation-native-batch"
    "text-generation-openai"
    "text-generation-vision"
    "text-generation-vision-batch"
    "text-to-image-flux1"
    "text-to-image-flux2"
    "text-to-image-lucid"
    "text-to-image-phoenix"
    "text-to-image-sd"
    "text-to-speech-aura"
    "text-to-speech-aura-2-en"
    "text-to-speech-aura-2-es"
    "text-to-speech-melotts"
    "translation"
    "translation-indic"
    "voice-activity"
};

const PARTS: &[(&str, &str)] =
    &[("openai", include_str!("parts/openai.json")), ("text-generation", include_str!("parts/text-generation.json"))];

static PAIRS: LazyLock<BTreeMap<&str, Pair>> = LazyLock::new(|| {
    let parts = PARTS.iter().map(|(file, text)| (*file, parse(text))).collect();
    let load = |text| expand(&parse(text), &parts);
    FILES.iter().map(|(name, input, output)| (*name, Pair { input: load(input), output: load(output) })).collect()
});

/// The files are part of the binary, and a test reads them all.
fn parse(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_default()
}

/// Puts the keys of a part where the key `$ref` stands.
fn expand(value: &Value, parts: &BTreeMap<&str, Value>) -> Value {
    match value {
        Value::Array(items) => items.iter().map(|item| expand(item, parts)).collect(),
        Value::Object(map) => {
            let mut all = Map::new();
            for (key, value) in map {
                match value.as_str().and_then(|path| path.split_once("#/")).filter(|_| key == "$ref") {
                    Some((file, name)) => {
                        if let Some(Value::Object(part)) = parts.get(file).map(|part| expand(&part[name], parts)) {
                            all.extend(part);
                        }
                    }
                    None => {
                        all.insert(key.clone(), expand(value, parts));
                    }
                }
            }
            Value::Object(all)
        }
        other => other.clone(),
    }
}

fn set_defaults(schema: &mut Value, defaults: &[(&str, Value)]) {
    match schema {
        Value::Array(items) => items.iter_mut().for_each(|item| set_defaults(item, defaults)),
        Value::Object(map) => {
            if let Some(Value::Object(properties)) = map.get_mut("properties") {
                for (name, default) in defaults {
                    if let Some(Value::Object(property)) = properties.get_mut(*name) {
                        property.insert("default".into(), default.clone());
                    }
                }
            }
            map.values_mut().for_each(|value| set_defaults(value, defaults));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ai::schema::check;
    use serde_json::json;

    /// Every `$ref` of a file, wherever it stands.
    fn references(value: &Value) -> Vec<&str> {
        match value {
            Value::Array(items) => items.iter().flat_map(references).collect(),
            Value::Object(map) => {
                let own = map.get("$ref").and_then(Value::as_str);
                own.into_iter().chain(map.values().flat_map(references)).collect()
            }
            _ => Vec::new(),
        }
    }

    #[test]
    fn every_file_is_json_and_every_reference_leads_somewhere() {
        let parts: BTreeMap<&str, Value> =
            PARTS.iter().map(|(file, text)| (*file, serde_json::from_str(text).unwrap())).collect();
        for (name, input, output) in FILES {
            for text in [input, output] {
                let raw: Value = serde_json::from_str(text).unwrap_or_else(|error| panic!("{name}: {error}"));
                for path in references(&raw).into_iter().chain(parts.values().flat_map(references)) {
                    let (file, part) = path.split_once("#/").unwrap();
                    assert!(parts[file][part].is_object(), "{name}: {path}");
                }
            }
            let pair = pair(name).unwrap();
            assert!(references(&pair.input).is_empty() && references(&pair.output).is_empty(), "{name}");
        }
        assert_eq!(names().count(), FILES.len());
        assert!(names().is_sorted());
        assert!(pair("text-generation").is_none());
    }

    #[test]
    fn defaults_are_filled_in_and_can_differ_by_model() {
        let native = pair("text-generation-native").unwrap();
        let mut value = json!({"prompt": "hi"});
        check(&native.input, &mut value).unwrap();
        assert_eq!(
            value,
            json!({"prompt": "hi", "raw": false, "stream": false, "max_tokens": 256, "temperature": 0.6})
        );

        let scout = native.with_defaults(&[("max_tokens", json!(2000)), ("temperature", json!(0.15))]);
        let mut value = json!({"messages": [{"role": "user", "content": "hi"}]});
        check(&scout.input, &mut value).unwrap();
        assert_eq!((&value["max_tokens"], &value["temperature"]), (&json!(2000), &json!(0.15)));
    }
}
