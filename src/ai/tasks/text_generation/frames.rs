//! The frames of a stream, without their transport. Each value is one `data:` line; `[DONE]` is the encoder's.
//!
//! Recorded live (workers-ai reference 4.1): every stream of `run` ends with a native frame that has the whole usage,
//! also where the frames before it were OpenAI chunks; those carry usage as increments.

use serde_json::{Map, Value, json};

use super::answer::{Form, Identity, Style};
use super::message::{Delta, FinishReason, chat_logprobs, completion_logprobs};
use crate::ai::tasks::TokenUsage;
use crate::engine::generate::TokenLogprob;
use crate::entropy::Entropy;

/// What the frames of one answer have in common.
#[derive(Debug)]
pub struct Opening {
    pub style: Style,
    pub form: Form,
    pub identity: Identity,
    pub padding: Entropy,
    /// Only asked of [`Style::Compatible`]: an own usage chunk, as OpenAI sends it.
    pub include_usage: bool,
    pub prompt_tokens: usize,
    /// As many as `n` asked for.
    pub choices: usize,
    /// Log probabilities were asked for.
    pub logprobs: bool,
}

/// Makes the frames of one answer.
#[derive(Debug)]
pub struct Frames {
    opening: Opening,
    reported_prompt: bool,
    /// Of each choice: characters so far, and whether it called a tool.
    choices: Vec<(usize, bool)>,
}

/// The part of a chunk that is one choice's.
struct Piece<'a> {
    choice: usize,
    content: Value,
    logprobs: Value,
    finish: Option<&'a str>,
}

impl Frames {
    pub fn new(opening: Opening) -> Self {
        Self { choices: vec![(0, false); opening.choices], reported_prompt: false, opening }
    }

    fn is_native(&self) -> bool {
        matches!(self.opening.style, Style::Native(_))
    }

    /// Before the first text.
    pub fn start(&mut self) -> Vec<Value> {
        if self.is_native() || self.opening.form == Form::Completion {
            return Vec::new();
        }
        let role = json!({"role": "assistant", "content": ""});
        (0..self.opening.choices).map(|choice| self.chunk(Some(self.piece(choice, role.clone())), 0)).collect()
    }

    /// More of one choice, which `tokens` tokens made.
    pub fn delta(&mut self, choice: usize, delta: &Delta, tokens: usize, logprobs: &[TokenLogprob]) -> Vec<Value> {
        if let Some((_, called)) = self.choices.get_mut(choice) {
            *called |= matches!(delta, Delta::CallStart { .. });
        }
        if self.is_native() {
            return vec![self.native(delta)];
        }
        let content = match (self.opening.form, delta) {
            (Form::Chat | Form::Response, Delta::Content(text)) => json!({"content": text}),
            (Form::Chat | Form::Response, Delta::Reasoning(text)) => json!({"reasoning_content": text}),
            (Form::Chat | Form::Response, call) => json!({"tool_calls": [call_delta(call)]}),
            (Form::Completion, Delta::Content(text) | Delta::Reasoning(text)) => json!(text),
            (Form::Completion, _) => return Vec::new(),
        };
        let mut piece = self.piece(choice, content);
        if self.opening.logprobs && matches!(delta, Delta::Content(_)) {
            piece.logprobs = match self.opening.form {
                Form::Chat | Form::Response => chat_logprobs(logprobs),
                Form::Completion => completion_logprobs(logprobs, self.choices.get(choice).map_or(0, |said| said.0)),
            };
        }
        if let (Delta::Content(text), Some((said, _))) = (delta, self.choices.get_mut(choice)) {
            *said += text.chars().count();
        }
        vec![self.chunk(Some(piece), tokens)]
    }

    /// After the last text of one choice.
    pub fn choice_end(&mut self, choice: usize, finish: FinishReason) -> Vec<Value> {
        if self.is_native() {
            let called = self.choices.get(choice).is_some_and(|(_, called)| *called);
            return if called { native_calls_end(finish) } else { Vec::new() };
        }
        // The endpoint tells the usage on this chunk where no chunk of its own was asked for: see `end`.
        if self.opening.style == Style::Compatible && !self.opening.include_usage && self.opening.choices == 1 {
            return Vec::new();
        }
        vec![self.closing(choice, finish)]
    }

