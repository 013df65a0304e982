//! Failures that a test brings about.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::journal::Service;
use super::known::{self, Known};
use super::rules::When;
use super::wire::Wire;
use crate::entropy::Entropy;

/// One failure: whom it concerns, and what happens to them.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Fault {
    #[serde(rename = "match")]
    pub subject: Subject,
    pub fault: What,
}

/// Whom a fault concerns; what is not named is not asked for.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Subject {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<Service>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// A model's id; `*` stands for any characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// An index's name; `*` stands for any characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub index: Option<String>,
}

/// A call, as far as a fault looks at it.
#[derive(Debug, Clone, Copy)]
pub struct Caller<'a> {
    pub service: Service,
    pub operation: &'a str,
    pub model: Option<&'a str>,
    pub index: Option<&'a str>,
}

impl Subject {
    fn matches(&self, caller: &Caller<'_>) -> bool {
        let named = |wanted: &Option<String>, found: Option<&str>| {
            wanted.as_deref().is_none_or(|wanted| found.is_some_and(|found| glob(wanted, found)))
        };
        self.service.is_none_or(|service| service == caller.service)
            && self.operation.as_deref().is_none_or(|wanted| same_operation(wanted, caller.operation))
            && named(&self.model, caller.model)
            && named(&self.index, caller.index)
    }
}

/// `get_by_ids` over REST is `getByIds` in the binding.
fn same_operation(a: &str, b: &str) -> bool {
    let plain = |text: &str| text.replace('_', "").to_ascii_lowercase();
    plain(a) == plain(b)
}

/// Whether `text` is `pattern`, in which `*` stands for any characters.
pub fn glob(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

/// What happens: one of the kinds, or a preset that stands for one.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum What {
    Preset { preset: Preset },
    Kind(Kind),
}

/// The kinds of failure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Kind {
    /// A refusal, by a code that is known, or by another with its `status` and `message`. A `status` alone answers nothing
    /// but that.
    Error {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<u32>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        status: Option<u16>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        message: Option<String>,
    },
    /// Time before anything else happens.
    Latency {
        ms: u64,
        #[serde(default)]
        jitter_ms: u64,
        #[serde(default)]
        distribution: Distribution,
    },
    /// A stream whose events come this often.
    SlowStream { tokens_per_second: f64 },
    /// A stream that stays open and says nothing more.
    Stall {
        #[serde(default)]
        after_events: u64,
    },
    /// An answer whose connection ends in the middle.
    Cut {
        #[serde(default)]
        after_events: u64,
    },
    /// The connection is reset instead of an answer.
    Reset {},
    /// An answer whose JSON ends in the middle, though the connection ends well.
    Truncate {
        #[serde(default)]
        after_events: u64,
    },
    /// A stream that says `[DONE]` twice.
    DuplicateDone {},
    /// A stream that ends without `[DONE]`.
    MissingDone {},
    /// A generation that does not stop by itself, only at `max_tokens`.
    Runaway {},
}

/// How latency varies around its mean.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Distribution {
    /// Evenly, up to the jitter more or less.
    #[default]
    Uniform,
    /// With the jitter as standard deviation.
    Normal,
    /// `ms` and a tail whose mean is the jitter.
    Exponential,
}

/// Incidents that users of production have lived through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Preset {
    /// No data centre has room (3040).
    Capacity,
    /// The daily neurons are spent (4006).
    Quota,
    /// The model is gone (5028).
    Deprecated,
    /// The rate per minute is reached (3021; 40041 of Vectorize).
    RateLimited,
    /// Vectorize takes half a minute to process what it accepted.
    LaggingIndex,
    /// Three calls in ten fail, now with 3040, now with 3007, now with 3043.
    Flaky,
}

