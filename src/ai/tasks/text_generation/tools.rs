//! Tools: both formats in, one format to the template and the grammar.

use serde_json::{Value, json};

use super::request::is_newer;
use crate::ai::tasks::{field, refused};
use crate::engine::generate::{Choice, Shape, Tool};
use crate::error::AiError;

/// Tools of one call; more would make a grammar that takes long to follow.
const MOST: usize = 128;

/// What may and must be called.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tools {
    /// For the template: `{type: "function", function: {name, description, parameters}}`.
    pub shown: Vec<Value>,
    /// Those that may be called.
    callable: Vec<Tool>,
    choice: Option<Choice>,
    parallel: bool,
}

impl Tools {
    pub fn parse(input: &Value) -> Result<Self, AiError> {
        let given = field(input, "tools").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        if given.len() > MOST {
            return Err(refused(format!("tools: at most {MOST} can be given")));
        }
        let shown: Vec<Value> = given.iter().map(function).collect::<Result<_, _>>()?;
        let mut tools =
            Self { callable: shown.iter().map(callable).collect::<Result<_, _>>()?, shown, ..Self::default() };
        tools.parallel = field(input, "parallel_tool_calls").and_then(Value::as_bool).unwrap_or(true);
        tools.choose(field(input, "tool_choice"))?;
        Ok(tools)
    }

    fn choose(&mut self, choice: Option<&Value>) -> Result<(), AiError> {
        let without = |tools: &Self| match tools.shown.is_empty() {
            true => Err(refused("tool_choice needs tools")),
            false => Ok(()),
        };
        match choice {
            None => self.choice = (!self.shown.is_empty()).then_some(Choice::Auto),
            Some(Value::String(word)) => match word.as_str() {
                "auto" => self.choice = (!self.shown.is_empty()).then_some(Choice::Auto),
                // A model that is not to call tools is not shown any.
                "none" => *self = Self::default(),
                // `any` is what some clients call it; the newer engines have refused it by now.
                "required" | "any" => {
                    without(self)?;
                    self.choice = Some(Choice::Required);
                }
                other => return Err(refused(format!("tool_choice `{other}` is none of auto, none, required"))),
            },
            Some(chosen) if chosen["type"] == "allowed_tools" => {
                let allowed = chosen.get("allowed_tools").unwrap_or(chosen);
                let names: Vec<&str> = allowed["tools"].as_array().into_iter().flatten().filter_map(name_of).collect();
                self.restrict(&names)?;
                self.choice = Some(if allowed["mode"] == "required" { Choice::Required } else { Choice::Auto });
            }
            Some(chosen) => {
                let name = name_of(chosen).ok_or_else(|| refused("tool_choice must name a function"))?;
                self.restrict(&[name])?;
                (self.choice, self.parallel) = (Some(Choice::Required), false);
            }
        }
        Ok(())
    }

    fn restrict(&mut self, names: &[&str]) -> Result<(), AiError> {
        let known = |name: &&str| self.callable.iter().any(|tool| tool.name == **name);
        if let Some(unknown) = names.iter().find(|name| !known(name)) {
            return Err(refused(format!("tool_choice names `{unknown}`, which is not among the tools")));
        }
        self.callable.retain(|tool| names.contains(&tool.name.as_str()));
        match self.callable.is_empty() {
            true => Err(refused("tool_choice allows no tool")),
            false => Ok(()),
        }
    }

    pub fn are_called(&self) -> bool {
        self.choice.is_some()
    }

    pub fn is_forced(&self) -> bool {
        self.choice == Some(Choice::Required)
    }

    /// What the output is held to; a text beside calls must fit `answer`.
    pub fn shape(self, answer: Option<Value>) -> Option<Shape> {
        Some(Shape::Calls { choice: self.choice?, tools: self.callable, parallel: self.parallel, answer })
    }
}

/// One tool in OpenAI's form.
fn function(tool: &Value) -> Result<Value, AiError> {
    let inner = match tool.get("function") {
        Some(function) => function,
        None if tool["type"] == "custom" => {
            let hint = "describe it as a function".to_owned();
            return Err(AiError::NotEmulated { what: "a tool of type `custom`".to_owned(), hint });
        }
        // The native form, and that of the Responses API.
        None => tool,
    };
    let Some(name) = inner["name"].as_str().filter(|name| !name.is_empty()) else {
        return Err(refused("tools: each needs a name"));
    };
    let mut function = json!({"name": name});
    for key in ["description", "parameters", "strict"] {
        if let Some(value) = inner.get(key).filter(|value| !value.is_null()) {
            function[key] = value.clone();
        }
    }
    Ok(json!({"type": "function", "function": function}))
}