    /// After all. `finish` is the last choice's.
    pub fn end(&mut self, finish: FinishReason, usage: &TokenUsage) -> Vec<Value> {
        let total = json!({"response": "", "usage": usage.render()});
        match self.opening.style {
            // A frame that says nothing more comes before the usage where a text was said.
            Style::Native(_) if self.choices.iter().all(|(_, called)| !called) => vec![json!({"response": ""}), total],
            Style::Native(_) => vec![total],
            Style::OpenAi => {
                let mut closing = self.chunk(None, 0);
                closing["usage"] = usage.render();
                vec![closing, total]
            }
            Style::Compatible if !self.opening.include_usage && self.opening.choices == 1 => {
                let mut closing = self.closing(0, finish);
                closing["usage"] = usage.render();
                vec![closing]
            }
            Style::Compatible => {
                let mut closing = self.chunk(None, 0);
                closing["usage"] = usage.render();
                vec![closing]
            }
        }
    }

    fn native(&self, delta: &Delta) -> Value {
        let padding = self.opening.padding.padding();
        match delta {
            Delta::Content(text) | Delta::Reasoning(text) => json!({"response": text, "p": padding}),
            call => json!({"response": "", "tool_calls": [call_delta(call)], "p": padding}),
        }
    }

    fn closing(&mut self, choice: usize, finish: FinishReason) -> Value {
        let nothing = match self.opening.form {
            Form::Chat | Form::Response => json!({}),
            Form::Completion => json!(""),
        };
        let mut piece = self.piece(choice, nothing);
        piece.finish = Some(finish.name());
        self.chunk(Some(piece), 0)
    }

    fn piece(&self, choice: usize, content: Value) -> Piece<'static> {
        Piece { choice, content, logprobs: Value::Null, finish: None }
    }

    /// One chunk, with or without a choice.
    fn chunk(&mut self, piece: Option<Piece<'_>>, tokens: usize) -> Value {
        let (object, key) = match self.opening.form {
            Form::Chat | Form::Response => ("chat.completion.chunk", "delta"),
            Form::Completion => ("text_completion", "text"),
        };
        let choices: Vec<Value> = piece
            .into_iter()
            .map(|piece| {
                let mut choice = Map::new();
                choice.insert("index".to_owned(), json!(piece.choice));
                choice.insert(key.to_owned(), piece.content);
                choice.insert("logprobs".to_owned(), piece.logprobs);
                choice.insert("finish_reason".to_owned(), json!(piece.finish));
                Value::Object(choice)
            })
            .collect();
        let identity = &self.opening.identity;
        let mut chunk = json!({
            "id": identity.id,
            "object": object,
            "created": identity.created,
            "model": identity.model,
            "choices": choices,
        });
        if self.opening.style == Style::OpenAi {
            chunk["p"] = Value::String(self.opening.padding.padding());
            let prompt = if self.reported_prompt { 0 } else { self.opening.prompt_tokens };
            self.reported_prompt = true;
            chunk["usage"] = json!({
                "prompt_tokens": prompt, "completion_tokens": tokens, "total_tokens": prompt + tokens,
            });
        }
        chunk
    }
}

/// A tool call's beginning or more of its arguments, as OpenAI streams them.
fn call_delta(delta: &Delta) -> Value {
    match delta {
        Delta::CallStart { call, id, name } => {
            json!({"index": call, "id": id, "type": "function", "function": {"name": name, "arguments": ""}})
        }
        Delta::Arguments { call, text } => json!({"index": call, "function": {"arguments": text}}),
        Delta::Content(_) | Delta::Reasoning(_) => Value::Null,
    }
}

/// How native streams close their calls (from the official provider's tests): an empty delta, then the reason.
fn native_calls_end(finish: FinishReason) -> Vec<Value> {
    let empty = json!({"id": null, "type": null, "index": 0, "function": {"name": null, "arguments": ""}});
    vec![json!({"response": "", "tool_calls": [empty]}), json!({"response": "", "finish_reason": finish.name()})]
}

#[cfg(test)]
mod tests {
    use super::super::answer::Calls;
    use super::*;

    fn opening(style: Style, form: Form, include_usage: bool) -> Opening {
        let identity = Identity { id: "id-1".to_owned(), created: 1, model: "@cf/a/b".to_owned() };
        let padding = Entropy::seeded(1);
        Opening { style, form, identity, padding, include_usage, prompt_tokens: 12, choices: 1, logprobs: false }
    }

