//! Writing.

use std::sync::Arc;

use serde::Serialize;
use serde_json::{Value, json};

use super::{End, ExportedConfig, ExportedIndex, ExportedMetadataIndex, ExportedProcessed, FORMAT, Manifest, VERSION};
use crate::vectorize::blocks::Candidate;
use crate::vectorize::view::View;
use crate::vectorize::{Account, Index, wire};

/// Bytes of a piece, about.
const PIECE: usize = 256 << 10;

/// Pieces of an export. Each index shows the state that it had when the export began.
#[derive(Debug)]
pub struct Export {
    indexes: std::vec::IntoIter<(Arc<Index>, Arc<View>)>,
    deleted: Vec<String>,
    /// The index that is being written, and its next row.
    current: Option<(Arc<View>, u32)>,
    piece: Vec<u8>,
    end: End,
    sum: crc32fast::Hasher,
    done: bool,
}

#[derive(Serialize)]
struct ExportedVector<'a> {
    id: &'a str,
    namespace: Option<&'a str>,
    metadata: Option<Value>,
    values: wire::Floats,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    uncovered: Vec<&'a str>,
}

impl Export {
    /// Exports these indexes, and the names of deleted ones.
    pub fn new(account: &Account, indexes: Vec<Arc<Index>>, deleted: Vec<String>, created: String) -> Self {
        let indexes: Vec<_> = indexes.into_iter().map(|index| (Arc::clone(&index), index.view())).collect();
        let manifest = Manifest {
            format: FORMAT.to_owned(),
            version: VERSION,
            created,
            account: account.id().to_owned(),
            indexes: indexes.len(),
        };
        let mut export = Self {
            indexes: indexes.into_iter(),
            deleted,
            current: None,
            piece: Vec::with_capacity(2 * PIECE),
            end: End::default(),
            sum: crc32fast::Hasher::new(),
            done: false,
        };
        export.line(&json!({"manifest": manifest}));
        export
    }

    fn line(&mut self, line: &impl Serialize) {
        // Into memory, from what serialises: cannot fail.
        let written = serde_json::to_writer(&mut self.piece, line);
        debug_assert!(written.is_ok());
        self.piece.push(b'\n');
    }

    /// Writes the next line; false when there is none.
    fn step(&mut self) -> bool {
        if let Some((view, row)) = self.current.take()
            && let Some(found) = view.state.blocks.get(row)
        {
            self.line(&vector(&view, row, &found));
            self.end.vectors += 1;
            self.current = Some((Arc::clone(&view), row + 1));
            return true;
        }
        if let Some((index, view)) = self.indexes.next() {
            self.line(&json!({"index": about(&index, &view)}));
            self.end.indexes += 1;
            self.current = Some((view, 0));
            return true;
        }
        if let Some(name) = self.deleted.pop() {
            self.line(&json!({"deleted": name}));
            return true;
        }
        false
    }
}

impl Iterator for Export {
    type Item = Vec<u8>;

    fn next(&mut self) -> Option<Vec<u8>> {
        if self.done {
            return None;
        }
        while self.piece.len() < PIECE {
            if !self.step() {
                self.done = true;
                self.sum.update(&self.piece);
                self.end.crc32 = format!("{:08x}", self.sum.clone().finalize());
                let end = json!({"end": self.end});
                self.line(&end);
                return Some(std::mem::take(&mut self.piece));
            }
        }
        self.sum.update(&self.piece);
        Some(std::mem::replace(&mut self.piece, Vec::with_capacity(2 * PIECE)))
    }
}

fn about(index: &Index, view: &View) -> ExportedIndex {
    let about = index.about();
    let metadata_index = |index: &crate::vectorize::metadata_index::MetadataIndex| ExportedMetadataIndex {
        property_name: index.property.clone(),
        index_type: index.kind.name().to_owned(),
        string_bytes: index.string_bytes,
    };
    ExportedIndex {
        name: index.name().to_owned(),
        description: about.description.clone(),
        config: ExportedConfig { dimensions: about.config.dimensions, metric: about.config.metric.name().to_owned() },
        created: about.created.to_string(),
        vectors: view.state.blocks.len(),
        metadata_indexes: view.state.metadata_indexes.iter().map(metadata_index).collect(),
        processed: view.processed.map(|processed| ExportedProcessed {
            number: processed.number,
            id: processed.id.to_string(),
            time: processed.time.to_string(),
        }),
    }
}

fn vector<'a>(view: &'a View, number: u32, found: &Candidate<'a>) -> ExportedVector<'a> {
    let metadata = found.row.metadata.as_ref().map(|metadata| metadata.to_value());
    let uncovered = |value: &Value| {
        let all = view.state.metadata_indexes.iter();
        all.filter(|index| index.misses(number, value)).map(|index| index.property.as_str()).collect()
    };
    ExportedVector {
        id: &found.row.id,
        namespace: found.row.namespace.as_deref(),
        uncovered: metadata.as_ref().map(uncovered).unwrap_or_default(),
        metadata,
        values: wire::Floats(found.values.to_vec()),
    }
}
