//! Calls that a recording answers, and those that are recorded: `--replay` and `--record`.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::sync::mpsc;

use super::generation::{from_json, text_bytes};
use super::{Ai, Answer, Call, Output, Running};
use crate::ai::catalog::{Model, Task, Usage};
use crate::ai::tasks::text_generation::OPENAI_SCHEMA;
use crate::clock::{Deadline, Stopwatch};
use crate::error::{AiError, Error, PlatformError};
use crate::harness::recordings::{self, Asked, Event, Events, Found, Plan, Recorder, Reply, Said, Sent, UpstreamError};
use crate::harness::{Generation, Known, Service, Timing, estimate_tokens};

/// The checkpoint's name where a recording answers.
const RECORDING: &str = "recording";
/// And where the upstream does.
const UPSTREAM: &str = "upstream";
/// Events on their way to a client that reads slowly.
const AHEAD: usize = 64;

/// A stream as it was recorded, or as it is.
#[derive(Debug)]
pub struct Recorded(mpsc::Receiver<io::Result<Bytes>>);

impl Recorded {
    /// A stream whose events are all there.
    pub(super) fn of(events: Vec<Bytes>) -> Self {
        let (sender, receiver) = mpsc::channel(events.len().max(1));
        // There is room for each.
        events.into_iter().for_each(|event| drop(sender.try_send(Ok(event))));
        Self(receiver)
    }
}

impl futures_util::Stream for Recorded {
    type Item = io::Result<Bytes>;

    fn poll_next(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        self.0.poll_recv(context)
    }
}

impl Ai {
    /// Answers a call from a recording or from the upstream; gives it back where it is to be computed here.
    pub(super) async fn recorded(
        &self,
        model: &'static Model,
        input: &Value,
        call: &Call,
        running: Running,
    ) -> Result<Result<Answer, Error>, Running> {
        let harness = Arc::clone(&self.shared.harness);
        let Some(recordings) = harness.recordings() else { return Err(running) };
        let asked = asked(call);
        match recordings.plan(running.scope(), &asked) {
            Plan::Infer => Err(running),
            Plan::Refuse(text) => Ok(Err(running.refuse(PlatformError::Unrecorded { text }.into()))),
            Plan::Replay(found) => Ok(self.replay(model, input, call, found, recordings.paced, running).await),
            Plan::Record(recorder) => Ok(self.record(model, call, asked, recorder, running).await),
        }
    }

    async fn replay(
        &self,
        model: &'static Model,
        input: &Value,
        call: &Call,
        found: Found,
        paced: bool,
        running: Running,
    ) -> Result<Answer, Error> {
        note(&running, RECORDING);
        running.trace.with(|entry| entry.recording = Some(Arc::clone(&found.name)));
        if let (false, false) = (found.is_exact, matches!(found.said, Said::Refused { .. })) {
            // Said at another endpoint, or as a stream: the same words in the form that is wanted.
            return match spoken(&found.said).filter(|_| model.task == Task::TextGeneration) {
                Some((said, timing)) => {
                    let timing = if paced { timing } else { Timing::default() };
                    self.say(model, input, call, said, timing, RECORDING, running).await
                }
                None => {
                    let text = format!(
                        "`{}` was recorded at another endpoint, and its answer has no text\nhint: record this call too",
                        found.name
                    );
                    Err(running.refuse(PlatformError::Unrecorded { text }.into()))
                }
            };
        }
        match found.said {
            Said::Events(events) => {
                let meta = self.meta_of(model, RECORDING, RECORDING, &running);
                let (sender, receiver) = mpsc::channel(AHEAD);
                let usage = usage(&last_usage(&events), &call.input);
                tokio::spawn(play(events, paced, sender, move || running.close(model, &usage)));
                Ok(Answer { meta, output: Output::Recorded(Recorded(receiver)), neurons: None })
            }
            said => self.whole(model, call, said, RECORDING, running),
        }
    }

