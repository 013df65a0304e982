//! Stubs and faults in the words of a Rust test. They become the same JSON that the control plane takes.

use serde_json::{Map, Value, json};

/// A stub in the making: [`stub`].
#[derive(Debug, Clone, Default)]
#[must_use = "give it to `Account::stub`"]
pub struct StubBuilder {
    subject: Map<String, Value>,
    input: Map<String, Value>,
    when: Map<String, Value>,
    answers: Vec<Value>,
    stream: Map<String, Value>,
    top: Map<String, Value>,
}

/// A fault in the making: [`fault`].
#[derive(Debug, Clone, Default)]
#[must_use = "give it to `Account::fault`"]
pub struct FaultBuilder {
    subject: Map<String, Value>,
    when: Map<String, Value>,
    fault: Value,
    top: Map<String, Value>,
}

/// A stub for every call, until it is narrowed.
///
/// ```
/// use candleflare::{contains, stub};
/// let weather = stub().model("@cf/meta/*").input("$.messages[-1].content", contains("weather")).text("sunny");
/// ```
pub fn stub() -> StubBuilder {
    StubBuilder::default()
}

/// A fault for every call of both services, until it is narrowed.
///
/// ```
/// let full = candleflare::fault().model("@cf/meta/*").times(2).error(3040);
/// ```
pub fn fault() -> FaultBuilder {
    FaultBuilder::default()
}

/// Matches what contains `text`.
pub fn contains(text: &str) -> Value {
    json!({"contains": text})
}

/// Matches what the pattern finds.
pub fn regex(pattern: &str) -> Value {
    json!({"regex": pattern})
}

macro_rules! when {
    ($builder:ident) => {
        impl $builder {
            /// Its name, to take it out again; otherwise one is made up.
            pub fn id(mut self, id: &str) -> Self {
                self.top.insert("id".to_owned(), id.into());
                self
            }

            /// A model's id; `*` stands for any characters.
            pub fn model(mut self, model: &str) -> Self {
                self.subject.insert("model".to_owned(), model.into());
                self
            }

            /// Higher ones are asked first.
            pub fn priority(mut self, priority: i64) -> Self {
                self.top.insert("priority".to_owned(), priority.into());
                self
            }

            /// So many times, then never again.
            pub fn times(mut self, times: u64) -> Self {
                self.when.insert("times".to_owned(), times.into());
                self
            }

            /// Not for the first so many calls that match.
            pub fn after(mut self, calls: u64) -> Self {
                self.when.insert("after".to_owned(), calls.into());
                self
            }

            /// For each n-th call that matches.
            pub fn every(mut self, n: u64) -> Self {
                self.when.insert("every".to_owned(), n.into());
                self
            }

            /// With this probability, drawn from the account's seeded stream.
            pub fn probability(mut self, probability: f64) -> Self {
                self.when.insert("probability".to_owned(), probability.into());
                self
            }
        }
    };
}

when!(StubBuilder);
when!(FaultBuilder);

impl StubBuilder {
    /// What must stand at a JSON path of the input: a value, [`contains`] or [`regex`].
    pub fn input(mut self, path: &str, matcher: impl Into<Value>) -> Self {
        self.input.insert(path.to_owned(), matcher.into());
        self
    }

    /// `rest`, `openai` or `binding`.
    pub fn dialect(mut self, dialect: &str) -> Self {
        self.subject.insert("dialect".to_owned(), dialect.into());
        self
    }

    fn answer(mut self, answer: Value) -> Self {
        self.answers.push(answer);
        self
    }

    /// Answers a text. A second answer is given the second time, and the last goes on.
    pub fn text(self, text: &str) -> Self {
        self.answer(json!({"text": text}))
    }

    /// Answers JSON: what a model says, or the whole answer of another task.
    pub fn json(self, value: Value) -> Self {
        self.answer(json!({"json": value}))
    }

    /// Answers with a call of a tool.
    pub fn tool_call(self, name: &str, arguments: Value) -> Self {
        self.answer(json!({"tool_calls": [{"name": name, "arguments": arguments}]}))
    }

    /// Answers a vector for each text.
    pub fn embeddings(self, rows: &[Vec<f32>]) -> Self {
        self.answer(json!({"embeddings": rows}))
    }

    /// Refuses by a known code.
    pub fn error(self, code: u32) -> Self {
        self.answer(json!({"error": code}))
    }

    /// When its stream comes: milliseconds to the first token, tokens a second after it.
    pub fn paced(mut self, ttft_ms: f64, tokens_per_second: f64) -> Self {
        self.stream.insert("ttft_ms".to_owned(), ttft_ms.into());
        self.stream.insert("tokens_per_second".to_owned(), tokens_per_second.into());
        self
    }

    /// As the control plane takes it.
    pub fn build(self) -> Value {
        let mut body = self.top;
        let mut subject = self.subject;
        subject.insert("input".to_owned(), Value::Object(self.input));
        body.insert("match".to_owned(), Value::Object(subject));
        body.insert("when".to_owned(), Value::Object(self.when));
        body.insert("respond".to_owned(), Value::Array(self.answers));
        body.insert("stream".to_owned(), Value::Object(self.stream));
        Value::Object(body)
    }
}

impl FaultBuilder {
    /// `ai` or `vectorize`.
    pub fn service(mut self, service: &str) -> Self {
        self.subject.insert("service".to_owned(), service.into());
        self
    }

    /// `run`, `query`, `upsert` and so on.
    pub fn operation(mut self, operation: &str) -> Self {
        self.subject.insert("operation".to_owned(), operation.into());
        self
    }

    /// An index's name; `*` stands for any characters.
    pub fn index(mut self, index: &str) -> Self {
        self.subject.insert("index".to_owned(), index.into());
        self
    }

    /// Any fault, as the control plane takes it.
    pub fn kind(mut self, fault: Value) -> Self {
        self.fault = fault;
        self
    }

    /// Refused by a known code.
    pub fn error(self, code: u32) -> Self {
        self.kind(json!({"kind": "error", "code": code}))
    }

    /// An incident by name: `capacity`, `quota`, `deprecated`, `rate-limited`, `lagging-index`, `flaky`.
    pub fn preset(self, name: &str) -> Self {
        self.kind(json!({"preset": name}))
    }

    /// Held up so long, more or less.
    pub fn latency(self, ms: u64, jitter_ms: u64) -> Self {
        self.kind(json!({"kind": "latency", "ms": ms, "jitter_ms": jitter_ms}))
    }

    /// A stream that ends in the middle.
    pub fn cut(self, after_events: u64) -> Self {
        self.kind(json!({"kind": "cut", "after_events": after_events}))
    }

    /// The connection is reset.
    pub fn reset(self) -> Self {
        self.kind(json!({"kind": "reset"}))
    }

    /// As the control plane takes it.
    pub fn build(self) -> Value {
        let mut body = self.top;
        body.insert("match".to_owned(), Value::Object(self.subject));
        body.insert("when".to_owned(), Value::Object(self.when));
        body.insert("fault".to_owned(), self.fault);
        Value::Object(body)
    }
}
