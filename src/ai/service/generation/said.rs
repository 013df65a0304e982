//! What a stub says, as a checkpoint would say it: the same events, and so the same meters, encoders and streams.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use super::super::{Ai, Answer, Call, Running};
use super::events::{Events, Rules};
use super::settlement::Settlement;
use super::{answer, room};
use crate::ai::catalog::Model;
use crate::ai::tasks::text_generation::{self as task, Endpoint};
use crate::engine::generate::{Finish, FinishReason, GenerateEvent, Reader, Reading, Speech};
use crate::entropy::Entropy;
use crate::error::Error;
use crate::harness::{Generation, STUB, Timing, ToolCall, estimate_tokens};

/// Pieces of a stub's text that come out at most, if nobody says how many tokens.
const MOST_PIECES: usize = 65_536;

impl Ai {
    /// A generation that goes on and on: no stop ends it, only `max_tokens` and the window.
    pub(in crate::ai::service) async fn run_away(
        &self,
        model: &'static Model,
        input: &Value,
        call: &Call,
        running: Running,
    ) -> Result<Answer, Error> {
        let said = Generation { text: "and on ".repeat(MOST_PIECES / 2), is_cut: true, ..Generation::default() };
        self.say(model, input, call, said, Timing::default(), STUB, running).await
    }

    /// Says it as a checkpoint would: piece by piece, each a token. `who` stands where a checkpoint's name does.
    #[expect(clippy::too_many_arguments, reason = "a call's parts, and what is said of it")]
    pub(in crate::ai::service) async fn say(
        &self,
        model: &'static Model,
        input: &Value,
        call: &Call,
        said: Generation,
        timing: Timing,
        who: &'static str,
        running: Running,
    ) -> Result<Answer, Error> {
        let endpoint = if call.schema.is_some() { Endpoint::Compatible } else { Endpoint::Run };
        let prompt_tokens = said.prompt_tokens.unwrap_or_else(|| estimate_tokens(text_bytes(input)));
        let prompt_tokens = usize::try_from(prompt_tokens).unwrap_or(usize::MAX);
        let prepared = task::Request::parse(model, endpoint, input).and_then(|request| {
            let room = room(model, prompt_tokens, request.parameters.max_tokens, &running)?;
            Ok((request, room))
        });
        let (request, room) = match prepared {
            Ok(prepared) => prepared,
            Err(error) => return Err(running.fail(error)),
        };
        let meta = self.meta_of(model, who, who, &running);
        let (ticket, guard) = running.ticket();
        let (sender, receiver) = unbounded_channel();
        let script = Arc::new(Script::new(&said, &request.parameters.stop, room, prompt_tokens, timing));
        for choice in 0..request.parameters.choices {
            let playing = play(Arc::clone(&script), choice, sender.clone(), running.scope().entropy.clone());
            // What has no pauses is said by now: a task of its own would wake another core for it.
            if script.is_instant() {
                playing.await;
            } else {
                tokio::spawn(playing);
            }
        }
        // A stub may call where the request has no tools: a test says so, and the encoders must stand it.
        let reading = Reading { calls: !said.tool_calls.is_empty(), ..Reading::default() };
        let readers = (0..request.parameters.choices).map(|_| Reader::new(&Speech::plain(), reading)).collect();
        // What a stub says is not held to a grammar, and its tokens have no probabilities.
        let rules = Rules { logprobs: false, parse_json: request.parse_json, calls_forced: false };
        let settlement = Settlement::new(model, running);
        let events = Events::new(receiver, readers, rules, settlement, ticket.deadline, guard);
        answer(request, meta, prompt_tokens, events).await
    }
}

/// Bytes of an input's texts: what a bill counts, and a tokeniser takes.
pub fn text_bytes(input: &Value) -> usize {
    fn count(value: &Value) -> usize {
        match value {
            Value::String(text) => text.len(),
            Value::Array(items) => items.iter().map(count).sum(),
            Value::Object(members) => members.values().map(count).sum(),
            Value::Null | Value::Bool(_) | Value::Number(_) => 0,
        }
    }
    ["prompt", "messages", "text", "contexts", "query", "input", "input_text", "tools"]
        .into_iter()
        .filter_map(|field| input.get(field))
        .map(count)
        .sum()
}

/// A whole answer as it was recorded gives its text and calls; all other JSON is what the model says.
pub(in crate::ai::service) fn from_json(value: &Value) -> Generation {
    let message = value.pointer("/choices/0/message");
    let text = match (value.get("response"), message) {
        (Some(Value::String(text)), _) => Some(text.clone()),
        (Some(Value::Null), _) => Some(String::new()),
        (Some(parsed @ (Value::Object(_) | Value::Array(_))), _) => Some(parsed.to_string()),
        (_, Some(message)) => Some(message["content"].as_str().unwrap_or_default().to_owned()),
        _ => None,
    };
    let Some(text) = text else { return Generation { text: value.to_string(), ..Generation::default() } };
    let calls = value.get("tool_calls").or_else(|| message?.get("tool_calls")).and_then(Value::as_array);
    let count = |name: &str| value.pointer(&format!("/usage/{name}")).and_then(Value::as_u64);
    Generation {
        text,
        tool_calls: calls.into_iter().flatten().filter_map(tool_call).collect(),
        prompt_tokens: count("prompt_tokens"),
        completion_tokens: count("completion_tokens"),
        is_cut: value.pointer("/choices/0/finish_reason") == Some(&json!("length")),
    }
}

