//! Vectorize calls that a recording answers, and those that are recorded.

use std::borrow::Cow;
use std::time::Duration;

use axum::body::Bytes;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use super::App;
use super::incoming::Incoming;
use super::rest::vectorize::{Request, body};
use crate::error::{Error, Operation, PlatformError, VectorizeError};
use crate::harness::recordings::{self, Asked, Plan, Recorder, Reply, Said, Sent};
use crate::harness::{Dialect, Known, Service, Trace};

/// How long the upstream may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a recording or the upstream answers; nothing where the call is to be answered here.
pub async fn vectorize(
    app: &App,
    incoming: &Incoming,
    dialect: Dialect,
    index: &str,
    operation: &str,
) -> Option<Result<Box<RawValue>, Error>> {
    let recordings = app.harness.recordings()?;
    let call = match Call::read(incoming, dialect, index, operation) {
        Ok(call) => call,
        Err(error) => return Some(Err(error.into())),
    };
    let trace = &incoming.trace;
    match recordings.plan(&trace.scope, &call.asked) {
        Plan::Infer => None,
        Plan::Refuse(text) => Some(Err(PlatformError::Unrecorded { text }.into())),
        Plan::Replay(found) => {
            trace.with(|entry| entry.recording = Some(found.name));
            Some(answer(found.said, trace, index))
        }
        Plan::Record(recorder) => Some(record(recorder, call, incoming, index).await),
    }
}

async fn record(recorder: &Recorder, call: Call, incoming: &Incoming, index: &str) -> Result<Box<RawValue>, Error> {
    let trace = &incoming.trace;
    let unrecorded = |text: String| Error::from(PlatformError::Unrecorded { text });
    let sent = Sent {
        method: incoming.method.clone(),
        path: call.path,
        content_type: call.content_type.map(str::to_owned),
        session: None,
        body: call.body,
        account: trace.account().to_owned(),
        authorization: incoming.header("authorization").map(str::to_owned),
    };
    let secrets = recorder.upstream.secrets(&sent);
    let said = match recorder.upstream.send(&sent, PATIENCE).await {
        Ok(Reply::Whole(said)) => said,
        Ok(Reply::Stream(_)) => return Err(unrecorded("the upstream answered with a stream".to_owned())),
        Err(error) => return Err(unrecorded(error.to_string())),
    };
    if let Said::Refused { status, code, message } = &said
        && recordings::is_by_guard(*code)
    {
        let text = format!("{message}\nhint: the upstream says so; check `--upstream-token` and `--upstream-account`");
        let known = Known { code: *code, status: *status, text: "" };
        return Err(trace.refusal(&known, Some(&text), None, Some(index)));
    }
    let (keeper, asked, kept) = (recorder.clone(), call.asked, said.clone());
    let name = tokio::task::spawn_blocking(move || keeper.keep(asked, kept, &secrets)).await;
    let name = name.map_err(|error| unrecorded(error.to_string()))?.map_err(unrecorded)?;
    trace.with(|entry| entry.recording = Some(name));
    answer(said, trace, index)
}

fn answer(said: Said, trace: &Trace, index: &str) -> Result<Box<RawValue>, Error> {
    match said {
        Said::Json(json) => Ok((*json).to_owned()),
        Said::Refused { status, code, message } => {
            Err(trace.refusal(&Known { code, status, text: "" }, Some(&message), None, Some(index)))
        }
        Said::Events(_) | Said::File { .. } => {
            let text = "the recording is not one of Vectorize's answers\nhint: record it again".to_owned();
            Err(PlatformError::Unrecorded { text }.into())
        }
    }
}

/// A call, as the REST API has it, whatever its dialect.
struct Call {
    asked: Asked,
    path: String,
    content_type: Option<&'static str>,
    body: Bytes,
}

impl Call {
    fn read(incoming: &Incoming, dialect: Dialect, index: &str, operation: &str) -> Result<Self, VectorizeError> {
        let is_binding = dialect == Dialect::Binding;
        let (name, tail): (Cow<'_, str>, String) = match (is_binding, operation) {
            (true, "getByIds") => ("get_by_ids".into(), format!("{index}/get_by_ids")),
            (true, "deleteByIds") => ("delete_by_ids".into(), format!("{index}/delete_by_ids")),
            _ => (operation.into(), incoming.rest.clone()),
        };
        // The query of a binding's call is the proxy's.
        let query = if is_binding { "" } else { &incoming.query };
        let mut request = Map::new();
        if !query.is_empty() {
            let mut pairs = incoming.query_pairs();
            pairs.sort();
            request.insert(
                "query".to_owned(),
                pairs.into_iter().map(|(name, value)| (name, Value::from(value))).collect(),
            );
        }
        let (content_type, body) = match &*name {
            "insert" | "upsert" => {
                let operation = if name == "insert" { Operation::Insert } else { Operation::Upsert };
                let lines = body::lines(&Request::at(incoming, &tail), operation, is_binding)?;
                request.insert("body".to_owned(), recordings::vectors(values(&lines)));
                (Some("application/x-ndjson"), lines)
            }
            _ if incoming.body.is_empty() => (None, Bytes::new()),
            _ => {
                let text = || json!(String::from_utf8_lossy(&incoming.body));
                let body = serde_json::from_slice::<Value>(&incoming.body)
                    .map_or_else(|_| text(), |body| recordings::json(&body));
                request.insert("body".to_owned(), body);
                (Some("application/json"), incoming.body.clone())
            }
        };
        let tail = if tail.is_empty() { tail } else { format!("/{tail}") };
        let query = if query.is_empty() { String::new() } else { format!("?{query}") };
        let asked = Asked {
            service: Service::Vectorize,
            subject: index.to_owned(),
            operation: name.into_owned(),
            stream: false,
            request: Value::Object(request),
        };
        Ok(Self { asked, path: format!("/vectorize/v2/indexes{tail}{query}"), content_type, body })
    }
}

fn values(lines: &[u8]) -> Vec<Value> {
    let lines = lines.split(|byte| *byte == b'\n').filter(|line| !line.iter().all(u8::is_ascii_whitespace));
    let value = |line: &[u8]| serde_json::from_slice(line).unwrap_or_else(|_| json!(String::from_utf8_lossy(line)));
    lines.map(value).collect()
}