    /// An answer that is no stream, as it is.
    fn whole(
        &self,
        model: &'static Model,
        call: &Call,
        said: Said,
        who: &'static str,
        running: Running,
    ) -> Result<Answer, Error> {
        let meta = self.meta_of(model, who, who, &running);
        let (output, used) = match said {
            Said::Json(json) => {
                let used = usage(&serde_json::from_str(json.get()).unwrap_or_default(), &call.input);
                (Output::Said(json), used)
            }
            Said::File { bytes, content_type } => {
                (Output::File { bytes, content_type }, usage(&Value::Null, &call.input))
            }
            Said::Refused { status, code, message } => return Err(refused(running, model, status, code, &message)),
            Said::Events(_) => {
                let reason = "a stream is no whole answer".to_owned();
                return Err(running.fail(AiError::Internal { reason }));
            }
        };
        let neurons = running.close(model, &used);
        Ok(Answer { meta, output, neurons: Some(neurons) })
    }

    /// Sends the call to the upstream, and keeps what it says.
    async fn record(
        &self,
        model: &'static Model,
        call: &Call,
        asked: Asked,
        recorder: &Recorder,
        running: Running,
    ) -> Result<Answer, Error> {
        note(&running, UPSTREAM);
        let sent = sent(call, &asked);
        let secrets = recorder.upstream.secrets(&sent);
        let (ticket, _guard) = running.ticket();
        let keeper = Keeper { recorder: recorder.clone(), asked, secrets };
        match recorder.upstream.send(&sent, ticket.deadline.remaining()).await {
            Ok(Reply::Whole(Said::Refused { status, code, message })) if recordings::is_by_guard(code) => {
                let text =
                    format!("{message}\nhint: the upstream says so; check `--upstream-token` and `--upstream-account`");
                Err(refused(running, model, status, code, &text))
            }
            Ok(Reply::Whole(said)) => match keeper.keep(said.clone(), &running).await {
                Ok(()) => self.whole(model, call, said, UPSTREAM, running),
                Err(text) => Err(running.refuse(PlatformError::Unrecorded { text }.into())),
            },
            Ok(Reply::Stream(events)) => {
                let meta = self.meta_of(model, UPSTREAM, UPSTREAM, &running);
                let (sender, receiver) = mpsc::channel(AHEAD);
                let input = call.input.clone();
                let copy = Copy { model, input, keeper, running, deadline: ticket.deadline };
                tokio::spawn(copy.run(events, sender));
                Ok(Answer { meta, output: Output::Recorded(Recorded(receiver)), neurons: None })
            }
            Err(UpstreamError::Late(_)) => Err(running.fail(AiError::Timeout)),
            Err(error) => Err(running.refuse(PlatformError::Unrecorded { text: error.to_string() }.into())),
        }
    }
}

impl Running {
    /// Books and ends a call that was not computed here.
    fn close(self, model: &'static Model, usage: &Usage) -> f64 {
        let neurons = self.settle(model, usage);
        self.succeed(0.0, 0.0);
        neurons
    }
}

/// How a call is looked for.
fn asked(call: &Call) -> Asked {
    let mut request = recordings::input(&call.input);
    if let Some(upload) = &call.upload {
        // A form's boundary is another every time; a file is told by what is in it.
        let digest = |bytes: &Bytes| format!("{:x}", Sha256::digest(bytes));
        request["upload"] = match &upload.parts {
            None => digest(&upload.body).into(),
            Some(parts) => parts.iter().map(|part| json!([part.name, digest(&part.bytes)])).collect(),
        };
    }
    Asked {
        service: Service::Ai,
        subject: call.model.clone(),
        operation: endpoint(call).to_owned(),
        stream: call.input["stream"] == true,
        request,
    }
}

