//! Text classification, translation and summarisation over HTTP. What the stand-ins say is in their cards' figures; here it is shapes,
//! limits and refusals, with a few sentences that they must not get wrong.

use candleflare::Emulator;
use serde_json::json;

use super::client::{ACCOUNT, Client};

const SENTIMENT: &str = "@cf/huggingface/distilbert-sst-2-int8";
const TRANSLATE: &str = "@cf/meta/m2m100-1.2b";
const INDIC: &str = "@cf/ai4bharat/indictrans2-en-indic-1B";
const SUMMARY: &str = "@cf/facebook/bart-large-cnn";
const REPORT: &str = "The Marlow council voted on Monday to close the old bridge. The work will cost eight million euros. \
    Mayor Anna Berger said the decision was not an easy one. Work will begin in March.";

async fn with_deprecated() -> Client {
    Client::of(Emulator::builder().config(|config| config.allow_deprecated = true)).await
}

#[tokio::test]
async fn both_labels_come_with_scores_that_sum_to_one() {
    let client = Client::start().await;
    for (text, best) in [("I love this wonderful film!", 1), ("A terrible, boring waste of time.", 0)] {
        let rows = client.result(SENTIMENT, json!({"text": text})).await;
        assert_eq!((&rows[0]["label"], &rows[1]["label"]), (&json!("NEGATIVE"), &json!("POSITIVE")));
        let scores = [0, 1].map(|row| rows[row]["score"].as_f64().unwrap());
        assert!((scores[0] + scores[1] - 1.0).abs() < 1e-5 && scores[best] > 0.5, "{text}: {rows}");
        assert_eq!(client.result(SENTIMENT, json!({"text": text})).await, rows);
    }
    // What is longer than the model reads loses its end; signs and blanks are text.
    for text in ["good ".repeat(3000), " ".to_owned(), "🙂".to_owned(), "\u{0}".to_owned()] {
        assert_eq!(client.result(SENTIMENT, json!({"text": text})).await.as_array().map(Vec::len), Some(2));
    }
    let usage = client.get(&format!("/__candleflare/usage?account={ACCOUNT}")).await;
    assert!(usage["rows"][0]["neurons"].as_f64().unwrap() > 0.0, "{usage}");
    for bad in [json!({}), json!({"text": ""}), json!({"text": ["a"]}), json!({"text": null})] {
        let (status, code, message) = client.refusal(SENTIMENT, bad.clone()).await;
        assert_eq!(status, 400, "{bad}: {message}");
        assert!([5006, 8001].contains(&code), "{bad}: {message}");
    }
}

#[tokio::test]
async fn a_sentence_is_translated_in_each_models_shape() {
    let client = Client::start().await;
    let spanish =
        client.result(TRANSLATE, json!({"text": "The big house is near the river.", "target_lang": "es"})).await;
    assert_eq!(spanish["translated_text"], "La casa grande está cerca del río.");
    let hindi = client.result(INDIC, json!({"text": "The boy drinks milk.", "target_language": "hin_Deva"})).await;
    let hindi = hindi["translations"][0].as_str().unwrap();
    assert!(hindi.chars().any(|letter| ('\u{900}'..='\u{97f}').contains(&letter)), "{hindi}");
    // What the stand-in was not taught.
    let (status, code, message) = client.refusal(TRANSLATE, json!({"text": "hello", "target_lang": "sw"})).await;
    assert!(status == 400 && message.contains("hint:"), "{code}: {message}");
    assert_eq!(client.refusal(TRANSLATE, json!({"text": "", "target_lang": "fr"})).await.1, 5006);
}

#[tokio::test]
async fn bart_is_deprecated_and_sums_up_where_that_is_allowed() {
    let (status, code, _) = Client::start().await.refusal(SUMMARY, json!({"input_text": REPORT})).await;
    assert_eq!((status, code), (410, 5028));
    let client = with_deprecated().await;
    let whole = client.result(SUMMARY, json!({"input_text": REPORT})).await;
    let summary = whole["summary"].as_str().unwrap();
    assert!(!summary.is_empty() && summary.len() < REPORT.len(), "{summary}");
    assert_eq!(client.result(SUMMARY, json!({"input_text": REPORT})).await, whole);
    let short = client.result(SUMMARY, json!({"input_text": REPORT, "max_length": 3})).await;
    assert!(short["summary"].as_str().unwrap().len() < summary.len(), "{short}");
    // What is longer than the window loses its end.
    assert!(client.result(SUMMARY, json!({"input_text": REPORT.repeat(200)})).await["summary"].is_string());
    for bad in
        [json!({}), json!({"input_text": ""}), json!({"input_text": " "}), json!({"input_text": "a", "max_length": 0})]
    {
        let (status, code, message) = client.refusal(SUMMARY, bad.clone()).await;
        assert_eq!(status, 400, "{bad}: {message}");
        assert!([5006, 8001].contains(&code), "{bad}: {message}");
    }
}

#[tokio::test]
async fn calls_side_by_side_answer_alike() {
    let client = with_deprecated().await;
    let input = json!({"input_text": REPORT});
    let alone = client.result(SUMMARY, input.clone()).await;
    let together = (0..8).map(|_| client.result(SUMMARY, input.clone()));
    assert!(futures_util::future::join_all(together).await.iter().all(|one| *one == alone));
}
