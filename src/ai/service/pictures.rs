//! Pictures through the engine: classification, detection, description, and pictures in chats.

use std::sync::Arc;

use axum::body::Bytes;
use serde_json::{Value, json};

use super::ticket::blocking;
use super::{Ai, Call, Made, Output, Recorded, Running};
use crate::ai::catalog::{Model, Property, Usage};
use crate::ai::media;
use crate::ai::resolve::Resolved;
use crate::ai::tasks::moondream::{self, Metrics};
use crate::ai::tasks::pictures as task;
use crate::engine::backend::Failure;
use crate::engine::solo::Done;
use crate::engine::vision::{
    BYTES_PER_PIXEL, Caption, Captioner, Classifier, Detector, Found, Picture, Size, Unreadable,
};
use crate::error::AiError;
use crate::harness::estimate_tokens;

/// Who describes pictures for those that cannot see, and who finds what is in them.
const DESCRIBER: &str = "@cf/llava-hf/llava-1.5-7b-hf";
const FINDER: &str = "@cf/facebook/detr-resnet-50";
/// Bytes that the networks themselves take for one picture, at most.
const NETWORK: usize = 256 << 20;
/// Most pictures of one chat.
const MOST_PICTURES: usize = 16;
/// Tokens of a description for others.
const FEW_TOKENS: usize = 60;

impl Ai {
    pub(super) async fn classify_picture(
        &self,
        input: &Value,
        call: &Call,
        resolved: &Resolved,
        running: &Running,
    ) -> Result<Made, AiError> {
        let picture = running.picture(call, input).await?;
        let classifier: Arc<Classifier> = running.model(&self.engine, resolved).await?;
        let done =
            running.solo(&classifier.solo, move |model, ticket| model.best(picture, task::CLASSES, ticket)).await?;
        Ok(seen(task::classes(&done.value), &done))
    }

    pub(super) async fn find_in_picture(
        &self,
        input: &Value,
        call: &Call,
        resolved: &Resolved,
        running: &Running,
    ) -> Result<Made, AiError> {
        let picture = running.picture(call, input).await?;
        let size = picture.size;
        let done = self.find(picture, resolved, running).await?;
        Ok(seen(task::objects(&done.value, size), &done))
    }

    pub(super) async fn describe_picture(
        &self,
        model: &'static Model,
        input: &Value,
        call: &Call,
        resolved: &Resolved,
        running: &Running,
    ) -> Result<Made, AiError> {
        if model.schema == "moondream" {
            return self.moondream(input, call, resolved, running).await;
        }
        let picture = running.picture(call, input).await?;
        let done = self.caption(picture, task::most_tokens(input), resolved, running).await?;
        let usage = Usage { output_tokens: done.value.tokens as u64, ..Usage::default() };
        let output = Output::Json(task::description(&done.value.text));
        Ok(Made { output, usage, queue_ms: done.queue_ms, compute_ms: done.compute_ms })
    }

    async fn moondream(
        &self,
        input: &Value,
        call: &Call,
        resolved: &Resolved,
        running: &Running,
    ) -> Result<Made, AiError> {
        let request = moondream::Request::parse(input)?;
        let is_seen = call.upload.is_some() || input.get("image").is_some_and(|image| !image.is_null());
        if !is_seen && request.task == moondream::Task::Query {
            let what = "a `query` without an image".to_owned();
            return Err(AiError::NotEmulated { what, hint: "send an `image`, or ask a text model".to_owned() });
        }
        let picture = running.picture(call, input).await?;
        let input_tokens = match request.task {
            moondream::Task::Query => estimate_tokens(request.question.len()) as usize,
            _ => 0,
        };
        let (result, text, output_tokens, times) = match request.task {
            moondream::Task::Point | moondream::Task::Detect => {
                let finder = self.helper(FINDER)?;
                let done = self.find(picture, &finder, running).await?;
                let metrics =
                    Metrics { input_tokens, output_tokens: 0, queue_ms: done.queue_ms, compute_ms: done.compute_ms };
                (request.places(&done.value, &metrics), String::new(), 0, [done.queue_ms, done.compute_ms])
            }
            moondream::Task::Query | moondream::Task::Caption => {
                let done = self.caption(picture, request.max_tokens, resolved, running).await?;
                let Caption { text, tokens, is_whole, .. } = done.value;
                let text = if request.task == moondream::Task::Query { request.answer(&text) } else { text };
                let metrics = Metrics {
                    input_tokens,
                    output_tokens: tokens,
                    queue_ms: done.queue_ms,
                    compute_ms: done.compute_ms,
                };
                (request.written(&text, is_whole, &metrics), text, tokens, [done.queue_ms, done.compute_ms])
            }
        };
        let usage =
            Usage { input_tokens: input_tokens as u64, output_tokens: output_tokens as u64, ..Usage::default() };
        let output = match request.stream {
            true => Output::Recorded(Recorded::of(frames(&text, &result))),
            false => Output::Json(result),
        };
        Ok(Made { output, usage, queue_ms: times[0], compute_ms: times[1] })
    }

