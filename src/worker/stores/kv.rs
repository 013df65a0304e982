//! A KV namespace. Production's is eventually consistent; here a write is seen at once.

use std::collections::{BTreeMap, HashMap};
use std::ops::Bound;
use std::sync::{Mutex, PoisonError};

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, Method, Response, request::Parts};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Refused;
use crate::clock::Clock;
use crate::worker::percent::percent_decoded;

/// Limits of <https://developers.cloudflare.com/kv/platform/limits/>.
pub const MOST_VALUE_BYTES: usize = 25 << 20;
const MOST_KEY_BYTES: usize = 512;
const MOST_METADATA_BYTES: usize = 1024;
/// Bytes of a namespace's values, as on the free plan.
const MOST_KEPT_BYTES: usize = 1 << 30;
const MOST_LISTED: usize = 1000;
const MOST_AT_ONCE: usize = 100;
const LEAST_TTL_SECONDS: i64 = 60;
const LEAST_CACHE_TTL_SECONDS: i64 = 30;

const METADATA: &str = "cf-kv-metadata";

pub struct Namespace {
    clock: Clock,
    entries: Mutex<Entries>,
}

#[derive(Debug, Default)]
struct Entries {
    all: BTreeMap<String, Entry>,
    /// Of all values.
    bytes: usize,
}

#[derive(Debug, Clone)]
struct Entry {
    value: Bytes,
    /// JSON.
    metadata: Option<String>,
    /// Seconds since 1970.
    expiration: Option<i64>,
}

/// What is asked for many keys at once.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Many {
    keys: Vec<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    with_metadata: bool,
}

type Answered = Result<Response<Body>, Refused>;

impl Namespace {
    pub fn new(clock: Clock) -> Self {
        Self { clock, entries: Mutex::default() }
    }

