//! An environment `local` in wrangler's configuration, whose bindings a Miniflare plugin leads to the emulator. What is
//! deployed stays untouched: `dev.plugin` would be uploaded with the environment that it stands in.

use std::path::Path;

use jsonc_parser::ParseOptions;
use jsonc_parser::cst::{CstInputValue, CstRootNode};
use serde_json::{Map, Value, json};

const NAME: &str = "local";

/// Keys that an environment does not inherit: without a copy of them the Worker would lose its other bindings.
/// Source: wrangler's documentation of environments, "non-inheritable keys".
const NOT_INHERITED: [&str; 21] = [
    "analytics_engine_datasets",
    "browser",
    "d1_databases",
    "define",
    "dispatch_namespaces",
    "durable_objects",
    "hyperdrive",
    "images",
    "kv_namespaces",
    "mtls_certificates",
    "pipelines",
    "queues",
    "r2_buckets",
    "secrets_store_secrets",
    "send_email",
    "services",
    "tail_consumers",
    "vars",
    "version_metadata",
    "worker_loaders",
    "workflows",
];

/// The configuration with the environment; itself if it has one that leads to the emulator already.
pub fn with_local(path: &Path, text: &str) -> Result<String, String> {
    let is_toml = path.extension().is_some_and(|extension| extension == "toml");
    let config: Value = if is_toml {
        toml::from_str(text).map_err(|error| error.to_string())?
    } else {
        jsonc_parser::parse_to_serde_value(text, &ParseOptions::default()).map_err(|error| error.to_string())?
    };
    if let Some(environment) = config.pointer(&format!("/env/{NAME}")) {
        if environment.to_string().contains("candleflare/plugin") {
            return Ok(text.to_owned());
        }
        return Err(format!(
            "it has an environment `{NAME}` of its own\nhint: add the bindings by hand, see docs/wrangler.md"
        ));
    }
    let environment = environment(&config)?;
    if is_toml { append_toml(text, environment) } else { append_json(text, environment) }
}

fn environment(config: &Value) -> Result<Map<String, Value>, String> {
    let plugin = |name: &str| json!({"plugin": {"package": "candleflare/plugin", "name": name}});
    let mut bindings = Vec::new();
    if let Some(binding) = config.pointer("/ai/binding") {
        bindings.push(json!({"name": binding, "type": "ai", "dev": plugin("candleflare-ai")}));
    }
    for index in config.get("vectorize").and_then(Value::as_array).into_iter().flatten() {
        let (name, index_name) = (index.get("binding"), index.get("index_name"));
        let dev = plugin("candleflare-vectorize");
        bindings.push(json!({"name": name, "type": "vectorize", "index_name": index_name, "dev": dev}));
    }
    if bindings.is_empty() {
        return Err(
            "it has neither `ai` nor `vectorize`\nhint: add the bindings that the Worker uses, as for production"
                .to_owned(),
        );
    }
    let mut environment: Map<String, Value> =
        NOT_INHERITED.iter().filter_map(|key| Some(((*key).to_owned(), config.get(key)?.clone()))).collect();
    environment.insert("unsafe".to_owned(), json!({"bindings": bindings}));
    Ok(environment)
}

/// Comments and layout of everything else stay.
fn append_json(text: &str, environment: Map<String, Value>) -> Result<String, String> {
    let root = CstRootNode::parse(text, &ParseOptions::default()).map_err(|error| error.to_string())?;
    let not_an_object = || "it is not an object, or `env` in it is not".to_owned();
    let object = root.object_value_or_create().ok_or_else(not_an_object)?;
    let environments = object.object_value_or_create("env").ok_or_else(not_an_object)?;
    environments.append(NAME, input(Value::Object(environment)));
    Ok(root.to_string())
}

fn input(value: Value) -> CstInputValue {
    match value {
        Value::Null => CstInputValue::Null,
        Value::Bool(value) => CstInputValue::Bool(value),
        Value::Number(number) => CstInputValue::Number(number.to_string()),
        Value::String(text) => CstInputValue::String(text),
        Value::Array(values) => CstInputValue::Array(values.into_iter().map(input).collect()),
        Value::Object(map) => CstInputValue::Object(map.into_iter().map(|(key, value)| (key, input(value))).collect()),
    }
}

/// A table at the end of the file belongs to nothing before it.
fn append_toml(text: &str, environment: Map<String, Value>) -> Result<String, String> {
    let table = toml::to_string(&json!({"env": {NAME: environment}})).map_err(|error| error.to_string())?;
    let gap = if text.ends_with('\n') || text.is_empty() { "\n" } else { "\n\n" };
    Ok(format!("{text}{gap}{table}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_keeps_its_comments_and_gets_an_environment() {
        let text = "{\n  // mine\n  \"name\": \"w\",\n  \"ai\": { \"binding\": \"AI\" },\n  \"vars\": { \"A\": 1 },\n  \"vectorize\": [{ \"binding\": \"DOCS\", \"index_name\": \"docs\" }],\n}\n";
        let path = Path::new("wrangler.jsonc");
        let changed = with_local(path, text).unwrap();
        assert!(changed.starts_with("{\n  // mine\n  \"name\": \"w\",\n"), "{changed}");
        let config: Value = jsonc_parser::parse_to_serde_value(&changed, &ParseOptions::default()).unwrap();
        assert_eq!(config["env"]["local"]["vars"], json!({"A": 1}));
        let bindings = &config["env"]["local"]["unsafe"]["bindings"];
        assert_eq!((&bindings[0]["name"], &bindings[1]["index_name"]), (&json!("AI"), &json!("docs")));
        assert_eq!(with_local(path, &changed).unwrap(), changed);
    }

    #[test]
    fn toml_gets_tables_at_its_end() {
        let text = "name = \"w\"\n[ai]\nbinding = \"AI\"\n[env.staging]\nname = \"s\"";
        let changed = with_local(Path::new("wrangler.toml"), text).unwrap();
        assert!(changed.starts_with(text), "{changed}");
        let config: Value = toml::from_str(&changed).unwrap();
        assert_eq!(config["env"]["local"]["unsafe"]["bindings"][0]["dev"]["plugin"]["name"], "candleflare-ai");
        assert_eq!(config["env"]["staging"]["name"], "s");
    }

    #[test]
    fn what_cannot_be_done_is_said() {
        let path = Path::new("wrangler.json");
        for (text, said) in [
            ("{}", "neither `ai` nor `vectorize`"),
            (r#"{"ai": {"binding": "AI"}, "env": {"local": {}}}"#, "an environment `local` of its own"),
            (r#"{"ai": {"binding": "AI"}, "env": 5}"#, "not an object"),
            ("{", "line 1"),
        ] {
            let error = with_local(path, text).unwrap_err();
            assert!(error.contains(said), "{text}: {error}");
        }
    }
}
