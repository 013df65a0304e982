//! What Vectorize refuses. Its control plane (indexes, content types) speaks `vectorize.<noun>.<reason>`, its data
//! plane whole sentences; the envelopes differ too.

/// A refusal by Vectorize, in production's words.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum VectorizeError {
    #[error("vectorize.unknown_content_type")]
    UnknownContentType,
    #[error("vectorize.index.not_found - Index name \"{name}\"")]
    IndexNotFound { name: String },
}

impl VectorizeError {
    pub fn code(&self) -> u32 {
        match self {
            Self::UnknownContentType => 1005,
            Self::IndexNotFound { .. } => 3000,
        }
    }

    pub fn status(&self) -> u16 {
        match self {
            Self::UnknownContentType => 400,
            Self::IndexNotFound { .. } => 404,
        }
    }

    /// Whether the control plane refuses (its envelope has no `result_info`).
    pub fn is_control_plane(&self) -> bool {
        self.code() < 10_000
    }
}