    fn frames(style: Style, form: Form, include_usage: bool, deltas: &[Delta]) -> Vec<Value> {
        let mut frames = Frames::new(opening(style, form, include_usage));
        let usage = TokenUsage { prompt: 12, completion: 2, neurons: 0.5, ..TokenUsage::default() };
        let mut all = frames.start();
        for delta in deltas {
            all.extend(frames.delta(0, delta, 1, &[]));
        }
        let finish = match deltas[0] {
            Delta::CallStart { .. } => FinishReason::ToolCalls,
            _ => FinishReason::Stop,
        };
        all.extend(frames.choice_end(0, finish));
        all.extend(frames.end(finish, &usage));
        all
    }

    fn text() -> [Delta; 2] {
        [Delta::Content("Hel".to_owned()), Delta::Content("lo".to_owned())]
    }

    fn calls() -> [Delta; 2] {
        let start = Delta::CallStart { call: 0, id: "c".to_owned(), name: "f".to_owned() };
        [start, Delta::Arguments { call: 0, text: "{}".to_owned() }]
    }

    #[test]
    fn native_streams_end_with_usage() {
        let frames = frames(Style::Native(Calls::Flat), Form::Chat, false, &text());
        assert_eq!(frames.len(), 4);
        assert!(frames[0]["p"].as_str().is_some_and(|padding| !padding.is_empty()));
        assert!(frames[0].get("tool_calls").is_none());
        assert_eq!(frames[2], json!({"response": ""}));
        assert_eq!((&frames[3]["response"], &frames[3]["usage"]["total_tokens"]), (&json!(""), &json!(14)));
    }

    #[test]
    fn native_calls_begin_go_on_and_close() {
        let frames = frames(Style::Native(Calls::Flat), Form::Chat, false, &calls());
        assert_eq!(frames[0]["tool_calls"][0]["function"]["name"], "f");
        assert_eq!(frames[1]["tool_calls"][0], json!({"index": 0, "function": {"arguments": "{}"}}));
        assert_eq!(frames[2]["tool_calls"][0]["id"], Value::Null);
        assert_eq!(frames[3]["finish_reason"], "tool_calls");
        assert!(frames[4]["usage"].is_object());
    }

    #[test]
    fn openai_streams_on_run_report_increments_and_end_natively() {
        let frames = frames(Style::OpenAi, Form::Chat, false, &text());
        assert_eq!(frames[0]["choices"][0]["delta"]["role"], "assistant");
        let prompt: u64 = frames[..4].iter().map(|frame| frame["usage"]["prompt_tokens"].as_u64().unwrap()).sum();
        let completion: u64 =
            frames[..4].iter().map(|frame| frame["usage"]["completion_tokens"].as_u64().unwrap()).sum();
        assert_eq!((prompt, completion), (12, 2));
        assert_eq!(frames[3]["choices"][0]["finish_reason"], "stop");
        assert_eq!(frames[4]["choices"], json!([]));
        assert_eq!(frames[5]["response"], "");
    }

    #[test]
    fn compatible_streams_hold_chunks_only() {
        let plain = frames(Style::Compatible, Form::Chat, false, &text());
        assert!(plain.iter().all(|frame| !frame["choices"].as_array().unwrap().is_empty()));
        assert_eq!(plain.last().unwrap()["usage"]["total_tokens"], 14);
        let asked = frames(Style::Compatible, Form::Chat, true, &text());
        assert_eq!(asked.last().unwrap()["choices"], json!([]));
        assert_eq!(asked[asked.len() - 2]["choices"][0]["finish_reason"], "stop");
    }

    #[test]
    fn compatible_calls_have_one_delta_for_the_name_and_then_arguments() {
        let frames = frames(Style::Compatible, Form::Chat, false, &calls());
        let call = |frame: &Value| frame["choices"][0]["delta"]["tool_calls"][0].clone();
        assert_eq!(call(&frames[1])["id"], "c");
        assert_eq!(call(&frames[2]), json!({"index": 0, "function": {"arguments": "{}"}}));
        assert_eq!(frames[3]["choices"][0]["finish_reason"], "tool_calls");
    }

    #[test]
    fn completions_stream_text() {
        let frames = frames(Style::OpenAi, Form::Completion, false, &text());
        assert_eq!(
            (&frames[0]["object"], &frames[0]["choices"][0]["text"]),
            (&json!("text_completion"), &json!("Hel"))
        );
    }
}
