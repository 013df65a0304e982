//! The events of a streamed response, in the order that OpenAI documents: an item is added, grows, is done.

use serde_json::{Value, json};

use super::super::answer::Identity;
use super::super::message::{Delta, FinishReason, ToolCall};
use super::object::{self, Echo, item_id};
use crate::ai::tasks::TokenUsage;

/// Makes the events of one response.
#[derive(Debug)]
pub struct Events {
    identity: Identity,
    echo: Echo,
    /// Items that are done.
    done: Vec<Value>,
    open: Option<Item>,
    sequence: usize,
}

/// The item under way.
#[derive(Debug)]
enum Item {
    Reasoning(String),
    Text(String),
    Call(ToolCall),
}

impl Events {
    pub fn new(identity: Identity, echo: Echo) -> Self {
        Self { identity, echo, done: Vec::new(), open: None, sequence: 0 }
    }

    pub fn start(&mut self) -> Vec<Value> {
        let object = self.echo.object(&self.identity, "in_progress", Vec::new(), None);
        let mut events = Vec::new();
        for kind in ["response.created", "response.in_progress"] {
            self.tell(&mut events, kind, json!({"response": object}));
        }
        events
    }

    pub fn delta(&mut self, delta: &Delta) -> Vec<Value> {
        let mut events = Vec::new();
        match delta {
            Delta::Reasoning(text) => {
                if !matches!(self.open, Some(Item::Reasoning(_))) {
                    self.begin(&mut events, Item::Reasoning(String::new()));
                }
                self.grow(&mut events, text, "response.reasoning_text.delta", true);
            }
            Delta::Content(text) => {
                if !matches!(self.open, Some(Item::Text(_))) {
                    self.begin(&mut events, Item::Text(String::new()));
                }
                self.grow(&mut events, text, "response.output_text.delta", true);
            }
            Delta::CallStart { id, name, .. } => {
                let call = ToolCall { id: id.clone(), name: name.clone(), arguments: String::new() };
                self.begin(&mut events, Item::Call(call));
            }
            Delta::Arguments { text, .. } => {
                self.grow(&mut events, text, "response.function_call_arguments.delta", false);
            }
        }
        events
    }

    pub fn end(&mut self, finish: FinishReason, usage: &TokenUsage) -> Vec<Value> {
        let mut events = Vec::new();
        if self.done.is_empty() && self.open.is_none() {
            self.begin(&mut events, Item::Text(String::new()));
        }
        self.close(&mut events, object::status(finish));
        let status = object::status(finish);
        let object = self.echo.object(&self.identity, status, std::mem::take(&mut self.done), Some(usage));
        self.tell(&mut events, &format!("response.{status}"), json!({"response": object}));
        events
    }

    fn begin(&mut self, events: &mut Vec<Value>, item: Item) {
        self.close(events, "completed");
        let (place, id) = (self.done.len(), self.id(&item));
        let added = self.rendered(&item, "in_progress");
        self.tell(events, "response.output_item.added", json!({"output_index": place, "item": added}));
        let part = match &item {
            Item::Text(_) => Some(object::text_part("")),
            Item::Reasoning(_) => Some(json!({"type": "reasoning_text", "text": ""})),
            Item::Call(_) => None,
        };
        if let Some(part) = part {
            let body = json!({"item_id": id, "output_index": place, "content_index": 0, "part": part});
            self.tell(events, "response.content_part.added", body);
        }
        self.open = Some(item);
    }

    fn grow(&mut self, events: &mut Vec<Value>, text: &str, kind: &str, has_part: bool) {
        let Some(item) = &mut self.open else { return };
        match item {
            Item::Reasoning(all) | Item::Text(all) => all.push_str(text),
            Item::Call(call) => call.arguments.push_str(text),
        }
        let is_text = matches!(item, Item::Text(_));
        let mut body = json!({"item_id": self.open_id(), "output_index": self.done.len(), "delta": text});
        if has_part {
            body["content_index"] = json!(0);
        }
        if is_text {
            body["logprobs"] = json!([]);
        }
        self.tell(events, kind, body);
    }

    fn close(&mut self, events: &mut Vec<Value>, status: &str) {
        let Some(item) = self.open.take() else { return };
        let (place, id) = (self.done.len(), self.id(&item));
        let body = json!({"item_id": id, "output_index": place});
        match &item {
            Item::Text(text) => {
                let mut done = body.clone();
                (done["content_index"], done["text"], done["logprobs"]) = (json!(0), json!(text), json!([]));
                self.tell(events, "response.output_text.done", done);
                self.part_done(events, body, object::text_part(text));
            }
            Item::Reasoning(text) => {
                let mut done = body.clone();
                (done["content_index"], done["text"]) = (json!(0), json!(text));
                self.tell(events, "response.reasoning_text.done", done);
                self.part_done(events, body, json!({"type": "reasoning_text", "text": text}));
            }
            Item::Call(call) => {
                let mut done = body;
                (done["name"], done["arguments"]) = (json!(call.name), json!(call.arguments));
                self.tell(events, "response.function_call_arguments.done", done);
            }
        }
        let item = self.rendered(&item, status);
        self.tell(events, "response.output_item.done", json!({"output_index": place, "item": item}));
        self.done.push(item);
    }

