//! Indexes that every account begins with, because a Worker's bindings name them.

use std::sync::Arc;

use super::config::{IndexConfig, Metric};
use super::index::Index;
use super::metadata::IndexType;
use super::service::Account;
use crate::error::VectorizeError;

/// An index that is there before anybody creates it.
#[derive(Debug, Clone, PartialEq)]
pub struct Declared {
    pub name: String,
    /// `None`: the first call with vectors decides.
    pub config: Option<IndexConfig>,
    /// Properties with a metadata index.
    pub metadata: Vec<(String, IndexType)>,
}

impl Account {
    /// Makes what is declared and not there. That it can be made was checked when it was declared.
    pub(super) fn declare(&self, declared: &[Declared]) -> Result<(), VectorizeError> {
        for Declared { name, config, metadata } in declared {
            let Some(config) = config else { continue };
            if let Some(index) = self.create_missing(name, *config)? {
                for (property, kind) in metadata {
                    index.create_metadata_index(property.clone(), *kind)?;
                }
            }
        }
        Ok(())
    }

    /// The index for a call that carries vectors of so many dimensions. One of which only the name was declared is made
    /// by the first such call, with the metric that production's own examples use.
    pub fn get_for(
        &self,
        name: &str,
        dimensions: impl FnOnce() -> Option<usize>,
    ) -> Result<Arc<Index>, VectorizeError> {
        let missing = match self.get(name) {
            Err(error @ VectorizeError::IndexNotFound { .. }) if self.is_undecided(name) => error,
            found => return found,
        };
        let bounds = self.bounds();
        let fits = |dimensions: &usize| (bounds.dimensions_min..=bounds.dimensions_max).contains(dimensions);
        let dimensions = dimensions().filter(fits).ok_or(missing)?;
        if self.create_missing(name, IndexConfig { dimensions, metric: Metric::Cosine })?.is_some() {
            tracing::warn!(
                "made index `{name}` with {dimensions} dimensions and metric cosine, as its first call has them; \
                 hint: `--index {name}={dimensions},cosine` says so beforehand"
            );
        }
        self.get(name)
    }
}