/// Where the account takes such a call. Embeddings as OpenAI asks for them have been turned into the model's own.
fn endpoint(call: &Call) -> &'static str {
    match call.schema {
        None => "run",
        Some(OPENAI_SCHEMA) if call.input.get("messages").is_some() => "v1/chat/completions",
        Some(OPENAI_SCHEMA) => "v1/completions",
        Some(_) => "v1/responses",
    }
}

fn sent(call: &Call, asked: &Asked) -> Sent {
    let mut body = call.input.clone();
    let path = match (asked.operation.as_str(), body.as_object_mut()) {
        ("run", _) | (_, None) => format!("/ai/run/{}", call.model),
        (endpoint, Some(members)) => {
            members.insert("model".to_owned(), json!(call.model));
            format!("/ai/{endpoint}")
        }
    };
    let mut query = form_urlencoded::Serializer::new(String::new());
    if call.options.reject_if_busy {
        query.append_pair("rejectIfBusy", "true");
    }
    let (content_type, body) = match &call.upload {
        None => (Some("application/json".to_owned()), body.to_string().into()),
        Some(upload) => {
            // A form has its texts inside.
            for (name, value) in body.as_object().into_iter().flatten().filter(|_| upload.parts.is_none()) {
                query.append_pair(name, value.as_str().unwrap_or(&value.to_string()));
            }
            (upload.content_type.clone(), upload.body.clone())
        }
    };
    let query = query.finish();
    let path = if query.is_empty() { path } else { format!("{path}?{query}") };
    Sent {
        method: axum::http::Method::POST,
        path,
        content_type,
        session: call.options.session.clone(),
        body,
        account: call.trace.account().to_owned(),
        authorization: call.options.authorization.as_ref().map(|secret| secret.0.clone()),
    }
}

fn note(running: &Running, who: &'static str) {
    running.trace.with(|entry| {
        entry.checkpoint = Some(who.into());
        entry.fidelity = Some(who);
    });
}

fn refused(running: Running, model: &Model, status: u16, code: u32, message: &str) -> Error {
    let known = Known { code, status, text: "" };
    let error = running.trace.refusal(&known, Some(message), Some(&model.name), None);
    running.refuse(error)
}

/// What an answer says that it used; where it says nothing, the input's tokens are estimated.
fn usage(answer: &Value, input: &Value) -> Usage {
    let said = answer.get("usage").or_else(|| answer.pointer("/response/usage"));
    let count = |names: [&str; 2]| said.and_then(|said| names.iter().find_map(|name| said.get(name)?.as_u64()));
    let cached = ["/prompt_tokens_details/cached_tokens", "/input_tokens_details/cached_tokens"];
    Usage {
        input_tokens: count(["prompt_tokens", "input_tokens"]).unwrap_or_else(|| estimate_tokens(text_bytes(input))),
        output_tokens: count(["completion_tokens", "output_tokens"]).unwrap_or(0),
        cached_tokens: said.and_then(|said| cached.iter().find_map(|path| said.pointer(path)?.as_u64())).unwrap_or(0),
        ..Usage::default()
    }
}

/// The last event that says what was used.
fn last_usage(events: &[Event]) -> Value {
    let has_usage =
        |value: &Value| value.get("usage").or_else(|| value.pointer("/response/usage")).is_some_and(Value::is_object);
    events.iter().rev().filter_map(payload).find(has_usage).unwrap_or_default()
}

/// What an event carries, where it is JSON.
fn payload(event: &Event) -> Option<Value> {
    let data: Vec<&str> =
        event.text.lines().filter_map(|line| line.strip_prefix("data:")).map(str::trim_start).collect();
    serde_json::from_str(&data.join("\n")).ok()
}