    fn part_done(&mut self, events: &mut Vec<Value>, mut body: Value, part: Value) {
        (body["content_index"], body["part"]) = (json!(0), part);
        self.tell(events, "response.content_part.done", body);
    }

    fn rendered(&self, item: &Item, status: &str) -> Value {
        let id = self.id(item);
        match item {
            Item::Reasoning(text) => object::reasoning(&id, text, status),
            Item::Text(text) => object::text(&id, text, status),
            Item::Call(call) => object::function_call(&id, call, status),
        }
    }

    fn id(&self, item: &Item) -> String {
        let kind = match item {
            Item::Reasoning(_) => "rs",
            Item::Text(_) => "msg",
            Item::Call(_) => "fc",
        };
        item_id(&self.identity.id, kind, self.done.len())
    }

    fn open_id(&self) -> String {
        self.open.as_ref().map(|item| self.id(item)).unwrap_or_default()
    }

    fn tell(&mut self, events: &mut Vec<Value>, kind: &str, body: Value) {
        let mut event = json!({"type": kind, "sequence_number": self.sequence});
        for (key, value) in body.as_object().into_iter().flatten() {
            event[key] = value.clone();
        }
        self.sequence += 1;
        events.push(event);
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::message::{Choice, Message, Output};
    use super::*;

    fn deltas() -> Vec<Delta> {
        vec![
            Delta::Reasoning("hm".to_owned()),
            Delta::Content("Hel".to_owned()),
            Delta::Content("lo".to_owned()),
            Delta::CallStart { call: 0, id: "c".to_owned(), name: "f".to_owned() },
            Delta::Arguments { call: 0, text: "{\"a\":".to_owned() },
            Delta::Arguments { call: 0, text: "1}".to_owned() },
        ]
    }

    #[test]
    fn a_stream_ends_in_the_object_of_a_whole_answer() {
        let identity = Identity { id: "resp_1".to_owned(), created: 1, model: "@cf/a/b".to_owned() };
        let echo = Echo::of(&json!({"input": "a", "temperature": 0.5}));
        let usage = TokenUsage { prompt: 3, completion: 4, reasoning: 1, ..TokenUsage::default() };
        let mut events = Events::new(identity.clone(), echo.clone());
        let mut all = events.start();
        for delta in deltas() {
            all.extend(events.delta(&delta));
        }
        all.extend(events.end(FinishReason::ToolCalls, &usage));
        let mut message = Message::default();
        deltas().into_iter().for_each(|delta| message.push(delta));
        let choice = Choice { message, finish: FinishReason::ToolCalls, logprobs: None };
        let whole = echo.whole(&identity, &Output { choices: vec![choice], usage, ..Output::default() });
        assert_eq!(all.last().unwrap()["response"], whole);
        assert_eq!(
            (&whole["status"], &whole["usage"]["output_tokens_details"]["reasoning_tokens"]),
            (&json!("completed"), &json!(1))
        );
        let numbers: Vec<u64> = all.iter().map(|event| event["sequence_number"].as_u64().unwrap()).collect();
        assert_eq!(numbers, (0..all.len() as u64).collect::<Vec<_>>());
        let kinds: Vec<&str> = all.iter().map(|event| event["type"].as_str().unwrap()).collect();
        let count = |kind: &str| kinds.iter().filter(|found| **found == kind).count();
        assert_eq!((count("response.output_item.added"), count("response.output_item.done")), (3, 3));
        assert_eq!((count("response.output_text.delta"), count("response.function_call_arguments.done")), (2, 1));
    }

    #[test]
    fn an_empty_answer_has_an_item_and_a_cut_one_is_incomplete() {
        let identity = Identity { id: "resp_1".to_owned(), created: 1, model: "@cf/a/b".to_owned() };
        let mut events = Events::new(identity, Echo::default());
        let end = events.end(FinishReason::Length, &TokenUsage::default());
        let last = end.last().unwrap();
        assert_eq!(
            (&last["type"], &last["response"]["output"][0]["type"]),
            (&json!("response.incomplete"), &json!("message"))
        );
        assert_eq!(last["response"]["incomplete_details"]["reason"], "max_output_tokens");
    }
}