    pub fn answer(&self, parts: &Parts, body: Bytes) -> Answered {
        let query = form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes());
        let query: HashMap<String, String> = query.into_owned().collect();
        let path = parts.uri.path().trim_start_matches('/');
        match (&parts.method, path) {
            (&Method::GET, "") => self.list(&query),
            (&Method::POST, "bulk/get") => self.many(&body),
            (method, path) => {
                let encoded = query.get("urlencoded").is_some_and(|encoded| encoded.eq_ignore_ascii_case("true"));
                let key = checked(if encoded { percent_decoded(path) } else { path.to_owned() })?;
                match *method {
                    Method::GET => self.get(&key, &query),
                    Method::PUT => {
                        let metadata = parts.headers.get(METADATA);
                        let metadata = metadata.map(|json| String::from_utf8_lossy(json.as_bytes()).into_owned());
                        self.put(key, &query, metadata, body)
                    }
                    Method::DELETE => {
                        self.entries().remove(&key);
                        Ok(Response::new(Body::empty()))
                    }
                    _ => Err(Refused(405, "Method Not Allowed".to_owned())),
                }
            }
        }
    }

    fn now(&self) -> i64 {
        self.clock.now().as_second()
    }

    fn entries(&self) -> std::sync::MutexGuard<'_, Entries> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One that has not expired.
    fn entry(&self, key: &str) -> Option<Entry> {
        let now = self.now();
        let mut entries = self.entries();
        if entries.all.get(key).is_some_and(|entry| !entry.lives(now)) {
            entries.remove(key);
        }
        entries.all.get(key).cloned()
    }

    fn get(&self, key: &str, query: &HashMap<String, String>) -> Answered {
        if let Some(ttl) = query.get("cache_ttl")
            && ttl.parse::<i64>().map_or(true, |ttl| ttl < LEAST_CACHE_TTL_SECONDS)
        {
            let text = format!("Invalid cache_ttl of {ttl}. Cache TTL must be at least {LEAST_CACHE_TTL_SECONDS}.");
            return Err(Refused(400, text));
        }
        let entry = self.entry(key).ok_or_else(|| Refused(404, "Not Found".to_owned()))?;
        let mut response = Response::new(Body::from(entry.value));
        let headers = response.headers_mut();
        if let Some(expiration) = entry.expiration {
            headers.insert("cf-expiration", HeaderValue::from(expiration));
        }
        if let Some(metadata) = entry.metadata.and_then(|metadata| HeaderValue::from_bytes(metadata.as_bytes()).ok()) {
            headers.insert(METADATA, metadata);
        }
        Ok(response)
    }

    fn many(&self, body: &[u8]) -> Answered {
        let Many { keys, kind, with_metadata } =
            serde_json::from_slice(body).map_err(|error| Refused(400, error.to_string()))?;
        let kind = kind.as_deref().unwrap_or("text");
        if !matches!(kind, "text" | "json") {
            return Err(Refused(400, format!("\"{kind}\" is not a valid type. Use \"json\" or \"text\"")));
        }
        if keys.len() > MOST_AT_ONCE {
            return Err(Refused(400, format!("You can request a maximum of {MOST_AT_ONCE} keys")));
        }
        if keys.is_empty() {
            return Err(Refused(400, "You must request a minimum of 1 key".to_owned()));
        }
        let (mut found, mut bytes) = (serde_json::Map::new(), 0);
        for key in keys {
            let key = checked(key)?;
            let Some(entry) = self.entry(&key) else {
                found.insert(key, Value::Null);
                continue;
            };
            bytes += entry.value.len();
            let value = match kind {
                "json" => serde_json::from_slice(&entry.value).map_err(|_| {
                    Refused(400, "At least one of the requested keys corresponds to a non-json value".to_owned())
                })?,
                _ => Value::from(String::from_utf8_lossy(&entry.value)),
            };
            let metadata = || entry.metadata.and_then(|metadata| serde_json::from_str::<Value>(&metadata).ok());
            found.insert(key, if with_metadata { json!({"value": value, "metadata": metadata()}) } else { value });
        }
        if bytes > MOST_VALUE_BYTES {
            let text = format!("Total size of request exceeds the limit of {}MB", MOST_VALUE_BYTES >> 20);
            return Err(Refused(413, text));
        }
        Ok(super::json(&Value::Object(found)))
    }

    fn put(&self, key: String, query: &HashMap<String, String>, metadata: Option<String>, value: Bytes) -> Answered {
        let expiration = expiration(query, self.now())?;
        if let Some(length) = metadata.as_ref().map(String::len).filter(|length| *length > MOST_METADATA_BYTES) {
            return Err(Refused(413, format!("Metadata length of {length} exceeds limit of {MOST_METADATA_BYTES}.")));
        }
        self.entries().put(key, Entry { value, metadata, expiration })?;
        Ok(Response::new(Body::empty()))
    }

    fn list(&self, query: &HashMap<String, String>) -> Answered {
        let wrong = |limit: &str, what: &str| {
            Refused(400, format!("Invalid key_count_limit of {limit}. Please specify an integer {what}."))
        };
        let limit = match query.get("key_count_limit") {
            None => MOST_LISTED,
            Some(text) => match text.parse::<usize>() {
                Ok(limit) if limit > MOST_LISTED => return Err(wrong(text, &format!("less than {MOST_LISTED}"))),
                Ok(limit) if limit > 0 => limit,
                _ => return Err(wrong(text, "greater than 0")),
            },
        };
        let prefix = query.get("prefix").map(String::as_str).unwrap_or_default();
        short_enough(prefix)?;
        let after = match query.get("cursor").filter(|cursor| !cursor.is_empty()) {
            None => None,
            Some(cursor) => {
                let name = URL_SAFE_NO_PAD.decode(cursor).ok().and_then(|name| String::from_utf8(name).ok());
                Some(name.ok_or_else(|| Refused(400, "Invalid cursor".to_owned()))?)
            }
        };
        let now = self.now();
        let entries = self.entries();
        let begin = match &after {
            Some(name) if name.as_str() >= prefix => Bound::Excluded(name.as_str()),
            _ => Bound::Included(prefix),
        };
        let alive =
            entries.all.range::<str, _>((begin, Bound::Unbounded)).take_while(|(name, _)| name.starts_with(prefix));
        let mut found: Vec<_> = alive.filter(|(_, entry)| entry.lives(now)).take(limit + 1).collect();
        let more = found.len() > limit;
        found.truncate(limit);
        let key = |(name, entry): &(&String, &Entry)| {
            let mut key = json!({ "name": name });
            if let Some(expiration) = entry.expiration {
                key["expiration"] = expiration.into();
            }
            if let Some(metadata) = &entry.metadata {
                key["metadata"] = metadata.as_str().into();
            }
            key
        };
        let keys: Vec<Value> = found.iter().map(key).collect();
        let mut page = json!({ "keys": keys, "list_complete": !more, "cacheStatus": null });
        if let Some((last, _)) = found.last().filter(|_| more) {
            page["cursor"] = URL_SAFE_NO_PAD.encode(last.as_bytes()).into();
        }
        Ok(super::json(&page))
    }
}

impl Entries {
    fn put(&mut self, key: String, entry: Entry) -> Result<(), Refused> {
        let before = self.all.get(&key).map_or(0, |entry| entry.value.len());
        let bytes = self.bytes - before + entry.value.len();
        if bytes > MOST_KEPT_BYTES {
            return Err(Refused(413, format!("the namespace may keep {MOST_KEPT_BYTES} bytes")));
        }
        self.bytes = bytes;
        self.all.insert(key, entry);
        Ok(())
    }

    fn remove(&mut self, key: &str) {
        if let Some(entry) = self.all.remove(key) {
            self.bytes -= entry.value.len();
        }
    }
}

impl Entry {
    fn lives(&self, now: i64) -> bool {
        self.expiration.is_none_or(|expiration| expiration > now)
    }
}

fn checked(key: String) -> Result<String, Refused> {
    if key.is_empty() {
        return Err(Refused(400, "Key names must not be empty".to_owned()));
    }
    if key == "." || key == ".." {
        return Err(Refused(400, format!("Illegal key name \"{key}\". Please use a different name.")));
    }
    short_enough(&key)?;
    Ok(key)
}

