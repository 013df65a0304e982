//! Every row of the table of limits that this build holds to: at its value, and over it. A row without a case fails.

mod ai;
mod finetunes;
mod http;
mod vectorize;
mod worker;

use candleflare::limits::{Limit, Limits};
use candleflare::{Emulator, Plan};
use serde_json::{Value, json};

use super::client::{ACCOUNT, Client};

/// One request, as the table's cases make them.
#[derive(Clone)]
pub struct Ask {
    pub method: &'static str,
    pub path: String,
    pub kind: &'static str,
    pub body: Vec<u8>,
    pub headers: Vec<(&'static str, String)>,
}

impl Ask {
    pub fn json(path: &str, body: &Value) -> Self {
        let body = body.to_string().into_bytes();
        Self { method: "POST", path: below(path), kind: "application/json", body, headers: Vec::new() }
    }

    pub fn run(model: &str, input: &Value) -> Self {
        Self::json(&format!("/ai/run/{model}"), input)
    }

    pub fn get(path: &str) -> Self {
        Self { method: "GET", ..Self::json(path, &Value::Null) }
    }

    pub fn lines(path: &str, lines: &[Value]) -> Self {
        let body = lines.iter().map(Value::to_string).collect::<Vec<_>>().join("\n").into_bytes();
        Self { kind: "application/x-ndjson", body, ..Self::json(path, &Value::Null) }
    }

    pub async fn send(&self, client: &Client) -> (u16, Value) {
        let method = self.method.parse().unwrap();
        let mut request = client.http.request(method, client.url(&self.path)).header("content-type", self.kind);
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        let body = if self.method == "GET" { Vec::new() } else { self.body.clone() };
        let response = request.body(body).send().await.unwrap();
        let status = response.status().as_u16();
        let text = response.text().await.unwrap();
        (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }
}

/// A path below the account, unless it says where it lies itself.
fn below(path: &str) -> String {
    match path.starts_with("/binding") || path.starts_with("/__candleflare") {
        true => path.to_owned(),
        false => format!("/client/v4/accounts/{ACCOUNT}{path}"),
    }
}

/// What is answered up to the limit, and what is refused.
pub struct Case {
    /// The row's value for this test, where the table's own is too large to reach.
    pub value: Option<u64>,
    /// Answered, in this order; the last is at the limit.
    pub at: Vec<Ask>,
    pub over: Ask,
}

impl Case {
    pub fn new(value: impl Into<Option<u64>>, at: Vec<Ask>, over: Ask) -> Self {
        Self { value: value.into(), at, over }
    }

    async fn hold(self, row: &Limit) {
        let client = start(row, self.value).await;
        for (at, ask) in self.at.iter().enumerate() {
            let (status, body) = ask.send(&client).await;
            assert!(status < 300, "`{}`, call {at}: {status} {body}", row.name);
        }
        let (status, body) = self.over.send(&client).await;
        assert_eq!(Some(status), row.status, "`{}`: {body}", row.name);
        let (code, message) = refusal(&body);
        assert_eq!(code, row.code.map(u64::from), "`{}`: {body}", row.name);
        let text = row.text.as_deref().unwrap_or_default();
        assert!(says(&message, text), "`{}`: `{message}` is not `{text}`", row.name);
        // Every decision is in the journal, with its source.
        if !row.name.starts_with("control.") {
            let journal = client.get("/__candleflare/requests").await;
            let refused = journal["requests"].as_array().unwrap().last().unwrap();
            assert_eq!(
                (&refused["status"], &refused["code"]),
                (&json!(row.status), &json!(row.code)),
                "`{}`",
                row.name
            );
        }
    }
}

/// An emulator whose row has this value.
pub async fn start(row: &Limit, value: Option<u64>) -> Client {
    let overlay = value.map(|value| format!("[[limit]]\nname = \"{}\"\nvalue = {value}\n", row.name));
    // A task may have no model left that is not deprecated.
    let builder = Emulator::builder().seed(7).config(|config| config.allow_deprecated = true);
    Client::of(builder.plan(plan(row)).limits(overlay.unwrap_or("limit = []".to_owned()))).await
}

/// A plan that has such a limit.
fn plan(row: &Limit) -> Plan {
    if row.name == "ai.neurons_per_day" { Plan::Free } else { Plan::Paid }
}

/// Code and message of a refusal in any dialect.
fn refusal(body: &Value) -> (Option<u64>, String) {
    let error = if body["errors"].is_array() { &body["errors"][0] } else { body };
    let code = error["code"].as_u64().or_else(|| error["internalCode"].as_u64());
    let message = error["message"].as_str().or_else(|| error["error"].as_str()).unwrap_or_default();
    (code, message.to_owned())
}

/// Whether a message is a row's text, whatever stands in its places.
fn says(message: &str, text: &str) -> bool {
    let mut rest = message;
    for part in text.split('<').map(|part| part.split_once('>').map_or(part, |(_, after)| after)) {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    true
}

#[tokio::test]
async fn every_row_is_held_to() {
    for row in Limits::rows().iter().filter(|row| row.enforced) {
        let case = match row.service() {
            "ai" => ai::case(row).await,
            "vectorize" => vectorize::case(row).await,
            "worker" => worker::case(row),
            _ => http::case(row).await,
        };
        match case {
            Held::By(case) => case.hold(row).await,
            Held::Already => {}
            Held::Nowhere => panic!("the row `{}` has no case in tests/emulator/table", row.name),
        }
    }
}

/// How a row was shown to be held to.
pub enum Held {
    /// By a case that is still to run.
    By(Box<Case>),
    /// By what its function has done: the row waits, cuts or counts.
    Already,
    Nowhere,
}

impl From<Case> for Held {
    fn from(case: Case) -> Self {
        Self::By(Box::new(case))
    }
}
