//! What Vectorize refuses. Its control plane (indexes, content types) speaks `vectorize.<noun>.<reason>`, its data
//! plane whole sentences; the envelopes differ too.
//!
//! Texts and codes: recorded live answers. Where production's are unknown, the nearest documented code carries a text
//! that says what to change; docs/fidelity.md lists those choices.

use std::fmt;

/// A refusal by Vectorize, in production's words.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum VectorizeError {
    // The control plane.
    #[error("vectorize.unknown_content_type")]
    UnknownContentType,
    #[error("vectorize.not_entitled - this plan allows {limit} indexes per account; delete one first")]
    TooManyIndexes { limit: usize },
    #[error("vectorize.legacy_api - V1 indexes are retired; create a V2 index and call it below /vectorize/v2/indexes")]
    LegacyApi,
    #[error("vectorize.index.not_found - Index name \"{name}\"")]
    IndexNotFound { name: String },
    #[error("vectorize.index.invalid_name - {reason}")]
    InvalidName { reason: String },
    #[error("vectorize.index.duplicate_name - Index name \"{name}\"")]
    DuplicateName { name: String },
    #[error("vectorize.index.invalid_config - {reason}")]
    InvalidConfig { reason: String },
    #[error("vectorize.index.deleted - Index name \"{name}\" was deleted")]
    IndexDeleted { name: String },

    // The data plane.
    #[error(
        "metadata index for property \"{property}\" already exists with type {kind}; delete it first to change its type"
    )]
    MetadataIndexExists { property: String, kind: String },
    #[error("too many metadata indexes; max count is {limit}; delete one first")]
    TooManyMetadataIndexes { limit: usize },
    #[error("metadata index for property \"{property}\" not found")]
    MetadataIndexNotFound { property: String },
    #[error("invalid query vector, expected {expected} dimensions, and got {got} dimensions")]
    QueryDimensions { expected: usize, got: usize },
    #[error("too many ids in payload; max id count is {limit}, got {got}")]
    TooManyIds { limit: usize, got: usize },
    #[error("too many vectors in payload; max vector count is {limit}, got {got}")]
    TooManyVectors { limit: usize, got: usize },
    #[error("too many vectors in index; max vector count is {limit}; delete some first")]
    IndexFull { limit: usize },
    #[error("id too long; max is {limit} bytes, got {got} bytes")]
    IdTooLong { limit: usize, got: usize },
    #[error("namespace too long; max is {limit} bytes, got {got} bytes")]
    NamespaceTooLong { limit: usize, got: usize },
    #[error("too many namespaces in index; max count is {limit}")]
    TooManyNamespaces { limit: usize },
    #[error("invalid vector for id=\"{id}\", expected {expected} dimensions, and got {got} dimensions")]
    VectorDimensions { id: String, expected: usize, got: usize },
    #[error(
        "oversized metadata for vector id=\"{id}\"; the compact JSON representation of the metadata must not exceed {limit} bytes, got {got} bytes"
    )]
    MetadataTooLarge { id: String, limit: usize, got: usize },
    #[error(
        "invalid metadata key \"{key}\"; a key must not be empty, start with $, or contain a dot or a double quote"
    )]
    MetadataKey { key: String },
    /// `line` is zero-based in NDJSON, and nothing where lines have no meaning.
    #[error("failed to parse {operation} vectors request in {format} format: line {line:?} was not expected format")]
    UnparsableVectors { operation: Operation, format: Format, line: Option<usize> },
    #[error("request body too large; max is {limit} bytes")]
    UploadTooLarge { limit: usize },
    #[error("request body did not arrive within {seconds} seconds; nothing of it was applied, send it again")]
    UploadTooSlow { seconds: u64 },
    #[error(
        "with returnValues=true or returnMetadata=all, max top K is {limit}, but got {got}; for a top K up to {relaxed}, retry with returnValues=false and returnMetadata=indexed"
    )]
    TopKWithPayload { limit: usize, relaxed: usize, got: u64 },
    #[error("max top K is {limit}, but got {got}")]
    TopKTooLarge { limit: usize, got: u64 },
    #[error("min top K is 1, but got 0")]
    TopKZero,
    #[error("Expected request with `Content-Type: application/json`")]
    MissingJsonContentType,
    /// The body, or the query string, does not become the expected type; `text` is the parser's own.
    #[error("{text}")]
    InvalidRequest { text: String },
    #[error("invalid filter: {reason}")]
    InvalidFilter { reason: String },
    #[error("invalid or expired cursor; list again without a cursor")]
    InvalidCursor,
    #[error("Too Many Requests")]
    RateLimited,
    /// What a test had staged.
    #[error("{text}")]
    Staged { code: u32, status: u16, text: String },
    /// Ours: the data folder cannot be written to. Nobody's input does this.
    #[error("the mutation could not be stored: {reason}; free or mend the disk below `--data-dir`, then start again")]
    NotStored { reason: String },
}

/// The verb of a write, as the texts spell it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    Insert,
    Upsert,
}

/// The body form of a write, as the texts spell it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Ndjson,
    Json,
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Insert => "insert",
            Self::Upsert => "upsert",
        })
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ndjson => "ndjson",
            Self::Json => "json",
        })
    }
}

