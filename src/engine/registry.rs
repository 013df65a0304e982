//! The checkpoints in memory. Each loads at its first use, once, and loading one does not hold up another.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::engine::backend::Failure;

/// Loaded models of one kind by checkpoint name.
#[derive(Debug)]
pub struct Registry<M> {
    cells: Mutex<BTreeMap<String, Arc<Cell<M>>>>,
}

type Cell<M> = Mutex<Option<Arc<M>>>;

impl<M> Default for Registry<M> {
    fn default() -> Self {
        Self { cells: Mutex::default() }
    }
}

impl<M> Registry<M> {
    /// The model `name` if it is loaded; never waits for a load.
    pub fn loaded(&self, name: &str) -> Option<Arc<M>> {
        let cell = Arc::clone(self.lock().get(name)?);
        cell.try_lock().ok()?.clone()
    }

    /// The model `name`, loaded by `load` if it is not yet. Blocks while it loads. A failure is not remembered: the
    /// file may be there the next time.
    pub fn get_or_load(&self, name: &str, load: impl FnOnce() -> Result<M, Failure>) -> Result<Arc<M>, Failure> {
        let cell = Arc::clone(self.lock().entry(name.to_owned()).or_default());
        let mut cell = cell.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(model) = &*cell {
            return Ok(Arc::clone(model));
        }
        let model = Arc::new(load()?);
        *cell = Some(Arc::clone(&model));
        Ok(model)
    }

    /// Names of what is loaded.
    pub fn names(&self) -> Vec<String> {
        let cells = self.lock();
        cells
            .iter()
            .filter(|(_, cell)| cell.try_lock().is_ok_and(|cell| cell.is_some()))
            .map(|(name, _)| name.clone())
            .collect()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Arc<Cell<M>>>> {
        self.cells.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_loads_once_and_a_failure_is_forgotten() {
        let registry = Registry::default();
        let broken = || Err(Failure::Backend("no".to_owned()));
        assert!(registry.get_or_load("a", broken).is_err());
        assert_eq!(registry.loaded("a"), None);
        assert_eq!(*registry.get_or_load("a", || Ok(1)).unwrap(), 1);
        assert_eq!(*registry.get_or_load("a", || Ok(2)).unwrap(), 1);
        assert_eq!(registry.names(), ["a"]);
    }
}
