//! What Cloudflare's API gateway refuses before any service sees the call.

/// A refusal by the v4 API itself: authentication and routing.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PlatformError {
    #[error("Authentication error")]
    Authentication,
    /// The account id is not 32 hexadecimal digits.
    #[error("Could not route to {path}, perhaps your object identifier is invalid?")]
    InvalidAccount { path: String },
    /// No such path. Rendered with a second entry, 7000.
    #[error("Could not route to {path}, perhaps your object identifier is invalid?")]
    NoRoute { path: String },
    #[error("{method} not supported for requested URI.")]
    MethodNotAllowed { method: String },
    /// AI Gateway has no such log.
    #[error("log {id} not found")]
    NoLog { id: String },
    /// The v4 API's own rate.
    #[error("Please wait and consider throttling your request speed")]
    RateLimited,
    /// A request that HTTP itself has no room for.
    #[error("{what} too long; at most {limit} bytes")]
    TooLong { what: &'static str, limit: u64 },
    /// A page of another site, or a name that is not this machine's.
    #[error("{reason}")]
    Foreign { reason: String },
    /// A control-plane call that makes no sense.
    #[error("{text}")]
    Control { text: String },
    /// Ours alone: production has no instances.
    #[error(
        "this instance knows {limit} accounts, and all of them are in use\nhint: `POST /__candleflare/reset` forgets them, and the limit `control.accounts` allows more"
    )]
    TooManyAccounts { limit: usize },
    /// A call that has no recording, or that could not be recorded.
    #[error("{text}")]
    Unrecorded { text: String },
    /// What a test had staged.
    #[error("{text}")]
    Staged { code: u32, status: u16, text: String },
}

impl PlatformError {
    pub fn code(&self) -> u32 {
        match self {
            Self::Staged { code, .. } => *code,
            Self::Authentication => 10000,
            Self::RateLimited => 971,
            Self::Foreign { .. } => 1031,
            Self::TooLong { .. } => 1000,
            Self::InvalidAccount { .. } | Self::NoRoute { .. } => 7003,
            Self::MethodNotAllowed { .. } => 7001,
            Self::NoLog { .. } => 7002,
            Self::Control { .. } | Self::Unrecorded { .. } | Self::TooManyAccounts { .. } => 1000,
        }
    }

    pub fn status(&self) -> u16 {
        match self {
            Self::Staged { status, .. } => *status,
            Self::Authentication => 401,
            Self::RateLimited | Self::TooManyAccounts { .. } => 429,
            Self::Foreign { .. } => 403,
            Self::TooLong { what: "the URL is", .. } => 414,
            Self::TooLong { .. } => 431,
            Self::InvalidAccount { .. } | Self::NoLog { .. } => 404,
            Self::NoRoute { .. } | Self::Control { .. } | Self::Unrecorded { .. } => 400,
            Self::MethodNotAllowed { .. } => 405,
        }
    }
}