    async fn find(
        &self,
        picture: Picture,
        resolved: &Resolved,
        running: &Running,
    ) -> Result<Done<Vec<Found>>, AiError> {
        let detector: Arc<Detector> = running.model(&self.engine, resolved).await?;
        running.solo(&detector.solo, move |model, ticket| model.find(picture, task::LEAST_SCORE, ticket)).await
    }

    async fn caption(
        &self,
        picture: Picture,
        most: usize,
        resolved: &Resolved,
        running: &Running,
    ) -> Result<Done<Caption>, AiError> {
        let captioner: Arc<Captioner> = running.model(&self.engine, resolved).await?;
        running.solo(&captioner.solo, move |model, ticket| model.caption(picture, most, ticket)).await
    }

    /// The checkpoint of a model that helps another.
    fn helper(&self, name: &str) -> Result<Resolved, AiError> {
        let model = self.catalog.get(name).ok_or_else(|| self.catalog.unknown(name))?;
        self.resolver.resolve(model)
    }

    /// What a picture shows, in a sentence; for those that take pictures and cannot see.
    pub(super) async fn describe(&self, image: &Bytes, running: &Running) -> Result<String, AiError> {
        let picture = running.decode(image.clone()).await?;
        let described = self.caption(picture, FEW_TOKENS, &self.helper(DESCRIBER)?, running).await?;
        Ok(described.value.text)
    }

    /// The input of a chat with its pictures put into words: for a model that sees in production, while the decoder that
    /// answers here reads text only. `None`: there are none, or nothing here can describe them.
    pub(super) async fn told(&self, model: &Model, input: &Value, running: &Running) -> Result<Option<Value>, AiError> {
        if !model.has(Property::Vision) || !has_pictures(input) || self.helper(DESCRIBER).is_err() {
            return Ok(None);
        }
        let mut input = input.clone();
        let mut count = 0;
        let mut place = |what: &str| {
            count += 1;
            match count > MOST_PICTURES {
                true => {
                    Err(AiError::InvalidInput { text: format!("{what}: a call has at most {MOST_PICTURES} pictures") })
                }
                false => Ok(()),
            }
        };
        for part in parts(&mut input) {
            place("image_url")?;
            let words = self.words(&media::bytes(source(part), "image_url")?, running).await?;
            *part = json!({"type": "text", "text": words});
        }
        let image =
            input.as_object_mut().and_then(|members| members.shift_remove("image")).filter(|image| !image.is_null());
        if let Some(image) = image {
            place("image")?;
            let words = self.words(&media::bytes(&image, "image")?, running).await?;
            put(&mut input, &words);
        }
        Ok(Some(input))
    }

    async fn words(&self, image: &Bytes, running: &Running) -> Result<String, AiError> {
        Ok(format!("[Picture: {}]", self.describe(image, running).await?))
    }
}

impl Running {
    /// The picture of a call, decoded.
    async fn picture(&self, call: &Call, input: &Value) -> Result<Picture, AiError> {
        self.decode(media::file(call.upload.as_ref(), input, "image")?).await
    }

    /// A picture; refused by what it declares of itself before anything is decoded.
    pub(super) async fn decode(&self, bytes: Bytes) -> Result<Picture, AiError> {
        let size = declared(&bytes)?;
        self.reserve(size.pixels().saturating_mul(BYTES_PER_PIXEL).saturating_add(NETWORK))?;
        let decoded = blocking(move || Ok::<_, Failure>(Picture::decode(&bytes))).await?;
        decoded.map_err(unreadable)
    }
}

/// What a picture declares of its size; nothing is decoded.
pub(super) fn declared(bytes: &Bytes) -> Result<Size, AiError> {
    Picture::declared(bytes).map_err(unreadable)
}