/// What a model said, whatever the form in which it was recorded, and when.
fn spoken(said: &Said) -> Option<(Generation, Timing)> {
    match said {
        Said::Json(json) => {
            let answer: Value = serde_json::from_str(json.get()).ok()?;
            // The Responses API's text, in the form that the others have.
            let parts = answer["output"].as_array().map(|items| {
                let parts = items.iter().flat_map(|item| item["content"].as_array().into_iter().flatten());
                parts
                    .filter(|part| part["type"] == "output_text")
                    .filter_map(|part| part["text"].as_str())
                    .collect::<String>()
            });
            let answer = match parts {
                Some(text) => {
                    let used = usage(&answer, &Value::Null);
                    json!({"response": text, "usage": {"prompt_tokens": used.input_tokens, "completion_tokens": used.output_tokens}})
                }
                None => answer,
            };
            Some((from_json(&answer), Timing::default()))
        }
        Said::Events(events) => Some((joined(events), timing(events))),
        Said::File { .. } | Said::Refused { .. } => None,
    }
}

/// The deltas of a stream as one whole answer.
fn joined(events: &[Event]) -> Generation {
    let (mut text, mut calls, mut finish) = (String::new(), Vec::<Value>::new(), Value::Null);
    for frame in events.iter().filter_map(payload) {
        let choice = &frame["choices"][0];
        for piece in [&frame["response"], &choice["delta"]["content"], &choice["text"]] {
            text.push_str(piece.as_str().unwrap_or_default());
        }
        if frame["type"] == "response.output_text.delta" {
            text.push_str(frame["delta"].as_str().unwrap_or_default());
        }
        if choice["finish_reason"].is_string() {
            finish = choice["finish_reason"].clone();
        }
        for call in frame["tool_calls"].as_array().into_iter().flatten() {
            calls.push(call.clone());
        }
        for call in choice["delta"]["tool_calls"].as_array().into_iter().flatten() {
            let at = call["index"].as_u64().and_then(|at| usize::try_from(at).ok()).unwrap_or(calls.len());
            match calls.get_mut(at) {
                None => calls.push(call.clone()),
                Some(begun) => {
                    let more = call["function"]["arguments"].as_str().unwrap_or_default();
                    let whole = format!("{}{more}", begun["function"]["arguments"].as_str().unwrap_or_default());
                    begun["function"]["arguments"] = json!(whole);
                }
            }
        }
    }
    let mut answer = json!({"choices": [{"message": {"content": text, "tool_calls": calls}, "finish_reason": finish}]});
    if let Some(used) = last_usage(events).get("usage") {
        answer["usage"] = used.clone();
    }
    from_json(&answer)
}

fn timing(events: &[Event]) -> Timing {
    let (first, last) = (events.first().map_or(0.0, |event| event.ms), events.last().map_or(0.0, |event| event.ms));
    let rate = if last > first { (events.len() - 1) as f64 / (last - first) * 1e3 } else { 0.0 };
    Timing { ttft_ms: first, tokens_per_second: rate, jitter: 0.0 }
}

fn wire(event: &Event) -> Bytes {
    format!("{}\n\n", event.text).into()
}

/// Says recorded events when they are due, to whoever listens. `end` books the call, before the stream ends.
async fn play(events: Arc<[Event]>, paced: bool, sender: mpsc::Sender<io::Result<Bytes>>, end: impl FnOnce() -> f64) {
    let watch = Stopwatch::new();
    for event in events.iter() {
        let due = Duration::from_secs_f64((event.ms / 1e3).min(86_400.0));
        let pause = due.saturating_sub(watch.elapsed());
        if paced && !pause.is_zero() {
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = sender.closed() => return,
            }
        }
        if sender.send(Ok(wire(event))).await.is_err() {
            return;
        }
    }
    end();
}

/// Keeps one answer.
struct Keeper {
    recorder: Recorder,
    asked: Asked,
    secrets: Vec<String>,
}

impl Keeper {
    async fn keep(self, said: Said, running: &Running) -> Result<(), String> {
        let kept = tokio::task::spawn_blocking(move || self.recorder.keep(self.asked, said, &self.secrets)).await;
        let name = kept.map_err(|error| error.to_string())??;
        running.trace.with(|entry| entry.recording = Some(name));
        Ok(())
    }
}

