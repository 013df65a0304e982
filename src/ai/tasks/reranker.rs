//! Reranking: how well each context answers a query.
//!
//! Shapes: workers-ai reference 4.3. `id` is a context's place in the input, the best comes first, scores lie in 0..1.

use serde_json::{Value, json};

use super::{field, refused};
use crate::error::AiError;

/// What is to be ranked.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    pub query: String,
    pub contexts: Vec<String>,
    /// How many of the best are wanted; `None`: all.
    pub top_k: Option<usize>,
}

impl Request {
    /// Reads an input that has passed the schema, whose checker looks neither into items nor for an empty list.
    pub fn parse(input: &Value) -> Result<Self, AiError> {
        let text = |value: Option<&Value>, what: &str| match value.and_then(Value::as_str) {
            Some("") => Err(refused(format!("{what} must not be empty"))),
            Some(text) => Ok(text.to_owned()),
            None => Err(refused(format!("{what} must be a string"))),
        };
        let query = text(field(input, "query"), "`query`")?;
        let contexts = field(input, "contexts").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        if contexts.is_empty() {
            return Err(refused("`contexts` must hold at least one context"));
        }
        let contexts = contexts.iter().map(|context| text(context.get("text"), "`text` of a context"));
        let top_k = field(input, "top_k").and_then(Value::as_f64).map(|count| count as usize);
        if top_k == Some(0) {
            return Err(refused("top_k must be at least 1"));
        }
        Ok(Self { query, contexts: contexts.collect::<Result<_, _>>()?, top_k })
    }
}

/// The native result from each context's score.
pub fn render(scores: &[f32], top_k: Option<usize>) -> Value {
    let mut ranked: Vec<(usize, f32)> = scores.iter().copied().enumerate().collect();
    // Stable: equal scores keep the order of the input.
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1));
    ranked.truncate(top_k.unwrap_or(usize::MAX));
    let response: Vec<Value> = ranked.into_iter().map(|(id, score)| json!({"id": id, "score": score})).collect();
    json!({"response": response})
}

/// A cosine on the scale of production's scores, a logistic function of a cross-encoder's logit. Sentence embeddings
/// put answers at a cosine of about 0.6 and strangers below 0.2; the order is the cosine's own.
pub fn score_of_cosine(cosine: f32) -> f32 {
    score_of_logit(14.0 * (cosine - 0.4))
}

/// A cross-encoder's logit as production shows it.
pub fn score_of_logit(logit: f32) -> f32 {
    1.0 / (1.0 + (-logit).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_comes_first_and_ties_keep_their_order() {
        let all = render(&[0.1, 0.7, 0.1, 0.4].map(score_of_cosine), None);
        let ids: Vec<u64> = all["response"].as_array().unwrap().iter().map(|one| one["id"].as_u64().unwrap()).collect();
        assert_eq!(ids, [1, 3, 0, 2]);
        assert_eq!(all["response"][1]["score"], 0.5);
        assert_eq!(render(&[0.1, 0.7], Some(1))["response"].as_array().map(Vec::len), Some(1));
        assert_eq!(render(&[0.1, 0.7], Some(9))["response"].as_array().map(Vec::len), Some(2));
    }

    #[test]
    fn what_cannot_be_ranked_is_refused() {
        let good = json!({"query": "q", "contexts": [{"text": "a"}], "top_k": 3});
        assert_eq!(Request::parse(&good).unwrap().top_k, Some(3));
        for (field, value) in [
            ("query", json!("")),
            ("contexts", json!([])),
            ("contexts", json!([{}])),
            ("contexts", json!([{"text": ""}])),
            ("contexts", json!(["bare"])),
            ("top_k", json!(0)),
        ] {
            let mut bad = good.clone();
            bad[field] = value;
            assert_eq!(Request::parse(&bad).unwrap_err().code(), 8001, "{bad}");
        }
    }
}