/// A call in either family's form.
fn tool_call(call: &Value) -> Option<ToolCall> {
    let function = call.get("function").unwrap_or(call);
    let arguments = match function.get("arguments") {
        Some(Value::String(text)) => serde_json::from_str(text).ok()?,
        Some(Value::Object(members)) => members.clone(),
        _ => serde_json::Map::new(),
    };
    Some(ToolCall { name: function.get("name")?.as_str()?.to_owned(), arguments })
}

/// What is said, in pieces, and when.
struct Script {
    pieces: Vec<String>,
    finish: Finish,
    timing: Timing,
}

impl Script {
    fn new(said: &Generation, stops: &[String], room: usize, prompt_tokens: usize, timing: Timing) -> Self {
        let mut text = said.text.clone();
        if let Some(at) = stops.iter().filter(|stop| !stop.is_empty()).filter_map(|stop| text.find(stop.as_str())).min()
        {
            text.truncate(at);
        }
        for call in &said.tool_calls {
            let object = json!({"name": call.name, "arguments": call.arguments});
            text.push_str(&format!("<tool_call>\n{object}\n</tool_call>\n"));
        }
        let mut pieces = pieces(&text);
        let is_cut = pieces.len() > room || said.is_cut;
        pieces.truncate(room.min(MOST_PIECES));
        let completion_tokens = said.completion_tokens.map_or(pieces.len(), |count| count as usize);
        let reason = if is_cut { FinishReason::Length } else { FinishReason::Stop };
        let finish = Finish {
            reason,
            prompt_tokens,
            cached_tokens: 0,
            completion_tokens,
            queue_ms: 0.0,
            first_token_ms: timing.ttft_ms,
            compute_ms: 0.0,
        };
        Self { pieces, finish, timing }
    }

    fn is_instant(&self) -> bool {
        self.timing.ttft_ms == 0.0 && self.timing.tokens_per_second == 0.0
    }

    /// The pause before a piece.
    fn pause(&self, is_first: bool, entropy: &Entropy) -> Duration {
        let ms = match (is_first, self.timing.tokens_per_second) {
            (true, _) => self.timing.ttft_ms,
            (false, 0.0) => 0.0,
            (false, rate) => 1e3 / rate,
        };
        if ms == 0.0 {
            return Duration::ZERO;
        }
        let jitter = if self.timing.jitter == 0.0 { 0.0 } else { self.timing.jitter * (2.0 * entropy.unit() - 1.0) };
        Duration::from_secs_f64((ms * (1.0 + jitter) / 1e3).clamp(0.0, 86_400.0))
    }
}

/// About a token each: a word with the space before it, in parts of at most eight characters.
fn pieces(text: &str) -> Vec<String> {
    const LONGEST: usize = 8;
    let mut pieces: Vec<String> = Vec::new();
    for letter in text.chars() {
        match pieces.last_mut() {
            Some(piece) if !letter.is_whitespace() && piece.chars().count() < LONGEST => piece.push(letter),
            _ => pieces.push(letter.to_string()),
        }
    }
    pieces
}

/// Says the script to whoever listens, and stops when nobody does.
async fn play(script: Arc<Script>, choice: usize, sender: UnboundedSender<(usize, GenerateEvent)>, entropy: Entropy) {
    for (at, piece) in script.pieces.iter().enumerate() {
        let pause = script.pause(at == 0, &entropy);
        if !pause.is_zero() {
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = sender.closed() => return,
            }
        }
        let event = GenerateEvent::Text { text: piece.clone(), tokens: 1, logprobs: Vec::new() };
        if sender.send((choice, event)).is_err() {
            return;
        }
    }
    // Whoever has gone needs no end.
    let _ = sender.send((choice, GenerateEvent::Finished(script.finish.clone())));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_words_and_lose_nothing() {
        let text = "Hello, wonderful world\n\nagain é\u{1f600}";
        assert_eq!(pieces(text).concat(), text);
        assert_eq!(pieces("one two"), ["one", " two"]);
        assert_eq!(pieces(""), Vec::<String>::new());
        assert!(pieces(&"x".repeat(100)).len() > 10);
    }

    #[test]
    fn scripts_are_cut_as_a_model_would_be() {
        let said = Generation { text: "one two three STOP four".to_owned(), ..Generation::default() };
        let script = |stops: &[&str], room| {
            let stops: Vec<String> = stops.iter().map(|stop| (*stop).to_owned()).collect();
            Script::new(&said, &stops, room, 3, Timing::default())
        };
        let whole = script(&[], 100);
        assert_eq!((whole.pieces.concat(), whole.finish.reason), (said.text.clone(), FinishReason::Stop));
        assert_eq!(script(&["STOP"], 100).pieces.concat(), "one two three ");
        let short = script(&[], 2);
        assert_eq!((short.pieces.concat().as_str(), short.finish.reason), ("one two", FinishReason::Length));
        assert_eq!(short.finish.completion_tokens, 2);
    }

    #[test]
    fn whole_answers_give_their_text_and_calls() {
        let native = from_json(&json!({"response": "hi", "usage": {"prompt_tokens": 3, "completion_tokens": 1}}));
        assert_eq!((native.text.as_str(), native.prompt_tokens), ("hi", Some(3)));
        let openai = from_json(&json!({"choices": [{"message": {"content": null, "tool_calls": [
            {"id": "1", "type": "function", "function": {"name": "f", "arguments": "{\"a\":1}"}}]}}]}));
        assert_eq!(
            openai.tool_calls,
            [ToolCall { name: "f".to_owned(), arguments: json!({"a": 1}).as_object().unwrap().clone() }]
        );
        assert_eq!(from_json(&json!({"city": "Oslo"})).text, r#"{"city":"Oslo"}"#);
    }
}
