//! What stubs and faults have in common: when a rule fires, and how often it has.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use crate::entropy::Entropy;

/// Rules of one account; one more is refused.
const MOST: usize = 10_000;

/// Of the calls that a rule matches, those for which it fires. Every part that is given must agree.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct When {
    /// So many times, then never again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub times: Option<u64>,
    /// Not for the first so many calls that match.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<u64>,
    /// For one call in so many: the first of them that is not left out by `after`, and then each n-th.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub every: Option<u64>,
    /// With this probability, drawn from the account's seeded stream.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub probability: Option<f64>,
    /// From this moment of the account's clock on.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "moment", deserialize_with = "some_moment")]
    pub from: Option<Timestamp>,
    /// Until this moment of the account's clock.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "moment", deserialize_with = "some_moment")]
    pub until: Option<Timestamp>,
}

fn moment<S: serde::Serializer>(time: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
    time.map(|time| time.to_string()).serialize(serializer)
}

fn some_moment<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
    let Some(text) = Option::<String>::deserialize(deserializer)? else { return Ok(None) };
    text.parse().map(Some).map_err(|error| D::Error::custom(format!("`{text}` is not a time: {error}")))
}

impl When {
    /// What cannot be meant.
    pub fn check(&self) -> Result<(), String> {
        if self.probability.is_some_and(|probability| !(0.0..=1.0).contains(&probability)) {
            return Err("`probability` lies between 0 and 1".to_owned());
        }
        if self.times == Some(0) || self.every == Some(0) {
            return Err("`times` and `every` begin at 1".to_owned());
        }
        Ok(())
    }

    /// `seen`: calls that matched before this one; `fired`: those of them for which it fired.
    fn fires(&self, seen: u64, fired: u64, now: Timestamp, entropy: &Entropy) -> bool {
        let after = self.after.unwrap_or(0);
        seen >= after
            && self.times.is_none_or(|times| fired < times)
            && self.every.is_none_or(|every| (seen - after).is_multiple_of(every))
            && self.from.is_none_or(|from| now >= from)
            && self.until.is_none_or(|until| now < until)
            // Drawn last, so that a call that cannot fire leaves the stream alone.
            && self.probability.is_none_or(|probability| entropy.unit() < probability)
    }
}

/// A rule and its account.
#[derive(Debug, Clone, Serialize)]
#[serde(bound = "T: Serialize")]
pub struct Kept<T> {
    #[serde(serialize_with = "super::as_text")]
    pub id: Arc<str>,
    #[serde(flatten, serialize_with = "inner")]
    pub rule: Arc<T>,
    pub when: When,
    #[serde(skip_serializing_if = "is_zero")]
    pub priority: i64,
    /// Calls that it matched.
    pub matched: u64,
    /// Calls for which it fired.
    pub fired: u64,
}

fn inner<T: Serialize, S: serde::Serializer>(rule: &Arc<T>, serializer: S) -> Result<S::Ok, S::Error> {
    rule.as_ref().serialize(serializer)
}

fn is_zero(number: &i64) -> bool {
    *number == 0
}

/// A rule that fired.
#[derive(Debug)]
pub struct Fired<T> {
    pub id: Arc<str>,
    pub rule: Arc<T>,
    /// How often it had fired before.
    pub nth: u64,
}

/// The rules of one account: those of higher priority first, then in the order in which they came.
#[derive(Debug)]
pub struct Rules<T> {
    kept: Mutex<Vec<Kept<T>>>,
    /// Most accounts have none, and every call asks.
    any: AtomicBool,
}

impl<T> Default for Rules<T> {
    fn default() -> Self {
        Self { kept: Mutex::default(), any: AtomicBool::new(false) }
    }
}

impl<T> Rules<T> {
    pub fn is_empty(&self) -> bool {
        !self.any.load(Ordering::Relaxed)
    }

    /// Adds a rule; one of the same id is replaced.
    pub fn add(&self, id: Arc<str>, when: When, priority: i64, rule: T) -> Result<(), String> {
        when.check()?;
        let mut kept = self.lock();
        kept.retain(|known| known.id != id);
        if kept.len() >= MOST {
            return Err(format!("there are {MOST} already\nhint: DELETE those that are not needed"));
        }
        let at = kept.iter().position(|known| known.priority < priority).unwrap_or(kept.len());
        kept.insert(at, Kept { id, rule: Arc::new(rule), when, priority, matched: 0, fired: 0 });
        self.any.store(true, Ordering::Relaxed);
        Ok(())
    }

