//! The checkpoints in memory. Each loads at its first use, once, and loading one does not hold up another.

use std::any::{Any, TypeId};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::engine::backend::Failure;

/// Loaded models of every kind: one checkpoint may have been read as several.
#[derive(Debug, Default)]
pub struct Registry {
    entries: Mutex<BTreeMap<Key, Entry>>,
}

/// Checkpoint name and kind of model.
type Key = (String, TypeId);
/// What is inside is an `M` where the key has the id of `M`.
type Cell = Mutex<Option<Arc<dyn Any + Send + Sync>>>;

#[derive(Debug)]
struct Entry {
    cell: Arc<Cell>,
    /// Of its weights as they are stored.
    bytes: u64,
    used: u64,
}

/// A checkpoint in memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loaded {
    pub name: String,
    /// Of its weights as they are stored; what is packed for the CPU is about as much again where they are in f32.
    pub bytes: u64,
    /// Greater than that of everything that was used before.
    pub used: u64,
}

fn key<M: Any>(name: &str) -> Key {
    (name.to_owned(), TypeId::of::<M>())
}

fn now() -> u64 {
    static USES: AtomicU64 = AtomicU64::new(1);
    USES.fetch_add(1, Ordering::Relaxed)
}

impl Registry {
    /// The model `name` if it is loaded; never waits for a load.
    pub fn loaded<M: Any + Send + Sync>(&self, name: &str) -> Option<Arc<M>> {
        let cell = {
            let mut entries = self.lock();
            let entry = entries.get_mut(&key::<M>(name))?;
            entry.used = now();
            Arc::clone(&entry.cell)
        };
        let found = cell.try_lock().ok()?.clone()?;
        found.downcast().ok()
    }

    /// The model `name`, whose weights have `bytes`, loaded by `load` if it is not yet. Blocks while it loads. A failure
    /// is not remembered: the file may be there the next time.
    pub fn get_or_load<M: Any + Send + Sync>(
        &self,
        name: &str,
        bytes: u64,
        load: impl FnOnce() -> Result<M, Failure>,
    ) -> Result<Arc<M>, Failure> {
        let cell = {
            let mut entries = self.lock();
            let entry = entries.entry(key::<M>(name)).or_insert_with(|| Entry { cell: Arc::default(), bytes, used: 0 });
            (entry.bytes, entry.used) = (bytes, now());
            Arc::clone(&entry.cell)
        };
        let mut cell = cell.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(model) = cell.clone().and_then(|model| model.downcast().ok()) {
            return Ok(model);
        }
        let model = Arc::new(load()?);
        *cell = Some(model.clone());
        Ok(model)
    }

    /// What is loaded, by name.
    pub fn list(&self) -> Vec<Loaded> {
        let entries = self.lock();
        let is_loaded = |entry: &Entry| entry.cell.try_lock().is_ok_and(|cell| cell.is_some());
        let all = entries.iter().filter(|(_, entry)| is_loaded(entry));
        all.map(|((name, _), entry)| Loaded { name: name.clone(), bytes: entry.bytes, used: entry.used }).collect()
    }

    /// Lets go of all that was read from a checkpoint; whoever computes with it still has it until they are done.
    pub fn unload(&self, name: &str) {
        self.lock().retain(|(known, _), _| known != name);
    }

    /// Lets go of everything.
    pub fn clear(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<Key, Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_loads_once_and_a_failure_is_forgotten() {
        let registry = Registry::default();
        let broken = || Err::<u32, _>(Failure::Backend("no".to_owned()));
        assert!(registry.get_or_load("a", 7, broken).is_err());
        assert_eq!(registry.loaded::<u32>("a"), None);
        assert_eq!(*registry.get_or_load("a", 7, || Ok(1u32)).unwrap(), 1);
        assert_eq!(*registry.get_or_load("a", 7, || Ok(2u32)).unwrap(), 1);
        let list = registry.list();
        assert_eq!((list.len(), list[0].name.as_str(), list[0].bytes), (1, "a", 7));
    }

    #[test]
    fn use_is_noted_and_what_is_unloaded_loads_again() {
        let registry = Registry::default();
        for (name, model) in [("a", 1), ("b", 2)] {
            registry.get_or_load(name, 1, || Ok(model)).unwrap();
        }
        let used = |name: &str| registry.list().into_iter().find(|one| one.name == name).unwrap().used;
        assert!(used("a") < used("b"));
        let held = registry.loaded::<i32>("a").unwrap();
        assert!(used("a") > used("b"));
        registry.unload("a");
        assert_eq!((registry.loaded::<i32>("a"), *held), (None, 1));
        assert_eq!(*registry.get_or_load("a", 1, || Ok(3)).unwrap(), 3);
    }

    #[test]
    fn kinds_of_one_checkpoint_are_apart_and_go_together() {
        let registry = Registry::default();
        registry.get_or_load("a", 1, || Ok(1u8)).unwrap();
        assert_eq!(registry.loaded::<u16>("a"), None);
        assert_eq!(*registry.get_or_load("a", 1, || Ok(2u16)).unwrap(), 2);
        assert_eq!(registry.list().len(), 2);
        registry.unload("a");
        assert_eq!((registry.loaded::<u8>("a"), registry.loaded::<u16>("a")), (None, None));
    }

    #[test]
    fn a_load_holds_up_nobody_else() {
        let registry = Arc::new(Registry::default());
        let (started, starts) = std::sync::mpsc::channel();
        let (go, gate) = std::sync::mpsc::channel::<()>();
        let slow = Arc::clone(&registry);
        let loading = std::thread::spawn(move || {
            slow.get_or_load("slow", 1, || {
                started.send(()).unwrap();
                gate.recv().unwrap();
                Ok(1)
            })
        });
        starts.recv().unwrap();
        assert_eq!(registry.loaded::<i32>("slow"), None);
        assert_eq!(*registry.get_or_load("other", 1, || Ok(2)).unwrap(), 2);
        assert_eq!(registry.list().len(), 1);
        go.send(()).unwrap();
        assert_eq!(*loading.join().unwrap().unwrap(), 1);
    }
}