impl Preset {
    pub const ALL: [(&'static str, Self); 6] = [
        ("capacity", Self::Capacity),
        ("quota", Self::Quota),
        ("deprecated", Self::Deprecated),
        ("rate-limited", Self::RateLimited),
        ("lagging-index", Self::LaggingIndex),
        ("flaky", Self::Flaky),
    ];

    /// The services that know the incident.
    fn service(self) -> Option<Service> {
        match self {
            Self::Capacity | Self::Quota | Self::Deprecated => Some(Service::Ai),
            Self::LaggingIndex => Some(Service::Vectorize),
            Self::RateLimited | Self::Flaky => None,
        }
    }
}

/// How long an index lags under [`Preset::LaggingIndex`]: what production was said to take in 2026.
pub const LAG_MS: u32 = 30_000;

/// What a call suffers.
#[derive(Debug, Clone, PartialEq)]
pub enum Blow {
    /// Refused with this known code, or one of one's own.
    Refuse(Known, Option<String>),
    /// Held up, and then goes on.
    Delay(Duration),
    /// Its answer is spoilt on the way out.
    Spoil(Wire),
    /// The generation does not stop by itself.
    Runaway,
    /// The call itself is spared.
    None,
}

impl Fault {
    /// Reads `{"match": …, "when": …, "fault": …}`; also the id and priority beside them.
    pub fn parse(body: Value) -> Result<(Option<String>, When, i64, Self), String> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct File {
            #[serde(default)]
            id: Option<String>,
            #[serde(default)]
            priority: i64,
            #[serde(default, rename = "match")]
            subject: Subject,
            #[serde(default)]
            when: When,
            fault: Value,
        }
        let file: File = serde_json::from_value(body).map_err(|error| format!("{error}\n{HINT}"))?;
        let mut when = file.when;
        let mut subject = file.subject;
        let what = what(file.fault)?;
        if let What::Preset { preset } = &what {
            if let (Some(service), Some(asked)) = (preset.service(), subject.service)
                && service != asked
            {
                return Err(format!("the preset is one of the service {}", serde_json::json!(service)));
            }
            subject.service = subject.service.or(preset.service());
            if *preset == Preset::Flaky {
                when.probability = when.probability.or(Some(0.3));
            }
        }
        when.check()?;
        Ok((file.id, when, file.priority, Self { subject, fault: what }))
    }

    pub fn concerns(&self, caller: &Caller<'_>) -> bool {
        self.subject.matches(caller)
    }

    pub fn is_lag(&self) -> bool {
        self.fault == What::Preset { preset: Preset::LaggingIndex }
    }

    /// What a call of `service` suffers.
    pub fn blow(&self, service: Service, entropy: &Entropy) -> Blow {
        let refuse = |code: u32| known::find(service, code).map_or(Blow::None, |known| Blow::Refuse(*known, None));
        match &self.fault {
            What::Preset { preset } => match (preset, service) {
                (Preset::Capacity, _) => refuse(3040),
                (Preset::Quota, _) => refuse(4006),
                (Preset::Deprecated, _) => refuse(5028),
                (Preset::RateLimited, Service::Ai) => refuse(3021),
                (Preset::RateLimited, Service::Vectorize) => refuse(40041),
                (Preset::LaggingIndex, _) => Blow::None,
                (Preset::Flaky, Service::Ai) => refuse([3040, 3007, 3043][(entropy.unit() * 3.0) as usize % 3]),
                (Preset::Flaky, Service::Vectorize) => match entropy.unit() < 0.5 {
                    true => refuse(40041),
                    false => Blow::Spoil(Wire::Bare { status: 500 }),
                },
            },
            What::Kind(kind) => kind.blow(service, entropy),
        }
    }
}

const HINT: &str = "hint: {\"match\": {\"service\": \"ai\", \"model\": \"@cf/…\"}, \"when\": {\"times\": 2}, \"fault\": {\"kind\": \"error\", \"code\": 3040}}";

fn what(fault: Value) -> Result<What, String> {
    if let Some(preset) = fault.get("preset") {
        let names: Vec<&str> = Preset::ALL.iter().map(|(name, _)| *name).collect();
        let wrong = || format!("there is no preset {preset}\nhint: one of {}", names.join(", "));
        if fault.as_object().is_some_and(|members| members.len() > 1) {
            return Err("a preset stands alone\nhint: leave out what is beside `preset`".to_owned());
        }
        let found = Preset::ALL.iter().find(|(name, _)| preset.as_str() == Some(name)).ok_or_else(wrong)?;
        return Ok(What::Preset { preset: found.1 });
    }
    let kind: Kind =
        serde_json::from_value(fault).map_err(|error| format!("`fault` cannot be read: {error}\n{HINT}"))?;
    kind.check()?;
    Ok(What::Kind(kind))
}

