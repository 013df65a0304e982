//! Where each id's row is. Clones share the shards that neither changes.

use std::hash::BuildHasher;
use std::sync::Arc;

use hashbrown::{DefaultHashBuilder, HashTable};

use super::blocks::Blocks;

/// A change copies one shard; a power of two.
const SHARDS: usize = 128;

/// Row numbers by id. The ids themselves stay with the rows.
#[derive(Debug, Clone)]
pub struct Places {
    shards: Arc<Vec<Arc<HashTable<u32>>>>,
    hasher: DefaultHashBuilder,
}

impl Default for Places {
    fn default() -> Self {
        Self { shards: Arc::new(vec![Arc::default(); SHARDS]), hasher: DefaultHashBuilder::default() }
    }
}

impl Places {
    pub fn find(&self, id: &str, blocks: &Blocks) -> Option<u32> {
        let hash = self.hasher.hash_one(id);
        self.shards[shard(hash)].find(hash, |&place| blocks.id(place) == Some(id)).copied()
    }

    /// Remembers a new id, whose row is there already.
    pub fn add(&mut self, id: &str, place: u32, blocks: &Blocks) {
        let hash = self.hasher.hash_one(id);
        let Self { shards, hasher } = self;
        let rehash = |&place: &u32| hasher.hash_one(blocks.id(place).unwrap_or_default());
        Self::shard_mut(shards, hash).insert_unique(hash, place, rehash);
    }

    /// Forgets an id, whose row must still be there.
    pub fn remove(&mut self, id: &str, place: u32) {
        let hash = self.hasher.hash_one(id);
        if let Ok(entry) = Self::shard_mut(&mut self.shards, hash).find_entry(hash, |&known| known == place) {
            entry.remove();
        }
    }

    /// Remembers that an id's row has moved.
    pub fn shift(&mut self, id: &str, from: u32, to: u32) {
        let hash = self.hasher.hash_one(id);
        if let Some(place) = Self::shard_mut(&mut self.shards, hash).find_mut(hash, |&known| known == from) {
            *place = to;
        }
    }

    fn shard_mut(shards: &mut Arc<Vec<Arc<HashTable<u32>>>>, hash: u64) -> &mut HashTable<u32> {
        Arc::make_mut(&mut Arc::make_mut(shards)[shard(hash)])
    }
}

/// By the middle bits: the table itself uses the lowest and the highest.
fn shard(hash: u64) -> usize {
    (hash >> 32) as usize % SHARDS
}
