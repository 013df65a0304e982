//! The `usage` object of an answer.

use serde_json::{Value, json};

/// Tokens and their charge.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct TokenUsage {
    pub prompt: usize,
    /// Of `prompt`, how many were found in the KV cache.
    pub cached: usize,
    pub completion: usize,
    pub neurons: f64,
}

impl TokenUsage {
    /// As production's answers have it since 2026, neurons included.
    pub fn render(&self) -> Value {
        json!({
            "prompt_tokens": self.prompt,
            "completion_tokens": self.completion,
            "total_tokens": self.prompt + self.completion,
            "prompt_tokens_details": {"cached_tokens": self.cached},
            "neurons": (self.neurons * 1e6).round() / 1e6,
        })
    }
}
