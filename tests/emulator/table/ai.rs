//! The rows of Workers AI.

use candleflare::limits::Limit;
use futures_util::future::join_all;
use serde_json::{Value, json};

use super::super::client::{CHAT, EMBED, RERANKER};
use super::{Ask, Case, Held, finetunes, start};

/// A body of exactly so many bytes.
fn text_of(bytes: usize) -> Value {
    json!({"text": "a".repeat(bytes - json!({"text": ""}).to_string().len())})
}

fn chat() -> Ask {
    Ask::run(CHAT, &json!({"prompt": "hello"}))
}

fn embed() -> Ask {
    Ask::run(EMBED, &json!({"text": "a"}))
}

pub async fn case(row: &Limit) -> Held {
    match row.name.as_str() {
        "ai.body_bytes" => Case::new(100, vec![Ask::run(EMBED, &text_of(100))], Ask::run(EMBED, &text_of(101))).into(),
        "ai.neurons_per_day" => {
            // The first call crosses the budget and is answered all the same.
            let spend = Ask::run(CHAT, &json!({"prompt": "word ".repeat(3000), "max_tokens": 1}));
            Case::new(1, vec![spend.clone()], spend).into()
        }
        "ai.rate.text_embeddings" => Case::new(2, vec![embed(); 2], embed()).into(),
        "ai.rate.text_generation" => {
            let ask = Ask::run(CHAT, &json!({"prompt": "a", "max_tokens": 1}));
            Case::new(2, vec![ask.clone(); 2], ask).into()
        }
        name if name.starts_with("ai.rate.") => match task(&name["ai.rate.".len()..]) {
            Some(ask) => {
                rate(row, &ask).await;
                Held::Already
            }
            None => Held::Nowhere,
        },
        "ai.request_memory_bytes" => {
            // 40 bytes for each of the text's, and the vectors.
            let text = |bytes: usize| Ask::run(EMBED, &json!({"text": "a".repeat(bytes)}));
            Case::new(100_000, vec![text(100)], text(3_000)).into()
        }
        "ai.context_tokens" => {
            let ask = |most: u64| Ask::run(CHAT, &json!({"prompt": "hello", "max_tokens": most}));
            Case::new(300, vec![ask(200)], ask(300)).into()
        }
        "ai.batch_bytes" => {
            let batch = |bytes: usize| {
                let requests = |text: String| json!({"requests": [{"text": text}]});
                let shell = requests(String::new()).to_string().len();
                Ask::json(&format!("/ai/run/{EMBED}?queueRequest=true"), &requests("a".repeat(bytes - shell)))
            };
            Case::new(200, vec![batch(200)], batch(201)).into()
        }
        "ai.inference_seconds" => {
            Case::new(0, Vec::new(), Ask::run(CHAT, &json!({"prompt": "hello", "stream": true}))).into()
        }
        "ai.inference_seconds.text_generation" => Case::new(0, Vec::new(), chat()).into(),
        "ai.inference_seconds.text_embeddings" => Case::new(0, Vec::new(), embed()).into(),
        "ai.inference_seconds.text_classification" => {
            let rerank = json!({"query": "a", "contexts": [{"text": "b"}]});
            Case::new(0, Vec::new(), Ask::run(RERANKER, &rerank)).into()
        }
        "ai.queue_length" | "ai.concurrent_calls" => {
            crowd(row).await;
            Held::Already
        }
        name => finetunes::case(name).map_or(Held::Nowhere, Held::from),
    }
}

/// One call alone is answered; of many at once some are refused.
async fn crowd(row: &Limit) {
    let client = start(row, Some(1)).await;
    let long = Ask::run(CHAT, &json!({"prompt": "a", "raw": true, "max_tokens": 400, "temperature": 5, "seed": 1}));
    let short = Ask::run(CHAT, &json!({"prompt": "a", "max_tokens": 1}));
    assert_eq!(short.send(&client).await.0, 200, "`{}`", row.name);
    let answers = join_all((0..40).map(|_| long.send(&client))).await;
    let refused: Vec<_> = answers.iter().filter(|(status, _)| *status != 200).collect();
    assert!(!refused.is_empty() && refused.len() < 40, "`{}`: {} of 40 were refused", row.name, refused.len());
    for (status, body) in refused {
        assert_eq!(
            (Some(*status), body["errors"][0]["code"].as_u64()),
            (row.status, row.code.map(u64::from)),
            "{body}"
        );
    }
}

/// A call that a task's own schema takes.
fn task(name: &str) -> Option<Ask> {
    let bytes = json!([1, 2, 3]);
    let (model, input) = match name {
        "text_classification" => ("@cf/huggingface/distilbert-sst-2-int8", json!({"text": "a"})),
        "translation" => ("@cf/meta/m2m100-1.2b", json!({"text": "a", "target_lang": "fr"})),
        "summarization" => ("@cf/facebook/bart-large-cnn", json!({"input_text": "a"})),
        "image_to_text" => ("@cf/llava-hf/llava-1.5-7b-hf", json!({"image": bytes, "prompt": "a"})),
        "image_classification" => ("@cf/microsoft/resnet-50", json!({"image": bytes})),
        "object_detection" => ("@cf/facebook/detr-resnet-50", json!({"image": bytes})),
        "text_to_image" => ("@cf/stabilityai/stable-diffusion-xl-base-1.0", json!({"prompt": "a"})),
        "automatic_speech_recognition" => ("@cf/openai/whisper", json!({"audio": bytes})),
        _ => return None,
    };
    Some(Ask::run(model, &input))
}

/// What the task itself refuses, such as bytes that are no picture, is counted like the rest.
async fn rate(row: &Limit, ask: &Ask) {
    let client = start(row, Some(2)).await;
    let code = |body: &Value| body["errors"][0]["code"].as_u64();
    for call in 0..2 {
        let (_, body) = ask.send(&client).await;
        assert!(matches!(code(&body), None | Some(8001 | 8005 | 3030)), "`{}`, call {call}: {body}", row.name);
    }
    let (status, body) = ask.send(&client).await;
    assert_eq!((Some(status), code(&body)), (row.status, row.code.map(u64::from)), "`{}`: {body}", row.name);
}
