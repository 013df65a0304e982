//! Every refusal, with production's code, HTTP status and text. No dialect: `api` renders them.
//!
//! Facts: Cloudflare's documented error tables and recorded live answers, collected in docs/errors.md.

mod ai;
mod platform;
mod vectorize;

pub use ai::AiError;
pub use platform::PlatformError;
pub use vectorize::{Format, Operation, VectorizeError};

/// Any refusal.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Ai(#[from] AiError),
    #[error(transparent)]
    Vectorize(#[from] VectorizeError),
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

impl Error {
    /// Cloudflare's error code.
    pub fn code(&self) -> u32 {
        match self {
            Self::Ai(error) => error.code(),
            Self::Vectorize(error) => error.code(),
            Self::Platform(error) => error.code(),
        }
    }

    /// HTTP status.
    pub fn status(&self) -> u16 {
        match self {
            Self::Ai(error) => error.status(),
            Self::Vectorize(error) => error.status(),
            Self::Platform(error) => error.status(),
        }
    }
}
