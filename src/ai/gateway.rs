//! AI Gateway, as far as Workers AI meets it: which gateways there are, what they have cached, and their logs.

mod cache;
mod logs;
mod options;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;

use cache::Cache;
pub use cache::{Entry, Key};
use logs::Logs;
pub use logs::{Log, Patch};
pub use options::GatewayOptions;

/// The gateway that is there from the first use on.
pub const DEFAULT: &str = "default";

/// The longest id that production's dashboard takes.
const LONGEST_ID: usize = 64;

/// All gateways of all accounts.
#[derive(Debug, Default)]
pub struct Gateways(Mutex<BTreeMap<String, Account>>);

#[derive(Debug, Default)]
struct Account {
    ids: BTreeSet<String>,
    cache: Cache,
    logs: Logs,
}

/// Why a gateway cannot be used (both 400, code 2001).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unusable {
    BadId,
    Unknown,
}

impl Gateways {
    pub fn check(&self, account: &str, id: &str) -> Result<(), Unusable> {
        if !is_id(id) {
            return Err(Unusable::BadId);
        }
        let is_known = id == DEFAULT || self.with(account, |account| account.ids.contains(id));
        if is_known { Ok(()) } else { Err(Unusable::Unknown) }
    }

    /// `false` if it is there already.
    pub fn create(&self, account: &str, id: &str) -> Result<bool, Unusable> {
        if !is_id(id) {
            return Err(Unusable::BadId);
        }
        Ok(id != DEFAULT && self.with(account, |account| account.ids.insert(id.to_owned())))
    }

    /// `false` if it was not there.
    pub fn delete(&self, account: &str, id: &str) -> bool {
        self.with(account, |account| account.ids.remove(id))
    }

    /// Ids, in their order; `default` is always among them.
    pub fn list(&self, account: &str) -> Vec<String> {
        let mut ids = self.with(account, |account| account.ids.clone());
        ids.insert(DEFAULT.to_owned());
        ids.into_iter().collect()
    }

    pub fn cached(&self, account: &str, key: &Key, now: Timestamp) -> Option<Entry> {
        self.with(account, |account| account.cache.get(key, now))
    }

    pub fn keep(&self, account: &str, key: Key, entry: Entry) {
        self.with(account, |account| account.cache.put(key, entry));
    }

    pub fn log(&self, account: &str, log: Log) {
        self.with(account, |account| account.logs.push(log));
    }

    pub fn find_log(&self, account: &str, gateway: &str, id: &str) -> Option<Log> {
        self.with(account, |account| account.logs.get(gateway, id).cloned())
    }

    /// What a stream took, once it has ended.
    pub fn complete_log(&self, account: &str, gateway: &str, id: &str, tokens_out: usize, cost: f64) {
        self.with(account, |account| account.logs.complete(gateway, id, tokens_out, cost));
    }

    /// `false` if there is no such log.
    pub fn patch_log(&self, account: &str, gateway: &str, id: &str, patch: Patch) -> bool {
        self.with(account, |account| account.logs.patch(gateway, id, patch))
    }

    /// Forgets `account`, or all.
    pub fn clear(&self, account: Option<&str>) {
        self.lock().retain(|owner, _| account.is_some_and(|account| owner != account));
    }

    fn with<T>(&self, account: &str, work: impl FnOnce(&mut Account) -> T) -> T {
        work(self.lock().entry(account.to_owned()).or_default())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Account>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_id(id: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_');
    !id.is_empty() && id.len() <= LONGEST_ID && id.bytes().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn default_is_always_there_and_others_are_created() {
        let gateways = Gateways::default();
        assert_eq!(gateways.check("a", "default"), Ok(()));
        assert_eq!(gateways.check("a", "mine"), Err(Unusable::Unknown));
        assert_eq!(gateways.check("a", "no/slash"), Err(Unusable::BadId));
        assert_eq!((gateways.create("a", "mine"), gateways.create("a", "mine")), (Ok(true), Ok(false)));
        assert_eq!((gateways.check("a", "mine"), gateways.check("b", "mine")), (Ok(()), Err(Unusable::Unknown)));
        assert_eq!(gateways.list("a"), ["default", "mine"]);
        assert!(gateways.delete("a", "mine") && !gateways.delete("a", "mine"));
        gateways.create("a", "mine").unwrap();
        gateways.clear(Some("a"));
        assert_eq!(gateways.list("a"), ["default"]);
    }
}
