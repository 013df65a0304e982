//! The bundled stand-in against what `transformers` made of the same file (`golden.json`).

use std::path::PathBuf;
use std::time::Duration;

use candle_core::Device;
use serde::Deserialize;

use super::Seq2SeqModel;
use crate::clock::Deadline;
use crate::engine::Loadable;
use crate::engine::checkpoints::Checkpoint;
use crate::engine::queue::{Cancel, QueueOptions, Ticket};

#[derive(Deserialize)]
struct Golden {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    text: String,
    from: Option<String>,
    to: Option<String>,
    source: Vec<u32>,
    answer: String,
}

fn compare(name: &str) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("models").join(name);
    let golden: Golden = serde_json::from_slice(&std::fs::read(folder.join("golden.json")).unwrap()).unwrap();
    let model = Seq2SeqModel::load(&Checkpoint::folder(name, folder), &Device::Cpu, &QueueOptions::default()).unwrap();
    assert!(golden.cases.len() >= 2);
    for case in golden.cases {
        let languages = case.from.as_deref().zip(case.to.as_deref()).map(|(from, to)| model.way(from, to).unwrap()[0]);
        let source = model.source(&case.text, languages).unwrap();
        assert_eq!(source.tokens, case.source, "{}", case.text);
        let ticket = Ticket { deadline: Deadline::after(Duration::from_secs(60)), cancel: Cancel::default() };
        let (sender, receiver) = std::sync::mpsc::sync_channel(1);
        model.solo.submit(ticket, model.write(source, None), move |done| sender.send(done).unwrap()).unwrap();
        let tokens = receiver.recv().unwrap().unwrap().value;
        assert_eq!(model.text(&tokens).unwrap(), case.answer, "{}", case.text);
    }
}

#[test]
fn kindling_summary_says_what_transformers_says() {
    compare("kindling-summary");
}

#[test]
fn kindling_translate_says_what_transformers_says() {
    compare("kindling-translate");
}
