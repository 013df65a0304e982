//! Export and import: an account's indexes, or one of them, as NDJSON. A manifest comes first, then each index with its
//! vectors, at the end a count and a checksum, so that half a file is noticed.
//!
//! ```text
//! {"manifest":{"format":"candleflare-vectorize","version":1,"created":"…","account":"…","indexes":1}}
//! {"index":{"name":"docs","description":"","config":{"dimensions":32,"metric":"cosine"},"created":"…","vectors":1,
//!           "metadataIndexes":[{"propertyName":"kind","indexType":"string","stringBytes":64}],"processed":{…}}}
//! {"id":"a","namespace":null,"metadata":{"kind":"x"},"values":[…]}
//! {"deleted":"old"}
//! {"end":{"indexes":1,"vectors":1,"crc32":"…"}}
//! ```
//!
//! What is exported is what is visible; mutations that wait are not. A vector that a metadata index does not cover,
//! because it is older, says so with `"uncovered":["kind"]`. Both ways need the memory of the vectors and of one line.

mod export;
mod import;

pub use export::Export;
pub use import::{Import, Imported};

use serde::{Deserialize, Serialize};

const FORMAT: &str = "candleflare-vectorize";
const VERSION: u32 = 1;

#[derive(Debug, Serialize, Deserialize)]
struct Manifest {
    format: String,
    version: u32,
    created: String,
    account: String,
    indexes: usize,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ExportedIndex {
    name: String,
    description: String,
    config: ExportedConfig,
    created: String,
    vectors: usize,
    metadata_indexes: Vec<ExportedMetadataIndex>,
    processed: Option<ExportedProcessed>,
}

#[derive(Debug, Serialize, Deserialize)]
struct ExportedConfig {
    dimensions: usize,
    metric: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ExportedMetadataIndex {
    property_name: String,
    index_type: String,
    string_bytes: usize,
}

#[derive(Debug, Serialize, Deserialize)]
struct ExportedProcessed {
    number: u64,
    id: String,
    time: String,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct End {
    indexes: usize,
    vectors: usize,
    crc32: String,
}

#[cfg(test)]
mod tests;
