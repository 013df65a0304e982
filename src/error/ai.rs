//! What Workers AI refuses.

/// A refusal by Workers AI. The text is what production says, without a dialect's prefix or request id.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum AiError {
    #[error("Request is missing headers or body: {what}")]
    MissingBody { what: String },
    /// No gateway can have such an id.
    #[error("Invalid request path. Expected path prefix /v1/:accountTag/:gatewayId")]
    GatewayPath,
    /// Not the `default` one, and not created.
    #[error("Please configure AI Gateway in the Cloudflare dashboard")]
    GatewayUnknown,
    #[error("Request is too large")]
    TooLarge,
    /// A generation took too long.
    #[error("Request timeout")]
    Timeout,
    /// Another task took too long.
    #[error("Request timeout")]
    TaskTimeout,
    #[error("Request was aborted")]
    Aborted,
    /// The model itself refuses: a checkpoint that cannot be used, an input that it cannot represent.
    #[error("{text}")]
    Model { text: String },
    #[error("rate limiting: inference request per min rate reached")]
    RateLimited,
    /// Our queue is full, as production's data centres can be.
    #[error("Capacity temporarily exceeded, please try again.")]
    Capacity,
    #[error(
        "you have used up your daily free allocation of 10,000 neurons, please upgrade to Cloudflare's Workers Paid plan if you would like to continue usage."
    )]
    NeuronsSpent,
    /// What should be base64 is not; `found` says what it is.
    #[error("Invalid data type for base64 input: {found}")]
    Base64 { found: String },
    #[error("The model {model} does not support LoRa inference")]
    LoraUnsupported { model: String },
    #[error("Finetune is missing required files (model.safetensors and config.json)")]
    FinetuneIncomplete,
    /// The input does not fit the model's schema; `text` is the published checker's.
    #[error("{text}")]
    BadInput { text: String },
    #[error("No such model {model} or task")]
    NoSuchModel { model: String },
    #[error(
        "The estimated number of input and maximum output tokens ({tokens}) exceeded this model context window limit ({limit})."
    )]
    ContextExceeded { tokens: usize, limit: usize },
    /// JSON mode has no answer: the schema cannot be followed, or the answer ended before its JSON did.
    #[error("JSON Model couldn't be met\nhint: {hint}")]
    JsonModeUnmet { hint: String },
    #[error("This model doesn't support JSON Schema.")]
    JsonSchemaUnsupported,
    #[error("Model has been deprecated: {model} was deprecated on {date}")]
    Deprecated { model: String, date: String },
    #[error(
        "Model {model} is not available on the Workers Free plan: Model {model} is not available on the Workers Free plan. Upgrade to access this model: https://dash.cloudflare.com/?to=/:account/workers/plans"
    )]
    PaidOnly { model: String },
    /// A tool call that had to come did not end within the tokens that it was given.
    #[error("the forced tool call did not end within max_tokens\nhint: raise `max_tokens`")]
    CallUnfinished,
    /// As [`AiError::ContextExceeded`], in the words of the newer serving engines: their own JSON as text.
    #[error(
        "{{\"object\":\"error\",\"message\":\"Requested token count exceeds the model's maximum context length of {limit} tokens. You requested a total of {} tokens: {prompt} tokens from the input messages and {max_tokens} tokens for the completion.\",\"type\":\"BadRequestError\",\"param\":null,\"code\":400}}",
        .prompt.saturating_add(*.max_tokens)
    )]
    EngineContextExceeded { prompt: usize, max_tokens: usize, limit: usize },
    /// A parameter that the newer serving engines check themselves.
    #[error("Invalid input: {text}")]
    InvalidInput { text: String },
    /// A file that cannot be read as what it should be: production's 8005, but with a status that says whose fault it is.
    #[error("the {what} cannot be read: {reason}")]
    Unreadable { what: String, reason: String },
    /// A task, or a part of one, that this emulator does not run yet: never an invented answer.
    #[error("{what} is not emulated yet\nhint: {hint}")]
    NotEmulated { what: String, hint: String },
    /// `--models exact`, and the exact checkpoint is not on this machine.
    #[error("the exact checkpoint of `{model}` is not here\nhint: {hint}")]
    CheckpointMissing { model: String, hint: String },
    /// The computation broke. Not reachable by input; a report is welcome.
    #[error("Internal server error: {reason}")]
    Internal { reason: String },
    /// What a test had staged.
    #[error("{text}")]
    Staged { code: u32, status: u16, text: String },
}

impl AiError {
    pub fn code(&self) -> u32 {
        match self {
            Self::GatewayPath | Self::GatewayUnknown => 2001,
            Self::Staged { code, .. } => *code,
            Self::MissingBody { .. } => 3003,
            Self::TooLarge => 3006,
            Self::Timeout => 3046,
            Self::TaskTimeout => 3007,
            Self::Aborted => 3008,
            Self::Model { .. } => 3030,
            Self::RateLimited => 3021,
            Self::FinetuneIncomplete => 3039,
            Self::Capacity => 3040,
            Self::Internal { .. } | Self::CheckpointMissing { .. } => 3043,
            Self::NeuronsSpent => 4006,
            Self::Base64 { .. } => 5004,
            Self::LoraUnsupported { .. } => 5005,
            Self::BadInput { .. } => 5006,
            Self::NoSuchModel { .. } => 5007,
            Self::ContextExceeded { .. } => 5021,
            Self::JsonModeUnmet { .. } => 5024,
            Self::JsonSchemaUnsupported => 5025,
            Self::Deprecated { .. } => 5028,
            Self::PaidOnly { .. } => 5035,
            Self::InvalidInput { .. } | Self::NotEmulated { .. } => 8001,
            Self::Unreadable { .. } => 8005,
            Self::CallUnfinished => 8006,
            Self::EngineContextExceeded { .. } => 8007,
        }
    }

    pub fn status(&self) -> u16 {
        match self {
            Self::Staged { status, .. } => *status,
            Self::MissingBody { .. }
            | Self::GatewayPath
            | Self::GatewayUnknown
            | Self::Model { .. }
            | Self::FinetuneIncomplete
            | Self::Base64 { .. }
            | Self::BadInput { .. }
            | Self::NoSuchModel { .. }
            | Self::JsonModeUnmet { .. }
            | Self::JsonSchemaUnsupported
            | Self::CallUnfinished
            | Self::EngineContextExceeded { .. }
            | Self::InvalidInput { .. }
            | Self::Unreadable { .. }
            | Self::NotEmulated { .. } => 400,
            Self::PaidOnly { .. } => 403,
            Self::LoraUnsupported { .. } => 405,
            Self::Timeout | Self::TaskTimeout | Self::Aborted => 408,
            Self::Deprecated { .. } => 410,
            Self::TooLarge | Self::ContextExceeded { .. } => 413,
            Self::RateLimited | Self::Capacity | Self::NeuronsSpent => 429,
            Self::Internal { .. } => 500,
            Self::CheckpointMissing { .. } => 503,
        }
    }
}