    /// The first rule that `matches` and fires. Rules behind it do not see the call.
    pub fn next(&self, now: Timestamp, entropy: &Entropy, matches: impl Fn(&T) -> bool) -> Option<Fired<T>> {
        if self.is_empty() {
            return None;
        }
        let mut kept = self.lock();
        for known in kept.iter_mut().filter(|known| matches(&known.rule)) {
            let fires = known.when.fires(known.matched, known.fired, now, entropy);
            known.matched += 1;
            if fires {
                known.fired += 1;
                return Some(Fired { id: Arc::clone(&known.id), rule: Arc::clone(&known.rule), nth: known.fired - 1 });
            }
        }
        None
    }

    /// Takes out the rule `id`; whether it was there.
    pub fn remove(&self, id: &str) -> Option<Arc<T>> {
        let mut kept = self.lock();
        let at = kept.iter().position(|known| *known.id == *id)?;
        let removed = kept.remove(at);
        self.any.store(!kept.is_empty(), Ordering::Relaxed);
        Some(removed.rule)
    }

    /// Takes out all.
    pub fn clear(&self) -> Vec<Arc<T>> {
        let removed = std::mem::take(&mut *self.lock());
        self.any.store(false, Ordering::Relaxed);
        removed.into_iter().map(|known| known.rule).collect()
    }

    /// All of them with their accounts.
    pub fn list(&self) -> Vec<Kept<T>>
    where
        T: Clone,
    {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Kept<T>>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(when: When, calls: usize) -> String {
        let (rules, entropy) = (Rules::default(), Entropy::seeded(3));
        rules.add("a".into(), when, 0, ()).unwrap();
        let fires = |_| rules.next(Timestamp::UNIX_EPOCH, &entropy, |()| true).is_some();
        (0..calls).map(|call| if fires(call) { 'x' } else { '.' }).collect()
    }

    #[test]
    fn when_is_counted() {
        assert_eq!(pattern(When::default(), 3), "xxx");
        assert_eq!(pattern(When { times: Some(2), after: Some(1), ..When::default() }, 5), ".xx..");
        assert_eq!(pattern(When { every: Some(3), after: Some(1), ..When::default() }, 8), ".x..x..x");
        let half = When { probability: Some(0.5), ..When::default() };
        let drawn = pattern(half.clone(), 400);
        assert_eq!(drawn, pattern(half, 400));
        assert!((150..250).contains(&drawn.matches('x').count()), "{drawn}");
        assert_eq!(pattern(When { probability: Some(0.0), ..When::default() }, 5), ".....");
        let past = When { until: Some(Timestamp::UNIX_EPOCH), ..When::default() };
        assert_eq!(pattern(past, 2), "..");
    }

    #[test]
    fn higher_priority_and_earlier_come_first() {
        let (rules, entropy) = (Rules::default(), Entropy::seeded(3));
        for (id, priority, times) in [("late", 0, None), ("later", 0, None), ("first", 5, Some(1))] {
            rules.add(id.into(), When { times, ..When::default() }, priority, id).unwrap();
        }
        let next = || rules.next(Timestamp::UNIX_EPOCH, &entropy, |_| true).map(|fired| *fired.rule);
        assert_eq!((next(), next()), (Some("first"), Some("late")));
        assert!(rules.remove("late").is_some() && rules.remove("late").is_none());
        assert_eq!(next(), Some("later"));
        rules.clear();
        assert_eq!((next(), rules.is_empty()), (None, true));
    }

    #[test]
    fn nonsense_is_refused() {
        let rules = Rules::default();
        for when in [
            When { probability: Some(1.5), ..When::default() },
            When { probability: Some(f64::NAN), ..When::default() },
            When { times: Some(0), ..When::default() },
            When { every: Some(0), ..When::default() },
        ] {
            assert!(rules.add("a".into(), when, 0, ()).is_err());
        }
        assert!(rules.is_empty());
        assert!(serde_json::from_str::<When>(r#"{"from": "noon"}"#).is_err());
        assert!(serde_json::from_str::<When>(r#"{"from": "2026-12-01T00:00:00Z", "times": 2}"#).is_ok());
        assert!(serde_json::from_str::<When>(r#"{"time": 2}"#).is_err());
    }
}