impl Kind {
    fn check(&self) -> Result<(), String> {
        match self {
            Self::Error { code: None, status: None, .. } => Err("an error needs a `code`, or a `status`".to_owned()),
            Self::Error { status: Some(status), .. } if !(400..=599).contains(status) => {
                Err("`status` is one from 400 to 599".to_owned())
            }
            Self::Error { code: None, message: Some(_), .. } => {
                Err("a `message` needs a `code`\nhint: a `status` alone answers without a body".to_owned())
            }
            Self::Error { code: Some(code), status, message } => match known::any(*code) {
                None if status.is_none() || message.is_none() => Err(format!(
                    "the code {code} is not known\nhint: give `status` and `message` with it, or one of {}",
                    known::codes()
                )),
                _ => Ok(()),
            },
            Self::SlowStream { tokens_per_second } if !(tokens_per_second.is_finite() && *tokens_per_second > 0.0) => {
                Err("`tokens_per_second` is a number above 0".to_owned())
            }
            Self::Latency { ms, jitter_ms, .. } if ms.max(jitter_ms) > &MOST_MS => {
                Err(format!("`ms` and `jitter_ms` are at most {MOST_MS}"))
            }
            _ => Ok(()),
        }
    }

    fn blow(&self, service: Service, entropy: &Entropy) -> Blow {
        match *self {
            Self::Error { code: None, status, .. } => Blow::Spoil(Wire::Bare { status: status.unwrap_or(500) }),
            Self::Error { code: Some(code), status, ref message } => {
                let mut found = known::find(service, code).or_else(|| known::any(code)).copied().unwrap_or(Known {
                    code,
                    status: 500,
                    text: "",
                });
                found.status = status.unwrap_or(found.status);
                Blow::Refuse(found, message.clone())
            }
            Self::Latency { ms, jitter_ms, distribution } => {
                let drawn = distribution.draw(ms as f64, jitter_ms as f64, entropy);
                Blow::Delay(Duration::from_micros((drawn * 1e3) as u64))
            }
            Self::SlowStream { tokens_per_second } => {
                Blow::Spoil(Wire::Slow { gap: Duration::from_secs_f64((1.0 / tokens_per_second).min(3600.0)) })
            }
            Self::Stall { after_events } => Blow::Spoil(Wire::Stall { after: after_events }),
            Self::Cut { after_events } => Blow::Spoil(Wire::Cut { after: after_events }),
            Self::Reset {} => Blow::Spoil(Wire::Reset),
            Self::Truncate { after_events } => Blow::Spoil(Wire::Truncate { after: after_events }),
            Self::DuplicateDone {} => Blow::Spoil(Wire::DuplicateDone),
            Self::MissingDone {} => Blow::Spoil(Wire::MissingDone),
            Self::Runaway {} => Blow::Runaway,
        }
    }
}

/// A day: more is a test that never ends.
const MOST_MS: u64 = 86_400_000;