/// Copies a stream to the client and into a recording.
struct Copy {
    model: &'static Model,
    input: Value,
    keeper: Keeper,
    running: Running,
    deadline: Deadline,
}

impl Copy {
    async fn run(self, mut events: Events, sender: mpsc::Sender<io::Result<Bytes>>) {
        let mut kept = Vec::new();
        let broken = loop {
            let event = tokio::select! {
                event = tokio::time::timeout(self.deadline.remaining(), events.next()) => event,
                // What nobody hears to the end is not kept.
                () = sender.closed() => return,
            };
            match event {
                Ok(Some(Ok(event))) => {
                    if sender.send(Ok(wire(&event))).await.is_err() {
                        return;
                    }
                    kept.push(event);
                }
                Ok(None) => break None,
                Ok(Some(Err(reason))) => {
                    break Some(AiError::Internal { reason: format!("the upstream's stream: {reason}") });
                }
                Err(_) => break Some(AiError::Timeout),
            }
        };
        if let Some(error) = broken {
            let error = self.running.fail(error);
            // A client sees what it would have seen without us: a stream that breaks off.
            let _ = sender.send(Err(io::Error::other(error.to_string()))).await;
            return;
        }
        let used = usage(&last_usage(&kept), &self.input);
        if let Err(reason) = self.keeper.keep(Said::Events(kept.into()), &self.running).await {
            tracing::error!(reason, "a stream was not recorded");
        }
        self.running.close(self.model, &used);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn events(data: &[Value]) -> Vec<Event> {
        let event = |(at, data): (usize, &Value)| Event { ms: 10.0 * at as f64, text: format!("data: {data}") };
        let mut events: Vec<Event> = data.iter().enumerate().map(event).collect();
        events.push(Event { ms: 100.0, text: "data: [DONE]".to_owned() });
        events
    }

    #[test]
    fn streams_of_both_families_are_joined() {
        let native = events(&[
            json!({"response": "he"}),
            json!({"response": "llo", "usage": {"prompt_tokens": 3, "completion_tokens": 2}}),
        ]);
        let said = joined(&native);
        assert_eq!((said.text.as_str(), said.prompt_tokens, said.is_cut), ("hello", Some(3), false));
        let delta = |delta: Value| json!({"choices": [{"delta": delta, "finish_reason": null}]});
        let openai = events(&[
            delta(json!({"content": "a"})),
            delta(json!({"tool_calls": [{"index": 0, "function": {"name": "f", "arguments": ""}}]})),
            delta(json!({"tool_calls": [{"index": 0, "function": {"arguments": "{\"x\":"}}]})),
            delta(json!({"tool_calls": [{"index": 0, "function": {"arguments": "1}"}}]})),
            json!({"choices": [{"delta": {}, "finish_reason": "length"}]}),
        ]);
        let said = joined(&openai);
        assert_eq!((said.text.as_str(), said.is_cut), ("a", true));
        assert_eq!((said.tool_calls[0].name.as_str(), &said.tool_calls[0].arguments["x"]), ("f", &json!(1)));
        assert_eq!(timing(&openai).ttft_ms, 0.0);
    }

    #[test]
    fn what_was_used_is_read_from_every_form() {
        let cached = json!({"usage": {"prompt_tokens": 9, "completion_tokens": 4, "prompt_tokens_details": {"cached_tokens": 8}}});
        let used = usage(&cached, &Value::Null);
        assert_eq!((used.input_tokens, used.output_tokens, used.cached_tokens), (9, 4, 8));
        let responses = json!({"response": {"usage": {"input_tokens": 5, "output_tokens": 6}}});
        let used = usage(&responses, &Value::Null);
        assert_eq!((used.input_tokens, used.output_tokens), (5, 6));
        assert!(usage(&Value::Null, &json!({"text": "four words are here"})).input_tokens > 0);
    }
}
