//! Sampling parameters, how long an output may be, and how many there are.

use serde_json::Value;

use super::OPENAI_SCHEMA;
use crate::ai::catalog::Model;
use crate::ai::tasks::{field, refused};
use crate::engine::generate::Sampling;
use crate::error::AiError;

/// Stop strings that one call may have.
const MOST_STOPS: usize = 4;
/// Choices that one call may ask for.
const MOST_CHOICES: f64 = 128.0;
/// Likeliest tokens that may be listed at each place: of a chat, and of a text completion.
const MOST_TOP_LOGPROBS: f64 = 20.0;

#[derive(Debug, Clone, PartialEq)]
pub struct Parameters {
    /// What the input says, else the model's default; `None`: as much as fits.
    pub max_tokens: Option<usize>,
    pub sampling: Sampling,
    pub stop: Vec<String>,
    /// `n`.
    pub choices: usize,
    /// How many of the likeliest tokens to list beside each; `None`: no log probabilities.
    pub logprobs: Option<usize>,
}

impl Parameters {
    pub fn parse(model: &Model, input: &Value) -> Result<Self, AiError> {
        refuse_out_of_range(model, input)?;
        let number = |name: &str| field(input, name).and_then(Value::as_f64);
        let count = |name: &str| number(name).map(|value| value.max(0.0) as usize);
        let max_tokens =
            count("max_completion_tokens").or_else(|| count("max_tokens")).or_else(|| count("max_output_tokens"));
        if max_tokens == Some(0) {
            return Err(refused("max_tokens must be at least 1"));
        }
        let neutral = Sampling::default();
        let real = |name: &str, default: f32| number(name).map_or(default, |value| value as f32);
        Ok(Self {
            max_tokens: max_tokens.or(model.defaults.max_tokens),
            sampling: Sampling {
                temperature: number("temperature").or(model.defaults.temperature).map_or(1.0, |value| value as f32),
                top_p: real("top_p", neutral.top_p),
                top_k: count("top_k"),
                seed: field(input, "seed").and_then(seed),
                repetition_penalty: real("repetition_penalty", neutral.repetition_penalty),
                frequency_penalty: real("frequency_penalty", neutral.frequency_penalty),
                presence_penalty: real("presence_penalty", neutral.presence_penalty),
                logit_bias: logit_bias(input)?,
            },
            stop: stop(input)?,
            choices: count("n").unwrap_or(1),
            logprobs: logprobs(input)?,
        })
    }
}

pub fn include_usage(input: &Value) -> bool {
    let asked = field(input, "stream_options").and_then(|options| options.get("include_usage"));
    asked.and_then(Value::as_bool).unwrap_or(false)
}

fn seed(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_i64().map(i64::cast_unsigned)).or_else(|| value.as_f64().map(|seed| seed as u64))
}

fn stop(input: &Value) -> Result<Vec<String>, AiError> {
    let text = |value: &Value| value.as_str().map(str::to_owned).ok_or_else(|| refused("`stop` must hold strings"));
    match field(input, "stop") {
        None => Ok(Vec::new()),
        Some(Value::Array(items)) if items.len() > MOST_STOPS => {
            Err(refused(format!("stop must hold at most {MOST_STOPS} strings")))
        }
        Some(Value::Array(items)) => items.iter().map(text).collect(),
        Some(one) => Ok(vec![text(one)?]),
    }
}

/// `{"<token id>": -100..100}`.
fn logit_bias(input: &Value) -> Result<Vec<(u32, f32)>, AiError> {
    let Some(value) = field(input, "logit_bias") else { return Ok(Vec::new()) };
    let entries = value.as_object().ok_or_else(|| refused("logit_bias must be an object of biases by token id"))?;
    entries
        .iter()
        .map(|(token, bias)| {
            let id = token.parse().map_err(|_| refused(format!("logit_bias: `{token}` is no token id")))?;
            let bias = bias.as_f64().filter(|bias| (-100.0..=100.0).contains(bias));
            let bias =
                bias.ok_or_else(|| refused(format!("logit_bias of {token} must be a number from -100 to 100")))?;
            Ok((id, bias as f32))
        })
        .collect()
}

/// A chat says `logprobs: true, top_logprobs: 0..20`; a text completion says how many by `logprobs` itself.
fn logprobs(input: &Value) -> Result<Option<usize>, AiError> {
    let top = field(input, "top_logprobs");
    match field(input, "logprobs") {
        None | Some(Value::Bool(false)) if top.is_some_and(|top| top.as_f64() != Some(0.0)) => {
            Err(refused("top_logprobs needs logprobs to be true"))
        }
        None | Some(Value::Bool(false)) => Ok(None),
        Some(Value::Bool(true)) => Ok(Some(top.and_then(Value::as_f64).unwrap_or(0.0) as usize)),
        Some(value) => match value.as_f64() {
            Some(count) if count.fract() == 0.0 && (0.0..=MOST_TOP_LOGPROBS).contains(&count) => {
                Ok(Some(count as usize))
            }
            _ => Err(refused("logprobs must be a boolean, or of a text completion a number from 0 to 20")),
        },
    }
}