impl Distribution {
    /// Milliseconds, never under 0.
    pub fn draw(self, mean: f64, jitter: f64, entropy: &Entropy) -> f64 {
        if jitter == 0.0 {
            return mean;
        }
        let one = entropy.unit();
        let drawn = match self {
            Self::Uniform => mean + jitter * (2.0 * one - 1.0),
            // Box and Muller's.
            Self::Normal => {
                let two = entropy.unit();
                mean + jitter * (-2.0 * (1.0 - one).ln()).sqrt() * (std::f64::consts::TAU * two).cos()
            }
            Self::Exponential => mean - jitter * (1.0 - one).ln(),
        };
        drawn.clamp(0.0, MOST_MS as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn parse(fault: Value) -> Result<Fault, String> {
        Fault::parse(json!({"fault": fault})).map(|(_, _, _, fault)| fault)
    }

    #[test]
    fn the_contracts_faults_are_read() {
        for fault in [
            json!({"kind": "error", "code": 3040}),
            json!({"preset": "capacity"}),
            json!({"kind": "latency", "ms": 500, "jitter_ms": 100}),
            json!({"kind": "slow_stream", "tokens_per_second": 5}),
            json!({"kind": "stall", "after_events": 3}),
            json!({"kind": "cut", "after_events": 3}),
            json!({"kind": "reset"}),
            json!({"kind": "truncate"}),
            json!({"kind": "duplicate_done"}),
            json!({"kind": "missing_done"}),
            json!({"kind": "runaway"}),
            json!({"kind": "error", "status": 502}),
            json!({"kind": "error", "code": 9, "status": 418, "message": "a teapot"}),
        ] {
            assert!(parse(fault.clone()).is_ok(), "{fault}: {:?}", parse(fault.clone()));
        }
        for fault in [
            json!({}),
            json!(null),
            json!("capacity"),
            json!({"kind": "sulk"}),
            json!({"kind": "error"}),
            json!({"kind": "error", "code": 9}),
            json!({"kind": "error", "code": 3040, "status": 200}),
            json!({"kind": "error", "message": "x", "status": 500}),
            json!({"kind": "latency"}),
            json!({"kind": "latency", "ms": -1}),
            json!({"kind": "latency", "ms": 1, "jitter": 1}),
            json!({"kind": "latency", "ms": u64::MAX}),
            json!({"kind": "slow_stream", "tokens_per_second": 0}),
            json!({"preset": "monday"}),
            json!({"preset": "flaky", "probability": 1}),
        ] {
            assert!(parse(fault.clone()).is_err(), "{fault}");
        }
        assert!(Fault::parse(json!({"faults": []})).unwrap_err().contains("hint:"));
        let wrong = json!({"match": {"service": "vectorize"}, "fault": {"preset": "quota"}});
        assert!(Fault::parse(wrong).is_err());
    }

    #[test]
    fn subjects_are_matched() {
        let caller = Caller { service: Service::Vectorize, operation: "getByIds", model: None, index: Some("docs") };
        let subject = |text: &str| serde_json::from_str::<Subject>(text).unwrap().matches(&caller);
        assert!(subject("{}") && subject(r#"{"operation": "get_by_ids"}"#) && subject(r#"{"index": "do*"}"#));
        assert!(
            !subject(r#"{"service": "ai"}"#) && !subject(r#"{"model": "*"}"#) && !subject(r#"{"operation": "query"}"#)
        );
        for (pattern, text, fits) in [
            ("@cf/*", "@cf/a/b", true),
            ("*b", "@cf/a/b", true),
            ("@cf/*/b", "@cf/a/b", true),
            ("a*a", "a", false),
            ("*", "", true),
            ("ab", "abc", false),
            ("a*b*c", "a-b-b-c", true),
        ] {
            assert_eq!(glob(pattern, text), fits, "{pattern} {text}");
        }
    }

    #[test]
    fn latency_varies_as_asked() {
        let entropy = Entropy::seeded(1);
        let mean = |distribution: Distribution| {
            (0..4000).map(|_| distribution.draw(500.0, 100.0, &entropy)).sum::<f64>() / 4000.0
        };
        assert!((mean(Distribution::Uniform) - 500.0).abs() < 10.0);
        assert!((mean(Distribution::Normal) - 500.0).abs() < 10.0);
        assert!((mean(Distribution::Exponential) - 600.0).abs() < 10.0);
        assert_eq!(Distribution::Normal.draw(5.0, 0.0, &entropy), 5.0);
        assert!((0..500).all(|_| Distribution::Normal.draw(0.0, 1e9, &entropy) >= 0.0));
    }

    #[test]
    fn flaky_is_repeatable_and_varied() {
        let flaky = parse(json!({"preset": "flaky"})).unwrap();
        let codes = || -> Vec<u32> {
            let entropy = Entropy::seeded(5);
            (0..50)
                .filter_map(|_| match flaky.blow(Service::Ai, &entropy) {
                    Blow::Refuse(known, _) => Some(known.code),
                    _ => None,
                })
                .collect()
        };
        assert_eq!(codes(), codes());
        assert!([3040, 3007, 3043].iter().all(|code| codes().contains(code)));
    }
}
