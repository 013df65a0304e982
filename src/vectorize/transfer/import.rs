//! Reading. Nothing is visible, nor stored, before the last line proves the file whole.

use std::collections::HashSet;

use roaring::RoaringBitmap;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{End, ExportedIndex, ExportedProcessed, FORMAT, Manifest, VERSION};
use crate::error::{Error, PlatformError};
use crate::vectorize::config::{self, IndexConfig, Metric};
use crate::vectorize::limits::Bounds;
use crate::vectorize::metadata_index::MetadataIndex;
use crate::vectorize::mutations::Log;
use crate::vectorize::parse::Line;
use crate::vectorize::state::State;
use crate::vectorize::store::{About, LoadedIndex, kind_of};
use crate::vectorize::view::{Processed, View};
use crate::vectorize::{Account, Index};

/// Bytes of a line: a vector of the most dimensions with the most metadata has far fewer.
const LINE_BYTES: usize = 1 << 20;

/// What came in.
#[derive(Debug, PartialEq, Eq)]
pub struct Imported {
    pub indexes: usize,
    pub vectors: usize,
}

/// A file that is being read, piece by piece.
#[derive(Debug)]
pub struct Import {
    bounds: Bounds,
    /// A line whose end has not come yet.
    rest: Vec<u8>,
    number: usize,
    begun: bool,
    indexes: Vec<Coming>,
    deleted: Vec<String>,
    vectors: usize,
    sum: crc32fast::Hasher,
    end: Option<End>,
}

/// An index whose vectors are still coming.
#[derive(Debug)]
struct Coming {
    about: ExportedIndex,
    config: IndexConfig,
    state: State,
}

/// Any line.
#[derive(Deserialize)]
struct Any {
    manifest: Option<Manifest>,
    index: Option<ExportedIndex>,
    deleted: Option<String>,
    end: Option<End>,
    id: Option<String>,
    values: Option<Vec<f32>>,
    namespace: Option<String>,
    metadata: Option<Map<String, Value>>,
    #[serde(default)]
    uncovered: HashSet<String>,
}

impl Import {
    pub fn new(bounds: Bounds) -> Self {
        Self {
            bounds,
            rest: Vec::new(),
            number: 0,
            begun: false,
            indexes: Vec::new(),
            deleted: Vec::new(),
            vectors: 0,
            sum: crc32fast::Hasher::new(),
            end: None,
        }
    }

    /// Takes the next piece.
    pub fn feed(&mut self, piece: &[u8]) -> Result<(), Error> {
        let mut lines = piece.split_inclusive(|&byte| byte == b'\n');
        for line in &mut lines {
            if self.rest.len() + line.len() > LINE_BYTES {
                return Err(self.refuse(&format!("it is longer than {LINE_BYTES} bytes")));
            }
            self.rest.extend_from_slice(line);
            if line.ends_with(b"\n") {
                let line = std::mem::take(&mut self.rest);
                self.line(&line)?;
                self.rest = line;
                self.rest.clear();
            }
        }
        Ok(())
    }

    /// Takes the file as whole: every index becomes visible, and is stored. One that exists is refused, or replaced.
    pub fn finish(mut self, account: &Account, replace: bool) -> Result<Imported, Error> {
        if !self.rest.is_empty() {
            let line = std::mem::take(&mut self.rest);
            self.line(&line)?;
        }
        if self.end.is_none() {
            return Err(self.refuse("the file ends here, without its last line: it is cut"));
        }
        let imported = Imported { indexes: self.indexes.len(), vectors: self.vectors };
        if !replace && let Some(coming) = self.indexes.iter().find(|coming| account.get(&coming.about.name).is_ok()) {
            let name = &coming.about.name;
            let text = format!("index `{name}` exists\nhint: delete it, or import with `replace=true`");
            return Err(PlatformError::Control { text }.into());
        }
        for coming in self.indexes {
            let (name, loaded) = coming.loaded(account.next_id()).map_err(|text| PlatformError::Control { text })?;
            if replace && account.get(&name).is_ok() {
                account.delete(&name)?;
            }
            account.add(Index::loaded(name, loaded, account.shared()))?;
        }
        for name in self.deleted {
            account.remember_deleted(&name)?;
        }
        Ok(imported)
    }