/// What the published validator lets through and the serving engines refuse themselves: it does not look into `anyOf`,
/// in which OpenAI's own schema states its ranges. The others are checked already, or looser here.
fn refuse_out_of_range(model: &Model, input: &Value) -> Result<(), AiError> {
    let is_openai = model.schema == OPENAI_SCHEMA;
    let ranges = [
        ("temperature", 0.0, if is_openai { 2.0 } else { 5.0 }),
        ("top_p", 0.0, if is_openai { 1.0 } else { 2.0 }),
        ("repetition_penalty", 0.0, 2.0),
        ("frequency_penalty", -2.0, 2.0),
        ("presence_penalty", -2.0, 2.0),
        ("n", 1.0, MOST_CHOICES),
        ("top_logprobs", 0.0, MOST_TOP_LOGPROBS),
    ];
    for (name, least, most) in ranges {
        let Some(value) = field(input, name) else { continue };
        if !value.as_f64().is_some_and(|value| (least..=most).contains(&value)) {
            return Err(refused(format!("{name} must be a number from {least} to {most}")));
        }
    }
    for name in ["max_tokens", "max_completion_tokens", "max_output_tokens", "top_k", "seed", "n", "top_logprobs"] {
        if field(input, name).is_some_and(|value| value.as_f64().is_none_or(|number| number.fract() != 0.0)) {
            return Err(refused(format!("{name} must be a whole number")));
        }
    }
    for name in ["max_tokens", "max_completion_tokens", "max_output_tokens"] {
        if field(input, name).and_then(Value::as_f64).is_some_and(|number| number < 1.0) {
            return Err(refused(format!("{name} must be at least 1")));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    use crate::ai::catalog::Catalog;

    fn parse(model: &str, input: Value) -> Result<Parameters, AiError> {
        Parameters::parse(Catalog::builtin().get(model).unwrap(), &input)
    }

    fn native(input: Value) -> Result<Parameters, AiError> {
        parse("@cf/meta/llama-3.2-1b-instruct", input)
    }

    fn openai(name: &str, value: Value) -> Result<Parameters, AiError> {
        parse("@cf/google/gemma-4-26b-a4b-it", json!({ name: value }))
    }

    #[test]
    fn stop_is_one_string_or_several() {
        assert_eq!(native(json!({"stop": "x"})).unwrap().stop, ["x"]);
        assert_eq!(native(json!({"stop": ["x", "\u{1f600}"]})).unwrap().stop, ["x", "\u{1f600}"]);
        assert!(native(json!({"stop": [1]})).is_err());
        assert!(native(json!({"stop": ["1", "2", "3", "4"]})).is_ok());
        assert_eq!(native(json!({"stop": ["1", "2", "3", "4", "5"]})).unwrap_err().code(), 8001);
    }

    #[test]
    fn ranges_hold_where_the_validator_does_not_look() {
        for (name, value) in [
            ("temperature", json!(2.1)),
            ("temperature", json!(-1)),
            ("temperature", json!("hot")),
            ("top_p", json!(1.5)),
            ("presence_penalty", json!(-3)),
            ("seed", json!("x")),
            ("n", json!(0)),
            ("n", json!(129)),
            ("n", json!(1.5)),
            ("max_tokens", json!(-1)),
            ("max_tokens", json!(0)),
            ("max_completion_tokens", json!(0.5)),
            ("top_logprobs", json!(21)),
            ("top_logprobs", json!(3)),
            ("logprobs", json!("yes")),
            ("logit_bias", json!({"a": 1})),
            ("logit_bias", json!({"1": 101})),
            ("logit_bias", json!([])),
        ] {
            assert_eq!(openai(name, value).unwrap_err().code(), 8001, "{name}");
        }
        assert!(openai("temperature", json!(2)).is_ok() && openai("temperature", Value::Null).is_ok());
        assert!(native(json!({"temperature": 5, "top_p": 2})).is_ok());
    }

    #[test]
    fn biases_choices_and_log_probabilities() {
        let bias = openai("logit_bias", json!({"7": -100, "9": 2.5})).unwrap();
        assert_eq!(bias.sampling.logit_bias, [(7, -100.0), (9, 2.5)]);
        assert_eq!((bias.choices, bias.logprobs, bias.max_tokens), (1, None, None));
        let asked =
            parse("@cf/google/gemma-4-26b-a4b-it", json!({"n": 3, "logprobs": true, "top_logprobs": 2})).unwrap();
        assert_eq!((asked.choices, asked.logprobs), (3, Some(2)));
        assert_eq!(openai("logprobs", json!(5)).unwrap().logprobs, Some(5));
    }
}