fn unreadable(reason: Unreadable) -> AiError {
    match reason {
        Unreadable::Large { .. } => AiError::TooLarge,
        reason => AiError::Unreadable { what: "image".to_owned(), reason: reason.to_string() },
    }
}

/// An answer that costs what a request costs.
fn seen<T>(result: Value, done: &Done<T>) -> Made {
    let usage = Usage::default();
    Made { output: Output::Json(result), usage, queue_ms: done.queue_ms, compute_ms: done.compute_ms }
}

/// The frames of a stream: the text word by word, then the result.
fn frames(text: &str, result: &Value) -> Vec<Bytes> {
    let words = text.split_inclusive(' ').map(|word| json!({"text": word}).to_string());
    let events = words.chain([result.to_string(), "[DONE]".to_owned()]);
    events.map(|event| format!("data: {event}\n\n").into()).collect()
}

fn is_picture(part: &Value) -> bool {
    matches!(part.get("type").and_then(Value::as_str), Some("image_url" | "input_image" | "image"))
}

/// Where a part has its picture: `image_url` as an object or a string, or `image`.
fn source(part: &Value) -> &Value {
    let url = part.get("image_url").or_else(|| part.get("image")).unwrap_or(&Value::Null);
    url.get("url").unwrap_or(url)
}

fn messages(input: &Value) -> impl Iterator<Item = &Value> {
    ["messages", "input"].into_iter().filter_map(|name| input.get(name)?.as_array()).flatten()
}

fn has_pictures(input: &Value) -> bool {
    let beside = input.get("image").is_some_and(|image| !image.is_null());
    beside || messages(input).filter_map(|message| message.get("content")?.as_array()).flatten().any(is_picture)
}

fn parts(input: &mut Value) -> Vec<&mut Value> {
    let members = input.as_object_mut().into_iter().flatten();
    let messages = members
        .filter(|(name, _)| matches!(name.as_str(), "messages" | "input"))
        .filter_map(|(_, list)| list.as_array_mut());
    let contents = messages.flatten().filter_map(|message| message.get_mut("content")?.as_array_mut());
    contents.flatten().filter(|part| is_picture(part)).collect()
}

/// A picture beside the text: its words stand before the prompt, or before the last message of the user.
fn put(input: &mut Value, words: &str) {
    if let Some(Value::String(prompt)) = input.get_mut("prompt") {
        *prompt = format!("{words}\n{prompt}");
        return;
    }
    let messages = input.get_mut("messages").and_then(Value::as_array_mut).into_iter().flatten();
    let last = messages.filter(|message| message.get("role").is_some_and(|role| role == "user")).last();
    match last.and_then(|message| message.get_mut("content")) {
        Some(Value::String(text)) => *text = format!("{words}\n{text}"),
        Some(Value::Array(parts)) => parts.insert(0, json!({"type": "text", "text": words})),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_found_wherever_they_stand() {
        let url = json!({"type": "image_url", "image_url": {"url": "data:,a"}});
        let chat = |content: Value| json!({"messages": [{"role": "user", "content": content}]});
        assert!(has_pictures(&chat(json!([url]))) && has_pictures(&json!({"prompt": "a", "image": [1]})));
        assert!(!has_pictures(&chat(json!("image_url"))) && !has_pictures(&json!({"image": null})));
        let mut input = chat(json!([{"type": "text", "text": "what?"}, url]));
        let mut found = parts(&mut input);
        assert_eq!((found.len(), source(found[0])), (1, &json!("data:,a")));
        *found[0] = json!({"type": "text", "text": "a cup"});
        assert!(!has_pictures(&input));
        assert_eq!(source(&json!({"type": "input_image", "image_url": "data:,b"})), "data:,b");
    }

    #[test]
    fn words_stand_before_the_question() {
        let mut input = json!({"prompt": "what?"});
        put(&mut input, "[Picture: a cup]");
        assert_eq!(input["prompt"], "[Picture: a cup]\nwhat?");
        let mut input =
            json!({"messages": [{"role": "user", "content": "what?"}, {"role": "assistant", "content": "hm"}]});
        put(&mut input, "a");
        assert_eq!(input["messages"][0]["content"], "a\nwhat?");
    }

    #[test]
    fn a_stream_ends_with_the_result() {
        let frames = frames("a red cup", &json!({"finish_reason": "stop"}));
        assert_eq!((frames.len(), &frames[1][..]), (5, &b"data: {\"text\":\"red \"}\n\n"[..]));
        assert_eq!(&frames[4][..], b"data: [DONE]\n\n");
    }
}
