//! Every number that Vectorize enforces, each with its source. They move to `limits.toml` with the other services'.

/// Dimensions of an index, inclusive. Source: live error text of create ("must be in range: [32, 1536]").
pub const DIMENSIONS: std::ops::RangeInclusive<u64> = 32..=1536;
/// Vectors per index. Source: changelog of 2026-08-04, index capacity 20 million.
pub const VECTORS_PER_INDEX: usize = 20_000_000;
/// Bytes (UTF-8) of a vector's id. Source: docs, platform/limits; live text of 40008.
pub const ID_BYTES: usize = 64;
/// Bytes (UTF-8) of a namespace's name. Source: docs, platform/limits.
pub const NAMESPACE_BYTES: usize = 64;
/// Bytes of one vector's metadata as compact JSON. Source: docs, platform/limits (10 KiB); live text of 40016.
pub const METADATA_BYTES: usize = 10_240;
/// Metadata indexes per index. Source: docs, platform/limits.
pub const METADATA_INDEXES: usize = 10;
/// Bytes that a string keeps in a metadata index, cut back to a character's start. Source: docs, metadata-filtering.
pub const INDEXED_STRING_BYTES: usize = 64;
/// Vectors in one write through the binding. Source: docs, platform/limits.
pub const BATCH_BINDING: usize = 1_000;
/// Vectors in one write through the REST API. Source: docs, platform/limits.
pub const BATCH_HTTP: usize = 5_000;
/// Bytes of one upload. Source: docs, platform/limits (100 MB, read as decimal).
pub const UPLOAD_BYTES: usize = 100_000_000;
/// Matches of a query. Source: docs, platform/limits; probed live in 2026-07.
pub const TOP_K: usize = 100;
/// Matches of a query that returns values or all metadata. Source: changelog of 2026-03-16; live text of 40025.
pub const TOP_K_WITH_PAYLOAD: usize = 50;
/// Matches of a query that does not say. Source: OpenAPI specification.
pub const TOP_K_DEFAULT: u64 = 5;
/// Ids in one get_by_ids. Source: live text of 40007; not documented.
pub const GET_IDS: usize = 20;
/// Ids in one delete_by_ids. Source: live text of 40007; not documented.
pub const DELETE_IDS: usize = 100;
/// Vectors on one page of a list. Source: docs, list-vectors.
pub const LIST_PAGE: u64 = 1_000;
/// Vectors on a page that does not say. Source: none, our choice (docs/fidelity.md).
pub const LIST_PAGE_DEFAULT: u64 = 100;
/// Seconds for which a list's cursor is good. Source: none, our choice (docs/fidelity.md).
pub const CURSOR_SECONDS: i64 = 3_600;
/// Lists of one index that can be open at once; the oldest cursor expires early. Source: none, bounds our memory.
pub const OPEN_LISTS: usize = 32;
/// Bytes of an index's name. Source: docs, platform/limits.
pub const NAME_BYTES: usize = 64;
/// Bytes of a filter as compact JSON; must stay below. Source: docs, metadata-filtering.
pub const FILTER_BYTES: usize = 2_048;
/// Characters of a key in a filter, and of an indexed property's name. Source: docs, metadata-filtering.
pub const FILTER_KEY_CHARS: usize = 512;

/// The limits that differ by plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlanLimits {
    /// Indexes per account.
    pub indexes: usize,
    /// Namespaces per index.
    pub namespaces: usize,
}

impl PlanLimits {
    /// Source: docs, platform/limits.
    pub const FREE: Self = Self { indexes: 100, namespaces: 1_000 };
    /// Source: docs, platform/limits.
    pub const PAID: Self = Self { indexes: 50_000, namespaces: 50_000 };
}