    fn line(&mut self, line: &[u8]) -> Result<(), Error> {
        self.number += 1;
        if line.trim_ascii().is_empty() {
            return Ok(());
        }
        let any: Any = serde_json::from_slice(line).map_err(|error| self.refuse(&error.to_string()))?;
        if self.end.is_some() {
            return Err(self.refuse("something follows the last line"));
        }
        if let Some(end) = any.end {
            return self.end(end);
        }
        self.sum.update(line);
        if !self.begun {
            let known = any.manifest.filter(|manifest| manifest.format == FORMAT && manifest.version == VERSION);
            self.begun = known.is_some();
            return if self.begun { Ok(()) } else { Err(self.refuse("no manifest that this version knows")) };
        }
        match any {
            Any { index: Some(about), .. } => self.index(about),
            Any { deleted: Some(name), .. } => {
                self.deleted.push(name);
                Ok(())
            }
            Any { id: Some(id), values: Some(values), namespace, metadata, uncovered, .. } => {
                self.vector(Line { id, values, namespace, metadata }, &uncovered)
            }
            _ => Err(self.refuse("neither an index nor a vector")),
        }
    }

    fn index(&mut self, about: ExportedIndex) -> Result<(), Error> {
        config::check_name(&about.name, &self.bounds)?;
        let wanted = serde_json::json!({"dimensions": about.config.dimensions, "metric": about.config.metric});
        let config = IndexConfig::from_json(Some(&wanted), &self.bounds)?;
        debug_assert!(Metric::from_name(&about.config.metric).is_some());
        if self.indexes.iter().any(|coming| coming.about.name == about.name) {
            return Err(self.refuse("the index is there twice"));
        }
        if about.metadata_indexes.len() > self.bounds.metadata_indexes {
            return Err(self.refuse("too many metadata indexes"));
        }
        let mut state = State::new(config.dimensions);
        for stored in &about.metadata_indexes {
            MetadataIndex::check_property(&stored.property_name, &self.bounds)?;
            let kind = kind_of(&stored.index_type).map_err(|text| self.refuse(&text))?;
            state.metadata_indexes.push(MetadataIndex::new(stored.property_name.clone(), kind, stored.string_bytes));
        }
        self.indexes.push(Coming { about, config, state });
        Ok(())
    }

    fn vector(&mut self, line: Line, uncovered: &HashSet<String>) -> Result<(), Error> {
        let bounds = self.bounds;
        let place = format!("line {}", self.number);
        let refuse = |text: &str| Error::from(PlatformError::Control { text: format!("{place}: {text}") });
        let Some(coming) = self.indexes.last_mut() else { return Err(refuse("a vector before any index")) };
        if !line.is_finite() {
            return Err(refuse("a value is no float32"));
        }
        let vector = line.check(coming.config.dimensions, &bounds)?;
        if coming.state.get(&vector.id).is_some() {
            return Err(refuse("the vector's id is there twice"));
        }
        coming.state.restore(&vector, |index, _| !uncovered.contains(&index.property));
        self.vectors += 1;
        Ok(())
    }

    fn end(&mut self, end: End) -> Result<(), Error> {
        let sum = format!("{:08x}", self.sum.clone().finalize());
        let counted = self.indexes.iter().all(|coming| coming.about.vectors == coming.state.blocks.len());
        if end.crc32 != sum || end.vectors != self.vectors || end.indexes != self.indexes.len() || !counted {
            return Err(self.refuse("counts or checksum do not fit: the file was cut or changed"));
        }
        self.end = Some(end);
        Ok(())
    }

    fn refuse(&self, reason: &str) -> Error {
        PlatformError::Control { text: format!("line {}: {reason}", self.number) }.into()
    }
}

impl Coming {
    fn loaded(self, id: u64) -> Result<(String, LoadedIndex), String> {
        let Self { about, config, state } = self;
        let created = about.created.parse().map_err(|error| format!("index `{}`: `created`: {error}", about.name))?;
        let processed = about.processed.map(processed).transpose()?;
        let view = View { state, processed };
        let log = Log::after(view.number());
        let about_it = About { id, description: about.description, config, created };
        Ok((about.name, LoadedIndex { about: about_it, view, log, touched: RoaringBitmap::new(), unfolded: 0 }))
    }
}

fn processed(exported: ExportedProcessed) -> Result<Processed, String> {
    let id = exported.id.parse().map_err(|error| format!("`processed.id`: {error}"))?;
    let time = exported.time.parse().map_err(|error| format!("`processed.time`: {error}"))?;
    Ok(Processed { number: exported.number.min(u64::MAX / 2), id, time })
}
