//! The `usage` object of an answer.

use serde_json::{Value, json};

/// Tokens and their charge.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct TokenUsage {
    pub prompt: usize,
    /// Of `prompt`, how many were found in the KV cache.
    pub cached: usize,
    pub completion: usize,
    /// Of `completion`, how many were reasoning.
    pub reasoning: usize,
    pub neurons: f64,
}

impl TokenUsage {
    /// As production's answers have it since 2026, neurons included; reasoning is told of where there was some.
    pub fn render(&self) -> Value {
        let mut usage = json!({
            "prompt_tokens": self.prompt,
            "completion_tokens": self.completion,
            "total_tokens": self.prompt + self.completion,
            "prompt_tokens_details": {"cached_tokens": self.cached},
        });
        if self.reasoning > 0 {
            usage["completion_tokens_details"] = json!({"reasoning_tokens": self.reasoning});
        }
        usage["neurons"] = json!((self.neurons * 1e6).round() / 1e6);
        usage
    }
}
