//! Summarisation. Shapes: workers-ai reference 4.3.

use serde_json::{Value, json};

use super::{field, refused};
use crate::error::AiError;

/// What is to be summed up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    pub text: String,
    /// Most tokens of the summary; at least 1.
    pub max_tokens: Option<usize>,
}

impl Request {
    /// Reads an input that has passed the schema.
    pub fn parse(input: &Value) -> Result<Self, AiError> {
        let text = match field(input, "input_text").and_then(Value::as_str) {
            Some(text) if !text.trim().is_empty() => text.to_owned(),
            _ => return Err(refused("`input_text` must be a string, and not empty")),
        };
        let max_tokens = match field(input, "max_length").and_then(Value::as_f64) {
            None => None,
            Some(number) if number >= 1.0 => Some(number as usize),
            Some(_) => return Err(refused("`max_length` must be at least 1")),
        };
        Ok(Self { text, max_tokens })
    }
}

pub fn render(summary: &str) -> Value {
    json!({"summary": summary})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_and_empty_texts() {
        let parse = |input: Value| Request::parse(&input);
        assert_eq!(parse(json!({"input_text": "a", "max_length": 7})).unwrap().max_tokens, Some(7));
        assert_eq!(parse(json!({"input_text": "a"})).unwrap().max_tokens, None);
        for bad in [json!({}), json!({"input_text": " \n"}), json!({"input_text": "a", "max_length": 0})] {
            assert_eq!(parse(bad).unwrap_err().code(), 8001);
        }
    }
}
