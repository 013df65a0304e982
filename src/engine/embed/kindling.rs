//! The bundled embedder against the vectors that its recipe recorded: those of the packed model in PyTorch, and those
//! of its teacher, all-MiniLM-L6-v2.

use std::path::PathBuf;
use std::sync::mpsc::channel;
use std::time::Duration;

use candle_core::Device;
use safetensors::SafeTensors;

use super::*;
use crate::clock::Deadline;
use crate::engine::queue::Cancel;

#[derive(serde::Deserialize)]
struct Golden {
    texts: Vec<String>,
    ids: Vec<Vec<u32>>,
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("models/kindling-embed")
}

fn golden() -> Golden {
    serde_json::from_slice(&std::fs::read(folder().join("golden.json")).unwrap()).unwrap()
}

fn recorded(name: &str) -> Vec<f32> {
    let bytes = std::fs::read(folder().join("golden.safetensors")).unwrap();
    let file = SafeTensors::deserialize(&bytes).unwrap();
    file.tensor(name).unwrap().data().as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect()
}

/// The least cosine between rows of the same number.
fn least_cosine(found: &[f32], expected: &[f32]) -> f32 {
    assert_eq!(found.len(), expected.len());
    let cosines = found.chunks(384).zip(expected.chunks(384)).map(|(a, b)| {
        let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f32>();
        dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
    });
    cosines.fold(1.0, f32::min)
}

#[test]
fn the_bundled_embedder_makes_the_recorded_vectors() {
    let checkpoint = Checkpoint::folder("kindling-embed", folder());
    let model = EmbeddingModel::load(&checkpoint, &Device::Cpu, &QueueOptions::default()).unwrap();
    let golden = golden();
    let prepared = model.prepare(&golden.texts, None).unwrap();
    let ids: Vec<&[u32]> = prepared.batch.rows().collect();
    assert_eq!(ids, golden.ids);
    let (sender, answer) = channel();
    let ticket = Ticket { deadline: Deadline::after(Duration::from_secs(60)), cancel: Cancel::default() };
    let reply = Box::new(move |result| drop(sender.send(result)));
    model.submit(EmbedJob { batch: prepared.batch, pooling: None, ticket, reply }).unwrap();
    let found = answer.recv().unwrap().unwrap().values;
    let (packed, teacher) = (least_cosine(&found, &recorded("packed")), least_cosine(&found, &recorded("teacher")));
    assert!(packed >= 0.99999, "{packed}");
    assert!(teacher >= 0.97, "{teacher}");
}

#[test]
fn candle_makes_the_same_vectors() {
    let checkpoint = Checkpoint::folder("kindling-embed", folder());
    let mut encoder = parity::candle(&checkpoint);
    let mut batch = TokenBatch::default();
    golden().ids.iter().for_each(|ids| batch.push(ids));
    let found = encoder.encode(&batch, &vec![Pooling::Mean; batch.len()]).unwrap();
    let packed = least_cosine(&found, &recorded("packed"));
    assert!(packed >= 0.99999, "{packed}");
}

/// `golden.json` of kindling-sentiment: what `transformers` makes of the same file.
#[derive(serde::Deserialize)]
struct Classified {
    cases: Vec<Case>,
}

#[derive(serde::Deserialize)]
struct Case {
    text: String,
    ids: Vec<u32>,
    logits: Vec<f32>,
}

#[test]
fn the_bundled_classifier_gives_the_recorded_logits() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("models/kindling-sentiment");
    let golden: Classified = serde_json::from_slice(&std::fs::read(folder.join("golden.json")).unwrap()).unwrap();
    let checkpoint = Checkpoint::folder("kindling-sentiment", folder);
    let model = EmbeddingModel::load(&checkpoint, &Device::Cpu, &QueueOptions::default()).unwrap();
    assert_eq!(model.labels(), ["NEGATIVE", "POSITIVE"]);
    let texts: Vec<String> = golden.cases.iter().map(|case| case.text.clone()).collect();
    let prepared = model.prepare(&texts, None).unwrap();
    assert!(prepared.batch.rows().eq(golden.cases.iter().map(|case| &case.ids[..])));
    let (sender, answer) = channel();
    let ticket = Ticket { deadline: Deadline::after(Duration::from_secs(60)), cancel: Cancel::default() };
    let reply = Box::new(move |result| drop(sender.send(result)));
    model.submit(EmbedJob { batch: prepared.batch, pooling: None, ticket, reply }).unwrap();
    let found = answer.recv().unwrap().unwrap().values;
    let expected: Vec<f32> = golden.cases.into_iter().flat_map(|case| case.logits).collect();
    let difference = found.iter().zip(&expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(found.len() == expected.len() && difference < 1e-3, "{difference}");
}