fn callable(tool: &Value) -> Result<Tool, AiError> {
    let function = &tool["function"];
    let name = function["name"].as_str().unwrap_or_default().to_owned();
    let parameters = match function.get("parameters") {
        // No parameters: an empty object.
        None => json!({"type": "object", "properties": {}, "additionalProperties": false}),
        Some(schema @ Value::Object(_)) => schema.clone(),
        Some(_) => return Err(refused(format!("tools: the parameters of `{name}` must be a JSON schema"))),
    };
    Ok(Tool { name, parameters })
}

/// `{type, function: {name}}` as in chats, `{type, name}` as in the Responses API.
fn name_of(chosen: &Value) -> Option<&str> {
    chosen["function"]["name"].as_str().or_else(|| chosen["name"].as_str())
}

/// What the newer serving engines refuse in their own words (8001) before any schema is looked at: tools without
/// `function`, `tool_choice: "any"`, null where a text is due.
pub fn refuse_early(schema: &str, input: &Value) -> Result<(), AiError> {
    if !is_newer(schema) {
        return Ok(());
    }
    let items = |name: &str| field(input, name).and_then(Value::as_array).into_iter().flatten();
    let is_flat = |tool: &Value| tool.get("type").is_none() && tool.get("name").is_some();
    if items("tools").any(is_flat) {
        return Err(refused("tools must have the form {\"type\": \"function\", \"function\": {…}}"));
    }
    if field(input, "tool_choice").is_some_and(|choice| choice == "any") {
        return Err(refused("tool_choice `any` is none of auto, none, required"));
    }
    let is_null =
        |message: &Value| message.get("content").is_some_and(Value::is_null) && message["role"] != "assistant";
    if items("messages").any(is_null) {
        return Err(refused("the content of a message must not be null"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn two() -> Value {
        json!([
            {"name": "flat", "description": "d", "parameters": {"type": "object", "properties": {}}},
            {"type": "function", "function": {"name": "nested"}},
        ])
    }

    fn parse(choice: Value) -> Result<Tools, AiError> {
        Tools::parse(&json!({"tools": two(), "tool_choice": choice}))
    }

    fn names(tools: &Tools) -> Vec<&str> {
        tools.callable.iter().map(|tool| tool.name.as_str()).collect()
    }

    #[test]
    fn both_formats_become_one() {
        let tools = parse(json!("auto")).unwrap();
        assert_eq!(tools.shown[0]["function"]["name"], "flat");
        assert_eq!((names(&tools), tools.is_forced()), (vec!["flat", "nested"], false));
        assert_eq!(tools.callable[1].parameters["additionalProperties"], false);
    }

    #[test]
    fn choices() {
        assert!(parse(json!("required")).unwrap().is_forced() && parse(json!("any")).unwrap().is_forced());
        assert_eq!(parse(json!("none")).unwrap(), Tools::default());
        let named = parse(json!({"type": "function", "function": {"name": "nested"}})).unwrap();
        assert_eq!((names(&named), named.is_forced(), named.shown.len()), (vec!["nested"], true, 2));
        assert_eq!(names(&parse(json!({"type": "function", "name": "flat"})).unwrap()), ["flat"]);
        let allowed = json!({"type": "allowed_tools", "allowed_tools": {"mode": "auto", "tools": [{"type": "function", "function": {"name": "flat"}}]}});
        assert_eq!(names(&parse(allowed).unwrap()), ["flat"]);
        for bad in [json!("maybe"), json!({}), json!({"type": "function", "function": {"name": "nobody"}}), json!(7)] {
            assert_eq!(parse(bad.clone()).unwrap_err().code(), 8001, "{bad}");
        }
        assert!(Tools::parse(&json!({"tool_choice": "required"})).is_err());
        assert!(Tools::parse(&json!({"tool_choice": "auto"})).unwrap().shape(None).is_none());
    }

    #[test]
    fn odd_tools_are_refused_or_taken() {
        for bad in [
            json!({}),
            json!({"name": ""}),
            json!(7),
            json!({"name": "f", "parameters": 7}),
            json!({"type": "custom", "custom": {}}),
        ] {
            assert!(Tools::parse(&json!({"tools": [bad]})).is_err());
        }
        let odd = Tools::parse(&json!({"tools": [{"name": "\u{1f600} \"quoted\"\n"}]})).unwrap();
        assert_eq!(names(&odd), ["\u{1f600} \"quoted\"\n"]);
    }

    #[test]
    fn the_newer_engines_refuse_first() {
        for bad in [
            json!({"tools": two()}),
            json!({"tool_choice": "any"}),
            json!({"messages": [{"role": "user", "content": null}]}),
        ] {
            assert_eq!(refuse_early("text-generation-openai", &bad).unwrap_err().code(), 8001);
            assert!(refuse_early("text-generation-native", &bad).is_ok());
        }
        let calls = json!({"messages": [{"role": "assistant", "content": null, "tool_calls": []}]});
        assert!(refuse_early("text-generation-openai", &calls).is_ok());
    }
}
