//! Open lists: each walks over the ids that the index had at its first page.

use std::collections::VecDeque;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::limits::Bounds;
use super::wire;
use crate::error::VectorizeError;

/// A snapshot of an index's ids.
pub type Ids = Arc<[Arc<str>]>;

#[derive(Debug)]
struct Open {
    cursor: Uuid,
    ids: Ids,
    /// The index's version that the snapshot shows.
    version: u64,
    expires: Timestamp,
}

/// The lists of one index that can go on, oldest first.
#[derive(Debug, Default)]
pub struct Lists(VecDeque<Open>);

impl Lists {
    /// A snapshot of this version that another list already holds.
    pub fn snapshot(&self, version: u64) -> Option<Ids> {
        self.0.iter().find(|open| open.version == version).map(|open| open.ids.clone())
    }

    /// The first page of a new list.
    pub fn first(
        &mut self,
        ids: Ids,
        version: u64,
        count: usize,
        now: Timestamp,
        cursor: Uuid,
        bounds: &Bounds,
    ) -> wire::Page {
        self.0.retain(|open| open.expires > now);
        if ids.len() <= count {
            return page(&ids, 0, count, None);
        }
        while !self.0.is_empty() && self.0.len() >= bounds.open_lists {
            self.0.pop_front();
        }
        let expires = expiry(now, bounds);
        self.0.push_back(Open { cursor, ids: ids.clone(), version, expires });
        page(&ids, 0, count, Some((cursor, expires)))
    }

    /// A later page. Asking for the same one again gives the same one.
    pub fn next(
        &mut self,
        cursor: &str,
        count: usize,
        now: Timestamp,
        bounds: &Bounds,
    ) -> Result<wire::Page, VectorizeError> {
        self.0.retain(|open| open.expires > now);
        let (cursor, from) = decode(cursor).ok_or(VectorizeError::InvalidCursor)?;
        let open = self
            .0
            .iter_mut()
            .find(|open| open.cursor == cursor && from < open.ids.len())
            .ok_or(VectorizeError::InvalidCursor)?;
        open.expires = expiry(now, bounds);
        Ok(page(&open.ids, from, count, Some((cursor, open.expires))))
    }
}

fn expiry(now: Timestamp, bounds: &Bounds) -> Timestamp {
    let seconds = i64::try_from(bounds.cursor_seconds).unwrap_or(i64::MAX);
    now.saturating_add(SignedDuration::from_secs(seconds)).unwrap_or(now)
}

fn page(ids: &[Arc<str>], from: usize, count: usize, list: Option<(Uuid, Timestamp)>) -> wire::Page {
    let vectors: Vec<_> = ids.iter().skip(from).take(count).map(|id| wire::Listed { id: id.to_string() }).collect();
    let next = from + vectors.len();
    let more = list.filter(|_| next < ids.len());
    wire::Page {
        count: vectors.len(),
        total_count: ids.len(),
        is_truncated: more.is_some(),
        next_cursor: more.map(|(cursor, _)| encode(cursor, next)),
        cursor_expiration_timestamp: more.map(|(_, expires)| wire::expires(expires)),
        vectors,
    }
}

/// The list's id and the next position, in hexadecimal; opaque to clients.
fn encode(cursor: Uuid, next: usize) -> String {
    format!("{}{next:x}", cursor.simple())
}

fn decode(cursor: &str) -> Option<(Uuid, usize)> {
    let (list, next) = cursor.split_at_checked(32)?;
    Some((Uuid::try_parse(list).ok()?, usize::from_str_radix(next, 16).ok()?))
}
