//! Moondream's four tasks: `caption`, `query`, `detect` and `point`.
//!
//! Shapes: workers-ai reference 4.4 and the model's schema. Places are in parts of the picture. Frames of a stream are Moondream's
//! own (`{"text"}`, its documentation), the last one before `[DONE]` has the result; what Workers AI sends is not known.

use serde_json::{Map, Value, json};

use super::{field, refused};
use crate::engine::vision::Found;
use crate::error::AiError;

/// What is to be done with a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Task {
    Query,
    Caption,
    Point,
    Detect,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    pub task: Task,
    pub question: String,
    pub target: String,
    pub with_reasoning: bool,
    pub max_tokens: usize,
    pub max_objects: usize,
    pub stream: bool,
}

/// What it took.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Metrics {
    pub input_tokens: usize,
    pub output_tokens: usize,
    /// Before the first token, and for all of them.
    pub queue_ms: f64,
    pub compute_ms: f64,
}

impl Request {
    /// Reads an input that has passed the schema.
    pub fn parse(input: &Value) -> Result<Self, AiError> {
        let text = |name: &str, default: &str| {
            field(input, name).and_then(Value::as_str).filter(|text| !text.is_empty()).unwrap_or(default).to_owned()
        };
        let count = |name: &str, default: usize, most: usize| {
            field(input, name).and_then(Value::as_f64).map_or(default, |count| (count as usize).clamp(1, most))
        };
        let flag = |name: &str| field(input, name).and_then(Value::as_bool).unwrap_or(true);
        let task = match text("task", "query").as_str() {
            "query" => Task::Query,
            "caption" => Task::Caption,
            "point" => Task::Point,
            "detect" => Task::Detect,
            other => return Err(refused(format!("`{other}` is no task"))),
        };
        Ok(Self {
            task,
            question: text("question", "What's in this image?"),
            target: text("target", "person"),
            with_reasoning: flag("reasoning"),
            max_tokens: count("max_tokens", 768, 2048),
            max_objects: count("max_objects", 150, 500),
            stream: flag("stream") && matches!(task, Task::Query | Task::Caption),
        })
    }

    /// What a captioner that follows no instructions can say to a question: the description, and plainly that it is no answer
    /// where something else was asked.
    pub fn answer(&self, caption: &str) -> String {
        let question = self.question.to_lowercase();
        let asks_all = ["what's in", "what is in", "describe", "caption", "what do you see", "what does"];
        match asks_all.iter().any(|words| question.contains(words)) {
            true => caption.to_owned(),
            false => format!("I can only describe this picture: {caption}."),
        }
    }

    /// The result for a text.
    pub fn written(&self, text: &str, is_whole: bool, metrics: &Metrics) -> Value {
        let mut result = head(is_whole, metrics);
        match self.task {
            Task::Caption => result.insert("caption".to_owned(), json!(text)),
            _ => result.insert("answer".to_owned(), json!(text)),
        };
        if self.with_reasoning && self.task == Task::Query {
            let reasoning = json!({"text": "This checkpoint describes pictures and does not reason.", "grounding": []});
            result.insert("reasoning".to_owned(), reasoning);
        }
        Value::Object(result)
    }

    /// The result for what was found of the target.
    pub fn places(&self, found: &[Found], metrics: &Metrics) -> Value {
        let wanted = found.iter().filter(|one| is_named(&one.label, &self.target)).take(self.max_objects);
        let mut result = head(true, metrics);
        let (name, places): (&str, Vec<Value>) = match self.task {
            Task::Point => ("points", wanted.map(|one| point(&one.bounds)).collect()),
            _ => ("objects", wanted.map(|one| bounds(&one.bounds)).collect()),
        };
        result.insert(name.to_owned(), places.into());
        Value::Object(result)
    }
}

fn head(is_whole: bool, metrics: &Metrics) -> Map<String, Value> {
    let Metrics { input_tokens, output_tokens, queue_ms, compute_ms } = *metrics;
    let metrics = json!({"input_tokens": input_tokens, "output_tokens": output_tokens, "prefill_time_ms": compute_ms,
        "decode_time_ms": 0.0, "ttft_ms": queue_ms + compute_ms});
    let reason = if is_whole { "stop" } else { "length" };
    Map::from_iter([("finish_reason".to_owned(), json!(reason)), ("metrics".to_owned(), metrics)])
}

fn point([left, top, right, bottom]: &[f32; 4]) -> Value {
    json!({"x": (left + right) / 2.0, "y": (top + bottom) / 2.0})
}

fn bounds([left, top, right, bottom]: &[f32; 4]) -> Value {
    json!({"x_min": left, "y_min": top, "x_max": right, "y_max": bottom})
}

/// Whether a target means a label: the same words, in the singular or the plural.
fn is_named(label: &str, target: &str) -> bool {
    let plain = |text: &str| {
        let text = text.trim().to_lowercase();
        text.strip_suffix('s').map_or(text.clone(), str::to_owned)
    };
    let (label, target) = (plain(label), plain(target));
    label == target || label.split_whitespace().last() == Some(target.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_the_default_of_what_is_written() {
        let parse = |input: Value| Request::parse(&input).unwrap();
        assert!(parse(json!({})).stream && parse(json!({"task": "caption"})).stream);
        assert!(!parse(json!({"task": "detect"})).stream && !parse(json!({"stream": false})).stream);
        assert!(Request::parse(&json!({"task": "paint"})).is_err());
    }

    #[test]
    fn what_was_asked_for_is_placed() {
        let found = |label: &str| Found { label: label.to_owned(), score: 0.9, bounds: [0.0, 0.5, 0.5, 1.0] };
        let all = [found("cup"), found("sports ball"), found("cup")];
        let places = |task: &str, target: &str| {
            let input = json!({"task": task, "target": target, "max_objects": 2});
            Request::parse(&input).unwrap().places(&all, &Metrics::default())
        };
        assert_eq!(places("point", "Cups")["points"], json!([{"x": 0.25, "y": 0.75}, {"x": 0.25, "y": 0.75}]));
        let whole = json!([{"x_min": 0.0, "y_min": 0.5, "x_max": 0.5, "y_max": 1.0}]);
        assert_eq!(places("detect", "ball")["objects"], whole);
        assert_eq!(places("detect", "person")["objects"], json!([]));
    }

    #[test]
    fn another_question_is_not_answered_but_said_so() {
        let answer = |question: &str| Request::parse(&json!({"question": question})).unwrap().answer("a cup");
        assert_eq!(answer("What's in this image?"), "a cup");
        assert_eq!(answer("Is it raining?"), "I can only describe this picture: a cup.");
    }
}
