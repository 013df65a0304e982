//! The frames of a stream, without their transport. Each value is one `data:` line; `[DONE]` is the encoder's.
//!
//! Recorded live (workers-ai reference 4.1): every stream of `run` ends with a native frame that has the whole usage,
//! also where the frames before it were OpenAI chunks; those carry usage as increments.

use serde_json::{Map, Value, json};

use super::answer::{Form, Identity, Style, finish_name};
use crate::ai::tasks::TokenUsage;
use crate::engine::generate::FinishReason;
use crate::entropy::Entropy;

/// Makes the frames of one answer.
#[derive(Debug)]
pub struct Frames {
    style: Style,
    form: Form,
    identity: Identity,
    padding: Entropy,
    /// Only asked of [`Style::Compatible`]: an own usage chunk, as OpenAI sends it.
    include_usage: bool,
    prompt_tokens: usize,
    reported_prompt: bool,
}

impl Frames {
    pub fn new(
        style: Style,
        form: Form,
        identity: Identity,
        padding: Entropy,
        include_usage: bool,
        prompt_tokens: usize,
    ) -> Self {
        Self { style, form, identity, padding, include_usage, prompt_tokens, reported_prompt: false }
    }

    /// Before the first text.
    pub fn start(&mut self) -> Vec<Value> {
        match (self.style, self.form) {
            (Style::Native, _) | (_, Form::Completion) => Vec::new(),
            (_, Form::Chat) => {
                let delta = json!({"role": "assistant", "content": ""});
                vec![self.chunk(Some((delta, None)), 0)]
            }
        }
    }

    /// A piece of text that `tokens` tokens made.
    pub fn text(&mut self, text: &str, tokens: usize) -> Vec<Value> {
        if self.style == Style::Native {
            return vec![json!({"response": text, "p": self.padding.padding()})];
        }
        vec![self.chunk(Some((self.delta(text), None)), tokens)]
    }

    /// After the last text.
    pub fn end(&mut self, finish: FinishReason, usage: &TokenUsage) -> Vec<Value> {
        let total = json!({"response": "", "usage": usage.render()});
        let last = Some((self.delta(""), Some(finish_name(finish))));
        match self.style {
            Style::Native => vec![total],
            Style::OpenAi => {
                let mut closing = self.chunk(None, 0);
                closing["usage"] = usage.render();
                vec![self.chunk(last, 0), closing, total]
            }
            Style::Compatible => {
                let mut closing = self.chunk(last, 0);
                if !self.include_usage {
                    closing["usage"] = usage.render();
                    return vec![closing];
                }
                let mut usage_chunk = self.chunk(None, 0);
                usage_chunk["usage"] = usage.render();
                vec![closing, usage_chunk]
            }
        }
    }

    fn delta(&self, text: &str) -> Value {
        match self.form {
            Form::Chat if text.is_empty() => json!({}),
            Form::Chat => json!({"content": text}),
            Form::Completion => Value::String(text.to_owned()),
        }
    }

    /// One chunk, with or without its only choice.
    fn chunk(&mut self, choice: Option<(Value, Option<&str>)>, tokens: usize) -> Value {
        let (object, key) = match self.form {
            Form::Chat => ("chat.completion.chunk", "delta"),
            Form::Completion => ("text_completion", "text"),
        };
        let choices: Vec<Value> = choice
            .into_iter()
            .map(|(content, finish)| {
                let mut choice = Map::new();
                choice.insert("index".to_owned(), json!(0));
                choice.insert(key.to_owned(), content);
                choice.insert("logprobs".to_owned(), Value::Null);
                choice.insert("finish_reason".to_owned(), json!(finish));
                Value::Object(choice)
            })
            .collect();
        let mut chunk = json!({
            "id": self.identity.id,
            "object": object,
            "created": self.identity.created,
            "model": self.identity.model,
            "choices": choices,
        });
        if self.style == Style::OpenAi {
            chunk["p"] = Value::String(self.padding.padding());
            let prompt = if self.reported_prompt { 0 } else { self.prompt_tokens };
            self.reported_prompt = true;
            chunk["usage"] = json!({
                "prompt_tokens": prompt, "completion_tokens": tokens, "total_tokens": prompt + tokens,
            });
        }
        chunk
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames(style: Style, form: Form, include_usage: bool) -> Vec<Value> {
        let identity = Identity { id: "id-1".to_owned(), created: 1, model: "@cf/a/b".to_owned() };
        let mut frames = Frames::new(style, form, identity, Entropy::seeded(1), include_usage, 12);
        let usage = TokenUsage { prompt: 12, cached: 0, completion: 2, neurons: 0.5 };
        let mut all = frames.start();
        all.extend(frames.text("Hel", 1));
        all.extend(frames.text("lo", 1));
        all.extend(frames.end(FinishReason::Stop, &usage));
        all
    }

    #[test]
    fn native_streams_end_with_usage() {
        let frames = frames(Style::Native, Form::Chat, false);
        assert_eq!(frames.len(), 3);
        assert!(frames[0]["p"].as_str().is_some_and(|padding| !padding.is_empty()));
        assert_eq!((&frames[2]["response"], &frames[2]["usage"]["total_tokens"]), (&json!(""), &json!(14)));
    }

    #[test]
    fn openai_streams_on_run_report_increments_and_end_natively() {
        let frames = frames(Style::OpenAi, Form::Chat, false);
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
        let plain = frames(Style::Compatible, Form::Chat, false);
        assert!(plain.iter().all(|frame| !frame["choices"].as_array().unwrap().is_empty()));
        assert_eq!(plain.last().unwrap()["usage"]["total_tokens"], 14);
        let asked = frames(Style::Compatible, Form::Chat, true);
        assert_eq!(asked.last().unwrap()["choices"], json!([]));
        assert_eq!(asked[asked.len() - 2]["choices"][0]["finish_reason"], "stop");
    }

    #[test]
    fn completions_stream_text() {
        let frames = frames(Style::OpenAi, Form::Completion, false);
        assert_eq!(
            (&frames[0]["object"], &frames[0]["choices"][0]["text"]),
            (&json!("text_completion"), &json!("Hel"))
        );
    }
}
