//! Answers that a gateway keeps, until their time on the steered clock.

use std::collections::{HashMap, VecDeque};

use jiff::Timestamp;

use crate::ai::service::Meta;
use crate::ai::tasks::text_generation::{Form, Output};

/// Answers kept per account; the oldest go first.
const KEPT: usize = 1000;

/// What makes two requests one: the gateway, and the caller's key or the request itself.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Key {
    pub gateway: String,
    pub request: String,
}

/// A cached answer.
#[derive(Debug, Clone)]
pub struct Entry {
    pub meta: Meta,
    pub form: Form,
    pub output: Output,
    pub expires: Timestamp,
}

#[derive(Debug, Default)]
pub struct Cache {
    entries: HashMap<Key, Entry>,
    order: VecDeque<Key>,
}

impl Cache {
    pub fn get(&mut self, key: &Key, now: Timestamp) -> Option<Entry> {
        let entry = self.entries.get(key)?;
        if now >= entry.expires {
            self.entries.remove(key);
            self.order.retain(|known| known != key);
            return None;
        }
        Some(entry.clone())
    }

    pub fn put(&mut self, key: Key, entry: Entry) {
        if self.entries.insert(key.clone(), entry).is_none() {
            self.order.push_back(key);
        }
        if self.entries.len() > KEPT
            && let Some(oldest) = self.order.pop_front()
        {
            self.entries.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;
    use crate::ai::tasks::text_generation::Style;
    use crate::clock::Clock;

    #[test]
    fn entries_expire_and_the_oldest_go() {
        let now = Clock::default().now();
        let entry = || Entry {
            meta: Meta {
                request_id: String::new(),
                model: String::new(),
                checkpoint: String::new(),
                fidelity: "exact",
                style: Style::OpenAi,
                created: 0,
                gateway: None,
            },
            form: Form::Chat,
            output: Output::default(),
            expires: now + SignedDuration::from_secs(60),
        };
        let key = |request: usize| Key { gateway: "default".to_owned(), request: request.to_string() };
        let mut cache = Cache::default();
        cache.put(key(0), entry());
        assert!(cache.get(&key(0), now + SignedDuration::from_secs(59)).is_some());
        assert!(cache.get(&key(0), now + SignedDuration::from_secs(60)).is_none());
        for request in 0..=KEPT {
            cache.put(key(request), entry());
        }
        assert!(cache.get(&key(0), now).is_none() && cache.get(&key(KEPT), now).is_some());
    }
}
