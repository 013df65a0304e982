//! A sorted map whose clones share whatever neither of them changes: a writer's copy costs what it touches, and a
//! reader's stays as it is.

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::ops::Bound;
use std::sync::Arc;

/// Entries of a chunk. A change copies one chunk and the list of chunks.
const CHUNK: usize = 128;

type Chunk<K, V> = Arc<Vec<(K, V)>>;

#[derive(Debug, Clone)]
pub struct Sorted<K, V> {
    /// Never empty ones; ascending within and across.
    chunks: Arc<Vec<Chunk<K, V>>>,
    len: usize,
}

impl<K, V> Default for Sorted<K, V> {
    fn default() -> Self {
        Self { chunks: Arc::default(), len: 0 }
    }
}

impl<K: Ord + Clone, V: Clone> Sorted<K, V> {
    pub fn len(&self) -> usize {
        self.len
    }

    pub fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.entry(key).map(|(_, value)| value)
    }

    /// The key itself, as the map has it.
    pub fn get_key<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&K>
    where
        K: Borrow<Q>,
    {
        self.entry(key).map(|(key, _)| key)
    }

    fn entry<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&(K, V)>
    where
        K: Borrow<Q>,
    {
        let chunk = self.chunks.get(chunk_of(&self.chunks, key))?;
        let at = chunk.binary_search_by(|(known, _)| known.borrow().cmp(key)).ok()?;
        Some(&chunk[at])
    }

    /// The entries between two bounds, ascending.
    pub fn range<'a>(&'a self, from: Bound<&'a K>, to: Bound<&'a K>) -> impl Iterator<Item = (&'a K, &'a V)> {
        let first = match from {
            Bound::Unbounded => 0,
            Bound::Included(key) | Bound::Excluded(key) => chunk_of(&self.chunks, key),
        };
        let after = move |key: &K| match from {
            Bound::Unbounded => true,
            Bound::Included(from) => key >= from,
            Bound::Excluded(from) => key > from,
        };
        let before = move |key: &K| match to {
            Bound::Unbounded => true,
            Bound::Included(to) => key <= to,
            Bound::Excluded(to) => key < to,
        };
        let chunks = self.chunks.get(first..).unwrap_or_default();
        chunks
            .iter()
            .flat_map(|chunk| chunk.iter())
            .skip_while(move |(key, _)| !after(key))
            .take_while(move |(key, _)| before(key))
            .map(|(key, value)| (key, value))
    }

    /// Gives the entry of `key`, made by `new` if there is none, to `change`; an entry for which it says false goes.
    pub fn change(&mut self, key: &K, new: impl FnOnce() -> V, change: impl FnOnce(&mut V) -> bool) {
        let chunks = Arc::make_mut(&mut self.chunks);
        let number = chunk_of(chunks, key).min(chunks.len().saturating_sub(1));
        if chunks.is_empty() {
            chunks.push(Arc::default());
        }
        let chunk = Arc::make_mut(&mut chunks[number]);
        let at = match chunk.binary_search_by(|(known, _)| known.cmp(key)) {
            Ok(at) => at,
            Err(at) => {
                chunk.insert(at, (key.clone(), new()));
                self.len += 1;
                at
            }
        };
        if !change(&mut chunk[at].1) {
            chunk.remove(at);
            self.len -= 1;
        }
        if chunk.is_empty() {
            chunks.remove(number);
        } else if chunk.len() > CHUNK {
            let right = chunk.split_off(CHUNK / 2);
            chunks.insert(number + 1, Arc::new(right));
        }
    }
}

/// The first chunk that does not end before `key`; one past the last if all do.
fn chunk_of<K: Borrow<Q>, V, Q: Ord + ?Sized>(chunks: &[Arc<Vec<(K, V)>>], key: &Q) -> usize {
    chunks.partition_point(|chunk| chunk.last().is_some_and(|(last, _)| last.borrow().cmp(key) == Ordering::Less))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn agrees_with_a_tree(steps in prop::collection::vec((0u16..600, any::<bool>()), 0..1500), (low, high) in (0u16..600, 0u16..600)) {
            let (mut map, mut model) = (Sorted::<u16, u32>::default(), BTreeMap::new());
            let mut before = None;
            for (number, (key, keep)) in steps.iter().enumerate() {
                if number == steps.len() / 2 {
                    before = Some((map.clone(), model.clone()));
                }
                map.change(key, || 0, |value| {
                    *value += 1;
                    *keep
                });
                *model.entry(*key).or_insert(0u32) += 1;
                if !keep {
                    model.remove(key);
                }
            }
            for (map, model) in before.into_iter().chain([(map, model)]) {
                prop_assert_eq!(map.len(), model.len());
                let all: Vec<_> = map.range(Bound::Unbounded, Bound::Unbounded).map(|(key, value)| (*key, *value)).collect();
                prop_assert_eq!(&all, &model.clone().into_iter().collect::<Vec<_>>());
                let part: Vec<_> = map.range(Bound::Excluded(&low), Bound::Included(&high)).map(|(key, _)| *key).collect();
                prop_assert_eq!(part, model.keys().copied().filter(|key| *key > low && *key <= high).collect::<Vec<_>>());
                prop_assert!((0..600).all(|key| map.get(&key) == model.get(&key)));
            }
        }
    }
}
