//! What went wrong, and what to do about it.

use std::{error::Error, fmt};

pub type Result<T> = std::result::Result<T, Problem>;

/// A failure as a person reads it: `error:` says what, `hint:` says what to do.
#[derive(Debug)]
pub struct Problem {
    message: String,
    hint: Option<String>,
}

impl Problem {
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), hint: None }
    }

    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match &self.hint {
            Some(hint) => write!(f, "\nhint: {hint}"),
            None => Ok(()),
        }
    }
}

impl Error for Problem {}

impl From<reqwest::Error> for Problem {
    fn from(error: reqwest::Error) -> Self {
        // reqwest's own text stops at "error sending request"; the reason is at the end of the chain.
        let mut reason: &dyn Error = &error;
        while let Some(source) = reason.source() {
            reason = source;
        }
        let reason = reason.to_string();
        if error.is_timeout() {
            Self::new("the server did not answer in time").hint("is it still computing? its log tells")
        } else if error.is_decode() {
            Self::new(format!("the server's answer is not JSON: {reason}")).hint("is `--url` right?")
        } else {
            Self::new(format!("the connection to the server broke: {reason}"))
                .hint("the server's terminal may say why; start it again with `make run`")
        }
    }
}
