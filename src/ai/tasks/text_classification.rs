//! Text classification: how likely each of the model's labels is.
//!
//! Shapes: workers-ai reference 4.3. All labels, in the checkpoint's order (unconfirmed), with scores that sum to 1.

use serde_json::{Value, json};

use super::{field, refused};
use crate::error::AiError;

/// The text of an input that has passed the schema.
pub fn parse(input: &Value) -> Result<String, AiError> {
    match field(input, "text").and_then(Value::as_str) {
        Some("") | None => Err(refused("`text` must be a string, and not empty")),
        Some(text) => Ok(text.to_owned()),
    }
}

/// The native result from the label's names and their logits.
pub fn render(labels: &[String], logits: &[f32]) -> Value {
    let greatest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let shares: Vec<f32> = logits.iter().map(|logit| (logit - greatest).exp()).collect();
    let sum: f32 = shares.iter().sum();
    labels.iter().zip(shares).map(|(label, share)| json!({"label": label, "score": share / sum})).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_sum_to_one_and_follow_the_logits() {
        let labels = ["NEGATIVE", "POSITIVE"].map(str::to_owned);
        let rows = render(&labels, &[1.0, 3.0]);
        assert_eq!((&rows[0]["label"], &rows[1]["label"]), (&json!("NEGATIVE"), &json!("POSITIVE")));
        let scores = [&rows[0]["score"], &rows[1]["score"]].map(|score| score.as_f64().unwrap());
        assert!((scores[0] + scores[1] - 1.0).abs() < 1e-6 && (scores[1] - 0.8808).abs() < 1e-3, "{scores:?}");
    }

    #[test]
    fn no_text_is_refused() {
        for input in [json!({}), json!({"text": ""}), json!({"text": 3}), json!({"text": null})] {
            assert_eq!(parse(&input).unwrap_err().code(), 8001, "{input}");
        }
    }
}
