//! What a call says about its way through a gateway: `options.gateway` of the binding, `cf-aig-*` headers elsewhere.

use std::time::Duration;

use serde_json::Value;

/// Attempts, and the pause between them, that production allows at most.
const MOST_ATTEMPTS: u64 = 5;
const LONGEST_DELAY: u64 = 5000;
/// Seconds that an answer may be kept.
const TTL: (u64, u64) = (60, 31 * 24 * 3600);
/// What a cache key without a time to live gets.
const DEFAULT_TTL: u64 = 300;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Backoff {
    #[default]
    Constant,
    Linear,
    Exponential,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GatewayOptions {
    pub id: String,
    cache_ttl: Option<u64>,
    pub cache_key: Option<String>,
    pub skip_cache: bool,
    pub metadata: Option<Value>,
    /// `collectLog`; on unless it says otherwise.
    pub without_log: bool,
    /// `eventId`: becomes the log's id.
    pub event_id: Option<String>,
    pub timeout: Option<Duration>,
    attempts: Option<u64>,
    delay: Option<u64>,
    backoff: Backoff,
}

impl GatewayOptions {
    /// The binding's `options.gateway`; `None` without an id.
    pub fn of_binding(options: &Value) -> Option<Self> {
        let text = |name: &str| options[name].as_str().map(str::to_owned);
        let retries = &options["retries"];
        Some(Self {
            id: text("id")?,
            cache_ttl: options["cacheTtl"].as_u64(),
            cache_key: text("cacheKey"),
            skip_cache: options["skipCache"] == true,
            metadata: options.get("metadata").filter(|value| value.is_object()).cloned(),
            without_log: options["collectLog"] == false,
            event_id: text("eventId"),
            timeout: options["requestTimeoutMs"].as_u64().map(Duration::from_millis),
            attempts: retries["maxAttempts"].as_u64(),
            delay: retries["retryDelayMs"].as_u64(),
            backoff: backoff(retries["backoff"].as_str()),
        })
    }

    /// The headers of a call to the gateway `id`; old names of the first ones still work.
    pub fn of_headers<'a>(id: &str, header: impl Fn(&str) -> Option<&'a str>) -> Self {
        let either = |new: &str, old: &str| header(new).or_else(|| header(old));
        let number = |name: &str| header(name).and_then(|text| text.parse().ok());
        Self {
            id: id.to_owned(),
            cache_ttl: either("cf-aig-cache-ttl", "cf-cache-ttl").and_then(|text| text.parse().ok()),
            cache_key: header("cf-aig-cache-key").map(str::to_owned),
            skip_cache: either("cf-aig-skip-cache", "cf-skip-cache") == Some("true"),
            metadata: header("cf-aig-metadata").and_then(|text| serde_json::from_str(text).ok()),
            without_log: header("cf-aig-collect-log") == Some("false"),
            event_id: header("cf-aig-event-id").map(str::to_owned),
            timeout: number("cf-aig-request-timeout").map(Duration::from_millis),
            attempts: number("cf-aig-max-attempts"),
            delay: number("cf-aig-retry-delay"),
            backoff: backoff(header("cf-aig-backoff")),
        }
    }

    /// Seconds that an answer is kept; `None`: it is not.
    pub fn ttl(&self) -> Option<u64> {
        if self.skip_cache {
            return None;
        }
        let given = self.cache_ttl.filter(|seconds| *seconds > 0).map(|seconds| seconds.clamp(TTL.0, TTL.1));
        given.or_else(|| self.cache_key.as_ref().map(|_| DEFAULT_TTL))
    }

    /// How often a failing call is tried.
    pub fn attempts(&self) -> u64 {
        self.attempts.unwrap_or(1).clamp(1, MOST_ATTEMPTS)
    }

    /// The pause after attempt number `attempt`, counted from 1.
    pub fn pause(&self, attempt: u64) -> Duration {
        let delay = self.delay.unwrap_or(0).min(LONGEST_DELAY);
        let factor = match self.backoff {
            Backoff::Constant => 1,
            Backoff::Linear => attempt,
            Backoff::Exponential => 1 << (attempt - 1).min(8),
        };
        Duration::from_millis((delay * factor).min(LONGEST_DELAY))
    }
}

fn backoff(name: Option<&str>) -> Backoff {
    match name {
        Some("linear") => Backoff::Linear,
        Some("exponential") => Backoff::Exponential,
        _ => Backoff::Constant,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn both_ways_say_the_same() {
        let binding = GatewayOptions::of_binding(&json!({
            "id": "mine", "cacheTtl": 3600, "cacheKey": "k", "skipCache": false, "metadata": {"a": 1}, "collectLog": false,
            "eventId": "e", "requestTimeoutMs": 50, "retries": {"maxAttempts": 3, "retryDelayMs": 10, "backoff": "linear"},
        }));
        let headers = GatewayOptions::of_headers("mine", |name| match name {
            "cf-cache-ttl" => Some("3600"),
            "cf-aig-cache-key" => Some("k"),
            "cf-aig-metadata" => Some("{\"a\":1}"),
            "cf-aig-collect-log" => Some("false"),
            "cf-aig-event-id" => Some("e"),
            "cf-aig-request-timeout" => Some("50"),
            "cf-aig-max-attempts" => Some("3"),
            "cf-aig-retry-delay" => Some("10"),
            "cf-aig-backoff" => Some("linear"),
            _ => None,
        });
        assert_eq!(binding, Some(headers));
        assert_eq!(GatewayOptions::of_binding(&json!({})), None);
    }

    #[test]
    fn times_and_attempts_are_bounded() {
        let with = |options: Value| {
            let mut options = options;
            options["id"] = json!("default");
            GatewayOptions::of_binding(&options).unwrap()
        };
        assert_eq!(with(json!({})).ttl(), None);
        assert_eq!(with(json!({"cacheKey": "k"})).ttl(), Some(300));
        assert_eq!(with(json!({"cacheTtl": 1})).ttl(), Some(60));
        assert_eq!(with(json!({"cacheTtl": 3600, "skipCache": true})).ttl(), None);
        let retries = with(json!({"retries": {"maxAttempts": 99, "retryDelayMs": 1000, "backoff": "exponential"}}));
        assert_eq!(retries.attempts(), 5);
        assert_eq!([1, 2, 3, 4].map(|attempt| retries.pause(attempt).as_millis()), [1000, 2000, 4000, 5000]);
    }
}
