//! JSON mode: `response_format` and `guided_json`.

use serde_json::{Value, json};

use crate::ai::catalog::{Family, Feature, Model};
use crate::ai::tasks::{field, refused};
use crate::error::AiError;

/// What an answer must fit.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    pub schema: Value,
    /// The caller gave it, so the template may show it to the model.
    pub is_shown: bool,
}

/// The schema that the input asks for, if it asks for one. A schema stands bare (native models) or in
/// `{name, schema, strict}` (OpenAI); both forms are taken by all models, as was seen.
pub fn schema(model: &Model, input: &Value) -> Result<Option<Answer>, AiError> {
    if let Some(guided) = field(input, "guided_json") {
        return object(guided, "guided_json").map(Some);
    }
    let Some(format) = field(input, "response_format") else { return Ok(None) };
    match format.get("type").and_then(Value::as_str) {
        None | Some("text") => Ok(None),
        Some("json_object") => Ok(Some(Answer { schema: any(model), is_shown: false })),
        Some("json_schema") if !takes_schemas(model) => Err(AiError::JsonSchemaUnsupported),
        Some("json_schema") => {
            let given = format.get("json_schema").unwrap_or(&Value::Null);
            object(unwrapped(given), "response_format.json_schema").map(Some)
        }
        Some(other) => {
            Err(refused(format!("response_format.type `{other}` is none of text, json_object, json_schema")))
        }
    }
}

/// Production documents which of the native models have JSON mode; of the newer ones all have it.
fn takes_schemas(model: &Model) -> bool {
    let is_native = matches!(model.family, Family::Native);
    !is_native || model.supports(Feature::JsonMode) || model.supports(Feature::GuidedJson)
}

/// `{name, schema, …}` or the schema itself. A schema has a `type`, properties or the like beside a `schema`.
fn unwrapped(given: &Value) -> &Value {
    match given.get("schema") {
        Some(schema) if given.get("type").is_none() && given.get("properties").is_none() => schema,
        _ => given,
    }
}

fn object(schema: &Value, name: &str) -> Result<Answer, AiError> {
    match schema {
        Value::Object(_) => Ok(Answer { schema: schema.clone(), is_shown: true }),
        _ => Err(refused(format!("{name} must hold a JSON schema, which is an object"))),
    }
}

/// Any object; the guard's verdict has a form of its own.
fn any(model: &Model) -> Value {
    if model.schema == "text-generation-guard" {
        let categories =
            json!({"type": "array", "items": {"type": "string", "pattern": "^S[0-9]{1,2}$"}, "maxItems": 14});
        return json!({"type": "object", "properties": {"safe": {"type": "boolean"}, "categories": categories},
            "required": ["safe"]});
    }
    json!({"type": "object"})
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ai::catalog::Catalog;

    fn ask(model: &str, format: Value) -> Result<Option<Answer>, AiError> {
        schema(Catalog::builtin().get(model).unwrap(), &json!({"response_format": format}))
    }

    const LLAMA: &str = "@cf/meta/llama-3.3-70b-instruct-fp8-fast";

    #[test]
    fn bare_and_wrapped_schemas_are_one() {
        let inner = json!({"type": "object", "properties": {"schema": {"type": "string"}}});
        for given in [inner.clone(), json!({"name": "a", "strict": true, "schema": inner}), json!({"schema": inner})] {
            let found = ask(LLAMA, json!({"type": "json_schema", "json_schema": given})).unwrap().unwrap();
            assert_eq!(found, Answer { schema: inner.clone(), is_shown: true });
        }
        assert_eq!(ask(LLAMA, json!({"type": "text"})).unwrap(), None);
        assert!(!ask(LLAMA, json!({"type": "json_object"})).unwrap().unwrap().is_shown);
    }

    #[test]
    fn what_cannot_be_is_refused() {
        for bad in
            [json!({"type": "json_schema"}), json!({"type": "json_schema", "json_schema": [1]}), json!({"type": "xml"})]
        {
            assert_eq!(ask(LLAMA, bad).unwrap_err().code(), 8001);
        }
        let bare = json!({"type": "json_schema", "json_schema": {"type": "object"}});
        assert_eq!(ask("@cf/meta/llama-3.1-8b-instruct-fp8", bare.clone()).unwrap_err().code(), 5025);
        for model in ["@cf/meta/llama-4-scout-17b-16e-instruct", "@cf/qwen/qwen3-30b-a3b-fp8", "@cf/openai/gpt-oss-20b"]
        {
            assert!(ask(model, bare.clone()).is_ok(), "{model}");
        }
    }
}