impl VectorizeError {
    /// Cloudflare's error code. One arm per code, so that an unconfirmed choice is one line to change.
    pub fn code(&self) -> u32 {
        match self {
            Self::Staged { code, .. } => *code,
            Self::UnknownContentType | Self::TooManyIndexes { .. } | Self::LegacyApi => 1005,
            Self::IndexNotFound { .. } => 3000,
            Self::InvalidName { .. } => 3001,
            Self::DuplicateName { .. } => 3002,
            Self::InvalidConfig { .. } => 3003,
            Self::IndexDeleted { .. } => 3005,
            Self::MetadataIndexExists { .. } | Self::TooManyMetadataIndexes { .. } => 40004,
            Self::MetadataIndexNotFound { .. } => 40005,
            Self::QueryDimensions { .. } => 40006,
            Self::TooManyIds { .. } | Self::TooManyVectors { .. } | Self::IndexFull { .. } => 40007,
            Self::IdTooLong { .. } => 40008,
            Self::NamespaceTooLong { .. } | Self::TooManyNamespaces { .. } => 40009,
            Self::VectorDimensions { .. } => 40012,
            Self::MetadataTooLarge { .. } => 40016,
            Self::MetadataKey { .. } => 40018,
            Self::UnparsableVectors { .. } | Self::UploadTooLarge { .. } | Self::UploadTooSlow { .. } => 40023,
            Self::TopKWithPayload { .. } | Self::TopKTooLarge { .. } | Self::TopKZero => 40025,
            Self::MissingJsonContentType
            | Self::InvalidRequest { .. }
            | Self::InvalidFilter { .. }
            | Self::InvalidCursor => 40026,
            Self::RateLimited => 40041,
            Self::NotStored { .. } => 40000,
        }
    }

    /// HTTP status: 400 for everything but what production was seen, or must be expected, to answer otherwise.
    pub fn status(&self) -> u16 {
        match self {
            Self::Staged { status, .. } => *status,
            Self::IndexNotFound { .. } => 404,
            Self::UploadTooSlow { .. } => 408,
            Self::IndexDeleted { .. } => 410,
            Self::UploadTooLarge { .. } => 413,
            Self::RateLimited => 429,
            Self::NotStored { .. } => 507,
            Self::UnknownContentType
            | Self::TooManyIndexes { .. }
            | Self::LegacyApi
            | Self::InvalidName { .. }
            | Self::DuplicateName { .. }
            | Self::InvalidConfig { .. }
            | Self::MetadataIndexExists { .. }
            | Self::TooManyMetadataIndexes { .. }
            | Self::MetadataIndexNotFound { .. }
            | Self::QueryDimensions { .. }
            | Self::TooManyIds { .. }
            | Self::TooManyVectors { .. }
            | Self::IndexFull { .. }
            | Self::IdTooLong { .. }
            | Self::NamespaceTooLong { .. }
            | Self::TooManyNamespaces { .. }
            | Self::VectorDimensions { .. }
            | Self::MetadataTooLarge { .. }
            | Self::MetadataKey { .. }
            | Self::UnparsableVectors { .. }
            | Self::TopKWithPayload { .. }
            | Self::TopKTooLarge { .. }
            | Self::TopKZero
            | Self::MissingJsonContentType
            | Self::InvalidRequest { .. }
            | Self::InvalidFilter { .. }
            | Self::InvalidCursor => 400,
        }
    }

    /// Whether the control plane refuses (its envelope has no `result_info`).
    pub fn is_control_plane(&self) -> bool {
        self.code() < 10_000
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Live texts, letter for letter.
    #[test]
    fn texts_are_productions() {
        let unparsable =
            |line, format| VectorizeError::UnparsableVectors { operation: Operation::Upsert, format, line };
        for (error, code, status, text) in [
            (VectorizeError::UnknownContentType, 1005, 400, "vectorize.unknown_content_type"),
            (
                VectorizeError::IndexDeleted { name: "docs".into() },
                3005,
                410,
                "vectorize.index.deleted - Index name \"docs\" was deleted",
            ),
            (
                VectorizeError::TooManyIds { limit: 20, got: 21 },
                40007,
                400,
                "too many ids in payload; max id count is 20, got 21",
            ),
            (
                VectorizeError::TopKWithPayload { limit: 50, relaxed: 100, got: 51 },
                40025,
                400,
                "with returnValues=true or returnMetadata=all, max top K is 50, but got 51; for a top K up to 100, retry with returnValues=false and returnMetadata=indexed",
            ),
            (
                unparsable(Some(3), Format::Ndjson),
                40023,
                400,
                "failed to parse upsert vectors request in ndjson format: line Some(3) was not expected format",
            ),
            (
                unparsable(None, Format::Json),
                40023,
                400,
                "failed to parse upsert vectors request in json format: line None was not expected format",
            ),
        ] {
            assert_eq!((error.code(), error.status(), error.to_string().as_str()), (code, status, text));
            assert_eq!(error.is_control_plane(), code < 10_000);
        }
    }
}