fn short_enough(key: &str) -> Result<(), Refused> {
    let length = key.len();
    if length <= MOST_KEY_BYTES {
        return Ok(());
    }
    Err(Refused(414, format!("UTF-8 encoded length of {length} exceeds key length limit of {MOST_KEY_BYTES}.")))
}

/// When an entry ends, in seconds since 1970.
fn expiration(query: &HashMap<String, String>, now: i64) -> Result<Option<i64>, Refused> {
    let refused =
        |name: &str, value: &str, text: String| Err(Refused(400, format!("Invalid {name} of {value}. {text}")));
    if let Some(text) = query.get("expiration_ttl") {
        return match text.parse::<i64>() {
            Ok(ttl) if ttl >= LEAST_TTL_SECONDS => Ok(Some(now.saturating_add(ttl))),
            Ok(ttl) if ttl > 0 => {
                refused("expiration_ttl", text, format!("Expiration TTL must be at least {LEAST_TTL_SECONDS}."))
            }
            _ => refused("expiration_ttl", text, "Please specify integer greater than 0.".to_owned()),
        };
    }
    let Some(text) = query.get("expiration") else { return Ok(None) };
    match text.parse::<i64>() {
        Ok(time) if time >= now.saturating_add(LEAST_TTL_SECONDS) => Ok(Some(time)),
        Ok(time) if time > now => {
            let text_of = format!("Expiration times must be at least {LEAST_TTL_SECONDS} seconds in the future.");
            refused("expiration", text, text_of)
        }
        _ => refused(
            "expiration",
            text,
            "Please specify integer greater than the current number of seconds since the UNIX epoch.".to_owned(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::Request;
    use http_body_util::BodyExt;
    use jiff::SignedDuration;

    use super::*;

    fn ask(namespace: &Namespace, method: &str, uri: &str) -> Answered {
        let request = Request::builder().method(method).uri(uri).header(METADATA, "{\"a\":1}").body(()).unwrap();
        namespace.answer(&request.into_parts().0, Bytes::from_static(b"value"))
    }

    async fn listed(namespace: &Namespace, query: &str) -> (Vec<String>, Option<String>) {
        let body = ask(namespace, "GET", &format!("/?{query}")).unwrap().into_body().collect().await.unwrap();
        let page: Value = serde_json::from_slice(&body.to_bytes()).unwrap();
        let names = page["keys"].as_array().unwrap().iter().map(|key| key["name"].as_str().unwrap().to_owned());
        (names.collect(), page["cursor"].as_str().map(str::to_owned))
    }

    #[tokio::test]
    async fn what_expires_is_gone_at_its_time() {
        let clock = Clock::default();
        let namespace = Namespace::new(clock.clone());
        for uri in ["/a%2Fb?urlencoded=true&expiration_ttl=60", "/c", "/d?expiration_ttl=3600"] {
            ask(&namespace, "PUT", uri).unwrap();
        }
        let response = ask(&namespace, "GET", "/a%2Fb?urlencoded=true").unwrap();
        assert_eq!(response.headers()[METADATA], "{\"a\":1}");
        assert_eq!(listed(&namespace, "").await.0, ["a/b", "c", "d"]);
        clock.advance(SignedDuration::from_secs(61)).unwrap();
        assert_eq!(ask(&namespace, "GET", "/a%2Fb?urlencoded=true").unwrap_err(), Refused(404, "Not Found".to_owned()));
        assert_eq!(listed(&namespace, "").await.0, ["c", "d"]);
        clock.advance(SignedDuration::from_secs(3600)).unwrap();
        assert_eq!(listed(&namespace, "").await.0, ["c"]);
    }

    #[tokio::test]
    async fn pages_follow_one_another_whatever_is_written_between() {
        let namespace = Namespace::new(Clock::default());
        for name in ["a", "p1", "p2", "p4", "z"] {
            ask(&namespace, "PUT", &format!("/{name}")).unwrap();
        }
        let (first, cursor) = listed(&namespace, "prefix=p&key_count_limit=2").await;
        assert_eq!(first, ["p1", "p2"]);
        ask(&namespace, "PUT", "/p3").unwrap();
        ask(&namespace, "DELETE", "/p2").unwrap();
        let (second, end) = listed(&namespace, &format!("prefix=p&cursor={}", cursor.unwrap())).await;
        assert_eq!((second, end), (vec!["p3".to_owned(), "p4".to_owned()], None));
    }

    #[test]
    fn a_namespace_keeps_so_much_and_no_more() {
        let mut entries = Entries { bytes: MOST_KEPT_BYTES - 5, ..Entries::default() };
        let entry = |bytes: usize| Entry { value: vec![0; bytes].into(), metadata: None, expiration: None };
        entries.put("a".to_owned(), entry(5)).unwrap();
        assert_eq!(entries.put("b".to_owned(), entry(1)).unwrap_err().0, 413);
        // What it replaces makes room, and so does what goes.
        entries.put("a".to_owned(), entry(4)).unwrap();
        entries.put("b".to_owned(), entry(1)).unwrap();
        entries.remove("a");
        entries.remove("a");
        assert_eq!(entries.bytes, MOST_KEPT_BYTES - 4);
    }
}
